"""Working days: tables of cases around 调休, long holidays, 29 February and midnight in Shanghai."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm.core import clocks
from crm.kit import clock

# National Day 2025: 1–8 October off; Sunday 28 September and Saturday 11 October worked.
AUTUMN = {date(2025, 10, d): False for d in (1, 2, 3, 6, 7, 8)} | {date(2025, 9, 28): True, date(2025, 10, 11): True}
# Spring Festival 2026: seven weekdays off; Saturday 14 and Saturday 28 February worked.
SPRING = {date(2026, 2, d): False for d in (16, 17, 18, 19, 20, 23)} | {
    date(2026, 2, 14): True,
    date(2026, 2, 28): True,
}


@pytest.mark.parametrize(
    ("day", "table", "worked"),
    [
        (date(2025, 9, 26), AUTUMN, True),
        (date(2025, 9, 27), AUTUMN, False),
        (date(2025, 9, 28), AUTUMN, True),
        (date(2025, 10, 1), AUTUMN, False),
        (date(2025, 10, 4), AUTUMN, False),
        (date(2025, 10, 9), AUTUMN, True),
        (date(2025, 10, 11), AUTUMN, True),
        (date(2025, 10, 9), {}, True),
        (date(2025, 10, 11), {}, False),
    ],
)
def test_a_day_is_worked_as_the_table_says_and_else_from_monday_to_friday(day, table, worked):
    assert clocks.is_working(day, table) is worked


@pytest.mark.parametrize(
    ("start", "n", "table", "end"),
    [
        # a Friday before a working Sunday
        (date(2025, 9, 26), 1, AUTUMN, date(2025, 9, 28)),
        (date(2025, 9, 26), 2, AUTUMN, date(2025, 9, 29)),
        (date(2025, 9, 26), 1, {}, date(2025, 9, 29)),
        # over the long holiday and the Saturday worked for it
        (date(2025, 9, 30), 1, AUTUMN, date(2025, 10, 9)),
        (date(2025, 9, 30), 3, AUTUMN, date(2025, 10, 11)),
        (date(2025, 10, 2), 1, AUTUMN, date(2025, 10, 9)),
        (date(2026, 2, 14), 1, SPRING, date(2026, 2, 24)),
        (date(2026, 2, 27), 2, SPRING, date(2026, 3, 2)),
        # 29 February
        (date(2024, 2, 28), 1, {}, date(2024, 2, 29)),
        (date(2024, 2, 28), 2, {}, date(2024, 3, 1)),
        # nothing and backwards
        (date(2025, 10, 4), 0, AUTUMN, date(2025, 10, 4)),
        (date(2025, 10, 9), -1, AUTUMN, date(2025, 9, 30)),
        (date(2025, 9, 29), -2, AUTUMN, date(2025, 9, 26)),
    ],
)
def test_working_days_are_counted_from_the_day_after(start, n, table, end):
    assert clocks.add_working_days(start, n, table) == end
    if n >= 0:
        assert clocks.working_days_between(start, end, table) == n


@pytest.mark.parametrize(
    ("start", "end", "table", "n"),
    [
        (date(2025, 9, 26), date(2025, 10, 11), AUTUMN, 6),
        (date(2025, 9, 26), date(2025, 10, 11), {}, 10),
        (date(2025, 10, 1), date(2025, 10, 8), AUTUMN, 0),
        (date(2025, 10, 8), date(2025, 10, 8), AUTUMN, 0),
        (date(2025, 10, 11), date(2025, 9, 26), AUTUMN, -6),
        (date(2024, 2, 26), date(2024, 3, 4), {}, 5),
    ],
)
def test_working_days_between_two_days(start, end, table, n):
    assert clocks.working_days_between(start, end, table) == n


@settings(suppress_health_check=[HealthCheck.too_slow])  # a busy machine is no fault of the rule
@given(
    start=st.dates(date(2024, 1, 1), date(2027, 12, 31)),
    n=st.integers(0, 60),
    moved=st.dictionaries(st.dates(date(2024, 1, 1), date(2028, 6, 1)), st.booleans(), max_size=40),
)
def test_adding_and_counting_agree_whatever_the_calendar(start, n, moved):
    end = clocks.add_working_days(start, n, moved)

    assert clocks.working_days_between(start, end, moved) == n
    assert n == 0 or clocks.is_working(end, moved)


def test_a_calendar_that_is_updated_later_moves_a_limit():
    before = clocks.add_working_days(date(2025, 9, 30), 2, {})

    after = clocks.add_working_days(date(2025, 9, 30), 2, AUTUMN)

    assert (before, after) == (date(2025, 10, 2), date(2025, 10, 10))


def test_a_calendar_without_any_working_day_is_refused_and_does_not_hang():
    nothing = {date(2025, 1, 1) + timedelta(days=i): False for i in range(4000)}

    with pytest.raises(ValueError, match="no working day"):
        clocks.add_working_days(date(2025, 1, 1), 1, nothing)


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        (date(2026, 11, 22), 90, date(2027, 2, 20)),
        (date(2023, 11, 30), 91, date(2024, 2, 29)),
        (date(2024, 2, 29), 60, date(2024, 4, 29)),
        (date(2026, 12, 31), 180, date(2027, 6, 29)),
    ],
)
def test_protection_ends_after_so_many_natural_days(start, days, end):
    assert clocks.protection_end(start, days) == end


def test_days_already_used_shorten_a_protection_but_never_below_its_start():
    assert clocks.protection_end(date(2026, 1, 1), 90, already=30) == date(2026, 3, 2)
    assert clocks.protection_end(date(2026, 1, 1), 90, already=200) == date(2026, 1, 1)


@pytest.mark.parametrize(
    ("moment", "day", "over"),
    [
        # 23:59:59 in Shanghai still belongs to the last day; 00:00:00 does not
        (datetime(2026, 2, 20, 15, 59, 59, tzinfo=UTC), date(2026, 2, 20), False),
        (datetime(2026, 2, 20, 16, 0, 0, tzinfo=UTC), date(2026, 2, 21), True),
        (datetime(2024, 2, 29, 15, 59, 59, tzinfo=UTC), date(2024, 2, 29), True),
    ],
)
def test_a_limit_ends_at_midnight_in_shanghai(moment, day, over):
    last = date(2026, 2, 20) if moment.year == 2026 else date(2024, 2, 28)

    with clock.at(moment):
        assert clock.today() == day
        assert (clock.now() >= clock.end_of_day(last)) is over
        assert (clocks.days_left(clock.today(), last) < 0) is over


@pytest.mark.parametrize(
    ("today", "colour"),
    [
        (date(2026, 2, 12), "ok"),
        (date(2026, 2, 13), "warn"),
        (date(2026, 2, 20), "warn"),
        (date(2026, 2, 21), "bad"),
    ],
)
def test_a_limit_turns_yellow_and_then_red(today, colour):
    assert clocks.light(today, date(2026, 2, 20), soon=7) == colour


def test_years_without_a_calendar_are_named():
    assert clocks.missing_years(date(2025, 12, 1), date(2027, 2, 1), {2024, 2025, 2026}) == [2027]
    assert clocks.missing_years(date(2027, 2, 1), date(2025, 12, 1), [2026]) == [2025, 2027]
