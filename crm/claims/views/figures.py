"""The monthly figures of first reports: a unit reads its own, the centre all; every number opens its rows."""

from flask import request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.audit import service as audit
from crm.claims import figures, labels, queries
from crm.claims.transfers import figures as transfers
from crm.claims.views import bp
from crm.core.permissions import Permission
from crm.kit import clock
from crm.kit.access import Actor, current_actor, requires
from crm.kit.tables import XLSX, Column, write_xlsx
from crm.kit.web import download, render


def _month() -> str:
    asked = request.args.get("month", "")
    return asked if figures.span(asked) else f"{clock.today():%Y-%m}"


def _beside(month: str, by: int) -> str:
    number = int(month[:4]) * 12 + int(month[5:]) - 1 + by
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


@bp.get("/months")
@requires(Permission.CLAIM_READ)
def months() -> Response:
    month = _month()
    within = figures.span(month)
    assert within is not None
    rows = figures.months(queries.visible_to(current_actor()), within)
    return render(
        "claims/months.html",
        month=month,
        before=_beside(month, -1),
        after=_beside(month, 1) if month < f"{clock.today():%Y-%m}" else "",
        rows=rows,
        shares=transfers.shares(current_actor(), within),
        metrics=labels.METRIC,
        totals=_totals(rows),
    )


@bp.get("/months/export")
@requires(Permission.LEAD_EXPORT)
def export_months() -> Response:
    actor, month = current_actor(), _month()
    within = figures.span(month)
    assert within is not None
    rows = figures.months(queries.visible_to(actor), within)
    columns = [Column(_("单位"), width=24), *(Column(str(word), "number", 10) for word in labels.METRIC.values())]
    columns.append(Column(_("裁定平均用时（工作日）"), "number", 16))
    lines = [(r.org, *(r.numbers[m] for m in figures.METRICS), r.days) for r in rows]
    title = _("%(month)s 首谈备案与争议月报", month=month)
    audit.record_aside(actor, "claim.months_exported", ("claims", None, ""), rows=len(lines), reason=month)
    note = _("按台账事件统计，每条备案在一项里只计一次。")
    sums = [_("合计"), *_totals(rows).values(), None] if len(rows) > 1 else None
    body = write_xlsx(columns, lines, title=title, note=note, totals=sums)
    return download(body, f"{month[:4]}年{month[5:]}月首谈备案月报.xlsx", XLSX)


def _totals(rows: list[figures.UnitMonth]) -> dict[str, int]:
    return {metric: sum(row.numbers[metric] for row in rows) for metric in figures.METRICS}


@bp.get("/months/shares")
@requires(Permission.LEAD_EXPORT)
def export_shares() -> Response:
    actor, month = current_actor(), _month()
    lines = _share_lines(actor, month)
    columns = [
        Column(_("流转编号"), width=16),
        Column(_("承接日期"), "date", 14),
        Column(_("项目"), width=30),
        Column(_("首谈单位"), width=20),
        Column(_("承接单位"), width=20),
        Column(_("利益共享协议"), width=16),
        Column(_("共享内容"), width=60),
    ]
    title = _("%(month)s 流转与利益共享", month=month)
    audit.record_aside(actor, "claim.months_exported", ("claims", None, ""), rows=len(lines), reason=month)
    note = _("分成在政府之间，不涉及企业；在地统计只计承接单位一次。")
    body = write_xlsx(columns, lines, title=title, note=note)
    return download(body, f"{month[:4]}年{month[5:]}月流转与利益共享.xlsx", XLSX)


def _share_lines(actor: Actor, month: str) -> list[tuple[object, ...]]:
    within = figures.span(month)
    assert within is not None
    return [
        (
            *(one.transfer.number, clock.local(one.transfer.answered_at).date() if one.transfer.answered_at else None),
            *(one.transfer.claim.lead.title, one.transfer.origin.name),
            *(one.transfer.host.name if one.transfer.host else "", one.status, "；".join(one.lines)),
        )
        for one in transfers.shares(actor, within)
    ]
