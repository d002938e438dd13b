"""What was issued in the sample time: the last weeks of the ledger, confirmed by unit heads, and the last month, each on its own day."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from sqlalchemy import select

from crm.accounts import queries as accounts
from crm.kit import db
from crm.kit.access import Actor
from crm.projects.models import Project
from crm.projects.queries import visible_to
from crm.reports.ledger import queries, service, weeks
from crm.reports.months.freezing import freeze_month
from crm.reports.samples.people import Staff

WEEKS = 3
LATE = {"XL"}  # the unit whose head forgot the last week: the centre sees 8 of 9
REASON = "企业内部决策未定，已约下月回访（示例）"


def acts(staff: Staff, days: Sequence[date]) -> list[tuple[datetime, Callable[[], object]]]:
    """Return the freezing of the last three weeks and of the last month that was over, with the moments."""
    mondays = sorted({weeks.monday_of(day) for day in days if weeks.freeze_day(weeks.monday_of(day)) <= days[-1]})
    found: list[tuple[datetime, Callable[[], object]]] = [
        (weeks.at(weeks.freeze_day(monday), weeks.FREEZE_AT), _week(monday)) for monday in mondays[-WEEKS:]
    ]
    for monday in mondays[-WEEKS:]:
        at = weeks.at(weeks.reminder_day(monday), weeks.REMIND_AT)
        heads = staff.managers if monday != mondays[-1] else [code for code in staff.managers if code not in LATE]
        found += [(at + timedelta(minutes=7 * n), _heads(staff, code, monday)) for n, code in enumerate(heads, 1)]
    first = [day for before, day in pairwise(days) if before.month != day.month][-1]
    found.append((weeks.at(first, time(9, 30)), _month(staff.center[0], first)))
    return found


def _week(monday: date) -> Callable[[], object]:
    return lambda: service.freeze_week(Actor.system(), monday, accounts.units())


def _heads(staff: Staff, code: str, monday: date) -> Callable[[], object]:
    return lambda: _confirm(staff, code, monday)


def _confirm(staff: Staff, code: str, monday: date) -> None:
    """The head of a unit confirms its week; where nothing moved for four weeks an officer says why first."""
    head, officer = staff.managers[code], staff.officers[code][0]
    for line in queries.current_lines(head.org_id, monday, None):
        if line.needs_reason:
            project = db.session.scalars(
                select(Project).where(Project.id == line.project_id, visible_to(officer))
            ).one()
            service.write_line(officer, monday, project, progress="", reason=REASON, version=0)
    service.confirm_week(head, monday)


def _month(center: Actor, first: date) -> Callable[[], object]:
    return lambda: freeze_month(center, (first.replace(day=1) - timedelta(days=1)).replace(day=1))
