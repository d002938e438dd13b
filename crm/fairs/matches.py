"""Reading the match lists of an edition (对接清单): what a unit wants to meet, graded, with its own work on it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import contains_eager, joinedload
from werkzeug.datastructures import MultiDict

from crm.accounts.models import Org
from crm.companies import hooks
from crm.companies.models import Company
from crm.companies.queries import visible_to as companies_visible_to
from crm.core import signals
from crm.core.errors import NotFound
from crm.core.permissions import Permission
from crm.fairs import grading, holding
from crm.fairs.models import Edition, Exhibitor, Grade, MatchItem
from crm.fairs.queries import own
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.kit.fields import one_line, public_id
from crm.kit.web import Page
from crm.parameters import queries as parameters
from crm.targets.models import Score
from crm.watch.models import Signal

PAGE_SIZE = 50
EXPORT_LIMIT = 5_000
SORTS = ("grade", "place", "name", "score", "slot")
NO_TEAM = "none"

# What is read; each goes through ``_joined``, which lets through what the reader may see.
_ROWS = select(MatchItem, Company, Score.shown_tenths)
_COUNT = select(func.count(MatchItem.id))
_STANDING = (MatchItem.grade, MatchItem.dropped_at.is_not(None), MatchItem.team_id.is_(None))
_TALLY = select(*_STANDING, func.count()).group_by(*_STANDING)


@dataclass(frozen=True)
class MatchFilter:
    """What the list is narrowed to; unknown values narrow nothing. ``team``: a team's public id, or none."""

    text: str = ""
    grade: str = ""
    hall: str = ""
    unit: str = ""
    team: str = ""
    dropped: bool = False
    sort: str = "grade"

    @classmethod
    def of(cls, args: MultiDict[str, str]) -> "MatchFilter":
        """Return what an address asks for."""
        grade, sort = args.get("grade", ""), args.get("sort", "")
        team = args.get("team", "")
        return cls(
            text=one_line(args.get("q", ""))[:100],
            grade=grade if grade in set(Grade) else "",
            hall=one_line(args.get("hall", ""))[:20],
            unit=public_id(args.get("unit")),
            team=team if team == NO_TEAM else public_id(team),
            dropped=args.get("dropped") == "1",
            sort=sort if sort.removeprefix("-") in SORTS else "grade",
        )


@dataclass
class Line:
    """A firm of a match list. ``held``: own, other, none or unknown where S4 lets it be known, else empty.

    ``plan``: named or later, as the approved plan says (``approvals.mark``), empty where nobody asked or nothing is approved.
    """

    item: MatchItem
    company: Company | None
    tenths: int | None
    own: str = ""
    held: str = ""
    plan: str = ""


def may_edit(actor: Actor, item: MatchItem) -> bool:
    """Say whether the actor may change an item: people of its unit and the centre."""
    return actor.can(Permission.FAIR_WRITE) and (actor.is_center or item.org_id == actor.org_id)


def page_of_items(actor: Actor, edition: Edition, wanted: MatchFilter, number: int) -> Page:
    """Return one page of the match lists of an edition that the actor may read."""
    total = db.session.scalar(_narrowed(actor, edition, wanted, _COUNT))
    return Page(_lines(actor, edition, wanted, PAGE_SIZE, (number - 1) * PAGE_SIZE), number, PAGE_SIZE, total or 0)


def lines_for_export(actor: Actor, edition: Edition, wanted: MatchFilter) -> list[Line]:
    """Return the rows of the list, all pages, up to the limit."""
    return _lines(actor, edition, wanted, EXPORT_LIMIT, 0)


def get_line(actor: Actor, public_id: str) -> Line:
    """Return one firm of a match list with its edition. Raises NotFound."""
    query = _joined(actor, _ROWS).options(*_loads(), joinedload(MatchItem.edition).joinedload(Edition.fair))
    row = db.session.execute(query.where(MatchItem.public_id == public_id)).one_or_none()
    if row is None:
        raise NotFound("没有找到这条对接安排，或您无权查看。")
    return _told(actor, [Line(*row)])[0]


def lines_of_team(actor: Actor, team_id: int) -> list[Line]:
    """Return the firms that a team meets, in no order."""
    query = _joined(actor, _ROWS).options(*_loads()).where(MatchItem.team_id == team_id)
    return _told(actor, [Line(*row) for row in db.session.execute(query.where(MatchItem.dropped_at.is_(None)))])


def tally(actor: Actor, edition: Edition, wanted: MatchFilter) -> dict[str, int]:
    """Return how many firms have which grade, how many there are, and how many were taken off; of one unit if one is asked for."""
    whose = MatchFilter(unit=wanted.unit)
    counts = dict.fromkeys((*(one.value for one in Grade), "all", "dropped", "teamless"), 0)
    query = _joined(actor, _TALLY).where(*_where(edition, whose, states=False))
    for grade, dropped, teamless, number in db.session.execute(query):
        if dropped:
            counts["dropped"] += number
            continue
        counts[grade.value] += number
        counts["all"] += number
        counts["teamless"] += number if teamless else 0
    return counts


def units_of(actor: Actor, edition: Edition) -> Sequence[Org]:
    """Return the units with a match list that the actor may read."""
    query = select(Org).join(MatchItem, MatchItem.org_id == Org.id).where(MatchItem.edition_id == edition.id)
    return db.session.scalars(query.where(own(actor, MatchItem.org_id)).distinct().order_by(Org.id)).all()


def own_items(actor: Actor, exhibitor_ids: Sequence[int]) -> dict[int, MatchItem]:
    """Return, by exhibitor, what of these firms is on the list of the actor's own unit; what was taken off is not."""
    if not exhibitor_ids:
        return {}
    query = select(MatchItem).where(MatchItem.exhibitor_id.in_(exhibitor_ids), own(actor, MatchItem.org_id))
    query = query.where(MatchItem.org_id == actor.org_id, MatchItem.dropped_at.is_(None))
    query = query.options(joinedload(MatchItem.exhibitor))
    return {one.exhibitor_id: one for one in db.session.scalars(query)}


def bounds() -> grading.Bounds:
    """Return from which scores the rule grades today."""
    fair, high, top = (parameters.whole(key) for key in grading.KEYS)
    return grading.Bounds(fair, high, top)


def graded(actor: Actor, exhibitors: Sequence[Exhibitor], org_id: int) -> dict[int, grading.Answer]:
    """Return the grade of each firm by the rule, from what the unit ``org_id`` may know; own work only for the actor's unit."""
    ids = {one.company_id for one in exhibitors if one.company_id is not None}
    opened = Company.opened_at.is_not(None) | (Company.entered_org_id == org_id)
    query = select(Company.id, Score.shown_tenths, Score.veto).outerjoin(Score, Score.company_id == Company.id)
    query = query.where(Company.id.in_(ids), Company.merged_into_id.is_(None), opened, companies_visible_to(actor))
    known = {company_id: (tenths, bool(veto)) for company_id, tenths, veto in db.session.execute(query)}
    busy = hooks.own_words(actor, list(known)) if org_id == actor.org_id else {}
    invests, least = _investing(known), bounds()
    answers = {}
    for one in exhibitors:
        tenths, veto = known.get(one.company_id or 0, (None, False))
        facts = grading.Facts(one.gap, tenths, one.company_id in invests, one.company_id in busy, veto)
        answers[one.id] = grading.grade(facts, least)
    return answers


def _investing(company_ids: Iterable[int]) -> set[int]:
    """Return the companies with a strong signal of investing in the last year; signals are open to all."""
    strong = [kind for kind, points in signals.POINTS.items() if points >= signals.STRONG]
    since = clock.today() - timedelta(days=365)
    query = select(Signal.company_id).where(Signal.company_id.in_(list(company_ids)), Signal.kind.in_(strong))
    return set(db.session.scalars(query.where(Signal.on >= since, Signal.withdrawn_at.is_(None)).distinct()))


def _loads() -> tuple[Any, ...]:
    return (
        contains_eager(MatchItem.exhibitor).joinedload(Exhibitor.node),
        joinedload(MatchItem.team),
        joinedload(MatchItem.org),
    )


def _joined(actor: Actor, query: Any) -> Any:
    query = query.select_from(MatchItem).join(Exhibitor, Exhibitor.id == MatchItem.exhibitor_id)
    query = query.outerjoin(Company, and_(Company.id == Exhibitor.company_id, companies_visible_to(actor)))
    return query.outerjoin(Score, Score.company_id == Company.id).where(own(actor, MatchItem.org_id))


def _narrowed(actor: Actor, edition: Edition, wanted: MatchFilter, query: Any) -> Any:
    return _joined(actor, query).where(*_where(edition, wanted))


def _where(edition: Edition, wanted: MatchFilter, *, states: bool = True) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [MatchItem.edition_id == edition.id]
    if states:
        found.append(MatchItem.dropped_at.is_not(None) if wanted.dropped else MatchItem.dropped_at.is_(None))
    if wanted.grade:
        found.append(MatchItem.grade == Grade(wanted.grade))
    if wanted.hall:
        found.append(Exhibitor.hall == wanted.hall)
    if wanted.unit:
        found.append(MatchItem.org.has(Org.public_id == wanted.unit))
    if wanted.team == NO_TEAM:
        found.append(MatchItem.team_id.is_(None))
    elif wanted.team:
        found.append(MatchItem.team.has(public_id=wanted.team))
    for part in wanted.text.split()[:6]:
        found.append(
            Exhibitor.name.icontains(part, autoescape=True)
            | Exhibitor.booth.icontains(part, autoescape=True)
            | Exhibitor.products.icontains(part, autoescape=True)
            | MatchItem.goal.icontains(part, autoescape=True)
        )
    return found


def _lines(actor: Actor, edition: Edition, wanted: MatchFilter, limit: int, offset: int) -> list[Line]:
    query = _narrowed(actor, edition, wanted, _ROWS).options(*_loads())
    query = query.order_by(*_order(wanted.sort)).limit(limit).offset(offset)
    return _told(actor, [Line(*row) for row in db.session.execute(query)])


def _order(sort: str) -> list[Any]:
    down = sort.startswith("-")
    last = {
        "grade": MatchItem.grade,
        "name": Exhibitor.name,
        "score": Score.shown_tenths,
        "place": Exhibitor.walk,
        "slot": MatchItem.visit_at,
    }[sort.removeprefix("-")]
    before: dict[str, list[Any]] = {
        "score": [Score.shown_tenths.is_(None)],
        "slot": [MatchItem.visit_on.is_(None), MatchItem.visit_on.desc() if down else MatchItem.visit_on],
    }
    ordered = [*before.get(sort.removeprefix("-"), []), last.desc() if down else last]
    return [*ordered, Exhibitor.walk, MatchItem.id]


def _told(actor: Actor, lines: list[Line]) -> list[Line]:
    """Add what the own unit does with the firms, and whether they are held (S4)."""
    words = hooks.own_words(actor, [line.company.id for line in lines if line.company is not None])
    held = holding.standing(actor, [line.item for line in lines])
    for line in lines:
        line.own = words.get(line.company.id, "") if line.company is not None else ""
        line.held = held.get(line.item.id, "")
    return lines
