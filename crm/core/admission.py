"""The admission grid: eleven indicators of a hundred points and the one-vote vetoes, as data that a newer version may replace.

Source: 团风县《招商引资项目准入综合评价办法》, domain.md §4. Points are tenths, so that 12.5 stays exact.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Indicator:
    """A line of the grid; ``weight`` is its full score in points."""

    code: str
    weight: int


VERSION = "tf-1"
INDICATORS: tuple[Indicator, ...] = (
    Indicator("industry", 5),
    Indicator("technology", 5),
    Indicator("size", 17),
    Indicator("intensity", 17),
    Indicator("investor", 10),
    Indicator("environment", 5),
    Indicator("safety", 5),
    Indicator("land", 10),
    Indicator("planning", 5),
    Indicator("tax", 16),
    Indicator("jobs", 5),
)
# Any of these fails the review, whatever the total says.
VETOES = ("forbidden", "two_highs", "environment", "safety", "dishonest")


@dataclass(frozen=True)
class Score:
    """What came out; ``total`` in tenths of a point."""

    total: int
    passed: bool
    lines: tuple[dict[str, Any], ...]
    vetoes: tuple[str, ...]


def faults(tenths: Mapping[str, int | None], vetoes: Collection[str]) -> list[str]:
    """Return the codes of indicators without points or with points outside 0 and the weight, and of unknown vetoes."""
    wrong = [
        line.code
        for line in INDICATORS
        if (given := tenths.get(line.code)) is None or not 0 <= given <= line.weight * 10
    ]
    return wrong + sorted(set(vetoes) - set(VETOES))


def score(tenths: Mapping[str, int], why: Mapping[str, str], vetoes: Collection[str], pass_line: int) -> Score:
    """Add the grid up. ``pass_line`` is in points; ``why`` keeps the words beside each line."""
    lines = tuple(
        {"code": line.code, "weight": line.weight, "tenths": tenths[line.code], "why": why.get(line.code, "")}
        for line in INDICATORS
    )
    total = sum(tenths[line.code] for line in INDICATORS)
    hit = tuple(code for code in VETOES if code in set(vetoes))
    return Score(total, not hit and total >= pass_line * 10, lines, hit)
