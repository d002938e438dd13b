"""The gap of each node as scores use it: the computed one, or what a person's word against it is worth."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import func, select

from crm.chains.models import Gap, GapDay, GapOverride
from crm.core.fit import OVERRIDDEN
from crm.core.gaps import GapType
from crm.kit import clock, db
from crm.plan.models import Node, Plan


@dataclass(frozen=True, slots=True)
class NodeGap:
    """The gap of a node: thousandths, its type, where it comes from (``gaps`` or ``override``) and since when it is so."""

    share: int
    type: GapType
    source: str
    on: date | None


@dataclass(frozen=True, slots=True)
class NodeNow:
    """A node of the chain, of whichever plan, with its gap in the plan in force; None where it is not computed."""

    code: str
    segment_id: int
    gap: NodeGap | None


def nodes_now() -> dict[int, NodeNow]:
    """Return every node by its inner id. One statement."""
    last = select(func.max(GapDay.on)).where(GapDay.plan_id == Gap.plan_id, GapDay.node_id == Gap.node_id)
    current = (Gap.node_id == Node.id) & Gap.plan_id.in_(select(Plan.id).where(Plan.current))
    standing = (GapOverride.node_id == Gap.node_id) & GapOverride.withdrawn_at.is_(None)
    query = (
        select(Node.id, Node.code, Node.segment_id, Gap.type, Gap.score, last.scalar_subquery(), GapOverride.type)
        .add_columns(GapOverride.at)
        .select_from(Node)
        .outerjoin(Gap, current)
        .outerjoin(GapOverride, standing)
    )
    return {row[0]: NodeNow(row[1], row[2], _gap(*row[3:])) for row in db.session.execute(query)}


def gaps_now() -> dict[int, NodeGap]:
    """Return the gap of each node (inner id) in the plan in force; a node that is not computed is left out."""
    return {number: node.gap for number, node in nodes_now().items() if node.gap is not None}


def _gap(
    computed: GapType | None, score: Decimal | None, day: date | None, said: GapType | None, at: datetime | None
) -> NodeGap | None:
    if computed is None or score is None:
        return None
    if said is not None and at is not None:
        return NodeGap(OVERRIDDEN[said], said, "override", clock.local(at).date())
    return NodeGap(int(score * 10), computed, "gaps", day)
