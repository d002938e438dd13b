"""Targets by score: all of them, those of a node in one click, and the same as a sheet."""

from flask import request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.audit import service as audit
from crm.companies import choices, hooks
from crm.core.errors import NotFound
from crm.core.permissions import Permission
from crm.kit import clock
from crm.kit.access import current_actor, requires
from crm.kit.tables import XLSX, Column, write_xlsx
from crm.kit.web import download, page_number, render
from crm.plan.labels import named
from crm.targets import labels, queries, ties
from crm.targets.queries import CONFIDENT, TargetFilter
from crm.targets.views import bp


@bp.get("/")
@requires(Permission.COMPANY_READ)
def index() -> Response:
    return _page(TargetFilter.of(request.args))


@bp.get("/nodes/<node:node>")
@requires(Permission.COMPANY_READ)
def node(node: str) -> Response:
    wanted = TargetFilter.of(request.args, node)
    if not wanted.node:
        raise NotFound
    return _page(wanted, fixed=True)


def _page(wanted: TargetFilter, *, fixed: bool = False) -> Response:
    actor, known = current_actor(), choices.read()
    page = queries.page_of_targets(actor, wanted, page_number())
    chambers, anchors = ties.offered(actor)
    return render(
        "targets/index.html",
        fragment="targets/_rows.html",
        page=page,
        wanted=wanted,
        node=known.node(wanted.node),
        fixed=fixed,
        filtered=wanted != TargetFilter(node=wanted.node if fixed else "", sort=wanted.sort),
        own=hooks.own_words(actor, [line.company.id for line in page.items]),
        nodes=[(one.code, f"{one.code} {named(one)}") for one in known.nodes],
        regions=list(labels.REGION.items()),
        chambers=chambers,
        anchors=anchors,
        confident=[(number, _("置信度 %(n)s%% 以上", n=number)) for number in CONFIDENT],
        words=labels,
    )


@bp.get("/list.xlsx")
@requires(Permission.COMPANY_EXPORT)
def export() -> Response:
    actor, wanted = current_actor(), TargetFilter.of(request.args)
    lines = queries.targets_for_export(actor, wanted)
    columns = [
        *(Column(_("序号"), "number", 6), Column(_("企业"), width=34), Column(_("统一社会信用代码"), width=22)),
        *(Column(_("地区"), width=14), Column(_("环节"), width=30), Column(_("评分卡"), width=12)),
        *(Column(_("评分"), "area", 8), Column(_("计算分"), "area", 8), Column(_("置信度（%）"), "number", 10)),
        Column(_("还不知道"), width=30),
    ]
    rows = [
        (
            *(number, line.company.name, line.company.uscc),
            *(f"{line.company.province} {line.company.city}".strip(), "、".join(named(one) for one in line.nodes)),
            *(str(labels.CARD[line.score.card]), line.score.shown_tenths / 10, line.score.tenths / 10),
            *(line.score.confidence, "、".join(str(labels.LACKS[factor]) for factor in line.lacks)),
        )
        for number, line in enumerate(lines, start=1)
    ]
    day = clock.today().isoformat()
    note = _("填报单位：%(unit)s　日期：%(day)s", unit=actor.org_name, day=day)
    audit.record_aside(actor, "targets.exported", ("targets", None, ""), rows=len(rows), filters=wanted.node or None)
    body = write_xlsx(columns, rows, title=_("目标企业评分"), note=note, issued=True)
    return download(body, f"目标企业评分{day}.xlsx", XLSX)
