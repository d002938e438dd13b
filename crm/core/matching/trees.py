"""The learned scorer at run time: boosted trees as plain arrays, walked for all rows and trees together.

Made by tools/train_matching.py; the file names the features and the gram version it was trained with.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from io import BytesIO

import numpy as np

from crm.core.names.grams import VERSION

_AT_ONCE = 256  # rows walked together: what they touch stays in the processor's cache
_GATHER = (5, 7, 9, 12)  # levels before which the walks that have ended are left behind


def table(columns: Mapping[str, np.ndarray], features: Sequence[str]) -> np.ndarray:
    """Return the named features as an array, one row for each candidate."""
    rows = np.empty((len(columns[features[0]]), len(features)), np.float32)
    for place, name in enumerate(features):
        rows[:, place] = columns[name]
    return rows


@dataclass(frozen=True, slots=True)
class Forest:
    """Boosted trees. Node arrays are laid one tree after another; a leaf points to itself.

    After the first ``early`` trees a row that stands below ``hopeless`` is given up: it keeps the sum it has.
    """

    features: tuple[str, ...]
    feature: np.ndarray
    threshold: np.ndarray
    left: np.ndarray
    right: np.ndarray
    value: np.ndarray
    roots: np.ndarray
    baseline: float
    depth: int
    early: int = 0
    hopeless: float = 0.0
    _children: np.ndarray = field(init=False, repr=False)
    _feature: np.ndarray = field(init=False, repr=False)
    _threshold: np.ndarray = field(init=False, repr=False)
    _inner: np.ndarray = field(init=False, repr=False)

    def __post_init__(self) -> None:
        # Right and left of a node side by side: one look instead of two and a choice. Every array is read at 2 × node.
        object.__setattr__(self, "_children", 2 * np.stack((self.right, self.left), axis=1).ravel())
        object.__setattr__(self, "_feature", np.repeat(self.feature, 2))
        object.__setattr__(self, "_threshold", np.repeat(self.threshold, 2))
        object.__setattr__(self, "_inner", np.repeat(self.left != np.arange(len(self.left)), 2))

    def score(self, columns: Mapping[str, np.ndarray]) -> np.ndarray:
        """Return the probability of each row, given the features by name."""
        return self.of_rows(table(columns, self.features))

    def of_rows(self, rows: np.ndarray) -> np.ndarray:
        """Return the probability of each row (columns in the order of ``features``)."""
        sums: np.ndarray = self.raw(rows)
        return 1.0 / (1.0 + np.exp(-sums))

    def raw(self, rows: np.ndarray) -> np.ndarray:
        """Return the sum of the leaves of each row (columns in the order of ``features``), before it is a probability."""
        found = np.empty(len(rows))
        for start in range(0, len(rows), _AT_ONCE):
            part = rows[start : start + _AT_ONCE]
            sums = self._walk(part, self.roots[: self.early]) + self.baseline
            going = np.flatnonzero(sums >= self.hopeless) if self.early else np.arange(len(part))
            if len(going):
                sums[going] += self._walk(part[going], self.roots[self.early :])
            found[start : start + len(part)] = sums
        return found

    def _walk(self, rows: np.ndarray, roots: np.ndarray) -> np.ndarray:
        """Return the sum of the leaves of these trees for each row.

        A place is twice its node's number, so that left and right stand beside it. Few trees are deep: after some levels
        only the walks that are under way still go on.
        """
        count, width = rows.shape
        if not len(roots):
            return np.zeros(count)
        flat = rows.ravel()
        base = np.repeat(np.arange(count, dtype=np.intp) * width, len(roots))
        ends = np.tile(2 * roots, count)
        going, place = None, ends
        for level in range(self.depth):
            if level in _GATHER:
                there = np.flatnonzero(self._inner.take(place))
                if going is None:
                    going = there
                else:
                    ends[going] = place
                    going = going.take(there)
                base, place = base.take(there), place.take(there)
                if not len(there):
                    break
            goes_left = flat.take(base + self._feature.take(place)) <= self._threshold.take(place)
            place = self._children.take(place + goes_left)
            if going is None:
                ends = place
        if going is not None:
            ends[going] = place
        sums: np.ndarray = self.value.take(ends >> 1).reshape(count, -1).sum(axis=1)
        return sums


@cache
def scorer(name: str = "pairs") -> Forest:
    """Load a scorer of crm/core/data/matching.npz. Raises ValueError if it was trained on other grams."""
    stored = np.load(BytesIO(files("crm.core.data").joinpath("matching.npz").read_bytes()), allow_pickle=False)
    if int(stored["version"]) != VERSION:
        raise ValueError("matching.npz was trained with another version of the grams; run tools/train_matching.py")
    return Forest(
        features=tuple(str(f) for f in stored[f"{name}_features"]),
        feature=stored[f"{name}_feature"].astype(np.intp),
        threshold=stored[f"{name}_threshold"],
        left=stored[f"{name}_left"].astype(np.intp),
        right=stored[f"{name}_right"].astype(np.intp),
        value=stored[f"{name}_value"].astype(np.float64),
        roots=stored[f"{name}_roots"].astype(np.intp),
        baseline=float(stored[f"{name}_baseline"]),
        depth=int(stored[f"{name}_depth"]),
        early=int(stored.get(f"{name}_early", 0)),
        hopeless=float(stored.get(f"{name}_hopeless", 0.0)),
    )
