"""What signals are worth on a day, what risks take away, and which of them are told."""

from datetime import date, timedelta

import pytest

from crm.core.signals import DEDUCTIONS, POINTS, RISKS, SignalKind, deduction, is_strong, worth

TODAY = date(2026, 11, 29)


@pytest.mark.parametrize(
    ("kind", "age", "points"),
    [
        ("land", 0, 10.0),
        ("land", 274, 5.0),
        ("land", 548, 2.5),
        ("land", 730, 1.6),
        ("land", 731, 0.0),
        ("land", -1, 0.0),
        ("subsidiary", 0, 8.0),
        ("financing", 137, 4.2),
        ("hiring", 0, 4.0),
        ("executed", 0, 0.0),
    ],
)
def test_a_signal_fades(kind, age, points):
    assert worth(SignalKind(kind), TODAY - timedelta(days=age), TODAY) == points


@pytest.mark.parametrize(
    ("kind", "age", "points"),
    [
        ("executed", 3000, 10),
        ("unlawful", 0, 20),
        ("pollution", 730, 10),
        ("pollution", 731, 0),
        ("abnormal", 10, 8),
        ("abnormal", -1, 0),
        ("dishonest", 0, 0),
        ("land", 0, 0),
    ],
)
def test_a_risk_takes_away(kind, age, points):
    assert deduction(SignalKind(kind), TODAY - timedelta(days=age), TODAY) == points


@pytest.mark.parametrize(
    ("kind", "age", "told"),
    [
        ("land", 0, True),
        ("subsidiary", 183, True),
        ("land", 184, False),
        ("financing", 0, False),
        ("dishonest", 5, True),
        ("abnormal", 5, True),
    ],
)
def test_strong_news_are_told_while_they_are_news(kind, age, told):
    assert is_strong(SignalKind(kind), TODAY - timedelta(days=age), TODAY) is told


def test_each_kind_either_speaks_for_or_against():
    assert set(POINTS) | set(RISKS) == set(SignalKind)
    assert set(POINTS).isdisjoint(RISKS) and set(DEDUCTIONS) < set(RISKS)
