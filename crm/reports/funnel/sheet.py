"""Monthly details as a workbook in the form of the house."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from flask_babel import gettext as _

from crm.core.stages import MilestoneKind
from crm.kit import clock
from crm.kit.access import Actor
from crm.kit.tables import Column, write_xlsx
from crm.reports.months.freezing import Change
from crm.reports.months.lines import MonthLine, sums_of, twice, twice_now
from crm.reports.twice import YI
from crm.reports.twice import words as words_of


def month_name(day: date) -> str:
    """Return the month as titles write it: 2026年11月."""
    return f"{day.year}年{day.month}月"


def month(
    actor: Actor, on: date, words: str, lines: Sequence[MonthLine], changes: Sequence[Change] = (), frozen: str = ""
) -> bytes:
    """Return the details of a month: a line for each project, with the total; then what earlier months are adjusted by.

    What two units registered as one investment has two lines and counts once in the total.

    ``frozen`` says when a month was frozen. An adjustment carries its difference alone, so that the total is the month's with it.
    """
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
    started = any(line.kind == MilestoneKind.STARTED for line in lines)
    columns += [Column(_("开工类型"), width=12)] * started
    left = twice(actor, lines)
    rows: list[tuple[object, ...]] = [
        (
            *(number, _title(line, left), line.firm, line.org, line.recognised_on, line.event_on, line.amount_cny),
            *(line.agreement, _("是") if line.registered else _("否"), line.by, line.funds_cny),
            *[line.start_words] * started,
        )
        for number, line in enumerate(lines, start=1)
    ]
    rows += [
        (
            *(number, one.title, _("（调整 %(month)s）", month=f"{one.of:%Y-%m}"), one.org, None, None, one.difference),
            *("", "", "", None),
            *[""] * started,
        )
        for number, one in enumerate(changes, start=len(lines) + 1)
    ]
    once = [line for line in lines if line not in left]
    total = sums_of(once, "amount_cny") + sum((one.difference for one in changes), Decimal(0))
    totals = [_("合计"), "", "", "", "", "", total, "", "", "", sums_of(once, "funds_cny"), *[""] * started]
    title = _("%(month)s%(words)s项目明细", month=month_name(on), words=words)
    note = note_of(actor) + (_("　（%(at)s 冻结）", at=frozen) if frozen else _("　（未冻结）"))
    note += twice_words(actor, lines, frozen=bool(frozen))
    return write_xlsx(columns, rows, title=title, note=note, totals=totals, issued=True)


def _title(line: MonthLine, left: Sequence[MonthLine]) -> str:
    return _("%(title)s（同一投资）", title=line.title) if line in left else line.title


def twice_words(actor: Actor, lines: Sequence[MonthLine], *, frozen: bool) -> str:
    """Say what the sum over units leaves out of these lines, and of frozen ones what was decided since."""
    left = twice(actor, lines)
    told = words_of(len(left), sums_of(left, "amount_cny"))
    now = twice_now(actor, lines) if frozen else left
    if now == left:
        return told
    yi = f"{sums_of(now, 'amount_cny') / YI:.2f}"
    return told + _("冻结以后又有判定：按现在的判定，同一投资是 %(n)s 个、%(yi)s 亿元。", n=len(now), yi=yi)


def note_of(actor: Actor) -> str:
    """Return the line above a table: who, when, and in what amounts are told."""
    day = clock.today().isoformat()
    return _("填报单位：%(unit)s　日期：%(day)s　单位：亿元", unit=actor.org_name, day=day)
