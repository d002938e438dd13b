"""Checks of promises: who answers for the project has a task and a notice before the day and after it; a check ends the task."""

from datetime import date, timedelta

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select

from crm.accounts import queries as accounts
from crm.accounts.models import User
from crm.audit import service as audit
from crm.core.errors import NotFound
from crm.core.permissions import Role
from crm.kit import clock, db, jobs
from crm.kit.access import Actor
from crm.notices.service import notify
from crm.projects import checks, funds
from crm.projects.models import Project, ProjectPromise
from crm.todos import queries
from crm.todos.models import Todo
from crm.todos.service import TodoInput, assign_todo
from crm.todos.subjects import About, sees

BEFORE = timedelta(days=14)
JOB = "todos.checks"


def remind() -> int:
    """Remind of the checks that come within ``BEFORE`` or are past; the work of the job. Returns how many were reminded of."""
    return sum(_reminded(promise_id) for promise_id in checks.to_remind(clock.today() + BEFORE))


@db.transactional
def _reminded(promise_id: int) -> bool:
    """Once before the day, once after it, then once a month: the task is set the first time, the unit's head hears when it is late."""
    promise = checks.find_waiting(promise_id)
    if promise is None or promise.due_on is None:
        return False
    today = clock.today()
    late = promise.due_on < today
    period = f"{promise.due_on}.{today:%Y-%m}" if late else f"{promise.due_on}"
    if not jobs.run_once(JOB, period, promise.public_id):
        return False
    heads = [user for user in accounts.users_with(Role.MANAGER, promise.project.org_id) if _sees(user, promise.project)]
    owner = promise.project.owner
    owner = owner if owner is not None and owner.active and _sees(owner, promise.project) else next(iter(heads), None)
    if owner is None:
        return False
    _set(promise, owner, today)
    people = [owner.id, *(user.id for user in heads if late)]
    notify(
        people,
        "project.check",
        "promise",
        promise.public_id,
        text=_text(promise, late),
        url=_url(promise),
        period=period,
    )
    return True


@db.transactional
def follow(actor: Actor, promise: ProjectPromise) -> None:
    """A check ends the open task, another day moves it. Joined to the hook of the projects room."""
    query = select(Todo).where(Todo.promise_id == promise.id, queries.OPEN).with_for_update()
    rows = db.session.scalars(query).all()
    if not rows:
        return
    waits = checks.still_waits(promise)
    for row in rows:
        if waits and promise.due_on is not None and row.due_on != max(promise.due_on, clock.today()):
            was, row.due_on = row.due_on, max(promise.due_on, clock.today())
            row.version += 1
            audit.record(actor, "todo.changed", row, org_id=row.org_id, due_on=(was, row.due_on))
        elif not waits:
            row.done_at = clock.now()
            row.result = _result(promise)
            row.version += 1
            audit.record(actor, "todo.done", row, org_id=row.org_id, result=row.result)


def _set(promise: ProjectPromise, owner: User, today: date) -> None:
    """Set the task, unless there is one that nobody took back."""
    there = select(Todo.id).where(Todo.promise_id == promise.id, queries.OPEN).limit(1)
    assert promise.due_on is not None
    if db.session.scalar(there) is not None:
        return
    with force_locale("zh_Hans_CN"):
        title = _("核验承诺：%(what)s", what=funds.PROMISE[promise.kind][0])
        words = _("承诺值 %(value)s %(unit)s，核验日 %(day)s。", **_facts(promise))
    row = assign_todo(
        owner,
        About(project=promise.project),
        TodoInput(title, max(promise.due_on, today), words),
        is_sample=promise.project.is_sample,
    )
    if row is not None:
        row.promise_id = promise.id


def _facts(promise: ProjectPromise) -> dict[str, object]:
    value = f"{promise.promised.normalize():,f}" if promise.promised is not None else ""
    return {"value": value, "unit": funds.PROMISE[promise.kind][1], "day": promise.due_on}


def _text(promise: ProjectPromise, late: bool) -> str:
    with force_locale("zh_Hans_CN"):
        words = {"title": promise.project.title, "what": funds.PROMISE[promise.kind][0], **_facts(promise)}
        if late:
            return _("%(title)s承诺的%(what)s %(value)s %(unit)s 已过核验日 %(day)s，还没有人核验。", **words)
        return _("%(title)s承诺的%(what)s %(value)s %(unit)s 将于 %(day)s 核验，请提前取数。", **words)


def _result(promise: ProjectPromise) -> str:
    with force_locale("zh_Hans_CN"):
        if promise.result is None or promise.result_on is None:
            return _("不再核验")
        value = f"{promise.result.normalize():,f}"
        unit = funds.PROMISE[promise.kind][1]
        return _("已核验：%(value)s %(unit)s（%(day)s）", value=value, unit=unit, day=promise.result_on)


def _url(promise: ProjectPromise) -> str:
    return f"/projects/{promise.project.public_id}/promises/{promise.public_id}"


def _sees(user: User, project: Project) -> bool:
    try:
        return sees(accounts.actor_of(user.id), About(project=project))
    except NotFound:
        return False
