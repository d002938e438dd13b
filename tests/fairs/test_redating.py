"""A holiday published late: first follow-ups after a fair keep the working days they had left; on both databases."""

from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy import select

from crm.audit.models import AuditEntry
from crm.fairs.models import Rating
from crm.fairs.service import desk, follow
from crm.fairs.service.follow import FollowInput
from crm.kit import clock, db
from crm.parameters import yearbook
from tests.factories import actor_of, make_center, make_user
from tests.fairs.test_contacts import edition_of, given

TUESDAY = datetime.combine(date(2027, 2, 2), time(10), clock.LOCAL)
NEXT_DAY = TUESDAY + timedelta(days=1)


@pytest.fixture
def met(store):
    """An officer who met three firms on a Tuesday, each to be followed within seven working days."""
    with clock.at(TUESDAY):
        center, officer = make_center(), actor_of(make_user())
        edition = edition_of(center, ago=0)
        rows = [
            desk.record_contact(officer, edition, given(f"示例展商{n}号", Rating.C, met_on=date(2027, 2, 2)))
            for n in range(3)
        ]
    with clock.at(NEXT_DAY):
        yield center, officer, rows


def spring(center):
    yearbook.set_holiday(
        center, name="春节", first=date(2027, 2, 5), last=date(2027, 2, 12), worked=[], source="示例文号"
    )


def redated():
    return db.session.scalars(select(AuditEntry.subject_id).where(AuditEntry.action == "fair_contact.redated")).all()


def test_who_waits_for_the_first_call_is_given_the_days_that_a_late_holiday_takes(met):
    center, officer, (waits, called, gone) = met
    assert waits.rating is Rating.C and waits.due_on == date(2027, 2, 11)
    follow.follow(officer, called, FollowInput("已通电话，寄资料", next_on=date(2027, 2, 8)), str(called.version))
    desk.withdraw_contact(officer, gone)
    version = waits.version

    spring(center)

    assert (waits.due_on, called.due_on, called.next_on, gone.due_on) == (
        date(2027, 2, 19),
        date(2027, 2, 11),
        date(2027, 2, 8),
        date(2027, 2, 11),
    )
    assert redated() == [waits.id] and waits.version == version  # what a phone still holds is not made old by it


def test_a_day_worked_in_exchange_brings_no_first_call_nearer_nor_does_a_word_that_is_mended(met):
    center, officer, (waits, _called, _gone) = met
    yearbook.set_day(center, date(2027, 2, 6), working=True, name="调休", source="示例文号")
    assert waits.due_on == date(2027, 2, 11) and redated() == []

    data = given("示例展商零号", Rating.C, met_on=date(2027, 2, 2))
    desk.edit_contact(officer, waits, data, str(waits.version))

    assert waits.due_on == date(2027, 2, 11)


def test_who_is_taken_up_again_waits_from_that_day_whatever_is_mended(met):
    _center, officer, (row, _called, _gone) = met
    with clock.at(datetime.combine(date(2027, 3, 1), time(10), clock.LOCAL)):
        follow.follow(officer, row, FollowInput("已通电话，没有意向", over=True), str(row.version))
        follow.reopen(officer, row)
        assert row.due_on == date(2027, 3, 10)

        data = given("示例展商零号", Rating.C, met_on=date(2027, 2, 2))
        desk.edit_contact(officer, row, data, str(row.version))

        assert row.due_on == date(2027, 3, 10)
