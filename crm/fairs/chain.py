"""From a contact to the signing and back: the lead that came of it, its project, the recognised signing (R047)."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from crm.core.stages import MilestoneKind
from crm.fairs.contacts import visible_to
from crm.fairs.met import STANDS
from crm.fairs.models import Edition, FairContact
from crm.kit import db
from crm.kit.access import Actor
from crm.leads import queries as leads
from crm.leads.models import Lead
from crm.projects import queries as projects
from crm.projects.models import Milestone, MilestoneStatus, Project


@dataclass(frozen=True)
class Chain:
    """What came of a contact, as far as the reader may see it."""

    lead: Lead | None = None
    project: Project | None = None
    signed: Milestone | None = None


def of_lead(actor: Actor, lead_id: int | None) -> Chain:
    """Return the lead, its project and the signing, each only when the actor may see it."""
    if lead_id is None:
        return Chain()
    lead = db.session.scalar(select(Lead).where(Lead.id == lead_id, leads.visible_to(actor)))
    project = db.session.scalar(select(Project).where(Project.lead_id == lead_id, projects.visible_to(actor)))
    if project is None:
        return Chain(lead)
    query = select(Milestone).join(Project, Project.id == Milestone.project_id).where(projects.visible_to(actor))
    query = query.where(Milestone.project_id == project.id, Milestone.kind == MilestoneKind.SIGNED)
    signed = db.session.scalar(query.where(Milestone.status == MilestoneStatus.RECOGNISED).limit(1))
    return Chain(lead, project, signed)


def sources(actor: Actor, lead_id: int) -> Sequence[FairContact]:
    """Return the contacts that a lead came from, the oldest first."""
    query = select(FairContact).where(FairContact.lead_id == lead_id, visible_to(actor), STANDS)
    loads = (joinedload(FairContact.edition).joinedload(Edition.fair), joinedload(FairContact.owner))
    return db.session.scalars(
        query.options(*loads, joinedload(FairContact.exhibitor)).order_by(FairContact.id).limit(20)
    ).all()
