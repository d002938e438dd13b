"""Reading what was signed and has not started: the longest waiting first, each with the reasons that are on record."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, func, select

from crm.accounts.models import Org, User
from crm.companies.models import Company
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.kit.web import Page
from crm.projects.models import Light, Project, ProjectFigure
from crm.reports.funnel.queries import Wanted, months_before, visible_to
from crm.reports.progress.queries import ROWS_A_PAPER
from crm.reports.progress.told import problems_of

ROWS_A_PAGE = 50
MOST_ROWS = 2_000


@dataclass(frozen=True)
class Line:
    """A project, read as far as a line shows it, with the day its signing was recognised and the reasons on record.

    ``amount_cny`` is what it counts for.
    """

    project: Any
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
    rows = _rows(actor, wanted, (number - 1) * ROWS_A_PAGE, ROWS_A_PAGE)
    total = rows[0].total if rows else 0
    if not rows and number > 1:
        count = select(func.count()).select_from(ProjectFigure).where(visible_to(actor, ProjectFigure))
        total = db.session.scalar(count.where(*_waits(actor, wanted))) or 0
    return Page(_lines(actor, rows), number, ROWS_A_PAGE, total)


def page_of_paper(actor: Actor, wanted: Wanted, number: int) -> tuple[Page, Decimal]:
    """Return one part of the list on paper, and the amount of the whole list."""
    rows = _rows(actor, wanted, (number - 1) * ROWS_A_PAPER, ROWS_A_PAPER)
    total, amount = (rows[0].total, rows[0].total_cny) if rows else (0, None)
    return Page(_lines(actor, rows), number, ROWS_A_PAPER, total), amount or Decimal(0)


def lines_for_export(actor: Actor, wanted: Wanted) -> list[Line]:
    """Return the whole list, up to the limit."""
    return _lines(actor, _rows(actor, wanted, 0, MOST_ROWS))


def _waits(actor: Actor, wanted: Wanted) -> tuple[ColumnElement[bool], ...]:
    return ProjectFigure.waiting_on.is_not(None), *wanted.conditions(actor)


def _rows(actor: Actor, wanted: Wanted, skipped: int, most: int) -> Sequence[Any]:
    """Return what lines show, with number and amount of the whole list: the order is found among the figures alone."""
    figure, order = ProjectFigure, (ProjectFigure.waiting_on, ProjectFigure.project_id)
    waits = (visible_to(actor, ProjectFigure), *_waits(actor, wanted))
    listed = select(figure.project_id).where(*waits).order_by(*order).offset(skipped).limit(most)
    count, amount = (
        select(one).select_from(figure).where(*waits).scalar_subquery()
        for one in (func.count(), func.sum(figure.amount_cny))
    )
    query = (
        select(
            *(Project.id, Project.public_id, Project.title, Project.stage, Project.light, Project.light_reason),
            *(Project.lead_official, Project.planned_start_on, Org.name.label("org"), User.name.label("owner")),
            func.coalesce(Company.name, Project.company_text).label("firm"),
            *(figure.waiting_on, figure.amount_cny, count.label("total"), amount.label("total_cny")),
        )
        .join(figure, figure.project_id == Project.id)
        .join(Org, Org.id == Project.org_id)
        .outerjoin(User, User.id == Project.owner_id)
        .outerjoin(Company, Company.id == Project.company_id)
        .where(visible_to(actor), Project.id.in_(select(listed.subquery().c.project_id)))
    )
    return db.session.execute(query.order_by(*order)).all()


def _lines(actor: Actor, rows: Sequence[Any]) -> list[Line]:
    problems = problems_of(actor, rows)
    return [Line(row, row.waiting_on, row.amount_cny, _reasons(row, problems[row.id])) for row in rows]


def _reasons(project: Any, problems: list[str]) -> list[str]:
    """Why it has not started: open problems, and the reason of a pause."""
    return [*problems, *([project.light_reason] if project.light is Light.HOLD and project.light_reason else [])]
