"""Recall: proposed by the system or the centre, decided by a person after the holder was heard (domain.md §2.2)."""

from flask_babel import gettext as _

from crm.accounts.models import OrgKind
from crm.claims import ledger
from crm.claims.ending import requests, telling
from crm.claims.ending.models import ClaimRequest, RequestKind, RequestStatus
from crm.claims.filing import reload
from crm.claims.models import Claim, ClaimStatus
from crm.core.errors import Conflict, Forbidden
from crm.core.permissions import Role
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.parameters import calendar
from crm.parameters import queries as parameters


def may_propose(actor: Actor, claim: Claim) -> bool:
    """Say whether this person may propose to take a protection back: the centre, of its own the leading group's office."""
    if claim.org.kind is OrgKind.CITY_CENTER:
        return Role.OFFICE in actor.roles
    return Role.CENTER in actor.roles and actor.org_id != claim.org_id


@db.transactional
def propose(actor: Actor, claim: Claim, reason: str) -> ClaimRequest:
    """Propose a recall; the holder is told and heard. One who proposes does not decide. Raises Conflict when one waits already."""
    claim = reload(claim)
    if not actor.is_system and not may_propose(actor, claim):
        raise Forbidden(_("收回由市招商服务中心提出；市中心自己的备案由领导小组办公室提出。"))
    if claim.status is not ClaimStatus.PROTECTED:
        raise Conflict(_("这条备案不在保护期内。"))
    if len(reason.strip()) < 5:
        raise Conflict(_("请写明收回的理由（至少 5 个字），持有单位会看到。"), field="reason")
    days = parameters.whole("repair_wd")
    request = ClaimRequest(
        public_id=db.new_public_id(),
        claim_id=claim.id,
        kind=RequestKind.RECALL,
        status=RequestStatus.OPEN,
        reason=reason.strip(),
        hear_until=calendar.add_working_days(clock.today(), days),
        asked_by_id=actor.user_id or None,
        asked_at=clock.now(),
        claim=claim,
    )
    requests.store(actor, claim, request)
    telling.recall_proposed(request)
    return request


@db.transactional
def answer(actor: Actor, request: ClaimRequest, text: str) -> ClaimRequest:
    """The holder is heard: what it says stands beside the proposal. It may be said anew until the decision."""
    request, claim = requests.locked(request)
    if request.kind is not RequestKind.RECALL:
        raise Conflict(_("这份申请不需要陈述意见。"))
    if claim.org_id != actor.org_id:
        raise Forbidden(_("只有持有单位可以陈述意见。"))
    if len(text.strip()) < 5:
        raise Conflict(_("请写明意见（至少 5 个字）。"), field="reason")
    request.answer = text.strip()
    request.answered_by_id, request.answered_at = actor.user_id, clock.now()
    request.version += 1
    db.session.flush()
    ledger.write(actor, claim, "recall_answered", text.strip(), request=request.public_id)
    telling.heard(request, requests.deciders_of(request))
    return request


def is_heard(request: ClaimRequest) -> bool:
    """Say whether a recall may be decided: the holder spoke, or its time to speak is over."""
    return bool(request.answer) or (request.hear_until is not None and request.hear_until < clock.today())


@db.transactional
def decide(actor: Actor, request: ClaimRequest, *, granted: bool, reason: str) -> ClaimRequest:
    """Take the protection back, or leave it. The company goes to the pool at once."""
    request, claim = requests.locked(request)
    if request.kind is not RequestKind.RECALL:
        raise Conflict(_("这不是收回提议。"))
    if not requests.may_decide(actor, request):
        raise Forbidden(_("收回由没有参与申报、提议的市中心人员决定；市中心自己的备案由领导小组办公室决定。"))
    if not is_heard(request):
        raise Conflict(_("持有单位还没有陈述意见，%(day)s 24:00 后才能决定。", day=str(request.hear_until)))
    if len(reason.strip()) < 5:
        raise Conflict(_("请写明决定的理由（至少 5 个字）。"), field="reason")
    requests.end(actor, request, RequestStatus.GRANTED if granted else RequestStatus.REFUSED, reason)
    if granted:
        claim.decision_reason = reason.strip()
        ledger.move(claim, ClaimStatus.RECALLED, holds=False)
    ledger.write(
        actor, claim, "recall_granted" if granted else "recall_refused", reason.strip(), request=request.public_id
    )
    telling.decided(request)
    return request
