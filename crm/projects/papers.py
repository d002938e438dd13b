"""Which papers projects lack for their next step, and by when (R070): found, counted and ordered by the database, a page at a time."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Date, Integer, Select, and_, case, exists, func, null, or_, select, union_all
from sqlalchemy.orm import joinedload

from crm.accounts.models import Org, User
from crm.core import stages
from crm.core.permissions import Role
from crm.core.stages import FILE_NEEDS, GATES, TRACKS, MilestoneKind, Stage, Substage
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.kit.web import Page
from crm.parameters import queries as parameters
from crm.projects import gate_labels, step_labels
from crm.projects.models import Milestone, MilestoneStatus, Project, ServiceStep, StepGroup, StepStatus
from crm.projects.queries import visible_to

SOON = timedelta(days=14)
PAGE_SIZE = 30
EXPORT_LIMIT = 5_000
_AFTER_SIGNING = (Stage.SIGNED, Stage.REGISTERED, Stage.STARTED, Stage.IN_PRODUCTION, Stage.INCUBATING)
# The milestone that each stage waits for, and the planned day that stands in where no rule limits it.
NEXT: dict[Stage, MilestoneKind] = {
    stage: kind
    for track, order in TRACKS.items()
    for stage in order
    if stage in (Stage.NEGOTIATING, *_AFTER_SIGNING) and (kind := stages.next_milestone(track, stage)) is not None
}
_PLANNED = {
    MilestoneKind.SIGNED: Project.planned_sign_on,
    MilestoneKind.STARTED: Project.planned_start_on,
    MilestoneKind.IN_PRODUCTION: Project.planned_production_on,
}


@dataclass(frozen=True)
class LackFilter:
    """What the list is narrowed to: unit and owner by public id, ``near`` to what presses."""

    unit: str = ""
    owner: str = ""
    near: bool = False


@dataclass(frozen=True)
class Lack:
    """A project with the step that comes next, the papers it lacks for it, and by when they are due."""

    project: Project
    kind: MilestoneKind
    papers: list[str]
    due_on: date | None

    @property
    def presses(self) -> bool:
        """Whether the day is past, or near."""
        return self.due_on is not None and self.due_on <= clock.today() + SOON


@dataclass(frozen=True)
class Overview:
    """How many projects lack papers, how many of them press, and whose they are: (public id, name) pairs by name."""

    total: int = 0
    pressing: int = 0
    units: list[tuple[str, str]] = field(default_factory=list)
    owners: list[tuple[str, str]] = field(default_factory=list)


def mine(actor: Actor) -> ColumnElement[bool]:
    """The projects this actor is answerable for: all for the centre, a manager's subtree, else the own unit's."""
    if actor.is_center:
        return Project.id.is_not(None)
    wide = Role.MANAGER in actor.roles
    return Project.org_id.in_(actor.subtree | {actor.org_id}) if wide else Project.org_id == actor.org_id


def desk(actor: Actor, wanted: LackFilter, number: int) -> tuple[Overview, Page]:
    """Return the figures over all that this actor is answerable for, and one page of it, what is due first on top.

    What lacks papers is found once, which takes nearly all of the time: counted for the figures and ordered for the page.
    """
    lacks = _found(visible_to(actor), mine(actor)).cte("lacks").prefix_with("MATERIALIZED")
    due, none = lacks.c.due_on, null().cast(Integer)
    counted = select(lacks.c.org_id, lacks.c.owner_id, null().cast(Date), none, func.count(), _pressing(due))
    listed = select(none, none, due.label("due_on"), lacks.c.id.label("id"), none, none).where(
        *_chosen(wanted, lacks.c)
    )
    listed = listed.order_by(due.is_(None), due, lacks.c.id).limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)
    both = union_all(counted.group_by(lacks.c.org_id, lacks.c.owner_id), select(listed.subquery()))
    groups: list[tuple[int, int | None, int, int]] = []
    ids: dict[int, date | None] = {}
    for org_id, owner_id, due_on, project_id, lacking, pressing in db.session.execute(both):
        if project_id is None:
            groups.append((org_id, owner_id, lacking, pressing))
        else:
            ids[project_id] = due_on
    ids = dict(sorted(ids.items(), key=lambda one: (one[1] is None, one[1] or date.min, one[0])))
    found, units, owners = _overview(groups)
    total = sum(
        pressing if wanted.near else lacking
        for org_id, owner_id, lacking, pressing in groups
        if (not wanted.unit or units.get(org_id) == wanted.unit)
        and (not wanted.owner or owners.get(owner_id) == wanted.owner)
    )
    return found, Page(_read(ids), number, PAGE_SIZE, total)


def rows_for_export(actor: Actor, wanted: LackFilter) -> list[Lack]:
    """Return what the list shows, all pages, up to the limit."""
    return _read(dict(db.session.execute(_narrowed(actor, wanted).limit(EXPORT_LIMIT)).all()))


def _overview(
    groups: Sequence[tuple[int, int | None, int, int]],
) -> tuple[Overview, dict[int, str], dict[int | None, str]]:
    """Sum the groups by (unit, owner, lacking, pressing); return also the public ids of units and owners."""
    units = select(Org.id, Org.public_id, Org.name).where(Org.id.in_({group[0] for group in groups})).order_by(Org.name)
    owners = select(User.id, User.public_id, User.name).where(User.id.in_({group[1] for group in groups}))
    orgs, people = (db.session.execute(one).all() for one in (units, owners.order_by(User.name)))
    found = Overview(
        total=sum(lacking for _org, _owner, lacking, _pressing in groups),
        pressing=sum(pressing for _org, _owner, _lacking, pressing in groups),
        units=[(public_id, name) for _id, public_id, name in orgs],
        owners=[(public_id, name) for _id, public_id, name in people],
    )
    return found, {row.id: row.public_id for row in orgs}, {row.id: row.public_id for row in people}


def pressing_by_owner() -> dict[int, int]:
    """Return how many projects that press each officer has, over all units: whom the reminder has to tell."""
    found: dict[int, int] = defaultdict(int)
    for row in db.session.execute(_counted(Project.owner_id.is_not(None))):
        found[row.owner_id] += row.pressing
    return {owner_id: count for owner_id, count in found.items() if count}


def first_of_owner(owner_id: int, limit: int) -> list[Lack]:
    """Return the first few lacks of an officer, what is due first on top."""
    return _read(dict(db.session.execute(_ordered(Project.owner_id == owner_id).limit(limit)).all()))


def _narrowed(actor: Actor, wanted: LackFilter) -> Select[int, date | None]:
    return _ordered(visible_to(actor), mine(actor), wanted=wanted)


def _chosen(wanted: LackFilter, row: Any) -> list[ColumnElement[bool]]:
    """Narrow what ``_found`` found, by its columns."""
    conditions: list[ColumnElement[bool]] = []
    if wanted.unit:
        conditions.append(row.org_id.in_(select(Org.id).where(Org.public_id == wanted.unit)))
    if wanted.owner:
        conditions.append(row.owner_id.in_(select(User.id).where(User.public_id == wanted.owner)))
    if wanted.near:
        conditions.append(row.due_on <= clock.today() + SOON)
    return conditions


def _found(*conditions: ColumnElement[bool]) -> Select[int, int, int | None, date | None]:
    """What lacks papers: id, unit, owner and the day by which the next step is due."""
    return select(Project.id, Project.org_id, Project.owner_id, _due_day().label("due_on")).where(*conditions, _lacks())


def _pressing(due: Any) -> Any:
    return func.count().filter(due <= clock.today() + SOON).label("pressing")


def _ordered(*conditions: ColumnElement[bool], wanted: LackFilter | None = None) -> Select[int, date | None]:
    """Ids with their due days: the order is found among ids, then the rows of a page are read."""
    found = _found(*conditions).subquery()
    query = select(found.c.id, found.c.due_on).where(*_chosen(wanted or LackFilter(), found.c))
    return query.order_by(found.c.due_on.is_(None), found.c.due_on, found.c.id)


def _counted(*conditions: ColumnElement[bool]) -> Select[Any]:
    found = _found(*conditions).subquery()
    query = select(found.c.org_id, found.c.owner_id, func.count().label("lacking"), _pressing(found.c.due_on))
    return query.group_by(found.c.org_id, found.c.owner_id)


def _read(due: dict[int, date | None]) -> list[Lack]:
    """Return what these projects lack, in three reads; ``due``: by id, in their order."""
    loads = (joinedload(Project.org), joinedload(Project.owner), joinedload(Project.company))
    projects = {row.id: row for row in db.session.scalars(select(Project).where(Project.id.in_(due)).options(*loads))}
    waiting, open_papers = _waiting(list(due)), _open_papers(list(due))
    return [_lack(projects[one], day, one in waiting, open_papers[one]) for one, day in due.items()]


def _lack(project: Project, due_on: date | None, waits: bool, open_papers: list[str]) -> Lack:
    kind = NEXT[project.stage]
    missing = [] if waits else [str(gate_labels.NEED[need][0]) for need in GATES[kind].needs if need in FILE_NEEDS]
    missing += [step_labels.shown(title) for title in open_papers]
    return Lack(project, kind, list(dict.fromkeys(missing)), due_on)


def _moves() -> ColumnElement[bool]:
    """What has a next step that asks for papers."""
    to_sign = and_(Project.stage == Stage.NEGOTIATING, Project.substage == Substage.TO_SIGN)
    return or_(Project.stage.in_(_AFTER_SIGNING), to_sign)


def _lacks() -> ColumnElement[bool]:
    """What moves, and either handed nothing in for its next step or has a paper of the checklist open."""
    handed_in = _handed_in()
    paper = exists().where(ServiceStep.project_id == Project.id, *_open_step())
    return and_(_moves(), or_(~handed_in, paper))


def _handed_in() -> ColumnElement[bool]:
    """What waits for its next step to be recognised: a few, found once by an index of their own."""
    waits = or_(*(and_(Project.stage == stage, Milestone.kind == kind) for stage, kind in NEXT.items()))
    query = select(Milestone.project_id).join(Project, Project.id == Milestone.project_id)
    return Project.id.in_(query.where(Milestone.status == MilestoneStatus.SUBMITTED, waits).correlate(None))


def _due_day() -> ColumnElement[date | None]:
    """The day by which the next step should be made: the rule's limit, else what the unit planned, else none."""
    days = {stage: day for stage, kind in NEXT.items() if (day := _day_of(kind)) is not None}
    return case(*((Project.stage == stage, day) for stage, day in days.items()), else_=null().cast(Date))


def _day_of(kind: MilestoneKind) -> Any:
    gate, planned = GATES[kind], _PLANNED.get(kind)
    if not gate.limit or gate.since is None:
        return planned
    since = (
        select(func.max(Milestone.recognised_on))
        .where(
            Milestone.project_id == Project.id,
            Milestone.kind == gate.since,
            Milestone.status == MilestoneStatus.RECOGNISED,
        )
        .correlate(Project)
        .scalar_subquery()
    )
    limited: Any = db.days_after(since, parameters.whole(gate.limit))
    if gate.since is MilestoneKind.FRAMEWORK:
        limited = func.coalesce(Project.formal_due_on, limited)  # pauses are in it
    return limited if planned is None else func.coalesce(limited, planned)


def _open_step() -> tuple[ColumnElement[bool], ...]:
    closed = (StepStatus.DONE, StepStatus.DROPPED)
    return ServiceStep.group == StepGroup.PAPER, ServiceStep.status.not_in(closed)


def _waiting(ids: Sequence[int]) -> set[int]:
    """Which of these projects handed in what their stage waits for."""
    query = select(Milestone.project_id, Milestone.kind, Project.stage).join(Project)
    query = query.where(Milestone.project_id.in_(ids), Milestone.status == MilestoneStatus.SUBMITTED)
    return {project_id for project_id, kind, stage in db.session.execute(query) if NEXT.get(stage) is kind}


def _open_papers(ids: Sequence[int]) -> dict[int, list[str]]:
    query = select(ServiceStep.project_id, ServiceStep.title).where(ServiceStep.project_id.in_(ids), *_open_step())
    found: dict[int, list[str]] = defaultdict(list)
    for project_id, title in db.session.execute(query.order_by(ServiceStep.id)):
        found[project_id].append(title)
    return found
