"""Reading the service after signing: the checklist of a project, what is missing, and what is overdue by department."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import joinedload

from crm.core import steps as rules
from crm.core.errors import NotFound
from crm.core.stages import RECOGNISED, Stage
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.parameters import calendar
from crm.projects import step_labels
from crm.projects.models import Project, ServiceStep, StepGroup, StepStatus
from crm.projects.queries import visible_to

RUNNING = (StepStatus.OPEN, StepStatus.RUNNING, StepStatus.FAULTY)
MOST = 200


@dataclass(frozen=True)
class Line:
    """A step as a reader sees it: ``used`` counts working days since it began, up to its end or today."""

    step: ServiceStep
    title: str
    department: str
    light: str
    used: int | None
    late: int  # working days past the due day

    @property
    def finished(self) -> bool:
        """Whether nothing is left to do."""
        return self.step.status.value in rules.CLOSED


@dataclass(frozen=True)
class Block:
    """The steps of a group."""

    group: StepGroup
    lines: list[Line]

    @property
    def done(self) -> tuple[int, int]:
        """How many are done, of how many that are needed."""
        return rules.share_done(line.step.status.value for line in self.lines)


@dataclass(frozen=True)
class Checklist:
    """All steps of a project by group; ``missing`` papers that were not handed in; ``late`` the overdue ones."""

    blocks: list[Block] = field(default_factory=list)

    @property
    def lines(self) -> list[Line]:
        """All steps."""
        return [line for block in self.blocks for line in block.lines]

    @property
    def missing(self) -> list[Line]:
        """Papers that are not there yet (R070)."""
        return [line for line in self.lines if line.step.group is StepGroup.PAPER and not line.finished]

    @property
    def late(self) -> list[Line]:
        """Steps past their day."""
        return [line for line in self.lines if line.light == "bad" and not line.finished]

    @property
    def done(self) -> tuple[int, int]:
        """How many are done, of how many that are needed."""
        return rules.share_done(line.step.status.value for line in self.lines)

    @property
    def together(self) -> tuple[int, int]:
        """The working days that the joint approval took side by side, and those it would have taken one after another (R071)."""
        joint = [line for line in self.lines if line.step.group is StepGroup.APPROVAL and line.step.started_on]
        if not joint:
            return 0, 0
        first = min(line.step.started_on for line in joint if line.step.started_on)
        last = max(line.step.done_on or clock.today() for line in joint)
        return calendar.working_days_between(first, last), sum(line.used or 0 for line in joint)


def line_of(step: ServiceStep, today: date | None = None) -> Line:
    """Return the step with its colour and its working days."""
    today = today or clock.today()
    end = step.done_on or today
    over = step.due_on is not None and end > step.due_on and step.status is not StepStatus.DROPPED
    return Line(
        step=step,
        title=step_labels.shown(step.title),
        department=step_labels.shown(step.department),
        light=rules.light(step.status.value, step.due_on, step.done_on, today),
        used=max(0, calendar.working_days_between(step.started_on, end)) if step.started_on else None,
        late=calendar.working_days_between(step.due_on, end) if over and step.due_on else 0,
    )


def checklist_of(project: Project) -> Checklist:
    """Return the steps of a project by group, in the order they were laid out."""
    query = select(ServiceStep).where(ServiceStep.project_id == project.id).order_by(ServiceStep.id)
    rows = db.session.scalars(query.options(joinedload(ServiceStep.file), joinedload(ServiceStep.by))).all()
    by_group = {group: [line_of(row) for row in rows if row.group is group] for group in StepGroup}
    return Checklist([Block(group, lines) for group, lines in by_group.items() if lines])


def get_step(actor: Actor, project: Project, public_id: str) -> ServiceStep:
    """Return a step of a project. Raises NotFound."""
    query = select(ServiceStep).join(Project).where(visible_to(actor), Project.id == project.id)
    query = query.options(joinedload(ServiceStep.file), joinedload(ServiceStep.project), joinedload(ServiceStep.by))
    row = db.session.scalar(query.where(ServiceStep.public_id == public_id))
    if row is None:
        raise NotFound("没有找到这个事项，或您无权查看。")
    return row


def is_served(project: Project) -> bool:
    """Say whether service has begun: the signing was recognised, and the project is not closed."""
    return project.stage in RECOGNISED


def overdue_by_department(actor: Actor) -> list[tuple[str, int]]:
    """Return the departments that have overdue steps at visible projects, with how many, the most first."""
    query = select(ServiceStep.department, func.count()).join(Project).where(visible_to(actor), _overdue())
    rows = db.session.execute(
        query.group_by(ServiceStep.department).order_by(func.count().desc(), ServiceStep.department)
    )
    return [(department, count) for department, count in rows]


def overdue(actor: Actor, department: str | None = None) -> Sequence[Line]:
    """Return the overdue steps of visible projects, the longest overdue first; of one department when given."""
    query = select(ServiceStep).join(Project).where(visible_to(actor), _overdue())
    if department is not None:
        query = query.where(ServiceStep.department == department)
    loads = joinedload(ServiceStep.project).joinedload(Project.org)
    rows = db.session.scalars(query.options(loads).order_by(ServiceStep.due_on, ServiceStep.id).limit(MOST))
    return [line_of(row) for row in rows]


def _overdue() -> ColumnElement[bool]:
    return and_(ServiceStep.status.in_(RUNNING), ServiceStep.due_on < clock.today(), Project.stage != Stage.CLOSED)
