"""What a task is about: a lead, a project, a company, what a meeting told, or nothing; who may take a task on it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select

from crm.accounts.models import Org, OrgKind, User, UserRole
from crm.accounts.queries import OrgTree
from crm.companies import queries as companies
from crm.companies.models import Company
from crm.core.errors import NotFound
from crm.core.permissions import TABLE, Permission, Role, UserKind
from crm.kit import db
from crm.kit.access import Actor
from crm.kit.fields import public_id
from crm.leads import queries as leads
from crm.leads.models import Lead, LeadStatus
from crm.projects import meetings
from crm.projects import queries as projects
from crm.projects.models import ActionItem, Project
from crm.todos.models import Todo

KINDS = ("lead", "project", "company", "action")


@dataclass(frozen=True)
class About:
    """The subject of a task: one of the four, or none."""

    lead: Lead | None = None
    project: Project | None = None
    company: Company | None = None
    action: ActionItem | None = None

    @classmethod
    def of(cls, row: Todo) -> "About":
        """What a stored task is about."""
        return cls(row.lead, row.project, row.company, row.action)

    @property
    def kind(self) -> str:
        """Which of the four, "" for a free task."""
        return next((kind for kind in KINDS if getattr(self, kind) is not None), "")

    @property
    def root(self) -> Any:
        """The row itself, or None."""
        return getattr(self, self.kind) if self.kind else None

    @property
    def org_id(self) -> int | None:
        """The unit that the subject belongs to; a company belongs to none."""
        return None if self.company is not None else getattr(self.root, "org_id", None)

    @property
    def title(self) -> str:
        """The subject as a person reads it; only for who may see it."""
        if self.lead is not None:
            firm = self.lead.company.name if self.lead.company is not None else self.lead.company_text
            return " · ".join(part for part in (firm, self.lead.title) if part)
        if self.project is not None:
            return self.project.title
        if self.action is not None:
            return self.action.words
        return self.company.name if self.company is not None else ""

    @property
    def url(self) -> str:
        """The page of the subject, "" for a free task."""
        if self.action is not None:
            return f"/projects/meetings/{self.action.item.meeting.public_id}"
        places = {"lead": "leads", "project": "projects", "company": "companies"}
        return f"/{places[self.kind]}/{self.root.public_id}" if self.kind else ""

    @property
    def query(self) -> dict[str, str]:
        """The query of the page that sets a task on it."""
        return {self.kind: self.root.public_id} if self.kind else {}


def find_about(actor: Actor, values: Any) -> About:
    """Return what an address names, of what this actor may see. Raises NotFound."""
    wanted = {kind: public_id(values[kind]) for kind in KINDS if values.get(kind)}
    if "project" in wanted:
        return About(project=projects.get_project(actor, wanted["project"]))
    if "lead" in wanted:
        lead = leads.get_lead(actor, wanted["lead"])
        if lead.status is LeadStatus.DRAFT:
            raise NotFound
        return About(lead=lead)
    if "company" in wanted:
        return About(company=companies.get_company(actor, wanted["company"]))
    if "action" in wanted:
        action = meetings.get_action(actor, wanted["action"])
        if not actor.can(Permission.MEETING_WRITE) and action.org_id not in meetings.units_of(actor):
            raise NotFound
        return About(action=action)
    return About()


def sees(actor: Actor, about: About) -> bool:
    """Say whether this person may see the subject."""
    try:
        return find_about(actor, about.query).root is about.root
    except NotFound:
        return False


def units_of(actor: Actor) -> frozenset[int]:
    """Return the units whose tasks a person looks after: a manager's subtree, else the own unit."""
    return actor.subtree | {actor.org_id} if Role.MANAGER in actor.roles else frozenset({actor.org_id})


def takers(actor: Actor, about: About) -> Sequence[User]:
    """Return who may be given a task: people of the own units, and of the unit of the subject for who leads it."""
    units = set(units_of(actor))
    if about.org_id is not None and actor.is_center:
        units.add(about.org_id)
    return people_of(units)


def people_of(units: Iterable[int]) -> Sequence[User]:
    """Return the active people who work leads and projects in these units and their outposts, by name."""
    outposts = select(Org.id).where(Org.parent_id.in_(units), Org.kind == OrgKind.OUTPOST)
    working = select(UserRole.user_id).where(UserRole.role.in_(TABLE[Permission.LEAD_WRITE]))
    query = select(User).where(User.active, User.kind == UserKind.BUSINESS, User.id.in_(working))
    query = query.where(or_(User.org_id.in_(units), User.org_id.in_(outposts)))
    return db.session.scalars(query.order_by(User.org_id, User.name, User.id)).all()


def unit_of(user: User) -> int:
    """Return the unit that a person works for."""
    return OrgTree.read().unit_of(user.org_id).id
