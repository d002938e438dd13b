"""How a protection runs out: what its clock says, whom to warn, when it is stale, what an extension must prove.

Source: domain.md §2.2, §3.2, §3.3. Days come in as numbers and dates: nothing here knows a database or a clock.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class Proof:
    """Effective follow-ups in the present period, how many of them were meetings, and the day of the last."""

    followups: int = 0
    meetings: int = 0
    last_on: date | None = None


def effective_because(working_days: int, grade: str, window: int) -> str:
    """Return why a report counts from the day it does: the contact, or the filing and what was wrong with the contact."""
    if grade not in ("A", "B"):
        return "grade"
    return "contact" if working_days <= window else "late"


def phase(today: date, until: date | None, grace_days: int, *, waits: bool, paused: bool) -> str:
    """Return what the clock of a protection says: none, waiting (an asking keeps it), paused, running, grace or over."""
    if until is None:
        return "none"
    if paused:
        return "paused"
    if today <= until:
        return "running"
    if waits:
        return "waiting"
    return "grace" if today <= until + timedelta(days=grace_days) else "over"


def warning(left: int, steps: Sequence[int]) -> int | None:
    """Return which warning is due with so many days left: the nearest step not below it, so that a missed day is made up for."""
    due = [step for step in steps if 0 <= left <= step]
    return min(due) if due else None


def lacking(proof: Proof, extended: int, params: Mapping[str, str]) -> str | None:
    """Return what stands against an extension: its number is used up, or follow-ups or meetings are missing; None when nothing does."""
    if extended >= int(params["extension_max"]):
        return "used_up"
    if proof.followups < int(params["extension_min_followups"]):
        return "followups"
    if proof.meetings < int(params["extension_min_meetings"]):
        return "meetings"
    return None


def idle_days(today: date, since: date, last_on: date | None, resumed_on: date | None) -> int:
    """Return for how many days nothing effective happened: since the last follow-up, the end of a pause or the beginning."""
    begun = max(day for day in (since, last_on, resumed_on) if day is not None)
    return max(0, (today - begun).days)


def idle_light(idle: int, params: Mapping[str, str]) -> str:
    """Return the light of so many idle days: ok, yellow, red, or recall when the system proposes to take it back."""
    for word, key in (("recall", "stale_recall_days"), ("red", "stale_red_days"), ("yellow", "stale_yellow_days")):
        if idle >= int(params[key]):
            return word
    return "ok"


def free_again_on(ended_on: date, cooldown_days: int) -> date:
    """Return the first day on which the unit whose protection ended may report the same company again."""
    return ended_on + timedelta(days=cooldown_days)
