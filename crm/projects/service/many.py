"""One change to all projects that a filter leaves: looked at first, done in one transaction, and taken back as a whole. Never the stage."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from crm.accounts import queries as accounts
from crm.accounts.models import BulkChange, User
from crm.audit import service as audit
from crm.core.errors import Conflict, Invalid, NotFound
from crm.core.permissions import Permission
from crm.core.stages import Stage
from crm.kit import clock, db
from crm.kit.access import Actor, authorize
from crm.projects import lights, listing
from crm.projects.models import Project
from crm.projects.queries import visible_to
from crm.projects.service.access import is_own

LIMIT = 1_000
DAYS = ("planned_sign_on", "planned_start_on", "planned_production_on")


@dataclass(frozen=True)
class ManyInput:
    """What is to be the same in all of them; what is empty stays as it is. People by public id."""

    owner: str = ""
    deputy: str = ""
    planned_sign_on: date | None = None
    planned_start_on: date | None = None
    planned_production_on: date | None = None


@dataclass(frozen=True)
class Preview:
    """What would happen: the rows that change, how many are so already, those that cannot be changed, with the reason.

    ``mark`` stands for exactly these rows in exactly this state.
    """

    ready: list[tuple[Project, dict[str, Any]]]
    same: int
    refused: list[tuple[Project, str]]
    mark: str


def look_at_many(actor: Actor, wanted: listing.ProjectFilter, data: ManyInput) -> Preview:
    """Return what the change would do to all rows of the filter. Raises Invalid when nothing or too much is asked."""
    authorize(actor, Permission.PROJECT_WRITE)
    if all(not getattr(data, one.name) for one in fields(data)):
        raise Invalid(_("请至少填一项要改的内容。"))
    rows = listing.rows_of(actor, wanted, LIMIT + 1)
    if len(rows) > LIMIT:
        raise Invalid(_("一次最多改 %(n)s 个项目，请先缩小筛选。", n=LIMIT))
    people = {name: _person(getattr(data, name), name) for name in ("owner", "deputy") if getattr(data, name)}
    units = {user.id: accounts.unit_id_of(user.org_id) for user in people.values()}
    new: dict[str, Any] = {f"{name}_id": user.id for name, user in people.items()}
    new |= {name: getattr(data, name) for name in DAYS if getattr(data, name)}
    ready, refused, same = [], [], 0
    for row in rows:
        strangers = [user.name for user in people.values() if units[user.id] != row.org_id]
        changes = {name: value for name, value in new.items() if getattr(row, name) != value}
        if not is_own(actor, row):
            refused.append((row, _("由其他单位负责，只能由该单位或市中心修改")))
        elif row.stage is Stage.CLOSED:
            refused.append((row, _("已终止，请先恢复")))
        elif strangers:
            refused.append((row, _("%(name)s不是该项目单位的人", name="、".join(strangers))))
        elif changes:
            ready.append((row, changes))
        else:
            same += 1
    state = ",".join(f"{row.id}:{row.version}" for row, _changes in sorted(ready, key=lambda pair: pair[0].id))
    return Preview(ready, same, refused, hashlib.sha256(f"{new}{state}".encode()).hexdigest()[:32])


@db.transactional
def change_many(actor: Actor, wanted: listing.ProjectFilter, data: ManyInput, mark: str) -> BulkChange:
    """Do what was looked at, in one transaction. Raises Conflict when a row came, went or changed since then."""
    seen = look_at_many(actor, wanted, data)
    if seen.mark != mark:
        raise Conflict(_("预览之后内容或清单有变化，还没有改动。请核对下面的新预览。"))
    if not seen.ready:
        raise Invalid(_("没有可以修改的项目。"))
    kept = []
    for row, changes in seen.ready:
        old = {name: getattr(row, name) for name in changes}
        _put(actor, row, changes)
        kept.append([row.id, row.version, {name: _plain(value) for name, value in old.items()}])
    db.session.flush()
    lights.recompute_many([row for row, _changes in seen.ready])
    change = BulkChange(
        public_id=db.new_public_id(),
        by_id=actor.user_id,
        page="projects",
        words="、".join(sorted({name for _row, changes in seen.ready for name in changes})),
        rows=kept,
        at=clock.now(),
    )
    db.session.add(change)
    db.session.flush()
    audit.record(actor, "project.many_changed", ("projects", None, ""), rows=len(kept))
    return change


def get_change(actor: Actor, public_id: str) -> BulkChange:
    """Return a change of many that this person made. Raises NotFound."""
    query = select(BulkChange).where(BulkChange.public_id == public_id, BulkChange.by_id == actor.user_id)
    row = db.session.scalar(query.where(BulkChange.page == "projects"))
    if row is None:
        raise NotFound
    return row


@db.transactional
def undo_many(actor: Actor, change: BulkChange) -> tuple[int, list[Project]]:
    """Give the rows their former values back. Returns how many, and those left alone because somebody changed them since."""
    authorize(actor, Permission.PROJECT_WRITE)
    change = db.session.get_one(BulkChange, change.id, populate_existing=True, with_for_update=True)
    if change.undone_at is not None:
        raise Conflict(_("这次批量修改已经撤销过了。"))
    kept = {number: (version, old) for number, version, old in change.rows}
    query = select(Project).where(Project.id.in_(kept), visible_to(actor)).with_for_update(of=Project)
    rows = db.session.scalars(query.execution_options(populate_existing=True)).all()
    back: list[Project] = []
    for row in rows:
        version, old = kept[row.id]
        if row.version == version and is_own(actor, row):
            _put(actor, row, {name: _read(name, value) for name, value in old.items()})
            back.append(row)
    db.session.flush()
    lights.recompute_many(back)
    change.undone_at = clock.now()
    audit.record(actor, "project.many_undone", ("projects", None, ""), rows=len(back))
    return len(back), [row for row in rows if row not in back]


def rows_of_change(actor: Actor, change: BulkChange) -> Sequence[Project]:
    """Return the projects of a change that this person may see still, at most 200."""
    numbers = [number for number, _version, _old in change.rows]
    query = select(Project).where(Project.id.in_(numbers), visible_to(actor))
    return db.session.scalars(query.order_by(Project.title, Project.id).limit(200)).all()


def _put(actor: Actor, row: Project, changes: dict[str, Any]) -> None:
    pairs = {name: (getattr(row, name), value) for name, value in changes.items()}
    for name, value in changes.items():
        setattr(row, name, value)
    row.version += 1
    row.updated_at = clock.now()
    audit.record(actor, "project.changed", row, org_id=row.org_id, **pairs)


def _person(public_id: str, field: str) -> User:
    user = db.session.scalar(select(User).where(User.public_id == public_id, User.active))
    if user is None:
        raise Invalid(_("请从本单位在岗人员里选。"), field=field)
    return user


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _read(name: str, value: Any) -> Any:
    return date.fromisoformat(value) if value and name in DAYS else value
