"""Reading companies. ``visible_to`` is the one where-clause that every read of the room passes (S0)."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select, true
from sqlalchemy.orm import joinedload, selectinload

from crm.companies.models import Company, CompanyName, CompanyNode, CompanyRelation, NameKind
from crm.core.errors import NotFound
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.kit.words import say as _
from crm.plan.models import Node, Plan, PlanNode


class Merged(NotFound):
    """The company went into another that the actor may see: ``survivor``. Says where, instead of doing it there unasked."""

    status = 409

    def __init__(self, survivor: Company) -> None:
        super().__init__(_("这家企业已合并到“%(name)s”，请在那里继续。", name=survivor.name))
        self.survivor = survivor


def visible_to(actor: Actor, of: Any = Company) -> ColumnElement[bool]:
    """Rows the actor may know of: open ones and those the own unit entered; all for the city centre. Merged rows never.

    ``of``: an alias of the table, where a query joins it twice.
    """
    if actor.is_center:
        return and_(of.merged_into_id.is_(None))
    return and_(of.merged_into_id.is_(None), or_(of.opened_at.is_not(None), of.entered_org_id == actor.org_id))


def names_seen_by(actor: Actor) -> ColumnElement[bool]:
    """Names the actor may know of: open ones and those that serve the own unit."""
    if actor.is_center:
        return true()
    return or_(CompanyName.org_id.is_(None), CompanyName.org_id == actor.org_id)


def may_see(actor: Actor, company: Company) -> bool:
    """Say whether a loaded row is visible: the same rule as ``visible_to``."""
    own = actor.is_center or company.opened_at is not None or company.entered_org_id == actor.org_id
    return company.merged_into_id is None and own


def get_company(actor: Actor, public_id: str) -> Company:
    """Return a visible company. Raises NotFound, Merged when it went into another."""
    company = db.session.scalar(select(Company).where(Company.public_id == public_id, visible_to(actor)))
    if company is None:
        raise gone(actor, public_id)
    return company


def gone(actor: Actor, public_id: str) -> NotFound:
    """Return the error for a company that is not there: where it went, if that may be known."""
    survivor = survivor_of(actor, public_id)
    return NotFound() if survivor is None else Merged(survivor)


def find_company(actor: Actor, public_id: str | None) -> Company | None:
    """Return a visible company by its public id, or None. What was picked before a merge means the survivor."""
    if not public_id:
        return None
    found = db.session.scalar(select(Company).where(Company.public_id == public_id, visible_to(actor)))
    return found if found is not None else survivor_of(actor, public_id)


def company_of(actor: Actor, company_id: int) -> Company | None:
    """Return a visible company by its inner id, or None."""
    return db.session.scalar(select(Company).where(Company.id == company_id, visible_to(actor)))


def whole_company(actor: Actor, public_id: str) -> Company:
    """Return a visible company with nodes, credentials and host loaded. Raises NotFound, Merged when it went into another."""
    loads = (
        joinedload(Company.nodes).joinedload(CompanyNode.node),
        selectinload(Company.credentials),
        joinedload(Company.host_org),
    )
    query = select(Company).options(*loads).where(Company.public_id == public_id, visible_to(actor))
    company = db.session.scalars(query).unique().one_or_none()
    if company is None:
        raise gone(actor, public_id)
    return company


def survivor_of(actor: Actor, public_id: str) -> Company | None:
    """Return the company that a merged row was merged into, if both may be known to the actor."""
    gone_into = select(Company).where(Company.public_id == public_id, Company.merged_into_id.is_not(None))
    merged = db.session.scalar(gone_into.execution_options(populate_existing=True))  # it may have gone just now
    if merged is None or merged.merged_into_id is None:
        return None
    known = actor.is_center or merged.opened_at is not None or merged.entered_org_id == actor.org_id
    return company_of(actor, merged.merged_into_id) if known else None


def companies_of(actor: Actor, company_ids: Iterable[int]) -> dict[int, Company]:
    """Return the visible ones among these companies by id."""
    wanted = list(company_ids)
    if not wanted:
        return {}
    rows = db.session.scalars(select(Company).where(Company.id.in_(wanted), visible_to(actor)))
    return {row.id: row for row in rows}


def names_of(actor: Actor, company: Company) -> Sequence[CompanyName]:
    """Return the names of a company that the actor may know of: the legal one first, then in order of entry."""
    order = {kind: place for place, kind in enumerate(NameKind)}
    rows = db.session.scalars(
        select(CompanyName).where(CompanyName.company_id == company.id, names_seen_by(actor)).order_by(CompanyName.id)
    )
    return sorted(rows, key=lambda row: order[row.kind])


def relations_of(actor: Actor, company: Company) -> list[tuple[CompanyRelation, Company]]:
    """Return the relations of a company that the actor may know of, each with the visible company at its other end."""
    seen = true() if actor.is_center else or_(CompanyRelation.org_id.is_(None), CompanyRelation.org_id == actor.org_id)
    ends = or_(
        and_(CompanyRelation.from_id == company.id, Company.id == CompanyRelation.to_id),
        and_(CompanyRelation.to_id == company.id, Company.id == CompanyRelation.from_id),
    )
    query = select(CompanyRelation, Company).join(Company, ends).where(seen, visible_to(actor))
    return [(relation, other) for relation, other in db.session.execute(query.order_by(CompanyRelation.id)).all()]


def in_force() -> ColumnElement[bool]:
    """Relations that hold today: begun, and not ended."""
    today = clock.today()
    return and_(
        or_(CompanyRelation.valid_on.is_(None), CompanyRelation.valid_on <= today),
        or_(CompanyRelation.ended_on.is_(None), CompanyRelation.ended_on > today),
    )


def gap_of_nodes(node_ids: Sequence[int]) -> dict[int, PlanNode]:
    """Return what the current edition of the plan says of these nodes."""
    if not node_ids:
        return {}
    query = _current_nodes().where(PlanNode.node_id.in_(node_ids))
    return {row.node_id: row for row in db.session.scalars(query)}


def _current_nodes() -> Select[PlanNode]:
    return select(PlanNode).join(Plan, and_(Plan.id == PlanNode.plan_id, Plan.current.is_(True)))


def companies_on_node(actor: Actor, node_code: str, limit: int = 30) -> list[tuple[Company, CompanyNode]]:
    """Return visible companies on a node: local ones first, then targets, then by name."""
    query = (
        select(Company, CompanyNode)
        .join(CompanyNode, CompanyNode.company_id == Company.id)
        .join(Node, Node.id == CompanyNode.node_id)
        .where(Node.code == node_code, visible_to(actor), Company.retired_at.is_(None))
        .order_by(Company.is_local.desc(), Company.is_target.desc(), Company.name_pinyin, Company.id)
        .limit(limit)
    )
    return [(company, link) for company, link in db.session.execute(query).all()]
