"""What the clock of a claim says to its reader: phase, days, proof, what is asked and what may be asked."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from crm.claims import hooks
from crm.claims.ending.models import ClaimRequest, RequestKind, RequestStatus
from crm.claims.models import Claim, ClaimStatus
from crm.core import ending as rules
from crm.core.ending import Proof
from crm.kit import clock, db
from crm.parameters import calendar
from crm.parameters import queries as parameters

# The numbers an extension, a pause and a recall go by: those of the day on which they are asked.
PARAMS = (
    "extension_max",
    "extension_days",
    "extension_min_followups",
    "extension_min_meetings",
    "hold_max",
    "hold_days",
    "stale_yellow_days",
    "stale_red_days",
    "stale_recall_days",
    "repair_wd",
)


@dataclass(frozen=True)
class Clock:
    """The clock of one claim. ``left`` counts to the end of protection, ``grace_left`` to the end of grace."""

    phase: str
    left: int | None
    grace_left: int | None
    grace_until: date | None
    extended: int
    paused: ClaimRequest | None
    proof: Proof
    lack: str | None
    light: str
    idle: int
    params: dict[str, str]
    requests: Sequence[ClaimRequest]

    def open(self, kind: str) -> ClaimRequest | None:
        """Return the undecided request of a kind, if any."""
        return next((r for r in self.requests if r.kind == kind and r.status is RequestStatus.OPEN), None)

    @property
    def runs(self) -> bool:
        """Whether there is a protection that an extension or a pause could move."""
        return self.phase in ("running", "grace", "paused", "waiting")


def requests_of(claim: Claim) -> list[ClaimRequest]:
    """Return everything asked about a claim, the newest first."""
    query = select(ClaimRequest).where(ClaimRequest.claim_id == claim.id).order_by(ClaimRequest.id.desc())
    people = (joinedload(ClaimRequest.asked_by), joinedload(ClaimRequest.decided_by))
    return list(db.session.scalars(query.options(*people)))


def grace_days(claim: Claim) -> int:
    """Return the days of grace by the numbers that the claim keeps."""
    return int(Decimal(claim.params.get("expiry_grace_days", "7")))


def period_start(claim: Claim, requests: Sequence[ClaimRequest]) -> date:
    """Return the day from which follow-ups count as proof: the beginning of protection, or of the last extension."""
    begun = claim.protected_from or clock.today()
    granted = [r for r in requests if r.kind is RequestKind.EXTEND and r.status is RequestStatus.GRANTED]
    return max([begun, *(clock.local(r.decided_at).date() for r in granted if r.decided_at)])


def proof_of(contacts: Collection[hooks.Contact], since: date) -> Proof:
    """Return what the contacts prove: one a day counts, as a second call on a day says nothing new."""
    days = {c.on for c in contacts if since <= c.on <= clock.today()}
    met = {c.on for c in contacts if c.meeting and c.on in days}
    return Proof(len(days), len(met), max((c.on for c in contacts if c.on <= clock.today()), default=None))


def paused_now(requests: Sequence[ClaimRequest], today: date) -> ClaimRequest | None:
    """Return the pause that stops the clock today."""
    for one in requests:
        granted = one.kind is RequestKind.PAUSE and one.status is RequestStatus.GRANTED
        if granted and one.from_on and one.last_paused_on and one.from_on <= today <= one.last_paused_on:
            return one
    return None


def resumed_on(requests: Sequence[ClaimRequest], today: date) -> date | None:
    """Return the last day on which a pause stopped the clock, if one has ended."""
    ended = [
        r.last_paused_on
        for r in requests
        if r.kind is RequestKind.PAUSE and r.status is RequestStatus.GRANTED and r.last_paused_on
    ]
    return max((day for day in ended if day < today), default=None)


def of(
    claim: Claim, requests: Sequence[ClaimRequest] | None = None, contacts: Sequence[hooks.Contact] | None = None
) -> Clock:
    """Return the clock of a claim; the caller may hand over what it has read already."""
    today = clock.today()
    requests = requests_of(claim) if requests is None else requests
    alive = claim.status is ClaimStatus.PROTECTED and claim.protected_until is not None
    if contacts is None:
        contacts = hooks.contacts_of([claim.lead_id]) if alive else []
    params = parameters.snapshot(PARAMS)
    extended = sum(r.kind is RequestKind.EXTEND and r.status is RequestStatus.GRANTED for r in requests)
    paused = paused_now(requests, today)
    proof = proof_of(contacts, period_start(claim, requests))
    until = claim.protected_until if alive else None
    grace_until = until + timedelta(days=grace_days(claim)) if until else None
    waits = any(r.status is RequestStatus.OPEN and r.kind is not RequestKind.RECALL for r in requests)
    idle = 0
    if alive and paused is None:
        idle = rules.idle_days(today, claim.protected_from or today, proof.last_on, resumed_on(requests, today))
    return Clock(
        phase=rules.phase(today, until, grace_days(claim), waits=waits, paused=paused is not None),
        left=(until - today).days if until else None,
        grace_left=(grace_until - today).days if grace_until else None,
        grace_until=grace_until,
        extended=extended,
        paused=paused,
        proof=proof,
        lack=rules.lacking(proof, extended, params),
        light=rules.idle_light(idle, params),
        idle=idle,
        params=params,
        requests=requests,
    )


def end_of(claim: Claim) -> None:
    """Set the end of the hold by protection and grace, or none while an extension or a pause waits for its decision."""
    waits = select(ClaimRequest.id).where(
        ClaimRequest.claim_id == claim.id,
        ClaimRequest.status == RequestStatus.OPEN,
        ClaimRequest.kind != RequestKind.RECALL,
    )
    assert claim.protected_until is not None
    waiting = db.session.scalar(waits.limit(1)) is not None
    last = claim.protected_until + timedelta(days=grace_days(claim))
    claim.hold_until = None if waiting else clock.end_of_day(last)


def counts_from(claim: Claim) -> tuple[str, int, int]:
    """Return why the claim counts from the day it does, the working days from contact to filing, and the days allowed."""
    filed = next((event for event in claim.events if event.kind == "filed"), None)
    grade = str(filed.data.get("grade", claim.grade.value)) if filed else claim.grade.value
    used = calendar.working_days_between(claim.first_contact_on, clock.local(claim.filed_at).date())
    window = int(Decimal(claim.params.get("report_window_wd", "3")))
    if claim.paper_document_no:
        return "paper", used, window
    if any(event.kind == "received" for event in claim.events):
        return "received", used, window
    because = rules.effective_because(used, grade, window)
    return because, used, window
