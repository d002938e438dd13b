"""How well a company fits before anybody spoke to it: seven factors by weight, less its risks. Source: domain.md §4.

Each factor is a share of its weight in thousandths, so that a score can be weighed anew from stored shares and is the same
on every machine. What is not known gives nothing and lowers the confidence, a number apart. Nothing of engagement is asked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from crm.core.gaps import GapType
from crm.core.signals import CAP, LIFE_DAYS, MOST_DEDUCTED, POINTS, RISKS, VETOES, SignalKind, deduction, worth


class Factor(StrEnum):
    """What a score is made of, in the order in which shares are stored."""

    CHAIN = "chain"
    SIGNALS = "signals"
    STRENGTH = "strength"
    CREDENTIALS = "credentials"
    TIES = "ties"
    PLACE = "place"
    FEASIBLE = "feasible"


class Card(StrEnum):
    """Which card a company is scored by: 招大引强 or 招新引优 (R026)."""

    BIG = "big"
    NEW = "new"


Weights = Mapping[Factor, int]
_F = Factor
DEFAULTS: dict[Card, dict[Factor, int]] = {
    Card.BIG: dict(zip(Factor, (30, 20, 20, 5, 10, 5, 10), strict=True)),
    Card.NEW: dict(zip(Factor, (30, 20, 10, 15, 10, 5, 10), strict=True)),
}
WHOLE = 100  # what the weights of a card sum to
TITLES = {"单项冠军": 10, "专精特新“小巨人”": 9, "专精特新中小企业": 7, "隐形冠军": 7, "高新技术企业": 5}
RANKED = ("世界500强", "中国企业500强", "中国民营企业500强", "中国制造业500强", "央企")
# What a tie is worth; ties of one sort count once.
TIES = {"trade": 5, "home": 3, "introducer": 2}
PLACES = {"circle": 5, "cluster": 4, "elsewhere": 2}
# What a gap is worth, in thousandths, when a person says its type against the rule; else the computed score counts.
OVERRIDDEN = {
    GapType.BUILD: 1000,
    GapType.FILL: 800,
    GapType.STRENGTHEN: 600,
    GapType.EXTEND: 400,
    GapType.COMPLETE: 0,
}
_SIDE, _MAIN = 500, 1000
_YI = Decimal(100_000_000)
_WAN = Decimal(10_000)


@dataclass(frozen=True, slots=True)
class NodeFact:
    """A node the company stands on. ``gap`` and ``room`` in thousandths, None when not known; ``main``: its main product.

    ``source`` and ``on`` say where the gap comes from and since when it is so.
    """

    code: str
    main: bool
    gap: int | None
    room: int | None
    source: str = ""
    on: date | None = None


@dataclass(frozen=True, slots=True)
class SignalFact:
    """A standing signal or risk; ``ref`` is its public id."""

    ref: str
    kind: SignalKind
    on: date
    title: str
    source: str


@dataclass(frozen=True, slots=True)
class TitleFact:
    """A title with its year and until when it holds."""

    kind: str
    year: int | None
    valid_until: date | None
    source: str = ""


@dataclass(frozen=True, slots=True)
class TieFact:
    """A link to us that the whole city may know: ``sort`` is trade, home or introducer; ``ref`` the other's public id."""

    sort: str
    name: str
    ref: str
    source: str
    on: date | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a company."""

    nodes: Sequence[NodeFact] = ()
    signals: Sequence[SignalFact] = ()
    titles: Sequence[TitleFact] = ()
    ties: Sequence[TieFact] = ()
    revenue_cny: Decimal | None = None
    employees: int | None = None
    listing: str = ""
    place: str = ""  # circle, cluster, elsewhere; '' unknown


@dataclass(frozen=True, slots=True)
class Item:
    """One reason of a factor: ``why`` is a code with words in the labels, ``points`` in the factor's own scale (see ``SCALE``)."""

    why: str
    points: float
    words: str = ""
    source: str = ""
    on: date | None = None
    ref: str = ""
    counts: bool = True


# What the points of a factor are out of.
SCALE = {_F.CHAIN: 100, _F.SIGNALS: CAP, _F.STRENGTH: 15, _F.CREDENTIALS: 10, _F.TIES: 10, _F.PLACE: 5, _F.FEASIBLE: 10}


@dataclass(frozen=True, slots=True)
class Part:
    """A factor: its share in thousandths, whether anything is known, and why."""

    factor: Factor
    share: int
    known: bool
    items: tuple[Item, ...] = ()


@dataclass(frozen=True, slots=True)
class Fit:
    """What is made of the facts, before any weight: parts in order, what risks take away, whether one of them forbids it."""

    card: Card
    parts: tuple[Part, ...]
    risks: tuple[Item, ...] = field(default=())
    deducted: int = 0
    veto: bool = False

    @property
    def shares(self) -> tuple[int, ...]:
        """The shares in the order of the factors."""
        return tuple(part.share for part in self.parts)

    @property
    def known(self) -> tuple[bool, ...]:
        """Of which factors anything is known."""
        return tuple(part.known for part in self.parts)


def judge(facts: Facts, today: date) -> Fit:
    """Return what the facts say on a day."""
    parts = (
        _chain(facts),
        _signals(facts, today),
        _strength(facts, today),
        _credentials(facts, today),
        _ties(facts),
        _place(facts),
        _feasible(facts),
    )
    risks = tuple(_risk(one, today) for one in facts.signals if one.kind in RISKS)
    deducted = min(MOST_DEDUCTED, int(-sum(one.points for one in risks)))
    veto = any(one.kind in VETOES and one.on <= today for one in facts.signals)
    return Fit(card_of(facts, today), parts, risks, deducted, veto)


def score_tenths(shares: Sequence[int], weights: Weights, deducted: int = 0, veto: bool = False) -> int:
    """Return the score in tenths of a point, 0 to 1000; half a tenth goes up, a veto leaves nothing."""
    if veto:
        return 0
    whole = sum(share * weights[factor] for factor, share in zip(Factor, shares, strict=True))
    return max(0, (whole + 50) // 100 - deducted * 10)


def confidence(known: Sequence[bool], weights: Weights) -> int:
    """Return the weight of the factors of which anything is known, in percent."""
    return sum(weights[factor] for factor, there in zip(Factor, known, strict=True) if there)


def fault(weights: Mapping[Factor, int | None]) -> str:
    """Say what is wrong with weights: the factor that is missing or out of range, ``sum``, or nothing."""
    for factor in Factor:
        number = weights.get(factor)
        if number is None or not 0 <= number <= WHOLE:
            return factor.value
    return "" if sum(weights[factor] or 0 for factor in Factor) == WHOLE else "sum"


def card_of(facts: Facts, today: date) -> Card:
    """Return the card: big for large, listed or ranked companies, else new. Source: 国统字〔2017〕213号 for large."""
    ranked = any(one.kind in (*RANKED, "上市公司") and _holds(one, today) for one in facts.titles)
    return Card.BIG if ranked or facts.listing or _size(facts) == "large" else Card.NEW


def _holds(title: TitleFact, today: date) -> bool:
    return title.valid_until is None or title.valid_until >= today


def _chain(facts: Facts) -> Part:
    items = [_node_item(one) for one in facts.nodes]
    if not items:
        return Part(_F.CHAIN, 0, False, (Item("no_node", 0),))
    items.sort(key=lambda item: (-item.points, item.words))
    told = tuple(_counting(item, number == 0) for number, item in enumerate(items))
    return Part(_F.CHAIN, round(items[0].points * 10), any(one.gap is not None for one in facts.nodes), told)


def _node_item(one: NodeFact) -> Item:
    points = (one.gap or 0) * (_MAIN if one.main else _SIDE) / 10_000
    why = "gap_unknown" if one.gap is None else "main_node" if one.main else "side_node"
    return Item(why, round(points, 1), one.code, one.source, one.on, one.code)


def _counting(item: Item, counts: bool) -> Item:
    return Item(item.why, item.points, item.words, item.source, item.on, item.ref, counts)


def _signals(facts: Facts, today: date) -> Part:
    mine = [one for one in facts.signals if one.kind in POINTS]
    if not mine:
        return Part(_F.SIGNALS, 0, False, (Item("no_signal", 0),))
    items = tuple(
        Item(one.kind.value, worth(one.kind, one.on, today), one.title, one.source, one.on, one.ref)
        for one in sorted(mine, key=lambda one: (one.on, one.ref), reverse=True)
        if (today - one.on).days <= LIFE_DAYS
    )
    total = min(float(CAP), sum(one.points for one in items))
    return Part(_F.SIGNALS, round(total * 1000 / CAP), True, items or (Item("old_signals", 0),))


def _size(facts: Facts) -> str:
    """Return large, medium, small or micro by turnover and staff, whichever is lower; '' when neither is known."""
    steps = (("large", 1000, 4 * _YI), ("medium", 300, 2000 * _WAN), ("small", 20, 300 * _WAN))
    if facts.employees is None and facts.revenue_cny is None:
        return ""
    for name, staff, revenue in steps:
        if (facts.employees is None or facts.employees >= staff) and (
            facts.revenue_cny is None or facts.revenue_cny >= revenue
        ):
            return name
    return "micro"


def _strength(facts: Facts, today: date) -> Part:
    items: list[Item] = []
    size = _size(facts)
    if size:
        items.append(Item(f"size_{size}", {"large": 8, "medium": 5, "small": 3, "micro": 1}[size]))
    if facts.revenue_cny is not None and facts.revenue_cny >= 10 * _YI:
        items.append(Item("revenue_large", 3))
    if facts.listing:
        items.append(Item("listed", 4, facts.listing))
    ranked = [one for one in facts.titles if one.kind in RANKED and _holds(one, today)]
    if ranked:
        items.append(Item("ranked", 4, ranked[0].kind, ranked[0].source))
    if not items:
        return Part(_F.STRENGTH, 0, False, (Item("no_figures", 0),))
    total = min(SCALE[_F.STRENGTH], sum(item.points for item in items))
    return Part(_F.STRENGTH, round(total * 1000 / SCALE[_F.STRENGTH]), True, tuple(items))


def _credentials(facts: Facts, today: date) -> Part:
    mine = [one for one in facts.titles if one.kind in TITLES]
    if not mine:
        return Part(_F.CREDENTIALS, 0, bool(facts.titles), (Item("no_title", 0),))
    ranked = sorted(mine, key=lambda one: (not _holds(one, today), -TITLES[one.kind], -(one.year or 0)))
    best = TITLES[ranked[0].kind] if _holds(ranked[0], today) else 0
    items = tuple(
        Item(
            "title" if _holds(one, today) else "title_over",
            TITLES[one.kind] if _holds(one, today) else 0,
            one.kind + (f" {one.year}" if one.year else ""),
            one.source,
            one.valid_until,
            counts=number == 0 and best > 0,
        )
        for number, one in enumerate(ranked)
    )
    return Part(_F.CREDENTIALS, best * 100, True, items)


def _ties(facts: Facts) -> Part:
    seen: set[str] = set()
    items: list[Item] = []
    for one in sorted(facts.ties, key=lambda one: (one.sort, one.name, one.ref)):
        items.append(
            Item(f"tie_{one.sort}", TIES[one.sort], one.name, one.source, one.on, one.ref, one.sort not in seen)
        )
        seen.add(one.sort)
    if not items:
        return Part(_F.TIES, 0, False, (Item("no_tie", 0),))
    return Part(_F.TIES, sum(TIES[sort] for sort in seen) * 100, True, tuple(items))


def _place(facts: Facts) -> Part:
    if not facts.place:
        return Part(_F.PLACE, 0, False, (Item("no_place", 0),))
    points = PLACES[facts.place]
    return Part(_F.PLACE, points * 200, True, (Item(f"place_{facts.place}", points),))


def _feasible(facts: Facts) -> Part:
    known = [one for one in facts.nodes if one.room is not None]
    if not known:
        return Part(_F.FEASIBLE, 0, False, (Item("no_node", 0),))
    best = max(one.room or 0 for one in known)
    why = "room_free" if best == _MAIN else "room_none_free" if best else "room_no_carrier"
    codes = [one.code for one in known if one.room == best]
    return Part(_F.FEASIBLE, best, True, (Item(why, best / 100, codes[0], ref=codes[0]),))


def _risk(one: SignalFact, today: date) -> Item:
    return Item(one.kind.value, -float(deduction(one.kind, one.on, today)), one.title, one.source, one.on, one.ref)
