"""Where a chain is thin: the gap of each node by one open rule, with what was known and what was not.

Source: domain.md §4 and docs/decisions/15-gaps.md. Shares run from 0 to 1; None means unknown and is never read as 0.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum


class GapType(StrEnum):
    """What a node asks for."""

    BUILD = "build"  # 建链
    FILL = "fill"  # 补链
    STRENGTHEN = "strengthen"  # 强链
    EXTEND = "extend"  # 延链
    COMPLETE = "complete"  # 完善


class Level(StrEnum):
    """How well a node is staffed here."""

    EMPTY = "empty"  # 空白
    THIN = "thin"  # 薄弱
    FULL = "full"  # 完善


class Reason(StrEnum):
    """Why the rule answered so; the words are the room's."""

    NO_LOCAL = "no_local"
    SIDE_ONLY = "side_only"
    LANDING = "landing"
    ANCHOR_BESIDE = "anchor_beside"
    NO_ANCHOR_BESIDE = "no_anchor_beside"
    SIBLINGS_EMPTY = "siblings_empty"
    SIBLINGS_THERE = "siblings_there"
    NAMED = "named"
    NOT_NAMED = "not_named"
    AFTER_STRONG = "after_strong"
    SELF_SUPPLY_LOW = "self_supply_low"
    SELF_SUPPLY_UNKNOWN = "self_supply_unknown"
    NO_LEAD = "no_lead"
    ONE_SUPPLIER = "one_supplier"
    WELL_STAFFED = "well_staffed"


class Part(StrEnum):
    """A part of the score."""

    MISSING = "missing"
    SELF_SUPPLY = "self_supply"
    PRIORITY = "priority"
    IMPORTS = "imports"


WEIGHTS: dict[Part, Decimal] = {
    Part.MISSING: Decimal("0.4"),
    Part.SELF_SUPPLY: Decimal("0.3"),
    Part.PRIORITY: Decimal("0.2"),
    Part.IMPORTS: Decimal("0.1"),
}
PRIORITIES = {1: Decimal(1), 2: Decimal("0.6"), 3: Decimal("0.3")}
LOW_SELF_SUPPLY = Decimal("0.5")
_END_TIERS = ("downstream", "service")
_TENTH = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class NodeFacts:
    """What is known of a node. ``row``: nodes of one row (chain and tier) are siblings. Amounts in yuan a year.

    ``local``: firms here whose main product it is; ``side``: those for whom it is a side product; ``leads``: how many of the
    local ones are anchors; ``landing``: recognised projects on the node that do not produce yet.
    """

    row: Hashable
    tier: str
    priority: int
    named: bool = True
    local: int = 0
    side: int = 0
    leads: int = 0
    landing: int = 0
    capacity: Decimal | None = None
    demand: Decimal | None = None
    imports: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Score:
    """A part of the score: how great the need is in it (None: unknown), and whether it was derived, not told."""

    part: Part
    value: Decimal | None
    derived: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer for a node. ``score`` 0–100 over the known parts alone; ``known`` says what share of the weights they carry (%)."""

    type: GapType
    level: Level
    score: Decimal
    known: int
    parts: tuple[Score, ...]
    reasons: tuple[Reason, ...]
    anchors_beside: tuple[str, ...] = ()


def judge(nodes: Mapping[str, NodeFacts], feeds: Mapping[str, frozenset[str]]) -> dict[str, Verdict]:
    """Judge every node. ``feeds``: code of a node → those it supplies; ends that are not in ``nodes`` are left out."""
    before: dict[str, list[str]] = {key: [] for key in nodes}
    after: dict[str, list[str]] = {key: [] for key in nodes}
    for source, targets in sorted(feeds.items()):
        for target in sorted(targets):
            if source in nodes and target in nodes:
                after[source].append(target)
                before[target].append(source)
    rows: dict[Hashable, list[str]] = {}
    for key, facts in nodes.items():
        rows.setdefault(facts.row, []).append(key)
    return {
        key: _verdict(_Place(key, facts, nodes, before[key], after[key], rows[facts.row]))
        for key, facts in nodes.items()
    }


def self_supply(facts: NodeFacts) -> Decimal | None:
    """Return what share of the demand the local firms can meet, at most 1; None as long as either is unknown."""
    if facts.capacity is None or facts.demand is None or facts.demand <= 0:
        return None
    return min(facts.capacity / facts.demand, Decimal(1))


def weaknesses(facts: NodeFacts) -> tuple[Reason, ...]:
    """Return what makes a staffed node thin; nothing when it is well staffed as far as one knows."""
    share = self_supply(facts)
    found = []
    if share is not None and share < LOW_SELF_SUPPLY:
        found.append(Reason.SELF_SUPPLY_LOW)
    if not facts.leads:
        found.append(Reason.NO_LEAD)
    if facts.local == 1:
        found.append(Reason.ONE_SUPPLIER)
    return tuple(found)


def score_parts(facts: NodeFacts) -> tuple[Score, ...]:
    """Return the four parts in the order of their weights."""
    if facts.local:
        missing = Decimal(0)
    else:
        missing = Decimal("0.5") if facts.side or facts.landing else Decimal(1)
    share, derived = self_supply(facts), False
    if share is None and missing == 1:
        share, derived = Decimal(0), True  # nobody here makes it: whatever the demand is, none of it is met
    return (
        Score(Part.MISSING, missing),
        Score(Part.SELF_SUPPLY, None if share is None else 1 - share, derived),
        Score(Part.PRIORITY, PRIORITIES.get(facts.priority, Decimal(0))),
        Score(Part.IMPORTS, facts.imports),
    )


@dataclass(frozen=True)
class _Place:
    key: str
    facts: NodeFacts
    nodes: Mapping[str, NodeFacts]
    before: list[str]
    after: list[str]
    row: list[str]

    def anchored(self, keys: list[str]) -> tuple[str, ...]:
        return tuple(key for key in keys if self.nodes[key].local and self.nodes[key].leads)

    @property
    def after_strong(self) -> tuple[str, ...]:
        return tuple(k for k in self.before if self.nodes[k].local and not weaknesses(self.nodes[k]))

    @property
    def row_empty(self) -> bool:
        others = [key for key in self.row if key != self.key]
        return 2 * sum(not self.nodes[key].local for key in others) >= len(others)


def _verdict(place: _Place) -> Verdict:
    facts = place.facts
    parts = score_parts(facts)
    carried = sum((WEIGHTS[one.part] for one in parts if one.value is not None), Decimal(0))
    need = sum((WEIGHTS[one.part] * one.value for one in parts if one.value is not None), Decimal(0))
    score = (100 * need / carried).quantize(_TENTH, ROUND_HALF_UP)
    gap, reasons, anchors = _empty(place) if not facts.local else _staffed(facts)
    thin = gap is GapType.STRENGTHEN
    level = Level.EMPTY if not facts.local else Level.THIN if thin else Level.FULL
    return Verdict(gap, level, score, int(100 * carried), parts, reasons, anchors)


def _empty(place: _Place) -> tuple[GapType, tuple[Reason, ...], tuple[str, ...]]:
    """A node without a local firm: a link missing beside an anchor, the next step after a strong node, or a chain to begin."""
    facts = place.facts
    why = [Reason.NO_LOCAL]
    why += [Reason.SIDE_ONLY] if facts.side else []
    why += [Reason.LANDING] if facts.landing else []
    strong = place.after_strong
    if facts.tier in _END_TIERS and strong and not any(place.nodes[key].local for key in place.after):
        return GapType.EXTEND, (*why, Reason.AFTER_STRONG), strong
    anchors = place.anchored([*place.before, *place.after])
    if anchors:
        return GapType.FILL, (*why, Reason.ANCHOR_BESIDE), anchors
    row = Reason.SIBLINGS_EMPTY if place.row_empty else Reason.SIBLINGS_THERE
    named = Reason.NAMED if facts.named else Reason.NOT_NAMED
    why += [Reason.NO_ANCHOR_BESIDE, row, named]
    # Never 完善: who reads that of a node where nobody is here would stop looking. What the plan does not name scores low.
    return GapType.BUILD if place.row_empty else GapType.FILL, tuple(why), ()


def _staffed(facts: NodeFacts) -> tuple[GapType, tuple[Reason, ...], tuple[str, ...]]:
    weak = weaknesses(facts)
    unknown = (Reason.SELF_SUPPLY_UNKNOWN,) if self_supply(facts) is None else ()
    if weak:
        return GapType.STRENGTHEN, (*weak, *unknown), ()
    return GapType.COMPLETE, (Reason.WELL_STAFFED, *unknown), ()
