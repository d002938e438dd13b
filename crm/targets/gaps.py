"""The gap of each node as scores use it: the computed one, or what a person's word against it is worth."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from crm.chains.models import Gap, GapDay, GapOverride
from crm.core.fit import OVERRIDDEN
from crm.core.gaps import GapType
from crm.kit import clock, db
from crm.plan.models import Plan


@dataclass(frozen=True, slots=True)
class NodeGap:
    """The gap of a node: thousandths, its type, where it comes from (``gaps`` or ``override``) and since when it is so."""

    share: int
    type: GapType
    source: str
    on: date | None


def gaps_now() -> dict[int, NodeGap]:
    """Return the gap of each node (inner id) in the plan in force; a node that is not computed is left out. One statement."""
    last = select(func.max(GapDay.on)).where(GapDay.plan_id == Gap.plan_id, GapDay.node_id == Gap.node_id)
    standing = (GapOverride.node_id == Gap.node_id) & GapOverride.withdrawn_at.is_(None)
    query = (
        select(Gap.node_id, Gap.type, Gap.score, last.scalar_subquery().label("day"), GapOverride.type, GapOverride.at)
        .join(Plan, Plan.id == Gap.plan_id)
        .outerjoin(GapOverride, standing)
        .where(Plan.current)
    )
    found = {}
    for node, computed, score, day, said, at in db.session.execute(query):
        if said is not None:
            found[node] = NodeGap(OVERRIDDEN[said], said, "override", clock.local(at).date())
        else:
            found[node] = NodeGap(int(score * 10), computed, "gaps", day)
    return found
