"""Reading contacts: those of the own unit, all for the centre."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, false, or_, select, true
from sqlalchemy.orm import joinedload

from crm.core.errors import NotFound
from crm.core.permissions import Permission, Role
from crm.interactions.models import Interaction
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.leads.models import Lead, LeadPerson, LeadStatus
from crm.people.models import Person

MOST = 60
OPEN = (LeadStatus.FILED, LeadStatus.FOLLOWING)


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """The contacts this actor may read; withdrawn ones are nobody's."""
    kept = Interaction.withdrawn_at.is_(None)
    if actor.is_center or actor.is_system:
        return and_(kept, true())
    if Role.MANAGER in actor.roles:
        return and_(kept, Interaction.org_id.in_(actor.subtree | {actor.org_id}))
    if actor.can(Permission.LEAD_WRITE):
        return and_(kept, Interaction.org_id == actor.org_id)
    return false()


def get_interaction(actor: Actor, public_id: str) -> Interaction:
    """Return the contact. Raises NotFound."""
    query = select(Interaction).where(Interaction.public_id == public_id, visible_to(actor))
    row = db.session.scalar(query.options(joinedload(Interaction.lead), joinedload(Interaction.company)))
    if row is None:
        raise NotFound("没有找到这条往来，或您无权查看。")
    return row


def of_lead(actor: Actor, lead: Lead) -> Sequence[Interaction]:
    """Return the contacts of a lead, newest first."""
    query = select(Interaction).where(Interaction.lead_id == lead.id, visible_to(actor))
    return db.session.scalars(_newest(query.options(joinedload(Interaction.by)))).all()


def of_company(actor: Actor, company_id: int) -> Sequence[Interaction]:
    """Return the visible contacts with a company, noted on it or on a lead of it, newest first."""
    leads = select(Lead.id).where(Lead.company_id == company_id)
    query = select(Interaction).where(
        or_(Interaction.company_id == company_id, Interaction.lead_id.in_(leads)), visible_to(actor)
    )
    loads = (joinedload(Interaction.by), joinedload(Interaction.org), joinedload(Interaction.lead))
    return db.session.scalars(_newest(query.options(*loads))).all()


def _newest(query: Select[Interaction]) -> Select[Interaction]:
    return query.order_by(Interaction.on.desc(), Interaction.id.desc()).limit(MOST)


def last_person(actor: Actor, lead: Lead | None, company_id: int | None) -> str:
    """Return whom the unit spoke to last, so that nobody types the name again."""
    query = select(Interaction.person_name).where(visible_to(actor), Interaction.person_name != "")
    if lead is not None:
        query = query.where(Interaction.lead_id == lead.id)
    else:
        query = query.where(Interaction.company_id == company_id, Interaction.org_id == actor.org_id)
    name = db.session.scalar(query.order_by(Interaction.on.desc(), Interaction.id.desc()).limit(1))
    if name or lead is None:
        return name or ""
    people = (
        select(Person.name).join(LeadPerson, LeadPerson.person_id == Person.id).where(LeadPerson.lead_id == lead.id)
    )
    return db.session.scalar(people.order_by(Person.id).limit(1)) or ""


def person_of(actor: Actor, lead_id: int | None, name: str) -> int | None:
    """Return the id of the unit's known person of this name on the lead, if there is exactly one."""
    if lead_id is None or not name:
        return None
    query = select(Person.id).join(LeadPerson, LeadPerson.person_id == Person.id)
    found = db.session.scalars(query.where(LeadPerson.lead_id == lead_id, Person.name == name).limit(2)).all()
    return found[0] if len(found) == 1 else None


def due_steps(actor: Actor, today: date) -> Sequence[Interaction]:
    """Return the person's next steps that are due or overdue: on own leads, or noted by the person on a company."""
    waiting = select(Lead.id).where(Lead.owner_id == actor.user_id, Lead.next_on <= today, Lead.status.in_(OPEN))
    on_company = and_(Interaction.lead_id.is_(None), Interaction.by_id == actor.user_id, Interaction.next_on <= today)
    query = (
        select(Interaction)
        .where(visible_to(actor), Interaction.next_on <= today, Interaction.next_done_at.is_(None))
        .where(or_(Interaction.lead_id.in_(waiting), on_company))
        .options(joinedload(Interaction.lead).joinedload(Lead.company), joinedload(Interaction.company))
        .order_by(Interaction.next_on, Interaction.id)
    )
    return db.session.scalars(query.limit(MOST)).all()


def recent_leads(actor: Actor, text: str = "") -> Sequence[Lead]:
    """Return own leads to note something on: the person's own first, then by the last change."""
    from crm.leads.queries import visible_to as leads_of

    query = select(Lead).where(leads_of(actor), Lead.org_id == actor.org_id, Lead.status.in_(OPEN))
    for part in text.split()[:4]:
        query = query.where(
            or_(Lead.company_text.icontains(part, autoescape=True), Lead.title.icontains(part, autoescape=True))
        )
    query = query.order_by((Lead.owner_id == actor.user_id).desc(), Lead.updated_at.desc())
    return db.session.scalars(query.limit(12).options(joinedload(Lead.owner))).all()


def is_fresh(actor: Actor, row: Interaction) -> bool:
    """Say whether the person may still change or withdraw the entry: own, and of today."""
    return row.by_id == actor.user_id and clock.local(row.created_at).date() == clock.today()
