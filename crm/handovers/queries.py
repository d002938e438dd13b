"""Reading hand-overs: what a person holds, what one hand-over moved, who has how much."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, literal, or_, select, true, union_all
from sqlalchemy.orm import joinedload, selectinload

from crm.accounts import queries as accounts
from crm.accounts.models import Org, User
from crm.core.errors import NotFound
from crm.core.permissions import Permission
from crm.handovers.kinds import KINDS, Kind, by_table
from crm.handovers.kinds import rows_of as kinds_of_work
from crm.handovers.models import Handover, HandoverRow
from crm.kit import db
from crm.kit.access import Actor
from crm.kit.web import Page
from crm.todos.subjects import people_of, units_of

PAGE_SIZE = 20


@dataclass(frozen=True)
class Line:
    """One row of a person's work, as the page of a hand-over shows it."""

    kind: Kind
    row: Any
    to: User | None = None
    back: bool = False

    @property
    def key(self) -> str:
        """How a form names the row."""
        return f"{self.kind.key}:{self.row.public_id}"

    @property
    def title(self) -> str:
        """The row as a person reads it."""
        return self.kind.title(self.row)

    @property
    def url(self) -> str:
        """Its page."""
        return self.kind.url(self.row)

    @property
    def day(self) -> date | None:
        """Its next day."""
        return self.kind.day(self.row)  # type: ignore[no-any-return]


@dataclass
class Holding:
    """How much open work a person of a unit holds, by kind."""

    person: User
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """All kinds together."""
        return sum(self.counts.values())


def reachable(actor: Actor) -> ColumnElement[bool]:
    """The units whose work this actor may hand over: a manager's own subtree, every unit for the centre."""
    return true() if actor.is_center else Org.id.in_(units_of(actor))


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """The hand-overs this actor may read: of the units one answers for, and those one gave or took part in."""
    took = Handover.id.in_(select(HandoverRow.handover_id).where(HandoverRow.to_id == actor.user_id))
    mine = or_(Handover.from_id == actor.user_id, took)
    if actor.can(Permission.LEAD_TRIAGE):
        return true() if actor.is_center else or_(mine, Handover.org_id.in_(units_of(actor)))
    return mine


def get_unit(actor: Actor, public_id: str) -> Org:
    """Return a unit whose work may be handed over; the own one without a name. Raises NotFound."""
    wanted = Org.public_id == public_id if public_id else Org.id == actor.org_id
    org = db.session.scalar(select(Org).where(wanted, reachable(actor)))
    if org is None:
        raise NotFound
    return org


def holdings_of(actor: Actor, org: Org) -> list[Holding]:
    """Return who holds how much open work of a unit: its people, and former ones who still hold some, the most first."""
    parts = []
    for kind in KINDS.values():
        query = kind.seen(actor).with_only_columns(literal(kind.key).label("kind"), kind.holder.label("person"))
        parts.append(query.options().where(kind.open, kind.org_id == org.id, kind.holder.is_not(None)).order_by(None))
    every = union_all(*parts).subquery()
    counted = select(every.c.kind, every.c.person, func.count()).group_by(every.c.kind, every.c.person)
    found: dict[int, dict[str, int]] = {}
    for kind_key, person_id, count in db.session.execute(counted):
        found.setdefault(person_id, {})[kind_key] = count
    people = {user.id: user for user in people_of({org.id})}
    left = [number for number in found if number not in people]
    if left:
        people |= {user.id: user for user in db.session.scalars(select(User).where(User.id.in_(left)))}
    lines = [Holding(user, found.get(number, {})) for number, user in people.items()]
    return sorted(lines, key=lambda line: (line.person.active, -line.total, line.person.name))


def lines_of(actor: Actor, org: Org, person: User) -> list[Line]:
    """Return all open work of a person in a unit, kind by kind."""
    return [Line(kind, row) for kind, row in kinds_of_work(actor, org.id, person.id)]


def takers_of(org: Org, person: User, team: Sequence[User] | None = None) -> Sequence[User]:
    """Return who of the unit may take a person's work over; ``team`` are its people, if they were read already."""
    return [user for user in (people_of({org.id}) if team is None else team) if user.id != person.id]


def page_of_handovers(actor: Actor, number: int) -> Page:
    """Return one page of visible hand-overs, the newest first."""
    total = db.session.scalar(select(func.count()).select_from(Handover).where(visible_to(actor))) or 0
    loads = (joinedload(Handover.giver), joinedload(Handover.by), joinedload(Handover.org), selectinload(Handover.rows))
    query = select(Handover).where(visible_to(actor)).order_by(Handover.at.desc(), Handover.id.desc())
    rows = db.session.scalars(query.options(*loads).limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)).all()
    return Page(list(rows), number, PAGE_SIZE, total)


def get_handover(actor: Actor, public_id: str) -> Handover:
    """Return a hand-over with its people. Raises NotFound."""
    loads = (joinedload(Handover.giver), joinedload(Handover.by), joinedload(Handover.org))
    taken = selectinload(Handover.rows).joinedload(HandoverRow.to)
    row = db.session.scalar(
        select(Handover).where(Handover.public_id == public_id, visible_to(actor)).options(*loads, taken)
    )
    if row is None:
        raise NotFound("没有找到这次移交，或您无权查看。")
    return row


def rows_of(actor: Actor, handover: Handover) -> list[Line]:
    """Return what a hand-over moved, of what this actor may see; who only took over sees the own rows."""
    wide = may_undo(actor, handover) or handover.from_id == actor.user_id
    found: list[Line] = []
    seen = [one for one in handover.rows if wide or one.to_id == actor.user_id]
    for kinds in by_table():
        numbers = [one.row_id for one in seen if one.kind in {kind.key for kind in kinds}]
        rows = kinds[0].by_number(actor, numbers) if numbers else {}
        for kind in kinds:
            moved = [one for one in seen if one.kind == kind.key and one.row_id in rows]
            found += [Line(kind, rows[one.row_id], one.to, one.back) for one in moved]
    return found


def may_undo(actor: Actor, handover: Handover) -> bool:
    """Say whether the person answers for the unit of a hand-over."""
    return actor.can(Permission.LEAD_TRIAGE) and (actor.is_center or handover.org_id in units_of(actor))


def team_of(org: Org) -> Sequence[User]:
    """Return the active people who work leads and projects in a unit and its outposts."""
    return people_of({org.id})


def get_giver(actor: Actor, org: Org, public_id: str, team: Sequence[User]) -> User:
    """Return a person of the unit's ``team``, or one who did work for it and still holds work of it. Raises NotFound."""
    for user in team:
        if user.public_id == public_id:
            return user
    person = db.session.scalar(select(User).where(User.public_id == public_id))
    if person is None or (accounts.unit_id_of(person.org_id) != org.id and not lines_of(actor, org, person)):
        raise NotFound("没有找到这个人，或其手上没有本单位的工作。")
    return person
