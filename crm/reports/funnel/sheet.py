"""Monthly details and the table of units as workbooks in the form of the house."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _

from crm.core.stages import MilestoneKind
from crm.kit import clock
from crm.kit.access import Actor
from crm.kit.tables import Column, write_xlsx
from crm.projects import gate_labels, labels
from crm.projects.models import Milestone
from crm.reports.funnel.figures import STOCK, Funnel


def month_name(day: date) -> str:
    """Return the month as titles write it: 2026年11月."""
    return f"{day.year}年{day.month}月"


def month(actor: Actor, on: date, words: str, rows: Sequence[Any]) -> bytes:
    """Return the details of a month: a line for each project, with the total."""
    columns = [
        Column(_("序号"), "number", 6),
        Column(_("项目名称"), width=30),
        Column(_("投资方"), width=28),
        Column(_("负责单位"), width=18),
        Column(_("认定日期"), "date", 14),
        Column(_("发生日期"), "date", 14),
        Column(_("金额"), "yi", 12),
        Column(_("协议类型"), width=20),
        Column(_("是否注册"), width=10),
        Column(_("申报人"), width=12),
        Column(_("当年到资"), "yi", 12),
    ]
    started = any(row.Milestone.kind is MilestoneKind.STARTED for row in rows)
    columns += [Column(_("开工类型"), width=12)] * started
    lines = [
        (
            number,
            *(row.Project.title, row.Project.firm, row.Project.org.name),
            *(row.Milestone.recognised_on, row.Milestone.event_on, row.amount, agreement(row)),
            *(_("是") if row.registered else _("否"), row.Milestone.submitted_by.name, row.funds),
            *[start_type(row.Milestone)] * started,
        )
        for number, row in enumerate(rows, start=1)
    ]
    sums = [sum((line[index] or Decimal(0) for line in lines), Decimal(0)) for index in (6, 10)]
    totals = [_("合计"), "", "", "", "", "", sums[0], "", "", "", sums[1], *[""] * started]
    title = _("%(month)s%(words)s项目明细", month=month_name(on), words=words)
    return write_xlsx(columns, lines, title=title, note=_note(actor), totals=totals, issued=True)


def agreement(row: Any) -> str:
    """Return which agreement stands behind a line of the month."""
    if row.Milestone.kind is MilestoneKind.FRAMEWORK:
        return _("框架协议")
    return _("正式协议（框架转）") if row.framed else _("正式协议")


def start_type(milestone: Milestone) -> str:
    """Return how the project was started, in words; nothing for other milestones."""
    return str(gate_labels.START_TYPE.get(milestone.data.get("start_type", ""), ""))


def units(actor: Actor, found: Funnel) -> bytes:
    """Return the table of units by stage. Early stages of other units stay empty (S5)."""
    columns = [Column(_("序号"), "number", 6), Column(_("单位"), width=22)]
    columns += [Column(str(labels.STAGE[stage]), "number", 12) for stage in STOCK]
    columns.append(Column(_("签约及以后金额"), "yi", 16))
    lines = [
        (
            number,
            line.name,
            *(line.stages[stage].count if line.own or line.stages[stage].count else None for stage in STOCK),
            line.won.amount_cny,
        )
        for number, line in enumerate(found.units, start=1)
    ]
    counts = [sum(line.stages[stage].count for line in found.units) for stage in STOCK]
    totals = [_("合计"), "", *counts, sum((line.won.amount_cny for line in found.units), Decimal(0))]
    title = _("%(month)s各单位项目分阶段情况", month=month_name(clock.today()))
    return write_xlsx(columns, lines, title=title, note=_note(actor), totals=totals, issued=True)


def _note(actor: Actor) -> str:
    day = clock.today().isoformat()
    return _("填报单位：%(unit)s　日期：%(day)s　单位：亿元", unit=actor.org_name, day=day)
