"""Protections on their way to the end: what is asked and decided about them, who stands in, and a number that waits for approval."""

from datetime import date, datetime, time, timedelta

from sqlalchemy import select

from crm.accounts import queries as accounts
from crm.accounts.models import User
from crm.claims.ending import deputies, jobs, recall, requests
from crm.claims.ending.models import ClaimRequest, Ground, RequestKind, RequestStatus
from crm.claims.models import Claim, ClaimStatus
from crm.core.errors import Conflict
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.parameters import proposals
from crm.parameters.keys import KEYS
from crm.reports.samples.people import Staff


def fill(staff: Staff, day: date) -> int:
    """Let the last day before today pass with its warnings and requests. Returns how many requests were made."""
    with clock.at(datetime.combine(day, time(8, 0), clock.LOCAL)):
        jobs.propose_recalls()
        jobs.warn()
        recall.propose(staff.center[1], _protected()[-1], "企业多次婉拒来访，长期没有实质进展（示例）")
        _answer_one()
        _extensions(staff)
        _pauses(staff)
        _deputy(staff)
        proposals.propose(
            staff.center[0],
            KEYS["extension_days"],
            value="60",
            effective_on=clock.today() + timedelta(days=30),
            document_no="",
            reason="示例：拟将延期改为 60 天",
        )
    return len(db.session.scalars(select(ClaimRequest.id)).all())


def _protected() -> list[Claim]:
    query = select(Claim).where(Claim.status == ClaimStatus.PROTECTED, Claim.is_sample)
    return list(db.session.scalars(query.order_by(Claim.protected_until, Claim.id)))


def _filer(claim: Claim) -> Actor:
    return accounts.actor_of(claim.filer_id)


def _answer_one() -> None:
    query = select(ClaimRequest).where(ClaimRequest.kind == RequestKind.RECALL)
    request = db.session.scalar(query.where(ClaimRequest.status == RequestStatus.OPEN).limit(1))
    if request is not None:
        recall.answer(_filer(request.claim), request, "企业董事长下月来黄石考察（示例），请保留保护。")


def _extensions(staff: Staff) -> None:
    """Two asked by units that have the proof; one of them granted where the centre decides."""
    made = 0
    for claim in _protected()[8:]:  # the first ones end these days, and are shown so
        try:
            request = requests.ask_extension(_filer(claim), claim, "正在商定供地条件，预计两个月内签约（示例）")
        except Conflict:
            continue
        made += 1
        if made == 1 and requests.may_decide(staff.center[0], request):
            requests.decide(staff.center[0], request, granted=True, reason="跟进充分，同意延期（示例）")
        if made == 2:
            return


def _pauses(staff: Staff) -> None:
    """One granted pause, one that waits."""
    granted = 0
    for claim in _protected()[8:]:
        if claim.hold_until is None or claim.small:  # the centre decides on the large ones
            continue
        request = requests.ask_pause(
            _filer(claim), claim, ground=Ground.LAND, days=30, reason="用地报批在市自然资源部门办理（示例）"
        )
        if granted:
            return
        if requests.may_decide(staff.center[0], request):
            requests.decide(staff.center[0], request, granted=True, reason="情况属实（示例）")
            granted = 1
        else:
            requests.withdraw(_filer(claim), request)


def _deputy(staff: Staff) -> None:
    manager = staff.managers["KTS"]
    person = db.session.get_one(User, staff.officers["KTS"][0].user_id)
    today = clock.today()
    deputies.name_deputy(
        manager, person=person.public_id, from_on=today, until_on=today + timedelta(days=9), reason="外出招商（示例）"
    )
