"""A base for the scan: real and recombined names, a tenth of them written down twice, stored without the name index."""

import csv
import gzip
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import insert, text

from bench.injection import Injection, Row
from crm.companies.bulk import Record
from crm.companies.evaluate import read_registry
from crm.companies.models import Company, CompanyKey, CompanyName, KeyKind, NameKind
from crm.core import names
from crm.core.names import regions
from crm.kit import clock, db

CHUNK = 20_000


def rows(registry: Path, scale: Path | None, count: int, *, seed: int, share: float = 0.1, skip: int = 0) -> list[Row]:
    """Return ``count`` originals (the registry, then recombined names) and a tenth as many duplicates, mixed."""
    inject = Injection(seed)
    records = [*read_registry(registry)]
    inject.chance.shuffle(records)
    more = recombined(scale, skip) if scale else iter(())
    originals = [inject.original(record) for record in islice(chain_of(records, more), count)]
    made = inject.duplicates(originals, int(len(originals) * share))
    both = originals + made
    inject.chance.shuffle(both)
    return both


def chain_of(records: list[Record], more: Iterator[Record]) -> Iterator[Record]:
    """Yield the registry first, then the recombined names."""
    yield from records
    yield from more


def recombined(path: Path, skip: int = 0) -> Iterator[Record]:
    """Yield the names of a list that are not real, after the first ``skip``."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        made = (row["name"] for row in csv.DictReader(file) if row["is_real"] == "0")
        for number, name in enumerate(islice(made, skip, None)):
            yield Record(f"made{skip + number}", name)


def store(base: list[Row]) -> dict[str, int]:
    """Write the rows as open companies with names and keys, in chunks; return external id → company id."""
    taken: dict[tuple[str, str], int] = {}
    ids: dict[str, int] = {}
    name_id = 0
    for begin in range(0, len(base), CHUNK):
        told: list[dict[str, Any]] = []
        keys: list[dict[str, Any]] = []
        named: list[dict[str, Any]] = []
        for number, row in enumerate(base[begin : begin + CHUNK], start=begin + 1):
            ids[row.record.external_id] = number
            told.append(_company(number, row))
            keys += _keys(number, row.record, taken)
            for values in _names(row.record):
                name_id += 1
                named.append({"id": name_id, "company_id": number, "org_id": None, **values})
        with db.transaction():
            for model, found in ((Company, told), (CompanyKey, keys), (CompanyName, named)):
                db.session.connection().execute(insert(model.__table__), found)
    if not db.is_sqlite():
        db.session.execute(text("analyze"))
        db.session.commit()
    return ids


def _company(number: int, row: Row) -> dict[str, Any]:
    now = clock.now()
    return {
        "id": number,
        "public_id": db.new_public_id(),
        "name": row.record.name[:200],
        "name_pinyin": "",
        "uscc": row.record.uscc or None,
        "province": row.record.province,
        "city": row.record.city,
        "address": row.address,
        "opened_at": now,
        "opened_how": "list",
        "created_at": now,
        "updated_at": now,
    }


def _keys(number: int, record: Record, taken: dict[tuple[str, str], int]) -> Iterator[dict[str, Any]]:
    found = [(KeyKind.NAME, names.name_key(text)) for text in (record.name, *record.former_names)]
    if record.uscc and (KeyKind.USCC, record.uscc) not in taken:
        found.append((KeyKind.USCC, record.uscc))
    for kind, key in dict.fromkeys(found):
        if key:
            no = taken.get((kind, key), 0)
            taken[kind, key] = no + 1
            yield {"kind": kind, "key": key, "homonym_no": no, "company_id": number}


def _names(record: Record) -> list[dict[str, Any]]:
    told = [(record.name, NameKind.LEGAL), (record.short_name, NameKind.SHORT), (record.english_name, NameKind.ENGLISH)]
    told += [(text, NameKind.FORMER) for text in record.former_names]
    values = [_name(text, kind, record) for text, kind in told if names.normal(text)]
    return list({(one["kind"], one["norm"]): one for one in values}.values())


def _name(text: str, kind: NameKind, record: Record) -> dict[str, Any]:
    """Return the columns of a name as ``companies.index`` stores them, without pinyin, which a scan does not read."""
    parts = names.parts(text)
    seat = {"rprov": regions.plain(record.province), "rcity": regions.plain(record.city)}
    own = {label: getattr(parts, label) for label in names.Parts.__dataclass_fields__}
    return {"kind": kind, "text": text.strip()[:200], **own, **seat}
