"""What scores are made of, read for a range of companies at once. Only what the whole city may know: nothing of engagement."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Select, literal, select, union_all
from sqlalchemy.orm import aliased

from crm.carriers.models import CarrierSegment, Parcel, PlantSpace, SpaceStatus
from crm.companies import choices
from crm.companies import queries as companies
from crm.companies.models import (
    Company,
    CompanyNode,
    CompanyRelation,
    Credential,
    Entity,
    NodeWeight,
    RelationKind,
)
from crm.core.fit import Facts, NodeFact, SignalFact, TieFact, TitleFact
from crm.kit import db
from crm.targets.gaps import NodeGap, nodes_now
from crm.watch.queries import counting

CLUSTERS = ("YRD", "PRD", "JJJ")
HOME_WORDS = ("湖北", "黄石", "楚商", "鄂商")
_OFFERED = (SpaceStatus.FREE, SpaceStatus.UNUSED)
_TRADE = (RelationKind.SUPPLIER, RelationKind.CUSTOMER)
_INTRODUCERS = (RelationKind.PORTFOLIO, RelationKind.MANDATE)
CHUNK = 2_000


@dataclass(frozen=True)
class Ground:
    """What is the same for all companies: nodes with gap and room, the cities near us and the clusters the plan names."""

    nodes: dict[int, tuple[str, NodeGap | None, int]]
    circle: frozenset[str]
    clusters: frozenset[str]


def ground() -> Ground:
    """Read it: two statements."""
    rooms = _rooms()
    nodes = {number: (node.code, node.gap, rooms.get(node.segment_id, 0)) for number, node in nodes_now().items()}
    regions = {region.code: region for region in choices.read().regions}
    circle = regions["WHCIRCLE"].cities if "WHCIRCLE" in regions else ("武汉",)
    clusters = {name for code in CLUSTERS if code in regions for name in regions[code].provinces}
    return Ground(nodes, frozenset({*circle, "黄石"}), frozenset(clusters))


def _rooms() -> dict[int, int]:
    """Return for each segment whether a carrier takes it (500) and has land or plant on offer (1000), in thousandths."""
    links = select(literal("takes"), CarrierSegment.carrier_id, CarrierSegment.segment_id)
    offers = [
        select(literal("offers"), model.carrier_id, model.segment_id).where(
            model.status.in_(_OFFERED), model.retired_at.is_(None)
        )
        for model in (Parcel, PlantSpace)
    ]
    rooms: dict[int, int] = {}
    carriers: dict[int, set[int]] = defaultdict(set)
    places: set[tuple[int, int | None]] = set()
    every: Select[Any] | CompoundSelect[Any] = union_all(links, *(one.distinct() for one in offers))
    for kind, carrier, segment in db.session.execute(every):
        if kind == "offers":
            places.add((carrier, segment))
        else:
            carriers[segment].add(carrier)
            rooms[segment] = 500
    for segment, mine in carriers.items():
        if any(carrier in mine and only in (None, segment) for carrier, only in places):
            rooms[segment] = 1000
    return rooms


def is_target() -> ColumnElement[bool]:
    """The companies that are scored: enterprises that live, and not here already."""
    alive = Company.merged_into_id.is_(None) & Company.retired_at.is_(None)
    away = Company.is_local.is_(False) & Company.host_org_id.is_(None)
    return alive & away & (Company.entity == Entity.ENTERPRISE)


def facts_between(low: int, high: int, on: Ground) -> dict[int, Facts]:
    """Return the facts of the companies with ids in a range that are scored."""
    columns = (Company.id, Company.revenue_cny, Company.employees, Company.listing, Company.country)
    query = select(*columns, Company.province, Company.city).where(Company.id.between(low, high), is_target())
    rows = list(db.session.execute(query))
    nodes, titles = _nodes(low, high, on), _titles(low, high)
    ties, signals = _ties(low, high), _signals(low, high)
    return {
        row.id: Facts(
            nodes=nodes.get(row.id, ()),
            signals=signals.get(row.id, ()),
            titles=titles.get(row.id, ()),
            ties=ties.get(row.id, ()),
            revenue_cny=row.revenue_cny,
            employees=row.employees,
            listing=row.listing,
            place=_place(row.country, row.province, row.city, on),
        )
        for row in rows
    }


def _place(country: str, province: str, city: str, on: Ground) -> str:
    if country not in ("", "中国"):
        return "elsewhere"
    if city in on.circle and province in ("湖北", ""):
        return "circle"
    if province in on.clusters:
        return "cluster"
    return "elsewhere" if province else ""


def _gathered(rows: Iterable[tuple[int, Any]]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for company, fact in rows:
        found[company].append(fact)
    return found


def _nodes(low: int, high: int, on: Ground) -> dict[int, list[NodeFact]]:
    query = select(CompanyNode.company_id, CompanyNode.node_id, CompanyNode.weight)
    query = query.where(CompanyNode.company_id.between(low, high)).order_by(CompanyNode.node_id)
    facts = []
    for company, node, weight in db.session.execute(query):
        code, gap, room = on.nodes[node]
        share, source, day = (gap.share, gap.source, gap.on) if gap else (None, "", None)
        facts.append((company, NodeFact(code, weight is NodeWeight.MAIN, share, room, source, day)))
    return _gathered(facts)


def _titles(low: int, high: int) -> dict[int, list[TitleFact]]:
    columns = (Credential.company_id, Credential.kind, Credential.year, Credential.valid_until, Credential.source)
    query = select(*columns).where(Credential.company_id.between(low, high)).order_by(Credential.id)
    return _gathered((row[0], TitleFact(*row[1:])) for row in db.session.execute(query))


def _signals(low: int, high: int) -> dict[int, list[SignalFact]]:
    rows = db.session.execute(counting(low, high))
    return _gathered((row[0], SignalFact(row[1], row[4], row[3], row[2], row[5])) for row in rows)


def _ties(low: int, high: int) -> dict[int, list[TieFact]]:
    """Open relations only, with open companies at the other end: one unit's note must not move the city's number."""
    found: list[tuple[int, TieFact]] = []
    up, down = _ends(low, high, upwards=True), _ends(low, high, upwards=False)
    for company, above, kind, source, day, name, ref, local, entity in db.session.execute(union_all(down, up)):
        sort = _sort(kind, name, local, entity, up=bool(above))
        if sort:
            found.append((company, TieFact(sort, name, ref, source, day)))
    return _gathered(found)


def _ends(low: int, high: int, *, upwards: bool) -> Select[Any]:
    """The relations of the companies with who stands at the other end; ``upwards``: where the other stands above."""
    other = aliased(Company)
    mine, theirs = CompanyRelation.from_id, CompanyRelation.to_id
    if upwards:
        mine, theirs = theirs, mine
    relation = (CompanyRelation.kind, CompanyRelation.source, CompanyRelation.valid_on)
    columns: list[Any] = [mine, literal(int(upwards)), *relation]
    return (
        select(*columns, other.name, other.public_id, other.is_local, other.entity)
        .join(other, other.id == theirs)
        .where(mine.between(low, high), CompanyRelation.org_id.is_(None), companies.in_force())
        .where(other.opened_at.is_not(None), other.merged_into_id.is_(None), other.retired_at.is_(None))
    )


def _sort(kind: RelationKind, name: str, local: bool, entity: Entity, *, up: bool) -> str:
    """Return what a relation is as a tie, '' for none; ``up``: the other stands above the company."""
    if kind in _TRADE and local:
        return "trade"
    if kind is RelationKind.MEMBER and up and entity is Entity.CHAMBER and any(word in name for word in HOME_WORDS):
        return "home"
    return "introducer" if kind in _INTRODUCERS and entity in (Entity.FUND, Entity.AGENCY) else ""
