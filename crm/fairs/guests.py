"""Reading guests of an event. ``visible_to`` is the one where-clause that every read of guests passes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, false, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from crm.accounts.models import Org
from crm.core.errors import NotFound
from crm.core.permissions import Permission
from crm.fairs.models import Edition, Fair, Guest, GuestState
from crm.fairs.queries import may_edit, own
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.kit.fields import one_line, public_id
from crm.kit.web import Page

PAGE_SIZE = 50
EXPORT_LIMIT = 3_000
STANDS = Guest.withdrawn_at.is_(None)
VIEWS = ("all", "planned", "invited", "accepted", "declined", "came", "absent", "withdrawn")
SORTS: dict[str, Any] = {
    "firm": Guest.company_text,
    "name": Guest.person_name,
    "state": Guest.state,
    "seat": Guest.seat,
    "added": Guest.id,
}


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """The guests this actor may know of: those of the own unit, of the units below for a head; the centre all."""
    if not actor.can(Permission.FAIR_WRITE):
        return false()
    return own(actor, Guest.org_id)


def may_change(actor: Actor, guest: Guest) -> bool:
    """Say whether the actor may change a visible guest: people of its unit and the centre."""
    return actor.can(Permission.FAIR_WRITE) and (actor.is_center or guest.org_id == actor.org_id)


def keeps_door(actor: Actor, guest: Guest) -> bool:
    """Say whether the actor may let in a guest who shows the code: the unit that invited, and the one that holds the event."""
    return may_change(actor, guest) or may_edit(actor, guest.edition)


@dataclass(frozen=True)
class GuestFilter:
    """What the list is narrowed to; unknown values narrow nothing.

    ``was``: what once happened, whatever came of it: asked, accepted or declined. The figures count so.
    """

    view: str = "all"
    text: str = ""
    unit: str = ""
    walk_in: bool = False
    was: str = ""
    sort: str = "firm"

    @classmethod
    def of(cls, args: Mapping[str, str]) -> "GuestFilter":
        """Return what an address asks for."""
        view, sort = args.get("view", ""), args.get("sort", "")
        return cls(
            view=view if view in VIEWS else "all",
            text=one_line(args.get("q", ""))[:60],
            unit=public_id(args.get("unit")),
            walk_in=args.get("walk_in") == "1",
            was=args.get("was", "") if args.get("was", "") in _WAS else "",
            sort=sort if sort.removeprefix("-") in SORTS else "firm",
        )


def page_of_guests(actor: Actor, edition: Edition, wanted: GuestFilter, number: int) -> Page:
    """Return one page of the visible guests of an event."""
    where = _where(edition, wanted)
    count = select(func.count(Guest.id)).join(Guest.org)
    total = db.session.scalar(count.where(visible_to(actor), *where)) or 0
    query = _sorted(_guests(actor, where), wanted.sort).limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)
    return Page(list(db.session.scalars(query)), number, PAGE_SIZE, total)


def rows_for_export(actor: Actor, edition: Edition, wanted: GuestFilter) -> Sequence[Guest]:
    """Return the rows of the list, all pages, up to the limit."""
    query = _sorted(_guests(actor, _where(edition, wanted)), wanted.sort)
    return db.session.scalars(query.limit(EXPORT_LIMIT)).all()


def get_guest(actor: Actor, number: str) -> Guest:
    """Return a guest, also one taken off. Raises NotFound."""
    row = db.session.scalar(_guests(actor, [Guest.public_id == number]))
    if row is None:
        raise NotFound("没有找到这位嘉宾，或您无权查看。")
    return row


def picked(actor: Actor, edition: Edition, numbers: Sequence[str]) -> Sequence[Guest]:
    """Return the visible guests with these public ids that stand on the list."""
    found = [one for one in map(public_id, numbers) if one][:EXPORT_LIMIT]
    where = [Guest.edition_id == edition.id, Guest.public_id.in_(found), STANDS]
    query = _guests(actor, where).order_by(Guest.id)
    return db.session.scalars(query).all() if found else ()


def by_token(token: str) -> Guest | None:
    """Return the guest who carries a code, while the invitation stands and the event is not long over."""
    query = select(Guest).join(Guest.edition).join(Edition.fair)
    query = query.options(contains_eager(Guest.edition).contains_eager(Edition.fair), joinedload(Guest.org))
    return db.session.scalar(query.where(Guest.token == token, STANDS))


def same_guest(edition: Edition, org_id: int, *, mobile_hmac: str, company_text: str, name: str) -> Guest | None:
    """Return who of a unit's guests somebody is: the same number, or the same name of the same firm."""
    same = [and_(Guest.company_text == company_text, Guest.person_name == name)] if name else []
    if mobile_hmac:
        same.append(and_(Guest.mobile_hmac == mobile_hmac, Guest.person_name == name))
    if not same:
        return None
    query = select(Guest).where(Guest.edition_id == edition.id, Guest.org_id == org_id, STANDS)
    return db.session.scalar(query.where(or_(*same)).order_by(Guest.id).limit(1))


def at_the_door(actor: Actor, edition: Edition, text: str) -> Sequence[Guest]:
    """Return whom the desk at the door may mean: by name, by firm, or by the last digits of the number."""
    query = _guests(actor, [Guest.edition_id == edition.id, STANDS])
    for part in text.split()[:3]:
        hits = Guest.person_name.icontains(part, autoescape=True) | Guest.company_text.icontains(part, autoescape=True)
        if part.isdigit() and len(part) >= 4:
            hits = hits | Guest.mobile.endswith(part, autoescape=True)
        query = query.where(hits)
    return db.session.scalars(query.order_by(Guest.came_at.is_not(None), Guest.company_text, Guest.id).limit(30)).all()


@dataclass(frozen=True)
class Attendance:
    """How many guests a unit has in each state; ``people`` counts those who came with their companions."""

    unit: str = ""
    unit_id: str = ""
    listed: int = 0
    asked: int = 0
    accepted: int = 0
    declined: int = 0
    came: int = 0
    walk_ins: int = 0
    people: int = 0
    contacts: int = 0

    @property
    def rate(self) -> str:
        """The share of those asked who came, walk-ins left out: 75%; nothing where nobody was asked."""
        return f"{(self.came - self.walk_ins) * 100 / self.asked:.0f}%" if self.asked else ""


_WAS: dict[str, ColumnElement[bool]] = {
    "asked": Guest.invited_at.is_not(None),
    "accepted": Guest.accepted.is_(True),
    "declined": Guest.accepted.is_(False),
}
_COUNTED = (
    func.count(Guest.id),
    *(func.count(Guest.id).filter(rule) for rule in _WAS.values()),
    func.count(Guest.id).filter(Guest.came_at.is_not(None)),
    func.count(Guest.id).filter(Guest.came_at.is_not(None), Guest.walk_in),
    func.coalesce(func.sum(case((Guest.came_at.is_not(None), 1 + Guest.companions))), 0),
    func.count(Guest.id).filter(Guest.contact_id.is_not(None)),
)


def attendance(actor: Actor, edition: Edition) -> tuple[Attendance, list[Attendance]]:
    """Return the figures of the visible guests: the whole, and a line for each unit. One statement."""
    query = select(Org.name, Org.public_id, *_COUNTED).select_from(Guest).join(Guest.org)
    query = query.where(Guest.edition_id == edition.id, STANDS, visible_to(actor))
    units = [Attendance(*row) for row in db.session.execute(query.group_by(Org.name, Org.public_id).order_by(Org.name))]
    sums = [
        sum(getattr(one, name) for one in units)
        for name in ("listed", "asked", "accepted", "declined", "came", "walk_ins", "people", "contacts")
    ]
    return Attendance("", "", *sums), units


def counts(actor: Actor, edition: Edition, wanted: GuestFilter) -> dict[str, int]:
    """Return how many guests stand in each view, under the other filters."""
    columns = [func.count(Guest.id).filter(_view(edition, view)) for view in VIEWS]
    query = select(*columns).select_from(Guest).join(Guest.org).where(visible_to(actor), *_narrowed(edition, wanted))
    return dict(zip(VIEWS, db.session.execute(query).one(), strict=True))


def _guests(actor: Actor, where: list[ColumnElement[bool]]) -> Select[Guest]:
    query = select(Guest).join(Guest.org).join(Guest.edition).join(Edition.fair)
    query = query.options(
        contains_eager(Guest.org),
        contains_eager(Guest.edition).contains_eager(Edition.fair),
        *(joinedload(Guest.inviter), joinedload(Guest.answerer), joinedload(Guest.door)),
    )
    return query.where(visible_to(actor), *where)


def _where(edition: Edition, wanted: GuestFilter) -> list[ColumnElement[bool]]:
    return [*_narrowed(edition, wanted), _view(edition, wanted.view)]


def _narrowed(edition: Edition, wanted: GuestFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [Guest.edition_id == edition.id]
    if wanted.unit:
        found.append(Org.public_id == wanted.unit)
    if wanted.walk_in:
        found.append(Guest.walk_in.is_(True))
    if wanted.was:
        found.append(_WAS[wanted.was])
    for part in wanted.text.split()[:4]:
        found.append(
            Guest.company_text.icontains(part, autoescape=True)
            | Guest.person_name.icontains(part, autoescape=True)
            | Guest.person_title.icontains(part, autoescape=True)
        )
    return found


def _view(edition: Edition, view: str) -> ColumnElement[bool]:
    if view == "withdrawn":
        return Guest.withdrawn_at.is_not(None)
    if view == "all":
        return STANDS
    stays = Guest.state.in_((GuestState.INVITED, GuestState.ACCEPTED))
    over = edition.state(clock.today()) == "over"
    if view == "absent":
        return and_(STANDS, stays) if over else false()
    if over and view in ("invited", "accepted"):
        return false()
    return and_(STANDS, Guest.state == view)


def _sorted(query: Select[Guest], sort: str) -> Select[Guest]:
    column = SORTS[sort.removeprefix("-")]
    return query.order_by(column.desc() if sort.startswith("-") else column.asc(), Guest.company_text, Guest.id)


def opens_until(edition: Edition) -> date | None:
    """Return the last day on which a guest may answer: the day on which the event begins."""
    return edition.starts_on


def event_name(edition: Edition) -> str:
    """Return how an event is called where there is no room for both names."""
    fair: Fair = edition.fair
    return edition.title if fair.name in edition.title else f"{fair.name} {edition.title}"
