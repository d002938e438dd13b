"""Shares of two governments add up, or count in full on both sides where that is allowed."""

from decimal import Decimal

import pytest

from crm.core.benefits import Line, credits, fault


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        (Line("tax", 60, 40, False, 5, "县级留成"), None),
        (Line("tax", 60, 41, False, 5, "县级留成"), "sum"),
        (Line("tax", 100, 100, True, 5, "县级留成"), "dual"),
        (Line("assess", 100, 100, True, 5, "考核"), None),
        (Line("assess", 100, 50, True, 5, "考核"), "dual_sum"),
        (Line("assess", -1, 101, False, 5, "考核"), "bounds"),
        (Line("assess", 50, 50, False, 0, "考核"), "years"),
        (Line("assess", 50, 50, False, 21, "考核"), "years"),
        (Line("assess", 50, 50, False, 5, "  "), "basis"),
        (Line("tax", 50, 50, False, 5, "对企业税收返还"), "barred"),
    ],
)
def test_a_line_stands_or_says_what_is_wrong(line, wrong):
    assert fault(line) == wrong


@pytest.mark.parametrize(
    ("shares", "credit"),
    [
        ({}, {1: "1"}),
        ({2: 50}, {1: "0.5", 2: "0.5"}),
        ({2: 100}, {1: "1", 2: "1"}),
        ({2: 30, 3: 20}, {1: "0.5", 2: "0.3", 3: "0.2"}),
        ({2: 100, 3: 40}, {1: "0.6", 2: "1", 3: "0.4"}),
    ],
)
def test_credit_is_split_or_counts_in_full_on_both_sides(shares, credit):
    assert credits(1, shares) == {unit: Decimal(part) for unit, part in credit.items()}
