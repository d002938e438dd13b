"""What time it is: the server's clock, in UTC inside and Asia/Shanghai on screen (security.md I16)."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LOCAL = ZoneInfo("Asia/Shanghai")
_fixed: ContextVar[datetime | None] = ContextVar("fixed_now", default=None)


def now() -> datetime:
    """Return the present instant, aware, in UTC."""
    return _fixed.get() or datetime.now(UTC)


def today() -> date:
    """Return the present day in Asia/Shanghai."""
    return now().astimezone(LOCAL).date()


def local(moment: datetime) -> datetime:
    """Return the instant as Asia/Shanghai wall time."""
    return moment.astimezone(LOCAL)


def start_of_day(day: date) -> datetime:
    """Return the instant at which a Shanghai day begins, in UTC."""
    return datetime.combine(day, time.min, LOCAL).astimezone(UTC)


def end_of_day(day: date) -> datetime:
    """Return the instant of 24:00 of a Shanghai day, in UTC: the first instant that no longer belongs to it."""
    return start_of_day(day + timedelta(days=1))


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Let ``now()`` answer with this instant inside the block. For sample data and tests."""
    token = _fixed.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _fixed.reset(token)
