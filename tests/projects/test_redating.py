"""A holiday published late: steps of departments keep the working days they had left; on both databases."""

from datetime import date, datetime, time

import pytest
from sqlalchemy import select

from crm.audit.models import AuditEntry, AuditValue
from crm.kit import clock, db
from crm.parameters import yearbook
from crm.projects.models import ServiceStep, StepStatus
from crm.projects.service import steps as service
from crm.projects.service.steps import StepInput
from tests.projects.ready import make_city, signed

WEDNESDAY = datetime.combine(date(2027, 2, 3), time(10), clock.LOCAL)
RUNNING = StepStatus.RUNNING


@pytest.fixture
def winter(store):
    with clock.at(WEDNESDAY):
        yield make_city()


def put(city, step, **values):
    return service.save_step(city.a, step, StepInput(step.title, **values), step.version)


def begun(city):
    """Two steps under way for five working days from today, and one that nobody has begun."""
    project = signed(city.a, city.center)
    service.open_case(city.a, project)
    found = list(db.session.scalars(select(ServiceStep).where(ServiceStep.project_id == project.id).limit(3)))
    for step in found[:2]:
        put(city, step, status=RUNNING, days=5, started_on=date(2027, 2, 3))
    return found


def spring(city):
    yearbook.set_holiday(
        city.center, name="春节", first=date(2027, 2, 5), last=date(2027, 2, 12), worked=[], source="示例文号"
    )


def redated():
    return list(db.session.scalars(select(AuditEntry).where(AuditEntry.action == "project.step_redated")))


def test_a_step_under_way_is_given_the_days_that_a_late_holiday_takes(winter):
    first, second, waiting = begun(winter)
    put(winter, second, status=StepStatus.DONE, days=5, started_on=date(2027, 2, 3), done_on=date(2027, 2, 3))
    assert first.due_on == date(2027, 2, 10)

    spring(winter)

    assert (first.due_on, second.due_on, waiting.due_on) == (date(2027, 2, 18), date(2027, 2, 10), None)
    (entry,) = redated()
    value = db.session.scalars(select(AuditValue).where(AuditValue.entry_id == entry.id, AuditValue.field == "due_on"))
    assert [(one.old, one.new) for one in value] == [("2027-02-10", "2027-02-18")]
    assert (entry.subject_kind, entry.subject_id) == ("project", first.project_id)


def test_a_day_worked_in_exchange_brings_no_step_nearer_not_even_when_something_else_of_it_is_saved(winter):
    first, _second, _waiting = begun(winter)

    yearbook.set_day(winter.center, date(2027, 2, 6), working=True, name="调休", source="示例文号")
    assert first.due_on == date(2027, 2, 10) and redated() == []

    put(winter, first, status=RUNNING, days=5, started_on=date(2027, 2, 3), external_no="HS-7")
    assert first.due_on == date(2027, 2, 10)
    put(winter, first, status=RUNNING, days=6, started_on=date(2027, 2, 3), external_no="HS-7")
    assert first.due_on == date(2027, 2, 10)  # six days now, a Saturday among them


def test_a_step_that_is_late_already_stays_late(winter):
    first, _second, _waiting = begun(winter)

    with clock.at(datetime.combine(date(2027, 2, 11), time(10), clock.LOCAL)):
        spring(winter)

    assert first.due_on == date(2027, 2, 10) and redated() == []
