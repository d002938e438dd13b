"""Reading the overview: sums by unit in a statement for each kind, and the rows behind each number under the same conditions."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, func, not_, select
from sqlalchemy.orm import contains_eager, joinedload

from crm.core.stages import MilestoneKind
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.kit.web import Page
from crm.projects.figures import AGREED
from crm.projects.models import FundVoucher, Milestone, MilestoneStatus, Project, ProjectFigure
from crm.projects.once import is_left_out, once
from crm.projects.queries import NEW
from crm.reports.funnel.queries import counted_by, units_of, visible_to
from crm.reports.models import UnitTarget
from crm.reports.overview import figures
from crm.reports.overview.figures import Cell, Days, Line, Measure, Overview, Period, Twice

ROWS_A_PAGE = 50
MOST_ROWS = 5_000
KINDS = {
    Measure.SIGNED: MilestoneKind.SIGNED,
    Measure.SIGNED_CNY: MilestoneKind.SIGNED,
    Measure.STARTED: MilestoneKind.STARTED,
}
Values = dict[tuple[int, Measure], dict[Period, Decimal]]
# By unit, and by the unit of what counts for the city instead, if another does.
Parts = dict[tuple[int, int | None, Measure], dict[Period, Decimal]]


def overview(actor: Actor, month: date) -> Overview:
    """Return the overview of a month as the tables say it now, of the units that the actor may count."""
    days = figures.days_of(month, clock.today())
    parts = {**_milestones(actor, days), **_vouchers(actor, days)}
    values: Values = {}
    twice: Twice = {}
    for (org_id, same_org_id, measure), of_periods in parts.items():
        _add(values.setdefault((org_id, measure), figures.empty()), of_periods)
        if is_left_out(actor, org_id, same_org_id):
            twice.setdefault((org_id, same_org_id or 0), {})[measure] = of_periods
    targets = targets_of(month.year)
    lines = [
        Line(
            *(org.id, org.public_id, org.name, reads(actor, org.id)),
            {measure: _cell(values, targets.get(org.id), org.id, measure, days) for measure in Measure},
            bound=org.stands_alone,
        )
        for org in units_of(actor)
    ]
    return figures.overview_of(days, lines, twice)


def _add(whole: dict[Period, Decimal], part: dict[Period, Decimal]) -> None:
    for period, value in part.items():
        whole[period] += value


def reads(actor: Actor, org_id: int) -> bool:
    """Say whether this actor may open the rows of a unit."""
    return actor.is_center or org_id in actor.subtree | {actor.org_id}


def targets_of(year: int) -> dict[int, UnitTarget]:
    """Return the targets of a year by unit. They are said in public circulars: whoever reads figures reads them."""
    rows = db.session.scalars(
        select(UnitTarget).where(UnitTarget.year == year).options(joinedload(UnitTarget.by, innerjoin=True))
    )
    return {row.org_id: row for row in rows}


def page_of_rows(
    actor: Actor, measure: Measure, span: tuple[date, date], org_id: int | None, number: int
) -> tuple[Page, Decimal]:
    """Return the milestones or vouchers behind a number, the newest first, and what they sum up to in its measure."""
    query = _rows(actor, measure, span, org_id)
    amount = AGREED if measure in KINDS else FundVoucher.amount_cny
    sums = query.with_only_columns(func.count(), func.sum(_counted(measure, amount)), maintain_column_froms=True)
    total, amounts = db.session.execute(sums).one()
    rows = _read(query, measure, (number - 1) * ROWS_A_PAGE, ROWS_A_PAGE)
    is_number = measure in (Measure.SIGNED, Measure.STARTED)
    value = Decimal(total) if is_number else amounts or Decimal(0)
    return Page(list(rows), number, ROWS_A_PAGE, total), value


def rows_for_export(
    actor: Actor, measure: Measure, span: tuple[date, date], org_id: int | None
) -> Sequence[tuple[Any, Decimal | None]]:
    """Return them all with their amounts, up to the limit."""
    return _read(_rows(actor, measure, span, org_id), measure, 0, MOST_ROWS)


def _read(query: Select[Any], measure: Measure, skipped: int, most: int) -> Sequence[Any]:
    model: Any = Milestone if measure in KINDS else FundVoucher
    day = Milestone.recognised_on if measure in KINDS else FundVoucher.on
    amount = AGREED if measure in KINDS else FundVoucher.amount_cny
    project = contains_eager(model.project)
    whole = query.add_columns(_counted(measure, amount).label("amount"))
    whole = whole.options(project.joinedload(Project.org), project.joinedload(Project.company))
    return db.session.execute(whole.order_by(day.desc(), model.id).offset(skipped).limit(most)).all()


def _counted(measure: Measure, amount: Any) -> Any:
    return FundVoucher.fdi_usd if measure is Measure.FDI else amount


def _rows(actor: Actor, measure: Measure, span: tuple[date, date], org_id: int | None) -> Select[Any]:
    if measure in KINDS:
        query: Any = select(Milestone).join(Milestone.project).where(visible_to(actor), *_recognised())
        query = query.where(Milestone.kind == KINDS[measure], Milestone.recognised_on.between(*span))
    else:
        query = select(FundVoucher).join(FundVoucher.project).where(visible_to(actor), *_paid())
        query = query.where(FundVoucher.on.between(*span))
        if measure is Measure.FDI:
            query = query.where(FundVoucher.fdi_usd > 0)
    return query.where(once(actor, Project) if org_id is None else Project.org_id == org_id)


def _recognised() -> tuple[ColumnElement[bool], ...]:
    """What figures count of signings and starts: recognised, of new projects."""
    return NEW, Milestone.status == MilestoneStatus.RECOGNISED


def _paid() -> tuple[ColumnElement[bool], ...]:
    """What figures count of money in place: vouchers in force, of new projects."""
    return NEW, FundVoucher.voided_on.is_(None)


def _milestones(actor: Actor, days: Days) -> Parts:
    """Numbers and amounts by unit and period: a statement for signings and one for starts, from the kept figures."""
    found: Parts = {}
    for org_id, same, *numbers in _recognised_by_unit(actor, days, ProjectFigure.signed_on, ProjectFigure.signed_cny):
        counts, sums = numbers[: len(days.spans)], numbers[len(days.spans) :]
        found[org_id, same, Measure.SIGNED] = figures.empty(zip(days.spans, map(Decimal, counts), strict=True))
        amounts = (amount or Decimal(0) for amount in sums)
        found[org_id, same, Measure.SIGNED_CNY] = figures.empty(zip(days.spans, amounts, strict=True))
    for org_id, same, *counts in _recognised_by_unit(actor, days, ProjectFigure.started_on):
        found[org_id, same, Measure.STARTED] = figures.empty(zip(days.spans, map(Decimal, counts), strict=True))
    return found


def _recognised_by_unit(actor: Actor, days: Days, day: Any, amount: Any = None) -> Sequence[Any]:
    """Return (unit, who counts instead, number in each period), then the amounts where one is named; 存量流转 is not new."""
    within = [day.between(first, last) for first, last in days.spans.values()]
    columns = [func.count().filter(one) for one in within]
    columns += [func.sum(amount).filter(one) for one in within] if amount is not None else []
    keys = (ProjectFigure.org_id, ProjectFigure.same_org_id)
    query = select(*keys, *columns).where(counted_by(actor, ProjectFigure), not_(ProjectFigure.moved))
    return db.session.execute(query.where(day.between(*_all(days))).group_by(*keys)).all()


def _vouchers(actor: Actor, days: Days) -> Parts:
    """Money in place and its foreign part by unit and period: one statement."""
    columns: list[Any] = []
    for first, last in days.spans.values():
        within = FundVoucher.on.between(first, last)
        columns += [func.sum(FundVoucher.amount_cny).filter(within), func.sum(FundVoucher.fdi_usd).filter(within)]
    keys = (ProjectFigure.org_id, ProjectFigure.same_org_id)
    query = (
        select(*keys, *columns)
        .select_from(FundVoucher)
        .join(ProjectFigure, ProjectFigure.project_id == FundVoucher.project_id)
        .where(counted_by(actor, ProjectFigure), not_(ProjectFigure.moved))
        .where(FundVoucher.voided_on.is_(None), FundVoucher.on.between(*_all(days)))
        .group_by(*keys)
    )
    found: Parts = {}
    for org_id, same, *sums in db.session.execute(query):
        for n, measure in enumerate((Measure.FUNDS, Measure.FDI)):
            pairs = zip(days.spans, sums[n::2], strict=True)
            found[org_id, same, measure] = figures.empty((period, amount or Decimal(0)) for period, amount in pairs)
    return found


def _all(days: Days) -> tuple[date, date]:
    spans: Sequence[tuple[date, date]] = list(days.spans.values())
    return min(first for first, _last in spans), max(last for _first, last in spans)


def _cell(values: Values, target: UnitTarget | None, org_id: int, measure: Measure, days: Days) -> Cell:
    aim = getattr(target, measure.value) if target is not None else None
    return Cell(
        values.get((org_id, measure)) or figures.empty(), Decimal(aim) if aim is not None else None, days.schedule
    )
