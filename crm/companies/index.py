"""The name index: the stored parts of a name, and its grams; those of names that are not open stand apart (S1)."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import islice
from typing import Any, TypeVar, cast

from sqlalchemy import Table, delete, func, select, update

from crm.companies import state
from crm.companies.models import Company, CompanyGram, CompanyName, CompanyOwnGram, NameKind
from crm.core import names
from crm.core.matching.shortlist import skey
from crm.core.names import regions
from crm.core.names.grams import VERSION, stored_grams
from crm.kit import db

T = TypeVar("T")
_SPELLED_OUT = (NameKind.LEGAL, NameKind.FORMER)
_CHUNK = 2_000
_NAMES = cast(Table, CompanyName.__table__)


def name_values(
    text: str,
    kind: NameKind,
    *,
    province: str = "",
    city: str = "",
    source: str = "",
    valid_to: date | None = None,
    spelled: bool = True,
) -> dict[str, Any]:
    """Return the columns of a stored name except ``company_id`` and ``org_id``: the text, its parts and its sound.

    ``spelled=False``: without pinyin, by which a list is sorted and searched.
    """
    parts = names.parts(text)
    return {
        "kind": kind,
        "text": text.strip()[:200],
        "norm": parts.norm,
        "head": parts.head,
        "body": parts.body,
        "core": parts.core,
        "line": parts.line,
        "lat": parts.lat,
        "prov": parts.prov,
        "city": parts.city,
        "rprov": regions.plain(province)[:20],
        "rcity": regions.plain(city)[:20],
        "legal": parts.legal,
        "grp": parts.grp,
        "branch": parts.branch,
        "pinyin": names.pinyin(text)[:400] if spelled else "",
        "initials": names.initials(text)[:100] if spelled else "",
        "source": source,
        "valid_to": valid_to,
    }


def store_name(
    company: Company,
    text: str,
    kind: NameKind,
    *,
    org_id: int | None = None,
    source: str = "",
    valid_to: date | None = None,
) -> CompanyName:
    """Give a company a name and index it if it is open. A name it already has is returned as it stands.

    ``org_id``: the unit that the name serves; None when open. Call inside the transaction.
    """
    values = name_values(text, kind, province=company.province, city=company.city, source=source, valid_to=valid_to)
    known = select(CompanyName).where(
        CompanyName.company_id == company.id,
        CompanyName.kind == kind,
        CompanyName.norm == values["norm"],
        CompanyName.org_id == org_id if org_id is not None else CompanyName.org_id.is_(None),
    )
    if (old := db.session.scalars(known).first()) is not None:
        return old
    row = CompanyName(company_id=company.id, org_id=org_id, **values)
    db.session.add(row)
    db.session.flush()
    _write([row], is_open=company.opened_at is not None)
    return row


def remove_name(row: CompanyName) -> None:
    """Take a name and its grams away."""
    drop_grams(row)
    db.session.delete(row)
    db.session.flush()


def open_names(company: Company, *, aliases: bool) -> None:
    """Open the legal and former names of a company that has just been opened (S0), and index them.

    ``aliases``: the further names too; a unit's alias serves that unit until the centre opens it (S1).
    """
    rows = db.session.scalars(select(CompanyName).where(CompanyName.company_id == company.id)).all()
    taken = {(row.kind, row.norm) for row in rows if row.org_id is None}
    for row in rows:
        if not aliases and row.kind not in _SPELLED_OUT:
            continue
        if row.org_id is not None and (row.kind, row.norm) in taken:
            db.session.delete(row)
            continue
        taken.add((row.kind, row.norm))
        row.org_id = None
    db.session.flush()
    index_company(company)


def index_company(company: Company) -> None:
    """Bring parts and grams of all names of a company up to date: after a new seat, or after opening."""
    rows = db.session.scalars(select(CompanyName).where(CompanyName.company_id == company.id)).all()
    for row in rows:
        drop_grams(row)
        for column, value in name_values(row.text, row.kind, province=company.province, city=company.city).items():
            if column not in ("source", "valid_to", "text"):
                setattr(row, column, value)
    db.session.flush()
    _write(rows, is_open=company.opened_at is not None)


def _write(rows: Sequence[CompanyName], *, is_open: bool) -> None:
    """Index names: open ones for all, a unit's for the unit; a name without a unit on a row that is not open waits."""
    if is_open:
        write_grams(pair for row in rows if row.org_id is None for pair in row_grams(row))
    write_own_grams((gram, row.org_id, key) for row in rows if row.org_id is not None for gram, key in row_grams(row))


def row_grams(row: CompanyName) -> list[tuple[int, int]]:
    """Return the gram rows of a stored name, from its columns."""
    columns = {name: getattr(row, name) for name in names.Parts.__dataclass_fields__}
    return _pairs(row.id, row.kind, names.Parts(**columns), row.rprov, row.rcity)


def value_grams(name_id: int, values: dict[str, Any]) -> list[tuple[int, int]]:
    """Return the gram rows of a name that is about to be stored, from ``name_values``."""
    parts = names.Parts(**{name: values[name] for name in names.Parts.__dataclass_fields__})
    return _pairs(name_id, values["kind"], parts, values["rprov"], values["rcity"])


def write_grams(pairs: Iterable[tuple[int, int]]) -> None:
    """Insert gram rows; those that are there stay. Sorted, so that the tree grows at few places."""
    _insert_new(CompanyGram, ("gram", "skey"), sorted(set(pairs)))


def write_own_grams(triples: Iterable[tuple[int, int, int]]) -> None:
    """Insert gram rows of names that serve a unit: gram, unit, key."""
    _insert_new(CompanyOwnGram, ("gram", "org_id", "skey"), sorted(set(triples)))


def _insert_new(table: type[db.Base], columns: Sequence[str], rows: Sequence[tuple[int, ...]]) -> None:
    """Insert plain numbers by the driver itself: a name has 25 grams, and a row of the mapper costs as much as all of them."""
    mark = "?" if db.is_sqlite() else "%s"
    places = ", ".join(mark for _ in columns)
    statement = f"insert into {table.__tablename__} ({', '.join(columns)}) values ({places}) on conflict do nothing"
    db.session.flush()
    connection = db.session.connection()
    for chunk in _chunks(rows, 50_000):
        connection.exec_driver_sql(statement, chunk)


def drop_grams(row: CompanyName) -> None:
    """Delete the gram rows of a stored name; they are computed again, because nothing is indexed by skey."""
    pairs = row_grams(row)
    keys = {key for _, key in pairs}
    grams = [gram for gram, _ in pairs]
    for table in (CompanyGram, CompanyOwnGram):
        db.session.execute(delete(table).where(table.gram.in_(grams), table.skey.in_(keys)))


def drop_grams_of(rows: Sequence[CompanyName]) -> None:
    """Delete the gram rows of many names, a few dozen names in a statement."""
    for start in range(0, len(rows), 40):
        pairs = [pair for row in rows[start : start + 40] for pair in row_grams(row)]
        grams, skeys = {gram for gram, _ in pairs}, {key for _, key in pairs}
        for table in (CompanyGram, CompanyOwnGram):
            db.session.execute(delete(table).where(table.gram.in_(grams), table.skey.in_(skeys)))


def rebuild() -> Iterator[int]:
    """Compute all parts and grams again, after a change of the rules; yield the number of names done so far.

    In chunks, each a transaction of its own; one that was broken off goes on where it stood. Meanwhile names not yet
    reached are found by their full text, key or code only.
    """
    _begin_rebuild()
    done = 0
    while (count := _rebuild_chunk()) > 0:
        done += count
        yield done
    with db.transaction():
        state.forget(state.REBUILT_TO)
        state.note(state.GRAMS, VERSION)
        state.count_open_names()


@db.transactional
def _begin_rebuild() -> None:
    """Empty the index, unless a rebuild for this version was broken off: then it goes on."""
    if state.value(state.REBUILT_TO) is not None and state.value(state.GRAMS) == f"{VERSION} unfinished":
        return
    for table in (CompanyGram, CompanyOwnGram):
        db.session.execute(delete(table))
    state.note(state.GRAMS, f"{VERSION} unfinished")
    state.note(state.REBUILT_TO, 0)


@db.transactional
def _rebuild_chunk() -> int:
    rows = _chunk_after(int(state.value(state.REBUILT_TO) or 0))
    if not rows:
        return 0
    pairs: list[tuple[int, int]] = []
    own: list[tuple[int, int, int]] = []
    changes = []
    for row, company in rows:
        values = name_values(row.text, row.kind, province=company.province, city=company.city)
        kept = {key: value for key, value in values.items() if key not in ("text", "source", "valid_to", "kind")}
        changes.append({"id": row.id, **kept})
        grams = value_grams(row.id, values)
        if row.org_id is not None:
            own += [(gram, row.org_id, key) for gram, key in grams]
        elif company.opened_at is not None:
            pairs += grams
    db.session.execute(update(CompanyName), changes)
    write_grams(pairs)
    write_own_grams(own)
    state.note(state.REBUILT_TO, rows[-1][0].id)
    return len(rows)


def store_in_bulk(named: Iterable[tuple[int, Sequence[dict[str, Any]]]]) -> int:
    """Store and index the names of many open companies: pairs of company id and ``name_values``. Return how many."""
    next_id = (db.session.scalar(select(func.max(CompanyName.id))) or 0) + 1
    pairs: list[tuple[int, int]] = []
    count = 0
    for chunk in _chunks(_numbered(named, next_id), _CHUNK):
        rows = [
            {"id": name_id, "company_id": company_id, "org_id": None, **values} for name_id, company_id, values in chunk
        ]
        db.session.connection().execute(_NAMES.insert(), rows)
        for name_id, _, values in chunk:
            pairs += value_grams(name_id, values)
        count += len(chunk)
    write_grams(pairs)
    _continue_ids(next_id + count)
    if state.value(state.GRAMS) is None:
        state.note(state.GRAMS, VERSION)
    state.count_open_names()
    return count


def _continue_ids(following: int) -> None:
    """PostgreSQL counts ids in a sequence, which ids given by hand do not move."""
    if not db.is_sqlite():
        sequence = func.pg_get_serial_sequence("company_names", "id")
        db.session.execute(select(func.setval(sequence, following, False)))


def _chunks(items: Iterable[T], size: int) -> Iterator[list[T]]:
    rest = iter(items)
    while chunk := list(islice(rest, size)):
        yield chunk


def _numbered(
    named: Iterable[tuple[int, Sequence[dict[str, Any]]]], next_id: int
) -> Iterator[tuple[int, int, dict[str, Any]]]:
    for company_id, values in named:
        for one in values:
            yield next_id, company_id, one
            next_id += 1


def _chunk_after(last: int) -> Sequence[Any]:
    query = select(CompanyName, Company).join(Company, Company.id == CompanyName.company_id)
    return db.session.execute(query.where(CompanyName.id > last).order_by(CompanyName.id).limit(_CHUNK)).all()


def _pairs(name_id: int, kind: NameKind, parts: names.Parts, rprov: str, rcity: str) -> list[tuple[int, int]]:
    key = skey(name_id, parts.head, parts.lat)
    return [(gram, key) for gram in stored_grams(parts, rprov, rcity, spelled_out=kind in _SPELLED_OUT)]
