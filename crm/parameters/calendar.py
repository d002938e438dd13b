"""The working-day calendar: Monday–Friday unless a day is stated otherwise; a year without a calendar is named, never a crash."""

from datetime import date, timedelta

from sqlalchemy import Date, cast, false, literal, null, select, union_all

from crm.core import clocks
from crm.kit import clock, db
from crm.parameters.cache import remembered
from crm.parameters.models import CalendarDay, CalendarYear

_AHEAD = 200  # days: the longest protection and its grace


def is_working_day(day: date) -> bool:
    """Say whether the day is worked."""
    return clocks.is_working(day, exceptions())


def add_working_days(day: date, n: int) -> date:
    """Return the ``n``-th working day after ``day``; the day itself does not count."""
    return clocks.add_working_days(day, n, exceptions())


def working_days_between(start: date, end: date) -> int:
    """Return how many working days follow ``start`` up to and with ``end``; negative when ``end`` lies before."""
    return clocks.working_days_between(start, end, exceptions())


def next_working_day(day: date) -> date:
    """Return the day itself when it is worked, else the first worked day after it."""
    return clocks.next_working_day(day, exceptions())


def missing_years(start: date, end: date) -> list[int]:
    """Return the years between the days whose calendar is not complete: limits there count Monday–Friday."""
    return clocks.missing_years(start, end, known_years())


def missing_soon() -> list[int]:
    """Return the years without a calendar that limits set today may reach into."""
    today = clock.today()
    return missing_years(today, today + timedelta(days=_AHEAD))


def exceptions() -> dict[date, bool]:
    """Return the stated days: worked or not."""
    return remembered("calendar", _load)[0]


def known_years() -> dict[int, str]:
    """Return the years declared complete, with their source."""
    return remembered("calendar", _load)[1]


def days_of(year: int) -> dict[date, CalendarDay]:
    """Return the stated days of a year."""
    inside = CalendarDay.day.between(date(year, 1, 1), date(year, 12, 31))
    return {row.day: row for row in db.session.scalars(select(CalendarDay).where(inside).order_by(CalendarDay.day))}


def stamp(row: CalendarDay | None) -> str:
    """Return what an editor has seen of a day, to notice that somebody changed it meanwhile."""
    return "" if row is None else f"{int(row.working)}|{row.name}|{row.source}"


def _load() -> tuple[dict[date, bool], dict[int, str]]:
    """The stated days, and the years declared complete: one statement, since a page with limits shows the banner too."""
    stated = select(CalendarDay.day, CalendarDay.working, literal(0).label("year"), literal("").label("source"))
    years = select(cast(null(), Date), false(), CalendarYear.year, CalendarYear.source)
    rows = db.session.execute(union_all(stated, years)).all()
    return {r.day: r.working for r in rows if r.day}, {r.year: r.source for r in rows if not r.day}
