"""Tables of the room."""

from crm.fairs.models.approvals import PlanApproval, PlannedVisit
from crm.fairs.models.contacts import ContactPair, ContactStatus, FairContact, FairPass, Rating
from crm.fairs.models.drafts import CardDraft, DraftState
from crm.fairs.models.editions import AgendaItem, CostKind, Edition, EditionFirm, Fair, FairCost, FairKind
from crm.fairs.models.guests import Guest, GuestState, Signing
from crm.fairs.models.lists import EditionList, Exhibitor, ExhibitorCandidate, ListVerdict
from crm.fairs.models.slips import Slip, Tap
from crm.fairs.models.visits import Grade, MatchItem, Team, TeamMember

__all__ = [
    "AgendaItem",
    "CardDraft",
    "ContactPair",
    "ContactStatus",
    "CostKind",
    "DraftState",
    "Edition",
    "EditionFirm",
    "EditionList",
    "Exhibitor",
    "ExhibitorCandidate",
    "Fair",
    "FairContact",
    "FairCost",
    "FairKind",
    "FairPass",
    "Grade",
    "Guest",
    "GuestState",
    "ListVerdict",
    "MatchItem",
    "PlanApproval",
    "PlannedVisit",
    "Rating",
    "Signing",
    "Slip",
    "Tap",
    "Team",
    "TeamMember",
]
