"""The visit plan as it was approved: what it names, what changed later, and what it says about two reports of one day."""

from collections.abc import Collection, Mapping
from datetime import date

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import joinedload

from crm.accounts.models import OrgKind
from crm.core.claims import FairDay
from crm.fairs.models import Edition, Exhibitor, FairContact, MatchItem, PlanApproval, PlannedVisit
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.leads.models import Lead

Named = set[tuple[int, int]]


def may_approve(actor: Actor) -> bool:
    """Say whether this person approves plans: the city centre, and the expo staff of the centre itself."""
    return actor.is_center or actor.org_kind == "city_center"


def latest(edition: Edition) -> PlanApproval | None:
    """Return the approval that holds now."""
    query = select(PlanApproval).where(PlanApproval.edition_id == edition.id, PlanApproval.withdrawn_at.is_(None))
    return db.session.scalar(query.options(joinedload(PlanApproval.by)).order_by(PlanApproval.id.desc()).limit(1))


def named_in(approval: PlanApproval, org_id: int) -> set[int]:
    """Return the firms (ids of exhibitors) that an approved plan gives to a unit."""
    query = select(PlannedVisit.exhibitor_id).where(PlannedVisit.approval_id == approval.id)
    return set(db.session.scalars(query.where(PlannedVisit.org_id == org_id)))


def in_plan() -> Select[int, int]:
    """The lines of all units' plans as they stand: who is to meet whom. For the approval alone, which counts for all units."""
    given = or_(MatchItem.team_id.is_not(None), MatchItem.assigned_at.is_not(None))
    return select(MatchItem.exhibitor_id, MatchItem.org_id).where(MatchItem.dropped_at.is_(None), given)


def fair_days(lead_ids: Collection[int]) -> Mapping[int, FairDay]:
    """Return for leads that came of a fair where and when their first contact was, and whether the approved plan names the unit."""
    same_day = and_(Lead.id == FairContact.lead_id, Lead.first_contact_on == FairContact.met_on)
    query = select(FairContact).join(Lead, same_day).where(FairContact.lead_id.in_(list(lead_ids)))
    query = query.where(FairContact.withdrawn_at.is_(None), FairContact.org_id == Lead.org_id)
    loads = (joinedload(FairContact.edition).joinedload(Edition.fair), joinedload(FairContact.org))
    query = query.options(*loads).order_by(FairContact.id)
    found: dict[int, FairDay] = {}
    for met in db.session.scalars(query):
        if met.lead_id is None or (met.lead_id in found and found[met.lead_id].named):
            continue
        approval = _before(met.edition, met.met_on)
        named = approval is not None and _names(approval, met)
        fair = f"{met.edition.fair.name} {met.edition.title}"
        day = clock.local(approval.approved_at).date() if approval is not None else None
        of_center = met.org.kind is OrgKind.CITY_CENTER
        found[met.lead_id] = FairDay(met.edition_id, met.met_on, named, fair, day, of_center)
    return found


def _before(edition: Edition, met_on: date) -> PlanApproval | None:
    """The newest approval from before the fair: what was approved when it had begun settles nothing."""
    query = select(PlanApproval).where(PlanApproval.edition_id == edition.id, PlanApproval.withdrawn_at.is_(None))
    begins = clock.start_of_day(edition.starts_on or met_on)
    return db.session.scalar(query.where(PlanApproval.approved_at < begins).order_by(PlanApproval.id.desc()).limit(1))


def _names(approval: PlanApproval, met: FairContact) -> bool:
    same = [Exhibitor.id == met.exhibitor_id] if met.exhibitor_id is not None else []
    if met.company_id is not None:
        same.append(Exhibitor.company_id == met.company_id)
    if not same:
        return False
    query = select(PlannedVisit.org_id).join(Exhibitor, Exhibitor.id == PlannedVisit.exhibitor_id)
    query = query.where(PlannedVisit.approval_id == approval.id, PlannedVisit.org_id == met.org_id, or_(*same))
    return db.session.scalar(query.limit(1)) is not None
