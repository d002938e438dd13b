"""The light of a project, as tables of cases."""

from datetime import date, timedelta

import pytest

from crm.core.lights import GREEN, Course, Limits, Pause, Shown, days_run, formal_due, light_of
from crm.core.stages import Stage

TODAY = date(2026, 9, 15)
LIMITS = Limits(stale_yellow=15, stale_red=30, register=30, start=180, formal=90)


def ago(days):
    return TODAY - timedelta(days=days)


def shown(stage, *, days=0, **values):
    return light_of(Course(stage, ago(days), **values), LIMITS, TODAY)


@pytest.mark.parametrize(
    ("days", "light"),
    [
        (0, GREEN),
        (14, GREEN),
        (15, Shown("warn", "stale", 15)),
        (29, Shown("warn", "stale", 29)),
        (30, Shown("bad", "stale", 30)),
    ],
)
def test_talks_without_a_contact_that_counts_turn_yellow_then_red(days, light):
    assert shown(Stage.NEGOTIATING, days=90, last_effective_on=ago(days)) == light
    assert shown(Stage.NEGOTIATING, days=days) == light


@pytest.mark.parametrize(
    ("days", "light"),
    [
        (74, GREEN),
        (75, Shown("warn", "formal_soon", 15)),
        (90, Shown("warn", "formal_soon", 0)),
        (91, Shown("bad", "formal_late", 1)),
    ],
)
def test_a_framework_agreement_warns_before_its_last_day_and_turns_red_after_it(days, light):
    assert shown(Stage.NEGOTIATING, last_effective_on=TODAY, framed_on=ago(days)) == light


def test_a_pause_puts_the_last_day_of_a_framework_agreement_off_also_one_that_falls_into_the_days_gained():
    framed = ago(100)
    pauses = [Pause(ago(80), ago(71)), Pause(ago(5), ago(1))]

    assert formal_due(Course(Stage.NEGOTIATING, framed, framed_on=framed, pauses=pauses), LIMITS) == framed + timedelta(
        days=105
    )
    assert formal_due(Course(Stage.NEGOTIATING, framed), LIMITS) is None


@pytest.mark.parametrize(
    ("days", "light"),
    [
        (30, GREEN),
        (31, Shown("warn", "unregistered", 31)),
        (60, Shown("warn", "unregistered", 60)),
        (61, Shown("bad", "unregistered", 61)),
    ],
)
def test_signed_and_not_registered_in_time(days, light):
    assert shown(Stage.SIGNED, signed_on=ago(days)) == light


@pytest.mark.parametrize(
    ("days", "light"),
    [
        (90, GREEN),
        (91, Shown("warn", "unstarted", 91)),
        (180, Shown("warn", "unstarted", 180)),
        (181, Shown("bad", "unstarted", 181)),
    ],
)
def test_signed_and_not_started_counts_from_signing(days, light):
    assert shown(Stage.REGISTERED, signed_on=ago(days)) == light


@pytest.mark.parametrize(
    ("planned", "light"),
    [
        (date(2026, 9, 15), GREEN),
        (date(2026, 9, 14), Shown("warn", "late_start", 0)),
        (date(2026, 7, 31), Shown("warn", "late_start", 2)),
        (date(2026, 6, 30), Shown("bad", "late_start", 3)),
        (date(2025, 12, 31), Shown("bad", "late_start", 9)),
    ],
)
def test_should_have_started(planned, light):
    assert shown(Stage.REGISTERED, planned_start_on=planned) == light


@pytest.mark.parametrize(
    ("done", "light"),
    [
        (50, GREEN),
        (41, GREEN),
        (40, Shown("warn", "behind", 10)),
        (20, Shown("warn", "behind", 30)),
        (19, Shown("bad", "behind", 31)),
        (None, GREEN),
    ],
)
def test_pace_of_building_is_measured_in_points(done, light):
    half = {"started_on": ago(100), "planned_production_on": ago(-100)}
    assert shown(Stage.STARTED, done_points=done, **half) == light


def test_the_worst_is_shown():
    assert shown(Stage.SIGNED, signed_on=ago(40), planned_start_on=date(2026, 5, 1)) == Shown("bad", "late_start", 4)


def test_a_running_pause_stands_above_all_and_its_days_do_not_count():
    now, past = Pause(ago(5), ago(-5)), Pause(ago(20), ago(11))

    assert shown(Stage.NEGOTIATING, days=90, pauses=[now]) == Shown("hold", "paused", 6)
    assert shown(Stage.NEGOTIATING, days=24, pauses=[past]) == GREEN
    assert days_run(ago(24), TODAY, [past, past]) == 14
    assert days_run(ago(-1), TODAY, []) == 0


@pytest.mark.parametrize("stage", [Stage.CLOSED, Stage.FULL_CAPACITY, Stage.PLANNING, Stage.LANDED])
def test_other_stages_stay_green(stage):
    assert shown(stage, days=900) == GREEN
