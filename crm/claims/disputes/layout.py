"""The plan's 产业分布: which units recruit on places that a link of a chain belongs to."""

from dataclasses import dataclass

from sqlalchemy import select

from crm.accounts.models import Org
from crm.carriers.models import Carrier, CarrierOrg, CarrierSegment
from crm.kit import db
from crm.plan.models import Node, Segment


@dataclass(frozen=True)
class Fit:
    """A unit that the plan names for a segment, by its place. ``inferred``: the plan's text says it, not its table."""

    org: Org
    carrier: str
    segment: str
    inferred: bool
    ref: str


def units_for(node_id: int | None) -> list[Fit]:
    """Return the units for a link, each once, those the table itself names first. Empty when no link is given."""
    if node_id is None:
        return []
    query = (
        select(Org, Carrier.name, Segment.name, CarrierSegment.inferred, CarrierSegment.ref)
        .join(CarrierOrg, CarrierOrg.org_id == Org.id)
        .join(Carrier, Carrier.id == CarrierOrg.carrier_id)
        .join(CarrierSegment, CarrierSegment.carrier_id == Carrier.id)
        .join(Segment, Segment.id == CarrierSegment.segment_id)
        .join(Node, Node.segment_id == Segment.id)
        .where(Node.id == node_id, Org.retired_at.is_(None), Carrier.retired_at.is_(None))
        .order_by(CarrierSegment.inferred, Org.id, Carrier.id)
    )
    found: dict[int, Fit] = {}
    for org, carrier, segment, inferred, ref in db.session.execute(query):
        found.setdefault(org.id, Fit(org, carrier, segment, inferred, ref))
    return list(found.values())


def fits(pairs: list[tuple[int, int | None]]) -> list[str]:
    """Return for each pair of unit and link how they fit by the plan: named, inferred, none, or unknown without a link."""
    lists = {node: units_for(node) for node in {node for _unit, node in pairs if node is not None}}
    return [_word(unit, lists[node]) if node is not None else "unknown" for unit, node in pairs]


def _word(org_id: int, found: list[Fit]) -> str:
    fit = next((one for one in found if one.org.id == org_id), None)
    return "none" if fit is None else "inferred" if fit.inferred else "named"
