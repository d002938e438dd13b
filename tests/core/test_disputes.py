"""The grid of a decision."""

from datetime import date

import pytest

from crm.core import disputes
from crm.core.disputes import Side

DAY = date(2026, 11, 3)


@pytest.mark.parametrize(
    ("mine", "other", "points"),
    [
        (Side(DAY, "A", False, "named"), Side(date(2026, 11, 5), "A", False, "none"), [40, 25, 10, 15]),
        (Side(date(2026, 11, 5), "B", True, "inferred"), Side(DAY, "A", False, "none"), [32, 15, 20, 10]),
        (Side(DAY, "C", False, "unknown"), Side(DAY, "A", True, "named"), [40, 5, 0, 0]),
        (Side(DAY, "A", False, "none", "named"), Side(DAY, "A", False, "none", "other"), [40, 25, 10, 0]),
        (Side(DAY, "A", False, "none", "other"), Side(DAY, "A", False, "none", "named"), [36, 25, 10, 0]),
        (Side(DAY, "B", False, "none", "center"), Side(DAY, "A", False, "none", "center"), [40, 15, 10, 0]),
        (Side(date(2026, 11, 5), "A", False, "none", "named"), Side(DAY, "A", False, "none", "other"), [32, 25, 10, 0]),
        (Side(date(2026, 12, 3), "A", False, "none"), Side(DAY, "A", False, "none"), [0, 25, 10, 0]),
    ],
)
def test_the_facts_speak_for_points(mine, other, points):
    lines = disputes.propose(mine, other)

    assert [line.points for line in lines] == points
    assert all(0 <= line.points <= line.maximum for line in lines)
    assert sum(disputes.CRITERIA.values()) == 100


@pytest.mark.parametrize(
    ("points", "wrong"),
    [
        ({"time": 40, "evidence": 25, "wish": 20, "layout": 15}, None),
        ({"time": 41, "evidence": 25, "wish": 20, "layout": 15}, "time"),
        ({"time": 0, "evidence": 0, "wish": -1, "layout": 0}, "wish"),
        ({"time": 0, "evidence": 0, "wish": 0}, "layout"),
    ],
)
def test_points_keep_their_bounds(points, wrong):
    assert disputes.in_bounds(points) == wrong


@pytest.mark.parametrize(
    ("decision", "totals", "against"),
    [
        ("first", (60, 70), True),
        ("second", (60, 70), False),
        ("second_share", (70, 60), True),
        ("assist", (70, 70), False),
        ("both", (10, 90), False),
    ],
)
def test_a_decision_against_the_points_is_seen(decision, totals, against):
    assert disputes.against_points(decision, totals) is against
