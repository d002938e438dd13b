"""To which report a referrer belongs who told several units of the same firm: the first valid one. Source: domain.md §3.8, case 15."""

from enum import StrEnum

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import joinedload

from crm.claims.models import Claim, ClaimStatus
from crm.kit import db
from crm.leads.models import Lead, ReferrerKind

# A report that was verified and then lost its matter binds nobody.
_VOID = (ClaimStatus.REJECTED, ClaimStatus.WITHDRAWN, ClaimStatus.LOST, ClaimStatus.ASSISTING, ClaimStatus.CONFLICT)


class Bond(StrEnum):
    """What a unit is told of the referrer of its report. That another unit has the same one is the centre's to know."""

    NONE = ""
    BOUND = "bound"  # to this report
    OPEN = "open"  # nothing valid yet, or an earlier report has it
    PUBLIC = "public"  # an official in office is no referrer


def bond(claim: Claim) -> Bond:
    """Say whether the referrer of a report is bound to it."""
    if not claim.lead.referrer_key:
        return Bond.NONE
    if claim.lead.referrer_kind is ReferrerKind.PUBLIC:
        return Bond.PUBLIC
    first = first_valid(claim)
    return Bond.BOUND if first is not None and first.id == claim.id else Bond.OPEN


def first_valid(claim: Claim) -> Claim | None:
    """Return the report of the same firm that the claim's referrer is bound to; None while none is valid. For the centre."""
    query = select(Claim).join(Lead, Lead.id == Claim.lead_id).where(_valid(claim))
    query = query.order_by(Claim.effective_at, Claim.filed_at, Claim.id).options(joinedload(Claim.org))
    return db.session.scalar(query.limit(1))


def _valid(claim: Claim) -> ColumnElement[bool]:
    named = Lead.referrer_key == claim.lead.referrer_key
    if claim.lead.referrer_company_id is not None:  # the same body, however each unit wrote it
        named = or_(named, Lead.referrer_company_id == claim.lead.referrer_company_id)
    return and_(Claim.company_id == claim.company_id, named, Claim.verified_at.is_not(None), Claim.status.not_in(_VOID))
