"""The gap of each node as scores use it: one small function, so that what computes gaps can be put in its place."""

from dataclasses import dataclass

from sqlalchemy import select

from crm.kit import db
from crm.plan.models import Plan, PlanNode

# What the plan's own label is worth in thousandths while gaps are not computed.
LABELS = {"build": 1000, "fill": 800, "strengthen": 600}


@dataclass(frozen=True, slots=True)
class NodeGap:
    """The gap of a node: thousandths, its type, and where it comes from."""

    share: int
    type: str
    source: str


def gaps_now() -> dict[int, NodeGap]:
    """Return the gap of each node (inner id) in the plan in force; nodes it does not speak of are left out."""
    query = select(PlanNode.node_id, PlanNode.gap).join(Plan, Plan.id == PlanNode.plan_id).where(Plan.current)
    return {node: NodeGap(LABELS[gap], gap, "plan") for node, gap in db.session.execute(query) if gap in LABELS}
