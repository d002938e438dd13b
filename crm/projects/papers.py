"""Which papers projects lack for their next step, by officer, and the reminder of it once a week (R070)."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import joinedload

from crm.core import stages
from crm.core.permissions import Role
from crm.core.stages import FILE_NEEDS, GATES, MilestoneKind, Stage, Substage
from crm.kit import clock, db, jobs
from crm.kit.access import Actor
from crm.notices.service import notify
from crm.parameters import queries as parameters
from crm.projects import gate_labels, step_labels
from crm.projects.models import Milestone, MilestoneStatus, Project, ServiceStep, StepGroup, StepStatus
from crm.projects.queries import visible_to

SOON = timedelta(days=14)
MOST = 500
_AFTER_SIGNING = (Stage.SIGNED, Stage.REGISTERED, Stage.STARTED, Stage.IN_PRODUCTION, Stage.INCUBATING)


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


def mine(actor: Actor) -> ColumnElement[bool]:
    """The projects this actor is answerable for: all for the centre, a manager's subtree, else the own unit's."""
    if actor.is_center:
        return Project.id.is_not(None)
    wide = Role.MANAGER in actor.roles
    return Project.org_id.in_(actor.subtree | {actor.org_id}) if wide else Project.org_id == actor.org_id


def lacks(actor: Actor, *, unit: str = "", owner: str = "") -> list[Lack]:
    """Return what is missing at the visible projects, what presses first. ``unit`` and ``owner`` by public id."""
    query = select(Project).where(visible_to(actor), mine(actor), _moves())
    if unit:
        query = query.where(Project.org.has(public_id=unit))
    if owner:
        query = query.where(Project.owner.has(public_id=owner))
    loads = (joinedload(Project.org), joinedload(Project.owner), joinedload(Project.company))
    return of_projects(db.session.scalars(query.options(*loads).order_by(Project.id).limit(MOST)).all())


def of_projects(projects: Sequence[Project]) -> list[Lack]:
    """Return what these projects lack, in three reads, what is due first on top."""
    ids = [project.id for project in projects]
    lines = _milestones(ids)
    open_papers = _open_papers(ids)
    found = []
    for project in projects:
        kind = stages.next_milestone(project.track, project.stage)
        if kind is None:
            continue
        missing = [] if (kind, MilestoneStatus.SUBMITTED) in lines[project.id] else _files_of(kind)
        missing += [step_labels.shown(title) for title in open_papers[project.id]]
        if missing:
            found.append(Lack(project, kind, list(dict.fromkeys(missing)), _due(project, kind, lines[project.id])))
    return sorted(found, key=lambda one: (one.due_on is None, one.due_on or date.max, one.project.id))


def remind() -> int:
    """Tell each officer once a week, from Monday on, what presses; the work of the job. Returns how many were told."""
    today = clock.today()
    query = select(Project).where(_moves(), Project.owner_id.is_not(None)).options(joinedload(Project.org))
    by_owner: dict[int, list[Lack]] = defaultdict(list)
    for one in of_projects(db.session.scalars(query).all()):
        if one.presses and one.project.owner_id is not None:
            by_owner[one.project.owner_id].append(one)
    year, week, _day = today.isocalendar()
    return sum(_told(user_id, found, f"{year}-W{week:02}") for user_id, found in sorted(by_owner.items()))


@db.transactional
def _told(user_id: int, found: list[Lack], period: str) -> bool:
    if not jobs.run_once("projects.papers", period, str(user_id)):
        return False
    with force_locale("zh_Hans_CN"):
        names = "、".join(f"{one.project.title}（{'、'.join(one.papers[:3])}）" for one in found[:3])
        text = _("您有 %(n)s 个项目临近时限还缺材料：%(names)s", n=len(found), names=names)
    notify([user_id], "project.papers", "papers", "", text=text[:300], url="/projects/papers", period=period)
    return True


def _moves() -> ColumnElement[bool]:
    return or_(
        Project.stage.in_(_AFTER_SIGNING),
        and_(Project.stage == Stage.NEGOTIATING, Project.substage == Substage.TO_SIGN),
    )


def _files_of(kind: MilestoneKind) -> list[str]:
    return [str(gate_labels.NEED[need][0]) for need in GATES[kind].needs if need in FILE_NEEDS]


def _milestones(ids: list[int]) -> dict[int, dict[tuple[MilestoneKind, MilestoneStatus], date | None]]:
    counts = (MilestoneStatus.SUBMITTED, MilestoneStatus.RECOGNISED)
    query = select(Milestone.project_id, Milestone.kind, Milestone.status, Milestone.recognised_on)
    query = query.where(Milestone.project_id.in_(ids), Milestone.status.in_(counts))
    found: dict[int, dict[Any, date | None]] = defaultdict(dict)
    for project_id, kind, status, on in db.session.execute(query) if ids else ():
        found[project_id][kind, status] = on
    return found


def _open_papers(ids: list[int]) -> dict[int, list[str]]:
    query = select(ServiceStep.project_id, ServiceStep.title).where(ServiceStep.project_id.in_(ids))
    query = query.where(ServiceStep.group == StepGroup.PAPER)
    query = query.where(ServiceStep.status.not_in((StepStatus.DONE, StepStatus.DROPPED))).order_by(ServiceStep.id)
    found: dict[int, list[str]] = defaultdict(list)
    for project_id, title in db.session.execute(query) if ids else ():
        found[project_id].append(title)
    return found


def _due(project: Project, kind: MilestoneKind, lines: dict[Any, date | None]) -> date | None:
    """The day by which the step should be made: the rule's limit, else what the unit planned."""
    gate = GATES[kind]
    since = lines.get((gate.since, MilestoneStatus.RECOGNISED)) if gate.since else None
    if since is not None and gate.limit:
        return since + timedelta(days=parameters.whole(gate.limit))
    planned = {
        MilestoneKind.SIGNED: project.planned_sign_on,
        MilestoneKind.STARTED: project.planned_start_on,
        MilestoneKind.IN_PRODUCTION: project.planned_production_on,
    }
    return planned.get(kind)
