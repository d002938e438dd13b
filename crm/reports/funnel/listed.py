"""The rows behind a number as a workbook in the form of the house: projects with where the lost ones went, or stays in a stage."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _

from crm.core.stages import Stage
from crm.kit import clock
from crm.kit.access import Actor
from crm.kit.tables import Column, write_xlsx
from crm.projects import gate_labels, labels
from crm.projects.models import Project
from crm.projects.queries import reads_notes
from crm.reports import cut
from crm.reports.funnel.behind import Line, Stay
from crm.reports.funnel.sheet import month_name, note_of


def title_of(words: Sequence[str]) -> str:
    """Return the title, with what the list is narrowed to: 2026年11月项目明细（在谈·大冶市）."""
    narrowed = f"（{'·'.join(words)}）" if words else ""
    return _("%(month)s项目明细%(words)s", month=month_name(clock.today()), words=narrowed)


def projects(actor: Actor, lines: Sequence[Line], total: tuple[int, Decimal], words: Sequence[str]) -> bytes:
    """Return the projects with their sum. Ended ones bring columns: why, when, where it went, and the lesson for who reads notes."""
    ended = any(line.project.stage is Stage.CLOSED for line in lines)
    told = ended and reads_notes(actor)
    columns = [
        *_about(),
        *(Column(_("计划总投资"), "yi", 12), Column(_("计入金额"), "yi", 12)),
        *(Column(_("红黄牌"), width=9), Column(_("牌由"), width=30)),
        *(Column(_("终止原因"), width=18), Column(_("终止日期"), "date", 13), Column(_("去向"), width=22)) * ended,
        *(Column(_("教训或体会"), width=40),) * told,
    ]
    rows = [(*_facts(n, line.project), *_state(line), *_end(line.project, ended, told)) for n, line in _counted(lines)]
    totals = [_("合计"), *[""] * 9, total[1], *[""] * (len(columns) - 11)]
    return _book(columns, rows, actor, words, totals, total[0])


def stays(actor: Actor, found: Sequence[Stay], median: tuple[float, int], words: Sequence[str]) -> bytes:
    """Return the stays with the median that they make."""
    columns = [
        *_about(),
        *(Column(_("进入日期"), "date", 13), Column(_("离开日期"), "date", 13), Column(_("停留天数"), "days", 10)),
    ]
    rows = [(*_facts(n, one.project), one.entered_on, one.left_on, one.days) for n, one in _counted(found)]
    totals = [_("中位数"), *[""] * (len(columns) - 2), median[0]]
    return _book(columns, rows, actor, words, totals, median[1])


def _book(
    columns: Sequence[Column],
    rows: Sequence[Any],
    actor: Actor,
    words: Sequence[str],
    totals: Sequence[Any],
    every: int,
) -> bytes:
    """The header carries a filter: people go on working with these rows. A list that was cut says so."""
    note = "\n".join(filter(None, (note_of(actor), cut.words(len(rows), every))))
    return write_xlsx(columns, rows, title=title_of(words), note=note, totals=totals, issued=True, filtered=True)


def _counted(rows: Sequence[Any]) -> Sequence[tuple[int, Any]]:
    return list(enumerate(rows, start=1))


def _about() -> list[Column]:
    return [
        *(Column(_("序号"), "number", 6), Column(_("项目编号"), width=15), Column(_("项目名称"), width=28)),
        *(Column(_("投资方"), width=26), Column(_("产业类型"), width=14), Column(_("责任单位"), width=18)),
        *(Column(_("责任人"), width=11), Column(_("阶段"), width=11), Column(_("进入阶段日期"), "date", 13)),
    ]


def _facts(number: int, one: Project) -> tuple[Any, ...]:
    field, owner = one.node.segment.name if one.node else "", one.owner.name if one.owner else ""
    return (
        number,
        one.number,
        one.title,
        one.firm,
        field,
        one.org.name,
        owner,
        str(labels.STAGE[one.stage]),
        one.stage_on,
    )


def _state(line: Line) -> tuple[Any, ...]:
    one = line.project
    return one.invest_total_cny, line.amount_cny, str(labels.LIGHT[one.light]), one.light_reason


def _end(one: Project, ended: bool, told: bool) -> tuple[Any, ...]:
    if not ended:
        return ()
    lost = one.stage is Stage.CLOSED  # one that was brought back keeps the words of its end
    reason = gate_labels.CLOSE_REASON.get(one.close_reason, one.close_reason) if lost else ""
    found = (str(reason), one.closed_on if lost else None, one.went_where if lost else "")
    return (*found, one.lesson if lost else "") if told else found
