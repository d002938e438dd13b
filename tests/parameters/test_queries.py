"""Which value holds on which day; which seeds there are; the calendar as loaded."""

import csv
from datetime import date, timedelta
from decimal import Decimal

import chinese_calendar
import pytest
from sqlalchemy import select

from crm.kit import clock, policy
from crm.parameters import calendar, loader, queries
from crm.parameters.keys import KEYS, SEEDS, Group, defaults
from crm.parameters.labels import GROUP_LABELS, KEY_LABELS, UNIT_LABELS
from crm.parameters.models import CalendarDay, Parameter, ParameterStatus
from crm.parameters.service import check
from tests.factories import save

DRAFT, EFFECTIVE = ParameterStatus.DRAFT, ParameterStatus.EFFECTIVE


def make_value(key, value, day, document_no=""):
    row = Parameter(key=key, value=value, unit=KEYS[key].unit, effective_on=day, document_no=document_no)
    row.status = EFFECTIVE if document_no else DRAFT
    save(row)
    return row


def test_without_any_row_the_seed_value_holds_as_a_draft(store):
    assert queries.value("protection_days") == Decimal(90)
    assert queries.unconfirmed(["protection_days"])


@pytest.mark.parametrize(
    ("day", "value"),
    [(date(2026, 2, 28), 60), (date(2026, 3, 1), 90), (date(2026, 6, 30), 90), (date(2026, 7, 1), 120)],
)
def test_the_latest_row_not_after_the_day_holds(store, day, value):
    make_value("protection_days", "120", date(2026, 7, 1))
    make_value("protection_days", "60", date(2026, 1, 1))
    make_value("protection_days", "90", date(2026, 3, 1))

    assert queries.value("protection_days", day) == value


def test_a_confirmed_value_goes_before_a_draft_of_the_same_day(store):
    make_value("protection_days", "90", date(2026, 1, 1), "黄招组发〔2026〕3号")
    make_value("protection_days", "120", date(2026, 1, 1))

    assert queries.value("protection_days", date(2026, 1, 1)) == 90
    assert not queries.unconfirmed(["protection_days"], date(2026, 1, 1))


def test_a_snapshot_keeps_the_values_as_written(store):
    assert queries.snapshot(["protection_days", "warn_before_days"]) == {
        "protection_days": "90",
        "warn_before_days": "15,7,1",
    }
    assert queries.days("warn_before_days") == [15, 7, 1]


def test_an_unknown_key_is_a_mistake_of_ours(store):
    with pytest.raises(KeyError):
        queries.value("no_such_number")


def test_one_statement_reads_all_numbers_of_a_page(store, statements):
    for key in KEYS:
        queries.text(key)

    assert len(statements) == 1


def test_a_value_saved_in_another_transaction_is_seen_in_the_next(store):
    assert queries.value("consult_wd") == 5

    make_value("consult_wd", "8", clock.today())

    assert queries.value("consult_wd") == 8


def test_seeds_words_and_keys_agree():
    assert set(defaults()) == set(KEYS) == set(KEY_LABELS)
    assert set(GROUP_LABELS) == set(Group)
    for name, key in KEYS.items():
        assert defaults()[name].unit == key.unit
        assert key.unit in UNIT_LABELS


def test_every_seed_value_passes_its_own_check(app, context):
    for name, key in KEYS.items():
        assert check(key, defaults()[name].value) == defaults()[name].value


def test_the_security_policy_knows_the_same_numbers():
    security = {name: int(defaults()[name].value) for name, key in KEYS.items() if key.group is Group.SECURITY}

    assert security == policy.DEFAULTS


def test_loading_twice_loads_once_and_keeps_what_people_set(store):
    first = loader.load()
    make_value("protection_days", "120", clock.today(), "黄招组发〔2026〕3号")

    assert first == len(KEYS) + len((SEEDS / "calendar.csv").read_text(encoding="utf-8").splitlines()) - 1 + 3
    assert loader.load() == 0
    assert queries.value("protection_days") == 120


def test_the_seed_calendar_equals_the_library_for_every_day():
    with (SEEDS / "calendar.csv").open(encoding="utf-8", newline="") as file:
        stated = {date.fromisoformat(line["day"]): line["working"] == "1" for line in csv.DictReader(file)}
    day = date(2024, 1, 1)
    while day.year < 2027:
        assert stated.get(day, day.weekday() < 5) == chinese_calendar.is_workday(day), day
        day += timedelta(days=1)


def test_the_loaded_calendar_counts_over_national_day(store):
    loader.load()

    assert calendar.add_working_days(date(2025, 9, 26), 1) == date(2025, 9, 28)
    assert calendar.add_working_days(date(2025, 9, 30), 1) == date(2025, 10, 9)
    assert calendar.working_days_between(date(2025, 9, 26), date(2025, 10, 11)) == 6
    assert calendar.is_working_day(date(2025, 10, 11))
    assert calendar.next_working_day(date(2025, 10, 4)) == date(2025, 10, 9)


def test_a_year_without_a_calendar_counts_monday_to_friday_and_is_named(store):
    loader.load()

    assert calendar.missing_years(date(2026, 11, 22), date(2027, 2, 20)) == [2027]
    assert calendar.missing_years(date(2026, 1, 1), date(2026, 12, 31)) == []
    assert calendar.add_working_days(date(2026, 12, 31), 1) == date(2027, 1, 1)


def test_days_outside_the_year_are_not_listed(store, context):
    loader.load()

    days = calendar.days_of(2026)

    assert {day.year for day in days} == {2026}
    assert days[date(2026, 10, 10)].working
    assert len(days) == sum(1 for day in store_days() if day.year == 2026)


def store_days():
    from crm.kit import db

    return list(db.session.scalars(select(CalendarDay.day)))
