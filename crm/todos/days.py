"""Tasks for the calendar."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from crm.kit import db
from crm.kit.access import Actor
from crm.kit.registries import DayEntry, Span
from crm.todos.models import Todo, TodoState
from crm.todos.queries import visible_to


def entries(actor: Actor, span: Span) -> Sequence[DayEntry]:
    """Return the tasks that are due on the days, open and done."""
    query = select(Todo).where(
        visible_to(actor), Todo.withdrawn_at.is_(None), Todo.due_on.between(span.first, span.last)
    )
    if span.mine:
        query = query.where(Todo.owner_id == actor.user_id)
    if span.unit_id is not None:
        query = query.where(Todo.org_id == span.unit_id)
    query = query.options(joinedload(Todo.owner)).order_by(Todo.due_on, Todo.id).limit(span.limit)
    return [_entry(row) for row in db.session.scalars(query)]


def _entry(row: Todo) -> DayEntry:
    state = "done" if row.state is TodoState.DONE else "late" if row.days_late else ""
    url = f"/todos/{row.public_id}"
    return DayEntry("todo", row.due_on, row.title, url, row.owner.name, state=state, is_sample=row.is_sample)
