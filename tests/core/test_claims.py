"""Rules of the first report as tables of cases."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from crm.core import claims as rules
from crm.core.claims import Facts, Report

PARAMS = {
    "claim_min_invest": "100000000",
    "large_invest": "1000000000",
    "protection_days": "90",
    "protection_days_small": "60",
    "protection_days_large": "180",
}


@pytest.mark.parametrize(
    "grades, expected",
    [("", "C"), ("C", "C"), ("CCC", "C"), ("B", "C"), ("BC", "C"), ("BB", "B"), ("BBC", "B"), ("A", "A"), ("AC", "A")],
)
def test_one_a_or_two_b_carry_a_protection(grades, expected):
    assert rules.evidence_grade(list(grades)) == expected


@pytest.mark.parametrize(
    "new, held, level, basis",
    [
        (
            Report("减速器", "2611-420200-04-01-000001"),
            Report("别的", "2611-420200-04-01-000001"),
            "L1",
            "project_code",
        ),
        (Report("高精度减速器项目"), Report("高精度减速器"), "L1", "same_company_same_project"),
        (Report("高精度 减速器（一期）"), Report("高精度减速器产业园"), "L1", "same_company_same_project"),
        (Report("高精度减速器产线扩建"), Report("高精度减速器产线扩改"), "L2", "same_company_near_project"),
        (
            Report("减速器", None, 3, Decimal(100)),
            Report("伺服电机", None, 3, Decimal(110)),
            "L2",
            "same_company_same_node",
        ),
        (Report("减速器", None, 3, Decimal(100)), Report("伺服电机", None, 3, Decimal(200)), "L3", "same_company"),
        (Report("减速器", None, 3), Report("伺服电机", None, 4), "L3", "same_company"),
        (Report("减速器二期"), Report("减速器一期"), "L3", "same_company"),
    ],
)
def test_how_alike_two_reports_on_one_investor_are(new, held, level, basis):
    assert rules.match_level(new, held) == (level, basis)


@pytest.mark.parametrize(
    "amount, days", [(None, 60), ("99999999.99", 60), ("100000000", 90), ("999999999", 90), ("1000000000", 180)]
)
def test_protection_follows_the_amount(amount, days):
    assert rules.protection_days(Decimal(amount) if amount else None, PARAMS) == days


@pytest.mark.parametrize(
    "working_days, grade, expected",
    [
        (0, "A", date(2026, 11, 16)),
        (3, "B", date(2026, 11, 16)),
        (4, "A", date(2026, 11, 20)),
        (1, "C", date(2026, 11, 20)),
    ],
)
def test_a_report_in_time_counts_from_the_contact(working_days, grade, expected):
    assert rules.effective_day(date(2026, 11, 16), date(2026, 11, 20), working_days, grade, 3) == expected


def test_a_tenth_is_sampled_and_always_the_same():
    ids = [f"claim{n:05}" for n in range(5000)]

    sampled = [i for i in ids if rules.is_sampled(i, 10)]

    assert 0.08 < len(sampled) / len(ids) < 0.12
    assert sampled == [i for i in ids if rules.is_sampled(i, 10)]


def test_a_complete_claim_raises_no_concern():
    good = Facts(True, "A", True, True, True, True, True, True, 0)

    assert rules.concerns(good) == []


@pytest.mark.parametrize(
    "change, word",
    [
        ({"open_cases": 1}, "open_case"),
        ({"holds": False}, "no_hold"),
        ({"grade": "C"}, "grade_c"),
        ({"has_code": False, "full_name": False}, "name_not_full"),
        ({"has_amount": False}, "no_amount"),
        ({"has_node": False}, "no_node"),
        ({"has_person": False}, "no_person"),
        ({"in_window": False}, "late_report"),
        ({"key_pending": True}, "key_pending"),
    ],
)
def test_what_wants_a_closer_look(change, word):
    good = Facts(True, "A", True, True, True, True, True, True, 0)

    assert rules.concerns(replace(good, **change)) == [word]


def test_no_state_leads_back_from_an_end():
    for end in ("rejected", "expired", "withdrawn", "lost", "transferred"):
        assert not any(rules.can_move(end, new) for new in ("verifying", "protected", "registered"))


FAIR = rules.FairDay(7, date(2026, 11, 3))
NAMED = rules.FairDay(7, date(2026, 11, 3), named=True)
CITY = rules.FairDay(7, date(2026, 11, 3), of_center=True)


@pytest.mark.parametrize(
    ("first", "second", "presumed"),
    [
        (None, FAIR, ""),
        (NAMED, None, ""),
        (NAMED, rules.FairDay(7, date(2026, 11, 4)), ""),
        (NAMED, rules.FairDay(8, date(2026, 11, 3)), ""),
        (NAMED, FAIR, "first"),
        (FAIR, NAMED, "second"),
        (FAIR, FAIR, "center"),
        (NAMED, NAMED, "center"),
        (CITY, FAIR, "first_center"),
        (FAIR, CITY, "second_center"),
        (CITY, NAMED, "second"),
        (replace(CITY, named=True), FAIR, "first"),
        (replace(CITY, named=True), NAMED, "first_center"),
        (CITY, CITY, "center"),
        (CITY, rules.FairDay(7, date(2026, 11, 4)), ""),
    ],
)
def test_contacts_of_one_fair_on_one_day_are_simultaneous(first, second, presumed):
    assert rules.presumed(first, second) == presumed
