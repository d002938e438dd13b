"""A holiday published late: a limit in working days that waits keeps the days it had left, and never comes earlier."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.sql.base import ExecutableOption

from crm.core import clocks
from crm.kit import clock, db
from crm.parameters import calendar


def later(day: date | None, before: Mapping[date, bool]) -> date | None:
    """Return the new last day, or None where it stays: it passed already, or the days left are still there.

    ``before``: the stated days as they were.
    """
    today = clock.today()
    if day is None or day <= today:
        return None
    left = clocks.working_days_between(today, day, before)
    new = calendar.add_working_days(today, left)
    return new if new > day else None


def move(
    model: Any,
    name: str,
    waits: ColumnElement[bool],
    before: Mapping[date, bool],
    only: Callable[[Any], bool] = lambda row: True,
    loads: Sequence[ExecutableOption] = (),
) -> Iterator[tuple[Any, date, date]]:
    """Move the column ``name`` of all rows that wait, locked in the order of their ids; gives (row, old day, new day)."""
    query = select(model).where(waits, getattr(model, name) > clock.today()).order_by(model.id)
    for row in db.session.scalars(query.with_for_update(of=model).options(*loads)).unique().all():
        old = getattr(row, name)
        new = later(old, before) if only(row) else None
        if new is not None:
            setattr(row, name, new)
            yield row, old, new
    db.session.flush()
