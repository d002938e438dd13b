"""The visit plan as it was approved: what it names, what changed later, and what it says about two reports of one day."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from crm.accounts.models import Org, OrgKind
from crm.core.claims import FairDay
from crm.fairs.matches import Line
from crm.fairs.models import Edition, Exhibitor, FairContact, MatchItem, PlanApproval, PlannedVisit
from crm.fairs.queries import own
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.leads.models import Lead

NAMED, LATER = "named", "later"  # a visit that the approved plan names; one that came into the plan afterwards


def may_approve(actor: Actor) -> bool:
    """Say whether this person approves plans: the city centre, and the expo staff of the centre itself."""
    return actor.is_center or actor.org_kind == "city_center"


def latest(edition: Edition) -> PlanApproval | None:
    """Return the approval that holds now."""
    query = select(PlanApproval).where(PlanApproval.edition_id == edition.id, PlanApproval.withdrawn_at.is_(None))
    return db.session.scalar(query.options(joinedload(PlanApproval.by)).order_by(PlanApproval.id.desc()).limit(1))


@dataclass(frozen=True)
class Change:
    """What became of a visit since the approval. ``kind``: dropped, unplanned, moved or added; ``planned`` is None for the last.

    ``item`` is how it stands now, None when the list does not have it any more. ``by`` and ``at``: who changed it last, and when.
    """

    kind: str
    firm: Exhibitor
    planned: PlannedVisit | None
    item: MatchItem | None

    @property
    def by(self) -> str:
        """Return the name of who changed it last, empty when that was not kept."""
        return self.item.moved_by.name if self.item is not None and self.item.moved_by is not None else ""

    @property
    def at(self) -> datetime | None:
        """Return when it was changed last."""
        return self.item.moved_at if self.item is not None else None


def named_in(approval: PlanApproval, org_id: int) -> set[int]:
    """Return the firms (ids of exhibitors) that an approved plan gives to a unit."""
    query = select(PlannedVisit.exhibitor_id).where(PlannedVisit.approval_id == approval.id)
    return set(db.session.scalars(query.where(PlannedVisit.org_id == org_id)))


def mark(edition: Edition, lines: Sequence[Line]) -> Sequence[Line]:
    """Say of each row that the caller got through its scope whether the approved plan names it; without an approval of none."""
    if not lines:
        return lines
    standing = select(PlanApproval.id).where(PlanApproval.edition_id == edition.id, PlanApproval.withdrawn_at.is_(None))
    newest = standing.order_by(PlanApproval.id.desc()).limit(1).scalar_subquery()
    firms = {line.item.exhibitor_id for line in lines}
    visit = and_(PlannedVisit.approval_id == PlanApproval.id, PlannedVisit.exhibitor_id.in_(firms))
    query = (
        select(PlannedVisit.exhibitor_id, PlannedVisit.org_id).select_from(PlanApproval).outerjoin(PlannedVisit, visit)
    )
    found = {(firm, org) for firm, org in db.session.execute(query.where(PlanApproval.id == newest))}
    if not found:  # an approval without any of these firms still gives one empty row
        return lines
    for line in lines:
        if (line.item.exhibitor_id, line.item.org_id) in found:
            line.plan = NAMED
        elif line.item.dropped_at is None and (line.item.team_id is not None or line.item.assigned_at is not None):
            line.plan = LATER
    return lines


def changes(actor: Actor, approval: PlanApproval, unit: Org) -> list[Change]:
    """Return what of a unit's approved visits was dropped, taken from its team, or moved since, as one walks; then what was added."""
    same = and_(MatchItem.exhibitor_id == PlannedVisit.exhibitor_id, MatchItem.org_id == PlannedVisit.org_id)
    query = select(PlannedVisit, MatchItem).join(PlannedVisit.exhibitor).outerjoin(MatchItem, same)
    query = query.where(PlannedVisit.approval_id == approval.id, own(actor, PlannedVisit.org_id))
    loads = (contains_eager(PlannedVisit.exhibitor), joinedload(PlannedVisit.team), *_loads())
    query = query.where(PlannedVisit.org_id == unit.id).options(*loads).order_by(Exhibitor.walk, Exhibitor.id)
    found = []
    for planned, item in db.session.execute(query):
        kind = _changed(planned, item)
        if kind:
            found.append(Change(kind, planned.exhibitor, planned, item))
    return found + [Change("added", item.exhibitor, None, item) for item in _added(actor, approval, unit)]


def _added(actor: Actor, approval: PlanApproval, unit: Org) -> Sequence[MatchItem]:
    named = select(PlannedVisit.exhibitor_id).where(
        PlannedVisit.approval_id == approval.id, PlannedVisit.org_id == unit.id
    )
    query = select(MatchItem).join(MatchItem.exhibitor).where(own(actor, MatchItem.org_id), MatchItem.org_id == unit.id)
    query = query.where(MatchItem.edition_id == approval.edition_id, *_STANDS, MatchItem.exhibitor_id.not_in(named))
    query = query.options(contains_eager(MatchItem.exhibitor), *_loads())
    return db.session.scalars(query.order_by(Exhibitor.walk, MatchItem.id)).all()


def _loads() -> tuple[Any, ...]:
    return joinedload(MatchItem.team), joinedload(MatchItem.moved_by)


def _changed(planned: PlannedVisit, item: MatchItem | None) -> str:
    """Return what became of a visit. One that was approved without a team or a slot may get it: that is no change."""
    if item is None or item.dropped_at is not None:
        return "dropped"
    if item.team_id is None and (planned.team_id is not None or item.assigned_at is None):
        return "unplanned"
    if planned.team_id is not None and planned.team_id != item.team_id:
        return "moved"
    slot = (planned.visit_on, planned.visit_at)
    return "moved" if planned.visit_on is not None and slot != (item.visit_on, item.visit_at) else ""


_STANDS = (
    MatchItem.dropped_at.is_(None),
    or_(MatchItem.team_id.is_not(None), MatchItem.assigned_at.is_not(None)),
)


def in_plan() -> Select[int, int, int | None, date | None, int | None]:
    """The lines of all units' plans as they stand: who is to meet whom. For the approval alone, which counts for all units."""
    slot = (MatchItem.team_id, MatchItem.visit_on, MatchItem.visit_at)
    return select(MatchItem.exhibitor_id, MatchItem.org_id, *slot).where(*_STANDS)


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
