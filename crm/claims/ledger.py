"""The ledger of a claim: every change is an event, and the lead's copies follow in the same transaction."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update

from crm.audit import service as audit
from crm.claims import rebuild
from crm.claims.ending.models import ClaimRequest, RequestStatus
from crm.claims.models import HOLDING, Claim, ClaimEvent, ClaimStatus
from crm.core.claims import can_move
from crm.core.errors import Conflict
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.leads.models import Lead, LeadStatus

CLOSED = frozenset(
    {
        ClaimStatus.REJECTED,
        ClaimStatus.EXPIRED,
        ClaimStatus.RECALLED,
        ClaimStatus.WITHDRAWN,
        ClaimStatus.TRANSFERRED,
        ClaimStatus.LOST,
        ClaimStatus.ASSISTING,
    }
)


def write(actor: Actor, claim: Claim, kind: str, reason: str = "", **data: Any) -> ClaimEvent:
    """Append an event to the claim's ledger and to the audit trail. It carries what changed since the event before it.

    Change the claim first and write then: what changes after the last event of a transaction is missing in the ledger.
    """
    # Numbers follow each other: two who write to one claim at once queue at its row.
    db.session.execute(select(Claim.id).where(Claim.id == claim.id).with_for_update(key_share=True))
    db.session.flush()
    query = select(ClaimEvent).where(ClaimEvent.claim_id == claim.id).order_by(ClaimEvent.seq)
    past = db.session.scalars(query).all()
    changed = rebuild.change(rebuild.fold(past), claim)
    event = ClaimEvent(
        claim_id=claim.id,
        seq=(past[-1].seq if past else 0) + 1,
        kind=kind,
        at=clock.now(),
        by_id=actor.user_id,
        by_words=actor.words[:120],
        reason=reason,
        data={**data, "status": claim.status.value, "holds": claim.holds, rebuild.STATE: changed},
    )
    db.session.add(event)
    db.session.flush()
    audit.record(actor, f"claim.{kind}", claim, status=claim.status.value)
    return event


def move(claim: Claim, status: ClaimStatus, *, holds: bool, at: datetime | None = None) -> None:
    """Put a claim into a state. Raises Conflict when the table of moves does not know the way. Flushes, and keeps the copies."""
    if status != claim.status and not can_move(claim.status.value, status.value):
        raise Conflict("这条备案的状态已经变化，请刷新页面后再操作。")
    place(claim, status, holds=holds, at=at)


def place(claim: Claim, status: ClaimStatus, *, holds: bool, at: datetime | None = None) -> None:
    """Set state and hold of a claim, whatever it was. Closed states end it."""
    claim.status = status
    claim.holds = holds and status in HOLDING
    if status in CLOSED:
        claim.closed_at = at or clock.now()
    if status in CLOSED or status is ClaimStatus.OWNED:
        _drop_requests(claim)
    claim.version = (claim.version or 0) + 1
    db.session.flush()
    copy_to_lead(claim)


def _drop_requests(claim: Claim) -> None:
    """What was asked about a protection falls away with it."""
    undecided = (ClaimRequest.claim_id == claim.id, ClaimRequest.status == RequestStatus.OPEN)
    dropped = {"status": RequestStatus.DROPPED, "version": ClaimRequest.version + 1}
    db.session.execute(update(ClaimRequest).where(*undecided).values(dropped))


def copy_to_lead(claim: Claim) -> None:
    """Write the copies that the lead's list filters by; only this function writes them."""
    lead = db.session.get(Lead, claim.lead_id)
    assert lead is not None
    lead.hold = claim.holds
    lead.hold_until = claim.hold_until if claim.holds else None
    lead.claim_status = claim.status.value
    if claim.closed_at is None and lead.status in (LeadStatus.DRAFT, LeadStatus.FOLLOWING):
        lead.status = LeadStatus.FILED
    elif claim.closed_at is not None and lead.status == LeadStatus.FILED:
        lead.status = LeadStatus.FOLLOWING
    lead.updated_at = clock.now()
    db.session.flush()


def copies(repair: bool) -> list[tuple[str, int, Any, Any]]:
    """Recompute ``leads.hold``, ``hold_until`` and ``claim_status``; return what differs, mending it on request."""
    newest = select(func.max(Claim.id)).group_by(Claim.lead_id)
    rows = db.session.execute(select(Claim, Lead).join(Lead).where(Claim.id.in_(newest))).all()
    wrong: list[tuple[str, int, Any, Any]] = []
    for claim, lead in rows:
        stored = (lead.hold, lead.hold_until, lead.claim_status)
        right = (claim.holds, claim.hold_until if claim.holds else None, claim.status.value)
        if stored != right:
            wrong.append(("leads", lead.id, stored, right))
            if repair:
                lead.hold, lead.hold_until, lead.claim_status = right
    return wrong


@db.transactional
def check(repair: bool) -> list[tuple[Claim, dict[str, tuple[Any, Any]]]]:
    """Rebuild every claim from its ledger and return those whose row differs.

    On request the row is mended from the ledger; a claim older than the states in the ledger gets a line with its present one.
    """
    wrong = rebuild.differences()
    for claim, _columns in wrong if repair else []:
        query = select(ClaimEvent).where(ClaimEvent.claim_id == claim.id).order_by(ClaimEvent.seq)
        state = rebuild.fold(db.session.scalars(query))
        if state.keys() >= {column.key for column in rebuild.COLUMNS}:
            rebuild.apply(claim, state)
            db.session.flush()
            copy_to_lead(claim)
        else:
            write(Actor.system(), claim, "baseline")
    return wrong
