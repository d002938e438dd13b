"""The table of large projects as a workbook, in the form of domain.md §6 item 2."""

from collections.abc import Sequence
from decimal import Decimal

from flask_babel import gettext as _

from crm.kit import clock
from crm.kit.access import Actor
from crm.kit.tables import Column, write_xlsx
from crm.projects import labels
from crm.reports import cut
from crm.reports.funnel.sheet import month_name
from crm.reports.progress.labels import AGREEMENT
from crm.reports.progress.queries import Foot, Line
from crm.reports.twice import words


def title_of() -> str:
    """Return the title: 2026年11月重点项目推进表."""
    return _("%(month)s重点项目推进表", month=month_name(clock.today()))


def workbook(actor: Actor, lines: Sequence[Line], below: Foot, chips: Sequence[str]) -> bytes:
    """Return the table with what stands ``below`` it; the note says what it was narrowed to, and whether rows are left out."""
    columns = [
        *(Column(_("序号"), "number", 6), Column(_("项目"), width=26), Column(_("投资方"), width=24)),
        *(Column(_("总投资"), "yi", 11), Column(_("固投"), "yi", 11), Column(_("协议类型"), width=11)),
        *(Column(_("落地单位"), width=18), Column(_("挂点领导"), width=11), Column(_("责任人"), width=11)),
        *(Column(_("阶段"), width=11), Column(_("本周进展"), width=40), Column(_("存在问题"), width=28)),
        *(Column(_("需协调事项"), width=30), Column(_("下步计划"), width=24), Column(_("时限"), "date", 13)),
        Column(_("红黄灯"), width=9),
    ]
    rows = [_row(number, line) for number, line in enumerate(lines, start=1)]
    foot = [_("合计"), "", "", *totals(below), *[""] * 11]
    note = _("填报单位：%(unit)s　日期：%(day)s　单位：亿元", unit=actor.org_name, day=clock.today().isoformat())
    left_out = cut.words(len(lines), lines[0].project.total if lines else 0)
    note = "　".join(filter(None, (note, "、".join(chips), moved_words(below), left_out)))
    return write_xlsx(columns, rows, title=title_of(), note=note, totals=foot, issued=True)


def totals(foot: Foot) -> tuple[Decimal, Decimal]:
    """Return total and fixed investment of what is new, in yuan."""
    return foot.total_cny, foot.fixed_cny


def moved_words(foot: Foot) -> str:
    """Say what the sums leave out; nothing where all is new."""
    moved = _("另有存量流转（退城入园）%(n)s 个，列出但不计入合计", n=foot.moved) if foot.moved else ""
    return "　".join(filter(None, (moved, words(foot.twice.count, foot.twice.amount_cny))))


def title_in(line: Line) -> str:
    """Return the title as sheets and paper print it: with what keeps it out of the sums."""
    title = line.project.title
    if line.moved:
        return _("%(title)s（退城入园）", title=title)
    return _("%(title)s（同一投资）", title=title) if line.twice else title


def place(line: Line) -> str:
    """Return where the project settles: its unit, with its carrier."""
    unit, carrier = line.project.org, line.project.carrier
    return unit if carrier is None or carrier == unit else f"{unit} {carrier}"


def _row(number: int, line: Line) -> tuple[object, ...]:
    one = line.project
    return (
        *(number, title_in(line), one.firm, line.amount_cny, one.invest_fixed_cny, str(AGREEMENT[line.agreement])),
        *(place(line), one.lead_official, one.owner or "", str(labels.STAGE[one.stage])),
        *(line.progress, "；".join(line.problems), "；".join(line.matters), line.plan),
        *(one.next_on if line.plan else None, str(labels.LIGHT[one.light])),
    )
