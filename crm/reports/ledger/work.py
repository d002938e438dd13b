"""The clock of the ledger: a reminder before the week is frozen, and the freezing. Safe to run at any time, by anybody."""

from datetime import date, datetime

from flask_babel import gettext as _
from sqlalchemy import select

from crm.accounts import queries as accounts
from crm.accounts.models import Org
from crm.core.permissions import Role
from crm.kit import clock, db, jobs
from crm.kit.access import Actor
from crm.notices.service import notify
from crm.reports.ledger import queries, service, weeks
from crm.reports.models import LedgerWeek


@db.transactional
def remind() -> int:
    """On the day before the freezing tell each unit's head to confirm, once a week. Returns how many units were told."""
    monday = weeks.monday_of(clock.today())
    if clock.now() < weeks.at(weeks.reminder_day(monday), weeks.REMIND_AT) or clock.now() >= _freezing(monday):
        return 0
    return sum(_told(org, monday) for org in accounts.units())


def freeze() -> int:
    """Freeze this week once its moment has come, and earlier ones that were missed. Returns how many units were frozen."""
    monday = weeks.monday_of(clock.today())
    frozen = sum(service.freeze_week(Actor.system(), late, orgs) for late, orgs in _missed(monday).items())
    if clock.now() >= _freezing(monday):
        frozen += service.freeze_week(Actor.system(), monday, accounts.units())
    return frozen


def _freezing(monday: date) -> datetime:
    return weeks.at(weeks.freeze_day(monday), weeks.FREEZE_AT)


def _missed(monday: date) -> dict[date, list[Org]]:
    """Return earlier weeks that somebody began and nobody froze, with their units: the server stood still on that day."""
    units = {org.id: org for org in accounts.units()}
    query = select(LedgerWeek).where(LedgerWeek.frozen_at.is_(None), LedgerWeek.monday < monday)
    found: dict[date, list[Org]] = {}
    for week in db.session.scalars(query.order_by(LedgerWeek.monday)):
        if week.org_id in units:
            found.setdefault(week.monday, []).append(units[week.org_id])
    return found


def _told(org: Org, monday: date) -> bool:
    period = weeks.period_of(monday)
    week = service.begin_week(org.id, monday)
    if week.confirmed_at is not None or not jobs.run_once("ledger.remind", period, org.public_id):
        return False
    missing = sum(line.needs_reason for line in queries.current_lines(org.id, monday, week))
    heads = [user.id for user in accounts.users_with(Role.MANAGER, org.id)]
    text = _("%(week)s周台账请确认，%(day)s 10:00 冻结。", week=weeks.name_of(monday), day=weeks.freeze_day(monday))
    if missing:
        text += _("有 %(n)s 个项目要先说明无进展的原因。", n=missing)
    notify(
        heads, "ledger.remind", "ledger_week", week.public_id, text=text, url=f"/ledgers/weeks/{monday}", period=period
    )
    return True
