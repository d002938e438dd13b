"""Reading relations between companies: open ones and the own unit's, with both ends that the reader may see."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import aliased, joinedload

from crm.companies import queries as companies
from crm.companies.models import Company, CompanyRelation, Entity, RelationKind
from crm.companies.relations import seen_by
from crm.core.errors import NotFound
from crm.kit import db
from crm.kit.access import Actor
from crm.kit.fields import one_line, public_id
from crm.kit.web import Page
from crm.plan.models import Plan, PlanRecord
from crm.ties import labels
from crm.ties.models import FillTask
from crm.todos import queries as todos
from crm.todos.models import Todo

PAGE_SIZE = 30
EXPORT_LIMIT = 5_000
MOST_BESIDE = 60
First, Second = aliased(Company), aliased(Company)


@dataclass(frozen=True)
class TieFilter:
    """What the list is narrowed to; unknown values narrow nothing. Without a state those in force are shown."""

    tab: str = "trade"
    text: str = ""
    mark: str = ""
    body: str = ""
    state: str = ""
    sort: str = "first"

    @classmethod
    def of(cls, args: Mapping[str, str]) -> "TieFilter":
        """Read an address."""
        tab, mark, state, sort = (args.get(name, "") for name in ("tab", "mark", "state", "sort"))
        return cls(
            tab=tab if tab in labels.TABS else "trade",
            text=one_line(args.get("q", ""))[:100],
            mark=mark if mark in labels.MARK else "",
            body=public_id(args.get("body")),
            state=state if state in labels.STATE else "",
            sort=sort if sort.removeprefix("-") in SORTS else "first",
        )


@dataclass(frozen=True)
class Tie:
    """A relation with its ends turned so that goods, money and word run from ``first`` to ``second``.

    ``task``: that it became a task, which whoever sees the relation may know; ``todo``: the task, where it is the reader's to see.
    """

    row: CompanyRelation
    first: Company
    second: Company
    task: FillTask | None = None
    todo: Todo | None = None

    @property
    def offered(self) -> bool:
        """Whether the purchase may become a task: replaceable, in force, none yet."""
        return self.row.replaceable and self.row.ended_on is None and self.task is None


SORTS: dict[str, Any] = {"first": First.name_pinyin, "second": Second.name_pinyin, "since": CompanyRelation.valid_on}


def page_of_ties(actor: Actor, wanted: TieFilter, number: int) -> Page:
    """Return one page of relations."""
    total = db.session.scalar(select(func.count()).select_from(_listed(actor, wanted).subquery())) or 0
    query = _sorted(_listed(actor, wanted), wanted.sort).limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)
    return Page(_ties(query), number, PAGE_SIZE, total)


def rows_for_export(actor: Actor, wanted: TieFilter) -> list[Tie]:
    """Return the rows of the list, all pages, up to the limit."""
    return _ties(_sorted(_listed(actor, wanted), wanted.sort).limit(EXPORT_LIMIT))


def ties_of(actor: Actor, company: Company) -> list[Tie]:
    """Return the trade, memberships, investments, mandates and introductions of a company, those in force first."""
    kinds = [kind for _words, several, _one, _two in labels.TABS.values() for kind in several]
    mine = or_(CompanyRelation.from_id == company.id, CompanyRelation.to_id == company.id)
    query = _joined(actor).where(mine, CompanyRelation.kind.in_(kinds))
    return _ties(query.order_by(CompanyRelation.ended_on.is_not(None), CompanyRelation.id).limit(MOST_BESIDE))


def get_tie(actor: Actor, relation_id: int) -> Tie:
    """Return one relation. Raises NotFound."""
    row = db.session.execute(_joined(actor).where(CompanyRelation.id == relation_id)).one_or_none()
    if row is None:
        raise NotFound
    return Tie(*row)


def tie_of_todo(actor: Actor, todo_id: int) -> Tie | None:
    """Return the purchase that a task came from, or None."""
    row = db.session.execute(_joined(actor).where(FillTask.todo_id == todo_id)).one_or_none()
    return Tie(*row) if row is not None else None


def _joined(actor: Actor) -> Any:
    """A customer buys from the other end: turned round, so that the first end always supplies."""
    turned = CompanyRelation.kind == RelationKind.CUSTOMER
    from_id, to_id = CompanyRelation.from_id, CompanyRelation.to_id
    return (
        select(CompanyRelation, First, Second, FillTask, Todo)
        .join(First, First.id == case((turned, to_id), else_=from_id))
        .join(Second, Second.id == case((turned, from_id), else_=to_id))
        .outerjoin(FillTask, FillTask.relation_id == CompanyRelation.id)
        .outerjoin(Todo, and_(Todo.id == FillTask.todo_id, todos.visible_to(actor)))
        .options(joinedload(FillTask.node), joinedload(Todo.owner), joinedload(Todo.org))
        .where(seen_by(actor), companies.visible_to(actor, First), companies.visible_to(actor, Second))
    )


def _listed(actor: Actor, wanted: TieFilter) -> Any:
    query = _joined(actor).where(CompanyRelation.kind.in_(labels.TABS[wanted.tab][1]))
    if wanted.state != "all":
        ended = wanted.state == "ended"
        query = query.where(~companies.in_force() if ended else companies.in_force())
    if wanted.mark == "replaceable":
        query = query.where(CompanyRelation.replaceable.is_(True))
    elif wanted.mark == "tasked":
        query = query.where(FillTask.id.is_not(None))
    elif wanted.mark:
        query = query.where(Second.is_local.is_(True) if wanted.mark == "local" else First.is_local.is_(False))
    if wanted.body:
        query = query.where(or_(First.public_id == wanted.body, Second.public_id == wanted.body))
    for part in wanted.text.split()[:6]:
        words = (First.name, Second.name, CompanyRelation.product)
        query = query.where(or_(*(one.icontains(part, autoescape=True) for one in words)))
    return query


def _sorted(query: Any, sort: str) -> Any:
    column = SORTS[sort.removeprefix("-")]
    return query.order_by(column.desc() if sort.startswith("-") else column, CompanyRelation.id)


def _ties(query: Any) -> list[Tie]:
    return [Tie(*row) for row in db.session.execute(query)]


def purchases(actor: Actor) -> dict[str, int]:
    """Return how many purchases in force the reader sees: all, replaceable, and those that became tasks."""
    marked = case((CompanyRelation.replaceable.is_(True), 1), else_=0)
    tasked = case((FillTask.id.is_not(None), 1), else_=0)
    rows = _listed(actor, TieFilter(mark="local")).with_only_columns(
        func.count(), func.coalesce(func.sum(marked), 0), func.coalesce(func.sum(tasked), 0)
    )
    total, replaceable, tasks = db.session.execute(rows).one()
    return {"all": total, "replaceable": replaceable, "tasks": tasks}


@dataclass(frozen=True)
class Body:
    """A chamber, fund, agency, school or institute, and to how many companies it leads, as far as the reader may see."""

    company: Company
    ties: int


def page_of_bodies(actor: Actor, entity: Entity, text: str, city: str, number: int) -> Page:
    """Return one page of bodies of a kind, by name. Three statements."""
    where = [Company.entity == entity, companies.visible_to(actor), Company.retired_at.is_(None)]
    where += [Company.name.icontains(part, autoescape=True) for part in text.split()[:6]]
    where += [or_(Company.city == city, Company.province == city)] if city else []
    total = db.session.scalar(select(func.count()).select_from(Company).where(*where)) or 0
    query = select(Company).where(*where).order_by(Company.name_pinyin, Company.id)
    rows = db.session.scalars(query.limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)).all()
    counts = _counts(actor, [row.id for row in rows], labels.BODIES[entity][1])
    return Page([Body(row, counts.get(row.id, 0)) for row in rows], number, PAGE_SIZE, total)


def _counts(actor: Actor, ids: Sequence[int], kind: RelationKind) -> dict[int, int]:
    """Count the relations of the kind at either end, as the list of it shows them."""
    mine = or_(CompanyRelation.from_id.in_(ids), CompanyRelation.to_id.in_(ids))
    seen = and_(CompanyRelation.kind == kind, companies.in_force(), mine)
    query = _joined(actor).where(seen).with_only_columns(CompanyRelation.from_id, CompanyRelation.to_id)
    found: dict[int, int] = {}
    for pair in db.session.execute(query) if ids else ():
        for number in pair:
            found[number] = found.get(number, 0) + 1
    return found


def cities_of(actor: Actor, entity: Entity) -> list[str]:
    """Return the cities in which there are bodies of this kind."""
    query = select(Company.city).where(Company.entity == entity, companies.visible_to(actor), Company.city != "")
    return sorted(db.session.scalars(query.distinct()))


# Kinds of institutions in the plan's own words, as kinds of bodies.
_PLAN_KINDS: dict[Entity, tuple[str, ...]] = {
    Entity.CHAMBER: ("chamber", "alliance_type", "incubator_alliance"),
    Entity.FUND: ("fund", "fund_type"),
    Entity.AGENCY: ("agency_type",),
    Entity.SCHOOL: ("university", "university_unit"),
    Entity.INSTITUTE: ("research_institute", "institute_type", "rd_center", "intl_base"),
}


def named_in_plan(entity: Entity) -> list[PlanRecord]:
    """Return what the plan names of this kind; to be registered as bodies when somebody works with them."""
    query = select(PlanRecord).join(Plan, Plan.id == PlanRecord.plan_id)
    rows = db.session.scalars(query.where(Plan.current, PlanRecord.kind == "institution").order_by(PlanRecord.code))
    return [row for row in rows if row.detail.get("kind") in _PLAN_KINDS[entity]]


def in_words(ties: Sequence[Tie], company: Company) -> list[tuple[Tie, Company, str]]:
    """Return each relation with the other end, and what that end is to the company, in words."""
    found = []
    for tie in ties:
        other = tie.second if tie.first.id == company.id else tie.first
        _name, _kinds, first, second = next(tab for tab in labels.TABS.values() if tie.row.kind in tab[1])
        found.append((tie, other, str(first if other is tie.first else second)))
    return found
