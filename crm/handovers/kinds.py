"""What of a person's work can be given away: each kind, which rows are open, how one is read and how it changes hands."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from crm.core.stages import Stage
from crm.interactions import queries as interactions
from crm.interactions.models import Interaction
from crm.kit import db
from crm.kit.access import Actor
from crm.leads import queries as leads
from crm.leads.models import Lead, LeadStatus
from crm.projects import issues
from crm.projects import queries as projects
from crm.projects.models import ActionItem, Issue, IssueStatus, MeetingItem, Project
from crm.todos import queries as todos
from crm.todos.models import Todo

HOLDER = func.coalesce(Interaction.next_for_id, Interaction.by_id)  # whose the next step of a company's contact is
MOST = 500


@dataclass(frozen=True)
class Kind:
    """One kind of work. ``owner`` is the attribute that changes hands; ``holder`` the column that says whose it is now."""

    key: str
    model: Any
    owner: str
    holder: Any
    org_id: Any
    open: ColumnElement[bool]
    seen: Callable[[Actor], Select[Any]]
    title: Callable[[Any], str]
    url: Callable[[Any], str]
    day: Callable[[Any], Any]

    def by_number(self, actor: Actor, numbers: Sequence[int], *, lock: bool = False) -> dict[int, Any]:
        """Return these rows as they are now, of those that the actor may see."""
        query = self.seen(actor).where(self.model.id.in_(numbers)).order_by(self.model.id)
        if lock:
            query = query.with_for_update(of=self.model)
        return {row.id: row for row in db.session.scalars(query.execution_options(populate_existing=lock))}

    def holder_of(self, row: Any) -> int | None:
        """Whose the row is now."""
        if self.key == "step":
            return row.next_for_id or row.by_id
        return getattr(row, self.owner)  # type: ignore[no-any-return]


def rows_of(actor: Actor, org_id: int, person_id: int) -> Iterator[tuple[Kind, Any]]:
    """Return a person's open rows of a unit that the actor may see, kind by kind: one statement for each table."""
    for kinds in by_table():
        one = kinds[0]
        query = one.seen(actor).where(
            one.open, one.org_id == org_id, or_(*(kind.holder == person_id for kind in kinds))
        )
        rows = db.session.scalars(query.order_by(one.model.id).limit(MOST * len(kinds))).all()
        for kind in kinds:
            yield from ((kind, row) for row in rows if kind.holder_of(row) == person_id)


def by_table() -> list[list[Kind]]:
    """Return the kinds, those of one table together: they have the same rows open, and differ in whose they are."""
    return [list(kinds) for _model, kinds in groupby(KINDS.values(), key=lambda kind: kind.model)]


def _leads(actor: Actor) -> Select[Any]:
    return select(Lead).where(leads.visible_to(actor)).options(joinedload(Lead.company))


def _projects(actor: Actor) -> Select[Any]:
    return select(Project).where(projects.visible_to(actor)).options(joinedload(Project.company))


def _todos(actor: Actor) -> Select[Any]:
    return select(Todo).where(todos.visible_to(actor))


def _steps(actor: Actor) -> Select[Any]:
    return select(Interaction).where(interactions.visible_to(actor)).options(joinedload(Interaction.company))


def _issues(actor: Actor) -> Select[Any]:
    query = select(Issue).join(Issue.project).where(issues.visible_to(actor))
    return query.options(contains_eager(Issue.project))


def _actions(actor: Actor) -> Select[Any]:
    query = select(ActionItem).join(ActionItem.item).join(MeetingItem.project).where(projects.visible_to(actor))
    return query.options(contains_eager(ActionItem.item).joinedload(MeetingItem.meeting))


def _of_lead(row: Lead) -> str:
    firm = row.company.name if row.company is not None else row.company_text
    return " · ".join(part for part in (firm, row.title) if part)


def _of_step(row: Interaction) -> str:
    return " · ".join(part for part in (row.company.name if row.company else "", row.next_step) if part)


_FOLLOWED = (LeadStatus.DRAFT, LeadStatus.FOLLOWING, LeadStatus.FILED)
_ALONE = func.coalesce(Interaction.lead_id, Interaction.project_id).is_(None)
_WAITING = and_(_ALONE, Interaction.next_on.is_not(None), Interaction.next_done_at.is_(None))
_RUNNING = Project.stage != Stage.CLOSED

KINDS: dict[str, Kind] = {
    kind.key: kind
    for kind in (
        Kind(
            "lead",
            Lead,
            "owner_id",
            Lead.owner_id,
            Lead.org_id,
            Lead.status.in_(_FOLLOWED),
            _leads,
            _of_lead,
            lambda row: f"/leads/{row.public_id}",
            lambda row: row.next_on,
        ),
        Kind(
            "project",
            Project,
            "owner_id",
            Project.owner_id,
            Project.org_id,
            _RUNNING,
            _projects,
            lambda row: row.title,
            lambda row: f"/projects/{row.public_id}",
            lambda row: row.next_on,
        ),
        Kind(
            "deputy",
            Project,
            "deputy_id",
            Project.deputy_id,
            Project.org_id,
            _RUNNING,
            _projects,
            lambda row: row.title,
            lambda row: f"/projects/{row.public_id}",
            lambda row: row.next_on,
        ),
        Kind(
            "todo",
            Todo,
            "owner_id",
            Todo.owner_id,
            Todo.org_id,
            todos.OPEN,
            _todos,
            lambda row: row.title,
            lambda row: f"/todos/{row.public_id}",
            lambda row: row.due_on,
        ),
        Kind(
            "step",
            Interaction,
            "next_for_id",
            HOLDER,
            Interaction.org_id,
            _WAITING,
            _steps,
            _of_step,
            lambda row: f"/companies/{row.company.public_id}",
            lambda row: row.next_on,
        ),
        Kind(
            "issue",
            Issue,
            "owner_id",
            Issue.owner_id,
            Project.org_id,
            Issue.status == IssueStatus.OPEN,
            _issues,
            lambda row: row.title,
            lambda row: f"/projects/issues/{row.public_id}",
            lambda row: row.due_on,
        ),
        Kind(
            "action",
            ActionItem,
            "owner_id",
            ActionItem.owner_id,
            ActionItem.org_id,
            ActionItem.done_on.is_(None),
            _actions,
            lambda row: row.words,
            lambda row: f"/projects/meetings/{row.item.meeting.public_id}",
            lambda row: row.due_on,
        ),
    )
}
