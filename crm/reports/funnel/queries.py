"""Which projects a figure counts: numbers and the rows behind them share their conditions."""

from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, String, and_, cast, extract, false, func, not_, or_, select, true
from sqlalchemy.orm import aliased, joinedload

from crm.accounts import queries as accounts
from crm.accounts.models import Org
from crm.core.permissions import Permission, Role
from crm.core.stages import RECOGNISED, MilestoneKind, Stage
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.plan.models import Node, Segment
from crm.projects import once
from crm.projects.figures import AGREED, MILESTONES
from crm.projects.models import FundVoucher, Light, Milestone, MilestoneStatus, Project, ProjectFigure, ProjectStay
from crm.projects.queries import NEW, OF_PLAN

NO_SEGMENT = "-"
STEPS = tuple(MILESTONES)

# A line of the tables by unit and by field.
LINE = (ProjectFigure.org_id, ProjectFigure.segment_id)


def visible_to(actor: Actor, row: Any = Project) -> ColumnElement[bool]:
    """The projects whose figures this actor reads from the first talk on: all for the centre, else those of the subtree.

    What the plan names and no unit has taken over is nobody's figure. ``row``: the projects, or their figures or stays, which hold
    none of the plan's own.
    """
    counts = not_(OF_PLAN) if row is Project else true()
    if actor.is_center:
        return counts
    if not actor.can(Permission.FIGURES_READ):
        return false()
    return and_(row.org_id.in_(actor.subtree | {actor.org_id}), counts)


def counted_by(actor: Actor, row: Any = Project) -> ColumnElement[bool]:
    """What this actor may count: besides the own, other units' projects from recognised signing on (S5); leaders their subtree."""
    if actor.is_center or Role.MANAGER not in actor.roles:
        return visible_to(actor, row)
    counts = not_(OF_PLAN) if row is Project else true()
    return or_(visible_to(actor, row), and_(row.stage.in_(RECOGNISED), counts))


def is_own(actor: Actor, org_id: int) -> bool:
    """Say of a unit's projects what ``visible_to`` says of them all."""
    return actor.is_center or (actor.can(Permission.FIGURES_READ) and org_id in actor.subtree | {actor.org_id})


@dataclass(frozen=True)
class Wanted:
    """Which new projects: every field narrows. ``cohort`` is the first day of a month, ``waiting`` months without a start.

    Over several units an investment that two of them registered counts once, for one unit all that is its own (``once``).
    ``segment`` is the code of a field, or ``NO_SEGMENT`` for what stands on no node of the chains.
    """

    org_id: int | None = None
    segment: str = ""
    stage: Stage | None = None
    light: Light | None = None
    cohort: date | None = None
    entered: bool = False  # in any month
    reached: MilestoneKind | None = None
    lost: str | None = None
    waiting: int = 0
    moved: bool = False  # 存量流转 alone, instead of what is new

    def conditions(self, actor: Actor | None = None) -> list[ColumnElement[bool]]:
        """Return the where-clauses on the figures of projects; each unit's own, unless an ``actor`` reads the sum over units."""
        found = self.place(ProjectFigure, actor)
        if self.stage is not None:
            found.append(ProjectFigure.stage == self.stage)
        if self.light is not None:
            found += [ProjectFigure.light == self.light, ProjectFigure.stage != Stage.CLOSED]
        if self.entered:
            found.append(ProjectFigure.entered_month.is_not(None))
        if self.cohort is not None:
            found.append(ProjectFigure.entered_month == self.cohort.year * 12 + self.cohort.month - 1)
        if self.reached is not None:
            found.append(_came_to(self.reached))
        if self.lost is not None:
            found += [ProjectFigure.stage == Stage.CLOSED, ProjectFigure.close_reason == self.lost]
        if self.waiting:
            found.append(ProjectFigure.waiting_on < months_before(clock.today(), self.waiting))
        return found

    def place(self, row: Any, actor: Actor | None = None) -> list[ColumnElement[bool]]:
        """Return those of them that figures and stays have in common: unit, field, whether it is new, and counts once."""
        found: list[ColumnElement[bool]] = [row.moved == self.moved]
        if self.org_id is not None:
            found.append(row.org_id == self.org_id)
        elif actor is not None:
            found.append(once.once(actor, row))
        if self.segment == NO_SEGMENT:
            found.append(row.segment_id.is_(None))
        elif self.segment:
            found.append(row.segment_id == select(Segment.id).where(Segment.code == self.segment).scalar_subquery())
        return found

    @property
    def is_a_place(self) -> bool:
        """Whether nothing but unit, field and newness is asked for."""
        return self == Wanted(org_id=self.org_id, segment=self.segment, moved=self.moved)


def groups(actor: Actor, wanted: Wanted) -> Sequence[Any]:
    """Return (unit, stage, light, reason of an end, who counts instead) with the number of projects and their amount in yuan."""
    keys: tuple[Any, ...] = (ProjectFigure.org_id, ProjectFigure.stage, ProjectFigure.light)
    keys = (*keys, ProjectFigure.close_reason, ProjectFigure.same_org_id)
    query = select(*keys, func.count().label("count"), func.sum(ProjectFigure.amount_cny).label("amount"))
    query = query.where(counted_by(actor, ProjectFigure), *wanted.conditions())
    return db.session.execute(query.group_by(*keys)).all()


def fields(actor: Actor, wanted: Wanted) -> Sequence[Any]:
    """Return (field, stage) with the number and the amount of the projects whose figures the actor reads, each investment once."""
    keys = (ProjectFigure.segment_id, ProjectFigure.stage)
    query = select(*keys, func.count().label("count"), func.sum(ProjectFigure.amount_cny).label("amount"))
    query = query.where(visible_to(actor, ProjectFigure), *wanted.conditions(actor))
    return db.session.execute(query.group_by(*keys)).all()


def courses(actor: Actor, wanted: Wanted) -> Sequence[Any]:
    """Return (month of the first entry into 在谈, stage, what was reached) with the number of projects, each investment once."""
    keys = (ProjectFigure.entered_month, ProjectFigure.stage, ProjectFigure.reached)
    query = select(*keys, func.count().label("count"))
    query = query.where(visible_to(actor, ProjectFigure), *wanted.conditions(actor))
    return db.session.execute(query.where(ProjectFigure.entered_month.is_not(None)).group_by(*keys)).all()


def lines(actor: Actor, wanted: Wanted) -> Sequence[Any]:
    """Return (unit, field, stage, what was reached, who counts instead) with the number of projects and of yellow and red lights."""
    keys = (*LINE, ProjectFigure.stage, ProjectFigure.reached, ProjectFigure.same_org_id)
    colours = (func.count().filter(ProjectFigure.light == one).label(one.value) for one in (Light.WARN, Light.BAD))
    query = select(*keys, func.count().label("count"), *colours)
    query = query.where(visible_to(actor, ProjectFigure), *wanted.conditions())
    return db.session.execute(query.group_by(*keys)).all()


def stays(actor: Actor, wanted: Wanted) -> Sequence[Any]:
    """Return (stage, days, number of finished stays that took so long)."""
    keys = (ProjectStay.stage, ProjectStay.days)
    query = select(*keys, func.count().label("count")).where(*finished_stays(actor, wanted))
    return db.session.execute(query.group_by(*keys)).all()


def stays_of_lines(actor: Actor, wanted: Wanted) -> Sequence[Any]:
    """Return (unit, field, stage, who counts instead) with the days of each finished stay, joined by commas."""
    keys = (ProjectStay.org_id, ProjectStay.segment_id, ProjectStay.stage, ProjectStay.same_org_id)
    days = func.aggregate_strings(cast(ProjectStay.days, String), ",").label("days")
    query = select(*keys, days).where(*finished_stays(actor, wanted, whole=True))
    return db.session.execute(query.group_by(*keys)).all()


def finished_stays(actor: Actor, wanted: Wanted, *, whole: bool = False) -> list[ColumnElement[bool]]:
    """Return the where-clauses on stays in a stage that was left: those of the projects that are wanted.

    Each investment once, or each unit's own for ``whole``.
    """
    reader = None if whole else actor
    found = [visible_to(actor, ProjectStay), *wanted.place(ProjectStay, reader)]
    if wanted.is_a_place:
        return found
    those = select(ProjectFigure.project_id).where(visible_to(actor, ProjectFigure), *wanted.conditions(reader))
    return [*found, ProjectStay.project_id.in_(those)]


def waiting(actor: Actor, wanted: Wanted, spans: Sequence[int]) -> dict[int, tuple[int, Decimal]]:
    """Return by months the number and the amount of what was recognised as signed so long ago and has not started, once each."""
    row = db.session.execute(_waiting(actor, wanted.conditions(actor), spans)).one()
    return {months: (row[2 * n], row[2 * n + 1] or Decimal(0)) for n, months in enumerate(spans)}


def waiting_lines(actor: Actor, wanted: Wanted, spans: Sequence[int]) -> Sequence[Any]:
    """Return unit, field and who counts instead, then for each number of months the number and the amount, as ``waiting``."""
    keys = (*LINE, ProjectFigure.same_org_id)
    return db.session.execute(_waiting(actor, wanted.conditions(), spans, keys).group_by(*keys)).all()


def _waiting(
    actor: Actor, conditions: Sequence[ColumnElement[bool]], spans: Sequence[int], keys: Sequence[Any] = ()
) -> Any:
    columns: list[Any] = []
    for months in spans:
        early = ProjectFigure.waiting_on < months_before(clock.today(), months)
        columns += [func.count().filter(early), func.sum(ProjectFigure.amount_cny).filter(early)]
    longest = ProjectFigure.waiting_on < months_before(clock.today(), min(spans))
    return select(*keys, *columns).where(visible_to(actor, ProjectFigure), *conditions, longest)


def apart(actor: Actor, wanted: Wanted) -> tuple[int, Decimal, int, Decimal]:
    """Return number and amount of the firms that move within the city, which are counted apart, and of what a sum over units leaves
    out because another project counts for it (none for one unit); ended ones are in neither. One statement."""
    query = select(func.count().label("count"), func.sum(ProjectFigure.amount_cny).label("amount"))
    query = query.where(visible_to(actor, ProjectFigure), ProjectFigure.stage != Stage.CLOSED)
    twin = once.left_out(actor) if wanted.org_id is None else false()
    moved = query.where(*replace(wanted, moved=True).conditions()).subquery()
    twice = query.where(twin, *replace(wanted, moved=False).conditions()).subquery()
    row = db.session.execute(select(*moved.c, *twice.c).select_from(moved.join(twice, true()))).one()
    return row[0], row[1] or Decimal(0), row[2], row[3] or Decimal(0)


def _came_to(kind: MilestoneKind) -> ColumnElement[bool]:
    """Say of a project's figures that a milestone of this kind was recognised."""
    if kind in MILESTONES:
        return ProjectFigure.reached.bitwise_and(int(MILESTONES[kind])) != 0
    line = select(Milestone.id).where(Milestone.project_id == ProjectFigure.project_id, Milestone.kind == kind)
    return line.where(Milestone.status == MilestoneStatus.RECOGNISED).correlate(ProjectFigure).exists()


def counted(kind: MilestoneKind, first: date, last: date) -> ColumnElement[bool]:
    """Say of a milestone and its project that figures count it in these days: recognised, and of a new project.

    A framework agreement counts once, however often it is renewed, and no more when it ran out without a formal one (case 12).
    """
    found = [NEW, Milestone.kind == kind, Milestone.status == MilestoneStatus.RECOGNISED]
    found.append(Milestone.recognised_on.between(first, last))
    return and_(*found, _first_framework(), not_(lapsed())) if kind is MilestoneKind.FRAMEWORK else and_(*found)


def lapsed() -> ColumnElement[bool]:
    """Say of a project that its framework agreement ran out: framework_to_formal_days are over, pauses counted in, and nothing was signed."""
    signed = has_milestone(MilestoneKind.SIGNED)
    return and_(Project.formal_due_on.is_not(None), Project.formal_due_on < clock.today(), not_(signed))


def _first_framework() -> ColumnElement[bool]:
    earlier = aliased(Milestone)
    before = or_(
        earlier.recognised_on < Milestone.recognised_on,
        and_(earlier.recognised_on == Milestone.recognised_on, earlier.id < Milestone.id),
    )
    line = select(earlier.id).where(earlier.project_id == Milestone.project_id, earlier.kind == Milestone.kind, before)
    return not_(line.where(earlier.status == MilestoneStatus.RECOGNISED).correlate(Milestone).exists())


def month_rows(actor: Actor, month: date, kind: MilestoneKind) -> Sequence[Any]:
    """Return what was recognised in a month for the units that the actor reads fully, once a project.

    The month is that of the day of approval; funds are those in place in that year up to the month's end.
    """
    last = last_day(month)
    funds = (
        select(func.sum(FundVoucher.amount_cny))
        .where(
            *(FundVoucher.project_id == Project.id, FundVoucher.voided_on.is_(None)),
            *(extract("year", FundVoucher.on) == month.year, FundVoucher.on <= last),
        )
        .scalar_subquery()
    )
    other = aliased(Milestone)
    registered = select(other.id).where(
        *(other.project_id == Project.id, other.kind == MilestoneKind.REGISTERED),
        *(other.status == MilestoneStatus.RECOGNISED, other.recognised_on <= last),
    )
    framed = has_milestone(MilestoneKind.FRAMEWORK, Milestone.recognised_on <= last)
    facts = (AGREED.label("amount"), funds.label("funds"), registered.exists().label("registered"))
    columns = (*facts, ProjectFigure.same_org_id)
    query = (
        select(Milestone, Project, *columns, framed.label("framed"))
        .join(Project, Project.id == Milestone.project_id)
        .join(ProjectFigure, ProjectFigure.project_id == Project.id)
        .where(visible_to(actor), counted(kind, month, last))
        .options(joinedload(Milestone.submitted_by), joinedload(Project.org), joinedload(Project.company))
    )
    return db.session.execute(query.order_by(Milestone.recognised_on, Milestone.id)).all()


def month_units(actor: Actor, month: date, kind: MilestoneKind) -> list[tuple[str, int, Decimal]]:
    """Return unit, number and amount of what was recognised in a month, the units without any too."""
    query = (
        select(Project.org_id, func.count(), func.sum(AGREED))
        .join(Milestone, Milestone.project_id == Project.id)
        .where(counted_by(actor), counted(kind, month, last_day(month)))
        .group_by(Project.org_id)
    )
    sums = {row[0]: (row[1], row[2] or Decimal(0)) for row in db.session.execute(query)}
    return [(org.name, *sums.get(org.id, (0, Decimal(0)))) for org in units_of(actor)]


def units_of(actor: Actor, kept: Iterable[int] = ()) -> list[Org]:
    """Return the units with a line in tables: all for the centre and managers (S5), else those of the subtree.

    Last comes whoever else owns what is counted (the centre itself, a unit that was dissolved), so that the lines add up to the
    whole. ``kept`` are ids that a frozen report names: they have their line though nothing of theirs counts any more.
    """
    theirs = (ProjectFigure.org_id == Org.id, counted_by(actor, ProjectFigure))
    counts = select(ProjectFigure.project_id).where(*theirs).correlate(Org).exists()
    query = select(Org).where(or_(accounts.STANDS_ALONE, counts, Org.id.in_(kept)))
    found = list(db.session.scalars(query.order_by(accounts.STANDS_ALONE.desc(), Org.id)))
    if actor.is_center or Role.MANAGER in actor.roles:
        return found
    return [org for org in found if org.id in actor.subtree | {actor.org_id}]


def segments() -> Sequence[Segment]:
    """Return the fields of the plan in their order."""
    return db.session.scalars(select(Segment).order_by(Segment.id)).all()


def last_day(month: date) -> date:
    """Return the last day of the month."""
    return month.replace(day=monthrange(month.year, month.month)[1])


def months_before(day: date, n: int) -> date:
    """Return the same day ``n`` months earlier, or the last one of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 - n, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def nodes_of(segment: str) -> Any:
    """Return the nodes of a field, as a subquery."""
    return select(Node.id).join(Segment, Segment.id == Node.segment_id).where(Segment.code == segment)


def has_milestone(kind: MilestoneKind, *more: ColumnElement[bool]) -> ColumnElement[bool]:
    """Say of a project, as a where-clause, that such a milestone was recognised."""
    line = select(Milestone.id).where(Milestone.project_id == Project.id, Milestone.kind == kind)
    return line.where(Milestone.status == MilestoneStatus.RECOGNISED, *more).correlate(Project).exists()
