"""Hard facts about pairs of companies: equal keys, codes, addresses and telephones, and what people have said of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from sqlalchemy import select, text

from crm.companies import decisions
from crm.companies.models import GROUP_KINDS, CompanyRelation, NameDecision
from crm.duplicates.scanning.columns import Base, grouped
from crm.kit import db
from crm.people.models import Person

MOST_SHARING = 6  # an address or a telephone that more companies have is a park's or an agent's
MOST_NAMED = 12
_HOMONYMS = """
    select a.company_id, b.company_id, c.opened_how = 'center'
    from company_keys b join company_keys a on a.kind = b.kind and a.key = b.key and a.homonym_no < b.homonym_no
    join companies c on c.id = b.company_id
    where b.homonym_no > 0 and a.company_id <> b.company_id
"""
_WAITING = """
    select p.kind, p.company_id, k.company_id
    from company_pending_keys p join company_keys k on k.kind = p.kind and k.key = p.key
    where k.company_id <> p.company_id
    union select p.kind, p.company_id, q.company_id
    from company_pending_keys p join company_pending_keys q on q.kind = p.kind and q.key = p.key
    where q.company_id > p.company_id
"""


@dataclass(slots=True)
class Facts:
    """Sets of pairs, each pair packed into one number, sorted. Places in ``Companies``, not ids.

    ``apart``: pairs that are known to be two. ``settled``: those of them that even an equal code does not raise again,
    because the code was known when a person said so.
    """

    keys: np.ndarray
    codes: np.ndarray
    phones: np.ndarray
    shared: np.ndarray
    apart: np.ndarray
    settled: np.ndarray

    def worth_asking(self) -> np.ndarray:
        """Return the pairs that are compared however little their names share."""
        return np.unique(np.concatenate([self.keys, self.codes, self.phones, self.shared]))


def packed(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Return pairs as numbers, the lower place first."""
    one, other = one.astype(np.int64), other.astype(np.int64)
    return np.minimum(one, other) << 32 | np.maximum(one, other)


def among(pairs: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Tell which pairs are in a sorted set."""
    if len(known) == 0:
        return np.zeros(len(pairs), bool)
    return known[np.searchsorted(known, pairs).clip(0, len(known) - 1)] == pairs


def read_facts(base: Base) -> Facts:
    """Gather the facts of a base; short reads, no lock."""
    with db.engine().connect() as connection:
        homonyms = [tuple(row) for row in connection.execute(text(_HOMONYMS))]
        waiting = [tuple(row) for row in connection.execute(text(_WAITING))]
    keys = [(a, b) for a, b, _ in homonyms] + [(a, b) for kind, a, b in waiting if kind != "uscc"]
    codes = [(a, b) for kind, a, b in waiting if kind == "uscc"]
    confirmed = [(a, b) for a, b, by_centre in homonyms if by_centre]
    told = _told_apart()
    companies, names = base.companies, base.names
    by_code = list(_within(companies.code, MOST_NAMED))
    shared = [*_within(companies.address, MOST_SHARING), *_within(companies.website, MOST_SHARING)]
    named = [
        (a, b) for a, b in ((names.company[a], names.company[b]) for a, b in _within(names.norm, MOST_NAMED)) if a != b
    ]
    return Facts(
        keys=_set(base, keys),
        codes=np.union1d(_set(base, codes), _places(by_code)),
        phones=_set(base, _phones()),
        shared=_places(shared + named),
        apart=_set(base, confirmed + told + _related()),
        settled=_set(base, told),
    )


def _within(values: np.ndarray, most: int) -> Iterator[tuple[int, int]]:
    for group in grouped(values, most=most):
        yield from combinations(sorted(group.tolist()), 2)


def _set(base: Base, pairs: list[tuple[int, int]]) -> np.ndarray:
    """Turn pairs of ids into a set of pairs of places; companies that do not live fall away."""
    table = np.array(pairs, np.int64).reshape(-1, 2)
    one, other = base.companies.places(table[:, 0]), base.companies.places(table[:, 1])
    living = (one >= 0) & (other >= 0)
    return np.unique(packed(one[living], other[living]))


def _places(pairs: list[tuple[int, int]]) -> np.ndarray:
    table = np.array(pairs, np.int64).reshape(-1, 2)
    return np.unique(packed(table[:, 0], table[:, 1]))


def _phones() -> list[tuple[int, int]]:
    """Return companies whose contacts have one mobile number: compared by its hash, over all units, never shown."""
    query = select(Person.mobile_hmac, Person.company_id).where(
        Person.mobile_hmac != "", Person.company_id.is_not(None)
    )
    at: dict[str, set[int]] = {}
    with db.engine().connect() as connection:
        for mark, company_id in connection.execute(query):
            at.setdefault(mark, set()).add(company_id or 0)
    groups = (sorted(group) for group in at.values() if 2 <= len(group) <= MOST_SHARING)
    return [pair for group in groups for pair in combinations(group, 2)]


def _told_apart() -> list[tuple[int, int]]:
    """Return the pairs that the centre declared different or related, as long as neither has changed since."""
    query = select(NameDecision.left, NameDecision.right).where(
        NameDecision.org_id.is_(None), NameDecision.left.like("company:%")
    )
    with db.engine().connect() as connection:
        sides = [side for row in connection.execute(query) for side in row]
    ids = sorted({int(side.partition(":")[2]) for side in sides})
    if not ids:
        return []
    try:
        return list(decisions.rejected_pairs(ids))
    finally:
        db.session.rollback()


def _related() -> list[tuple[int, int]]:
    """Return the pairs that an open relation names as two companies of one group."""
    query = select(CompanyRelation.from_id, CompanyRelation.to_id).where(
        CompanyRelation.kind.in_(GROUP_KINDS), CompanyRelation.org_id.is_(None)
    )
    with db.engine().connect() as connection:
        return [(a, b) for a, b in connection.execute(query) if a != b]
