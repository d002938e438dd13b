"""The desk's view of contacts: lists with their filters, who reads them masked, what waits and what is late."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select
from sqlalchemy.orm import contains_eager, joinedload

from crm.accounts.models import Org, OrgKind, User, UserRole
from crm.core.errors import NotFound
from crm.core.followups import EFFECTIVE_RATINGS
from crm.core.permissions import TABLE, Permission, UserKind
from crm.fairs.contacts import visible_to
from crm.fairs.models import ContactStatus, Edition, FairContact, Rating, Team, TeamMember
from crm.fairs.queries import visible_to as fairs_visible_to
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.kit.fields import one_line, public_id
from crm.kit.web import Page
from crm.people import mobiles

PAGE_SIZE = 40
EXPORT_LIMIT = 5_000
VIEWS = ("open", "late", "mine", "all", "withdrawn")
DUES = ("today", "week")
STANDS = FairContact.withdrawn_at.is_(None)
EFFECTIVE = and_(
    FairContact.rating.in_(sorted(EFFECTIVE_RATINGS)),
    FairContact.person_name != "",
    or_(FairContact.mobile != "", FairContact.email != ""),
)
SORTS: dict[str, Any] = {
    "due": FairContact.due_on,
    "met": FairContact.met_on,
    "firm": FairContact.company_text,
    "rating": FairContact.rating,
}


def late(today: date) -> ColumnElement[bool]:
    """A contact whose next act is overdue: never followed, or the day that was said next is over."""
    never = and_(FairContact.status == ContactStatus.OPEN, FairContact.due_on < today)
    next_one = and_(FairContact.status == ContactStatus.FOLLOWED, FairContact.next_on < today)
    return and_(STANDS, or_(never, next_one))


def waits_on(row: FairContact) -> date | None:
    """Return the day by which the next act is due, or None when nothing waits."""
    if row.withdrawn_at is not None:
        return None
    return {ContactStatus.OPEN: row.due_on, ContactStatus.FOLLOWED: row.next_on}.get(row.status)


@dataclass(frozen=True)
class Reader:
    """Who reads: expo staff see the people that their own team met, others' only masked; everybody else what is visible."""

    user_id: int
    all_open: bool
    team_ids: frozenset[int] = frozenset()

    def opens(self, row: FairContact) -> bool:
        """Say whether name and notes of this contact are for the reader."""
        return self.all_open or row.owner_id == self.user_id or row.team_id in self.team_ids

    def name(self, row: FairContact) -> str:
        """Return the person's name as the reader may see it: 王**."""
        name = row.person_name
        return name if self.opens(row) or not name else name[:1] + "*" * (len(name) - 1 or 1)

    def notes(self, row: FairContact) -> str:
        """Return what was said, for those who may read it."""
        return row.words if self.opens(row) else ""


def reader(actor: Actor) -> Reader:
    """Return how this actor reads contacts."""
    if _all_open(actor):
        return Reader(actor.user_id, True)
    return Reader(actor.user_id, False, frozenset(db.session.scalars(_teams(actor))))


def _all_open(actor: Actor) -> bool:
    return actor.can(Permission.LEAD_WRITE) or actor.is_center


def _teams(actor: Actor) -> Select[Any]:
    return select(TeamMember.team_id).where(TeamMember.user_id == actor.user_id, TeamMember.left_at.is_(None))


def masked(row: FairContact) -> str:
    """Return the number with its middle hidden, as lists and sheets show it to everybody."""
    return mobiles.masked(row.mobile)


@dataclass(frozen=True)
class ContactFilter:
    """What the list is narrowed to; unknown values narrow nothing."""

    view: str = "open"
    text: str = ""
    edition: str = ""
    team: str = ""
    rating: str = ""
    status: str = ""
    due: str = ""
    unit: str = ""
    day: str = ""
    effective: bool = False
    sort: str = "due"

    @classmethod
    def of(cls, args: Mapping[str, str]) -> "ContactFilter":
        """Return what an address asks for."""
        view, rating, status, due, sort = (args.get(one, "") for one in ("view", "rating", "status", "due", "sort"))
        return cls(
            view=view if view in VIEWS else "open",
            text=one_line(args.get("q", ""))[:100],
            edition=public_id(args.get("edition")),
            team=args.get("team", "") if args.get("team") == "none" else public_id(args.get("team")),
            rating=rating if rating in set(Rating) else "",
            status=status if status in set(ContactStatus) else "",
            due=due if due in DUES else "",
            unit=public_id(args.get("unit")),
            day=_day(args.get("day", "")),
            effective=args.get("effective") == "1",
            sort=sort if sort.removeprefix("-") in SORTS else "due",
        )


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return ""


def page_of_contacts(actor: Actor, wanted: ContactFilter, number: int) -> Page:
    """Return one page of visible contacts."""
    total = db.session.scalar(_narrowed(actor, wanted, func.count(FairContact.id))) or 0
    query = _sorted(_rows(actor, wanted), wanted.sort).limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)
    return Page(list(db.session.scalars(query)), number, PAGE_SIZE, total)


def rows_for_export(actor: Actor, wanted: ContactFilter) -> Sequence[FairContact]:
    """Return the rows of the list, all pages, up to the limit."""
    return db.session.scalars(_sorted(_rows(actor, wanted), wanted.sort).limit(EXPORT_LIMIT)).all()


def get_contact(actor: Actor, number: str) -> FairContact:
    """Return a contact with what its page shows. Raises NotFound."""
    query = _loaded(select(FairContact).join(FairContact.edition).join(Edition.fair))
    row = db.session.scalar(query.where(FairContact.public_id == number, visible_to(actor)))
    if row is None:
        raise NotFound("没有找到这条接触记录，或您无权查看。")
    return row


def counts(actor: Actor, wanted: ContactFilter) -> dict[str, int]:
    """Return how many contacts stand in each view, under the other filters."""
    today = clock.today()
    mine = or_(FairContact.follower_id == actor.user_id, FairContact.owner_id == actor.user_id)
    conditions = {
        "open": _open(),
        "late": late(today),
        "mine": and_(_open(), mine),
        "all": STANDS,
        "withdrawn": FairContact.withdrawn_at.is_not(None),
    }
    columns = [func.count(FairContact.id).filter(condition) for condition in conditions.values()]
    query = select(*columns).select_from(FairContact).join(FairContact.edition).join(Edition.fair)
    found = db.session.execute(query.where(visible_to(actor), fairs_visible_to(actor), *_where(actor, wanted))).one()
    return dict(zip(conditions, found, strict=True))


def editions_met(actor: Actor) -> Sequence[Edition]:
    """Return the editions that have contacts this actor may read, the newest first."""
    met = select(FairContact.edition_id).where(visible_to(actor))
    query = select(Edition).join(Edition.fair).where(fairs_visible_to(actor), Edition.id.in_(met))
    query = query.options(contains_eager(Edition.fair))
    return db.session.scalars(query.order_by(Edition.year.desc(), Edition.starts_on.desc()).limit(200)).all()


def teams_at(actor: Actor, edition: Edition) -> Sequence[Team]:
    """Return the teams of the actor's unit at an edition; all of them for the centre."""
    query = select(Team).where(Team.edition_id == edition.id, Team.retired_at.is_(None))
    if not actor.is_center:
        query = query.where(Team.org_id == actor.org_id)
    return db.session.scalars(query.options(joinedload(Team.org)).order_by(Team.org_id, Team.name)).all()


def followers(org_id: int) -> Sequence[User]:
    """Return who may follow contacts of a unit: its active people who work with fairs, outposts included, by name."""
    outposts = select(Org.id).where(Org.parent_id == org_id, Org.kind == OrgKind.OUTPOST)
    working = select(UserRole.user_id).where(UserRole.role.in_(TABLE[Permission.FAIR_WRITE]))
    query = select(User).where(User.active, User.kind == UserKind.BUSINESS, User.id.in_(working))
    return db.session.scalars(
        query.where(or_(User.org_id == org_id, User.org_id.in_(outposts))).order_by(User.name)
    ).all()


@dataclass(frozen=True)
class Waiting:
    """What waits today: the contacts that a person follows, and how many of the own units are overdue."""

    contacts: list[FairContact]
    late: int


def waiting(actor: Actor, today: date) -> Waiting:
    """Return what the person follows and is due or overdue, the oldest first, and what is late in the own units. One statement."""
    mine = or_(
        FairContact.follower_id == actor.user_id,
        and_(FairContact.follower_id.is_(None), FairContact.owner_id == actor.user_id),
    )
    never = and_(FairContact.status == ContactStatus.OPEN, FairContact.due_on <= today)
    again = and_(FairContact.status == ContactStatus.FOLLOWED, FairContact.next_on <= today)
    number = select(func.count(FairContact.id)).where(
        FairContact.org_id.in_(actor.subtree | {actor.org_id}), late(today), visible_to(actor)
    )
    one = select(literal(1).label("one")).subquery()  # so that there is a row for the number where nothing waits
    query = (
        select(number.scalar_subquery(), FairContact)
        .select_from(one)
        .outerjoin(FairContact, and_(visible_to(actor), STANDS, mine, or_(never, again)))
        .outerjoin(FairContact.edition)
        .outerjoin(Edition.fair)
    )
    rows = db.session.execute(_loaded(query).order_by(FairContact.due_on, FairContact.id).limit(50)).all()
    return Waiting([row[1] for row in rows if row[1] is not None], rows[0][0])


def contacts_of(actor: Actor, edition: Edition, exhibitor_id: int) -> Sequence[FairContact]:
    """Return the visible contacts with an exhibitor, the newest first."""
    query = _loaded(select(FairContact).join(FairContact.edition).join(Edition.fair))
    query = query.where(FairContact.edition_id == edition.id, FairContact.exhibitor_id == exhibitor_id)
    return db.session.scalars(query.where(visible_to(actor), STANDS).order_by(FairContact.id.desc()).limit(50)).all()


def _open() -> ColumnElement[bool]:
    return and_(STANDS, FairContact.status.in_((ContactStatus.OPEN, ContactStatus.FOLLOWED)))


def _rows(actor: Actor, wanted: ContactFilter) -> Select[Any]:
    return _loaded(_narrowed(actor, wanted, FairContact))


def _loaded(query: Select[Any]) -> Select[Any]:
    return query.options(
        contains_eager(FairContact.edition).contains_eager(Edition.fair),
        *(joinedload(FairContact.org), joinedload(FairContact.owner), joinedload(FairContact.follower)),
        *(joinedload(FairContact.team), joinedload(FairContact.exhibitor), joinedload(FairContact.lead)),
        joinedload(FairContact.photo),
    )


def _narrowed(actor: Actor, wanted: ContactFilter, what: Any) -> Select[Any]:
    query = select(what).select_from(FairContact).join(FairContact.edition).join(Edition.fair)
    query = query.where(visible_to(actor), fairs_visible_to(actor), *_where(actor, wanted))
    mine = or_(FairContact.follower_id == actor.user_id, FairContact.owner_id == actor.user_id)
    views = {"late": late(clock.today()), "mine": and_(_open(), mine), "all": STANDS, "open": _open()}
    return query.where(views.get(wanted.view, FairContact.withdrawn_at.is_not(None)))


def _where(actor: Actor, wanted: ContactFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    today = clock.today()
    if wanted.edition:
        found.append(Edition.public_id == wanted.edition)
    if wanted.team == "none":
        found.append(FairContact.team_id.is_(None))
    elif wanted.team:
        found.append(FairContact.team_id.in_(select(Team.id).where(Team.public_id == wanted.team)))
    if wanted.rating:
        found.append(FairContact.rating == wanted.rating)
    if wanted.status:
        found.append(FairContact.status == wanted.status)
    if wanted.unit:
        found.append(FairContact.org.has(public_id=wanted.unit))
    if wanted.day:
        found.append(FairContact.met_on == date.fromisoformat(wanted.day))
    if wanted.effective:
        found.append(EFFECTIVE)
    if wanted.due:
        last = today if wanted.due == "today" else today + timedelta(days=7)
        waits = func.coalesce(FairContact.next_on, FairContact.due_on)
        found.append(and_(_open(), waits >= today, waits <= last))
    found.extend(_says(actor, part) for part in wanted.text.split()[:6])
    return found


def _says(actor: Actor, part: str) -> ColumnElement[bool]:
    """A word of the search: what is masked for this reader is not searched either."""
    firm = FairContact.company_text.icontains(part, autoescape=True)
    person = FairContact.person_name.icontains(part, autoescape=True)
    inside = or_(person, FairContact.words.icontains(part, autoescape=True))
    if _all_open(actor):
        return or_(firm, inside)
    return or_(firm, and_(inside, or_(FairContact.owner_id == actor.user_id, FairContact.team_id.in_(_teams(actor)))))


def _sorted(query: Select[Any], sort: str) -> Select[Any]:
    column = SORTS[sort.removeprefix("-")]
    return query.order_by(column.desc() if sort.startswith("-") else column.asc(), FairContact.id.desc())
