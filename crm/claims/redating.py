"""A holiday published late: the limits that wait move with it, later and never earlier (domain.md §3.8, 17)."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from crm.claims import ledger
from crm.claims.disputes.models import Appeal, AppealStatus
from crm.claims.ending.models import ClaimRequest, RequestKind, RequestStatus
from crm.claims.models import Case, CaseStatus, Claim, ClaimStatus
from crm.claims.transfers.models import Transfer, TransferStatus
from crm.core import clocks
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.parameters import calendar

_DAY_OF = {
    ClaimStatus.VERIFYING: "verify_due_on",
    ClaimStatus.CONFLICT: "verify_due_on",
    ClaimStatus.REGISTERED: "grace_due_on",
    ClaimStatus.RETURNED: "repair_on",
}


def calendar_changed(actor: Actor, before: Mapping[date, bool]) -> None:
    """Give every limit that waits the working days it had left under the calendar before; who loses none keeps the day."""
    _claims(actor, before)
    _others(before)


def later(day: date | None, before: Mapping[date, bool]) -> date | None:
    """Return the new last day, or None where it stays: it passed already, or the days left are still there."""
    today = clock.today()
    if day is None or day <= today:
        return None
    left = clocks.working_days_between(today, day, before)
    new = calendar.add_working_days(today, left)
    return new if new > day else None


def _claims(actor: Actor, before: Mapping[date, bool]) -> None:
    query = select(Claim).where(Claim.closed_at.is_(None), Claim.status.in_(_DAY_OF)).order_by(Claim.id)
    for claim in db.session.scalars(query.options(joinedload(Claim.lead)).with_for_update(of=Claim, key_share=True)):
        name = _DAY_OF[claim.status]
        new = later(getattr(claim, name), before)
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


def _others(before: Mapping[date, bool]) -> None:
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
        for row in db.session.scalars(select(model).where(open_now).with_for_update(of=model)):
            new = later(getattr(row, name), before)
            if new is not None:
                setattr(row, name, new)
                row.version += 1
    db.session.flush()
