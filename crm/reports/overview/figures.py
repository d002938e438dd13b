"""What a line of the overview says: reached, target, share, distance to the schedule, rank, and comparison with earlier. Pure."""

from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum


class Measure(StrEnum):
    """What is counted. Amounts in yuan, foreign capital in US dollars."""

    SIGNED = "signed_count"  # 签约个数
    SIGNED_CNY = "signed_cny"  # 签约额
    STARTED = "started_count"  # 开工（开业）个数
    FUNDS = "funds_cny"  # 当年到位资金
    FDI = "fdi_usd"  # 实际利用外资


class Period(StrEnum):
    """Over which days."""

    YEAR = "year"  # 当年累计
    LAST_YEAR = "last_year"  # 上年同期
    MONTH = "month"  # 当月
    BEFORE = "before"  # 上月


Twice = dict[tuple[int, int], dict[Measure, dict[Period, Decimal]]]


@dataclass(frozen=True)
class Days:
    """The days of the four periods of a month, and how much of the year is over at its end, in percent."""

    spans: Mapping[Period, tuple[date, date]]
    schedule: Decimal

    @property
    def until(self) -> date:
        """The last day that counts."""
        return self.spans[Period.YEAR][1]


def days_of(month: date, today: date) -> Days:
    """Return the days that a month is told by: whole months, in the running month up to the same day.

    序时进度 is the share of the months that are over; of the running month its days.
    """
    end = monthrange(month.year, month.month)[1]
    running = (month.year, month.month) == (today.year, today.month)
    day = today.day if running else end
    before = date(month.year - (month.month == 1), (month.month - 2) % 12 + 1, 1)
    share = (Decimal(month.month - 1) + Decimal(day) / end) / 12 * 100
    return Days(
        {
            Period.YEAR: (date(month.year, 1, 1), month.replace(day=day)),
            Period.LAST_YEAR: (date(month.year - 1, 1, 1), _same_day(month.replace(year=month.year - 1), day, running)),
            Period.MONTH: (month, month.replace(day=day)),
            Period.BEFORE: (before, _same_day(before, day, running)),
        },
        share.quantize(Decimal("0.1")),
    )


def _same_day(month: date, day: int, running: bool) -> date:
    """The same day of another month, or its last one; of a whole month always the last."""
    last = monthrange(month.year, month.month)[1]
    return month.replace(day=min(day, last) if running else last)


@dataclass(frozen=True)
class Cell:
    """One measure of one unit."""

    values: Mapping[Period, Decimal]
    target: Decimal | None
    schedule: Decimal

    @property
    def done(self) -> Decimal:
        """What was reached this year."""
        return self.values[Period.YEAR]

    @property
    def percent(self) -> Decimal | None:
        """The share of the target, one decimal; None without a target."""
        return _share(self.done, self.target)

    @property
    def gap(self) -> Decimal | None:
        """By how many points the share differs from the schedule: less than 0 is behind."""
        return None if self.percent is None else self.percent - self.schedule

    @property
    def on_year(self) -> Decimal | None:
        """同比: growth against the same days of the year before, in percent; None where nothing was."""
        return _growth(self.done, self.values[Period.LAST_YEAR])

    @property
    def on_month(self) -> Decimal | None:
        """环比: growth of the month against the one before."""
        return _growth(self.values[Period.MONTH], self.values[Period.BEFORE])


@dataclass
class Line:
    """A unit. ``own``: its rows may be opened by this reader. ``bound``: the city sets targets for it, as it does not for itself."""

    org_id: int
    key: str
    name: str
    own: bool
    cells: dict[Measure, Cell]
    ranks: dict[Measure, int] = field(default_factory=dict)
    bound: bool = True


@dataclass(frozen=True)
class Overview:
    """All units and what they come to; ``untold`` names the units without a target of any kind.

    ``twice`` is what the lines count twice, as two units registered one investment: the sum leaves it out. By the unit that it is
    of and the unit whose project counts.
    """

    days: Days
    lines: Sequence[Line]
    whole: Mapping[Measure, Cell]
    untold: Sequence[str]
    twice: Twice = field(default_factory=dict)

    def twice_of(self, measure: Measure) -> Decimal:
        """How much of this year's measure the sum leaves out."""
        return _twice(self.twice, measure)[Period.YEAR]


def overview_of(days: Days, lines: Sequence[Line], twice: Twice | None = None) -> Overview:
    """Return the lines ranked, with their sum, from which ``twice`` is taken."""
    twice = twice or {}
    for measure in Measure:
        _rank(measure, [line for line in lines if line.cells[measure].percent is not None])
    bound = [line for line in lines if line.bound]
    untold = [line.name for line in bound if all(cell.target is None for cell in line.cells.values())]
    whole = {measure: _sum(days, lines, measure, _twice(twice, measure)) for measure in Measure}
    return Overview(days, lines, whole, untold, twice)


def _rank(measure: Measure, lines: Sequence[Line]) -> None:
    """Whoever reached the same share has the same rank, and the next one follows after both."""
    shares = [line.cells[measure].percent or Decimal(0) for line in lines]
    for line, share in zip(lines, shares, strict=True):
        line.ranks[measure] = 1 + sum(other > share for other in shares)


def _twice(twice: Twice, measure: Measure) -> dict[Period, Decimal]:
    parts = [cells[measure] for cells in twice.values() if measure in cells]
    return {period: sum((part[period] for part in parts), Decimal(0)) for period in Period}


def _sum(days: Days, lines: Sequence[Line], measure: Measure, twice: Mapping[Period, Decimal]) -> Cell:
    """The sum of all lines without what they count twice; its target only when each unit that is set targets has one, or the share would say too much."""
    cells = [line.cells[measure] for line in lines]
    none = Decimal(0)
    values = {period: sum((one.values[period] for one in cells), none) - twice[period] for period in Period}
    targets = [
        cell.target
        for line, cell in zip(lines, cells, strict=True)
        if line.bound or cell.target is not None  # a unit that was dissolved in its year
    ]
    whole = sum((target or Decimal(0) for target in targets), Decimal(0))
    return Cell(values, whole if targets and None not in targets else None, days.schedule)


def empty(values: Iterable[tuple[Period, Decimal]] = ()) -> dict[Period, Decimal]:
    """Return a value for each period, 0 where nothing was."""
    return {period: Decimal(0) for period in Period} | dict(values)


def _share(part: Decimal, whole: Decimal | None) -> Decimal | None:
    return (100 * part / whole).quantize(Decimal("0.1")) if whole else None


def _growth(now: Decimal, before: Decimal) -> Decimal | None:
    return (100 * (now - before) / before).quantize(Decimal("0.1")) if before else None
