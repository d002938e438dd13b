"""The four zeros (四零) by unit: how many projects are served, and at how many each of them was kept and explained (R067)."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import joinedload

from crm.accounts.models import Org
from crm.core.stages import RECOGNISED
from crm.kit import db
from crm.kit.access import Actor
from crm.projects import step_labels
from crm.projects.models import Project, ServiceStep, StepGroup, StepStatus
from crm.projects.queries import visible_to

ZEROS = ("zero_approval", "zero_fault", "zero_distance", "zero_lack")
MOST = 200


@dataclass
class UnitLine:
    """A unit: of each zero (done, needed). ``projects`` are those that have the checklist."""

    public_id: str
    name: str
    projects: int = 0
    zeros: dict[str, list[int]] = field(default_factory=lambda: {code: [0, 0] for code in ZEROS})

    @property
    def percent(self) -> int | None:
        """How much of what is needed is done, in percent."""
        done = sum(pair[0] for pair in self.zeros.values())
        needed = sum(pair[1] for pair in self.zeros.values())
        return round(100 * done / needed) if needed else None


def _served() -> tuple[ColumnElement[bool], ...]:
    return (
        Project.stage.in_(RECOGNISED),
        ServiceStep.group == StepGroup.ZERO,
        ServiceStep.title.in_([step_labels.stored(code) for code in ZEROS]),
        ServiceStep.status != StepStatus.DROPPED,
    )


def unit_lines(actor: Actor) -> list[UnitLine]:
    """Return a line for each unit that serves projects, by name: one statement."""
    done = func.count().filter(ServiceStep.status == StepStatus.DONE)
    query = (
        select(Org.public_id, Org.name, ServiceStep.title, done, func.count())
        .join(Project, Project.org_id == Org.id)
        .join(ServiceStep, ServiceStep.project_id == Project.id)
        .where(visible_to(actor), *_served())
        .group_by(Org.public_id, Org.name, ServiceStep.title)
    )
    lines: dict[str, UnitLine] = {}
    for public_id, name, title, kept, needed in db.session.execute(query.order_by(Org.name)):
        line = lines.setdefault(public_id, UnitLine(public_id, name))
        line.zeros[step_labels.code_of(title)] = [kept, needed]
        line.projects = max(line.projects, needed)
    return list(lines.values())


def rows_of(actor: Actor, unit: str, code: str, done: bool | None) -> Sequence[ServiceStep]:
    """Return the steps behind the numbers, with their projects: of one unit, one zero, done or not."""
    query = select(ServiceStep).join(Project).where(visible_to(actor), *_served())
    if unit:
        query = query.where(Project.org_id.in_(select(Org.id).where(Org.public_id == unit)))
    if code in ZEROS:
        query = query.where(ServiceStep.title == step_labels.stored(code))
    if done is not None:
        is_done = ServiceStep.status == StepStatus.DONE
        query = query.where(is_done if done else ~is_done)
    loads = joinedload(ServiceStep.project).joinedload(Project.org)
    return db.session.scalars(
        query.options(loads).order_by(Project.org_id, Project.id, ServiceStep.id).limit(MOST)
    ).all()
