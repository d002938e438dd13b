"""Writing tasks: set, change or hand to a colleague, done, taken back, opened again; and the job that tells of late ones."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select

from crm.accounts import queries as accounts
from crm.accounts.models import User
from crm.audit import service as audit
from crm.core.errors import Conflict, Forbidden, Invalid, NotFound
from crm.core.permissions import Permission, Role
from crm.core.stages import Stage
from crm.kit import clock, db, jobs, once
from crm.kit.access import Actor, authorize
from crm.leads.models import Lead, LeadStatus
from crm.notices.service import notify
from crm.todos import queries, subjects
from crm.todos.models import Todo, TodoState
from crm.todos.subjects import About

FAR = timedelta(days=730)
LIVING = (LeadStatus.FOLLOWING, LeadStatus.FILED)


@dataclass(frozen=True)
class TodoInput:
    """What a person writes about a task. Without an owner it is the person's own."""

    title: str
    due_on: date | None
    words: str = ""
    owner_public_id: str = ""


def leads_it(actor: Actor, row: Todo) -> bool:
    """Say whether the person answers for the unit of the task: its manager, or the centre."""
    return actor.is_center or (Role.MANAGER in actor.roles and row.org_id in subjects.units_of(actor))


def may_finish(actor: Actor, row: Todo) -> bool:
    """Say whether the person may report the task done or open it again: its owner, who set it, who answers for the unit."""
    return actor.user_id in (row.owner_id, row.by_id) or leads_it(actor, row)


def may_change(actor: Actor, row: Todo) -> bool:
    """Say whether the person may change, hand on or take back the task: who set it, and who answers for the unit."""
    return actor.user_id == row.by_id or leads_it(actor, row)


@db.transactional
def set_todo(actor: Actor, about: About, data: TodoInput, *, key: str | None = None) -> Todo:
    """Set a task on a matter, or a free one. Raises Invalid with its field, Conflict on a closed matter, once.Repeated."""
    authorize(actor, Permission.LEAD_WRITE)
    if not subjects.sees(actor, about):
        raise NotFound
    _alive(about)
    row = Todo(
        public_id=db.new_public_id(),
        by_id=actor.user_id,
        created_at=clock.now(),
        version=1,
        is_sample=bool(getattr(about.root, "is_sample", False)),
        **{f"{about.kind}_id": about.root.id for _one in [1] if about.kind},
    )
    _fill(actor, row, about, data)
    db.session.add(row)
    once.remember(actor, key, row.public_id, "todo")
    db.session.flush()
    audit.record(actor, "todo.set", row, org_id=row.org_id, title=row.title, due_on=row.due_on, owner=row.owner.name)
    if row.owner_id != actor.user_id:
        words = {"who": actor.name, "title": row.title, "day": row.due_on}
        _tell(row, [row.owner_id], "todo.set", _("%(who)s 交给您一件待办：%(title)s，%(day)s 前办结。", **words))
    return row


@db.transactional
def assign_todo(
    owner: User, about: About, data: TodoInput, *, by: Actor | None = None, is_sample: bool = False
) -> Todo | None:
    """Set a task for who is in charge, whatever the unit: the acts that know who that is call it, behind their own permission.

    Without ``by`` it is as if the owner had set it: nobody learns whose act it came from. None when the owner may not
    see what it is about, or it is closed. Raises Invalid.
    """
    try:
        if not subjects.sees(accounts.actor_of(owner.id), about):
            return None
        _alive(about)
    except (NotFound, Conflict):
        return None
    row = Todo(public_id=db.new_public_id(), created_at=clock.now(), version=1, is_sample=is_sample)
    row.by_id = by.user_id if by else owner.id
    for name in [f"{about.kind}_id"] if about.kind else []:
        setattr(row, name, about.root.id)
    row.title, row.words, row.due_on = data.title.strip()[:120], data.words.strip()[:400], _day(data.due_on)
    row.owner, row.org_id = owner, subjects.unit_of(owner)
    db.session.add(row)
    db.session.flush()
    actor = by or Actor.system()
    audit.record(actor, "todo.set", row, org_id=row.org_id, title=row.title, due_on=row.due_on, owner=owner.name)
    if by is not None and by.user_id != owner.id:
        words = {"who": by.name, "title": row.title, "day": row.due_on}
        _tell(row, [owner.id], "todo.set", _("%(who)s 交给您一件待办：%(title)s，%(day)s 前办结。", **words))
    return row


@db.transactional
def edit_todo(actor: Actor, row: Todo, data: TodoInput, version: int | str) -> Todo:
    """Change an open task or hand it to a colleague. Raises Stale, Invalid, Conflict, Forbidden."""
    row = _own(actor, row, may_change(actor, row))
    if row.state is not TodoState.OPEN:
        raise Conflict(_("这件待办已经了结，请先重新打开再修改。"))
    db.check_version(row, version)
    old = {name: getattr(row, name) for name in ("title", "words", "due_on")}
    former, name = row.owner_id, row.owner.name
    _fill(actor, row, About.of(row), data, kept=former)
    changes = {one: (value, getattr(row, one)) for one, value in old.items() if value != getattr(row, one)}
    if row.owner_id == former:
        audit.record(actor, "todo.changed", row, org_id=row.org_id, **changes)
        return row
    audit.record(actor, "todo.reassigned", row, org_id=row.org_id, owner=(name, row.owner.name), **changes)
    words = {"who": actor.name, "title": row.title, "day": row.due_on, "name": row.owner.name}
    if row.owner_id != actor.user_id:
        _tell(row, [row.owner_id], "todo.set", _("%(who)s 交给您一件待办：%(title)s，%(day)s 前办结。", **words))
    if former != actor.user_id:
        _tell(row, [former], "todo.taken", _("%(who)s 把待办“%(title)s”改由%(name)s办理。", **words))
    return row


@db.transactional
def finish_todo(actor: Actor, row: Todo, result: str) -> Todo:
    """Report a task done, in a sentence; again changes nothing. Raises Invalid, Conflict, Forbidden."""
    row = _own(actor, row, may_finish(actor, row))
    if row.state is TodoState.DONE:
        return row
    if row.state is TodoState.WITHDRAWN:
        raise Conflict(_("这件待办已经撤回，请先重新打开。"))
    if len(result.strip()) < 2:
        raise Invalid(_("请写一句办理结果，例如“已寄出样品清单”。"), field="result")
    row.done_at, row.result = clock.now(), result.strip()[:200]
    row.version += 1
    audit.record(actor, "todo.done", row, org_id=row.org_id, result=row.result)
    people = [one for one in (row.by_id, row.owner_id) if one != actor.user_id]
    words = {"who": actor.name, "title": row.title, "result": row.result}
    _tell(row, people, "todo.done", _("%(who)s 办结了“%(title)s”：%(result)s", **words))
    return row


@db.transactional
def withdraw_todo(actor: Actor, row: Todo) -> Todo:
    """Take an open task back; it stays readable and may be opened again. Raises Conflict, Forbidden."""
    row = _own(actor, row, may_change(actor, row))
    if row.state is TodoState.WITHDRAWN:
        return row
    if row.state is TodoState.DONE:
        raise Conflict(_("这件待办已经办结，不能撤回；有误请重新打开。"))
    row.withdrawn_at = clock.now()
    row.version += 1
    audit.record(actor, "todo.withdrawn", row, org_id=row.org_id)
    if row.owner_id != actor.user_id:
        words = {"who": actor.name, "title": row.title}
        _tell(row, [row.owner_id], "todo.withdrawn", _("%(who)s 撤回了待办“%(title)s”，不用办了。", **words))
    return row


@db.transactional
def reopen_todo(actor: Actor, row: Todo, due_on: date | None) -> Todo:
    """Open a task again that was done or taken back, with a new day. Raises Invalid, Conflict, Forbidden."""
    withdrawn = row.state is TodoState.WITHDRAWN
    row = _own(actor, row, may_change(actor, row) if withdrawn else may_finish(actor, row))
    if row.state is TodoState.OPEN:
        raise Conflict(_("这件待办还没有了结，不需要重新打开。"))
    _alive(About.of(row))
    row.due_on = _day(due_on)
    row.done_at = row.withdrawn_at = None
    row.version += 1
    audit.record(actor, "todo.reopened", row, org_id=row.org_id, due_on=row.due_on)
    if row.owner_id != actor.user_id:
        words = {"who": actor.name, "title": row.title, "day": row.due_on}
        _tell(row, [row.owner_id], "todo.set", _("%(who)s 重新打开待办：%(title)s，%(day)s 前办结。", **words))
    return row


@db.transactional
def drop_todos(actor: Actor, lead: Lead) -> None:
    """Nothing waits on a lead that was closed. Joined to the hook of the leads room."""
    rows = db.session.scalars(select(Todo).where(Todo.lead_id == lead.id, queries.OPEN).with_for_update()).all()
    for row in rows:
        row.withdrawn_at = clock.now()
        row.version += 1
        audit.record(actor, "todo.withdrawn", row, org_id=row.org_id)


@db.transactional
def drop(ids: Collection[int]) -> None:
    """Take open tasks back whose ground fell away; the rooms that set them call it."""
    for row in db.session.scalars(select(Todo).where(Todo.id.in_(ids), queries.OPEN).with_for_update()).all():
        row.withdrawn_at = clock.now()
        row.version += 1
        audit.record(Actor.system(), "todo.withdrawn", row, org_id=row.org_id)


def tell_late() -> int:
    """Tell the owners of tasks that are overdue, and who set them; once for each day a task was due. The work of the job."""
    today, told = clock.today(), 0
    late = select(Todo.id).where(queries.OPEN, Todo.due_on < today)
    for number in db.session.scalars(late.order_by(Todo.id)).all():
        told += _told_late(number, today)
    return told


@db.transactional
def _told_late(number: int, today: date) -> bool:
    query = select(Todo).where(Todo.id == number, queries.OPEN, Todo.due_on < today).with_for_update(of=Todo)
    row = db.session.scalar(query.execution_options(populate_existing=True))
    if row is None or not jobs.run_once("todos.late", str(row.due_on), row.public_id):
        return False
    people = [one for one in dict.fromkeys((row.owner_id, row.by_id)) if _may_read(one, row)]
    with force_locale("zh_Hans_CN"):
        text = _("待办“%(title)s”已超期，原定 %(day)s 办结。", title=row.title, day=row.due_on)
    notify(people, "todo.late", "todo", row.public_id, text=text, url=_url(row), period=str(row.due_on))
    return True


def _may_read(user_id: int, row: Todo) -> bool:
    try:
        actor = accounts.actor_of(user_id)
    except NotFound:
        return False
    return db.session.scalar(select(Todo.id).where(Todo.id == row.id, queries.visible_to(actor))) is not None


def _fill(actor: Actor, row: Todo, about: About, data: TodoInput, *, kept: int | None = None) -> None:
    if len(data.title.strip()) < 2:
        raise Invalid(_("请用一句话写明要办的事。"), field="title")
    owner = _owner(actor, about, data.owner_public_id, kept)
    row.title, row.words = data.title.strip()[:120], data.words.strip()[:400]
    if row.due_on is None or data.due_on != row.due_on:  # an overdue task may be mended otherwise without a new day
        row.due_on = _day(data.due_on)
    row.owner_id, row.owner, row.org_id = owner.id, owner, subjects.unit_of(owner)


def _day(day: date | None) -> date:
    if day is None:
        raise Invalid(_("请填写办理期限。"), field="due_on")
    if not clock.today() <= day <= clock.today() + FAR:
        raise Invalid(_("办理期限应在今天以后两年之内。"), field="due_on")
    return day


def _owner(actor: Actor, about: About, public_id: str, kept: int | None) -> User:
    """Who is to do it: a person of the unit who may see what it is about; an unchanged owner is not asked again."""
    if not public_id and kept is not None:
        return db.session.get_one(User, kept)
    wanted = public_id or actor.public_id
    people: Sequence[User] = subjects.takers(actor, about)
    owner = next((user for user in people if user.public_id == wanted), None)
    if owner is None and kept is not None:
        owner = db.session.scalar(select(User).where(User.id == kept, User.public_id == wanted))
    if owner is None:
        raise Invalid(_("请从本单位在岗人员里选。"), field="owner")
    if about.kind and owner.id not in (kept, actor.user_id) and not subjects.sees(accounts.actor_of(owner.id), about):
        raise Invalid(_("%(name)s看不到这件事所属的线索、项目或企业，请换人。", name=owner.name), field="owner")
    return owner


def _alive(about: About) -> None:
    if about.lead is not None and about.lead.status not in LIVING:
        raise Conflict(_("这条线索不在跟进中，请先恢复跟进，或到项目里建待办。"))
    if about.project is not None and about.project.stage is Stage.CLOSED:
        raise Conflict(_("这个项目已终止，请先恢复。"))


def _own(actor: Actor, row: Todo, may: bool) -> Todo:
    """Return the task as it is now, locked. Raises NotFound when it is not this actor's to see, Forbidden when not to change."""
    authorize(actor, Permission.LEAD_WRITE)
    query = select(Todo).where(Todo.id == row.id, queries.visible_to(actor)).with_for_update(of=Todo)
    found = db.session.scalar(query.execution_options(populate_existing=True))
    if found is None:
        raise NotFound(_("没有找到这件待办，或您无权查看。"))
    if not may:
        raise Forbidden(_("这件待办由其他同事办理，只能由交办人、单位负责人或市中心修改。"))
    return found


def _tell(row: Todo, people: list[int], kind: str, text: str) -> None:
    notify(people, kind, "todo", row.public_id, text=text, url=_url(row), period=str(row.version))


def _url(row: Todo) -> str:
    return f"/todos/{row.public_id}"
