"""A project that outgrew its report: what was verified while it was small is verified again, by those who verify large ones."""

from decimal import Decimal

from flask_babel import gettext as _

from crm.claims import ledger, telling
from crm.claims.filing import digest, lock_company, reload
from crm.claims.models import Claim, ClaimStatus
from crm.core import claims as rules
from crm.core.errors import Conflict, Forbidden
from crm.core.permissions import Permission
from crm.kit import clock, db
from crm.kit.access import Actor, authorize
from crm.parameters import calendar

GROWS = (
    ClaimStatus.REGISTERED,
    ClaimStatus.VERIFYING,
    ClaimStatus.RETURNED,
    ClaimStatus.CONFLICT,
    ClaimStatus.PROTECTED,
)


def verified_small(claim: Claim) -> bool:
    """Say whether the amount that was reported lay below the limit that held then, or was not given."""
    return rules.is_small(claim.invest_total_cny, Decimal(claim.params["claim_min_invest"]))


@db.transactional
def report_growth(actor: Actor, claim: Claim, invest_total_cny: Decimal) -> Claim:
    """Report the larger amount on an open claim: the centre verifies it, and the hold stands meanwhile.

    An amount that was reported before answers a second press. Raises Conflict once the claim ended or is owned.
    """
    authorize(actor, Permission.CLAIM_FILE)
    lock_company(claim.company_id)
    claim = reload(claim)
    if claim.org_id != actor.org_id:
        raise Forbidden(_("只能为本单位的备案申报投资变化。"))
    if not verified_small(claim):
        return claim
    if claim.status not in GROWS:
        raise Conflict(_("这条备案的状态已经变化，请刷新页面后再操作。"))
    old, claim.invest_total_cny, claim.small = claim.invest_total_cny, invest_total_cny, False
    claim.lead.invest_total_cny = invest_total_cny
    claim.digest = digest(claim.lead)
    if claim.status is ClaimStatus.PROTECTED:
        claim.hold_until = None  # as with a new report: the wait for the desk costs the unit nothing
        claim.sampled = claim.sampled and claim.sample_passed is not None  # looked at anyway now
        claim.overdue_told_at = None
        wd = int(Decimal(claim.params["verify_sla_wd"]))
        claim.verify_due_on = calendar.add_working_days(clock.today(), wd)
        ledger.move(claim, ClaimStatus.VERIFYING, holds=claim.holds)
    db.session.flush()
    ledger.write(actor, claim, "grown", old=str(old) if old is not None else "", new=str(invest_total_cny))
    if claim.status is ClaimStatus.VERIFYING:
        telling.filed(claim)
    return claim
