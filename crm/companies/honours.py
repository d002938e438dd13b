"""Lists of honours: which companies hold a title, of which year, and until when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from crm.companies import queries, retiring
from crm.companies.models import Company, Credential
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.kit.web import Page

PAGE_SIZE = 30
EXPORT_CAP = 5_000
STATES = ("valid", "expired", "open")
SORTS = ("year", "rank", "name", "until")
_LONGEST = 40
S = TypeVar("S", bound=Select[*tuple[Any, ...]])


@dataclass(frozen=True, slots=True)
class HonourFilter:
    """What the list is narrowed to: title, year, whether it still holds, and a part of the company's name."""

    text: str = ""
    kind: str = ""
    year: int = 0
    state: str = ""
    sort: str = "-year"

    @classmethod
    def of(cls, args: Mapping[str, str]) -> "HonourFilter":
        """Read an address: what is not known there is left out, never an error."""
        year, state, sort = args.get("year", ""), args.get("state", ""), args.get("sort", "")
        return cls(
            text=args.get("q", "").replace("\0", "").strip()[:_LONGEST],
            kind=args.get("kind", "").replace("\0", "").strip()[:_LONGEST],
            year=int(year) if len(year) == 4 and year.isascii() and year.isdigit() else 0,
            state=state if state in STATES else "",
            sort=sort if sort.removeprefix("-") in SORTS else "-year",
        )

    def kept(self) -> dict[str, str]:
        """Return what narrows and sorts, as an address carries it."""
        told = {"q": self.text, "kind": self.kind, "year": str(self.year or ""), "state": self.state}
        told["sort"] = "" if self.sort == "-year" else self.sort
        return {name: value for name, value in told.items() if value}


@dataclass(frozen=True, slots=True)
class Honour:
    """A title and the company that holds it. ``expired`` as of today."""

    title: Credential
    company: Company
    expired: bool


@dataclass(frozen=True, slots=True)
class HonourList:
    """One list of one year: how many companies the reader may see on it."""

    kind: str
    year: int | None
    companies: int


def page_of_honours(actor: Actor, wanted: HonourFilter, number: int, lists: Sequence[HonourList] | None = None) -> Page:
    """Return one page of titles, the newest year first unless another order is asked.

    ``lists``: what ``list_honours`` returned, which counts all titles already.
    """
    if lists is not None and not _where(wanted):
        total = sum(one.companies for one in lists)
    else:
        total = db.session.scalar(_joined(select(func.count(Credential.id)), actor, wanted)) or 0
    return Page(_lines(actor, wanted, PAGE_SIZE, (number - 1) * PAGE_SIZE), number, PAGE_SIZE, total)


def honours_for_export(actor: Actor, wanted: HonourFilter) -> list[Honour]:
    """Return the lines of all pages, at most ``EXPORT_CAP``."""
    return _lines(actor, wanted, EXPORT_CAP, 0)


def list_honours(actor: Actor) -> list[HonourList]:
    """Return the lists there are, by title and year, the newest year first."""
    query = _joined(select(Credential.kind, Credential.year, func.count(Company.id)), actor, HonourFilter())
    rows = db.session.execute(query.group_by(Credential.kind, Credential.year)).all()
    found = [HonourList(*row) for row in rows]
    return sorted(found, key=lambda one: (-(one.year or 0), -one.companies, one.kind))


def _lines(actor: Actor, wanted: HonourFilter, limit: int, offset: int) -> list[Honour]:
    query = _joined(select(Credential, Company), actor, wanted)
    query = query.order_by(*_order(wanted.sort))
    today = clock.today()
    return [
        Honour(title, company, title.valid_until is not None and title.valid_until < today)
        for title, company in db.session.execute(query.limit(limit).offset(offset))
    ]


def _order(sort: str) -> list[Any]:
    """What is unknown comes last; within a list the rank, then the name."""
    rank = (Credential.rank.is_(None), Credential.rank)
    columns: dict[str, Any] = {
        "year": Credential.year,
        "rank": Credential.rank,
        "name": Company.name_pinyin,
        "until": Credential.valid_until,
    }
    column = columns[sort.removeprefix("-")]
    first = column.desc() if sort.startswith("-") else column.asc()
    return [column.is_(None), first, Credential.kind, *rank, Company.name_pinyin, Credential.id]


def _joined(query: S, actor: Actor, wanted: HonourFilter) -> S:
    joined = query.select_from(Credential).join(Company, Company.id == Credential.company_id)
    narrowed: S = joined.where(queries.visible_to(actor), retiring.in_use(), *_where(wanted))
    return narrowed


def _where(wanted: HonourFilter) -> list[ColumnElement[bool]]:
    until, today = Credential.valid_until, clock.today()
    states = {"valid": until >= today, "expired": and_(until.is_not(None), until < today), "open": until.is_(None)}
    where = [states[wanted.state]] if wanted.state else []
    if wanted.text:
        text = Company.name.icontains(wanted.text, autoescape=True)
        where.append(or_(text, Company.uscc == wanted.text.upper()))
    if wanted.kind:
        where.append(Credential.kind == wanted.kind)
    if wanted.year:
        where.append(Credential.year == wanted.year)
    return where
