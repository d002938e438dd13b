"""The auditor's pages: acts and ids, no lead text."""

from datetime import date
from typing import Any

from flask import Blueprint, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.audit import chain, labels, queries, service
from crm.core.permissions import Permission
from crm.kit import clock
from crm.kit.access import current_actor, requires
from crm.kit.tables import XLSX, Column, write_xlsx
from crm.kit.web import download, render

bp = Blueprint("audit", __name__, url_prefix="/audit")


@bp.get("/")
@requires(Permission.AUDIT_READ)
def index() -> Response:
    acts, more = queries.page_of_trail(_wanted(), _before())
    return render("audit/index.html", fragment="audit/_rows.html", acts=acts, more=more, **_filters())


@bp.get("/verify")
@requires(Permission.AUDIT_READ)
def verify() -> Response:
    return render("audit/verify.html", verdict=chain.verify(), breaks=labels.BREAKS, at=clock.now())


@bp.get("/export.xlsx")
@requires(Permission.AUDIT_READ)
def export() -> Response:
    actor = current_actor()
    columns = [
        Column(_("序号"), "number", 8),
        Column(_("时间"), width=20),
        Column(_("人员"), width=22),
        Column(_("单位"), width=18),
        Column(_("操作"), width=18),
        Column(_("对象"), width=12),
        Column(_("对象编号"), width=14),
        Column(_("字段"), width=30),
    ]
    rows = [
        (
            act.seq,
            clock.local(act.at).strftime("%Y-%m-%d %H:%M:%S"),
            act.actor,
            act.org,
            act.words,
            act.subject_words,
            act.subject_public_id,
            "、".join(act.fields),
        )
        for act in queries.all_of_trail(_wanted())
    ]
    stamp = clock.local(clock.now())
    note = _(
        "导出人：%(name)s（%(login)s）　%(at)s　共 %(n)s 条，一次最多 %(limit)s 条",
        name=actor.name,
        login=actor.login,
        at=stamp.strftime("%Y-%m-%d %H:%M"),
        n=len(rows),
        limit=queries.EXPORT_LIMIT,
    )
    content = write_xlsx(columns, rows, title=_("审计记录"), note=note)
    service.record_aside(actor, "audit.exported", ("audit_entry", None, ""), rows=len(rows))
    name = f"audit-{stamp:%Y%m%d-%H%M}.xlsx"
    return download(content, name, XLSX)


def _filters() -> dict[str, Any]:
    return {
        "wanted": _wanted(),
        "before": _before(),
        "actions": [(one, labels.action_words(one)) for one in queries.known_actions()],
        "subjects": sorted(((kind, str(words)) for kind, words in labels.SUBJECTS.items()), key=lambda pair: pair[1]),
    }


def _wanted() -> queries.TrailFilter:
    return queries.TrailFilter(
        person=request.args.get("q", "").strip()[:60],
        action=request.args.get("action", "")[:60],
        subject_kind=request.args.get("subject", "")[:40],
        since=_day("since"),
        until=_day("until"),
    )


def _day(name: str) -> date | None:
    try:
        return date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None


def _before() -> int | None:
    text = request.args.get("before", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None
