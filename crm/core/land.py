"""Land and plants: which way of supply has years, what a place still has, how a place fits what a project asks for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

M2_PER_MU = Decimal(10_000) / 15
LEAST_YEARS, MOST_YEARS = 5, 20
# Source: plan, R098. A long lease is nothing without its years; the others may say theirs; a sale for the whole term has none.
YEARS_NEEDED = frozenset({"long_lease"})
YEARS_ALLOWED = YEARS_NEEDED | {"lease_first", "lease_and_sale", "flexible"}


def years_fault(mode: str, years: int | None) -> str:
    """Return what is wrong with the years of a way of supply: missing, needless, range, or an empty text."""
    if years is None:
        return "missing" if mode in YEARS_NEEDED else ""
    if mode not in YEARS_ALLOWED:
        return "needless"
    return "" if LEAST_YEARS <= years <= MOST_YEARS else "range"


def square_metres(area_mu: Decimal) -> Decimal:
    """Return an area of 亩 in whole square metres: 15 亩 are 10,000."""
    return (area_mu * M2_PER_MU).quantize(Decimal(1))


@dataclass(frozen=True)
class Place:
    """What is known of a parcel or plant. ``segment``: what it is kept for; ``segments``: what the plan puts on its carrier.

    ``limits`` are the standard-plot figures.
    """

    free: Decimal
    carrier: str
    segment: str = ""
    segments: frozenset[str] = frozenset()
    limits: Mapping[str, Decimal] = field(default_factory=dict)
    available_on: date | None = None
    idle: bool = False


@dataclass(frozen=True)
class Wish:
    """What a project asks for. ``left``: what nothing is set aside for yet; ``figures``: what it promises, by the names of the limits.

    ``only``: the one carrier on which it may settle, as electroplating (R102).
    """

    left: Decimal
    segment: str = ""
    carrier: str = ""
    only: str = ""
    figures: Mapping[str, Decimal] = field(default_factory=dict)
    due_on: date | None = None


@dataclass(frozen=True)
class Point:
    """One reason for or against: ``state`` is ok, bad or open (nobody knows yet); amounts where there are some."""

    name: str
    state: str
    asked: Decimal | None = None
    has: Decimal | None = None


# What a limit is compared by: at most, all others at least.
AT_MOST = frozenset({"max_energy"})


def points(place: Place, wish: Wish) -> list[Point]:
    """Return the reasons for and against a place for a wish, always in one order: area, carrier, plan, purpose, limits, day."""
    found = [Point("area", "ok" if place.free >= wish.left else "bad", wish.left, place.free)]
    if wish.carrier:
        found.append(Point("carrier", "ok" if place.carrier == wish.carrier else "bad"))
    found.append(Point("segment", settling(place, wish)))
    if place.segment and wish.segment:
        found.append(Point("purpose", "ok" if place.segment == wish.segment else "bad"))
    for name, asked in place.limits.items():
        has = wish.figures.get(name)
        if has is None:
            found.append(Point(name, "open", asked))
        else:
            kept = has <= asked if name in AT_MOST else has >= asked
            found.append(Point(name, "ok" if kept else "bad", asked, has))
    if place.available_on is not None and wish.due_on is not None:
        found.append(Point("day", "ok" if place.available_on <= wish.due_on else "bad"))
    return found


def settling(place: Place, wish: Wish) -> str:
    """Say whether the plan lets the project settle there: ok, bad, or open when the plan says nothing of it. Source: plan, 3.2, R102."""
    if wish.only:
        return "ok" if place.carrier == wish.only else "bad"
    if not wish.segment:
        return "open"
    if not place.segments:
        return "open"
    return "ok" if wish.segment in place.segments else "bad"


def rank(place: Place, wish: Wish) -> tuple[Any, ...]:
    """Return what sorts places, the best first: enough area, few points against, the chosen carrier, the plan, idle land, little left over."""
    against = sum(point.state == "bad" for point in points(place, wish))
    chosen = bool(wish.carrier) and place.carrier == wish.carrier
    doubtful = settling(place, wish) != "ok"
    return (place.free < wish.left, against, not chosen, doubtful, not place.idle, abs(place.free - wish.left))
