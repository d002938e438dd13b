"""The overview as a workbook in the form of the house: all measures side by side, or one with everything said of it."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _

from crm.kit.access import Actor
from crm.kit.tables import Column, write_xlsx
from crm.reports.funnel.sheet import month_name
from crm.reports.overview.figures import Cell, Measure, Overview, Period
from crm.reports.overview.labels import MEASURE, SHEET, UNIT


def title_of(month: date, measure: Measure | None = None) -> str:
    """Return the title: 2026年11月招商引资通报总览."""
    words = f"（{MEASURE[measure]}）" if measure else ""
    return _("%(month)s招商引资通报总览%(words)s", month=month_name(month), words=words)


def workbook(actor: Actor, month: date, found: Overview, measure: Measure | None, frozen: str = "") -> bytes:
    """Return the table with its sum; ``frozen`` says when the month was frozen."""
    columns = [Column(_("序号"), "number", 6), Column(_("单位"), width=20)]
    columns += _of_one(measure) if measure else [column for one in Measure for column in _short(one)]
    rows: list[Sequence[Any]] = []
    for number, line in enumerate(found.lines, start=1):
        rows.append((number, line.name, *_cells(line.cells, line.ranks, measure)))
    totals = [_("合计"), "", *_cells(found.whole, {}, measure)]
    until = found.days.until.isoformat()
    note = _(
        "填报单位：%(unit)s　日期：%(day)s　序时进度 %(share)s%%",
        unit=actor.org_name,
        day=until,
        share=found.days.schedule,
    )
    note += _("　（%(at)s 冻结）", at=frozen) if frozen else _("　（未冻结）")
    return write_xlsx(columns, rows, title=title_of(month, measure), note=note, totals=totals, issued=True)


def _short(measure: Measure) -> list[Column]:
    name = f"{MEASURE[measure]}（{UNIT[measure]}）"
    return [
        *(Column(name, SHEET[measure], 12), Column(_("完成率（%）"), "percent", 9)),
        *(Column(_("序时差（点）"), "points", 9), Column(_("排名"), "number", 6)),
    ]


def _of_one(measure: Measure) -> list[Column]:
    kind, unit = SHEET[measure], str(UNIT[measure])
    return [
        *(
            Column(_("年度目标（%(unit)s）", unit=unit), kind, 14),
            Column(_("当年累计（%(unit)s）", unit=unit), kind, 14),
        ),
        *(
            Column(_("完成率（%）"), "percent", 10),
            Column(_("序时差（点）"), "points", 10),
            Column(_("排名"), "number", 8),
        ),
        *(Column(_("上年同期（%(unit)s）", unit=unit), kind, 14), Column(_("同比（%）"), "points", 10)),
        *(Column(_("当月（%(unit)s）", unit=unit), kind, 12), Column(_("上月同期（%(unit)s）", unit=unit), kind, 14)),
        Column(_("环比（%）"), "points", 10),
    ]


def _cells(cells: Any, ranks: Any, measure: Measure | None) -> list[Any]:
    if measure is None:
        found: list[Any] = []
        for one in Measure:
            cell: Cell = cells[one]
            found += [cell.done, cell.percent, cell.gap, ranks.get(one)]
        return found
    cell = cells[measure]
    return [
        *(cell.target, cell.done, cell.percent, cell.gap, ranks.get(measure)),
        *(cell.values[Period.LAST_YEAR], cell.on_year, cell.values[Period.MONTH], cell.values[Period.BEFORE]),
        cell.on_month,
    ]
