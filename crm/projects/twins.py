"""Two projects that may be one investment: which pairs the system proposes, and what the centre decided on them.

Proposed is a pair of living projects of one investor on the same node or with like amounts; a person decides. For the centre alone:
a unit must not learn that another unit has the same investor.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    CompoundSelect,
    Select,
    and_,
    func,
    literal,
    not_,
    or_,
    select,
    type_coerce,
    union_all,
)
from sqlalchemy.orm import aliased, joinedload

from crm.companies.models import Company
from crm.core.stages import Stage
from crm.kit import db
from crm.kit.access import Actor
from crm.kit.web import Page
from crm.parameters import queries as parameters
from crm.projects.figures import counts
from crm.projects.models import Project, ProjectTwin
from crm.projects.queries import visible_to

PAGE_SIZE = 20
STATES = ("open", "same", "different")


@dataclass(frozen=True)
class Pair:
    """Two projects, the older first. ``reasons``: why they are proposed; ``decision``: what was decided, if anything was."""

    first: Project
    second: Project
    decision: ProjectTwin | None = None
    likeness: tuple[str, ...] = ()


def page_of_proposals(actor: Actor, number: int) -> Page:
    """Return one page of the pairs that wait for a decision, the newest project first, with the exact total."""
    query = _proposed(actor)
    # The total comes with each row: finding the pairs costs more than showing them.
    shown = query.add_columns(func.count().over()).offset((number - 1) * PAGE_SIZE).limit(PAGE_SIZE)
    rows = db.session.execute(shown).all()
    total = rows[0][2] if rows else 0
    if not rows and number > 1:
        total = db.session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
    projects = _projects(actor, {one for row in rows for one in row[:2]})
    pairs = [Pair(projects[first], projects[second]) for first, second, _total in rows]
    return Page([_with_likeness(pair) for pair in pairs], number, PAGE_SIZE, total)


def page_of_decisions(actor: Actor, number: int, *, same: bool) -> Page:
    """Return one page of the pairs that were decided so, the newest decision first."""
    seen = and_(literal(actor.is_center), ProjectTwin.same.is_(same))
    total = db.session.scalar(select(func.count()).select_from(ProjectTwin).where(seen)) or 0
    query = select(ProjectTwin).where(seen).options(joinedload(ProjectTwin.by))
    query = query.order_by(ProjectTwin.at.desc(), ProjectTwin.id.desc())
    rows = db.session.scalars(query.offset((number - 1) * PAGE_SIZE).limit(PAGE_SIZE)).all()
    projects = _projects(actor, {one for row in rows for one in (row.first_id, row.second_id)})
    pairs = [Pair(projects[row.first_id], projects[row.second_id], row) for row in rows]
    return Page([_with_likeness(pair) for pair in pairs], number, PAGE_SIZE, total)


def find_by_number(actor: Actor, number: str) -> Project | None:
    """Return the project that has this number, if the actor may read it."""
    return db.session.scalar(select(Project).where(Project.number == number.strip().upper(), visible_to(actor)))


def find_decision(first: Project, second: Project) -> ProjectTwin | None:
    """Return what was decided on two projects that the caller got through its scope."""
    older, newer = sorted((first.id, second.id))
    query = select(ProjectTwin).where(ProjectTwin.first_id == older, ProjectTwin.second_id == newer)
    return db.session.scalar(query.execution_options(populate_existing=True))


def _proposed(actor: Actor) -> Select[int, int]:
    first, second = aliased(Project), aliased(Project)
    decided = select(ProjectTwin.id).where(ProjectTwin.first_id == first.id, ProjectTwin.second_id == second.id)
    apart = or_(first.same_as_id.is_(None), second.same_as_id.is_(None), first.same_as_id != second.same_as_id)
    investor, other = aliased(Company), aliased(Company)
    return (
        select(first.id, second.id)
        .join(investor, investor.id == first.company_id)
        .join(
            other,
            or_(other.id == investor.id, other.merged_into_id == investor.id, other.id == investor.merged_into_id),
        )
        .join(second, second.company_id == other.id)
        .where(
            first.company_id.in_(_again()),
            first.id < second.id,
            literal(actor.is_center),
            apart,
            not_(decided.exists()),
            _overlap(first, second),
        )
        .where(*(condition for row in (first, second) for condition in (counts(row), row.stage != Stage.CLOSED)))
        .where(*(or_(a.parent_id.is_(None), a.parent_id != b.id) for a, b in ((first, second), (second, first))))
        .order_by(second.id.desc(), first.id)
    )


def _again() -> CompoundSelect[int]:
    """The investors that may have two projects: most have one, which is read off an index and looked at no further."""
    several = select(Project.company_id).where(Project.company_id.is_not(None)).group_by(Project.company_id)
    merged = Company.merged_into_id.is_not(None)
    return union_all(
        several.having(func.count() > 1),
        select(Company.id).where(merged),
        select(Company.merged_into_id).where(merged),
    )


def _overlap(first: Any, second: Any) -> Any:
    """The same node, or amounts as like as filing asks of one project; what is unknown is like nothing."""
    one, two = (
        func.coalesce(row.increment_cny, row.invest_agreed_cny, row.invest_total_cny) for row in (first, second)
    )
    percent = int(parameters.value("amount_tolerance") * 100)
    # Plain numbers on both databases: the type of amounts would read the percents as money.
    low, high = (type_coerce(amount, BigInteger) for amount in (one, two))
    most, least = 100 * func.abs(low - high), percent
    within = or_(most <= least * low, most <= least * high)
    return or_(first.node_id == second.node_id, within)


def _with_likeness(pair: Pair) -> Pair:
    found = []
    if pair.first.node_id is not None and pair.first.node_id == pair.second.node_id:
        found.append("node")
    one, two = (amount_of(row) for row in (pair.first, pair.second))
    if one is not None and two is not None and abs(one - two) <= parameters.value("amount_tolerance") * max(one, two):
        found.append("amount")
    if pair.first.org_id == pair.second.org_id:
        found.append("unit")
    return Pair(pair.first, pair.second, pair.decision, tuple(found))


def amount_of(project: Project) -> Decimal | None:
    """Return what the two are compared by, in yuan."""
    amounts = (project.increment_cny, project.invest_agreed_cny, project.invest_total_cny)
    return next((one for one in amounts if one is not None), None)


def _projects(actor: Actor, ids: set[int]) -> dict[int, Project]:
    loads = (joinedload(Project.org), joinedload(Project.company), joinedload(Project.node))
    found = db.session.scalars(select(Project).where(visible_to(actor), Project.id.in_(ids)).options(*loads))
    return {one.id: one for one in found}
