"""The fixed grid of a decision: time 40, evidence 25, the investor's will 20, the plan's layout 15. Source: domain.md §3.6.

What is proposed here is explained by a word for each line; the arbiter may give other points, within the same bounds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

CRITERIA: Mapping[str, int] = {"time": 40, "evidence": 25, "wish": 20, "layout": 15}
_LATE = 4  # points for each day later than the other
_GRADES: Mapping[str, int] = {"A": 25, "B": 15, "C": 5}

# The decisions that leave the hold with the first side, and those that give it to the second.
FOR_FIRST = frozenset({"first", "assist", "share"})
FOR_SECOND = frozenset({"second", "second_assist", "second_share"})


@dataclass(frozen=True)
class Side:
    """What the grid asks of one side. ``layout``: named, inferred, none, or unknown (the report names no link).

    ``fair``: both met the firm at one fair on one day, and the approved plan names this side (named), the other (other), or
    not one of the two: then this side is the city centre (city), the other is (after_city), or neither, so that the centre
    judges (center); "" for all other reports.
    """

    effective_on: date
    grade: str
    chosen: bool
    layout: str
    fair: str = ""


@dataclass(frozen=True)
class Points:
    """Points of one line, with the word that says why."""

    criterion: str
    points: int
    maximum: int
    why: str


def propose(mine: Side, other: Side) -> list[Points]:
    """Return the points that the facts speak for, one line for each criterion."""
    late = (mine.effective_on - other.effective_on).days
    fair = mine.fair if not late else ""  # a report that came too late for its contact counts from its filing
    if fair in ("other", "after_city"):
        late = 1  # presumed second: as if a day later, so that evidence and the investor's word may outweigh it
    stated = mine.chosen or other.chosen
    lines = (
        (
            "time",
            40 if late <= 0 else max(0, 40 - _LATE * late),
            f"fair_{fair}" if fair else "earlier" if late < 0 else "same" if not late else "later",
        ),
        ("evidence", _GRADES[mine.grade], f"grade_{mine.grade.lower()}"),
        (
            "wish",
            20 if mine.chosen else 0 if stated else 10,
            "chosen" if mine.chosen else "other" if stated else "unsaid",
        ),
        ("layout", {"named": 15, "inferred": 10}.get(mine.layout, 0), f"layout_{mine.layout}"),
    )
    return [Points(name, points, CRITERIA[name], why) for name, points, why in lines]


def in_bounds(points: Mapping[str, int]) -> str | None:
    """Return the first criterion whose points are missing or out of bounds, None when all are right."""
    return next((name for name, most in CRITERIA.items() if not 0 <= points.get(name, -1) <= most), None)


def against_points(decision: str, totals: Sequence[int]) -> bool:
    """Say whether a decision prefers the side with fewer points: it then needs a reason that says so."""
    first, second = totals
    return (decision in FOR_FIRST and first < second) or (decision in FOR_SECOND and second < first)
