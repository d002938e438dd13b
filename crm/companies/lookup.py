"""The statements behind find_similar: four in number, of few shapes, the same on SQLite and PostgreSQL.

Each serves one question or a hundred. Lists travel as one parameter: a JSON text unpacked by json_each, or an array.
"""

import json
import time
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
from sqlalchemy import Engine, TextClause, text

from crm.core.matching.shortlist import JOINED
from crm.core.names import Parts
from crm.kit import db
from crm.kit.access import Actor

_COMMON = 100  # a gram that more open names have is counted once in a while, not for each question
_COUNTED_FOR = 600.0
_JOIN_READS = 20_000


@dataclass(frozen=True, slots=True)
class Sight:
    """Whose unopened rows count beside the open ones: those of these units, or all.

    ``words``: pairs that people told apart stay apart, by the word of the centre and of these units.
    """

    orgs: tuple[int, ...] = ()
    everything: bool = False
    words: bool = True


EVERYTHING = Sight(everything=True, words=False)
"""The sight of filing and scans, for whom no unit's word gives or withholds anything."""


class Stored(NamedTuple):
    """A stored name, its parts, and the company it leads to (the survivor, if its own was merged).

    ``everybody``: who sees the company sees the name.
    """

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
    everybody: bool

    def parts(self) -> Parts:
        """Return the stored parts."""
        return Parts(**{name: getattr(self, name) for name in Parts.__dataclass_fields__})


@dataclass(slots=True)
class Identified:
    """What codes, keys and stored texts lead to: (rule, value) → companies; and what the index was built with.

    ``apart``: side of a text → sides of companies that a person told apart from it, each with the fingerprint of then.
    """

    companies: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    apart: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    state: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class _Counted:
    """Counts of common grams of one database. Of open names only: no unit's unopened row moves them (S1)."""

    counts: dict[int, int] = field(default_factory=dict)
    since: float = 0.0


_counted: WeakKeyDictionary[Engine, _Counted] = WeakKeyDictionary()

_COLUMNS = """
    n.id, f.id, n.kind, n.norm, n.head, n.body, n.core, n.line, n.lat, n.prov, n.city, n.rprov, n.rcity,
    n.legal, n.grp, n.branch, n.text, f.public_id, f.name, f.uscc, f.province, f.city,
    (n.org_id is null or f.opened_at is null)
"""
# A merged company leads to its survivor, and that one to its own; a retired one leads nowhere.
_LEADS_TO = """
    join companies c on c.id = {of}.company_id
    left join companies s on s.id = c.merged_into_id
    join companies f on f.id = coalesce(s.merged_into_id, s.id, c.id) and f.retired_at is null
"""
_SEEN_COMPANY = "(c.opened_at is not null or c.entered_org_id in {orgs}) and (f.opened_at is not null or f.entered_org_id in {orgs})"
_SEEN_NAME = "(n.org_id is null or n.org_id in {orgs})"


def sight_of(actor: Actor) -> Sight:
    """Return what an actor sees beside the open rows (S0): the own unit's rows, all for the city centre."""
    return Sight(everything=True) if actor.is_center else Sight((actor.org_id,))


def identified(sight: Sight, codes: Iterable[str], keys: Iterable[str], norms: Iterable[str]) -> Identified:
    """Return the companies whose code, name key or any stored text equals one of these; never of an empty text."""
    lists = {name: sorted(set(texts) - {""}) for name, texts in (("codes", codes), ("keys", keys), ("norms", norms))}
    single = len(lists["keys"]) == len(lists["norms"]) == 1 and len(lists["codes"]) < 2
    statement = _identified_sql(db.is_sqlite(), sight.everything, sight.words, bool(lists["codes"]), single)
    values = {name: "".join(texts) if single else _list(texts) for name, texts in lists.items()}
    found = Identified()
    for rule, value, company_id, side, mark in db.session.execute(statement, {**values, **_sight(sight)}):
        if rule == "state":
            found.state[value] = side
        elif rule == "apart":
            found.apart.setdefault(value, []).append((side, mark))
        else:
            found.companies.setdefault((rule, value), []).append(company_id)
    return found


def gram_counts(sight: Sight, grams: Collection[int], most: int) -> tuple[dict[int, int], dict[int, int]]:
    """Return how many open names, and how many own unopened ones, have each gram, counted up to ``most``; none are left out."""
    if not grams:
        return {}, {}
    common = _common()
    live = [gram for gram in grams if gram not in common]
    values = {"live": _list(live), "grams": _list(grams), "most": most, **_sight(sight)}
    counts: tuple[dict[int, int], dict[int, int]] = ({g: common[g] for g in grams if g in common}, {})
    for own, gram, count in db.session.execute(_counts_sql(db.is_sqlite(), sight.everything), values).all():
        counts[own][gram] = count
        if not own and count > _COMMON:
            common[gram] = count
    return counts


def _common() -> dict[int, int]:
    """Return the counts of this database that are young enough."""
    counted = _counted.setdefault(db.engine(), _Counted())
    if time.monotonic() - counted.since > _COUNTED_FOR:
        counted.counts, counted.since = {}, time.monotonic()
    return counted.counts


@dataclass(slots=True)
class Hits:
    """Stored keys by gram: of open names, of own unopened ones; and of open names that have both grams of a pair."""

    open: dict[int, np.ndarray] = field(default_factory=dict)
    own: dict[int, np.ndarray] = field(default_factory=dict)
    joined: dict[tuple[int, int], np.ndarray] = field(default_factory=dict)


def gram_hits(sight: Sight, grams: Collection[int], own: Collection[int], pairs: Sequence[tuple[int, int]]) -> Hits:
    """Return the stored keys of each gram."""
    found = Hits()
    if not (grams or own or pairs):
        return found
    values = {"grams": _list(sorted(grams)), "own": _list(sorted(own)), **_sight(sight)}
    for number, (first, second) in enumerate(pairs):
        values[f"first{number}"], values[f"second{number}"] = first, second
    for which, gram, keys in db.session.execute(_hits_sql(db.is_sqlite(), sight.everything, len(pairs)), values):
        if keys is None:
            continue
        if which == 0:
            found.open[gram] = _numbers(keys)
        elif which == 1:
            found.own[gram] = _numbers(keys)
        else:
            found.joined[pairs[gram]] = _numbers(keys)
    return found


def stored_names(sight: Sight, name_ids: Iterable[int], company_ids: Iterable[int]) -> list[Stored]:
    """Return names by id, and all names of the given companies, in order of id; only what the sight allows."""
    wanted = {"id": list(name_ids), "company_id": list(company_ids)}
    given = tuple(column for column, ids in wanted.items() if ids)
    if not given:
        return []
    values = {**{column: _list(wanted[column]) for column in given}, **_sight(sight)}
    rows = db.session.execute(_stored_sql(db.is_sqlite(), sight.everything, given), values).all()
    found = {row[0]: Stored._make(row) for row in rows if sight.words or row[-1]}
    return [found[number] for number in sorted(found)]


def _sight(sight: Sight) -> dict[str, Any]:
    return {} if sight.everything else {"orgs": _list(sight.orgs)}


def _list(values: Iterable[int] | Iterable[str]) -> Any:
    return json.dumps(list(values)) if db.is_sqlite() else list(values)


def _numbers(keys: str) -> np.ndarray:
    return np.fromstring(keys, np.int64, sep=",")


def _unpack(name: str, sqlite: bool, kind: str = "integer", *, single: bool = False) -> str:
    """Return a list that travels as one parameter as a table of one column; ``single``: the parameter is a text, not a list.

    Of a single text PostgreSQL knows that it is one, and keeps the plan it once made; of a list it plans anew each time.
    """
    if single:
        return f"(select cast(:{name} as text) as value)"
    return (
        f"(select value from json_each(:{name}))" if sqlite else f"(select unnest(cast(:{name} as {kind}[])) as value)"
    )


def _seen(sqlite: bool, everything: bool, *parts: str) -> str:
    return "".join(" and " + part.format(orgs=_unpack("orgs", sqlite)) for part in parts) if not everything else ""


def _own(sqlite: bool, everything: bool) -> str:
    return "" if everything else f" and g.org_id in {_unpack('orgs', sqlite)}"


@cache
def _identified_sql(sqlite: bool, everything: bool, words: bool, codes: bool, single: bool) -> TextClause:
    norms = _unpack("norms", sqlite, "text", single=single)
    hits = [
        *_by_key(sqlite, "company_keys", 0, codes, single),
        f"select 'alias_equal', n.norm, n.company_id, 0, case when n.org_id is null then 0 else 1 end"
        f" from {norms} q cross join company_names n"
        f" where n.norm = q.value{_seen(sqlite, everything, _SEEN_NAME)}",
    ]
    if not everything:
        # An own unopened row is read by the key it waits for as if it had it: who asks must not learn that another
        # unit's row has it. Not an open row: there a key may wait that another unit typed.
        hits += _by_key(sqlite, "company_pending_keys", 1, codes, single)
    seen = _seen(sqlite, everything, _SEEN_COMPANY) + ("" if words else " and (h.noted = 0 or f.opened_at is null)")
    # Where each hit leads is looked up once for all branches: of a join in each, PostgreSQL plans longer than it reads.
    parts = [
        f"select h.rule, h.value, f.id, '', '' from ({' union all '.join(hits)}) h {_LEADS_TO.format(of='h')}"
        f" where (h.waits = 0 or c.opened_at is null){seen}",
        "select 'state', s.key, 0, s.value, '' from matching_state s",
    ]
    if words:
        whose = "" if everything else f" or d.org_id in {_unpack('orgs', sqlite)}"
        parts.append(
            f'select \'apart\', d."left", 0, d."right", d.fingerprint from {norms} q cross join'
            f" name_decisions d where d.\"left\" = 'text:' || q.value and d.verdict = 'different' and (d.org_id is null{whose})"
        )
    return text(" union all ".join(parts) + " order by 1, 2, 3, 4, 5")


def _by_key(sqlite: bool, table: str, waits: int, codes: bool, single: bool) -> list[str]:
    return [
        f"select '{rule}' as rule, k.key as value, k.company_id, {waits} as waits, 0 as noted"
        f" from {_unpack(texts, sqlite, 'text', single=single)} q cross join {table} k where k.kind = '{kind}' and k.key = q.value"
        for rule, kind, texts in (("uscc_equal", "uscc", "codes"), ("key_equal", "name", "keys"))
        if codes or kind == "name"
    ]


@cache
def _counts_sql(sqlite: bool, everything: bool) -> TextClause:
    def counted(table: str, seen: str) -> str:
        rows = f"select 1 from {table} g where g.gram = a.value{seen} limit :most"
        return f"(select count(*) from ({rows}) z)"

    own = counted("company_own_grams", _own(sqlite, everything))
    # Most grams of a new name are nobody's: they are left out here rather than carried over. Materialized, or each
    # count would be made twice: for the condition and for the answer.
    return text(
        f"with told as materialized (select 0 as own, a.value, {counted('company_grams', '')} as owners from {_unpack('live', sqlite)} a"
        f" union all select 1, a.value, {own} from {_unpack('grams', sqlite)} a) select * from told where owners > 0"
    )


@cache
def _hits_sql(sqlite: bool, everything: bool, pairs: int) -> TextClause:
    # As text on both: thousands of numbers come out of one text in half the time that an array takes. One subquery a gram
    # reads its run of the index, where a grouping would sort or hash all of them.
    together = "group_concat(g.skey)" if sqlite else "string_agg(cast(g.skey as text), ',')"
    parts = [
        f"select 0, a.value, (select {together} from company_grams g where g.gram = a.value) from {_unpack('grams', sqlite)} a",
        f"select 1, a.value, (select {together} from company_own_grams g where g.gram = a.value{_own(sqlite, everything)})"
        f" from {_unpack('own', sqlite)} a",
    ]
    for number in range(pairs):
        first = f"select skey from company_grams where gram = :first{number} limit {_JOIN_READS}"
        both = f"select a.skey from ({first}) a join company_grams b on b.gram = :second{number} and b.skey = a.skey"
        parts.append(f"select 2, {number}, {together} from ({both} limit {JOINED}) g")
    return text(" union all ".join(parts))


@cache
def _stored_sql(sqlite: bool, everything: bool, given: tuple[str, ...]) -> TextClause:
    shown = f"select {_COLUMNS} from company_names n {_LEADS_TO.format(of='n')}"
    seen = _seen(sqlite, everything, _SEEN_COMPANY, _SEEN_NAME)
    return text(" union all ".join(f"{shown} where n.{column} in {_unpack(column, sqlite)}{seen}" for column in given))
