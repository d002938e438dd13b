"""Fills the numbers and the calendar from ``seeds/``; what is already there stays as people have set it."""

import csv
from datetime import date

from sqlalchemy import select

from crm.kit import clock, db
from crm.parameters.cache import forget
from crm.parameters.keys import SEEDS, defaults
from crm.parameters.models import CalendarDay, CalendarYear, Parameter, ParameterStatus

SOURCE = "国务院办公厅 %s 年放假安排（chinesecalendar 1.11.0）"


@db.transactional
def load() -> int:
    """Load both; safe to repeat. Returns how many rows were new."""
    return _load_parameters() + _load_calendar()


def _load_parameters() -> int:
    known = set(db.session.scalars(select(Parameter.key)))
    rows = [
        Parameter(
            key=key,
            value=seed.value,
            unit=seed.unit,
            effective_on=date.fromisoformat(seed.effective_on),
            document_no=seed.document_no,
            status=ParameterStatus.EFFECTIVE if seed.document_no else ParameterStatus.DRAFT,
            proposed_at=clock.now(),
        )
        for key, seed in defaults().items()
        if key not in known
    ]
    db.session.add_all(rows)
    db.session.flush()
    forget()
    return len(rows)


def _load_calendar() -> int:
    """A year of which anything is known is never loaded again: the centre may have changed or reopened it."""
    known = set(db.session.scalars(select(CalendarYear.year)))
    known |= {day.year for day in db.session.scalars(select(CalendarDay.day))}
    with (SEEDS / "calendar.csv").open(encoding="utf-8", newline="") as file:
        stated = [(date.fromisoformat(line["day"]), line) for line in csv.DictReader(file)]
    new = sorted({day.year for day, _line in stated} - known)
    days = [
        CalendarDay(day=day, working=line["working"] == "1", name=line["name"], source=line["source"])
        for day, line in stated
        if day.year in new
    ]
    db.session.add_all(days)
    db.session.add_all(CalendarYear(year=year, source=SOURCE % year) for year in new)
    db.session.flush()
    forget()
    return len(days) + len(new)
