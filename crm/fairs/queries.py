"""Reading fairs and editions. ``visible_to`` is the one where-clause that every read of the room passes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, false, func, or_, select, true
from sqlalchemy.orm import contains_eager, joinedload
from werkzeug.datastructures import MultiDict

from crm.companies.models import Company
from crm.companies.queries import visible_to as companies_visible_to
from crm.core.errors import NotFound
from crm.core.permissions import Permission, Role
from crm.fairs.models import AgendaItem, Edition, EditionFirm, Fair, FairCost, FairKind
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.kit.fields import one_line
from crm.kit.web import Page

PAGE_SIZE = 30
EXPORT_LIMIT = 2_000
STATES = ("coming", "on", "over", "undated", "cancelled")
SORTS = ("starts", "name", "city")


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """The fairs this actor may know of: those of the whole city, and those of the own unit; the centre all."""
    if not actor.can(Permission.FAIR_READ):
        return false()
    if actor.is_center:
        return true()
    return or_(Fair.shared, Fair.org_id.in_(_own(actor)))


def own(actor: Actor, column: Any) -> ColumnElement[bool]:
    """Rows of the actor's unit (of the units below for a head or leader); all for the centre. What a unit plans is its own."""
    if actor.is_center:
        return true()
    return column.in_(_own(actor))  # type: ignore[no-any-return]


def _own(actor: Actor) -> list[int]:
    wide = {Role.MANAGER, Role.LEADER, Role.OFFICE} & set(actor.roles)
    return list(actor.subtree) if wide else [actor.org_id]


def reads_several(actor: Actor) -> bool:
    """Say whether the actor may read rows of more than one unit."""
    return actor.is_center or len(_own(actor)) > 1


def may_edit(actor: Actor, row: Fair | Edition) -> bool:
    """Say whether the actor may change a fair or an edition: people of its unit and the centre."""
    return actor.can(Permission.FAIR_WRITE) and (actor.is_center or row.org_id == actor.org_id)


@dataclass(frozen=True)
class EditionFilter:
    """What the list is narrowed to; unknown values narrow nothing. Without a year or a state: what is not over."""

    text: str = ""
    kind: str = ""
    state: str = ""
    year: str = ""
    unconfirmed: bool = False
    sort: str = "starts"

    @classmethod
    def of(cls, args: MultiDict[str, str]) -> "EditionFilter":
        """Return what an address asks for."""
        kind, state, year, sort = (args.get(name, "") for name in ("kind", "state", "year", "sort"))
        return cls(
            text=one_line(args.get("q", ""))[:100],
            kind=kind if kind in set(FairKind) else "",
            state=state if state in (*STATES, "all") else "",
            year=year if year.isascii() and year.isdigit() and len(year) == 4 else "",
            unconfirmed=args.get("unconfirmed") == "1",
            sort=sort if sort.removeprefix("-") in SORTS else "starts",
        )


def page_of_editions(actor: Actor, wanted: EditionFilter, number: int) -> Page:
    """Return one page of visible editions: by day, those without one last."""
    where = _where(wanted)
    total = db.session.scalar(
        select(func.count()).select_from(Edition).join(Edition.fair).where(visible_to(actor), *where)
    )
    query = _sorted(_editions(actor, where), wanted.sort).limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)
    return Page(list(db.session.scalars(query)), number, PAGE_SIZE, total or 0)


def rows_for_export(actor: Actor, wanted: EditionFilter) -> Sequence[Edition]:
    """Return the rows of the list, all pages, up to the limit."""
    return db.session.scalars(_sorted(_editions(actor, _where(wanted)), wanted.sort).limit(EXPORT_LIMIT)).all()


def editions_of_year(actor: Actor, year: int) -> Sequence[Edition]:
    """Return what is held in a year, by day; what has no day yet last."""
    return db.session.scalars(_sorted(_editions(actor, [Edition.year == year]), "starts").limit(500)).all()


def years(actor: Actor) -> list[int]:
    """Return the years in which something is held, the newest first."""
    query = select(Edition.year).join(Edition.fair).where(visible_to(actor)).distinct().order_by(Edition.year.desc())
    return list(db.session.scalars(query))


def get_edition(actor: Actor, public_id: str) -> Edition:
    """Return an edition with its fair. Raises NotFound."""
    row = db.session.scalar(_editions(actor, [Edition.public_id == public_id]))
    if row is None:
        raise NotFound("没有找到这一届展会，或您无权查看。")
    return row


def get_fair(actor: Actor, public_id: str) -> Fair:
    """Return a fair. Raises NotFound."""
    query = select(Fair).options(joinedload(Fair.org), joinedload(Fair.plan_fair))
    row = db.session.scalar(query.where(Fair.public_id == public_id, visible_to(actor)))
    if row is None:
        raise NotFound("没有找到这个展会，或您无权查看。")
    return row


def list_fairs(actor: Actor, *, text: str = "", retired: bool = False) -> Sequence[tuple[Fair, int, date | None]]:
    """Return fairs with how many editions each has and when the next begins, those of the plan first."""
    counted = (
        select(
            Edition.fair_id,
            func.count().label("n"),
            func.min(case((Edition.starts_on >= clock.today(), Edition.starts_on))).label("next"),
        )
        .where(Edition.cancelled_on.is_(None))
        .group_by(Edition.fair_id)
        .subquery()
    )
    query = select(Fair, func.coalesce(counted.c.n, 0), counted.c.next).outerjoin(counted, counted.c.fair_id == Fair.id)
    query = query.options(joinedload(Fair.org), joinedload(Fair.plan_fair)).where(visible_to(actor))
    if not retired:
        query = query.where(Fair.retired_at.is_(None))
    for part in text.split()[:6]:
        query = query.where(Fair.name.icontains(part, autoescape=True) | Fair.city.icontains(part, autoescape=True))
    rows = db.session.execute(query.order_by(Fair.plan_fair_id.is_(None), Fair.plan_fair_id, Fair.name).limit(300))
    return [(fair, n, next_on) for fair, n, next_on in rows]


def editions_of(actor: Actor, fair: Fair) -> Sequence[Edition]:
    """Return the editions of a fair, the newest first."""
    query = _editions(actor, [Edition.fair_id == fair.id]).order_by(Edition.year.desc(), Edition.starts_on.desc())
    return db.session.scalars(query.limit(60)).all()


def editions_for_contacts(actor: Actor) -> Sequence[Edition]:
    """Return the editions at which somebody may have been met: begun or without a day, not cancelled; the newest first."""
    begun = or_(Edition.starts_on.is_(None), Edition.starts_on <= clock.today())
    query = _editions(actor, [begun, Edition.cancelled_on.is_(None)])
    query = query.order_by(Edition.starts_on.is_(None), Edition.starts_on.desc(), Edition.year.desc(), Edition.id)
    return db.session.scalars(query.limit(200)).all()


def agenda_of(edition: Edition) -> Sequence[AgendaItem]:
    """Return the agenda of an edition that the caller got through its scope, in order."""
    query = select(AgendaItem).where(AgendaItem.edition_id == edition.id, AgendaItem.withdrawn_at.is_(None))
    order = (AgendaItem.held_on, AgendaItem.position, AgendaItem.starts, AgendaItem.id)
    return db.session.scalars(query.order_by(*order)).all()


def firms_of(actor: Actor, edition: Edition) -> Sequence[EditionFirm]:
    """Return our companies that exhibit, as far as the actor may know the company."""
    query = select(EditionFirm).join(EditionFirm.company).where(EditionFirm.edition_id == edition.id)
    query = query.where(EditionFirm.withdrawn_at.is_(None), companies_visible_to(actor))
    query = query.options(contains_eager(EditionFirm.company), joinedload(EditionFirm.org))
    return db.session.scalars(query.order_by(Company.name)).all()


def costs_of(actor: Actor, edition: Edition) -> Sequence[FairCost]:
    """Return what the actor's unit spent on an edition."""
    query = select(FairCost).where(FairCost.edition_id == edition.id, FairCost.withdrawn_at.is_(None))
    query = query.where(own(actor, FairCost.org_id)).options(joinedload(FairCost.org))
    return db.session.scalars(query.order_by(FairCost.spent_on, FairCost.id)).all()


def total(costs: Sequence[FairCost]) -> Decimal:
    """Return the sum of some costs, in yuan."""
    return sum((one.amount_cny for one in costs), Decimal(0))


def _editions(actor: Actor, where: list[ColumnElement[bool]]) -> Select[Edition]:
    query = select(Edition).join(Edition.fair).where(visible_to(actor), *where)
    return query.options(contains_eager(Edition.fair), joinedload(Edition.org))


def _sorted(query: Select[Edition], sort: str) -> Select[Edition]:
    columns: dict[str, Any] = {"starts": Edition.starts_on, "name": Fair.name, "city": Edition.city}
    column = columns[sort.removeprefix("-")]
    order = column.desc() if sort.startswith("-") else column.asc()
    return query.order_by(Edition.starts_on.is_(None), order, Edition.year, Edition.id)


def _where(wanted: EditionFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.year:
        found.append(Edition.year == int(wanted.year))
    if wanted.kind:
        found.append(Fair.kind == wanted.kind)
    if wanted.unconfirmed:
        found.append(Edition.confirmed.is_(False))
    if wanted.state != "all" and (wanted.state or not wanted.year):
        found.append(_state(wanted.state))
    for part in wanted.text.split()[:6]:
        found.append(
            Fair.name.icontains(part, autoescape=True)
            | Edition.title.icontains(part, autoescape=True)
            | Edition.city.icontains(part, autoescape=True)
            | Edition.venue.icontains(part, autoescape=True)
        )
    return found


def _state(state: str) -> ColumnElement[bool]:
    today, stands = clock.today(), Edition.cancelled_on.is_(None)
    last = func.coalesce(Edition.ends_on, Edition.starts_on)
    return {
        "": and_(stands, or_(Edition.starts_on.is_(None), last >= today)),
        "coming": and_(stands, Edition.starts_on > today),
        "on": and_(stands, Edition.starts_on <= today, last >= today),
        "over": and_(stands, last < today),
        "undated": and_(stands, Edition.starts_on.is_(None)),
        "cancelled": Edition.cancelled_on.is_not(None),
    }[state]
