"""Working days and limits: a day is a day in Asia/Shanghai, exceptions to Monday–Friday come as a table (security.md I16)."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

# Days that differ from Monday–Friday: True is worked (调休上班), False is not (放假).
Exceptions = Mapping[date, bool]
_FAR = 3660  # ten years: no limit of ours is longer, and a table that forbids all work must not hang the server


def is_working(day: date, exceptions: Exceptions) -> bool:
    """Say whether the day is worked: what the table states, else Monday–Friday."""
    stated = exceptions.get(day)
    return day.weekday() < 5 if stated is None else stated


def add_working_days(day: date, n: int, exceptions: Exceptions) -> date:
    """Return the ``n``-th working day after ``day`` (before it for a negative ``n``); 0 is the day itself.

    The day on which a limit begins does not count. Source: 民法典 第二百零一条.
    Raises ValueError when ten years hold fewer working days than that.
    """
    step = timedelta(days=1 if n >= 0 else -1)
    left, at, walked = abs(n), day, 0
    while left:
        at += step
        walked += 1
        left -= is_working(at, exceptions)
        if walked > _FAR:
            raise ValueError("no working day within ten years")
    return at


def working_days_between(start: date, end: date, exceptions: Exceptions) -> int:
    """Return how many working days follow ``start`` up to and with ``end``; negative when ``end`` lies before.

    ``working_days_between(d, add_working_days(d, n)) == n``.
    """
    if end < start:
        return -working_days_between(end, start, exceptions)
    days = (end - start).days
    weeks, rest = divmod(days, 7)
    tail = (start + timedelta(days=weeks * 7 + i) for i in range(1, rest + 1))
    total = weeks * 5 + sum(day.weekday() < 5 for day in tail)
    for day, worked in exceptions.items():
        if start < day <= end:
            total += int(worked) - int(day.weekday() < 5)
    return total


def next_working_day(day: date, exceptions: Exceptions) -> date:
    """Return the day itself when it is worked, else the first worked day after it."""
    return day if is_working(day, exceptions) else add_working_days(day, 1, exceptions)


def last_day(start: date, days: int) -> date:
    """Return the last of ``days`` natural days after ``start``; the limit ends at 24:00 of it.

    The first day does not count. Source: 民法典 第二百零一条, 第二百零三条.
    """
    return start + timedelta(days=days)


def protection_end(start: date, days: int, already: int = 0) -> date:
    """Return the last protected day: ``days`` natural days after ``start``, less those a former hold has used up."""
    return last_day(start, max(0, days - already))


def days_left(today: date, last: date) -> int:
    """Return how many days remain with today not counted: 0 on the last day, negative when overdue."""
    return (last - today).days


def light(today: date, last: date, soon: int) -> str:
    """Return the colour of a limit: ``bad`` when overdue, ``warn`` from ``soon`` days before its last day, else ``ok``."""
    left = days_left(today, last)
    return "bad" if left < 0 else "warn" if left <= soon else "ok"


def years_of(start: date, end: date) -> range:
    """Return the calendar years that the days from ``start`` to ``end`` touch."""
    return range(min(start, end).year, max(start, end).year + 1)


def missing_years(start: date, end: date, known: Iterable[int]) -> list[int]:
    """Return the years between the days for which no calendar is declared complete."""
    have = set(known)
    return [year for year in years_of(start, end) if year not in have]
