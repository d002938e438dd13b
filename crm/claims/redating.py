"""A holiday published late: the limits that wait move with it, later and never earlier (domain.md §3.8, 17)."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from crm.audit import service as audit
from crm.claims import ledger
from crm.claims.disputes.models import Appeal, AppealStatus
from crm.claims.ending.models import ClaimRequest, RequestKind, RequestStatus
from crm.claims.models import Case, CaseStatus, Claim, ClaimStatus
from crm.claims.transfers.models import Transfer, TransferStatus
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.parameters import redating

_DAY_OF = {
    ClaimStatus.VERIFYING: "verify_due_on",
    ClaimStatus.CONFLICT: "verify_due_on",
    ClaimStatus.REGISTERED: "grace_due_on",
    ClaimStatus.RETURNED: "repair_on",
}


def calendar_changed(actor: Actor, before: Mapping[date, bool]) -> None:
    """Give every limit that waits the working days it had left under the calendar before; who loses none keeps the day."""
    _claims(actor, before)
    _others(actor, before)


def _claims(actor: Actor, before: Mapping[date, bool]) -> None:
    query = select(Claim).where(Claim.closed_at.is_(None), Claim.status.in_(_DAY_OF)).order_by(Claim.id)
    for claim in db.session.scalars(query.options(joinedload(Claim.lead)).with_for_update(of=Claim, key_share=True)):
        name = _DAY_OF[claim.status]
        new = redating.later(getattr(claim, name), before)
        if new is None:
            continue
        if name == "repair_on":
            ends = clock.end_of_day(new)
            if claim.hold_until == claim.repair_due:
                claim.hold_until = ends
            claim.repair_due = ends
        else:
            setattr(claim, name, new)
        claim.version += 1
        ledger.copy_to_lead(claim)
        ledger.write(actor, claim, "redated", day=new.isoformat())


def _others(actor: Actor, before: Mapping[date, bool]) -> None:
    waiting: list[tuple[Any, str, Any]] = [
        (Case, "due_on", Case.status != CaseStatus.DECIDED),
        (Appeal, "due_on", Appeal.status == AppealStatus.OPEN),
        (Transfer, "accept_due_on", Transfer.status == TransferStatus.OFFERED),
        (
            ClaimRequest,
            "hear_until",
            (ClaimRequest.status == RequestStatus.OPEN) & (ClaimRequest.kind == RequestKind.RECALL),
        ),
    ]
    for model, name, open_now in waiting:
        for row, old, new in redating.move(model, name, open_now, before):
            row.version += 1
            audit.record(actor, f"{audit.kind_of(model)}.redated", row, due_on=(old, new))
