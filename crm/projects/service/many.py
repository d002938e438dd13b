"""One change to all projects that a filter leaves: people and planned days, never the stage."""

from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from crm.accounts import many
from crm.accounts import queries as accounts
from crm.accounts.many import Kind, Preview
from crm.accounts.models import BulkChange, User
from crm.audit import service as audit
from crm.core.errors import Invalid
from crm.core.permissions import Permission
from crm.core.stages import Stage
from crm.kit import clock, db
from crm.kit.access import Actor, authorize
from crm.projects import lights, listing
from crm.projects.filters import ProjectFilter
from crm.projects.models import Project
from crm.projects.queries import visible_to
from crm.projects.service.access import is_own

DAYS = ("planned_sign_on", "planned_start_on", "planned_production_on")


@dataclass(frozen=True)
class ManyInput:
    """What is to be the same in all of them; what is empty stays as it is. People by public id."""

    owner: str = ""
    deputy: str = ""
    planned_sign_on: date | None = None
    planned_start_on: date | None = None
    planned_production_on: date | None = None


def _put(actor: Actor, row: Project, changes: dict[str, Any]) -> None:
    pairs = {name: (getattr(row, name), value) for name, value in changes.items()}
    for name, value in changes.items():
        setattr(row, name, value)
    row.version += 1
    row.updated_at = clock.now()
    audit.record(actor, "project.changed", row, org_id=row.org_id, **pairs)


def _read(name: str, value: Any) -> Any:
    return date.fromisoformat(value) if value and name in DAYS else value


KIND = Kind(
    page="projects",
    subject="project",
    model=Project,
    permission=Permission.PROJECT_WRITE,
    visible_to=visible_to,
    is_own=is_own,
    put=_put,
    title=lambda row: row.title,
    read=_read,
    settle=lights.recompute_many,
)


def look_at_many(actor: Actor, wanted: ProjectFilter, data: ManyInput) -> Preview[Project]:
    """Return what the change would do to all rows of the filter. Raises Invalid when nothing or too much is asked."""
    authorize(actor, Permission.PROJECT_WRITE)
    if all(not getattr(data, one.name) for one in fields(data)):
        raise Invalid(_("请至少填一项要改的内容。"))
    rows = listing.rows_of(actor, wanted, KIND.limit + 1)
    many.check_limit(KIND, rows)
    people = {name: _person(getattr(data, name), name) for name in ("owner", "deputy") if getattr(data, name)}
    units = {user.id: accounts.unit_id_of(user.org_id) for user in people.values()}
    new: dict[str, Any] = {f"{name}_id": user.id for name, user in people.items()}
    new |= {name: getattr(data, name) for name in DAYS if getattr(data, name)}

    def refusal(row: Project) -> str:
        if not is_own(actor, row):
            return _("由其他单位负责，只能由该单位或市中心修改")
        if row.stage is Stage.CLOSED:
            return _("已终止，请先恢复")
        strangers = [user.name for user in people.values() if units[user.id] != row.org_id]
        return _("%(name)s不是该项目单位的人", name="、".join(strangers)) if strangers else ""

    def changes_of(row: Project) -> dict[str, Any]:
        return {name: value for name, value in new.items() if getattr(row, name) != value}

    return many.preview(rows, changes_of, refusal, new)


@db.transactional
def change_many(actor: Actor, wanted: ProjectFilter, data: ManyInput, mark: str) -> BulkChange:
    """Do what was looked at. Raises Conflict when a row came, went or changed since then."""
    return many.carry_out(actor, KIND, look_at_many(actor, wanted, data), mark)


def _person(public_id: str, field: str) -> User:
    user = db.session.scalar(select(User).where(User.public_id == public_id, User.active))
    if user is None:
        raise Invalid(_("请从本单位在岗人员里选。"), field=field)
    return user
