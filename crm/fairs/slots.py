"""Half-hour slots of a fair: which there are, how they are written and read, and which free ones a route takes. Pure."""

import re
from collections.abc import Collection, Iterator, Sequence
from datetime import date, timedelta

LENGTH = 30  # minutes
FIRST, LAST = 8 * 60, 18 * 60  # the first and the last that may be agreed on
_MORNING, _AFTERNOON = (9 * 60, 12 * 60), (13 * 60 + 30, 17 * 60)  # what a plan fills by itself: lunch stays free
_TIME = re.compile(r"([01]?\d|2[0-3])[:：]([0-5]\d)")


def times() -> list[int]:
    """Return the slots of a day, in minutes after midnight."""
    return list(range(FIRST, LAST + 1, LENGTH))


def words(minute: int) -> str:
    """Return a slot as 09:30."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


def read(text: str) -> int | None:
    """Return the slot of a written time, None when it is none."""
    found = _TIME.fullmatch(text.strip())
    minute = int(found[1]) * 60 + int(found[2]) if found else -1
    return minute if minute in range(FIRST, LAST + 1, LENGTH) else None


def days(first: date | None, last: date | None) -> list[date]:
    """Return the days of an edition; none while it has no date."""
    if first is None:
        return []
    return [first + timedelta(days=number) for number in range(((last or first) - first).days + 1)]


def free(span: Sequence[date], taken: Collection[tuple[date, int]]) -> Iterator[tuple[date, int]]:
    """Yield the free slots of the days, in order; those over lunch are left to people."""
    for day in span:
        for begins, ends in (_MORNING, _AFTERNOON):
            for minute in range(begins, ends, LENGTH):
                if (day, minute) not in taken:
                    yield day, minute
