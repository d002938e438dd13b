"""The funnel as a workbook in the form of the house: a sheet for each table of the page (domain.md §6, item 5)."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _

from crm.core.stages import RECOGNISED
from crm.kit import clock
from crm.kit.access import Actor
from crm.kit.tables import Column, Table, write_book
from crm.projects import gate_labels, labels
from crm.reports.funnel.figures import STOCK, WAITS, Cohort, Funnel, Line
from crm.reports.funnel.queries import STEPS
from crm.reports.funnel.rates import DAYS, LIGHTS, Rate
from crm.reports.funnel.sheet import month_name, note_of
from crm.reports.twice import words as twice_words

NUMBER = ("number", 8)


def title_of() -> str:
    """Return the title: 2026年11月招商项目漏斗."""
    return _("%(month)s招商项目漏斗", month=month_name(clock.today()))


def workbook(actor: Actor, found: Funnel, units: Sequence[Rate], segments: Sequence[Rate], narrowed: str = "") -> bytes:
    """Return the sheets: stock, months of entry, reasons of an end, then units and fields with their stock and their course.

    ``narrowed`` says in words to which unit or field the figures are narrowed.
    """
    note = note_of(actor) + (f"　{narrowed}" if narrowed else "")
    unit, segment = _("单位"), _("产业")
    tables = [
        _stock(found, note),
        _cohorts(found, note),
        _lost(found, note),
        _lines(_("各单位"), unit, found.units, note),
        _lines(_("各产业"), segment, found.segments, note),
        _course(_("各单位转化"), unit, units, note),
        _course(_("各产业转化"), segment, segments, note),
    ]
    return write_book(tables, issued=True)


def _title(words: str) -> str:
    return f"{title_of()}（{words}）"


def _stock(found: Funnel, note: str) -> Table:
    columns = [
        *(Column(_("序号"), "number", 6), Column(_("阶段"), width=16), Column(_("项目（个）"), "number", 12)),
        *(Column(_("金额（亿元）"), "yi", 16), Column(_("停留中位数（天）"), "days", 14)),
        Column(_("停留次数"), "number", 12),
    ]
    rows = [
        (number, str(labels.STAGE[stage]), one.count, one.amount_cny, *found.days.get(stage, (None, None)))
        for number, (stage, one) in enumerate(found.stock.items(), start=1)
    ]
    every = found.stock.values()
    totals = [
        _("合计"),
        "",
        sum(one.count for one in every),
        sum((one.amount_cny for one in every), Decimal(0)),
        "",
        "",
    ]
    waits = [
        _(
            "签约超过 %(n)s 个月未开工 %(count)s 个、%(yi)s 亿元",
            n=months,
            count=one.count,
            yi=f"{one.amount_cny / 100_000_000:.2f}",
        )
        for months, one in found.waiting.items()
    ]
    lamps = [f"{labels.LIGHT[light]} {found.lights[light].count} {_('个')}" for light in LIGHTS]
    moved = _(
        "存量流转（退城入园）%(n)s 个、%(yi)s 亿元，不计入新招商的各项数字。",
        n=found.moved.count,
        yi=f"{found.moved.amount_cny / 100_000_000:.2f}",
    )
    words = "；".join([*waits, *lamps])
    twice = twice_words(found.left_out.count, found.left_out.amount_cny)
    return Table(_("存量"), columns, rows, _title(_("存量")), f"{note}\n{words}\n{moved}{twice}", totals)


def _cohorts(found: Funnel, note: str) -> Table:
    name = _("按进入在谈的月份")
    columns = [Column(_("序号"), "number", 6), Column(_("月份"), width=12), *_course_columns()]
    rows = [
        (number, f"{one.month:%Y-%m}" if one.month else "", *_course_cells(one))
        for number, one in enumerate(found.cohorts, start=1)
    ]
    return Table(_("进入月份"), columns, rows, _title(name), note, [_("全部月份"), "", *_course_cells(found.whole)])


def _lost(found: Funnel, note: str) -> Table:
    name = _("终止原因")
    columns = [
        *(Column(_("序号"), "number", 6), Column(_("原因"), width=30), Column(_("项目（个）"), "number", 12)),
        Column(_("金额（亿元）"), "yi", 16),
    ]
    rows = [
        (number, str(gate_labels.CLOSE_REASON.get(reason, reason or _("未填原因"))), one.count, one.amount_cny)
        for number, (reason, one) in enumerate(found.lost, start=1)
    ]
    amounts = sum((one.amount_cny for _reason, one in found.lost), Decimal(0))
    totals = [_("合计"), "", sum(one.count for _reason, one in found.lost), amounts]
    return Table(name, columns, rows, _title(name), note, totals)


def _lines(name: str, head: str, lines: Sequence[Line], note: str) -> Table:
    """Stock by unit or field. The early stages of other units stay empty (S5)."""
    columns = [Column(_("序号"), "number", 6), Column(head, width=22)]
    columns += [Column(str(labels.STAGE[stage]), "number", 12) for stage in STOCK]
    columns.append(Column(_("签约及以后（亿元）"), "yi", 16))
    rows = [
        (
            *(number, line.name),
            *(line.stages[stage].count if line.own or stage in RECOGNISED else None for stage in STOCK),
            line.won.amount_cny,
        )
        for number, line in enumerate(lines, start=1)
    ]
    counts = [sum(line.stages[stage].count for line in lines) for stage in STOCK]
    totals = [_("合计"), "", *counts, sum((line.won.amount_cny for line in lines), Decimal(0))]
    return Table(name, columns, rows, _title(name), note, totals)


def _course(name: str, head: str, lines: Sequence[Rate], note: str) -> Table:
    columns = [
        *(Column(_("序号"), "number", 6), Column(head, width=22), *_course_columns()),
        *(Column(_("%(stage)s停留中位数（天）", stage=labels.STAGE[stage]), "days", 12) for stage in DAYS),
        *(Column(_("超 %(n)s 个月未开工", n=months), *NUMBER) for months in WAITS),
        *(Column(str(labels.LIGHT[light]), *NUMBER) for light in LIGHTS),
    ]
    width = len(columns) - 2
    rows = [
        (number, line.name, *(_rate_cells(line) if line.own else [None] * width))
        for number, line in enumerate(lines, start=1)
    ]
    return Table(name, columns, rows, _title(name), note)


def _course_columns() -> list[Column]:
    found = [Column(_("进入在谈"), *NUMBER)]
    for step in STEPS:
        found += [Column(str(labels.MILESTONE[step]), *NUMBER), Column(_("占比（%）"), "percent", 9)]
    return [*found, Column(_("终止"), *NUMBER), Column(_("占比（%）"), "percent", 9)]


def _course_cells(one: Cohort) -> list[Any]:
    found: list[Any] = [one.entered]
    for step in STEPS:
        found += [one.reached[step], one.percent(step)]
    return [*found, one.lost, one.percent_lost]


def _rate_cells(line: Rate) -> list[Any]:
    return [
        *_course_cells(line.course),
        *(line.days[stage][0] if stage in line.days else None for stage in DAYS),
        *(line.waiting[months].count for months in WAITS),
        *(line.lights[light] for light in LIGHTS),
    ]
