"""Reading what was signed and has not started: the longest waiting first, each with the reasons that are on record."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from crm.kit import clock, db
from crm.kit.access import Actor
from crm.kit.web import Page
from crm.projects.models import Light, Project, ProjectFigure
from crm.reports.funnel.queries import Wanted, months_before, visible_to
from crm.reports.progress.queries import problems_of

ROWS_A_PAGE = 50
MOST_ROWS = 2_000


@dataclass(frozen=True)
class Line:
    """A project with the day its signing was recognised and the reasons on record; ``amount_cny`` is what it counts for."""

    project: Project
    signed_on: date
    amount_cny: Decimal | None
    reasons: list[str]

    @property
    def months(self) -> int:
        """The whole months since the signing."""
        today = clock.today()
        whole = (today.year - self.signed_on.year) * 12 + today.month - self.signed_on.month
        return whole if months_before(today, whole) >= self.signed_on else whole - 1


def page_of_lines(actor: Actor, wanted: Wanted, number: int) -> Page:
    """Return one page, with the exact total."""
    query = _listed(actor, wanted)
    total = db.session.scalar(query.with_only_columns(func.count()).order_by(None)) or 0
    return Page(_lines(actor, query.offset((number - 1) * ROWS_A_PAGE).limit(ROWS_A_PAGE)), number, ROWS_A_PAGE, total)


def lines_for_export(actor: Actor, wanted: Wanted) -> list[Line]:
    """Return the whole list, up to the limit."""
    return _lines(actor, _listed(actor, wanted).limit(MOST_ROWS))


def _listed(actor: Actor, wanted: Wanted) -> Select[int, date | None, Decimal | None]:
    """Ids with the day and the amount: the order is found among the figures, what is shown is read whole."""
    query = select(ProjectFigure.project_id, ProjectFigure.waiting_on, ProjectFigure.amount_cny)
    waits = ProjectFigure.waiting_on.is_not(None)
    query = query.where(visible_to(actor, ProjectFigure), waits, *wanted.conditions(actor))
    return query.order_by(ProjectFigure.waiting_on, ProjectFigure.project_id)


def _lines(actor: Actor, listed: Select[int, date | None, Decimal | None]) -> list[Line]:
    rows: Sequence[Any] = db.session.execute(listed).all()
    loads = (joinedload(Project.org), joinedload(Project.owner), joinedload(Project.company))
    ids = [row.project_id for row in rows]
    query = select(Project).where(visible_to(actor), Project.id.in_(ids)).options(*loads)
    projects = {one.id: one for one in db.session.scalars(query)}
    problems, _matters = problems_of(actor, list(projects.values()))
    return [
        Line(project, row.waiting_on, row.amount_cny, _reasons(project, problems[row.project_id]))
        for row in rows
        if (project := projects.get(row.project_id)) is not None
    ]


def _reasons(project: Project, problems: list[str]) -> list[str]:
    """Why it has not started: open problems, and the reason of a pause."""
    return [*problems, *([project.light_reason] if project.light is Light.HOLD and project.light_reason else [])]
