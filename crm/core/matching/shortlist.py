"""From gram hits to the few stored names worth comparing: rarest grams first, cosine and containment."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

_POPULATION = 100_000  # a constant, not the size of the base: the answer may depend on open names only
SLOTS = 32  # skey = name id × 32 + min(31, length of the head)
JOINED = 75
"""Names read where two common grams meet, when a question has nothing rarer."""


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a question looks. ``cap``: a gram that more names have says too little. ``budget``: hits read in all.

    ``cosine``, ``total``, ``identity``: how many names are kept by each order.
    """

    cap: int
    budget: int
    cosine: int
    total: int
    identity: int


NEAR = Reach(cap=3_000, budget=3_000, cosine=50, total=25, identity=25)
FAR = Reach(cap=3_000, budget=6_000, cosine=60, total=40, identity=30)
OWN = Reach(cap=3_000, budget=3_000, cosine=12, total=6, identity=6)
"""The unit's own names, which no open question sees."""
_MANY = 300_000


def reach(open_names: int) -> Reach:
    """Return how far to look among so many open names."""
    return FAR if open_names > _MANY else NEAR


@dataclass(frozen=True, slots=True)
class Shortlist:
    """Ids of stored names, best cosine first, with both sums."""

    ids: np.ndarray
    cosine: np.ndarray
    total: np.ndarray


EMPTY = Shortlist(np.empty(0, np.int64), np.empty(0), np.empty(0))


def skey(name_id: int, head: str, lat: str) -> int:
    """Return what the gram table stores of a name: its id and its length, which the cosine needs."""
    return name_id * SLOTS + min(SLOTS - 1, len(lat) // 3 if lat else len(head))


def length(name_id: int, head: str, lat: str) -> int:
    """Return the length by which the sums of a name are measured."""
    return max(1, skey(name_id, head, lat) % SLOTS)


def affordable(counts: Mapping[int, int], asked: Collection[int], within: Reach) -> list[int]:
    """Choose the grams to read: rarest first while they fit the budget. Empty if all are common."""
    order = sorted((counts[gram], gram) for gram in asked if counts.get(gram))
    chosen: list[int] = []
    spent = 0
    for count, gram in order:
        if count > within.cap or (spent + count > within.budget and chosen):
            break
        chosen.append(gram)
        spent += count
    return chosen


def common_pair(counts: Mapping[int, int], asked: Mapping[int, float]) -> tuple[int, int] | None:
    """Return the two weightiest grams of a question that has common ones only: what has both is worth a look."""
    order = sorted((-asked[gram], counts[gram], gram) for gram in asked if counts.get(gram))
    return (order[0][2], order[1][2]) if len(order) > 1 else None


def weight(asked: float, count: int) -> float:
    """Return the weight of one gram: asked weight × rarity."""
    return asked * float(np.log1p(_POPULATION / max(1, count)))


def shortlist(
    hits: Mapping[int, np.ndarray],
    asked: Mapping[int, float],
    counts: Mapping[int, int],
    identity: Collection[int],
    within: Reach,
) -> Shortlist:
    """Sum the weights of all hits by name and keep the best by cosine, by sum and among ``identity`` grams."""
    if not hits:
        return EMPTY
    keys = np.concatenate(list(hits.values()))
    weights = np.repeat([weight(asked[g], counts.get(g, 0)) for g in hits], [len(v) for v in hits.values()])
    # The keys of a gram come in order: a stable sort joins these runs, in a third of the time of np.unique.
    order = np.argsort(keys, kind="stable")
    keys = keys[order]
    new = np.append(True, keys[1:] != keys[:-1])
    found = keys[new]
    total = np.bincount(np.cumsum(new) - 1, weights=weights[order])
    cosine = total / np.sqrt(np.maximum(1, found % SLOTS))
    chosen = [_best(cosine, within.cosine), _best(total, within.total)]
    same = [hits[g] for g in identity if g in hits]
    if same:
        places = np.searchsorted(found, np.unique(np.concatenate(same)))
        chosen.append(places[_best(cosine[places], within.identity)])
    picked = np.unique(np.concatenate(chosen))
    picked = picked[np.lexsort((found[picked], -cosine[picked]))]
    return Shortlist(found[picked] // SLOTS, cosine[picked], total[picked])


def _best(values: np.ndarray, limit: int) -> np.ndarray:
    """Return the places of the best values; ties by place, so that equal questions get equal answers."""
    places = np.arange(len(values))
    if len(values) > 2 * limit:  # thousands are not put in order for the sake of a few dozen
        places = np.flatnonzero(values >= np.partition(values, -limit)[-limit])
    return places[np.argsort(-values[places], kind="stable")[:limit]]
