"""What was signed and has not started, as a workbook in the form of the house."""

from collections.abc import Sequence
from decimal import Decimal

from flask_babel import gettext as _

from crm.kit import clock
from crm.kit.access import Actor
from crm.kit.tables import Column, write_xlsx
from crm.projects import labels
from crm.reports import cut
from crm.reports.funnel.sheet import month_name
from crm.reports.waiting.queries import Line


def title_of(months: int) -> str:
    """Return the title: 2026年11月签约超过3个月未开工项目清单."""
    words = _("签约超过%(n)s个月未开工项目清单", n=months) if months else _("签约未开工项目清单")
    return f"{month_name(clock.today())}{words}"


def workbook(actor: Actor, lines: Sequence[Line], months: int) -> bytes:
    """Return the list with the total of the whole, also where rows are left out."""
    columns = [
        *(Column(_("序号"), "number", 6), Column(_("项目"), width=28), Column(_("投资方"), width=26)),
        *(Column(_("金额"), "yi", 11), Column(_("责任单位"), width=18), Column(_("挂点领导"), width=12)),
        *(Column(_("责任人"), width=11), Column(_("阶段"), width=10), Column(_("签约认定日"), "date", 13)),
        *(Column(_("已签约（月）"), "number", 9), Column(_("计划开工"), "date", 13), Column(_("未开工原因"), width=40)),
    ]
    rows = [
        (
            *(number, line.project.title, line.project.firm, line.amount_cny, line.project.org),
            *(line.project.lead_official, line.project.owner or ""),
            *(str(labels.STAGE[line.project.stage]), line.signed_on, line.months, line.project.planned_start_on),
            "；".join(line.reasons) or _("未说明"),
        )
        for number, line in enumerate(lines, start=1)
    ]
    number, total = (lines[0].project.total, lines[0].project.total_cny) if lines else (0, None)
    note = _("填报单位：%(unit)s　日期：%(day)s　单位：亿元", unit=actor.org_name, day=clock.today().isoformat())
    note = "　".join(filter(None, (note, cut.words(len(lines), number))))
    totals = [_("合计"), "", "", total or Decimal(0), *[""] * 8]
    return write_xlsx(columns, rows, title=title_of(months), note=note, totals=totals, issued=True)
