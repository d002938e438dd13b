"""Reading tasks: whose they are, and only with a subject that the reader may see."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, false, func, or_, select, true
from sqlalchemy.orm import joinedload

from crm.accounts.models import Org, User
from crm.companies import queries as companies
from crm.companies.models import Company
from crm.core.errors import NotFound
from crm.core.permissions import Permission, Role
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.kit.fields import one_line, public_id
from crm.kit.web import Page
from crm.leads import queries as leads
from crm.leads.models import Lead
from crm.projects import queries as projects
from crm.projects.models import ActionItem, MeetingItem, Project
from crm.todos.models import Todo, TodoState
from crm.todos.subjects import units_of

PAGE_SIZE = 30
EXPORT_LIMIT = 5_000
MOST_DUE = 50
SCOPES = ("mine", "given", "unit")
WHENS = ("late", "today", "week")
FREE = and_(Todo.lead_id.is_(None), Todo.project_id.is_(None), Todo.company_id.is_(None), Todo.action_id.is_(None))
OPEN = and_(Todo.done_at.is_(None), Todo.withdrawn_at.is_(None))


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """The tasks this actor may read: own and given ones; those of the unit on a matter; all of the unit for its manager, of the city for the centre.

    A task on a matter that the reader may not see (any more) is not seen either.
    """
    if actor.is_system:
        return true()
    if not actor.can(Permission.LEAD_WRITE):
        return false()
    unit = Todo.org_id.in_(units_of(actor))
    reach = or_(Todo.owner_id == actor.user_id, Todo.by_id == actor.user_id)
    if actor.is_center or Role.MANAGER in actor.roles:
        reach = or_(reach, true() if actor.is_center else unit)
    else:
        reach = or_(reach, and_(~FREE, unit))
    return and_(reach, _subject_seen(actor))


def _subject_seen(actor: Actor) -> ColumnElement[bool]:
    seen_leads = select(Lead.id).where(leads.visible_to(actor))
    seen_projects = select(Project.id).where(projects.visible_to(actor))
    seen_companies = select(Company.id).where(companies.visible_to(actor))
    told = select(ActionItem.id).join(ActionItem.item).join(MeetingItem.project)
    if not actor.can(Permission.MEETING_WRITE):
        told = told.where(ActionItem.org_id.in_(units_of(actor)))
    return and_(
        or_(Todo.lead_id.is_(None), Todo.lead_id.in_(seen_leads)),
        or_(Todo.project_id.is_(None), Todo.project_id.in_(seen_projects)),
        or_(Todo.company_id.is_(None), Todo.company_id.in_(seen_companies)),
        or_(Todo.action_id.is_(None), Todo.action_id.in_(told.where(projects.visible_to(actor)))),
    )


@dataclass(frozen=True)
class TodoFilter:
    """What the list is narrowed to; unknown values narrow nothing. Without a state the open ones are shown."""

    scope: str = "mine"
    text: str = ""
    state: str = ""
    when: str = ""
    owner: str = ""
    unit: str = ""
    sort: str = "due"

    @classmethod
    def of(cls, args: Mapping[str, str]) -> "TodoFilter":
        """Return what an address asks for."""
        scope, state, when, sort = (args.get(name, "") for name in ("scope", "state", "when", "sort"))
        return cls(
            scope=scope if scope in SCOPES else "mine",
            text=one_line(args.get("q", ""))[:100],
            state=state if state in {*TodoState, "all"} else "",
            when=when if when in WHENS else "",
            owner=public_id(args.get("owner")),
            unit=public_id(args.get("unit")),
            sort=sort if sort.removeprefix("-") in SORTS else "due",
        )


SORTS: dict[str, Any] = {"due": Todo.due_on, "title": Todo.title, "set": Todo.created_at, "owner": User.name}


def page_of_todos(actor: Actor, wanted: TodoFilter, number: int) -> Page:
    """Return one page of visible tasks."""
    total = db.session.scalar(select(func.count()).select_from(_narrowed(actor, wanted).subquery())) or 0
    query = _sorted(_shown(_narrowed(actor, wanted)), wanted.sort).limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)
    return Page(list(db.session.scalars(query)), number, PAGE_SIZE, total)


def rows_for_export(actor: Actor, wanted: TodoFilter) -> Sequence[Todo]:
    """Return the rows of the list, all pages, up to the limit."""
    return db.session.scalars(_sorted(_shown(_narrowed(actor, wanted)), wanted.sort).limit(EXPORT_LIMIT)).all()


def get_todo(actor: Actor, public_id: str) -> Todo:
    """Return the task with its subject and people. Raises NotFound."""
    row = db.session.scalar(_shown(select(Todo).where(visible_to(actor), Todo.public_id == public_id)))
    if row is None:
        raise NotFound("没有找到这件待办，或您无权查看。")
    return row


def todos_on(actor: Actor, kind: str, row: Any) -> Sequence[Todo]:
    """Return the visible tasks on a lead, a project (with the lead it came from) or a company: open ones first, by day."""
    same: ColumnElement[bool] = getattr(Todo, f"{kind}_id") == row.id
    if kind == "project" and row.lead_id is not None:
        same = or_(same, Todo.lead_id == row.lead_id)
    query = _shown(select(Todo).where(same, visible_to(actor), Todo.withdrawn_at.is_(None)))
    return db.session.scalars(query.order_by(case((OPEN, 0), else_=1), Todo.due_on, Todo.id).limit(40)).all()


def due_todos(actor: Actor, today: date) -> Sequence[Todo]:
    """Return the person's own open tasks that are due or overdue."""
    query = select(Todo).where(visible_to(actor), OPEN, Todo.owner_id == actor.user_id, Todo.due_on <= today)
    return db.session.scalars(_shown(query).order_by(Todo.due_on, Todo.id).limit(MOST_DUE)).all()


def owners(actor: Actor) -> Sequence[User]:
    """Return the people who own tasks that this actor may see in the unit, by name."""
    ids = select(Todo.owner_id).where(visible_to(actor))
    return db.session.scalars(select(User).where(User.id.in_(ids)).order_by(User.name, User.id).limit(200)).all()


def _narrowed(actor: Actor, wanted: TodoFilter) -> Select[Todo]:
    query = select(Todo).where(visible_to(actor))
    if wanted.scope == "mine":
        query = query.where(Todo.owner_id == actor.user_id)
    elif wanted.scope == "given":
        query = query.where(Todo.by_id == actor.user_id, Todo.owner_id != actor.user_id)
    query = query.where(*_of_state(wanted.state), *_of_days(wanted.when))
    if wanted.owner:
        query = query.where(Todo.owner_id.in_(select(User.id).where(User.public_id == wanted.owner)))
    if wanted.unit:
        query = query.where(Todo.org_id.in_(select(Org.id).where(Org.public_id == wanted.unit)))
    for part in wanted.text.split()[:6]:
        query = query.where(_says(part))
    return query


def _of_state(state: str) -> list[ColumnElement[bool]]:
    if state == TodoState.DONE:
        return [Todo.done_at.is_not(None), Todo.withdrawn_at.is_(None)]
    if state == TodoState.WITHDRAWN:
        return [Todo.withdrawn_at.is_not(None)]
    return [] if state == "all" else [OPEN]


def _of_days(when: str) -> list[ColumnElement[bool]]:
    today = clock.today()
    if when == "late":
        return [OPEN, Todo.due_on < today]
    if when == "today":
        return [Todo.due_on == today]
    return [Todo.due_on >= today, Todo.due_on < today + timedelta(days=7)] if when == "week" else []


def _says(part: str) -> ColumnElement[bool]:
    return or_(
        Todo.title.icontains(part, autoescape=True),
        Todo.lead.has(
            or_(Lead.company_text.icontains(part, autoescape=True), Lead.title.icontains(part, autoescape=True))
        ),
        Todo.project.has(Project.title.icontains(part, autoescape=True)),
        Todo.company.has(Company.name.icontains(part, autoescape=True)),
    )


def _shown(query: Select[Todo]) -> Select[Todo]:
    return query.options(
        joinedload(Todo.owner),
        joinedload(Todo.by),
        joinedload(Todo.org),
        joinedload(Todo.lead).joinedload(Lead.company),
        joinedload(Todo.project).joinedload(Project.company),
        joinedload(Todo.company),
        joinedload(Todo.action).joinedload(ActionItem.item).joinedload(MeetingItem.meeting),
    )


def _sorted(query: Select[Todo], sort: str) -> Select[Todo]:
    key = sort.removeprefix("-")
    column = SORTS[key]
    if key == "owner":
        query = query.join(User, User.id == Todo.owner_id)
    return query.order_by(column.desc() if sort.startswith("-") else column.asc(), Todo.due_on, Todo.id)
