"""The week ledger as a workbook, in the form of domain.md §6 item 1."""

from collections.abc import Sequence
from decimal import Decimal

from flask_babel import gettext as _

from crm.core.stages import Stage
from crm.kit import clock
from crm.kit.access import Actor
from crm.kit.tables import Column, write_xlsx
from crm.projects import labels
from crm.projects.queries import reads_notes
from crm.reports.ledger import weeks
from crm.reports.ledger.building import Line
from crm.reports.ledger.queries import UnitLines
from crm.reports.twice import words


def workbook(actor: Actor, ledgers: Sequence[UnitLines]) -> bytes:
    """Return the ledger of one unit or of several, one beneath the other, with its total."""
    monday = ledgers[0].monday
    rows = [(ledger, line) for ledger in ledgers for line in ledger.lines]
    return write_xlsx(
        _columns(),
        [_row(n, ledger, line, reads_notes(actor)) for n, (ledger, line) in enumerate(rows, start=1)],
        title=_("%(week)s招商项目周台账", week=weeks.name_of(monday)),
        note=_note(actor, ledgers),
        totals=_totals([line for _ledger, line in rows]),
        issued=True,
    )


def file_name(monday: str) -> str:
    """Return the name of the file: 2026年第48周招商项目周台账.xlsx."""
    return f"{monday}招商项目周台账.xlsx"


def amount(line: Line, name: str) -> Decimal | None:
    """Return an amount in yuan, or an area, from the cells of a line."""
    text = line.cells.get(name)
    return Decimal(text) if text else None


def total(lines: Sequence[Line], name: str) -> Decimal:
    """Return the sum of a column over what is new; a line that corrects another is not counted again."""
    return sum((amount(line, name) or Decimal(0) for line in lines if line.counts), Decimal(0))


def talks(lines: Sequence[Line]) -> int:
    """Return how many new projects are in 在谈."""
    return sum(line.cells.get("stage") == Stage.NEGOTIATING and line.counts for line in lines)


def moved(lines: Sequence[Line]) -> int:
    """Return how many lines are of firms that move within the city: listed, for there is work to do, and not counted."""
    return sum(line.moved and not line.adjusts for line in lines)


def twice_words(lines: Sequence[Line]) -> str:
    """Say which lines the sum over units leaves out, as another project counts for the same investment."""
    found = [line for line in lines if line.twice and not line.adjusts and not line.moved]
    return words(len(found), sum((amount(line, "total_cny") or Decimal(0) for line in found), Decimal(0)))


def moved_words(lines: Sequence[Line]) -> str:
    """Say what the sums leave out; nothing where all is new."""
    number = moved(lines)
    return _("另有存量流转（退城入园）%(n)s 个，不计入合计和在谈", n=number) if number else ""


def fresh(lines: Sequence[Line]) -> int:
    """Return how many of the projects in 在谈 were registered in this week."""
    return talks([line for line in lines if line.cells.get("fresh")])


def second(lines: Sequence[Line]) -> int:
    """Return how many projects are of the second track: seed projects, teams and institutions (人才项目)."""
    return sum(bool(line.cells.get("second")) and line.counts for line in lines)


def summary(ledgers: Sequence[UnitLines]) -> str:
    """Say what the ledger holds: projects in 在谈 and how many of them are new, industry and talent, and all lines."""
    lines = [line for ledger in ledgers for line in ledger.lines]
    if any("second" not in line.cells for line in lines):  # a week frozen before this was kept does not say
        return _("在谈项目 %(n)s 个，全部 %(all)s 行", n=talks(lines), all=len(lines))
    talent = second(lines)
    return _(
        "在谈项目 %(n)s 个（本周新增 %(fresh)s 个），产业项目 %(industry)s 个，人才项目 %(talent)s 个，全部 %(all)s 行",
        n=talks(lines),
        fresh=fresh(lines),
        industry=sum(line.counts for line in lines) - talent,
        talent=talent,
        all=len(lines),
    )


def place(ledger: UnitLines, line: Line) -> str:
    """Return the unit and the carrier, where that is not the unit itself."""
    carrier = line.cells.get("carrier")
    return ledger.org.name if carrier in (None, "", ledger.org.name) else f"{ledger.org.name} {carrier}"


def _columns() -> list[Column]:
    return [
        Column(_("序号"), "number", 6),
        Column(_("项目名称"), width=26),
        Column(_("投资方"), width=24),
        Column(_("投资方简介"), width=22),
        Column(_("项目内容"), width=30),
        Column(_("固定资产投资"), "yi", 12),
        Column(_("计划总投资"), "yi", 12),
        Column(_("需用土地（亩）"), "area", 10),
        Column(_("企业联系人"), width=10),
        Column(_("单位与片区"), width=18),
        Column(_("产业类型"), width=14),
        Column(_("阶段"), width=10),
        Column(_("责任人"), width=10),
        Column(_("本周进展"), width=44),
        Column(_("研判结果"), width=12),
    ]


def title_in(line: Line) -> str:
    """Return the title as sheets and paper print it: with what keeps it out of the sums."""
    title: str = line.cells.get("title", "")
    if line.moved:
        return _("%(title)s（退城入园）", title=title)
    return _("%(title)s（同一投资）", title=title) if line.twice else title


def judged(line: Line) -> str:
    """Return 研判结果 in words; nothing for a project that was registered without either, or frozen before this was kept."""
    words = {"passed": _("评审通过"), "failed": _("评审未通过"), "triaged": _("研判立项")}
    return words.get(line.cells.get("judged", ""), "")


def _row(number: int, ledger: UnitLines, line: Line, notes: bool) -> tuple[object, ...]:
    cells = line.cells
    words = _("（更正）%(words)s", words=line.words) if line.adjusts else line.words
    return (
        number,
        title_in(line),
        cells.get("firm", ""),
        cells.get("about", ""),
        cells.get("content", ""),
        amount(line, "fixed_cny"),
        amount(line, "total_cny"),
        amount(line, "area_mu"),
        cells.get("person", "") if notes else "",  # leaders read no contacts
        place(ledger, line),
        cells.get("segment", ""),
        str(labels.STAGE[Stage(cells["stage"])]) if cells.get("stage") else "",
        cells.get("owner", ""),
        words,
        judged(line),
    )


def _totals(lines: Sequence[Line]) -> list[object]:
    sums = [total(lines, name) for name in ("fixed_cny", "total_cny", "area_mu")]
    return [_("合计"), "", "", "", "", *sums, *[""] * 7]


def _note(actor: Actor, ledgers: Sequence[UnitLines]) -> str:
    lines = [line for ledger in ledgers for line in ledger.lines]
    unit = ledgers[0].org.name if len(ledgers) == 1 else _("各单位汇总")
    frozen = all(ledger.week is not None and ledger.week.frozen_at for ledger in ledgers)
    return "\n".join(
        line
        for line in (
            _("填报单位：%(unit)s　日期：%(day)s　单位：亿元", unit=unit, day=clock.today().isoformat())
            + ("" if frozen else _("　（未冻结）")),
            "；".join(filter(None, (summary(ledgers), moved_words(lines)))),
            twice_words(lines),
            _(
                "填报人：%(unit)s %(name)s　时间：%(at)s　联系方式不随表导出；连续四周无进展须说明原因",
                unit=actor.org_name,
                name=actor.name,
                at=clock.local(clock.now()).strftime("%Y-%m-%d %H:%M"),
            ),
        )
        if line
    )
