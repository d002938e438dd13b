"""The rows behind a number of the funnel: projects, or the stays that a median of days was made of; page by page or whole."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from crm.core.stages import Stage
from crm.kit import db
from crm.kit.access import Actor
from crm.kit.web import Page
from crm.plan.models import Node
from crm.projects.models import Project, ProjectFigure, ProjectStay
from crm.reports.funnel.figures import days_of
from crm.reports.funnel.queries import Wanted, finished_stays, stays, visible_to

ROWS_A_PAGE = 50
MOST_ROWS = 5_000


@dataclass(frozen=True)
class Line:
    """A project and what it counts for, in yuan: of 增资 the increment, of what is signed the sum agreed."""

    project: Project
    amount_cny: Decimal | None


@dataclass(frozen=True)
class Stay:
    """A project's stay in a stage that it has left since."""

    project: Project
    entered_on: date
    left_on: date
    days: int


def page_of_rows(actor: Actor, wanted: Wanted, number: int) -> Page:
    """Return the projects behind a number, the largest first."""
    total = db.session.scalar(_listed(actor, wanted, func.count()))
    return Page(_lines(actor, wanted, (number - 1) * ROWS_A_PAGE, ROWS_A_PAGE), number, ROWS_A_PAGE, total or 0)


def rows_for_export(actor: Actor, wanted: Wanted) -> list[Line]:
    """Return them all, up to the limit."""
    return _lines(actor, wanted, 0, MOST_ROWS)


def sum_of_rows(actor: Actor, wanted: Wanted) -> tuple[int, Decimal]:
    """Return how many there are, and what they count for in yuan."""
    query = _listed(actor, wanted, func.count(), func.sum(ProjectFigure.amount_cny))
    count, amount = db.session.execute(query).one()
    return count, amount or Decimal(0)


def median_of(actor: Actor, wanted: Wanted, stage: Stage) -> tuple[float, int]:
    """Return the median of days of the finished stays in a stage and how many there were; (0, 0) for none."""
    return days_of(stays(actor, wanted)).get(stage, (0, 0))


def page_of_stays(actor: Actor, wanted: Wanted, stage: Stage, number: int, total: int) -> Page:
    """Return the stays that a median was made of, the longest first."""
    return Page(_stays(actor, wanted, stage, (number - 1) * ROWS_A_PAGE, ROWS_A_PAGE), number, ROWS_A_PAGE, total)


def stays_for_export(actor: Actor, wanted: Wanted, stage: Stage) -> list[Stay]:
    """Return them all, up to the limit."""
    return _stays(actor, wanted, stage, 0, MOST_ROWS)


def _listed(actor: Actor, wanted: Wanted, *columns: Any) -> Select[Any]:
    return select(*columns).where(visible_to(actor, ProjectFigure), *wanted.conditions(actor))


def _lines(actor: Actor, wanted: Wanted, skipped: int, most: int) -> list[Line]:
    """The order is found among the figures alone: only what is shown is read whole."""
    order = (func.coalesce(ProjectFigure.amount_cny, 0).desc(), ProjectFigure.project_id)
    ids = _listed(actor, wanted, ProjectFigure.project_id, ProjectFigure.amount_cny.label("amount"))
    rows = db.session.execute(ids.order_by(*order).offset(skipped).limit(most)).all()
    projects = _projects(actor, [row.project_id for row in rows])
    return [Line(projects[row.project_id], row.amount) for row in rows]


def _stays(actor: Actor, wanted: Wanted, stage: Stage, skipped: int, most: int) -> list[Stay]:
    order = (ProjectStay.days.desc(), ProjectStay.project_id, ProjectStay.entered_on)
    query = select(ProjectStay).where(*finished_stays(actor, wanted), ProjectStay.stage == stage).order_by(*order)
    rows = db.session.scalars(query.offset(skipped).limit(most)).all()
    projects = _projects(actor, {row.project_id for row in rows})
    return [Stay(projects[row.project_id], row.entered_on, row.left_on, row.days) for row in rows]


def _projects(actor: Actor, ids: Collection[int]) -> dict[int, Project]:
    found = db.session.scalars(select(Project).where(visible_to(actor), Project.id.in_(ids)).options(*_loads()))
    return {one.id: one for one in found}


def _loads() -> tuple[Any, ...]:
    node = joinedload(Project.node).joinedload(Node.segment)
    return joinedload(Project.org), joinedload(Project.owner), joinedload(Project.company), node
