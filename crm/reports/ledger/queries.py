"""Reading the ledgers: whose weeks a person may see, how far they are, and their lines."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from sqlalchemy import ColumnElement, false, func, select, true

from crm.accounts import queries as accounts
from crm.accounts.models import Org
from crm.core.errors import NotFound
from crm.core.permissions import Permission, Role
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.projects import once
from crm.projects.queries import reads_notes
from crm.reports.ledger import building, weeks
from crm.reports.ledger.building import Line
from crm.reports.models import IssuedReport, LedgerWeek, ReportKind

WEEKS_SHOWN = 30


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """The weeks this actor may read: all for the centre; a manager's, leader's and the office's subtree; else the own unit's."""
    if actor.is_center:
        return true()
    if not actor.can(Permission.LEDGER_READ):
        return false()
    return LedgerWeek.org_id.in_(orgs_of(actor))


def orgs_of(actor: Actor) -> frozenset[int]:
    """Return the units whose ledgers this actor reads, the centre apart: the own one, for managers and leaders those below."""
    wide = not actor.roles.isdisjoint({Role.MANAGER, Role.LEADER, Role.OFFICE})
    return actor.subtree | {actor.org_id} if wide else frozenset({actor.org_id})


def units_of(actor: Actor) -> list[Org]:
    """Return the units that keep a ledger and that this actor may read, in their usual order."""
    every = accounts.units()
    return every if actor.is_center else [org for org in every if org.id in orgs_of(actor)]


def unit_of(actor: Actor, public_id: str | None) -> Org | None:
    """Return the unit that was asked for, the only one there is, or None to choose. Raises NotFound for another's."""
    units = units_of(actor)
    if public_id:
        named = next((org for org in units if org.public_id == public_id), None)
        if named is None:
            raise NotFound("没有找到这个单位的台账，或您无权查看。")
        return named
    return units[0] if len(units) == 1 else None


@dataclass(frozen=True)
class UnitWeek:
    """How far a unit is with a week."""

    org: Org
    confirmed_at: datetime | None = None
    frozen_at: datetime | None = None


def progress_of(actor: Actor, monday: date) -> list[UnitWeek]:
    """Return each visible unit with how far it is: the centre reads n/9 from it."""
    query = select(LedgerWeek).where(visible_to(actor), LedgerWeek.monday == monday)
    known = {week.org_id: week for week in db.session.scalars(query)}
    found = []
    for org in units_of(actor):
        week = known.get(org.id)
        found.append(UnitWeek(org, week.confirmed_at, week.frozen_at) if week else UnitWeek(org))
    return found


@dataclass(frozen=True)
class WeekFigures:
    """A week in the list."""

    monday: date
    confirmed: int
    frozen: int


def latest_weeks(actor: Actor) -> tuple[list[WeekFigures], int]:
    """Return the newest weeks, the present one first, and how many units there are."""
    rows = db.session.execute(
        select(LedgerWeek.monday, func.count(LedgerWeek.confirmed_at), func.count(LedgerWeek.frozen_at))
        .where(visible_to(actor))
        .group_by(LedgerWeek.monday)
        .order_by(LedgerWeek.monday.desc())
        .limit(WEEKS_SHOWN)
    )
    found = [WeekFigures(*row) for row in rows]
    now = weeks.monday_of(clock.today())
    if not found or found[0].monday < now:
        found.insert(0, WeekFigures(now, 0, 0))
    return found, len(units_of(actor))


@dataclass(frozen=True)
class UnitLines:
    """A unit's week with its lines. ``hidden``: a leader reads them once the unit's head has confirmed."""

    org: Org
    monday: date
    week: LedgerWeek | None
    lines: list[Line] = field(default_factory=list)
    hidden: bool = False

    @property
    def missing(self) -> list[Line]:
        """The lines that wait for a reason."""
        return [line for line in self.lines if line.needs_reason]


def week_of(actor: Actor, org: Org, monday: date) -> UnitLines:
    """Return a unit's week: frozen or confirmed as it was written, else as the contacts say now. Raises NotFound."""
    if not actor.is_center and org.id not in orgs_of(actor):
        raise NotFound("没有找到这个单位的台账，或您无权查看。")
    query = select(LedgerWeek).where(visible_to(actor), LedgerWeek.org_id == org.id, LedgerWeek.monday == monday)
    week = db.session.scalar(query)
    if week is not None and (week.confirmed_at or week.frozen_at):
        return UnitLines(org, monday, week, building.of_week(week))
    if not reads_notes(actor):
        return UnitLines(org, monday, week, hidden=True)
    if monday != weeks.monday_of(clock.today()) and week is None:
        return UnitLines(org, monday, None)
    return UnitLines(org, monday, week, current_lines(org.id, monday, week))


def weeks_of(actor: Actor, orgs: Sequence[Org], monday: date) -> list[UnitLines]:
    """Return the weeks of units that are summed: of an investment that two of them registered one line counts, as decided by now."""
    found = [week_of(actor, org, monday) for org in orgs]
    if len(found) < 2:
        return found
    twins = set(db.session.scalars(once.ids(actor)))
    for unit in found:
        unit.lines[:] = [replace(line, twice=True) if line.project_id in twins else line for line in unit.lines]
    return found


def current_lines(org_id: int, monday: date, week: LedgerWeek | None) -> list[Line]:
    """Return a unit's lines of a week that is still open, with what people wrote."""
    lines = building.build([org_id], monday).get(org_id, [])
    return building.merged(lines, building.stored_of(week)) if week is not None else lines


def issued(monday: date) -> Sequence[IssuedReport]:
    """Return the frozen week and its corrections, the newest first: units, counts and seals, no line."""
    query = select(IssuedReport).where(
        IssuedReport.kind == ReportKind.WEEK, IssuedReport.period == weeks.period_of(monday)
    )
    return db.session.scalars(query.order_by(IssuedReport.revision.desc())).all()
