"""Which projects a figure counts: numbers and the rows behind them share their conditions."""

from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Integer, and_, case, cast, extract, false, func, not_, or_, select
from sqlalchemy.orm import aliased, joinedload

from crm.accounts import queries as accounts
from crm.accounts.models import Org
from crm.core.permissions import Permission, Role
from crm.core.stages import RECOGNISED, MilestoneKind, Stage
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.plan.models import Node, Segment
from crm.projects.models import FundVoucher, Light, Milestone, MilestoneStatus, Project, ProjectKind, StageMove
from crm.projects.queries import NEW, OF_PLAN

NO_SEGMENT = "-"
NOT_STARTED = (Stage.SIGNED, Stage.REGISTERED)
STEPS = (MilestoneKind.SIGNED, MilestoneKind.REGISTERED, MilestoneKind.STARTED, MilestoneKind.IN_PRODUCTION)
# What a project counts for: 增资 counts its increment alone (domain.md §6, counting rules).
AMOUNT = case(
    (Project.kind == ProjectKind.EXPANSION, Project.increment_cny),
    else_=func.coalesce(Project.invest_agreed_cny, Project.invest_total_cny),
)

# In monthly details: what was agreed at the recognised signing.
AGREED = case(
    (Project.kind == ProjectKind.EXPANSION, Project.increment_cny),
    else_=func.coalesce(Milestone.amount_cny, Project.invest_agreed_cny, Project.invest_total_cny),
)


# A line of the tables by unit and by field.
LINE = (Project.org_id, Segment.code.label("segment"))


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """The projects whose figures this actor reads from the first talk on: all for the centre, else those of the subtree.

    What the plan names and no unit has taken over is nobody's figure.
    """
    if actor.is_center:
        return not_(OF_PLAN)
    if not actor.can(Permission.FIGURES_READ):
        return false()
    return and_(Project.org_id.in_(actor.subtree | {actor.org_id}), not_(OF_PLAN))


def counted_by(actor: Actor) -> ColumnElement[bool]:
    """What this actor may count: besides the own, other units' projects from recognised signing on (S5); leaders their subtree."""
    if actor.is_center or Role.MANAGER not in actor.roles:
        return visible_to(actor)
    return or_(visible_to(actor), and_(Project.stage.in_(RECOGNISED), not_(OF_PLAN)))


@dataclass(frozen=True)
class Wanted:
    """Which new projects: every field narrows. ``cohort`` is the first day of a month, ``waiting`` months without a start.

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

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return the where-clauses on projects."""
        found: list[ColumnElement[bool]] = [not_(NEW) if self.moved else NEW]
        if self.org_id is not None:
            found.append(Project.org_id == self.org_id)
        if self.segment:
            none = self.segment == NO_SEGMENT
            found.append(Project.node_id.is_(None) if none else Project.node_id.in_(nodes_of(self.segment)))
        if self.stage is not None:
            found.append(Project.stage == self.stage)
        if self.light is not None:
            found += [Project.light == self.light, Project.stage != Stage.CLOSED]
        if self.entered:
            found.append(Project.id.in_(select(_first_entries().c.project_id)))
        if self.cohort is not None:
            found.append(Project.id.in_(_entered(self.cohort, last_day(self.cohort))))
        if self.reached is not None:
            found.append(has_milestone(self.reached))
        if self.lost is not None:
            found += [Project.stage == Stage.CLOSED, Project.close_reason == self.lost]
        if self.waiting:
            limit = months_before(clock.today(), self.waiting)
            found += [
                Project.stage.in_(NOT_STARTED),
                has_milestone(MilestoneKind.SIGNED, Milestone.recognised_on < limit),
            ]
        return found


def groups(actor: Actor, wanted: Wanted) -> Sequence[Any]:
    """Return (unit, stage, light, reason of an end, field, own) with the number of projects and their amount in yuan."""
    own = visible_to(actor).label("own")
    keys = (Project.org_id, Project.stage, Project.light, Project.close_reason, Segment.code.label("segment"), own)
    query = (
        select(*keys, func.count().label("count"), func.sum(AMOUNT).label("amount"))
        .where(counted_by(actor), *wanted.conditions())
        .group_by(*(Project.org_id, Project.stage, Project.light, Project.close_reason, Segment.code, own))
    )
    return db.session.execute(_with_field(query)).all()


def entries(actor: Actor, wanted: Wanted, by_line: bool = False) -> Sequence[Any]:
    """Return by month of the first entry into 在谈, or by unit and field, how many projects entered, and how many ended."""
    entered = _first_entries()
    keys = LINE if by_line else (_month(entered.c.on).label("month"),)
    query = (
        select(*keys, func.count().label("entered"), _number(Project.stage == Stage.CLOSED).label("lost"))
        .select_from(Project)
        .join(entered, entered.c.project_id == Project.id)
        .where(visible_to(actor), *wanted.conditions())
        .group_by(*keys)
    )
    return db.session.execute(_with_field(query) if by_line else query).all()


def reached(actor: Actor, wanted: Wanted, by_line: bool = False) -> Sequence[Any]:
    """Return by month of entry, or by unit and field, and kind of milestone how many projects had it recognised."""
    entered = _first_entries()
    keys = LINE if by_line else (_month(entered.c.on).label("month"),)
    query = (
        select(*keys, Milestone.kind, func.count().label("count"))  # recognised once a kind: uq_milestones_once
        .select_from(Project)
        .join(entered, entered.c.project_id == Project.id)
        .join(Milestone, Milestone.project_id == Project.id)
        .where(visible_to(actor), *wanted.conditions())
        .where(Milestone.kind.in_(STEPS), Milestone.status == MilestoneStatus.RECOGNISED)
        .group_by(*keys, Milestone.kind)
    )
    return db.session.execute(_with_field(query) if by_line else query).all()


def stays(actor: Actor, wanted: Wanted, by_line: bool = False) -> Sequence[Any]:
    """Return (stage, days, number of finished stays that took so long), by unit and field where asked."""
    ended = finished_stays(actor, wanted, LINE if by_line else ())
    groups = (ended.c.org_id, ended.c.segment) if by_line else ()
    found = select(*groups, ended.c.to_stage, ended.c.days, func.count().label("count"))
    return db.session.execute(found.group_by(*groups, ended.c.to_stage, ended.c.days)).all()


def finished_stays(actor: Actor, wanted: Wanted, keys: Sequence[Any] = ()) -> Any:
    """Return a subquery with a row for each stay in a stage that was left: project_id, to_stage, on, following, days, then ``keys``.

    A project that went back to a stage has stayed there twice.
    """
    after = aliased(StageMove)
    days: Any = after.on - StageMove.on
    if db.is_sqlite():
        days = cast(func.julianday(after.on) - func.julianday(StageMove.on), Integer)
    columns = (StageMove.project_id, StageMove.to_stage, StageMove.on, after.on.label("following"), days.label("days"))
    # Moves are numbered without a gap: the next one is found by its number, which costs half of looking over all in order.
    query = (
        select(*columns, *keys)
        .select_from(Project)
        .join(StageMove, StageMove.project_id == Project.id)
        .join(after, and_(after.project_id == StageMove.project_id, after.seq == StageMove.seq + 1))
        .where(visible_to(actor), *wanted.conditions())
    )
    return (_with_field(query) if keys else query).subquery()


def waiting(actor: Actor, wanted: Wanted, spans: Sequence[int]) -> dict[int, tuple[int, Decimal]]:
    """Return by months the number and the amount of what was recognised as signed so long ago and has not started."""
    row = db.session.execute(_waiting(actor, wanted, spans)).one()
    return {months: (row[2 * n], row[2 * n + 1] or Decimal(0)) for n, months in enumerate(spans)}


def waiting_lines(actor: Actor, wanted: Wanted, spans: Sequence[int]) -> Sequence[Any]:
    """Return unit and field, then for each number of months the number and the amount, as ``waiting``."""
    return db.session.execute(_with_field(_waiting(actor, wanted, spans, LINE)).group_by(*LINE)).all()


def _waiting(actor: Actor, wanted: Wanted, spans: Sequence[int], keys: Sequence[Any] = ()) -> Any:
    columns: list[Any] = []
    for months in spans:
        early = Milestone.recognised_on < months_before(clock.today(), months)
        columns += [func.count().filter(early), func.sum(case((early, AMOUNT)))]
    query = select(*keys, *columns).select_from(Project).join(Milestone, Milestone.project_id == Project.id)
    signed = (Milestone.kind == MilestoneKind.SIGNED, Milestone.status == MilestoneStatus.RECOGNISED)
    return query.where(visible_to(actor), *wanted.conditions(), *signed, Project.stage.in_(NOT_STARTED))


def _with_field(query: Any) -> Any:
    """The query with the field of each project's node, if it has one."""
    return query.outerjoin(Node, Node.id == Project.node_id).outerjoin(Segment, Segment.id == Node.segment_id)


def moved(actor: Actor, wanted: Wanted) -> tuple[int, Decimal]:
    """Return the number and the amount of the firms that move within the city: counted apart, ended ones not."""
    query = select(func.count(), func.sum(AMOUNT)).where(visible_to(actor), Project.stage != Stage.CLOSED)
    count, amount = db.session.execute(query.where(*replace(wanted, moved=True).conditions())).one()
    return count, amount or Decimal(0)


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
    columns = (AGREED.label("amount"), funds.label("funds"), registered.exists().label("registered"))
    query = (
        select(Milestone, Project, *columns, framed.label("framed"))
        .join(Project, Project.id == Milestone.project_id)
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
    counts = select(Project.id).where(Project.org_id == Org.id, counted_by(actor)).correlate(Org).exists()
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


def _first_entries() -> Any:
    entry = select(StageMove.project_id, func.min(StageMove.on).label("on"))
    return entry.where(StageMove.to_stage == Stage.NEGOTIATING).group_by(StageMove.project_id).subquery()


def _month(day: Any) -> Any:
    """The months since the year 0, which both databases can group by."""
    return extract("year", day) * 12 + extract("month", day) - 1


def _number(condition: ColumnElement[bool]) -> Any:
    return func.sum(case((condition, 1), else_=0))


def _entered(first: date, last: date) -> Any:
    entry = select(StageMove.project_id).where(StageMove.to_stage == Stage.NEGOTIATING).group_by(StageMove.project_id)
    return entry.having(func.min(StageMove.on).between(first, last))


def has_milestone(kind: MilestoneKind, *more: ColumnElement[bool]) -> ColumnElement[bool]:
    """Say of a project, as a where-clause, that such a milestone was recognised."""
    line = select(Milestone.id).where(Milestone.project_id == Project.id, Milestone.kind == kind)
    return line.where(Milestone.status == MilestoneStatus.RECOGNISED, *more).correlate(Project).exists()
