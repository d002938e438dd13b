"""The base as columns in memory: every living company with its facts, every name of it, the unopened ones too.

Only the city centre sees what a scan finds, so rows that no unit may see take part (S0). Read in short transactions.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any

import numpy as np
from sqlalchemy import Row, bindparam, text

from crm.core import names
from crm.kit import db
from crm.kit.db import UtcDateTime

KINDS = ("legal", "former", "short", "english", "brand", "confirmed")
_CHUNK = 20_000
_LIVING = "c.merged_into_id is null and c.retired_at is null"
_COMPANIES = f"""
    select c.id, c.uscc, c.address, c.founded_on, c.website,
           case when c.updated_at >= :since or c.created_at >= :since or c.opened_at >= :since then 1 else 0 end
    from companies c where c.id > :last and {_LIVING} order by c.id limit :size
"""
_NAMES = f"""
    select n.id, n.company_id, n.kind, n.norm, n.body, n.core, n.line, n.lat, n.prov, n.city, n.rprov, n.rcity,
           n.legal, n.grp, n.branch, case when n.at >= :since then 1 else 0 end
    from company_names n join companies c on c.id = n.company_id
    where n.id > :last and {_LIVING} order by n.id limit :size
"""


class Words:
    """Texts as numbers: 0 is nothing, equal texts have equal numbers."""

    def __init__(self) -> None:
        self.texts: list[str] = [""]
        self._numbers: dict[str, int] = {"": 0}

    def number(self, word: str) -> int:
        """Return the number of a text."""
        number = self._numbers.get(word)
        if number is None:
            number = self._numbers[word] = len(self.texts)
            self.texts.append(word)
        return number

    def close(self) -> list[str]:
        """Give the room of the table back; return the texts by number."""
        self._numbers = {}
        return self.texts


@dataclass(slots=True)
class Companies:
    """Facts of the living companies, in the order of their ids. Numbers stand for texts; 0 (or the least day) is unknown."""

    id: np.ndarray
    code: np.ndarray
    address: np.ndarray
    founded: np.ndarray
    website: np.ndarray
    changed: np.ndarray

    def places(self, ids: np.ndarray) -> np.ndarray:
        """Return where companies stand by their ids; -1 for those that do not live."""
        if len(self.id) == 0:
            return np.full(len(ids), -1, np.int64)
        found = np.searchsorted(self.id, ids).clip(0, len(self.id) - 1)
        return np.where(self.id[found] == ids, found, -1)


@dataclass(slots=True)
class Names:
    """All names of the living companies, in the order of their ids. ``company`` is a place in ``Companies``."""

    id: np.ndarray
    company: np.ndarray
    kind: np.ndarray
    norm: np.ndarray
    body: np.ndarray
    core: np.ndarray
    line: np.ndarray
    latin: np.ndarray
    prov: np.ndarray
    city: np.ndarray
    county: np.ndarray
    seat_prov: np.ndarray
    seat_city: np.ndarray
    legal: np.ndarray
    grp: np.ndarray
    branch: np.ndarray
    norms: list[str]
    bodies: list[str]
    cores: list[str]
    lines: list[str]

    def __len__(self) -> int:
        return len(self.id)


@dataclass(slots=True)
class Base:
    """Everything a scan looks at."""

    companies: Companies
    names: Names


def read_base(since: datetime | None = None) -> Base:
    """Read the living companies and their names; with ``since`` note which changed from then on."""
    companies = _read_companies(since)
    return Base(companies, _read_names(companies, since))


def _read_companies(since: datetime | None) -> Companies:
    address, website, code = Words(), Words(), Words()

    def numbers(row: Sequence[Any]) -> tuple[int, ...]:
        company_id, uscc, street, founded, site, changed = row
        facts = (code.number(uscc or ""), address.number(_street(street)), _day(founded), website.number(_site(site)))
        return company_id, *facts, changed

    table = _table(map(numbers, _rows(_COMPANIES, since)), 6)
    return Companies(
        id=np.ascontiguousarray(table[:, 0]),
        code=_column(table, 1),
        address=_column(table, 2),
        founded=_column(table, 3),
        website=_column(table, 4),
        changed=table[:, 5] > 0,
    )


def _read_names(companies: Companies, since: datetime | None) -> Names:
    norms, bodies, cores, lines, places, branches = (Words() for _ in range(6))

    def numbers(row: Sequence[Any]) -> tuple[int, ...]:
        name_id, company_id, kind, norm, body, core, line, latin, prov, place, seat_prov, seat_city, *marks = row
        city, _, county = place.partition("/")
        legal, grp, branch, changed = marks
        texts = norms.number(norm), bodies.number(body), cores.number(core), lines.number(line)
        seats = tuple(map(places.number, (prov, city, county, seat_prov, seat_city)))
        return (
            *(name_id, company_id, KINDS.index(kind), *texts, 1 if latin else 0, *seats),
            *(legal, grp, branches.number(branch), changed),
        )

    table = _table(map(numbers, _rows(_NAMES, since)), 17)
    company = companies.places(table[:, 1])
    table, company = table[company >= 0], company[company >= 0]
    companies.changed[company[table[:, 16] > 0]] = True
    labels = ["kind", "norm", "body", "core", "line", "latin"]
    labels += ["prov", "city", "county", "seat_prov", "seat_city", "legal", "grp", "branch"]
    columns = {label: _column(table, n) for n, label in enumerate(labels, start=2)}
    return Names(
        id=np.ascontiguousarray(table[:, 0]),
        company=company.astype(np.int32),
        norms=norms.close(),
        bodies=bodies.close(),
        cores=cores.close(),
        lines=lines.close(),
        **columns,
    )


def _table(rows: Iterator[tuple[int, ...]], width: int) -> np.ndarray:
    """Collect rows of numbers without holding them all as Python objects."""
    parts = [np.empty((0, width), np.int64)]
    while chunk := list(islice(rows, _CHUNK)):
        parts.append(np.array(chunk, np.int64))
    return np.concatenate(parts)


def _column(table: np.ndarray, number: int) -> np.ndarray:
    return np.ascontiguousarray(table[:, number]).astype(np.int32)


def _rows(statement: str, since: datetime | None) -> Iterator[Row[Any]]:
    """Walk a table by its id, a short read at a time."""
    asked = text(statement).bindparams(bindparam("since", type_=UtcDateTime()))
    last = 0
    while True:
        with db.engine().connect() as connection:
            rows = connection.execute(asked, {"last": last, "since": since, "size": _CHUNK}).all()
        yield from rows
        if len(rows) < _CHUNK:
            return
        last = rows[-1][0]


def _street(address: str) -> str:
    """Return an address in one form; one too short to tell a house counts as none."""
    plain = names.normal(address).replace(" ", "") if address else ""
    return plain if len(plain) >= 8 and any(c.isdigit() for c in plain) else ""


def _site(website: str) -> str:
    plain = website.strip().lower().partition("://")[2] or website.strip().lower()
    return plain.removeprefix("www.").rstrip("/")


def _day(founded: date | str | None) -> int:
    if not founded:
        return 0
    return (date.fromisoformat(founded) if isinstance(founded, str) else founded).toordinal()


def grouped(values: np.ndarray, *, most: int) -> Iterator[np.ndarray]:
    """Yield the places of equal values, groups of 2 to ``most``; 0 is no value."""
    order = np.argsort(values, kind="stable")
    order = order[np.searchsorted(values[order], 1) :]
    if len(order) < 2:
        return
    starts = np.flatnonzero(np.r_[True, np.diff(values[order]) != 0])
    sizes = np.diff(np.r_[starts, len(order)])
    for start, size in zip(starts[sizes >= 2], sizes[sizes >= 2], strict=True):
        if size <= most:
            yield order[start : start + size]
