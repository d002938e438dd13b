"""The ledger of a claim: every change is an event, and the lead's copies follow in the same transaction."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from crm.audit import service as audit
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
    """Append an event to the claim's ledger and to the audit trail."""
    # Numbers follow each other: two who write to one claim at once queue at its row.
    db.session.execute(select(Claim.id).where(Claim.id == claim.id).with_for_update(key_share=True))
    last = db.session.scalar(select(func.max(ClaimEvent.seq)).where(ClaimEvent.claim_id == claim.id)) or 0
    event = ClaimEvent(
        claim_id=claim.id,
        seq=last + 1,
        kind=kind,
        at=clock.now(),
        by_id=actor.user_id,
        by_words=f"{actor.org_name} {actor.name}"[:120],
        reason=reason,
        data={**data, "status": claim.status.value, "holds": claim.holds},
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
    claim.version = (claim.version or 0) + 1
    db.session.flush()
    copy_to_lead(claim)


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
