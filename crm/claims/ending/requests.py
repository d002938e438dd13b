"""Extensions and pauses: asked by the holder with proof, decided by a person who neither filed nor asked."""

from datetime import timedelta

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from crm.accounts.models import OrgKind
from crm.claims import ledger
from crm.claims.ending import clock as clocks
from crm.claims.ending import deputies, telling
from crm.claims.ending.models import ClaimRequest, Ground, RequestKind, RequestStatus
from crm.claims.filing import lock_company, reload
from crm.claims.models import Claim, ClaimStatus
from crm.claims.queries import managers_of, visible_to
from crm.core.errors import Conflict, Forbidden, NotFound
from crm.core.permissions import Permission, Role
from crm.kit import clock, db
from crm.kit.access import Actor, authorize

_LEAST = 5


def get_request(actor: Actor, public_id: str) -> ClaimRequest:
    """Return a request on a claim that this person sees. Raises NotFound."""
    query = select(ClaimRequest).join(Claim).where(ClaimRequest.public_id == public_id, visible_to(actor))
    row = db.session.scalar(query.options(joinedload(ClaimRequest.claim)))
    if row is None:
        raise NotFound(_("没有找到，或您无权查看。"))
    return row


def asked_of(claim: Claim) -> list[ClaimRequest]:
    """Return everything asked about a claim that the caller got through its scope, the newest first."""
    return clocks.requests_of(claim)


def by_unit(claim: Claim, asker_id: int | None) -> bool:
    """Say whether the unit decides itself: a small claim, with a manager beside the filer and the asker."""
    if not claim.small or claim.level is not None or claim.org.kind is OrgKind.CITY_CENTER:
        return False
    others = managers_of(Claim.org_id, Claim.filer_id, asker_id or 0).correlate(Claim)
    return db.session.scalar(select(Claim.id).where(Claim.id == claim.id, others.exists())) is not None


def may_decide(actor: Actor, request: ClaimRequest) -> bool:
    """Say whether this person decides: never the filer or the asker; a recall never within the holder's own unit (I19)."""
    claim = request.claim
    if actor.user_id in (claim.filer_id, request.asked_by_id):
        return False
    if claim.org.kind is OrgKind.CITY_CENTER:
        return Role.OFFICE in actor.roles
    if request.kind is RequestKind.RECALL:
        return Role.CENTER in actor.roles and actor.org_id != claim.org_id
    if by_unit(claim, request.asked_by_id):
        return claim.org_id == actor.org_id and deputies.verifies_as_manager(actor)
    return Role.CENTER in actor.roles


def deciders_of(request: ClaimRequest) -> list[int]:
    """Return who is told that a request waits."""
    claim = request.claim
    recall = request.kind is RequestKind.RECALL
    unit = not recall and by_unit(claim, request.asked_by_id)
    return telling.deciders(claim, request.asked_by_id, recall=recall, by_unit=unit)


def _own(actor: Actor, claim: Claim) -> Claim:
    authorize(actor, Permission.CLAIM_FILE)
    claim = reload(claim)
    if claim.org_id != actor.org_id:
        raise Forbidden(_("只有持有单位可以这样做。"))
    if claim.status is not ClaimStatus.PROTECTED or claim.protected_until is None:
        raise Conflict(_("这条备案不在保护期内。"))
    if claim.hold_until is not None and claim.hold_until <= clock.now():
        raise Conflict(_("保护和宽限期都已过，不能再申请。企业进入公海后可重新首报。"))
    return claim


def store(actor: Actor, claim: Claim, request: ClaimRequest, **data: object) -> ClaimRequest:
    """Store a request and tell; a second of the same kind is refused by the index."""
    with db.unique("reason", _("已有一份同类申请在等待决定。")):
        db.session.add(request)
    if request.kind is not RequestKind.RECALL:
        clocks.end_of(claim)
    ledger.place(claim, claim.status, holds=claim.holds)
    ledger.write(actor, claim, f"{request.kind.value}_asked", request.reason, request=request.public_id, **data)
    return request


@db.transactional
def ask_extension(actor: Actor, claim: Claim, reason: str) -> ClaimRequest:
    """Ask for more time. The system counts the effective follow-ups of the period; without them the asking is refused."""
    claim = _own(actor, claim)
    now = clocks.of(claim)
    _check_reason(reason)
    if now.lack is not None:
        raise Conflict(lack_words(now), field="reason")
    request = ClaimRequest(
        public_id=db.new_public_id(),
        claim_id=claim.id,
        kind=RequestKind.EXTEND,
        status=RequestStatus.OPEN,
        reason=reason.strip(),
        days=int(now.params["extension_days"]),
        followups=now.proof.followups,
        meetings=now.proof.meetings,
        asked_by_id=actor.user_id,
        asked_at=clock.now(),
        claim=claim,
    )
    store(actor, claim, request, followups=now.proof.followups, meetings=now.proof.meetings)
    telling.asked(request, deciders_of(request))
    return request


def lack_words(now: clocks.Clock) -> str:
    """Say what an extension lacks, with the counts."""
    if now.lack == "used_up":
        return _("最多延期 %(n)s 次，已用完。", n=now.params["extension_max"])
    return _(
        "本期有效跟进 %(a)s 次、其中会见 %(b)s 次；延期需要 %(c)s 次、其中会见 %(d)s 次。请先记一笔。",
        a=now.proof.followups,
        b=now.proof.meetings,
        c=now.params["extension_min_followups"],
        d=now.params["extension_min_meetings"],
    )


@db.transactional
def ask_pause(actor: Actor, claim: Claim, *, ground: Ground | None, days: int, reason: str) -> ClaimRequest:
    """Ask to stop the clock while a step waits at a government office, or for force majeure."""
    claim = _own(actor, claim)
    now = clocks.of(claim)
    _check_reason(reason)
    if ground is None:
        raise Conflict(_("请选择暂停的原因。"), field="ground")
    most, times = int(now.params["hold_days"]), int(now.params["hold_max"])
    if not 1 <= days <= most:
        raise Conflict(_("一次暂停 1 到 %(n)s 天。", n=most), field="days")
    had = sum(r.kind is RequestKind.PAUSE and r.status is RequestStatus.GRANTED for r in now.requests)
    if had >= times:
        raise Conflict(_("最多暂停 %(n)s 次，已用完。", n=times), field="reason")
    if now.paused is not None:
        raise Conflict(_("计时已在暂停中。"), field="reason")
    request = ClaimRequest(
        public_id=db.new_public_id(),
        claim_id=claim.id,
        kind=RequestKind.PAUSE,
        status=RequestStatus.OPEN,
        ground=ground,
        reason=reason.strip(),
        days=days,
        asked_by_id=actor.user_id,
        asked_at=clock.now(),
        claim=claim,
    )
    store(actor, claim, request, ground=ground.value, days=days)
    telling.asked(request, deciders_of(request))
    return request


def _check_reason(reason: str) -> None:
    if len(reason.strip()) < _LEAST:
        raise Conflict(_("请写明理由（至少 5 个字）。"), field="reason")


def locked(request: ClaimRequest) -> tuple[ClaimRequest, Claim]:
    """Return the request and its claim as they are now, locked: the company first, as a filing does. Raises Conflict when decided."""
    lock_company(request.claim.company_id)
    claim = reload(request.claim)
    query = select(ClaimRequest).where(ClaimRequest.id == request.id).with_for_update(of=ClaimRequest, key_share=True)
    row = db.session.scalar(query.execution_options(populate_existing=True))
    assert row is not None
    if row.status is not RequestStatus.OPEN:
        raise Conflict(_("这份申请已经办结，请刷新页面。"))
    return row, claim


@db.transactional
def decide(actor: Actor, request: ClaimRequest, *, granted: bool, reason: str) -> ClaimRequest:
    """Grant or refuse an extension or a pause. An extension adds its days to the old end, a pause stops the clock from today on."""
    request, claim = locked(request)
    if request.kind is RequestKind.RECALL:
        raise Conflict(_("收回须在听取持有单位意见后决定。"))
    if not may_decide(actor, request):
        raise Forbidden(_("这份申请不由您决定：申报人和申请人不能自己决定。"))
    if claim.status is not ClaimStatus.PROTECTED:
        raise Conflict(_("这条备案不在保护期内。"))
    if not granted:
        _check_reason(reason)
    end(actor, request, RequestStatus.GRANTED if granted else RequestStatus.REFUSED, reason)
    if granted:
        assert claim.protected_until is not None
        claim.protected_until += timedelta(days=request.days)
        if request.kind is RequestKind.PAUSE:
            request.from_on = clock.today()
            request.until_on = clock.today() + timedelta(days=request.days - 1)
    _follow(actor, claim, request, "granted" if granted else "refused", reason)
    telling.decided(request)
    return request


def end(actor: Actor, request: ClaimRequest, status: RequestStatus, reason: str) -> None:
    """Note how a request ended, by whom and why."""
    request.status = status
    request.decided_by_id, request.decided_at = actor.user_id or None, clock.now()
    request.decision_reason = reason.strip()
    request.version += 1
    db.session.flush()


def _follow(actor: Actor, claim: Claim, request: ClaimRequest, what: str, reason: str) -> None:
    """Let the hold follow the protection, in row, copies and ledger."""
    if claim.status is ClaimStatus.PROTECTED:  # a transfer under way has its own clock
        clocks.end_of(claim)
    ledger.place(claim, claim.status, holds=claim.holds)
    until = claim.protected_until.isoformat() if claim.protected_until else ""
    ledger.write(
        actor,
        claim,
        f"{request.kind.value}_{what}",
        reason.strip(),
        request=request.public_id,
        until=until,
        days=request.days,
    )


@db.transactional
def withdraw(actor: Actor, request: ClaimRequest) -> ClaimRequest:
    """Take an undecided request back: the unit its own, the centre a recall that one of its people proposed."""
    request, claim = locked(request)
    theirs = request.kind is RequestKind.RECALL
    if theirs and Role.CENTER not in actor.roles and Role.OFFICE not in actor.roles:
        raise Forbidden(_("收回提议只能由提出方撤回。"))
    if not theirs and claim.org_id != actor.org_id:
        raise Forbidden(_("只有持有单位可以这样做。"))
    if theirs and request.asked_by_id != actor.user_id:
        raise Forbidden(_("收回提议只能由提出方撤回。"))
    end(actor, request, RequestStatus.WITHDRAWN, "")
    _follow(actor, claim, request, "withdrawn", "")
    return request


@db.transactional
def end_pause(actor: Actor, request: ClaimRequest) -> ClaimRequest:
    """Let the clock run again before the pause is over; the days that were not used fall away."""
    claim = reload(request.claim)
    db.session.refresh(request, with_for_update=True)
    today = clock.today()
    if claim.org_id != actor.org_id and not may_decide(actor, request):
        raise Forbidden(_("只有持有单位或决定方可以结束暂停。"))
    granted = request.kind is RequestKind.PAUSE and request.status is RequestStatus.GRANTED
    if not granted or request.until_on is None or request.last_paused_on is None or request.last_paused_on < today:
        raise Conflict(_("计时没有在暂停中，请刷新页面。"))
    if claim.status is not ClaimStatus.PROTECTED or claim.protected_until is None:
        raise Conflict(_("这条备案不在保护期内。"))
    yesterday = today - timedelta(days=1)
    claim.protected_until -= request.until_on - yesterday
    request.ended_on = yesterday
    request.version += 1
    _follow(actor, claim, request, "ended", "")
    return request
