"""Reading the plan in force: segments, nodes, supply, and the words the plan itself uses."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import Select, func, select
from sqlalchemy.orm import aliased, contains_eager, joinedload

from crm.core.errors import NotFound
from crm.kit import db
from crm.plan.labels import GAPS, GROUPS, TIERS, named
from crm.plan.models import (
    Channel,
    Node,
    Plan,
    PlanEdge,
    PlanNode,
    PlanRecord,
    PlanSegment,
    Section,
    Segment,
)

# A node one step away, with its own gap: (node, gap, tier)
Neighbour = tuple[Node, str, str]


@dataclass(frozen=True)
class SegmentCard:
    """A segment on the overview, with how many nodes it has of each gap."""

    said: PlanSegment
    gaps: dict[str, int]

    @property
    def total(self) -> int:
        """How many nodes there are."""
        return sum(self.gaps.values())


@dataclass(frozen=True)
class NodePage:
    """A node with everything the plan says of it."""

    said: PlanNode
    upstream: list[Neighbour]
    downstream: list[Neighbour]
    chapters: dict[str, str]
    firms: dict[str, PlanRecord] = field(default_factory=dict)


def find_plan() -> Plan | None:
    """Return the edition in force, or None before it is loaded."""
    return db.session.scalar(select(Plan).where(Plan.current).order_by(Plan.year_to.desc()).limit(1))


def _current() -> Select[int]:
    return select(Plan.id).where(Plan.current).order_by(Plan.year_to.desc()).limit(1)


def list_segments() -> list[SegmentCard]:
    """Return the eight segments in the plan's order, with their nodes counted by gap."""
    plan = _current().scalar_subquery()
    counted = select(Node.segment_id, PlanNode.gap, func.count()).join(PlanNode.node).where(PlanNode.plan_id == plan)
    counts: dict[int, Counter[str]] = {}
    for segment_id, gap, number in db.session.execute(counted.group_by(Node.segment_id, PlanNode.gap)):
        counts.setdefault(segment_id, Counter())[gap] = number
    query = select(PlanSegment).options(joinedload(PlanSegment.segment)).where(PlanSegment.plan_id == plan)
    rows = db.session.scalars(query.order_by(PlanSegment.position))
    return [SegmentCard(row, {gap: counts.get(row.segment_id, Counter())[gap] for gap in GAPS}) for row in rows]


def list_nodes(*, segment: str = "", gap: str = "", text: str = "") -> list[PlanNode]:
    """Return nodes by code; ``text`` is looked for in code, names, products, keywords and the firms named."""
    query = select(PlanNode).join(PlanNode.node).options(contains_eager(PlanNode.node).joinedload(Node.segment))
    query = query.where(PlanNode.plan_id == _current().scalar_subquery())
    if segment:
        query = query.where(Node.segment_id == select(Segment.id).where(Segment.code == segment).scalar_subquery())
    if gap in GAPS:
        query = query.where(PlanNode.gap == gap)
    rows = list(db.session.scalars(query.order_by(Node.code)))
    rows.sort(key=lambda row: (row.branch, list(TIERS).index(row.tier), row.node.code))
    words = text.lower().split()
    return [row for row in rows if all(word in _searchable(row) for word in words)] if words else rows


def _searchable(row: PlanNode) -> str:
    lists = (row.products, row.products_inferred, row.keywords, row.gbt4754)
    firms = (row.local_companies, row.local_companies_inferred, row.target_companies)
    words = [row.node.code, row.node.name, row.node.name_en, *(str(w) for some in (*lists, *firms) for w in some)]
    return "\n".join(words).lower()


def get_page(code: str) -> NodePage:
    """Return a node with its neighbours, chapters and the firms the plan names. Raises NotFound."""
    query = select(PlanNode).join(PlanNode.node).options(contains_eager(PlanNode.node).joinedload(Node.segment))
    said = db.session.scalar(query.where(Node.code == code, PlanNode.plan_id == _current().scalar_subquery()))
    if said is None:
        raise NotFound
    refs = {one["ref"] for one in said.evidence}
    chapters = select(Section.code, Section.title).where(Section.plan_id == said.plan_id, Section.code.in_(refs))
    return NodePage(
        said,
        _neighbours(said, up=True),
        _neighbours(said, up=False),
        dict(db.session.execute(chapters).all()) if refs else {},
        _firms(said),
    )


def _neighbours(said: PlanNode, *, up: bool) -> list[Neighbour]:
    other = aliased(PlanNode)
    here, there = (PlanEdge.to_id, PlanEdge.from_id) if up else (PlanEdge.from_id, PlanEdge.to_id)
    query = select(Node, other.gap, other.tier).join(PlanEdge, there == Node.id)
    query = query.join(other, (other.node_id == Node.id) & (other.plan_id == PlanEdge.plan_id))
    query = query.where(PlanEdge.plan_id == said.plan_id, here == said.node_id).order_by(Node.code)
    return [(node, gap, tier) for node, gap, tier in db.session.execute(query)]


def _firms(said: PlanNode) -> dict[str, PlanRecord]:
    """Return what the plan's own lists say of the firms named at the node; local ones go first."""
    names = {*said.local_companies, *said.local_companies_inferred, *said.target_companies}
    if not names:
        return {}
    kinds = ("target_company", "local_company")
    query = select(PlanRecord).where(PlanRecord.plan_id == said.plan_id, PlanRecord.kind.in_(kinds))
    rows = db.session.scalars(query.where(PlanRecord.name.in_(names)).order_by(PlanRecord.kind.desc()))
    return {row.name: row for row in rows}


def chapters() -> dict[str, str]:
    """Return the chapters of the edition: code → title."""
    query = select(Section.code, Section.title).where(Section.plan_id == _current().scalar_subquery())
    return dict(db.session.execute(query).all())


def find_node(code: str) -> Node | None:
    """Return the node of a code, or None."""
    return db.session.scalar(select(Node).where(Node.code == code))


def get_node(code: str) -> Node:
    """Return the node of a code. Raises NotFound."""
    node = find_node(code)
    if node is None:
        raise NotFound
    return node


def all_segments() -> Sequence[Segment]:
    """Return the segments by their place in the plan."""
    query = select(Segment).join(PlanSegment, PlanSegment.segment_id == Segment.id)
    query = query.where(PlanSegment.plan_id == _current().scalar_subquery())
    return db.session.scalars(query.order_by(PlanSegment.position)).all()


def segments_for_choice() -> list[tuple[str, str]]:
    """Return (code, name) of the segments, for selects."""
    return [(segment.code, named(segment)) for segment in all_segments()]


def nodes_for_choice() -> dict[str, list[tuple[str, str]]]:
    """Return the nodes for a grouped select: segment's name → [(code, "LOG-U01 输送装备用型钢…")], in the plan's order."""
    query = select(Node, Segment, PlanSegment.position).join(Node.segment)
    query = query.join(PlanSegment, PlanSegment.segment_id == Segment.id)
    query = query.join(PlanNode, (PlanNode.node_id == Node.id) & (PlanNode.plan_id == PlanSegment.plan_id))
    query = query.where(PlanSegment.plan_id == _current().scalar_subquery()).order_by(PlanSegment.position, Node.code)
    choices: dict[str, list[tuple[str, str]]] = {}
    for node, segment, _position in db.session.execute(query):
        choices.setdefault(named(segment), []).append((node.code, f"{node.code} {named(node)}"))
    return choices


def gap_of(node_ids: Sequence[int]) -> dict[int, str]:
    """Return the gap of nodes by id (build, fill or strengthen), as the edition in force says."""
    if not node_ids:
        return {}
    query = select(PlanNode.node_id, PlanNode.gap).where(PlanNode.plan_id == _current().scalar_subquery())
    return dict(db.session.execute(query.where(PlanNode.node_id.in_(node_ids))).all())


def channels_for_choice() -> list[tuple[str, str]]:
    """Return (code, name) of the ways in which investors are found, in the plan's order."""
    return [(code, name) for code, name in db.session.execute(select(Channel.code, Channel.name).order_by(Channel.id))]


def group_words(said: PlanSegment) -> str:
    """Return the name of the segment's group in the reader's language."""
    return str(GROUPS.get(said.group_code, said.group_name))
