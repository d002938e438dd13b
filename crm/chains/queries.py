"""Reading the chains: nodes with their gap, who is there, and what the plan says, as maps, tables and single nodes show them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    case,
    func,
    literal,
    literal_column,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import defer, joinedload

from crm.accounts.models import Org, OrgKind
from crm.carriers.models import CarrierOrg, CarrierSegment
from crm.chains import facts
from crm.chains.models import Gap, GapDay, GapOverride, NodeCare
from crm.companies import queries as companies
from crm.companies.models import Company, CompanyNode, NodeWeight
from crm.core.gaps import GapType, Level
from crm.core.stages import RECOGNISED
from crm.kit import db
from crm.kit.access import Actor
from crm.plan import queries as plan
from crm.plan.models import Node, Plan, PlanEdge, PlanNode, Segment
from crm.projects import once
from crm.projects.models import Project

WUHAN = "武汉"
FEW = 60  # nodes: a segment has less
EVERYWHERE = "BASE"  # 基础部件按需布局各区县 (R090)


@dataclass(frozen=True)
class MapFilter:
    """What a map or table is narrowed to; unknown values are left out. ``unit``: the id of a recruiting unit."""

    segment: str = ""
    priority: str = ""
    gap: str = ""
    level: str = ""
    unit: str = ""
    colour: str = "gap"
    size: str = "priority"
    sort: str = "-score"

    @classmethod
    def of(cls, args: Mapping[str, str], segment: str = "") -> "MapFilter":
        """Read an address."""

        def known(name: str, values: Sequence[str], usual: str = "") -> str:
            return args.get(name, "") if args.get(name) in values else usual

        unit = args.get("unit", "")
        sort = args.get("sort", "")
        return cls(
            segment=segment,
            priority=known("priority", ("1", "2", "3")),
            gap=known("gap", [*GapType]),
            level=known("level", [*Level]),
            unit=unit if unit.isascii() and unit.isdigit() and len(unit) < 10 else "",
            colour=known("colour", ("gap", "level"), "gap"),
            size=known("size", ("priority", "local", "targets", "projects"), "priority"),
            sort=sort if sort.removeprefix("-") in SORTS else "-score",
        )


@dataclass(frozen=True)
class Unit:
    """A recruiting unit and the codes of the segments that its carriers are meant for."""

    id: int
    name: str
    segments: set[str]


class Firm(NamedTuple):
    """A firm here, as a map or a table names it."""

    public_id: str
    name: str


@dataclass
class NodeRow:
    """A node with everything a map, a table or a panel shows of it in short."""

    said: PlanNode
    gap: Gap | None
    override: GapOverride | None
    care: NodeCare | None
    projects_n: int = 0
    local: list[Firm] = field(default_factory=list)
    side: list[Firm] = field(default_factory=list)
    targets_n: int = 0
    wuhan_n: int = 0
    off: bool = False  # outside of the filter

    @property
    def code(self) -> str:
        """The node's code."""
        return self.said.node.code

    @property
    def chain(self) -> str:
        """The chain it belongs to: the segment's code, or the branch of a segment that has two."""
        return self.code.split("-")[0]

    @property
    def type(self) -> GapType:
        """The type that counts: a person's word before the rule's."""
        if self.override is not None:
            return self.override.type
        return self.gap.type if self.gap is not None else GapType(self.said.gap)

    @property
    def level(self) -> Level:
        """How well it is staffed."""
        return self.gap.level if self.gap is not None else Level.EMPTY

    @property
    def local_n(self) -> int:
        """Firms here that make it as their main product."""
        return self.gap.local_n if self.gap is not None else 0

    @property
    def weight(self) -> dict[str, int]:
        """What its size on the map may show."""
        return {
            "priority": 4 - min(3, self.said.priority),
            "local": self.local_n,
            "targets": self.targets_n,
            "projects": self.projects_n,
        }


SORTS = {
    "score": lambda row: (row.gap.score if row.gap else -1, row.code),
    "code": lambda row: row.code,
    "priority": lambda row: (row.said.priority, row.code),
    "local": lambda row: (row.local_n, row.code),
    "targets": lambda row: (row.targets_n, row.code),
    "wuhan": lambda row: (row.wuhan_n, row.code),
    "projects": lambda row: (row.projects_n, row.code),
}


@dataclass(frozen=True)
class ChainMap:
    """The nodes of a segment or of all, and who supplies whom among them."""

    rows: list[NodeRow]
    feeds: dict[str, list[str]]
    plan: Plan | None = None
    units: list[Unit] = field(default_factory=list)

    @property
    def shown(self) -> list[NodeRow]:
        """The rows inside the filter."""
        return [row for row in self.rows if not row.off]


def chain_map(actor: Actor, wanted: MapFilter, *, brief: bool = False) -> ChainMap:
    """Return the map, an empty one before the plan is loaded. Six statements at most, whatever the size.

    ``brief``: without what only a workbook of the nodes says of them.
    """
    edition = plan.find_plan()
    if edition is None:
        return ChainMap([], {})
    plan_id = edition.id
    rows = _rows(actor, plan_id, Segment.code == wanted.segment if wanted.segment else None, brief=brief)
    ids = {row.said.node_id: row for row in rows}
    _add_counts(actor, ids)
    _add_firms(ids)
    known = units()
    segments = next((unit.segments for unit in known if str(unit.id) == wanted.unit), None)
    for row in rows:
        row.off = not _inside(row, wanted, segments)
    return ChainMap(rows, _feeds(plan_id, {number: row.code for number, row in ids.items()}), edition, known)


def level_rows(actor: Actor) -> list[NodeRow]:
    """Return all nodes as far as their levels go, without counts and firms: what the heat table reads. Two statements."""
    plan_id = facts.current_plan_id()
    return _rows(actor, plan_id, None, brief=True) if plan_id is not None else []


def sorted_rows(rows: Sequence[NodeRow], sort: str) -> list[NodeRow]:
    """Return rows in the order that an address asks for."""
    return sorted(rows, key=SORTS[sort.removeprefix("-")], reverse=sort.startswith("-"))


def find_row(actor: Actor, code: str) -> NodeRow | None:
    """Return one node with its counts and firms, or None."""
    plan_id = facts.current_plan_id()
    rows = _rows(actor, plan_id, Node.code == code) if plan_id is not None else []
    if not rows:
        return None
    ids = {row.said.node_id: row for row in rows}
    _add_counts(actor, ids)
    _add_firms(ids)
    return rows[0]


def _rows(actor: Actor, plan_id: int, condition: ColumnElement[bool] | None, *, brief: bool = False) -> list[NodeRow]:
    """Read nodes; ``brief`` without the lists that no map names: unpacking them takes a third of the time."""
    # From recognised signing on, over all units: so everybody counts the same (S5), an investment once who reads both its projects.
    counted = select(func.count()).where(Project.node_id == Node.id, Project.stage.in_(RECOGNISED))
    counted = counted.where(once.once(actor, Project))
    recognised = counted.correlate(Node).scalar_subquery()
    standing = (GapOverride.node_id == Node.id) & GapOverride.withdrawn_at.is_(None)
    query = (
        select(PlanNode, Gap, GapOverride, NodeCare, recognised)
        .join(Node, Node.id == PlanNode.node_id)
        .join(Segment, Segment.id == Node.segment_id)
        .outerjoin(Gap, (Gap.node_id == Node.id) & (Gap.plan_id == plan_id))
        .outerjoin(GapOverride, standing)
        .outerjoin(NodeCare, NodeCare.node_id == Node.id)
        .options(joinedload(PlanNode.node).joinedload(Node.segment), joinedload(NodeCare.steward))
        .options(joinedload(GapOverride.by))
        .where(PlanNode.plan_id == plan_id)
        .order_by(Segment.id, Node.id)
    )
    if brief:
        unnamed: Any = (PlanNode.local_companies, PlanNode.local_companies_inferred, PlanNode.institutions)
        unnamed += (PlanNode.plan_verbs, PlanNode.keywords, PlanNode.gbt4754)
        query = query.options(*(defer(one, raiseload=True) for one in (*unnamed, Gap.inputs, Gap.reasons)))
    if condition is not None:
        query = query.where(condition)
    return [NodeRow(*row) for row in db.session.execute(query)]


def _add_counts(actor: Actor, rows: dict[int, NodeRow]) -> None:
    """Targets and Wuhan's firms, as the reader may know them (S1)."""
    seen = (companies.visible_to(actor), Company.retired_at.is_(None))
    query = _few_counted(seen, rows) if len(rows) < FEW else _all_counted(seen)
    for node_id, targets, here in db.session.execute(query):
        if node_id in rows:
            rows[node_id].targets_n += targets
            rows[node_id].wuhan_n += here


def _few_counted(seen: tuple[ColumnElement[bool], ...], rows: dict[int, NodeRow]) -> Select[Any]:
    """Count from the nodes: what stands on a few of them is soon read."""
    kinds = (Company.is_target.is_(True), Company.city == WUHAN)
    sums: tuple[Any, ...] = tuple(func.sum(case((kind, 1), else_=0)) for kind in kinds)
    query = select(CompanyNode.node_id, *sums).join(Company, Company.id == CompanyNode.company_id)
    return query.where(*seen, CompanyNode.node_id.in_(rows)).group_by(CompanyNode.node_id)


def _all_counted(seen: tuple[ColumnElement[bool], ...]) -> CompoundSelect[Any]:
    """Count from the companies, off the index of the targets and that of Wuhan: five of six places are of neither."""
    none: ColumnElement[int] = literal_column("0")
    wanted = select(Company.id).where(*seen, Company.is_target.is_(True)).cte("targets").prefix_with("MATERIALIZED")
    targets = select(CompanyNode.node_id, func.count(), none).join(wanted, wanted.c.id == CompanyNode.company_id)
    # The city stands in the statement as it stands in the index: a value put in later could be any.
    there = select(Company.id).where(*seen, Company.city == literal(WUHAN, literal_execute=True))
    wuhan = select(CompanyNode.node_id, none, func.count()).where(CompanyNode.company_id.in_(there))
    return union_all(targets.group_by(CompanyNode.node_id), wuhan.group_by(CompanyNode.node_id))


def _add_firms(rows: dict[int, NodeRow]) -> None:
    """Name the firms here: open ones only, as the gap counts them. Sorted here: the database would read all companies by name."""
    query = (
        select(CompanyNode.node_id, CompanyNode.weight, Company.public_id, Company.name)
        .add_columns(Company.name_pinyin, Company.id)
        .join(Company, Company.id == CompanyNode.company_id)
        .where(*facts.active_here(), CompanyNode.node_id.in_(rows))
    )
    for node_id, weight, public_id, name, *_order in sorted(db.session.execute(query), key=lambda row: row[4:]):
        row = rows[node_id]
        (row.local if weight is NodeWeight.MAIN else row.side).append(Firm(public_id, name))


def _feeds(plan_id: int, codes: dict[int, str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    query = select(PlanEdge.from_id, PlanEdge.to_id).where(PlanEdge.plan_id == plan_id)
    for source, target in db.session.execute(query):
        if source in codes and target in codes:
            found[codes[source]].append(codes[target])
    return dict(found)


def units() -> list[Unit]:
    """Return the units that recruit, with the segments their carriers are meant for; basic parts go anywhere. One statement."""
    query = (
        select(Org.id, Org.name, Segment.code)
        .outerjoin(CarrierOrg, CarrierOrg.org_id == Org.id)
        .outerjoin(CarrierSegment, CarrierSegment.carrier_id == CarrierOrg.carrier_id)
        .outerjoin(Segment, Segment.id == CarrierSegment.segment_id)
        .where(Org.recruits, Org.retired_at.is_(None), Org.kind.in_((OrgKind.DISTRICT, OrgKind.ZONE)))
        .distinct()
        .order_by(Org.id)
    )
    found: dict[int, Unit] = {}
    for org_id, name, code in db.session.execute(query):
        found.setdefault(org_id, Unit(org_id, name, {EVERYWHERE})).segments.update([code] if code else [])
    return list(found.values())


def _inside(row: NodeRow, wanted: MapFilter, segments: set[str] | None) -> bool:
    return (
        (not wanted.priority or str(row.said.priority) == wanted.priority)
        and (not wanted.gap or row.type.value == wanted.gap)
        and (not wanted.level or row.level.value == wanted.level)
        and (segments is None or row.said.node.segment.code in segments)
    )


@dataclass(frozen=True)
class HeatCell:
    """A segment in a tier: how many nodes of each level."""

    levels: dict[Level, int]

    @property
    def total(self) -> int:
        """How many nodes there are."""
        return sum(self.levels.values())

    @property
    def heat(self) -> int:
        """0 (all staffed) to 4 (all empty): an empty node counts one, a thin one a half."""
        if not self.total:
            return 0
        return round(4 * (self.levels[Level.EMPTY] + 0.5 * self.levels[Level.THIN]) / self.total)


def heat(rows: Sequence[NodeRow]) -> dict[str, dict[str, HeatCell]]:
    """Return chain → tier → cell; the chains in the order of the rows."""
    table: dict[str, dict[str, HeatCell]] = {}
    for row in rows:
        tiers = table.setdefault(row.chain, {})
        cell = tiers.setdefault(row.said.tier, HeatCell(dict.fromkeys(Level, 0)))
        cell.levels[row.level] += 1
    return table


def history_of(node_id: int) -> Sequence[GapDay]:
    """Return the days on which the gap of a node changed, the earliest first."""
    plan_id = facts.current_plan_id()
    query = select(GapDay).where(GapDay.node_id == node_id, GapDay.plan_id == plan_id)
    return db.session.scalars(query.order_by(GapDay.on)).all()


def progress(segment: str = "") -> list[tuple[date, dict[Level, int]]]:
    """Return how many nodes were empty, thin and full at the end of each month that history knows, and now."""
    plan_id = facts.current_plan_id()
    query = select(GapDay.on, GapDay.node_id, GapDay.level).where(GapDay.plan_id == plan_id)
    if segment:
        query = query.join(Node, Node.id == GapDay.node_id).join(Segment).where(Segment.code == segment)
    months: dict[str, tuple[date, dict[Level, int]]] = {}
    level: dict[int, Level] = {}
    for on, node_id, now in db.session.execute(query.order_by(GapDay.on, GapDay.id)):
        level[node_id] = now
        counts = dict.fromkeys(Level, 0)
        for one in level.values():
            counts[one] += 1
        months[f"{on:%Y-%m}"] = (on, counts)
    return list(months.values())


def levels_at(until: date) -> list[tuple[Node, GapDay]]:
    """Return each node that history knows by then with its last change up to that day, by code: what ``progress`` counts."""
    plan_id = facts.current_plan_id()
    query = select(Node, GapDay).join(GapDay, GapDay.node_id == Node.id).where(GapDay.plan_id == plan_id)
    found: dict[int, tuple[Node, GapDay]] = {}
    for node, day in db.session.execute(query.where(GapDay.on <= until).order_by(GapDay.on, GapDay.id)):
        found[node.id] = (node, day)
    return sorted(found.values(), key=lambda pair: pair[0].code)


def overrides_of(node_id: int) -> Sequence[GapOverride]:
    """Return all words against the rule on a node, the newest first."""
    query = select(GapOverride).options(joinedload(GapOverride.by), joinedload(GapOverride.withdrawn_by))
    return db.session.scalars(query.where(GapOverride.node_id == node_id).order_by(GapOverride.id.desc())).all()


def neighbours(said: PlanNode) -> tuple[list[Node], list[Node]]:
    """Return the nodes that supply this one, and those it supplies. One statement."""
    here = said.node_id
    other = case((PlanEdge.from_id == here, PlanEdge.to_id), else_=PlanEdge.from_id)
    query = select(Node, PlanEdge.from_id).join(PlanEdge, other == Node.id).order_by(Node.code)
    query = query.where(PlanEdge.plan_id == said.plan_id, or_(PlanEdge.from_id == here, PlanEdge.to_id == here))
    up: list[Node] = []
    down: list[Node] = []
    for node, source in db.session.execute(query):
        (down if source == here else up).append(node)
    return up, down
