"""What is late, by unit: each reader sees the projects of the list, an officer those of the own unit alone."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import joinedload, load_only

from crm.accounts.models import Org, User
from crm.companies.models import Company
from crm.core.permissions import Role
from crm.core.stages import Stage
from crm.kit import db
from crm.kit.access import Actor
from crm.kit.web import Page
from crm.projects.models import Light, Project
from crm.projects.queries import visible_to

SHOWN = (Light.WARN, Light.BAD, Light.HOLD)
ROWS_A_PAGE = 50
EXPORT_LIMIT = 5_000

# What a row of the list shows, and no more.
_LOADS = (
    load_only(
        *(Project.public_id, Project.title, Project.company_text, Project.lead_official, Project.stage),
        *(Project.light, Project.light_reason, Project.light_on, Project.next_step, Project.next_on),
    ),
    joinedload(Project.org).load_only(Org.name),
    joinedload(Project.company).load_only(Company.name),
    joinedload(Project.owner).load_only(User.name),
)


@dataclass
class UnitLine:
    """A unit with how many of its projects show each colour."""

    public_id: str
    name: str
    counts: dict[Light, int] = field(default_factory=dict)


def _mine(actor: Actor) -> ColumnElement[bool]:
    """What a reader is answerable for: a unit that only assists is not late for another."""
    units = actor.subtree | {actor.org_id}
    wide = not actor.roles.isdisjoint({Role.MANAGER, Role.LEADER, Role.OFFICE})
    own = Project.org_id.in_(units) if wide else Project.org_id == actor.org_id
    late = and_(Project.light.in_(SHOWN), Project.stage != Stage.CLOSED)
    return late if actor.is_center else and_(late, own)


def unit_lines(actor: Actor) -> list[UnitLine]:
    """Return a line for each unit that has something late or paused, by name."""
    query = select(Project.org_id, Project.light, func.count()).where(visible_to(actor), _mine(actor))
    rows = db.session.execute(query.group_by(Project.org_id, Project.light)).all()
    orgs = select(Org.id, Org.public_id, Org.name).where(Org.id.in_({row[0] for row in rows})).order_by(Org.name)
    lines = {org_id: UnitLine(public_id, name) for org_id, public_id, name in db.session.execute(orgs)}
    for org_id, light, count in rows:
        lines[org_id].counts[light] = count
    return list(lines.values())


def page_of_rows(actor: Actor, unit: str, colour: Light | None, number: int) -> Page:
    """Return one page of the projects behind the figures, the longest late first, with the exact total."""
    ids = _ids(actor, unit, colour)
    total = db.session.scalar(select(func.count()).select_from(ids.subquery())) or 0
    rows = _read(actor, ids, (number - 1) * ROWS_A_PAGE, ROWS_A_PAGE)
    return Page(list(rows), number, ROWS_A_PAGE, total)


def rows_for_export(actor: Actor, unit: str, colour: Light | None) -> Sequence[Project]:
    """Return the projects behind the figures, all pages, up to the limit."""
    return _read(actor, _ids(actor, unit, colour), 0, EXPORT_LIMIT)


def _ids(actor: Actor, unit: str, colour: Light | None) -> Select[int]:
    ids = select(Project.id).where(visible_to(actor), _mine(actor))
    if unit:
        ids = ids.where(Project.org_id.in_(select(Org.id).where(Org.public_id == unit)))
    return ids if colour is None else ids.where(Project.light == colour)


def _read(actor: Actor, ids: Select[int], skipped: int, most: int) -> Sequence[Project]:
    """The order is found among ids, then the rows are read."""
    first = db.session.scalars(ids.order_by(Project.light_on, Project.id).offset(skipped).limit(most)).all()
    query = select(Project).where(visible_to(actor), Project.id.in_(first)).options(*_LOADS)
    return db.session.scalars(query.order_by(Project.light_on, Project.id)).all()
