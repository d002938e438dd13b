"""Which papers projects lack for their next step, and by when (R070): found, counted and ordered by the database, a page at a time."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Date, Select, and_, case, exists, func, null, or_, select
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


def page_of_lacks(actor: Actor, wanted: LackFilter, number: int) -> Page:
    """Return one page of what is missing at the visible projects, what is due first on top, with the exact total."""
    found = _narrowed(actor, wanted)
    total = db.session.scalar(select(func.count()).select_from(found.order_by(None).subquery())) or 0
    return Page(_read(found.limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)), number, PAGE_SIZE, total)


def rows_for_export(actor: Actor, wanted: LackFilter) -> list[Lack]:
    """Return what the list shows, all pages, up to the limit."""
    return _read(_narrowed(actor, wanted).limit(EXPORT_LIMIT))


def overview(actor: Actor) -> Overview:
    """Return the exact figures over all that this actor is answerable for, and whose they are."""
    groups = db.session.execute(_counted(visible_to(actor), mine(actor))).all()
    units = select(Org.public_id, Org.name).where(Org.id.in_({row.org_id for row in groups})).order_by(Org.name)
    owners = select(User.public_id, User.name).where(User.id.in_({row.owner_id for row in groups})).order_by(User.name)
    return Overview(
        total=sum(row.lacking for row in groups),
        pressing=sum(row.pressing for row in groups),
        units=[(public_id, name) for public_id, name in db.session.execute(units)],
        owners=[(public_id, name) for public_id, name in db.session.execute(owners)],
    )


def pressing_by_owner() -> dict[int, int]:
    """Return how many projects that press each officer has, over all units: whom the reminder has to tell."""
    found: dict[int, int] = defaultdict(int)
    for row in db.session.execute(_counted(Project.owner_id.is_not(None))):
        found[row.owner_id] += row.pressing
    return {owner_id: count for owner_id, count in found.items() if count}


def first_of_owner(owner_id: int, limit: int) -> list[Lack]:
    """Return the first few lacks of an officer, what is due first on top."""
    return _read(_ordered(Project.owner_id == owner_id).limit(limit))


def _narrowed(actor: Actor, wanted: LackFilter) -> Select[int, date | None]:
    conditions = [visible_to(actor), mine(actor)]
    if wanted.unit:
        conditions.append(Project.org_id.in_(select(Org.id).where(Org.public_id == wanted.unit)))
    if wanted.owner:
        conditions.append(Project.owner_id.in_(select(User.id).where(User.public_id == wanted.owner)))
    if wanted.near:
        conditions.append(_due_day() <= clock.today() + SOON)
    return _ordered(*conditions)


def _ordered(*conditions: ColumnElement[bool]) -> Select[int, date | None]:
    """Ids with their due days: the order is found among ids, then the rows of a page are read."""
    due = _due_day().label("due_on")
    query = select(Project.id, due).where(*conditions, _lacks())
    return query.order_by(due.is_(None), due, Project.id)


def _counted(*conditions: ColumnElement[bool]) -> Select[Any]:
    found = select(Project.org_id, Project.owner_id, _due_day().label("due_on")).where(*conditions, _lacks()).subquery()
    presses = func.count().filter(found.c.due_on <= clock.today() + SOON).label("pressing")
    query = select(found.c.org_id, found.c.owner_id, func.count().label("lacking"), presses)
    return query.group_by(found.c.org_id, found.c.owner_id)


def _read(found: Select[int, date | None]) -> list[Lack]:
    """Return what these projects lack, in four reads."""
    due: dict[int, date | None] = dict(db.session.execute(found).all())
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
    kind = case(NEXT, value=Project.stage)
    handed_in = exists().where(
        Milestone.project_id == Project.id, Milestone.kind == kind, Milestone.status == MilestoneStatus.SUBMITTED
    )
    paper = exists().where(ServiceStep.project_id == Project.id, *_open_step())
    return and_(_moves(), or_(~handed_in, paper))


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
