"""Tasks that a signal set, after a holiday published late: the rule gives them working days."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import select

from crm.audit import service as audit
from crm.core import clocks
from crm.kit import clock
from crm.kit.access import Actor
from crm.parameters import redating
from crm.todos import queries as todos
from crm.todos.models import Todo
from crm.watch.models import SignalTask
from crm.watch.tasking import DAYS


def calendar_changed(actor: Actor, before: Mapping[date, bool]) -> None:
    """Give the open tasks of signals the working days they had left; a day that a person chose stays, as on any other task."""

    def by_rule(row: Todo) -> bool:
        return row.due_on == clocks.add_working_days(clock.local(row.created_at).date(), DAYS, before)

    waits = Todo.id.in_(select(SignalTask.todo_id)) & todos.OPEN
    for row, old, new in redating.move(Todo, "due_on", waits, before, by_rule):
        row.version += 1
        audit.record(actor, "todo.redated", row, org_id=row.org_id, due_on=(old, new))
