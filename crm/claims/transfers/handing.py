"""The act itself: the origin lets go and the host holds the same matter, in one transaction, with a clock of its own."""

from datetime import timedelta
from decimal import Decimal

from flask_babel import gettext as _

from crm.claims import filing, ledger
from crm.claims.models import Claim, ClaimStatus
from crm.claims.transfers import hooks
from crm.claims.transfers.models import Transfer
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.leads import service as leads
from crm.leads.models import Lead
from crm.parameters import queries as parameters

# What a host needs to go on; contacts and evidence stay with the unit that collected them.
_COPIED = (
    *("company_id", "company_text", "uscc_text", "title", "content", "node_id", "invest_total_cny", "invest_fixed_cny"),
    *(
        "area_mu",
        "project_code",
        "channel_id",
        "referrer",
        "referrer_kind",
        "referrer_company_id",
        "first_contact_on",
        "is_sample",
    ),
)


def hand_over(actor: Actor, claim: Claim, transfer: Transfer) -> Claim:
    """Release the origin's hold, then give the host's new claim the same matter. Returns the new claim."""
    assert transfer.host_org_id is not None and claim.matter_no is not None
    matter, company_id, grade, effective = claim.matter_no, claim.company_id, claim.grade, claim.effective_at
    claim.hold_until = None
    ledger.move(claim, ClaimStatus.TRANSFERRED, holds=False)
    ledger.write(actor, claim, "transferred", transfer.reason_words, transfer=transfer.number)
    lead = _lead(actor, claim, transfer.host_org_id)
    new = filing.make_claim(actor, lead, company_id)
    days = parameters.whole("host_clock_days")
    new.grade, new.effective_at, new.matter_no = grade, effective, matter
    new.small, new.verified_at, new.verified_by_id = claim.small, clock.now(), transfer.offered_by_id
    new.params = {**new.params, "host_clock_days": str(days)}
    new.protected_from = clock.today()
    new.protected_until = clock.today() + timedelta(days=days)
    grace = int(Decimal(new.params["expiry_grace_days"]))
    new.hold_until = clock.end_of_day(new.protected_until + timedelta(days=grace))
    with db.unique("", _("该事项刚被别的备案占用，请刷新后再办。")):
        ledger.place(new, ClaimStatus.PROTECTED, holds=True)
    ledger.write(actor, new, "received", transfer=transfer.number, from_claim=claim.number)
    hooks.handed(actor, claim, new)
    return new


def _lead(actor: Actor, claim: Claim, org_id: int) -> Lead:
    """Make the host's lead: what the origin reported, without its contacts and files."""
    return leads.make_for(actor, org_id, field="host", **{name: getattr(claim.lead, name) for name in _COPIED})
