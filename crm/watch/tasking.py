"""A strong new signal becomes a task for each person in charge (R045); a signal that is taken back takes its tasks with it."""

from collections.abc import Collection, Sequence

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from crm.accounts.models import User
from crm.companies import queries as companies
from crm.core.signals import RISKS
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.parameters import calendar
from crm.todos import service as todos
from crm.todos.models import Todo
from crm.todos.queries import visible_to
from crm.todos.service import TodoInput
from crm.todos.subjects import About
from crm.watch.labels import KIND
from crm.watch.models import Signal, SignalTask

DAYS = 5  # working days


def make(signal: Signal, owners: Collection[int]) -> int:
    """Set the task for these people, once for each; return how many are new.

    It looks as if its owner had set it: whoever noted the signal must not show (S1), nor learn who is in charge.
    """
    had = set(db.session.scalars(select(SignalTask.owner_id).where(SignalTask.signal_id == signal.id)))
    due, made = calendar.add_working_days(clock.today(), DAYS), 0
    people = select(User).where(User.id.in_(set(owners) - had), User.active).order_by(User.id)
    for owner in db.session.scalars(people).all():
        todo = todos.assign_todo(
            owner,
            About(company=signal.company),
            TodoInput(_title(signal), due, _words(signal)),
            is_sample=signal.is_sample,
        )
        if todo is not None:
            db.session.add(SignalTask(signal_id=signal.id, owner_id=owner.id, todo_id=todo.id))
            made += 1
    return made


def drop(signal: Signal) -> None:
    """Take the open tasks of a signal back."""
    todos.drop(db.session.scalars(select(SignalTask.todo_id).where(SignalTask.signal_id == signal.id)).all())


def tasks_of(actor: Actor, signal: Signal) -> Sequence[Todo]:
    """Return the tasks of a signal that the reader may see."""
    query = select(Todo).join(SignalTask, SignalTask.todo_id == Todo.id)
    return db.session.scalars(query.where(SignalTask.signal_id == signal.id, visible_to(actor)).order_by(Todo.id)).all()


def signal_of(actor: Actor, todo: Todo) -> Signal | None:
    """Return the signal that a task came from, or None: a task of another kind, or a company that the reader may not know of."""
    query = select(Signal).join(Signal.company).join(SignalTask, SignalTask.signal_id == Signal.id)
    query = query.where(SignalTask.todo_id == todo.id, companies.visible_to(actor))
    return db.session.scalar(query.options(contains_eager(Signal.company)))


def _title(signal: Signal) -> str:
    with force_locale("zh_Hans_CN"):
        ask = _("核实风险：%(title)s", title=signal.title)
        return ask if signal.kind in RISKS else _("跟进动向：%(title)s", title=signal.title)


def _words(signal: Signal) -> str:
    with force_locale("zh_Hans_CN"):
        return _(
            "%(firm)s，%(kind)s，%(day)s。来源：%(source)s",
            firm=signal.company.name,
            kind=KIND[signal.kind],
            day=signal.on.isoformat(),
            source=signal.source,
        )
