"""How far a campaign is: what each unit has reached with each of its targets, from the living rows that the reader may see."""

from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum
from typing import Any

from sqlalchemy import ColumnElement, Integer, and_, case, func, literal, select, union_all

from crm.accounts.models import Org, OrgKind
from crm.companies import queries as companies
from crm.companies.models import Company
from crm.core.stages import RECOGNISED
from crm.interactions import queries as interactions
from crm.interactions.models import Interaction
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.leads import queries as leads
from crm.leads.models import Lead, LeadStatus
from crm.projects import queries as projects
from crm.projects.models import Project
from crm.targets.lists import queries
from crm.targets.lists.models import Assignment, CampaignGoal, TargetItem, TargetList


class Step(IntEnum):
    """How far a unit came with a target; who has a later one has had the earlier ones."""

    ASSIGNED = 0  # 已分配
    CONTACTED = 1  # 已接触
    LEAD = 2  # 已形成线索
    PROJECT = 3  # 已成项目
    SIGNED = 4  # 已签约


@dataclass(frozen=True)
class Taken:
    """A target that a unit takes, and how far it came. ``due_on``: its own day, the unit's, or the campaign's."""

    row: Assignment
    step: Step
    due_on: date | None

    @property
    def late(self) -> bool:
        """Whether the day is past and nobody has been in touch."""
        return self.step is Step.ASSIGNED and self.due_on is not None and self.due_on < clock.today()


@dataclass
class UnitLine:
    """What a unit has of a campaign."""

    org: Org
    goal: CampaignGoal | None
    due_on: date | None
    taken: list[Taken] = field(default_factory=list)

    def reached(self, step: Step) -> int:
        """How many of its targets came at least this far."""
        return sum(one.step >= step for one in self.taken)

    @property
    def late(self) -> int:
        """How many of its targets nobody has been in touch with although the day is past."""
        return sum(one.late for one in self.taken)

    @property
    def behind(self) -> bool:
        """Whether the day of its goals is past and one is not reached."""
        if self.goal is None or self.due_on is None or self.due_on >= clock.today():
            return False
        asked = ((self.goal.contacts, Step.CONTACTED), (self.goal.leads, Step.LEAD), (self.goal.signed, Step.SIGNED))
        return any(self.reached(step) < number for number, step in asked)


@dataclass(frozen=True)
class Progress:
    """A whole campaign as its reader may know it."""

    taken: dict[int, list[Taken]]  # by target
    units: list[UnitLine]

    def reached(self, step: Step) -> int:
        """How many targets came at least this far, whoever took them."""
        return sum(any(one.step >= step for one in several) for several in self.taken.values())

    @property
    def late(self) -> int:
        """How many targets are past their day and untouched."""
        return sum(any(one.late for one in several) for several in self.taken.values())

    def items(
        self, *, unit: str = "", step: int | None = None, late: bool = False, untouched: bool = False
    ) -> set[int]:
        """Return the targets that a figure counts: of a unit, of at least a step, untouched, past their day."""
        return {
            item
            for item, several in self.taken.items()
            if any(
                (not unit or one.row.org.public_id == unit)
                and (step is None or one.step >= step)
                and (not late or one.late)
                and (not untouched or one.step is Step.ASSIGNED)
                for one in several
            )
        }


def of_list(actor: Actor, row: TargetList) -> Progress:
    """Return the progress of a list that the caller got through its scope."""
    assignments = queries.assignments_on(actor, row)
    goals = queries.goals_on(actor, row)
    steps = _steps(actor, row) if assignments else {}
    taken: dict[int, list[Taken]] = {}
    units: dict[int, UnitLine] = {}
    for goal in goals.values():
        units[goal.org_id] = UnitLine(goal.org, goal, goal.due_on or row.due_on)
    for one in assignments:
        line = units.setdefault(one.org_id, UnitLine(one.org, None, row.due_on))
        step = Step(steps.get((one.item.company_id, _unit(one.org)), 0))
        told = Taken(one, step, one.due_on or line.due_on)
        line.taken.append(told)
        taken.setdefault(one.item_id, []).append(told)
    return Progress(taken, sorted(units.values(), key=lambda line: line.org.id))


def _unit(org: Org) -> int:
    """A team works as its unit."""
    return org.parent_id if org.kind is OrgKind.OUTPOST and org.parent_id is not None else org.id


def _steps(actor: Actor, row: TargetList) -> dict[tuple[int, int], int]:
    """Return how far each unit came with each company on a list, in one statement; only rows the reader may read count.

    For who reads numbers only, all rows of the units below count: ``of_list`` says how many, the page never which.
    """
    counted: Any = (lambda _seen, org: org.in_(actor.subtree)) if queries.by_numbers(actor) else lambda seen, _org: seen
    on = select(TargetItem.company_id).where(TargetItem.list_id == row.id, TargetItem.removed_at.is_(None))
    met = select(Interaction.company_id.label("company"), Interaction.org_id.label("org"), _level(Step.CONTACTED))
    met = met.where(Interaction.company_id.in_(on), Interaction.withdrawn_at.is_(None))
    met = met.where(counted(interactions.visible_to(actor), Interaction.org_id))
    told = select(Lead.company_id, Lead.org_id, _level(Step.LEAD))
    told = told.where(Lead.company_id.in_(on), Lead.status != LeadStatus.DRAFT)
    told = told.where(counted(leads.visible_to(actor), Lead.org_id))
    level = case((Project.stage.in_(RECOGNISED), int(Step.SIGNED)), else_=int(Step.PROJECT))
    made: list[Any] = [
        select(column, Project.org_id, level).where(column.in_(on), projects.visible_to(actor), projects.NEW)
        for column in (Project.company_id, Project.local_company_id)
    ]
    every = union_all(met, told, *made).subquery()
    query = select(every.c.company, every.c.org, func.max(every.c.level)).group_by(every.c.company, every.c.org)
    return {(company, org): level for company, org, level in db.session.execute(query)}


def _level(step: Step) -> Any:
    return literal(int(step), Integer).label("level")


@dataclass(frozen=True)
class Waiting:
    """A campaign in which targets of the own unit fall due untouched: how many, and the first day."""

    public_id: str
    name: str
    org: str
    count: int
    due_on: date


def waiting(actor: Actor, until: date) -> list[Waiting]:
    """Return the running campaigns with targets of the own unit that are due by a day and untouched; one statement."""
    due = func.coalesce(Assignment.due_on, CampaignGoal.due_on, TargetList.due_on)
    goal = and_(CampaignGoal.list_id == TargetList.id, CampaignGoal.org_id == Assignment.org_id)
    columns = (TargetList.public_id, TargetList.name, Org.name, func.count(Assignment.id), func.min(due))
    query = select(*columns).select_from(Assignment).join(Assignment.item).join(TargetItem.list)
    query = query.join(Company, Company.id == TargetItem.company_id).join(Org, Org.id == TargetList.org_id)
    query = query.outerjoin(CampaignGoal, goal).where(
        queries.assignments_visible_to(actor),
        Assignment.org_id.in_(actor.subtree),
        *(Assignment.withdrawn_at.is_(None), TargetItem.removed_at.is_(None), TargetList.archived_at.is_(None)),
        *(companies.visible_to(actor), due <= until),
        *(~touched for touched in _touched(actor)),
    )
    rows = db.session.execute(query.group_by(TargetList.id, Org.name).order_by(func.min(due), TargetList.id).limit(10))
    return [Waiting(*row) for row in rows]


def _touched(actor: Actor) -> list[ColumnElement[bool]]:
    """Whether the own unit has noted a contact, a lead or a project with a target."""
    own = actor.org_id
    met = select(Interaction.id).where(Interaction.company_id == TargetItem.company_id, Interaction.org_id == own)
    told = select(Lead.id).where(Lead.company_id == TargetItem.company_id, Lead.org_id == own)
    made = select(Project.id).where(Project.company_id == TargetItem.company_id, Project.org_id == own)
    return [
        met.where(interactions.visible_to(actor)).exists(),
        told.where(Lead.status != LeadStatus.DRAFT, leads.visible_to(actor)).exists(),
        made.where(projects.visible_to(actor)).exists(),
    ]
