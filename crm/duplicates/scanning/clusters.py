"""Pairs become clusters: what hangs together, in groups that a person can look through, each put once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

LARGEST = 12
_RANK = {"same": 1, "likely": 0}


@dataclass(frozen=True, slots=True)
class Edge:
    """Two companies (the lower id left), what is said of them and why."""

    left: int
    right: int
    verdict: str
    score: float
    reasons: str

    @property
    def strength(self) -> tuple[int, float]:
        """The stronger edge sorts higher."""
        return _RANK[self.verdict], self.score


@dataclass(slots=True)
class Group:
    """Companies that may be one, and the pairs among them, the strongest first."""

    members: list[int]
    edges: list[Edge] = field(default_factory=list)

    @property
    def verdict(self) -> str:
        """The strongest of its pairs."""
        return self.edges[0].verdict

    @property
    def score(self) -> float:
        """The score of its strongest pair."""
        return max(edge.score for edge in self.edges)


def groups(edges: Iterable[Edge], largest: int = LARGEST) -> list[Group]:
    """Join pairs into groups, the strongest first; a pair that would make a group too large is cut.

    The same pairs give the same groups, in whatever order they come.
    """
    ordered = sorted(edges, key=lambda edge: (-edge.strength[0], -edge.strength[1], edge.left, edge.right))
    root: dict[int, int] = {}
    size: dict[int, int] = {}

    def find(one: int) -> int:
        root.setdefault(one, one)
        while root[one] != one:
            root[one] = root[root[one]]
            one = root[one]
        return one

    for edge in ordered:
        a, b = find(edge.left), find(edge.right)
        if a != b and size.get(a, 1) + size.get(b, 1) <= largest:
            root[b] = a
            size[a] = size.get(a, 1) + size.get(b, 1)
    found: dict[int, Group] = {}
    for edge in ordered:
        a = find(edge.left)
        if a == find(edge.right):
            found.setdefault(a, Group([])).edges.append(edge)
    for group in found.values():
        group.members = sorted({one for edge in group.edges for one in (edge.left, edge.right)})
    return sorted(found.values(), key=lambda group: group.members)


def fingerprint(members: Sequence[int], known_by: Mapping[int, str]) -> str:
    """Return the mark of a set of companies as they are now: another member, name, code or region makes another set."""
    said = "\n\n".join(f"{one}\n{known_by.get(one, '')}" for one in sorted(members))
    return sha256(said.encode()).hexdigest()
