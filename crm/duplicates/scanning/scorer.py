"""The scan's scorer: which pairs of names it looks at, and the probability that two of them are one company.

A scorer of its own beside that of find_similar: there a typed text is asked, here both sides are stored rows, compared in
batches of thousands. Made by tools/train_scanning.py; walked by the same trees.
"""

from functools import cache
from importlib.resources import files
from io import BytesIO
from pathlib import Path

import numpy as np

from crm.core.matching.trees import Forest
from crm.duplicates.scanning import blocks
from crm.duplicates.scanning.blocks import Bonus, Found
from crm.duplicates.scanning.columns import Base
from crm.duplicates.scanning.likeness import Comparer, Likeness

VERSION = 1
PATH = Path(str(files("crm.core.data").joinpath("scanning.npz")))


class Finder:
    """Finds and compares pairs in one base."""

    def __init__(self, base: Base) -> None:
        self.base = base
        self.compare_names = Comparer(base.names)
        places = self.compare_names.places
        self.bonus = Bonus(places.prov, places.city)
        self.blocks = blocks.build(base.names, places.prov)
        self.legal = _legal_names(base)

    def compare(self, found: Found) -> Likeness:
        """Return the features of pairs; all pairs of a name come together."""
        return self.compare_names(found)

    def joined(self, found: Found) -> np.ndarray:
        """Return, for each pair, the ids of the two companies in one number, the lower first."""
        names, ids = self.base.names, self.base.companies.id
        one, other = ids[names.company[found.one]], ids[names.company[found.other]]
        return np.minimum(one, other) << 32 | np.maximum(one, other)


def _legal_names(base: Base) -> np.ndarray:
    """Return, for each company, the place of a name of it: a legal one if there is any."""
    found = np.zeros(len(base.companies.id), np.int64)
    for wanted in (base.names.kind >= 0, base.names.kind == 0):
        places = np.flatnonzero(wanted)[::-1]
        found[base.names.company[places]] = places
    return found


def score(made: Likeness) -> np.ndarray:
    """Return the probability that the two names of each pair are one company's."""
    return np.asarray(1.0 / (1.0 + np.exp(-forest().raw(made.table()))))


@cache
def forest() -> Forest:
    """Load the trees. Raises ValueError if they were trained with other features."""
    stored = np.load(BytesIO(PATH.read_bytes()), allow_pickle=False)
    if int(stored["version"]) != VERSION:
        raise ValueError("scanning.npz was trained with other features; run tools/train_scanning.py")
    return Forest(
        features=tuple(str(f) for f in stored["pairs_features"]),
        feature=stored["pairs_feature"].astype(np.intp),
        threshold=stored["pairs_threshold"],
        left=stored["pairs_left"].astype(np.intp),
        right=stored["pairs_right"].astype(np.intp),
        value=stored["pairs_value"].astype(np.float64),
        roots=stored["pairs_roots"].astype(np.intp),
        baseline=float(stored["pairs_baseline"]),
        depth=int(stored["pairs_depth"]),
        early=int(stored["early"]),
        hopeless=float(stored["hopeless"]),
    )
