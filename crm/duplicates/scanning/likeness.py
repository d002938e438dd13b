"""How alike two stored names are: features of many pairs at once, the same whichever of the two comes first."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from rapidfuzz import fuzz, process
from rapidfuzz.distance import JaroWinkler, LCSseq, Levenshtein, Prefix

from crm.core.names.sound import sound_codes
from crm.duplicates.scanning.blocks import Found
from crm.duplicates.scanning.columns import KINDS, Names

_FORMER, _SHORT, _ENGLISH = KINDS.index("former"), KINDS.index("short"), KINDS.index("english")
BY_SHARES = 2


@dataclass(slots=True)
class Places:
    """Where names sit: as written in the name, else as the record says."""

    prov: np.ndarray
    city: np.ndarray
    county: np.ndarray

    def relation(self, one: np.ndarray, other: np.ndarray) -> np.ndarray:
        """Compare pairs: 3, 2, 1 the same down to county, city, province; 0 unknown; -1, -2, -3 a conflict at that level."""
        return compare(
            (self.prov[one], self.city[one], self.county[one]),
            (self.prov[other], self.city[other], self.county[other]),
        )


def places(names: Names) -> Places:
    """Return the place of each name, as a typed name would be placed with the record's seat as a hint."""
    told = (names.prov > 0) | (names.city > 0)
    same = names.seat_prov == names.prov
    city = np.where(told & (names.city == 0) & same, names.seat_city, np.where(told, names.city, names.seat_city))
    return Places(np.where(told, names.prov, names.seat_prov), city, np.where(told, names.county, 0))


def compare(own: tuple[np.ndarray, ...], other: tuple[np.ndarray, ...]) -> np.ndarray:
    """Compare places level by level (as crm.core.matching.places does for one pair)."""
    (p1, c1, k1), (p2, c2, k2) = own, other
    county = np.where((k1 == 0) | (k2 == 0), 2, np.where(k1 == k2, 3, -1))
    city = np.where((c1 == 0) | (c2 == 0), 1, np.where(c1 == c2, county, -2))
    return np.where((p1 == 0) | (p2 == 0), 0, np.where(p1 == p2, city, -3)).astype(np.int8)


@dataclass
class Likeness:
    """Columns of features for pairs of names."""

    columns: dict[str, np.ndarray] = field(default_factory=dict)

    def __getitem__(self, name: str) -> np.ndarray:
        return self.columns[name]

    def table(self) -> np.ndarray:
        """Return the features as the scorer takes them: one row for each pair."""
        return np.column_stack(list(self.columns.values())).astype(np.float32)


class Comparer:
    """Compares pairs of names of one base; counts how many names share each core and body."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self.places = places(names)
        self.same_core = np.bincount(names.core, minlength=len(names.cores))
        self.same_body = np.bincount(names.body, minlength=len(names.bodies))

    def __call__(self, found: Found) -> Likeness:
        """Return the features of pairs that were found together, all pairs of a name in a row."""
        made = Likeness()
        self._texts(made.columns, found)
        self._marks(made.columns, found)
        self._crowd(made.columns, found)
        return made

    def _texts(self, columns: dict[str, np.ndarray], found: Found) -> None:
        names = self.names
        body = _sides(names.bodies, names.body, found)
        core = _sides(names.cores, names.core, found)
        sound_body = _sides(names.bodies, names.body, found, sound_codes)
        sound_core = _sides(names.cores, names.core, found, sound_codes)
        norm = _sides(names.norms, names.norm, found)
        columns["norm"] = _measure(fuzz.ratio, norm)
        columns["partial"] = _measure(fuzz.partial_ratio, body)
        columns["body"] = _measure(fuzz.ratio, body)
        columns["core"] = _measure(fuzz.ratio, core)
        columns["line"] = _measure(fuzz.ratio, _sides(names.lines, names.line, found))
        columns["sound_body"] = _measure(fuzz.ratio, sound_body)
        columns["sound_core"] = _measure(fuzz.ratio, sound_core)
        columns["winkler"] = _measure(JaroWinkler.similarity, body)
        columns["core_edits"] = _measure(Levenshtein.distance, core)
        columns["sound_edits"] = _measure(Levenshtein.distance, sound_core)
        columns["body_edits"] = _measure(Levenshtein.distance, body)
        columns["sound_body_edits"] = _measure(Levenshtein.distance, sound_body)
        columns["prefix"] = _measure(Prefix.similarity, core)
        short, long = _lengths(body)
        common = _measure(LCSseq.similarity, body)
        columns["of_shorter"] = common / np.maximum(1, short)
        columns["of_longer"] = common / np.maximum(1, long)
        columns["short_body"], columns["longer"] = short, long - short
        short, long = _lengths(core)
        columns["short_core"], columns["longer_core"] = short, long - short
        one_off = (columns["core_edits"] == 1) & (short == long)
        columns["one_other_sound"] = one_off & (columns["sound_edits"] > 0)
        columns["one_same_sound"] = one_off & (columns["sound_edits"] == 0)
        columns["within"] = _either_within(body, norm)
        columns["core_within"] = _either_within(core, body)

    def _marks(self, columns: dict[str, np.ndarray], found: Found) -> None:
        names, one, other = self.names, found.one, found.other
        columns["same_body"] = names.body[one] == names.body[other]
        columns["same_core"] = names.core[one] == names.core[other]
        lines = names.line[one], names.line[other]
        columns["lines"] = np.where(lines[0] == lines[1], 1, np.where((lines[0] == 0) | (lines[1] == 0), 0, -1))
        text = [(names.prov[n], names.city[n], names.county[n]) for n in (one, other)]
        none = np.zeros(len(one), np.int32)
        seat = [(names.seat_prov[n], names.seat_city[n], none) for n in (one, other)]
        columns["place"] = self.places.relation(one, other)
        columns["place_text"] = compare(*text)
        columns["place_record"] = compare(*seat)
        columns["both_placed"] = np.minimum(1, text[0][0]) + np.minimum(1, text[1][0])
        legal = names.legal[one], names.legal[other]
        columns["legal"] = np.where(legal[0] == legal[1], 1, np.where((legal[0] == 0) | (legal[1] == 0), 0, -1))
        columns["by_shares"] = (legal[0] == BY_SHARES).astype(np.int8) + (legal[1] == BY_SHARES)
        columns["formless"] = (legal[0] == 0).astype(np.int8) + (legal[1] == 0)
        columns["group_differs"] = names.grp[one] != names.grp[other]
        branch = names.branch[one], names.branch[other]
        columns["branch"] = np.where(branch[0] == branch[1], np.minimum(1, branch[0]), -1)
        kinds = names.kind[one], names.kind[other]
        for label, kind in (("formers", _FORMER), ("shorts", _SHORT), ("english", _ENGLISH)):
            columns[label] = (kinds[0] == kind).astype(np.int8) + (kinds[1] == kind)
        columns["latin"] = names.latin[one] + names.latin[other]

    def _crowd(self, columns: dict[str, np.ndarray], found: Found) -> None:
        """How alone a pair is: the hit of one rare core says more than one of ten."""
        columns["likeness"] = found.likeness
        columns["rank"] = found.rank
        columns["gap"] = gap_to_best_other(found.one, found.likeness)
        for label, counts, numbers in (
            ("core", self.same_core, self.names.core),
            ("body", self.same_body, self.names.body),
        ):
            sizes = np.log1p(counts[numbers[found.one]]), np.log1p(counts[numbers[found.other]])
            columns[f"rare_{label}"] = np.minimum(*sizes)
            columns[f"crowded_{label}"] = np.maximum(*sizes)


def gap_to_best_other(groups: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Return how far each value lies above the best other value of its group; groups lie together."""
    if len(values) == 0:
        return values
    starts = np.flatnonzero(np.r_[True, groups[1:] != groups[:-1]])
    sizes = np.diff(np.r_[starts, len(groups)])
    best = np.maximum.reduceat(values, starts)
    at_best = values == np.repeat(best, sizes)
    second = np.maximum.reduceat(np.where(at_best, 0, values), starts)
    several = np.add.reduceat(at_best.astype(np.int64), starts) > 1
    other = np.where(several, best, second)
    return values - np.where(at_best, np.repeat(other, sizes), np.repeat(best, sizes))


Sides = tuple[list[str], list[str]]


def _sides(texts: list[str], numbers: np.ndarray, found: Found, turned: Callable[[str], str] | None = None) -> Sides:
    """Return the texts of both sides of each pair."""
    used, where = np.unique(np.concatenate([numbers[found.one], numbers[found.other]]), return_inverse=True)
    chosen = [texts[n] for n in used.tolist()]
    if turned is not None:
        chosen = [turned(text) for text in chosen]
    both = [chosen[n] for n in where.tolist()]
    return both[: len(found)], both[len(found) :]


def _measure(scorer: Callable[..., Any], sides: Sides) -> np.ndarray:
    return np.asarray(process.cpdist(*sides, scorer=scorer, dtype=np.float32))


def _lengths(sides: Sides) -> tuple[np.ndarray, np.ndarray]:
    """Return the lengths of the shorter and of the longer text."""
    one, other = (np.array([len(text) for text in side], np.float32) for side in sides)
    return np.minimum(one, other), np.maximum(one, other)


def _either_within(inner: Sides, outer: Sides) -> np.ndarray:
    """Tell whether a text of either side lies in the other's."""
    there = [bool(a) and a in b for a, b in zip(inner[0], outer[1], strict=True)]
    back = [bool(a) and a in b for a, b in zip(inner[1], outer[0], strict=True)]
    return np.array(there) | np.array(back)
