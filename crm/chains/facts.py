"""What the gaps are computed of: nodes and supply of the edition in force, firms here, recognised projects, people's figures.

Only what the whole city may know counts (S0, S5): opened companies, projects recognised as signed. So everybody sees the same gap.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import or_, select

from crm.chains.models import NodeCare
from crm.companies.models import Company, CompanyNode, CompanySource, Credential, NodeWeight
from crm.core.gaps import NodeFacts
from crm.core.stages import RECOGNISED, Stage
from crm.kit import db
from crm.plan.models import Node, Plan, PlanEdge, PlanNode, PlanRecord
from crm.projects.models import Project

# Titles that make a firm an anchor (chain leader, 专精特新 or more). Source: domain.md §4.
LEAD_TITLES = ("单项冠军", "专精特新“小巨人”", "专精特新中小企业", "隐形冠军", "上市公司", "小巨人")
LEAD_ROLES = ("龙头", "大型龙头", "骨干", "优势企业")
ABOVE_SCALE_CNY = Decimal(20_000_000)  # 规上工业: main revenue of 2000 万 a year
PRODUCING = (Stage.IN_PRODUCTION, Stage.FULL_CAPACITY, Stage.LANDED)
PLAN_SOURCE = "plan"


@dataclass(frozen=True)
class Known:
    """All of it, by the code of a node."""

    plan_id: int
    ids: dict[str, int] = field(default_factory=dict)
    facts: dict[str, NodeFacts] = field(default_factory=dict)
    feeds: dict[str, frozenset[str]] = field(default_factory=dict)
    dates: dict[str, dict[str, Any]] = field(default_factory=dict)  # when and by whom the told figures were told


def read(plan_id: int, today: date) -> Known:
    """Read everything about the edition's nodes: seven statements, whatever their number."""
    rows = db.session.execute(
        select(Node.code, Node.id, PlanNode.branch, PlanNode.tier, PlanNode.priority, PlanNode.inferred)
        .join(PlanNode, PlanNode.node_id == Node.id)
        .where(PlanNode.plan_id == plan_id)
        .order_by(Node.code)
    ).all()
    ids = {row.code: row.id for row in rows}
    firms = _firms()
    leads = leading(set().union(*(firm.main for firm in firms.values())) if firms else set(), today)
    landing = _landing(firms)
    care = {row.node_id: row for row in db.session.scalars(select(NodeCare))}
    facts = {
        row.code: _facts(row, firms.get(row.id, Firms()), leads, landing.get(row.id, 0), care.get(row.id))
        for row in rows
    }
    dates = {code: _told(care[number]) for code, number in ids.items() if number in care}
    return Known(plan_id, ids, facts, _feeds(plan_id, ids), dates)


@dataclass
class Firms:
    """The companies here on a node, by id."""

    main: set[int] = field(default_factory=set)
    side: set[int] = field(default_factory=set)


def _firms() -> dict[int, Firms]:
    """Return the local firms of each node: those placed on it, and those whose recognised project on it produces."""
    placed = (
        select(CompanyNode.node_id, CompanyNode.company_id, CompanyNode.weight)
        .join(Company, Company.id == CompanyNode.company_id)
        .where(*active_here())
    )
    found: dict[int, Firms] = defaultdict(Firms)
    for node_id, company_id, weight in db.session.execute(placed):
        (found[node_id].main if weight is NodeWeight.MAIN else found[node_id].side).add(company_id)
    return found


def active_here() -> tuple[Any, ...]:
    """The clauses of a firm that counts as local: opened, in use, here."""
    here = or_(Company.is_local.is_(True), Company.host_org_id.is_not(None))
    return (here, Company.opened_at.is_not(None), Company.retired_at.is_(None), Company.merged_into_id.is_(None))


def _landing(firms: dict[int, Firms]) -> dict[int, int]:
    """Count recognised projects that do not produce yet; one that does adds its firm to the node."""
    alive = Company.retired_at.is_(None) & Company.merged_into_id.is_(None)
    query = select(Project.node_id, Project.stage, Company.id)
    query = query.outerjoin(Company, (Company.id == Project.local_company_id) & alive)
    counts: dict[int, int] = defaultdict(int)
    for node_id, stage, firm_id in db.session.execute(query.where(Project.stage.in_(RECOGNISED))):
        if node_id is not None and stage not in PRODUCING:
            counts[node_id] += 1
        elif node_id is not None and firm_id is not None:
            firms[node_id].main.add(firm_id)
    return counts


def leading(company_ids: set[int], today: date) -> set[int]:
    """Return those that are anchors: by a valid title, by size (规上), or by the plan's own word (龙头, 骨干)."""
    if not company_ids:
        return set()
    titled = select(Credential.company_id).where(
        Credential.company_id.in_(company_ids),
        or_(*(Credential.kind.contains(title, autoescape=True) for title in LEAD_TITLES)),
        or_(Credential.valid_until.is_(None), Credential.valid_until >= today),
    )
    large = select(Company.id).where(Company.id.in_(company_ids), Company.revenue_cny >= ABOVE_SCALE_CNY)
    found = set(db.session.scalars(titled.union(large)))
    told = select(CompanySource.company_id, PlanRecord.detail).join(
        PlanRecord, (PlanRecord.code == CompanySource.external_id) & (PlanRecord.kind == "local_company")
    )
    for company_id, detail in db.session.execute(told.where(CompanySource.source == PLAN_SOURCE)):
        if company_id in company_ids and detail.get("role") in LEAD_ROLES:
            found.add(company_id)
    return found


def _facts(row: Any, firms: Firms, leads: set[int], landing: int, care: NodeCare | None) -> NodeFacts:
    return NodeFacts(
        row=(row.code.split("-")[0], row.tier),
        tier=row.tier,
        priority=row.priority,
        named=not row.inferred,
        local=len(firms.main),
        side=len(firms.side - firms.main),
        leads=len(firms.main & leads),
        landing=landing,
        capacity=care.capacity_cny if care else None,
        demand=care.demand_cny if care else None,
        imports=care.import_percent / 100 if care and care.import_percent is not None else None,
    )


def _told(care: NodeCare) -> dict[str, Any]:
    said: Iterable[tuple[str, Any, str, date | None]] = (
        ("capacity", care.capacity_cny, care.capacity_source, care.capacity_on),
        ("demand", care.demand_cny, care.demand_source, care.demand_on),
        ("imports", care.import_percent, care.import_source, care.import_on),
    )
    return {
        name: {"value": str(value), "source": source, "on": on.isoformat() if on else ""}
        for name, value, source, on in said
        if value is not None
    }


def _feeds(plan_id: int, ids: dict[str, int]) -> dict[str, frozenset[str]]:
    codes = {number: code for code, number in ids.items()}
    found: dict[str, set[str]] = defaultdict(set)
    for source, target in db.session.execute(
        select(PlanEdge.from_id, PlanEdge.to_id).where(PlanEdge.plan_id == plan_id)
    ):
        if source in codes and target in codes:
            found[codes[source]].add(codes[target])
    return {code: frozenset(targets) for code, targets in found.items()}


def current_plan_id() -> int | None:
    """Return the edition in force, None before it is loaded."""
    return db.session.scalar(select(Plan.id).where(Plan.current).order_by(Plan.year_to.desc()).limit(1))
