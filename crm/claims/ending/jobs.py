"""What the clock does by itself: warnings, proposals to take back, the end of registrations. Each effect happens once, whoever runs it."""

from collections.abc import Sequence
from datetime import date, timedelta

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from crm.claims import hooks, ledger
from crm.claims.ending import clock as clocks
from crm.claims.ending import recall, requests, telling
from crm.claims.ending.models import ClaimRequest, RequestKind, RequestStatus
from crm.claims.filing import reload
from crm.claims.models import Claim, ClaimStatus
from crm.core import ending as rules
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.parameters import queries as parameters

_CHUNK = 200


def warn() -> int:
    """Say what is due today about every protection and registration. Returns how many notices are new."""
    return sum(_warn_protected(ids) for ids in _ids(ClaimStatus.PROTECTED)) + _warn_others()


def propose_recalls() -> int:
    """Propose to take back what nobody followed up for too long. Returns how many proposals are new."""
    return sum(_propose(claim_id, words) for ids in _ids(ClaimStatus.PROTECTED) for claim_id, words in _stale(ids))


def _ids(status: ClaimStatus) -> list[list[int]]:
    ids = list(db.session.scalars(select(Claim.id).where(Claim.status == status).order_by(Claim.id)))
    return [ids[at : at + _CHUNK] for at in range(0, len(ids), _CHUNK)]


def _clocks(ids: Sequence[int]) -> list[tuple[Claim, clocks.Clock]]:
    """Return the claims with their clocks: three statements for all of them."""
    query = select(Claim).where(Claim.id.in_(ids), Claim.status == ClaimStatus.PROTECTED).order_by(Claim.id)
    claims = db.session.scalars(query.options(joinedload(Claim.lead), joinedload(Claim.org))).all()
    asked: dict[int, list[ClaimRequest]] = {claim.id: [] for claim in claims}
    rows = select(ClaimRequest).where(ClaimRequest.claim_id.in_(asked)).order_by(ClaimRequest.id.desc())
    for request in db.session.scalars(rows):
        asked[request.claim_id].append(request)
    met: dict[int, list[hooks.Contact]] = {claim.lead_id: [] for claim in claims}
    for contact in hooks.contacts_of(list(met)):
        met[contact.lead_id].append(contact)
    return [(claim, clocks.of(claim, asked[claim.id], met[claim.lead_id])) for claim in claims]


@db.transactional
def _warn_protected(ids: Sequence[int]) -> int:
    steps, new = parameters.days("warn_before_days"), 0
    for claim, now in _clocks(ids):
        if now.phase == "running" and now.left is not None:
            step = rules.warning(now.left, steps)
            new += telling.running_out(claim, step) if step is not None else 0
        elif now.phase == "grace":
            new += telling.in_grace(claim, str(now.grace_until))
        if now.light != "ok" and now.phase != "paused":
            since = clock.today() - timedelta(days=now.idle)
            new += telling.idle(claim, now.light, now.idle, since.isoformat())
    return new


@db.transactional
def _warn_others() -> int:
    """Registrations by grade C alone that run out, repairs that are due, recalls whose hearing is over."""
    today, new = clock.today(), 0
    soon = today + timedelta(days=3)
    with_lead = (joinedload(Claim.lead), joinedload(Claim.org))
    due = select(Claim).where(Claim.status == ClaimStatus.REGISTERED, Claim.grace_due_on.between(today, soon))
    for claim in db.session.scalars(due.options(*with_lead)):
        left = rules.warning(_days(today, claim.grace_due_on), (3, 1))
        new += telling.evidence_due(claim, left) if left is not None else 0
    limit = clock.end_of_day(today + timedelta(days=1))
    back = select(Claim).where(Claim.status == ClaimStatus.RETURNED, Claim.repair_due.between(clock.now(), limit))
    for claim in db.session.scalars(back.options(*with_lead)):
        new += telling.repair_due(claim)
    late = select(ClaimRequest).where(
        ClaimRequest.kind == RequestKind.RECALL,
        ClaimRequest.status == RequestStatus.OPEN,
        ClaimRequest.hear_until < today,
        ClaimRequest.answer == "",
    )
    for request in db.session.scalars(late.options(joinedload(ClaimRequest.claim).joinedload(Claim.org))):
        telling.heard(request, requests.deciders_of(request))
    return new


def _days(today: date, last: date | None) -> int:
    return (last - today).days if last else 0


def _stale(ids: Sequence[int]) -> list[tuple[int, str]]:
    """Return the claims past the line of recall, with the words of the proposal; what was refused starts the count anew."""
    found = []
    line = parameters.whole("stale_recall_days")
    for claim, now in _clocks(ids):
        refused = [
            clock.local(r.decided_at).date()
            for r in now.requests
            if r.kind is RequestKind.RECALL and r.status is RequestStatus.REFUSED and r.decided_at
        ]
        rested = refused and (clock.today() - max(refused)).days < line
        if now.light == "recall" and now.phase != "paused" and now.open(RequestKind.RECALL) is None and not rested:
            found.append((claim.id, _("已 %(n)s 天没有有效跟进，达到收回线 %(line)s 天。", n=now.idle, line=line)))
    return found


@db.transactional
def _propose(claim_id: int, words: str) -> int:
    claim = reload(db.session.get_one(Claim, claim_id))
    waits = select(ClaimRequest.id).where(
        ClaimRequest.claim_id == claim.id,
        ClaimRequest.kind == RequestKind.RECALL,
        ClaimRequest.status == RequestStatus.OPEN,
    )
    if claim.status is not ClaimStatus.PROTECTED or db.session.scalar(waits) is not None:
        return 0
    recall.propose(Actor.system(), claim, words)
    return 1


@db.transactional
def end_registrations() -> int:
    """End what grade C alone registered and nobody proved in time; the lead stays and may be filed again. Returns how many ended."""
    query = select(Claim).where(Claim.status == ClaimStatus.REGISTERED, Claim.grace_due_on < clock.today())
    late = list(db.session.scalars(query.order_by(Claim.id).limit(500).with_for_update(of=Claim, key_share=True)))
    for claim in late:
        ledger.move(claim, ClaimStatus.EXPIRED, holds=False)
        ledger.write(Actor.system(), claim, "grace_over")
        telling.unproven(claim)
    return len(late)
