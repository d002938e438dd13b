"""A unit opens a dispute itself: its report without a hold meets another's, and no case was opened for it yet."""

from collections.abc import Sequence
from dataclasses import replace

from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.datastructures import FileStorage

from crm.claims import cases, filing, ledger, rivals, telling
from crm.claims.models import Case, CaseKind, CaseParty, Claim, ClaimStatus, StepKind
from crm.core.errors import Conflict, Forbidden
from crm.core.permissions import Permission
from crm.kit import clock, db
from crm.kit.access import Actor, authorize

MAY_DISPUTE = frozenset({ClaimStatus.REGISTERED, ClaimStatus.VERIFYING, ClaimStatus.RETURNED})


def may_open(actor: Actor, claim: Claim) -> bool:
    """Say whether the unit may raise a dispute on its claim: filed, not ended, without a hold, never in a case."""
    own = claim.org_id == actor.org_id and actor.can(Permission.CLAIM_FILE)
    if not own or claim.holds or claim.closed_at is not None or claim.status not in MAY_DISPUTE:
        return False
    return db.session.scalar(select(CaseParty.case_id).where(CaseParty.claim_id == claim.id).limit(1)) is None


@db.transactional
def open_by_party(actor: Actor, claim: Claim, reason: str, uploads: Sequence[FileStorage] = ()) -> Case:
    """Open a case that says: we were first. Raises Conflict when nobody holds, or nothing is there to dispute."""
    authorize(actor, Permission.CLAIM_FILE)
    company = filing.lock_company(claim.company_id)
    claim = filing.reload(claim)
    if claim.org_id != actor.org_id:
        raise Forbidden(_("只能就本单位的首报提出争议。"))
    if not may_open(actor, claim):
        raise Conflict(_("这条备案已有保护、已结束或已在案件中，不能另提争议。"))
    if len(reason.strip()) < 5:
        raise Conflict(_("请写明争议的理由（至少 5 个字）。"), field="reason")
    rivals.release_expired([company.id], clock.now())
    found = rivals.standing(claim.org_id, company, claim.lead, without=claim.id)
    if not found.sure or found.own:
        raise Conflict(_("目前没有他单位持有同一事项的保护，无需提出争议；请补强证据取得保护。"))
    claim.level, claim.basis, claim.small = found.level, found.basis, False
    ledger.place(claim, ClaimStatus.CONFLICT, holds=False)
    ledger.write(actor, claim, "contested", level=found.level, basis=found.basis)
    case = cases.open_case(actor, claim, replace(found, kind=CaseKind.EARLIER))
    assert found.holder is not None
    ledger.write(Actor.system(), found.holder, "other_report")
    telling.other_report(found.holder, clock.today())
    given = [one for one in uploads if one.filename]
    return cases.act(actor, case, claim, StepKind.EARLIER if given else StepKind.NOTE, reason, given)
