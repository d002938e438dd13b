"""Many open companies at once: registries and public lists, stored and indexed as a typed one would be."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from sqlalchemy import func, insert, select

from crm.companies.index import name_values, store_in_bulk
from crm.companies.models import Company, CompanyKey, CompanySource, KeyKind, NameKind
from crm.core import names, uscc
from crm.kit import clock, db

_CHUNK = 2_000


@dataclass(frozen=True, slots=True)
class Record:
    """A company of a list; ``external_id`` finds it again when the list is loaded a second time."""

    external_id: str
    name: str
    short_name: str = ""
    english_name: str = ""
    former_names: tuple[str, ...] = ()
    province: str = ""
    city: str = ""
    industry: str = ""
    uscc: str = ""


@db.transactional
def load_companies(
    records: Iterable[Record], *, source: str, opened_how: str = "list", homonyms: bool = False
) -> dict[str, int]:
    """Store companies with all their names, keys and grams, opened; return external id → company id of the new ones.

    A record whose legal name is known as a key is left out; with ``homonyms`` it becomes a company of its own, told
    apart by its ``homonym_no``. A record loaded before from the same source is left out in any case.
    """
    known = set(db.session.scalars(select(CompanySource.external_id).where(CompanySource.source == source)))
    taken = Counter[str](db.session.scalars(select(CompanyKey.key).where(CompanyKey.kind == KeyKind.NAME)))
    chosen = []
    for record in records:
        key = names.name_key(record.name)
        if record.external_id in known or not key or (taken[key] and not homonyms):
            continue
        known.add(record.external_id)
        taken[key] += 1
        chosen.append(record)
    first = (db.session.scalar(select(func.max(Company.id))) or 0) + 1
    numbered = list(enumerate(chosen, start=first))
    _insert(Company, (_company(number, record, opened_how) for number, record in numbered))
    _insert(CompanyKey, _keys(numbered))
    _insert(CompanySource, ({"company_id": n, "source": source, "external_id": r.external_id} for n, r in numbered))
    store_in_bulk((number, _names(record, source)) for number, record in numbered)
    _continue_ids(first + len(numbered))
    return {record.external_id: number for number, record in numbered}


def _company(number: int, record: Record, opened_how: str) -> dict[str, Any]:
    now = clock.now()
    code = uscc.normalise(record.uscc)
    return {
        "id": number,
        "public_id": db.new_public_id(),
        "name": record.name.strip()[:200],
        "name_pinyin": names.pinyin(record.name)[:400],
        "uscc": code if code and uscc.is_valid(code) else None,
        "province": record.province,
        "city": record.city,
        "industry": record.industry[:80],
        "opened_at": now,
        "opened_how": opened_how,
        "created_at": now,
        "updated_at": now,
    }


def _keys(numbered: Sequence[tuple[int, Record]]) -> Iterator[dict[str, Any]]:
    """Yield the keys; one that several companies share is counted up, legal names before former ones."""
    stored = select(CompanyKey.kind, CompanyKey.key, func.max(CompanyKey.homonym_no)).group_by(
        CompanyKey.kind, CompanyKey.key
    )
    next_no = {(kind, key): number + 1 for kind, key, number in db.session.execute(stored)}
    given: set[tuple[KeyKind, str, int]] = set()
    legal = ((number, KeyKind.NAME, names.name_key(record.name)) for number, record in numbered)
    former = ((n, KeyKind.NAME, names.name_key(text)) for n, record in numbered for text in record.former_names)
    codes = ((n, KeyKind.USCC, uscc.normalise(r.uscc)) for n, r in numbered if r.uscc and uscc.is_valid(r.uscc))
    for number, kind, key in chain(legal, former, codes):
        if not key or (kind, key, number) in given or (kind is KeyKind.USCC and (kind, key) in next_no):
            continue
        given.add((kind, key, number))
        homonym_no = next_no.get((kind, key), 0)
        next_no[kind, key] = homonym_no + 1
        yield {"kind": kind, "key": key, "homonym_no": homonym_no, "company_id": number}


def _names(record: Record, source: str) -> list[dict[str, Any]]:
    told = [(record.name, NameKind.LEGAL), (record.short_name, NameKind.SHORT), (record.english_name, NameKind.ENGLISH)]
    told += [(text, NameKind.FORMER) for text in record.former_names]
    values = [
        name_values(text, kind, province=record.province, city=record.city, source=source)
        for text, kind in told
        if names.normal(text)
    ]
    return list({(one["kind"], one["norm"]): one for one in values}.values())


def _insert(table: type[db.Base], rows: Iterable[dict[str, Any]]) -> None:
    every = list(rows)
    for start in range(0, len(every), _CHUNK):
        db.session.execute(insert(table), every[start : start + _CHUNK])


def _continue_ids(following: int) -> None:
    """PostgreSQL counts ids in sequences, which ids given by hand do not move."""
    if not db.is_sqlite():
        sequence = func.pg_get_serial_sequence(Company.__tablename__, "id")
        db.session.execute(select(func.setval(sequence, following, False)))
