"""Requests that wait for a person: the rule of ``requests.may_decide`` in SQL."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select
from sqlalchemy.orm import defer, joinedload

from crm.accounts.models import Org, OrgKind
from crm.claims.ending import deputies
from crm.claims.ending.models import ClaimRequest, RequestKind, RequestStatus
from crm.claims.models import Claim
from crm.claims.queries import managers_of
from crm.core.permissions import Role
from crm.kit import db
from crm.kit.access import Actor
from crm.leads.models import Lead


def mine_to_decide(actor: Actor) -> ColumnElement[bool]:
    """Which requests this person decides."""
    center = select(Org.id).where(Org.kind == OrgKind.CITY_CENTER).scalar_subquery()
    asker = func.coalesce(ClaimRequest.asked_by_id, 0)
    managed = managers_of(Claim.org_id, Claim.filer_id, asker).correlate(Claim, ClaimRequest).exists()
    recall = ClaimRequest.kind == RequestKind.RECALL
    unit = and_(~recall, Claim.small, Claim.level.is_(None), managed)
    parts: list[ColumnElement[bool]] = []
    if actor.roles & deputies.STAND_IN:
        parts.append(and_(deputies.stands_in(actor), unit, Claim.org_id == actor.org_id, Claim.org_id != center))
    if Role.CENTER in actor.roles:
        parts.append(and_(~unit, Claim.org_id != center))
    if Role.OFFICE in actor.roles:
        parts.append(Claim.org_id == center)
    mine = or_(*parts) if parts else false()
    return and_(mine, Claim.filer_id != actor.user_id, asker != actor.user_id)


def waiting_ids(actor: Actor) -> Select[int]:
    """Return, as a query, the undecided requests this person decides."""
    return select(ClaimRequest.id).join(Claim).where(ClaimRequest.status == RequestStatus.OPEN, mine_to_decide(actor))


def waiting(actor: Actor, limit: int = 50) -> Sequence[ClaimRequest]:
    """Return the undecided requests this person decides, the oldest first."""
    query = select(ClaimRequest).join(Claim).where(ClaimRequest.status == RequestStatus.OPEN, mine_to_decide(actor))
    loads = joinedload(ClaimRequest.claim).options(
        defer(Claim.params), joinedload(Claim.org), joinedload(Claim.lead).load_only(Lead.title)
    )
    return db.session.scalars(query.order_by(ClaimRequest.asked_at).limit(limit).options(loads)).all()
