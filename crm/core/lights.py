"""The light of a project: which colour, and by which count. Source: domain.md §2.2; limits are parameters, given by the caller."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from crm.core.stages import Stage

# Points behind the planned pace from which the light turns. Source: 银川, domain.md §2.2.
BEHIND_YELLOW, BEHIND_RED = 10, 30
# Calendar months after the planned month of start. Source: the same.
LATE_START_RED = 3
# Days before a framework agreement runs out from which the light warns: those of the first warning of a protection.
FORMAL_YELLOW = 15
_ORDER = {"ok": 0, "warn": 1, "bad": 2}


@dataclass(frozen=True)
class Limits:
    """Days after which a light turns.

    Source: stale_yellow_days, stale_red_days, register_days, start_days, framework_to_formal_days.
    """

    stale_yellow: int
    stale_red: int
    register: int
    start: int
    formal: int


@dataclass(frozen=True)
class Pause:
    """Days on which the clock stands still, both ends counted."""

    first: date
    last: date


@dataclass(frozen=True)
class Course:
    """What a light looks at. ``done_points`` is the share of the fixed investment that is in place, in percent, if known."""

    stage: Stage
    stage_on: date
    last_effective_on: date | None = None
    framed_on: date | None = None  # the newest framework agreement
    signed_on: date | None = None
    started_on: date | None = None
    planned_start_on: date | None = None
    planned_production_on: date | None = None
    done_points: int | None = None
    pauses: Sequence[Pause] = ()


@dataclass(frozen=True)
class Shown:
    """A colour (ok, warn, bad, hold) with the code of its reason and the number in it: days, months or points."""

    colour: str
    code: str = ""
    n: int = 0


GREEN = Shown("ok")


def light_of(course: Course, limits: Limits, today: date) -> Shown:
    """Return the worst that is true of the project today; a pause that is running stands above all."""
    running = next((p for p in course.pauses if p.first <= today <= p.last), None)
    if running is not None and course.stage is not Stage.CLOSED:
        return Shown("hold", "paused", (running.last - today).days + 1)
    found = [rule(course, limits, today) for rule in _RULES.get(course.stage, ())]
    return max(found, key=lambda shown: _ORDER[shown.colour], default=GREEN)


def days_run(start: date, today: date, pauses: Sequence[Pause]) -> int:
    """Return the days since ``start`` on which the clock ran."""
    stood = {day for p in pauses for day in range(p.first.toordinal(), p.last.toordinal() + 1)}
    first, last = start.toordinal(), today.toordinal()
    return max(0, last - first) - sum(first < day <= last for day in stood)


def formal_due(course: Course, limits: Limits) -> date | None:
    """Return the last day on which the framework agreement may become a formal one; pauses put it off. None without one."""
    if course.framed_on is None:
        return None
    due = course.framed_on + timedelta(days=limits.formal)
    while (ran := days_run(course.framed_on, due, course.pauses)) < limits.formal:
        due += timedelta(days=limits.formal - ran)
    return due


def _unsigned(course: Course, limits: Limits, today: date) -> Shown:
    due = formal_due(course, limits)
    if due is None:
        return GREEN
    left = (due - today).days
    if left < 0:
        return Shown("bad", "formal_late", -left)
    return Shown("warn", "formal_soon", left) if left <= FORMAL_YELLOW else GREEN


def _stale(course: Course, limits: Limits, today: date) -> Shown:
    since = course.last_effective_on or course.stage_on
    return _by_days("stale", days_run(since, today, course.pauses), limits.stale_yellow, limits.stale_red)


def _unregistered(course: Course, limits: Limits, today: date) -> Shown:
    days = days_run(course.signed_on or course.stage_on, today, course.pauses)
    return _by_days("unregistered", days, limits.register + 1, 2 * limits.register + 1)


def _unstarted(course: Course, limits: Limits, today: date) -> Shown:
    days = days_run(course.signed_on or course.stage_on, today, course.pauses)
    return _by_days("unstarted", days, limits.start // 2 + 1, limits.start + 1)


def _late_start(course: Course, limits: Limits, today: date) -> Shown:
    planned = course.planned_start_on
    if planned is None or days_run(planned, today, course.pauses) <= 0:
        return GREEN
    months = (today.year - planned.year) * 12 + today.month - planned.month
    return Shown("bad" if months >= LATE_START_RED else "warn", "late_start", months)


def _behind(course: Course, limits: Limits, today: date) -> Shown:
    start, end = course.started_on or course.stage_on, course.planned_production_on
    if end is None or course.done_points is None or end <= start:
        return GREEN
    planned = min(100, 100 * days_run(start, today, course.pauses) // (end - start).days)
    points = planned - course.done_points
    if points > BEHIND_RED:
        return Shown("bad", "behind", points)
    return Shown("warn", "behind", points) if points >= BEHIND_YELLOW else GREEN


def _by_days(code: str, days: int, yellow: int, red: int) -> Shown:
    if days >= red:
        return Shown("bad", code, days)
    return Shown("warn", code, days) if days >= yellow else GREEN


_RULES = {
    Stage.NEGOTIATING: (_unsigned, _stale),
    Stage.SIGNED: (_unregistered, _unstarted, _late_start),
    Stage.REGISTERED: (_unstarted, _late_start),
    Stage.STARTED: (_behind,),
}
