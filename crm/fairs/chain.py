"""From a contact to the signing and back: the lead that came of it, its project, the recognised signing (R047)."""

from collections.abc import Iterable, Sequence
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
    return Chain() if lead_id is None else of_leads(actor, [lead_id]).get(lead_id, Chain())


def of_leads(actor: Actor, lead_ids: Iterable[int]) -> dict[int, Chain]:
    """Return by id what came of some leads, in three statements at the most; the order is that of the ids."""
    wanted = list(dict.fromkeys(lead_ids))
    if not wanted:
        return {}
    found = {
        row.id: row for row in db.session.scalars(select(Lead).where(Lead.id.in_(wanted), leads.visible_to(actor)))
    }
    query = select(Project).where(Project.lead_id.in_(wanted), projects.visible_to(actor))
    works = {row.lead_id: row for row in db.session.scalars(query)}
    signed: dict[int, Milestone] = {}
    if works:
        signings = select(Milestone).join(Project, Project.id == Milestone.project_id).where(projects.visible_to(actor))
        signings = signings.where(Milestone.project_id.in_([row.id for row in works.values()]))
        signings = signings.where(
            Milestone.kind == MilestoneKind.SIGNED, Milestone.status == MilestoneStatus.RECOGNISED
        )
        signed = {row.project_id: row for row in db.session.scalars(signings.order_by(Milestone.id.desc()))}
    told = {}
    for number in wanted:
        work = works.get(number)
        told[number] = Chain(found.get(number), work, signed.get(work.id) if work is not None else None)
    return told


def sources(actor: Actor, lead_id: int) -> Sequence[FairContact]:
    """Return the contacts that a lead came from, the oldest first."""
    query = select(FairContact).where(FairContact.lead_id == lead_id, visible_to(actor), STANDS)
    loads = (joinedload(FairContact.edition).joinedload(Edition.fair), joinedload(FairContact.owner))
    return db.session.scalars(
        query.options(*loads, joinedload(FairContact.exhibitor)).order_by(FairContact.id).limit(20)
    ).all()
