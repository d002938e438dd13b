"""Shares of two governments in what a project brings: they add up to the whole, or both count in full for the assessment.

Nothing here is a benefit of a firm. Source: domain.md §3.7, §9.5.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

WHOLE = 100
MOST_YEARS = 20
# What may count in full on both sides: figures of the assessment. Revenue is real money and is split.
MAY_BE_DUAL = frozenset({"assess", "invest", "output", "funds"})
# What would promise something to a firm, and has no place between two governments.
BARRED = ("返税", "税收返还", "财政返还", "奖补企业", "返还企业", "先征后返")


@dataclass(frozen=True)
class Line:
    """A metric with both shares in percent."""

    metric: str
    origin: int
    host: int
    dual: bool
    years: int
    basis: str


def fault(line: Line) -> str | None:
    """Return what is wrong with a line as a word: bounds, sum, dual, years, basis, barred; None when it stands."""
    if not (0 <= line.origin <= WHOLE and 0 <= line.host <= WHOLE):
        return "bounds"
    if line.dual and line.metric not in MAY_BE_DUAL:
        return "dual"
    if line.dual and (line.origin, line.host) != (WHOLE, WHOLE):
        return "dual_sum"
    if not line.dual and line.origin + line.host != WHOLE:
        return "sum"
    if not 1 <= line.years <= MOST_YEARS:
        return "years"
    if not line.basis.strip():
        return "basis"
    return "barred" if any(word in line.basis for word in BARRED) else None


def credits(owner: int, shares: Mapping[int, int]) -> dict[int, Decimal]:
    """Return what each unit is credited for one project: a part of it, or the whole on both sides (100 percent, dual).

    The owner of the figures is one unit; credit is for the assessment alone, and its sum may exceed one.
    """
    found = {unit: Decimal(share) / WHOLE for unit, share in shares.items() if unit != owner}
    given = sum((part for part in found.values() if part < 1), Decimal(0))
    found[owner] = max(Decimal(0), 1 - given)
    return found
