"""Entering and withdrawing what the city's statistics say of a line of the plan."""

from datetime import date
from decimal import Decimal

from flask_babel import gettext as _

from crm.audit import service as audit
from crm.core.errors import Conflict, Invalid
from crm.core.permissions import Permission
from crm.kit import clock, db, once
from crm.kit.access import Actor, authorize
from crm.plan.models import PlanIndicator
from crm.reports.indicators.queries import YEARS
from crm.reports.models import IndicatorValue

_MOST = Decimal(10) ** 12


@db.transactional
def enter(
    actor: Actor,
    line: PlanIndicator,
    *,
    year: int | None,
    value: Decimal | None,
    on: date | None,
    source: str,
    key: str | None,
) -> IndicatorValue:
    """Enter the value of a year with its source; an earlier one of that year stays in the history. Raises Forbidden, Invalid."""
    authorize(actor, Permission.INDICATOR_WRITE)
    if year is None or year not in YEARS:
        raise Invalid(_("年度填 %(first)s 到 %(last)s。", first=YEARS[0], last=YEARS[-1]), field="year")
    if value is None or value > _MOST:
        raise Invalid(_("请填数值，例如 128.5。"), field="value")
    if on is None or on > clock.today() or on.year < year:
        raise Invalid(_("请填统计口径的截止日期，不早于该年度、不晚于今天。"), field="on")
    if not source:
        raise Invalid(_("请写来源，例如统计公报的名称和页码。"), field="source")
    again = once.find(actor, key, "indicator")
    if again is not None:
        raise once.Repeated(again)
    row = IndicatorValue(
        code=line.code, year=year, value=value, on=on, source=source, by_id=actor.user_id, at=clock.now()
    )
    db.session.add(row)
    db.session.flush()
    once.remember(actor, key, line.code, "indicator")
    audit.record(actor, "indicator.entered", row, indicator=line.name, year=year, amount=str(value), source=source)
    return row


@db.transactional
def withdraw(actor: Actor, line: PlanIndicator, row: IndicatorValue) -> IndicatorValue:
    """Take a value back; the one entered before it for that year counts again. Raises Forbidden, Conflict."""
    authorize(actor, Permission.INDICATOR_WRITE)
    if row.withdrawn_at is not None:
        raise Conflict(_("这条数值已经撤回。"))
    row.withdrawn_at = clock.now()
    db.session.flush()
    audit.record(actor, "indicator.withdrawn", row, indicator=line.name, year=row.year, amount=str(row.value))
    return row
