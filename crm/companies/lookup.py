"""The statements behind find_similar: fixed in number and shape, the same on SQLite and PostgreSQL.

Lists travel as one parameter: a JSON text unpacked by json_each, or an array unpacked by unnest.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from sqlalchemy import TextClause, text

from crm.core.matching.shortlist import COUNT_LIMIT
from crm.core.names import Parts
from crm.kit import db
from crm.kit.access import Actor

_OWN_LIMIT = 5_000


@dataclass(frozen=True, slots=True)
class Sight:
    """Whose unopened rows count beside the open ones: those of these units, or all."""

    orgs: tuple[int, ...] = ()
    everything: bool = False


EVERYTHING = Sight(everything=True)


@dataclass(frozen=True, slots=True)
class Stored:
    """A stored name, its parts, and the company it leads to (the survivor, if its own was merged)."""

    name_id: int
    company_id: int
    kind: str
    norm: str
    head: str
    body: str
    core: str
    line: str
    lat: str
    prov: str
    city: str
    rprov: str
    rcity: str
    legal: int
    grp: int
    branch: str
    text: str
    public_id: str
    name: str
    uscc: str | None
    province: str
    seat: str

    def parts(self) -> Parts:
        """Return the stored parts."""
        return Parts(**{name: getattr(self, name) for name in Parts.__dataclass_fields__})


@dataclass(frozen=True, slots=True)
class Identified:
    """A company that a code, a key or a stored text equals."""

    rule: str
    company_id: int


_COLUMNS = """
    n.id, f.id, n.kind, n.norm, n.head, n.body, n.core, n.line, n.lat, n.prov, n.city, n.rprov, n.rcity,
    n.legal, n.grp, n.branch, n.text, f.public_id, f.name, f.uscc, f.province, f.city
"""
# A merged company leads to its survivor, and that one to its own.
_LEADS_TO = """
    join companies c on c.id = {of}.company_id
    left join companies s on s.id = c.merged_into_id
    join companies f on f.id = coalesce(s.merged_into_id, s.id, c.id)
"""
_SEEN_COMPANY = "(c.opened_at is not null or c.entered_org_id in {orgs}) and (f.opened_at is not null or f.entered_org_id in {orgs})"
_SEEN_NAME = "(n.org_id is null or n.org_id in {orgs})"


def sight_of(actor: Actor) -> Sight:
    """Return what an actor sees beside the open rows (S0): the own unit's rows, all for the city centre."""
    return EVERYTHING if actor.is_center else Sight((actor.org_id,))


def identified(sight: Sight, code: str, key: str, norm: str) -> list[Identified]:
    """Return the companies whose code, name key or any stored text equals the typed one."""
    values = {"code": code, "key": key, "norm": norm, **_sight(sight)}
    rows = db.session.execute(_identified_sql(db.is_sqlite(), sight.everything), values).all()
    return [Identified(rule, company_id) for rule, company_id in rows]


def gram_counts(grams: Iterable[int]) -> dict[int, int]:
    """Return how many open names have each gram, counted up to the limit."""
    rows = db.session.execute(_counts_sql(db.is_sqlite()), {"grams": _list(grams)})
    return {row[0]: row[1] for row in rows}


def gram_hits(grams: Sequence[int]) -> dict[int, np.ndarray]:
    """Return the stored keys of each gram."""
    if not grams:
        return {}
    rows = db.session.execute(_hits_sql(db.is_sqlite()), {"grams": _list(grams)})
    return {gram: _numbers(keys) for gram, keys in rows}


def stored_names(sight: Sight, name_ids: Iterable[int], company_ids: Iterable[int]) -> list[Stored]:
    """Return names by id, and all names of the given companies; only what the sight allows."""
    values = {"ids": _list(name_ids), "companies": _list(company_ids), **_sight(sight)}
    return [Stored(*row) for row in db.session.execute(_stored_sql(db.is_sqlite(), sight.everything), values)]


def own_names(sight: Sight) -> list[Stored]:
    """Return the names that no index has: unopened companies and private aliases of the sight's units. They are few."""
    rows = db.session.execute(_own_sql(db.is_sqlite(), sight.everything), {**_sight(sight), "limit": _OWN_LIMIT})
    return [Stored(*row) for row in rows]


def _sight(sight: Sight) -> dict[str, Any]:
    return {} if sight.everything else {"orgs": _list(sight.orgs)}


def _list(numbers: Iterable[int]) -> Any:
    return json.dumps(list(numbers)) if db.is_sqlite() else list(numbers)


def _numbers(keys: Any) -> np.ndarray:
    return np.array(keys.split(",") if isinstance(keys, str) else keys, dtype=np.int64)


def _unpack(name: str, sqlite: bool) -> str:
    return f"(select value from json_each(:{name}))" if sqlite else f"(select unnest(cast(:{name} as integer[])))"


def _seen(sqlite: bool, everything: bool, *parts: str) -> str:
    return "".join(" and " + part.format(orgs=_unpack("orgs", sqlite)) for part in parts) if not everything else ""


@cache
def _identified_sql(sqlite: bool, everything: bool) -> TextClause:
    company = _seen(sqlite, everything, _SEEN_COMPANY)
    named = _seen(sqlite, everything, _SEEN_COMPANY, _SEEN_NAME)
    keys = f"from company_keys k {_LEADS_TO.format(of='k')} where"
    waiting = f"from company_pending_keys k {_LEADS_TO.format(of='k')} where"
    stored = f"from company_names n {_LEADS_TO.format(of='n')} where"
    return text(
        f"select 'uscc_equal', f.id {keys} k.kind = 'uscc' and k.key = :code and :code <> ''{company}"
        f" union select 'key_equal', f.id {keys} k.kind = 'name' and k.key = :key and :key <> ''{company}"
        f" union select 'alias_equal', f.id {stored} n.norm = :norm and :norm <> ''{named}"
        + ("" if everything else _waiting_sql(waiting, company))
        + " order by 1, 2"
    )


def _waiting_sql(waiting: str, company: str) -> str:
    """Read an own unopened row by the key it waits for as if it had it: who asks must not learn that another unit's row has it.

    Not an open row: there a key may wait that another unit typed.
    """
    own = f" and c.opened_at is null{company}"
    return (
        f" union select 'uscc_equal', f.id {waiting} k.kind = 'uscc' and k.key = :code and :code <> ''{own}"
        f" union select 'key_equal', f.id {waiting} k.kind = 'name' and k.key = :key and :key <> ''{own}"
    )


@cache
def _counts_sql(sqlite: bool) -> TextClause:
    asked = "json_each(:grams) a" if sqlite else "unnest(cast(:grams as integer[])) a(value)"
    counted = f"select count(*) from (select 1 from company_grams g where g.gram = a.value limit {COUNT_LIMIT}) z"
    return text(f"select a.value, ({counted}) from {asked}")


@cache
def _hits_sql(sqlite: bool) -> TextClause:
    together = "group_concat(skey)" if sqlite else "array_agg(skey)"
    return text(f"select gram, {together} from company_grams where gram in {_unpack('grams', sqlite)} group by gram")


@cache
def _stored_sql(sqlite: bool, everything: bool) -> TextClause:
    shown = f"select {_COLUMNS} from company_names n {_LEADS_TO.format(of='n')}"
    seen = _seen(sqlite, everything, _SEEN_COMPANY, _SEEN_NAME)
    return text(
        f"{shown} where n.id in {_unpack('ids', sqlite)}{seen}"
        f" union {shown} where n.company_id in {_unpack('companies', sqlite)}{seen} order by 1"
    )


@cache
def _own_sql(sqlite: bool, everything: bool) -> TextClause:
    # "> 0" and "+ 0", so that SQLite walks the index on org_id, not the whole table by id.
    whose = "n.org_id > 0" if everything else f"n.org_id in {_unpack('orgs', sqlite)}"
    shown = f"select {_COLUMNS} from company_names n {_LEADS_TO.format(of='n')}"
    return text(f"{shown} where {whose}{_seen(sqlite, everything, _SEEN_COMPANY)} order by n.id + 0 desc limit :limit")
