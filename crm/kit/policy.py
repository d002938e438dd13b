"""The numbers of the security policy. The room that keeps parameters provides them; without it the defaults hold.

Source: domain.md §9.3 (等保: password quality, failed sign-ins, idle limits).
"""

import time
from collections.abc import Callable, Mapping

from crm.kit import db

DEFAULTS: dict[str, int] = {
    "idle_minutes": 30,
    "sign_in_hours": 12,
    "trusted_phone_days": 7,
    "password_min_length": 10,
    "password_classes": 3,
    "password_history": 5,
    "password_days": 90,
    "lockout_failures": 5,
    "lockout_minutes": 15,
    "address_failures": 30,
}
# Every request asks; a change made by another worker is felt after this many seconds.
SECONDS_KEPT = 5.0

Provider = Callable[[], Mapping[str, int]]


class _State:
    provider: Provider | None = None
    kept: tuple[int, float, dict[str, int]] | None = None


def provide(provider: Provider | None) -> None:
    """Name the function that returns the numbers in force, in one statement. Missing keys fall back to the defaults."""
    _State.provider = provider
    forget()


def forget() -> None:
    """Read the numbers anew at the next question: after a change."""
    _State.kept = None


def number(key: str) -> int:
    """Return a number of the policy in force."""
    return numbers()[key]


def numbers() -> dict[str, int]:
    """Return all numbers in force."""
    if _State.provider is None:
        return DEFAULTS
    base = id(db.engine())
    kept = _State.kept
    if kept is None or kept[0] != base or time.monotonic() - kept[1] > SECONDS_KEPT:
        found = {key: int(value) for key, value in _State.provider().items() if key in DEFAULTS}
        kept = (base, time.monotonic(), {**DEFAULTS, **found})
        _State.kept = kept
    return kept[2]
