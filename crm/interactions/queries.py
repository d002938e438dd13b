"""Reading contacts: those of the own unit, all for the centre."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select, true, union_all
from sqlalchemy.orm import joinedload, selectinload

from crm.accounts.models import User
from crm.claims.hooks import Contact
from crm.core.errors import NotFound
from crm.core.permissions import Permission, Role
from crm.core.stages import Stage
from crm.interactions.models import Interaction, InteractionFile
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.leads.models import ContactWay, Lead, LeadPerson, LeadStatus
from crm.people.models import Person
from crm.projects import queries as projects
from crm.projects.models import Project

MOST = 60
# What counts as a meeting: face to face, or seeing each other over a line.
MEETINGS = frozenset(
    {
        ContactWay.VISIT,
        ContactWay.RECEPTION,
        ContactWay.CLOUD_TALK,
        ContactWay.CLOUD_VISIT,
        ContactWay.CLOUD_SIGNING,
    }
)
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


def readable_by(actor: Actor) -> ColumnElement[bool]:
    """What ``visible_to`` lets the actor read, and what units that help noted on the actor's own projects.

    For one contact or file; lists go by ``visible_to``, which an index serves.
    """
    if actor.is_center or actor.is_system or not actor.can(Permission.LEAD_WRITE):
        return visible_to(actor)
    units = actor.subtree | {actor.org_id} if Role.MANAGER in actor.roles else {actor.org_id}
    own = select(Project.id).where(projects.visible_to(actor), Project.org_id.in_(units))
    return or_(visible_to(actor), and_(Interaction.withdrawn_at.is_(None), Interaction.project_id.in_(own)))


def get_interaction(actor: Actor, public_id: str) -> Interaction:
    """Return the contact. Raises NotFound."""
    query = select(Interaction).where(Interaction.public_id == public_id, readable_by(actor))
    loads = (joinedload(Interaction.lead), joinedload(Interaction.company), joinedload(Interaction.project))
    row = db.session.scalar(query.options(*loads))
    if row is None:
        raise NotFound("没有找到这条往来，或您无权查看。")
    return row


def of_lead(actor: Actor, lead: Lead) -> Sequence[Interaction]:
    """Return the contacts of a lead, newest first."""
    query = select(Interaction).where(Interaction.lead_id == lead.id, visible_to(actor))
    return db.session.scalars(_newest(query.options(*_shown()))).all()


def of_project(actor: Actor, project: Project, kind: ContactWay | None = None) -> Sequence[Interaction]:
    """Return the contacts of a project and of the lead it came from, of one kind or of all, newest first.

    The project's unit reads also what units that help noted; these read their own alone.
    """
    own = Interaction.project_id == project.id
    mine = own if project.lead_id is None else or_(own, Interaction.lead_id == project.lead_id)
    query = select(Interaction).where(mine, readable_by(actor))
    if kind is not None:
        query = query.where(Interaction.kind == kind)
    return db.session.scalars(_newest(query.options(*_shown()))).all()


def of_company(actor: Actor, company_id: int) -> Sequence[Interaction]:
    """Return the visible contacts with a company, noted on it or on a lead of it, newest first."""
    leads = select(Lead.id).where(Lead.company_id == company_id)
    query = select(Interaction).where(
        or_(Interaction.company_id == company_id, Interaction.lead_id.in_(leads)), visible_to(actor)
    )
    loads = (*_shown(), joinedload(Interaction.org), joinedload(Interaction.lead))
    return db.session.scalars(_newest(query.options(*loads))).all()


def _shown() -> tuple[Any, ...]:
    files = selectinload(Interaction.files).joinedload(InteractionFile.file)
    return (joinedload(Interaction.by), selectinload(Interaction.people), files)


def _newest(query: Select[Interaction]) -> Select[Interaction]:
    return query.order_by(Interaction.on.desc(), Interaction.id.desc()).limit(MOST)


def last_person(actor: Actor, lead: Lead | None, company_id: int | None, project: Project | None = None) -> str:
    """Return whom the unit spoke to last, so that nobody types the name again."""
    query = select(Interaction.person_name).where(visible_to(actor), Interaction.person_name != "")
    if project is not None:
        own = Interaction.project_id == project.id
        query = query.where(own if project.lead_id is None else or_(own, Interaction.lead_id == project.lead_id))
    elif lead is not None:
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
    mine = and_(Project.owner_id == actor.user_id, Project.next_on <= today, Project.stage != Stage.CLOSED)
    on_project = or_(
        Interaction.project_id.in_(select(Project.id).where(mine)),
        Interaction.lead_id.in_(select(Project.lead_id).where(mine, Project.lead_id.is_not(None))),
    )
    # As one expression: by its index a database would look at every contact without a lead first.
    alone = func.coalesce(Interaction.lead_id, Interaction.project_id).is_(None)
    own = func.coalesce(Interaction.next_for_id, Interaction.by_id) == actor.user_id
    on_company = and_(alone, own, Interaction.next_on <= today)
    query = (
        select(Interaction)
        .where(visible_to(actor), Interaction.next_on <= today, Interaction.next_done_at.is_(None))
        .where(or_(Interaction.lead_id.in_(waiting), on_company, on_project))
        .options(joinedload(Interaction.project).joinedload(Project.company))
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


def colleagues(org_id: int, public_ids: Sequence[str] | None = None) -> Sequence[User]:
    """Return the active people of a unit, by name; only those named, when any are."""
    query = select(User).where(User.org_id == org_id, User.active)
    if public_ids is not None:
        query = query.where(User.public_id.in_(public_ids))
    return db.session.scalars(query.order_by(User.name, User.id)).all()


def lead_of_project(project_id: int) -> int | None:
    """Return the lead that a project came from."""
    return db.session.scalar(select(Project.lead_id).where(Project.id == project_id))


def project_of_lead(actor: Actor, lead_id: int) -> Project | None:
    """Return the project that a lead became, if this actor may see it."""
    return db.session.scalar(select(Project).where(Project.lead_id == lead_id, projects.visible_to(actor)))


def may_read_file(actor: Actor, file_id: int) -> bool:
    """Say whether the file hangs on a contact that this actor may read."""
    query = select(InteractionFile.id).join(Interaction).where(InteractionFile.file_id == file_id, readable_by(actor))
    return db.session.scalar(query.limit(1)) is not None


def is_fresh(actor: Actor, row: Interaction) -> bool:
    """Say whether the person may still change or withdraw the entry: own, and of today."""
    return row.by_id == actor.user_id and clock.local(row.created_at).date() == clock.today()


def effective_of_leads(lead_ids: Collection[int]) -> list[Contact]:
    """Answer the claims: the effective contacts of the leads' own units, on the lead or on the project it became."""
    wanted = (Lead.id.in_(list(lead_ids)), Interaction.effective, Interaction.withdrawn_at.is_(None))
    told = select(
        Lead.id, Interaction.on, Interaction.kind, Lead.org_id, Interaction.org_id.label("by"), Interaction.lead_id
    )
    on_leads = told.join(Interaction, Interaction.lead_id == Lead.id).where(*wanted)
    on_projects = told.join(Project, Project.lead_id == Lead.id)
    on_projects = on_projects.join(Interaction, Interaction.project_id == Project.id).where(*wanted)
    # Apart: as one condition with "or" every contact of the city is read for one lead. Whose unit it was, and that a contact of the
    # project names no lead, is asked of the few that come: as conditions they offer indexes of tens of thousands of rows.
    both = union_all(on_leads.add_columns(true().label("direct")), on_projects.add_columns(false().label("direct")))
    return [
        Contact(lead_id, on, kind in MEETINGS)
        for lead_id, on, kind, org_id, by, on_lead, direct in db.session.execute(both)
        if org_id == by and (direct or on_lead is None)
    ]
