"""Promises whose day of check comes or is past, and which nobody has verified yet (R066, R099): a list, a page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy import ColumnElement, Select, and_, case, false, func, or_, select
from sqlalchemy.orm import contains_eager

from crm.accounts.models import Org, User
from crm.core.promises import LESS_IS_BETTER
from crm.core.stages import Stage
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.kit.web import Page
from crm.projects.models import Project, ProjectPromise, PromiseKind
from crm.projects.papers import mine
from crm.projects.queries import visible_to

SOON = timedelta(days=30)
PAGE_SIZE = 30
EXPORT_LIMIT = 5_000
WHEN = ("late", "soon")


@dataclass(frozen=True)
class CheckFilter:
    """What the list is narrowed to: unit and owner by public id, ``when`` one of ``WHEN`` or all."""

    unit: str = ""
    owner: str = ""
    when: str = ""


@dataclass(frozen=True)
class Overview:
    """How many promises wait for their check, how many of them soon or late, and whose they are: (public id, name) pairs."""

    total: int = 0
    soon: int = 0
    late: int = 0
    units: list[tuple[str, str]] = field(default_factory=list)
    owners: list[tuple[str, str]] = field(default_factory=list)


def waits() -> ColumnElement[bool]:
    """Say of a promise, as a where-clause, that its check is still to be made.

    It is made by a result that meets the promise, or by any result taken on the day of check or later: an early one that
    falls short does not settle it.
    """
    promise = ProjectPromise
    less = promise.kind.in_([PromiseKind(kind) for kind in LESS_IS_BETTER])
    met = case((less, promise.result <= promise.promised), else_=promise.result >= promise.promised)
    settled = and_(promise.result.is_not(None), or_(met, promise.result_on >= promise.due_on))
    return and_(promise.promised.is_not(None), promise.due_on.is_not(None), case((settled, False), else_=True))


def page_of_checks(actor: Actor, wanted: CheckFilter, number: int) -> Page:
    """Return one page of the checks this actor is answerable for, what is due first on top, with the exact total."""
    query = _narrowed(actor, wanted)
    total = db.session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
    return Page(_read(query.limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)), number, PAGE_SIZE, total)


def rows_for_export(actor: Actor, wanted: CheckFilter) -> Sequence[ProjectPromise]:
    """Return what the list shows, all pages, up to the limit."""
    return _read(_narrowed(actor, wanted).limit(EXPORT_LIMIT))


def overview(actor: Actor) -> Overview:
    """Return the exact figures over all that this actor is answerable for, and whose the projects are."""
    today = clock.today()
    query = (
        select(
            *(Org.public_id, Org.name, User.public_id, User.name, func.count()),
            func.count().filter(ProjectPromise.due_on.between(today, today + SOON)),
            func.count().filter(ProjectPromise.due_on < today),
        )
        .select_from(ProjectPromise)
        .join(Project, Project.id == ProjectPromise.project_id)
        .join(Org, Org.id == Project.org_id)
        .outerjoin(User, User.id == Project.owner_id)
        .where(visible_to(actor), mine(actor), *_open())
        .group_by(Org.public_id, Org.name, User.public_id, User.name)
    )
    rows = db.session.execute(query).all()
    return Overview(
        total=sum(row[4] for row in rows),
        soon=sum(row[5] for row in rows),
        late=sum(row[6] for row in rows),
        units=sorted({(row[0], row[1]) for row in rows}, key=lambda pair: pair[1]),
        owners=sorted({(row[2], row[3]) for row in rows if row[2]}, key=lambda pair: pair[1]),
    )


def to_remind(until: date) -> Sequence[int]:
    """Return the promises of all units whose check is due until this day, for the job that reminds."""
    query = select(ProjectPromise.id).join(Project, Project.id == ProjectPromise.project_id)
    return db.session.scalars(
        query.where(*_open(), ProjectPromise.due_on <= until).order_by(ProjectPromise.due_on, ProjectPromise.id)
    ).all()


def find_waiting(promise_id: int) -> ProjectPromise | None:
    """Return the promise, with its project, while its check is still to be made; for the job that reminds."""
    query = select(ProjectPromise).join(ProjectPromise.project).where(ProjectPromise.id == promise_id, *_open())
    return db.session.scalar(query.options(contains_eager(ProjectPromise.project)))


def still_waits(promise: ProjectPromise) -> bool:
    """Say whether the check of this promise is still to be made."""
    return bool(db.session.scalar(select(ProjectPromise.id).where(ProjectPromise.id == promise.id, waits())))


def _open() -> tuple[ColumnElement[bool], ...]:
    return waits(), Project.stage != Stage.CLOSED


def _narrowed(actor: Actor, wanted: CheckFilter) -> Select[ProjectPromise]:
    query = select(ProjectPromise).join(ProjectPromise.project).where(visible_to(actor), mine(actor), *_open())
    today = clock.today()
    if wanted.unit:
        query = query.where(Project.org_id.in_(select(Org.id).where(Org.public_id == wanted.unit)))
    if wanted.owner:
        query = query.where(Project.owner_id.in_(select(User.id).where(User.public_id == wanted.owner)))
    if wanted.when:
        due = ProjectPromise.due_on
        ways = {"late": due < today, "soon": due.between(today, today + SOON)}
        query = query.where(ways.get(wanted.when, false()))
    return query.order_by(ProjectPromise.due_on, ProjectPromise.id)


def _read(query: Select[ProjectPromise]) -> list[ProjectPromise]:
    project = contains_eager(ProjectPromise.project)
    loads = (
        project.joinedload(Project.org),
        project.joinedload(Project.owner),
        project.joinedload(Project.company),
    )
    return list(db.session.scalars(query.options(*loads)).unique())
