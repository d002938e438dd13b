"""Reading the exhibitors of an edition, each answered against the companies that the reader may see (S0)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.orm import contains_eager, joinedload
from werkzeug.datastructures import MultiDict

from crm.companies import hooks
from crm.companies.models import Company
from crm.companies.queries import visible_to as companies_visible_to
from crm.core.errors import NotFound
from crm.fairs import holding, matches
from crm.fairs.models import Edition, Exhibitor, ExhibitorCandidate, ListVerdict, MatchItem
from crm.kit import db
from crm.kit.access import Actor
from crm.kit.fields import one_line
from crm.kit.web import Page
from crm.targets.models import Score

PAGE_SIZE = 50
EXPORT_LIMIT = 5_000
ANSWERS = ("same", "likely", "related", "none")
SORTS = ("place", "name", "score")


@dataclass(frozen=True)
class ExhibitorFilter:
    """What the list is narrowed to; unknown values narrow nothing."""

    text: str = ""
    answer: str = ""
    hall: str = ""
    gap: bool = False
    sort: str = "place"

    @classmethod
    def of(cls, args: MultiDict[str, str]) -> "ExhibitorFilter":
        """Return what an address asks for."""
        answer, sort = args.get("answer", ""), args.get("sort", "")
        return cls(
            text=one_line(args.get("q", ""))[:100],
            answer=answer if answer in ANSWERS else "",
            hall=one_line(args.get("hall", ""))[:20],
            gap=args.get("gap") == "1",
            sort=sort if sort.removeprefix("-") in SORTS else "place",
        )


@dataclass
class Line:
    """A firm of the list: what the reader may know of it. ``own``: what the own unit does with it, never another's.

    ``item``: the own unit's wish to meet it. ``held``: own, other, none or unknown for firms assigned to the unit (S4), else empty.
    """

    exhibitor: Exhibitor
    company: Company | None
    tenths: int | None
    answer: str
    own: str = ""
    near: list[ExhibitorCandidate] = field(default_factory=list)
    item: MatchItem | None = None
    held: str = ""


def page_of_exhibitors(actor: Actor, edition: Edition, wanted: ExhibitorFilter, number: int) -> Page:
    """Return one page of the firms of an edition that the caller got through its scope."""
    total = db.session.scalar(_narrowed(actor, edition, wanted, select(func.count(Exhibitor.id))))
    return Page(_lines(actor, edition, wanted, PAGE_SIZE, (number - 1) * PAGE_SIZE), number, PAGE_SIZE, total or 0)


def lines_for_export(actor: Actor, edition: Edition, wanted: ExhibitorFilter) -> list[Line]:
    """Return the firms of the list, all pages, up to the limit."""
    return _lines(actor, edition, wanted, EXPORT_LIMIT, 0)


def ids_of(actor: Actor, edition: Edition, wanted: ExhibitorFilter, limit: int) -> list[int]:
    """Return the ids of the firms of the list, in its order, up to the limit."""
    query = _narrowed(actor, edition, wanted, select(Exhibitor.id))
    return list(db.session.scalars(query.order_by(*_order(wanted.sort)).limit(limit)))


def get_line(actor: Actor, edition: Edition, public_id: str) -> Line:
    """Return one firm of an edition. Raises NotFound."""
    query = _columns(actor).where(Exhibitor.edition_id == edition.id, Exhibitor.removed_at.is_(None))
    row = db.session.execute(query.where(Exhibitor.public_id == public_id)).one_or_none()
    if row is None:
        raise NotFound("没有找到这家展商，或您无权查看。")
    return _told(actor, [Line(*row)])[0]


def halls(edition: Edition) -> Sequence[str]:
    """Return the halls of an edition, as one walks."""
    query = select(Exhibitor.hall).where(Exhibitor.edition_id == edition.id, Exhibitor.removed_at.is_(None))
    query = query.where(Exhibitor.hall != "").group_by(Exhibitor.hall)
    return db.session.scalars(query.order_by(func.min(Exhibitor.walk)).limit(200)).all()


def tally(actor: Actor, edition: Edition) -> dict[str, int]:
    """Return how many firms have which answer; ``all`` of them, ``gap``: those of a missing link."""
    answer = _answer(actor).label("answer")
    one = _narrowed(actor, edition, ExhibitorFilter(), select(answer, (Exhibitor.gap != "").label("fills"))).subquery()
    query = select(one.c.answer, one.c.fills, func.count()).group_by(one.c.answer, one.c.fills)
    counts = dict.fromkeys((*ANSWERS, "all", "gap"), 0)
    for word, fills, number in db.session.execute(query):
        counts[word] += number
        counts["all"] += number
        counts["gap"] += number if fills else 0
    return counts


def _near(actor: Actor, verdict: ListVerdict) -> ColumnElement[bool]:
    query = select(ExhibitorCandidate.id).join(ExhibitorCandidate.company)
    query = query.where(ExhibitorCandidate.exhibitor_id == Exhibitor.id, ExhibitorCandidate.verdict == verdict)
    return query.where(companies_visible_to(actor)).correlate(Exhibitor).exists()


def _answer(actor: Actor) -> ColumnElement[str]:
    return case(
        (Company.id.is_not(None), "same"),
        (_near(actor, ListVerdict.LIKELY), "likely"),
        (_near(actor, ListVerdict.RELATED), "related"),
        else_="none",
    )


def _joined(actor: Actor, query: Any) -> Any:
    query = query.select_from(Exhibitor)
    query = query.outerjoin(Company, and_(Company.id == Exhibitor.company_id, companies_visible_to(actor)))
    return query.outerjoin(Score, Score.company_id == Company.id)


def _columns(actor: Actor) -> Any:
    query = _joined(actor, select(Exhibitor, Company, Score.shown_tenths, _answer(actor)))
    return query.options(joinedload(Exhibitor.node))


def _narrowed(actor: Actor, edition: Edition, wanted: ExhibitorFilter, query: Any) -> Any:
    query = _joined(actor, query).where(Exhibitor.edition_id == edition.id, Exhibitor.removed_at.is_(None))
    return query.where(*_where(actor, wanted))


def _where(actor: Actor, wanted: ExhibitorFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.answer:
        found.append(_answer(actor) == wanted.answer)
    if wanted.hall:
        found.append(Exhibitor.hall == wanted.hall)
    if wanted.gap:
        found.append(Exhibitor.gap != "")
    for part in wanted.text.split()[:6]:
        found.append(
            Exhibitor.name.icontains(part, autoescape=True)
            | Exhibitor.english_name.icontains(part, autoescape=True)
            | Exhibitor.booth.icontains(part, autoescape=True)
            | Exhibitor.products.icontains(part, autoescape=True)
        )
    return found


def _lines(actor: Actor, edition: Edition, wanted: ExhibitorFilter, limit: int, offset: int) -> list[Line]:
    query = _columns(actor).where(Exhibitor.edition_id == edition.id, Exhibitor.removed_at.is_(None))
    query = query.where(*_where(actor, wanted)).order_by(*_order(wanted.sort)).limit(limit).offset(offset)
    return _told(actor, [Line(*row) for row in db.session.execute(query)])


def _order(sort: str) -> list[Any]:
    orders: dict[str, list[Any]] = {
        "place": [Exhibitor.walk],
        "name": [Exhibitor.name],
        "score": [Score.shown_tenths.is_(None), Score.shown_tenths],
    }
    keys = orders[sort.removeprefix("-")]
    if sort.startswith("-"):
        keys = [*keys[:-1], keys[-1].desc()] if sort == "-score" else [one.desc() for one in keys]
    return [*keys, Exhibitor.id]


def _told(actor: Actor, lines: list[Line]) -> list[Line]:
    """Add what the own unit does with the firms, and the companies that they may be."""
    items = matches.own_items(actor, [line.exhibitor.id for line in lines])
    held = holding.standing(actor, list(items.values()))
    own = hooks.own_words(actor, [line.company.id for line in lines if line.company is not None])
    open_ids = [line.exhibitor.id for line in lines if line.answer in ("likely", "related")]
    near: dict[int, list[ExhibitorCandidate]] = {}
    if open_ids:
        query = select(ExhibitorCandidate).join(ExhibitorCandidate.company)
        query = query.where(ExhibitorCandidate.exhibitor_id.in_(open_ids), companies_visible_to(actor))
        query = query.options(contains_eager(ExhibitorCandidate.company))
        for one in db.session.scalars(query.order_by(ExhibitorCandidate.score.desc(), ExhibitorCandidate.id)):
            near.setdefault(one.exhibitor_id, []).append(one)
    for line in lines:
        line.own = own.get(line.company.id, "") if line.company is not None else ""
        line.near = near.get(line.exhibitor.id, [])
        line.item = items.get(line.exhibitor.id)
        line.held = held.get(line.item.id, "") if line.item is not None else ""
    return lines
