"""Where a project may settle: the carriers that the plan's 产业分布 puts its segment on, with the reason; a choice to choose from."""

from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import select

from crm.carriers.models import Carrier, CarrierSegment
from crm.core.errors import Invalid
from crm.kit import db
from crm.plan.models import Node, Segment
from crm.projects.gates import PLATING_CARRIER
from crm.projects.models import Project

_DISTRICT = "district"


@dataclass(frozen=True)
class Proposal:
    """A carrier that fits, and the place in the plan that says so."""

    public_id: str
    name: str
    reason: str


def proposals(segment_id: int | None, *, electroplating: bool = False) -> list[Proposal]:
    """Return the carriers of the segment by the plan's table; for electroplating the one park that it allows (R102)."""
    if electroplating:
        only = select(Carrier.public_id, Carrier.name)
        found = db.session.execute(only.where(Carrier.code == PLATING_CARRIER, Carrier.retired_at.is_(None))).first()
        return [Proposal(found[0], found[1], _("规划限定：电镀企业集中入园"))] if found else []
    if segment_id is None:
        return []
    query = select(Carrier.public_id, Carrier.name, CarrierSegment.ref, Segment.name)
    query = query.join(CarrierSegment, CarrierSegment.carrier_id == Carrier.id)
    query = query.join(Segment, Segment.id == CarrierSegment.segment_id)
    query = query.where(
        CarrierSegment.segment_id == segment_id,
        CarrierSegment.inferred.is_(False),
        Carrier.kind != _DISTRICT,
        Carrier.retired_at.is_(None),
    )
    rows = db.session.execute(query.order_by(Carrier.id))
    return [
        Proposal(public_id, name, _("规划产业分布：%(segment)s（%(ref)s）", segment=segment, ref=ref or "3.2"))
        for public_id, name, ref, segment in rows
    ]


def proposals_for(node_code: str, *, electroplating: bool = False) -> list[Proposal]:
    """Return the proposals for a node by its code, as a form holds it; none for a code that is no node."""
    segment = db.session.scalar(select(Node.segment_id).where(Node.code == node_code)) if node_code else None
    return proposals(segment, electroplating=electroplating)


def check(project: Project) -> None:
    """Raise Invalid when the carrier is none of the proposed ones and nobody says why. The project's links are set already."""
    if project.carrier_id is None or project.carrier_reason:
        return
    segment = db.session.scalar(select(Node.segment_id).where(Node.id == project.node_id)) if project.node_id else None
    proposed = proposals(segment, electroplating=project.electroplating)
    chosen = db.session.scalar(select(Carrier.public_id).where(Carrier.id == project.carrier_id))
    if proposed and chosen not in {one.public_id for one in proposed}:
        names = "、".join(one.name for one in proposed)
        raise Invalid(_("规划建议放在%(names)s。选别处请写明理由。", names=names), field="carrier_reason")


def carriers_for_choice() -> list[tuple[str, str]]:
    """Return (public id, name) of the carriers that can take a project."""
    query = select(Carrier.public_id, Carrier.name).where(Carrier.kind != _DISTRICT, Carrier.retired_at.is_(None))
    return [(public_id, name) for public_id, name in db.session.execute(query.order_by(Carrier.id))]


def nodes_for_choice() -> dict[str, list[tuple[str, str]]]:
    """Return all nodes by segment: code and words."""
    grouped: dict[str, list[tuple[str, str]]] = {}
    query = select(Segment.name, Node.code, Node.name).join(Node, Node.segment_id == Segment.id)
    for segment, code, name in db.session.execute(query.order_by(Segment.id, Node.code)):
        grouped.setdefault(segment, []).append((code, f"{code} {name}"))
    return grouped
