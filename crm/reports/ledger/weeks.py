"""Days of a ledger week: Monday to Sunday, the reminder on Thursday, the freezing on Friday, or the working day before."""

from datetime import date, datetime, time, timedelta

from crm.kit import clock
from crm.parameters import calendar

REMIND_AT = time(17, 0)
FREEZE_AT = time(10, 0)
WEEK = timedelta(days=7)
_FRIDAY = timedelta(days=4)


def monday_of(day: date) -> date:
    """Return the Monday of the week that the day lies in."""
    return day - timedelta(days=day.weekday())


def sunday_of(monday: date) -> date:
    """Return the last day of the week."""
    return monday + timedelta(days=6)


def freeze_day(monday: date) -> date:
    """Return the Friday, or the working day before it; a week without any working day keeps its Friday."""
    friday = monday + _FRIDAY
    if calendar.is_working_day(friday):
        return friday
    before = calendar.add_working_days(friday, -1)
    return before if before >= monday else friday


def reminder_day(monday: date) -> date:
    """Return the working day before the freezing, at the latest the day before it."""
    last = freeze_day(monday)
    before = calendar.add_working_days(last, -1)
    return before if before >= monday else last - timedelta(days=1)


def at(day: date, moment: time) -> datetime:
    """Return a time of day in Asia/Shanghai."""
    return datetime.combine(day, moment, clock.LOCAL)


def name_of(monday: date) -> str:
    """Return the name of the week in titles: 2026年第48周 (ISO 8601: the week belongs to the year of its Thursday)."""
    year, week, _day = monday.isocalendar()
    return f"{year}年第{week}周"


def period_of(monday: date) -> str:
    """Return the name of the week in keys: 2026-W48."""
    year, week, _day = monday.isocalendar()
    return f"{year}-W{week:02}"
