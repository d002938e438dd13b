"""The overview as a workbook in the form of the house: all measures side by side, or one with everything said of it."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _

from crm.kit.access import Actor
from crm.kit.tables import Column, write_xlsx
from crm.projects.funds import KIND as VOUCHER
from crm.projects.labels import STAGE
from crm.reports.funnel.sheet import month_name
from crm.reports.overview.figures import Cell, Measure, Overview, Period
from crm.reports.overview.labels import MEASURE, SHEET, UNIT
from crm.reports.overview.queries import KINDS, MOST_ROWS
from crm.reports.twice import words


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
    note += twice_words(found)
    return write_xlsx(columns, rows, title=title_of(month, measure), note=note, totals=totals, issued=True)


def twice_words(found: Overview) -> str:
    """Say what the sum leaves out of the lines: signings of this year whose investment another unit's project counts."""
    return words(found.twice_of(Measure.SIGNED), found.twice_of(Measure.SIGNED_CNY))


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


def rows_title(month: date, words: Sequence[str]) -> str:
    """Return the title of the rows behind a number: 2026年11月通报明细（大冶市·签约额·当年累计）."""
    return _("%(month)s通报明细（%(words)s）", month=month_name(month), words="·".join(words))


def rows_behind(actor: Actor, title: str, rows: Sequence[Any], measure: Measure, span: tuple[date, date]) -> bytes:
    """Return the milestones or vouchers behind a number with their sum; the header carries a filter."""
    kind, unit = ("wan", UNIT[measure]) if measure is Measure.FDI else ("yi", UNIT[Measure.SIGNED_CNY])
    of_milestones = measure in KINDS
    columns = [
        *(Column(_("序号"), "number", 6), Column(_("项目编号"), width=15), Column(_("项目名称"), width=30)),
        *(Column(_("投资方"), width=28), Column(_("负责单位"), width=18), Column(_("阶段"), width=11)),
        *(Column(_("认定日期"), "date", 13), Column(_("发生日期"), "date", 13)) * of_milestones,
        *(Column(_("到账日期"), "date", 13), Column(_("凭证"), width=16), Column(_("凭证号"), width=18))
        * (not of_milestones),
        Column(_("金额（%(unit)s）", unit=unit), kind, 13),
    ]
    lines = [
        (
            *(number, row.project.number, row.project.title, row.project.firm, row.project.org.name),
            *(str(STAGE[row.project.stage]), *(_of_milestone(row) if of_milestones else _of_voucher(row)), amount),
        )
        for number, (row, amount) in enumerate(rows, start=1)
    ]
    total = sum((amount or Decimal(0) for _row, amount in rows), Decimal(0))
    first, last = (day.isoformat() for day in span)
    note = _("填报单位：%(unit)s　%(first)s 至 %(last)s", unit=actor.org_name, first=first, last=last)
    if len(rows) == MOST_ROWS:
        note += "\n" + _("只列前 %(n)s 行。", n=MOST_ROWS)
    totals = [_("合计"), *[""] * (len(columns) - 2), total]
    return write_xlsx(columns, lines, title=title, note=note, totals=totals, issued=True, filtered=True)


def _of_milestone(row: Any) -> tuple[Any, ...]:
    return row.recognised_on, row.event_on


def _of_voucher(row: Any) -> tuple[Any, ...]:
    return row.on, str(VOUCHER.get(row.kind, row.kind)), row.voucher_no
