"""A year of projects as raw events, by chance that is the same each time, and the rows that such a year leaves in the base."""

import random
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

from crm.core.stages import MilestoneKind, Stage, Track
from crm.kit import clock, db
from crm.projects.models import Light, Milestone, MilestoneStatus, Project, ProjectKind, StageMove

TODAY = date(2026, 11, 28)
STEPS = [
    (MilestoneKind.SIGNED, Stage.SIGNED),
    (MilestoneKind.REGISTERED, Stage.REGISTERED),
    (MilestoneKind.STARTED, Stage.STARTED),
    (MilestoneKind.IN_PRODUCTION, Stage.IN_PRODUCTION),
]


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=clock.LOCAL)


@dataclass
class Told:
    """What happened to a project, without asking the product: its moves and what was recognised, each with its day."""

    unit: int
    total: Decimal
    increment: Decimal | None = None
    second: bool = False
    of_plan: bool = False
    parent: "Told | None" = None
    light: Light = Light.OK
    lost: str = ""
    moves: list[tuple[Stage, date]] = field(default_factory=list)
    days: dict[MilestoneKind, date] = field(default_factory=dict)
    agreed: Decimal | None = None  # as adjusted
    first_agreed: Decimal | None = None  # as signed, where an adjustment put it right
    framework: date | None = None
    id: int = 0

    @property
    def stage(self) -> Stage:
        return self.moves[-1][0] if self.moves else Stage.PLANNING

    @property
    def entered(self) -> date | None:
        return next((day for stage, day in self.moves if stage is Stage.NEGOTIATING), None)

    @property
    def stays(self) -> list[tuple[Stage, int]]:
        return [(stage, (following - day).days) for (stage, day), (_stage, following) in pairwise(self.moves)]

    @property
    def amount(self) -> Decimal:
        return self.increment or self.agreed or self.total

    @property
    def reopened(self) -> bool:
        return any(stage is Stage.CLOSED for stage, _day in self.moves[:-1])


def tell(units: int, count: int) -> list[Told]:
    """Framework and formal agreements, 增资, second phases, adjustments, closings before and after signing, reopenings."""
    chance, found = random.Random(4), []
    for n in range(count):
        total = Decimal(chance.randint(1, 40)) * 25_000_000
        one = Told(chance.randrange(units), total, light=chance.choice(list(Light)))
        found.append(one)
        if n % 29 == 28:
            one.of_plan, one.light = True, Light.OK
            continue
        day = TODAY - timedelta(days=chance.randint(5, 360))
        if n % 13 == 12:
            one.second = True
            one.moves.append((Stage.ROADSHOW, day))
            continue
        one.increment = total / 5 if n % 7 == 0 else None
        one.parent = chance.choice(found[:n]) if n % 9 == 8 else None
        one.moves.append((Stage.NEGOTIATING, day))
        day = _pause(one, chance, day)
        for kind, stage in STEPS:
            following = day + timedelta(days=chance.randint(8, 80))
            if chance.random() < 0.25 or following > TODAY:
                break
            one.moves.append((stage, following))
            one.days[kind] = following
            if kind is MilestoneKind.SIGNED:
                _sign(one, chance, following)
            day = following
        if chance.random() < 0.25:
            one.lost = chance.choice(["land", "investor"])
            one.moves.append((Stage.CLOSED, TODAY))
    return found


def _pause(one: Told, chance: random.Random, day: date) -> date:
    """Close one project in six and bring it back some days later."""
    back = day + timedelta(days=chance.randint(2, 60))
    if chance.random() > 0.17 or back > TODAY:
        return day
    one.moves += [(Stage.CLOSED, day + timedelta(days=1)), (Stage.NEGOTIATING, back)]
    return back


def _sign(one: Told, chance: random.Random, day: date) -> None:
    one.agreed = one.increment or one.total * chance.randint(80, 120) / 100
    if chance.random() < 0.5:
        one.framework = day - timedelta(days=6)
    if one.increment is None and chance.random() < 0.3:
        one.first_agreed, one.agreed = one.agreed, one.agreed + 10_000_000


@db.transactional
def put(told: list[Told], officers: list[Any], center: Any) -> None:
    """Put the rows of a year into the base, without asking a service."""
    for n, one in enumerate(told):
        project = _project(one, officers[one.unit], n)
        db.session.add(project)
        db.session.flush()
        one.id = project.id
        before: Stage | None = None
        for seq, (stage, day) in enumerate(one.moves, start=1):
            move = {"from_stage": before, "to_stage": stage, "on": day, "at": noon(day)}
            db.session.add(StageMove(project_id=project.id, seq=seq, by_id=center.user_id, by_words="示例", **move))
            before = stage
        if one.framework:
            db.session.add(_line(one, officers, center, MilestoneKind.FRAMEWORK, one.framework, one.agreed))
        for kind, day in one.days.items():
            amount = one.agreed if kind is MilestoneKind.SIGNED else None
            line = _line(one, officers, center, kind, day, amount)
            if kind is MilestoneKind.SIGNED and one.first_agreed:
                wrong = _line(one, officers, center, kind, day, one.first_agreed)
                wrong.status = MilestoneStatus.ADJUSTED
                db.session.add(wrong)
                db.session.flush()
                line.adjusts_id = wrong.id
            db.session.add(line)


def _project(one: Told, officer: Any, n: int) -> Project:
    grows = one.increment is not None
    kind = ProjectKind.SEED if one.second else ProjectKind.EXPANSION if grows else ProjectKind.ENTERPRISE
    begun = one.moves[0][1] if one.moves else TODAY
    return Project(
        number=f"XM26-{n:06}",
        title=f"项目{n}",
        plan_code=f"PJ{n}" if one.of_plan else None,
        parent_id=one.parent.id if one.parent else None,
        org_id=officer.org_id,
        owner_id=None if one.of_plan else officer.user_id,
        kind=kind,
        track=Track.SECOND if one.second else Track.MAIN,
        stage=one.stage,
        stage_on=one.moves[-1][1] if one.moves else TODAY,
        closed_from=one.moves[-2][0] if one.lost else None,
        closed_on=TODAY if one.lost else None,
        close_reason=one.lost,
        light=one.light,
        invest_total_cny=one.total,
        invest_agreed_cny=one.agreed,
        increment_cny=one.increment,
        created_at=noon(begun),
        updated_at=noon(begun),
    )


def _line(
    one: Told, officers: list[Any], center: Any, kind: MilestoneKind, day: date, amount: Decimal | None
) -> Milestone:
    """A line that was recognised on a day; what it says happened ten days earlier, often in the month before."""
    return Milestone(
        project_id=one.id,
        kind=kind,
        status=MilestoneStatus.RECOGNISED,
        event_on=day - timedelta(days=10),
        amount_cny=amount,
        submitted_by_id=officers[one.unit].user_id,
        submitted_at=noon(day),
        recognised_on=day,
        recognised_by_id=center.user_id,
    )
