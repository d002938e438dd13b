"""From gram hits to the few stored names worth comparing: rarest grams first, cosine and containment."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

CAP = 3_000  # a gram that more names have says too little
BUDGET = 3_000  # hits read for one question
COUNT_LIMIT = CAP + 1
_POPULATION = 100_000  # a constant, not the size of the base: the answer may depend on open names only
_BY_COSINE, _BY_SUM, _BY_IDENTITY = 50, 25, 25
_SLOTS = 32  # skey = name id × 32 + min(31, length of the head)


@dataclass(frozen=True, slots=True)
class Shortlist:
    """Ids of stored names, best cosine first, with both sums."""

    ids: np.ndarray
    cosine: np.ndarray
    total: np.ndarray


EMPTY = Shortlist(np.empty(0, np.int64), np.empty(0), np.empty(0))


def skey(name_id: int, head: str, lat: str) -> int:
    """Return what the gram table stores of a name: its id and its length, which the cosine needs."""
    return name_id * _SLOTS + min(_SLOTS - 1, len(lat) // 3 if lat else len(head))


def affordable(counts: Mapping[int, int]) -> list[int]:
    """Choose the grams to read: rarest first while they fit the budget; if all are common, the two rarest."""
    order = sorted((count, gram) for gram, count in counts.items() if count)
    chosen: list[int] = []
    spent = 0
    for count, gram in order:
        if count > CAP or (spent + count > BUDGET and chosen):
            break
        chosen.append(gram)
        spent += count
    return chosen or [gram for _, gram in order[:2]]


def weight(asked: float, count: int) -> float:
    """Return the weight of one gram: asked weight × rarity."""
    return asked * float(np.log1p(_POPULATION / max(1, count)))


def shortlist(
    hits: Mapping[int, np.ndarray], asked: Mapping[int, float], counts: Mapping[int, int], identity: set[int]
) -> Shortlist:
    """Sum the weights of all hits by name and keep the best by cosine, by sum and among ``identity`` grams."""
    if not hits:
        return EMPTY
    keys = np.concatenate(list(hits.values()))
    weights = np.repeat([weight(asked[g], counts[g]) for g in hits], [len(v) for v in hits.values()])
    found, where = np.unique(keys, return_inverse=True)
    total = np.bincount(where, weights=weights)
    cosine = total / np.sqrt(np.maximum(1, found % _SLOTS))
    chosen = [_best(cosine, _BY_COSINE), _best(total, _BY_SUM)]
    same = [hits[g] for g in hits if g in identity]
    if same:
        places = np.searchsorted(found, np.unique(np.concatenate(same)))
        chosen.append(places[_best(cosine[places], _BY_IDENTITY)])
    picked = np.unique(np.concatenate(chosen))
    picked = picked[np.lexsort((found[picked], -cosine[picked]))]
    return Shortlist(found[picked] // _SLOTS, cosine[picked], total[picked])


def _best(values: np.ndarray, limit: int) -> np.ndarray:
    """Return the places of the best values; ties by place, so that equal questions get equal answers."""
    return np.argsort(-values, kind="stable")[:limit]
