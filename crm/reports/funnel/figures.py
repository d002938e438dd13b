"""The funnel summed: stock, cohorts, days in a stage, losses, what waits and what is late. Sums of groups that the database made."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cache
from statistics import median
from typing import Any

from flask_babel import gettext as _

from crm.accounts.models import Org
from crm.core.stages import RECOGNISED, MilestoneKind, Stage
from crm.kit.access import Actor
from crm.projects.figures import MILESTONES
from crm.projects.models import Light
from crm.projects.once import is_left_out
from crm.reports.funnel import queries
from crm.reports.funnel.queries import Wanted

STOCK = (
    *(Stage.PLANNING, Stage.NEGOTIATING, Stage.SIGNED, Stage.REGISTERED, Stage.STARTED),
    *(Stage.IN_PRODUCTION, Stage.FULL_CAPACITY),
)
WAITS = (3, 6, 12)
COHORTS = 12


@dataclass
class Sum:
    """A number of projects with their amount in yuan."""

    count: int = 0
    amount_cny: Decimal = Decimal(0)

    def add(self, group: Any) -> None:
        """Count the projects of one more group."""
        self.count += group.count
        self.amount_cny += group.amount or Decimal(0)


@dataclass
class Line:
    """A unit's or a field's line: a sum for each stage. ``own``: its early stages may be read, and its rows opened."""

    key: str
    name: str
    own: bool
    stages: dict[Stage, Sum] = field(default_factory=lambda: {stage: Sum() for stage in STOCK})

    @property
    def won(self) -> Sum:
        """Everything from recognised signing on."""
        parts = [self.stages[stage] for stage in STOCK if stage in RECOGNISED]
        return Sum(sum(one.count for one in parts), sum((one.amount_cny for one in parts), Decimal(0)))


@cache
def _kinds(reached: int) -> tuple[MilestoneKind, ...]:
    return tuple(kind for kind, bit in MILESTONES.items() if reached & bit)


@dataclass
class Cohort:
    """The projects that entered 在谈 in one month, and how many of them had each milestone recognised since."""

    month: date | None
    entered: int = 0
    reached: Counter[MilestoneKind] = field(default_factory=Counter)
    lost: int = 0

    def add(self, group: Any) -> None:
        """Count the projects of one more group, all of which entered 在谈."""
        self.entered += group.count
        self.lost += group.count if group.stage is Stage.CLOSED else 0
        for kind in _kinds(group.reached):
            self.reached[kind] += group.count

    def percent(self, kind: MilestoneKind) -> Decimal | None:
        """Return the share that reached it, with one decimal."""
        return _share(self.reached[kind], self.entered)

    @property
    def percent_lost(self) -> Decimal | None:
        """The share that has ended since."""
        return _share(self.lost, self.entered)

    def steps(self) -> list["Step"]:
        """Return what the picture of the funnel is drawn of: who entered, then each milestone with its shares."""
        counts = [self.entered, *(self.reached[kind] for kind in queries.STEPS)]
        shares = [float(_share(count, self.entered) or 0) for count in counts]
        return [
            Step(kind, count, wide, after, _share(count, before))
            for kind, count, wide, after, before in zip(
                *((None, *queries.STEPS), counts, shares, [*shares[1:], shares[-1]], [0, *counts]), strict=False
            )
        ]


@dataclass(frozen=True)
class Step:
    """A step of the drawn funnel. ``wide`` and ``after`` are percents of all that entered; ``of_before`` of the step above."""

    kind: MilestoneKind | None
    count: int
    wide: float
    after: float
    of_before: Decimal | None


def _share(part: int, whole: int) -> Decimal | None:
    return (Decimal(100) * part / whole).quantize(Decimal("0.1")) if whole else None


@dataclass
class Funnel:
    """All figures of the page. ``cohorts`` are all months, the newest first; the page shows ``recent``."""

    stock: dict[Stage, Sum]
    cohorts: list[Cohort]
    whole: Cohort
    days: dict[Stage, tuple[float, int]]
    lost: list[tuple[str, Sum]]
    waiting: dict[int, Sum]
    lights: dict[Light, Sum]
    moved: Sum
    left_out: Sum
    units: list[Line]
    segments: list[Line]

    @property
    def recent(self) -> list[Cohort]:
        """The newest months."""
        return self.cohorts[:COHORTS]


@dataclass(frozen=True)
class Pipeline:
    """What the start page shows of the funnel."""

    whole: Cohort
    waiting: dict[int, Sum]
    lights: dict[Light, Sum]


def pipeline(actor: Actor) -> Pipeline:
    """Return the funnel in small, of the projects whose figures the actor reads."""
    own = _once(actor, Wanted(), queries.groups(actor, Wanted()))
    return Pipeline(_whole(_cohorts(queries.courses(actor, Wanted()))), _waiting(actor, Wanted()), _lights(own))


def funnel(actor: Actor, wanted: Wanted, units: Sequence[Org] | None = None) -> Funnel:
    """Return the figures of the projects that the actor may count. ``units``: those with a line, where the caller has read them."""
    rows = queries.groups(actor, wanted)
    own = _once(actor, wanted, rows)
    cohorts = _cohorts(queries.courses(actor, wanted))
    apart = queries.apart(actor, wanted)
    return Funnel(
        stock=_stock(own),
        cohorts=sorted(cohorts, key=lambda one: one.month or date.min, reverse=True),
        whole=_whole(cohorts),
        days=days_of(queries.stays(actor, wanted)),
        lost=_lost(own),
        waiting=_waiting(actor, wanted),
        lights=_lights(own),
        moved=Sum(*apart[:2]),
        left_out=Sum(*apart[2:]),
        units=list(_fill(unit_lines(actor, wanted, units), rows, "org_id").values()),
        segments=list(_fill(segment_lines(), queries.fields(actor, wanted), "segment_id").values()),
    )


def _once(actor: Actor, wanted: Wanted, rows: Sequence[Any]) -> list[Any]:
    """The groups that the actor reads and a sum over them counts; a unit's line counts all that is its own."""
    own = [row for row in rows if queries.is_own(actor, row.org_id)]
    if wanted.org_id is not None:
        return own
    return [row for row in own if not is_left_out(actor, row.org_id, row.same_org_id)]


def _waiting(actor: Actor, wanted: Wanted) -> dict[int, Sum]:
    return {months: Sum(*found) for months, found in queries.waiting(actor, wanted, WAITS).items()}


def _lights(rows: Sequence[Any]) -> dict[Light, Sum]:
    return {
        light: _summed(row for row in rows if row.light is light and row.stage is not Stage.CLOSED) for light in Light
    }


def _summed(rows: Any) -> Sum:
    found = Sum()
    for row in rows:
        found.add(row)
    return found


def _stock(rows: Sequence[Any]) -> dict[Stage, Sum]:
    return {stage: _summed(row for row in rows if row.stage is stage) for stage in STOCK}


def _cohorts(rows: Sequence[Any]) -> list[Cohort]:
    found: dict[int, Cohort] = {}
    for row in rows:
        year, month = divmod(row.entered_month, 12)
        found.setdefault(row.entered_month, Cohort(date(year, month + 1, 1))).add(row)
    return list(found.values())


def _whole(cohorts: list[Cohort]) -> Cohort:
    whole = Cohort(None)
    for one in cohorts:
        whole.entered += one.entered
        whole.lost += one.lost
        whole.reached.update(one.reached)
    return whole


def days_of(stays: Sequence[Any]) -> dict[Stage, tuple[float, int]]:
    """Return the median of days of finished stays in each stage, and how many stays there were."""
    found: dict[Stage, Counter[int]] = defaultdict(Counter)
    for row in stays:
        found[row.stage][row.days] += row.count
    return {stage: (median(found[stage].elements()), found[stage].total()) for stage in STOCK if stage in found}


def _lost(rows: Sequence[Any]) -> list[tuple[str, Sum]]:
    found: dict[str, Sum] = defaultdict(Sum)
    for row in rows:
        if row.stage is Stage.CLOSED:
            found[row.close_reason].add(row)
    return sorted(found.items(), key=lambda pair: (-pair[1].count, pair[0]))


def unit_lines(actor: Actor, wanted: Wanted, units: Sequence[Org] | None = None) -> dict[int, Line]:
    """Return an empty line for each unit, by its number."""
    reads = actor.subtree | {actor.org_id}
    return {
        org.id: Line(org.public_id, org.name, actor.is_center or org.id in reads)
        for org in (queries.units_of(actor) if units is None else units)
        if wanted.org_id in (None, org.id)
    }


def segment_lines() -> dict[int | None, Line]:
    """Return an empty line for each field by its number, and a last one for what stands on no node."""
    lines: dict[int | None, Line] = {one.id: Line(one.code, one.name, True) for one in queries.segments()}
    lines[None] = Line(queries.NO_SEGMENT, _("未归入产业链"), True)
    return lines


def _fill(lines: dict[Any, Line], rows: Sequence[Any], key: str) -> dict[Any, Line]:
    for row in rows:
        line = lines.get(getattr(row, key))
        if line is not None and row.stage in STOCK:
            line.stages[row.stage].add(row)
    return lines
