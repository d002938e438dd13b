"""Lists of companies: filters, order, pages that stay fast however deep."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Select, false, literal, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from crm.companies import choices, queries, retiring, search
from crm.companies.models import Company, CompanyNode, Credential, NodeWeight
from crm.core.permissions import Permission
from crm.kit import db
from crm.kit.access import Actor

PAGE_SIZE = 30
COUNT_CAP = 1_000
EXPORT_CAP = 5_000
SORTS: dict[str, InstrumentedAttribute[Any]] = {
    "name": Company.name_pinyin,
    "updated": Company.updated_at,
    "capital": Company.capital_cny,
}
DEFAULT_SORT = "name"
KINDS = ("local", "target", "own", "center", "retired")
_PLACE = re.compile(r"(r|p):(.{1,20})\Z")
_CURSOR = re.compile(r"(-?[a-z]+)~([a-z2-7]{10})\Z")


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to. ``place`` is r:region or p:province; ``after``/``before`` are a row's sort~public id."""

    q: str = ""
    segment: str = ""
    node: str = ""
    gap: str = ""
    place: str = ""
    credential: str = ""
    kind: str = ""
    sort: str = ""
    after: str = ""
    before: str = ""

    @classmethod
    def of(cls, args: Mapping[str, str]) -> "Filters":
        """Read an address: what is not known there is left out, never an error."""
        known = choices.read()
        segment, node, place = args.get("segment", ""), args.get("node", ""), args.get("place", "")
        sort = args.get("sort", "")
        return cls(
            q=search.readable(args.get("q")),
            segment=segment if segment in dict(known.segments()) else "",
            node=node if known.node(node) else "",
            gap=args.get("gap", "") if args.get("gap") in choices.GAPS else "",
            place=place if _place(place) else "",
            credential=args.get("credential", "") if args.get("credential") in choices.CREDENTIALS else "",
            kind=args.get("kind", "") if args.get("kind") in KINDS else "",
            sort=sort if sort.removeprefix("-") in SORTS else "",
            after=args.get("after", "") if _CURSOR.match(args.get("after", "")) else "",
            before=args.get("before", "") if _CURSOR.match(args.get("before", "")) else "",
        )

    @property
    def order(self) -> str:
        """The sort in force; a text without a chosen sort is ordered by likeness ('')."""
        return self.sort or ("" if self.q else DEFAULT_SORT)


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the list: the company and its nodes, the main ones first."""

    company: Company
    nodes: tuple[choices.NodeChoice, ...]


@dataclass(frozen=True, slots=True)
class Listed:
    """One page. ``total`` is exact up to ``COUNT_CAP``, then a lower bound. ``after``/``before`` lead on and back, or ''."""

    lines: tuple[Line, ...]
    total: int
    capped: bool
    after: str = ""
    before: str = ""


def page_of_companies(actor: Actor, filters: Filters, size: int = PAGE_SIZE) -> Listed:
    """Return one page of visible companies: three statements beside those of a text search."""
    found = search.found_by(actor, filters.q) if filters.q else None
    conditions = conditions_of(actor, filters)
    if found is not None:
        if not found:
            return Listed((), 0, False)
        conditions.append(Company.id.in_(found))
        if not filters.order:
            return _by_likeness(conditions, found, filters, size)
    # Few matches: their ids are the filter, and sorting them is nothing. Many: they lie close in any order.
    ids = db.session.scalars(select(Company.id).where(*conditions).limit(COUNT_CAP + 1)).all()
    total = len(ids)
    if total <= COUNT_CAP:
        conditions = [Company.id.in_(ids)]
    rows, more_after, more_before = _rows(conditions, filters, size, actor)
    return Listed(
        _lines(rows),
        min(total, COUNT_CAP),
        total > COUNT_CAP,
        _cursor(filters, rows[-1]) if rows and more_after else "",
        _cursor(filters, rows[0]) if rows and more_before else "",
    )


def export_rows(actor: Actor, filters: Filters) -> list[Line]:
    """Return what the list shows on all its pages, at most ``EXPORT_CAP`` rows and one more that tells of the rest."""
    return first_rows(actor, filters, EXPORT_CAP + 1)


def first_rows(actor: Actor, filters: Filters, most: int) -> list[Line]:
    """Return what the list shows on all its pages, at most so many rows."""
    return list(page_of_companies(actor, replace(filters, after="", before=""), most).lines)


def conditions_of(actor: Actor, filters: Filters) -> list[ColumnElement[bool]]:
    """Return the where-clauses of the filters; what may be seen comes first."""
    wanted = [queries.visible_to(actor)]
    if filters.kind == "retired":
        wanted.append(Company.retired_at.is_not(None) if actor.can(Permission.COMPANY_RETIRE) else false())
    else:
        wanted.append(retiring.in_use())
    nodes = _nodes_asked(filters)
    if nodes is not None:
        wanted.append(Company.id.in_(select(CompanyNode.company_id).where(CompanyNode.node_id.in_(nodes))))
    wanted.extend(_place(filters.place) or [])
    if filters.credential:
        wanted.append(Company.id.in_(select(Credential.company_id).where(Credential.kind == filters.credential)))
    if filters.kind == "local":
        wanted.append(Company.is_local.is_(True))
    elif filters.kind == "target":
        wanted.append(Company.is_target.is_(True))
    elif filters.kind == "own":
        wanted.append(Company.opened_at.is_(None))
        wanted.append(Company.entered_org_id == actor.org_id)
    elif filters.kind == "center":
        wanted.append(Company.opened_at.is_(None))
    return wanted


def _nodes_asked(filters: Filters) -> list[int] | None:
    if not (filters.segment or filters.node or filters.gap):
        return None
    return [
        node.id
        for node in choices.read().nodes
        if filters.segment in ("", node.segment_code)
        and filters.node in ("", node.code)
        and filters.gap in ("", node.gap)
    ]


def _place(text: str) -> list[ColumnElement[bool]] | None:
    match = _PLACE.match(text)
    if match is None:
        return None
    if match[1] == "p":
        return [Company.province == match[2]] if match[2] in choices.PROVINCES else None
    region = choices.read().region(match[2])
    if region is None:
        return None
    if not region.provinces:
        return [Company.country.not_in(("中国", ""))]
    inside: list[ColumnElement[bool]] = [Company.province.in_(region.provinces)]
    return [*inside, Company.city.in_(region.cities)] if region.cities else inside


def _by_likeness(conditions: Sequence[ColumnElement[bool]], found: list[int], filters: Filters, size: int) -> Listed:
    """A search without a chosen order: the rows are few (``search.MOST``), so one statement brings them and the page is cut here."""
    rows = {row.id: row for row in db.session.scalars(select(Company).where(*conditions))}
    ordered = [rows[one] for one in found if one in rows]
    start = 0
    if cursor := _CURSOR.match(filters.after or filters.before):
        at = next((n for n, row in enumerate(ordered) if row.public_id == cursor[2]), -1)
        start = at + 1 if filters.after else max(0, at - size)
    shown = ordered[start : start + size]
    after = f"likeness~{shown[-1].public_id}" if start + size < len(ordered) else ""
    before = f"likeness~{shown[0].public_id}" if start > 0 and shown else ""
    return Listed(_lines(shown), len(ordered), len(found) >= search.MOST, after, before)


def _rows(
    conditions: Sequence[ColumnElement[bool]], filters: Filters, size: int, actor: Actor
) -> tuple[list[Company], bool, bool]:
    """Return one page by keyset, and whether rows follow and precede."""
    name = filters.order.removeprefix("-")
    column = SORTS[name]
    backwards = bool(filters.before)
    down = filters.order.startswith("-") != backwards
    query: Select[Company] = select(Company).where(*conditions)
    if name == "capital":
        query = query.where(column.is_not(None))
    edge = _edge(filters, actor)
    if edge is not None:
        place = tuple_(column, Company.id)
        here = tuple_(literal(getattr(edge, column.key), column.type), literal(edge.id))
        query = query.where(place < here if down else place > here)
    query = query.order_by(column.desc() if down else column, Company.id.desc() if down else Company.id)
    rows = list(db.session.scalars(query.limit(size + 1)))
    more, rows = len(rows) > size, rows[:size]
    if backwards:
        return rows[::-1], edge is not None, more
    return rows, more, edge is not None


def _edge(filters: Filters, actor: Actor) -> Company | None:
    """Return the row a cursor names, if the cursor belongs to the order in force."""
    cursor = _CURSOR.match(filters.after or filters.before)
    if cursor is None or cursor[1] != filters.order:
        return None
    edge = queries.find_company(actor, cursor[2])
    if edge is None or getattr(edge, SORTS[filters.order.removeprefix("-")].key) is None:
        return None
    return edge


def _cursor(filters: Filters, row: Company) -> str:
    return f"{filters.order}~{row.public_id}"


def _lines(rows: Sequence[Company]) -> tuple[Line, ...]:
    known = choices.read().nodes_by_id()
    ids = [row.id for row in rows]
    links: dict[int, list[tuple[bool, int]]] = {}
    if ids:
        query = select(CompanyNode.company_id, CompanyNode.node_id, CompanyNode.weight)
        for company_id, node_id, weight in db.session.execute(query.where(CompanyNode.company_id.in_(ids))):
            links.setdefault(company_id, []).append((weight is not NodeWeight.MAIN, node_id))
    return tuple(Line(row, tuple(known[n] for _, n in sorted(links.get(row.id, ())) if n in known)) for row in rows)
