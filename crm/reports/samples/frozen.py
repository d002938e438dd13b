"""What was issued in the sample time: the last weeks of the ledger and the last month, each on its own day."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from crm.accounts import queries as accounts
from crm.kit.access import Actor
from crm.reports.ledger import service, weeks
from crm.reports.months.freezing import freeze_month
from crm.reports.samples.people import Staff

WEEKS = 3


def acts(staff: Staff, days: Sequence[date]) -> list[tuple[datetime, Callable[[], object]]]:
    """Return the freezing of the last three weeks and of the last month that was over, with the moments."""
    mondays = sorted({weeks.monday_of(day) for day in days if weeks.freeze_day(weeks.monday_of(day)) <= days[-1]})
    found: list[tuple[datetime, Callable[[], object]]] = [
        (weeks.at(weeks.freeze_day(monday), weeks.FREEZE_AT), _week(monday)) for monday in mondays[-WEEKS:]
    ]
    first = [day for before, day in pairwise(days) if before.month != day.month][-1]
    found.append((weeks.at(first, time(9, 30)), _month(staff.center[0], first)))
    return found


def _week(monday: date) -> Callable[[], object]:
    return lambda: service.freeze_week(Actor.system(), monday, accounts.units())


def _month(center: Actor, first: date) -> Callable[[], object]:
    return lambda: freeze_month(center, (first.replace(day=1) - timedelta(days=1)).replace(day=1))
