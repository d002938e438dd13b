"""Promise against result: how far, and in which colour. More is better, except for what is used up."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

LESS_IS_BETTER = frozenset({"energy_per_output"})


@dataclass(frozen=True)
class Verdict:
    """``code``: met, behind, missed, waiting, late or nothing; ``percent`` of the promise that the result is."""

    code: str
    colour: str
    percent: int | None = None


def compare(kind: str, promised: Decimal | None, result: Decimal | None, due_on: date | None, today: date) -> Verdict:
    """Compare a result with its promise on this day.

    ``behind`` while there is time, ``missed`` when the day has passed; ``waiting`` and ``late`` without a result.
    """
    over = due_on is not None and due_on < today
    if promised is None:
        return Verdict("none", "")
    if result is None:
        return Verdict("late", "bad") if over else Verdict("waiting", "line")
    percent = int(100 * result / promised) if promised else None
    met = result <= promised if kind in LESS_IS_BETTER else result >= promised
    if met:
        return Verdict("met", "ok", percent)
    return Verdict("missed", "bad", percent) if over else Verdict("behind", "warn", percent)


def share(paid: Decimal, agreed: Decimal | None) -> int | None:
    """Return how many percent of the agreed amount are in place; None while nothing was agreed."""
    return int(100 * paid / agreed) if agreed else None
