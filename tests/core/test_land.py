"""Land as tables of cases: the years of each way of supply, areas."""

from decimal import Decimal

import pytest

from crm.core import land


@pytest.mark.parametrize(
    ("mode", "years", "fault"),
    [
        ("long_lease", None, "missing"),
        ("long_lease", 4, "range"),
        ("long_lease", 5, ""),
        ("long_lease", 20, ""),
        ("long_lease", 21, "range"),
        ("lease_first", None, ""),
        ("lease_first", 3, "range"),
        ("lease_and_sale", 10, ""),
        ("flexible", 20, ""),
        ("flexible", 50, "range"),
        ("sale", None, ""),
        ("sale", 20, "needless"),
        ("shares", 10, "needless"),
    ],
)
def test_a_way_of_supply_has_its_years(mode, years, fault):
    assert land.years_fault(mode, years) == fault


def test_fifteen_mu_are_ten_thousand_square_metres():
    assert land.square_metres(Decimal(15)) == 10_000
    assert land.square_metres(Decimal("1")) == 667
