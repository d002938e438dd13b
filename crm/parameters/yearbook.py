"""Keeping the calendar: single days that differ, and the word that a year is complete."""

from collections.abc import Sequence
from datetime import date, timedelta

from flask_babel import gettext as _

from crm.audit import service as audit
from crm.core.errors import Invalid, Stale
from crm.core.permissions import Permission
from crm.kit import db
from crm.kit.access import Actor, authorize
from crm.parameters import hooks
from crm.parameters.cache import forget
from crm.parameters.calendar import exceptions, stamp
from crm.parameters.models import CalendarDay, CalendarYear

FIRST, LAST = 2020, 2099
LONGEST_HOLIDAY = 15


@db.transactional
def set_day(actor: Actor, day: date, *, working: bool, name: str, source: str, seen: str | None = None) -> CalendarDay:
    """State that a day is worked or not, and who says so. Raises Invalid, Stale, Forbidden."""
    before = dict(exceptions())
    row = _set(actor, day, working=working, name=name, source=source, seen=seen)
    hooks.calendar_changed(actor, before)
    return row


def _set(actor: Actor, day: date, *, working: bool, name: str, source: str, seen: str | None = None) -> CalendarDay:
    row = _open(actor, day, seen)
    old = words(row)
    if row is None:
        row = CalendarDay(day=day, working=working, name=name, source=source)
        db.session.add(row)
    else:
        row.working, row.name, row.source = working, name, source
    db.session.flush()
    forget()
    audit.record(actor, "calendar.day_set", ("calendar_day", None, ""), day=day.isoformat(), stated=(old, words(row)))
    return row


@db.transactional
def set_holiday(actor: Actor, *, name: str, first: date, last: date, worked: Sequence[date], source: str) -> int:
    """Enter a holiday as a notice states it: its days are off, the days in exchange (调休) are worked. Returns how many days."""
    authorize(actor, Permission.PARAMETER_WRITE)
    if last < first:
        raise Invalid(_("结束日期不能早于开始日期。"), field="last")
    if (last - first).days >= LONGEST_HOLIDAY:
        raise Invalid(_("一个假期最多 %(n)s 天。", n=LONGEST_HOLIDAY), field="last")
    off = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    if set(off) & set(worked):
        raise Invalid(_("调休上班日不能在放假期间。"), field="worked")
    before = dict(exceptions())
    for day in off:
        _set(actor, day, working=False, name=name, source=source)
    for day in worked:
        _set(actor, day, working=True, name=_("%(name)s调休", name=name), source=source)
    hooks.calendar_changed(actor, before)  # once for all its days: what is worked in exchange counts too
    return len(off) + len(worked)


@db.transactional
def clear_day(actor: Actor, day: date, *, seen: str | None = None) -> None:
    """Let a day be Monday–Friday again."""
    row = _open(actor, day, seen)
    if row is None:
        return
    audit.record(
        actor, "calendar.day_cleared", ("calendar_day", None, ""), day=day.isoformat(), stated=(words(row), None)
    )
    before = dict(exceptions())
    db.session.delete(row)
    db.session.flush()
    forget()
    hooks.calendar_changed(actor, before)


@db.transactional
def declare_year(actor: Actor, year: int, *, source: str) -> CalendarYear:
    """Say that the calendar of a year is complete: the warning goes."""
    authorize(actor, Permission.PARAMETER_WRITE)
    _check_year(year)
    if not source:
        raise Invalid(_("请填依据，如“国办发明电〔2026〕7号”。"), field="source")
    row = db.session.get(CalendarYear, year)
    old = row.source if row else None
    if row is None:
        row = CalendarYear(year=year, source=source)
        db.session.add(row)
    row.source = source
    db.session.flush()
    forget()
    audit.record(actor, "calendar.year_declared", ("calendar_year", year, ""), year=str(year), source=(old, source))
    return row


@db.transactional
def reopen_year(actor: Actor, year: int) -> None:
    """Take the word back: limits reaching into the year are marked again."""
    authorize(actor, Permission.PARAMETER_WRITE)
    row = db.session.get(CalendarYear, year)
    if row is None:
        return
    audit.record(
        actor, "calendar.year_reopened", ("calendar_year", year, ""), year=str(year), source=(row.source, None)
    )
    db.session.delete(row)
    db.session.flush()
    forget()


def words(row: CalendarDay | None) -> str | None:
    """Return a stated day in words, for the trail."""
    return None if row is None else f"{'上班' if row.working else '休息'} {row.name} {row.source}".strip()


def _open(actor: Actor, day: date, seen: str | None) -> CalendarDay | None:
    authorize(actor, Permission.PARAMETER_WRITE)
    _check_year(day.year)
    row = db.session.get(CalendarDay, day)
    if seen is not None and seen != stamp(row):
        raise Stale(_("这一天刚被别人改过。下面是现在的安排，请核对后再保存。"), current=row)
    return row


def _check_year(year: int) -> None:
    if not FIRST <= year <= LAST:
        raise Invalid(_("工作日历只保存 %(first)s 至 %(last)s 年。", first=FIRST, last=LAST))
