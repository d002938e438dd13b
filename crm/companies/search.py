"""Companies found by a typed text: any name, pinyin, initials, code. A function of the text and visible rows (S1)."""

from collections.abc import Sequence
from functools import cache

from sqlalchemy import ColumnElement, Select, and_, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, aliased

from crm.companies import queries
from crm.companies.models import Company, CompanyGram, CompanyKey, CompanyName, CompanyOwnGram, KeyKind, PendingKey
from crm.companies.similar import find_similar
from crm.core import names
from crm.core import uscc as codes
from crm.core.matching.shortlist import SLOTS
from crm.core.names.grams import piece_grams
from crm.core.names.sound import syllable
from crm.kit import db
from crm.kit.access import Actor

MOST = 500
_SIMILAR = 30
_READ = 5000  # keys of one piece
_LONGEST = 6
_LAST = "\U0010ffff"


def found_by(actor: Actor, text: str) -> list[int]:
    """Return ids of visible companies that the text may mean, the likeliest first, at most ``MOST``."""
    text = readable(text)
    if not text:
        return []
    code = codes.normalise(text)
    by_code = _by_code(actor, code) if len(code) >= 4 and code.isascii() and any(c.isdigit() for c in code) else []
    if len(by_code) == 1 and len(code) == 18:
        return by_code
    similar = [one.company_id for one in find_similar(actor, text, limit=_SIMILAR)]
    return list(dict.fromkeys([*by_code, *_by_beginning(actor, text, similar)]))[:MOST]


def _in_order_of(actor: Actor, column: InstrumentedAttribute[str], beginning: str) -> Select[int]:
    """Each range is read along its own index and cut, so that a common beginning costs no more than a rare one."""
    return (
        select(Company.id)
        .join(CompanyName, CompanyName.company_id == Company.id)
        .where(begins(column, beginning), queries.names_seen_by(actor), queries.visible_to(actor))
        .order_by(column, CompanyName.id)
        .limit(MOST)
    )


def readable(text: str | None) -> str:
    """Return the text as far as a name can be: without control characters, at most 300 characters."""
    return "".join(char for char in (text or "") if char.isprintable()).strip()[:300]


def _by_code(actor: Actor, code: str) -> list[int]:
    """Own unopened rows whose code waits for another unit's are found like any other (S6); what waits on an open row is not told (S1)."""
    parts = [_with_code(actor, table, code).subquery() for table in (CompanyKey, PendingKey)]
    either = union_all(*(select(part.c.id, part.c.key) for part in parts)).subquery()
    return list(dict.fromkeys(db.session.scalars(select(either.c.id).order_by(either.c.key, either.c.id))))[:MOST]


def _with_code(actor: Actor, table: type[CompanyKey] | type[PendingKey], code: str) -> Select[int, str]:
    query = (
        select(Company.id, table.key)
        .join(table, table.company_id == Company.id)
        .where(table.kind == KeyKind.USCC, begins(table.key, code), queries.visible_to(actor))
    )
    if table is PendingKey and not actor.is_center:
        # On an open row a code may wait that another unit typed.
        query = query.where(Company.opened_at.is_(None), Company.entered_org_id == actor.org_id)
    return query.order_by(table.key).limit(MOST)


def _by_beginning(actor: Actor, text: str, similar: list[int]) -> list[int]:
    """Names that begin so come first, as people expect of a list; then what is alike in another way."""
    norm = names.normal(text)
    if not norm:
        return similar
    ranges: list[tuple[InstrumentedAttribute[str], str]] = [(CompanyName.norm, norm)]
    if norm.isascii():
        ranges.append((CompanyName.initials, norm.replace(" ", "")))
        ranges.extend((CompanyName.pinyin, spelling) for spelling in spaced(norm))
    parts = [_in_order_of(actor, column, beginning).subquery() for column, beginning in ranges]
    query = union_all(*(select(part.c.id) for part in parts))
    beginning = list(dict.fromkeys(db.session.scalars(query)))
    holding = _by_piece(actor, norm) if len(beginning) < MOST else []
    known, held = set(beginning), set(holding)
    both = [one for one in similar if one in known]
    return [*both, *beginning, *(one for one in similar if one in held), *holding, *similar]


def _by_piece(actor: Actor, norm: str) -> list[int]:
    """Names that hold the words anywhere, as 智能 or 机器人: found by the grams at both ends of the piece, at most ``MOST``."""
    grams = piece_grams(norm)
    if not grams:
        return []
    parts = [_with_grams(table, grams, actor).subquery() for table in (CompanyGram, CompanyOwnGram)]
    keys = union_all(*(select(part.c.skey) for part in parts)).subquery()
    query = (
        select(Company.id)
        .select_from(keys)
        .join(CompanyName, CompanyName.id == keys.c.skey // SLOTS)
        .join(Company, Company.id == CompanyName.company_id)
        .where(CompanyName.norm.contains(norm, autoescape=True), queries.names_seen_by(actor))
        .where(queries.visible_to(actor))
        .limit(MOST)
    )
    return list(dict.fromkeys(db.session.scalars(query)))


def _with_grams(table: type[CompanyGram] | type[CompanyOwnGram], grams: Sequence[int], actor: Actor) -> Select[int]:
    """The keys that have the grams, as many as one question may read."""
    place = ("skey",) if table is CompanyGram else ("org_id", "skey")
    query = select(table.skey).where(table.gram == grams[0])
    if table is CompanyOwnGram and not actor.is_center:
        query = query.where(CompanyOwnGram.org_id == actor.org_id)
    for gram in grams[1:]:
        other = aliased(table)
        same = (getattr(other, key) == getattr(table, key) for key in place)
        query = query.where(select(other.skey).where(other.gram == gram, *same).exists())
    return query.limit(_READ)


def by_spelling(actor: Actor, text: str, most: int) -> list[int]:
    """Return visible companies whose pinyin or initials begin with Latin letters, the names in order."""
    norm = names.normal(text)
    if len(norm) < 2 or not norm.isascii() or not norm.replace(" ", "").isalpha():
        return []
    ranges = [(CompanyName.initials, norm.replace(" ", "")), *((CompanyName.pinyin, one) for one in spaced(norm))]
    parts = [_in_order_of(actor, column, beginning).limit(most).subquery() for column, beginning in ranges]
    query = union_all(*(select(part.c.id) for part in parts))
    return list(dict.fromkeys(db.session.scalars(query)))[:most]


def spaced(text: str, most: int = 4) -> list[str]:
    """Return ways to read Latin letters as pinyin, a space between syllables; the last may be begun only."""
    letters = text.replace(" ", "")[:60]
    ways: dict[int, list[str]] = {0: [""]}
    found = [text]
    for at in range(len(letters)):
        for before in ways.get(at, ())[:most]:
            rest = letters[at:]
            if len(rest) < _LONGEST and any(one.startswith(rest) for one in _syllables()):
                found.append(f"{before} {rest}".strip())
            for length in range(min(_LONGEST, len(rest)), 0, -1):
                if rest[:length] in _syllables():
                    ways.setdefault(at + length, []).append(f"{before} {rest[:length]}".strip())
    return list(dict.fromkeys([text, *ways.get(len(letters), ()), *found]))[:most]  # whole readings before begun ones


@cache
def _syllables() -> frozenset[str]:
    """All toneless syllables, read off the common characters."""
    return frozenset(one for one in map(syllable, map(chr, range(0x4E00, 0x9FA6))) if one.isascii())


def begins(column: InstrumentedAttribute[str], text: str) -> ColumnElement[bool]:
    """A condition that an ordinary index answers on both databases."""
    if db.is_sqlite():
        return and_(column >= text, column < text + _LAST)
    return column.startswith(text, autoescape=True)
