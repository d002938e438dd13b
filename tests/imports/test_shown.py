"""Values of a change in words: two that differ never look alike."""

import pytest

from crm.core.tabular import ColumnSpec
from crm.imports.views.shown import both, number

pytestmark = pytest.mark.usefixtures("context")


def test_a_change_shows_what_differs():
    spec = ColumnSpec("capital_cny", "注册资本", kind="amount", unit="元")

    assert both(spec, "123450000.00", "123490000.00") == ("12,345 万元", "12,349 万元")
    assert both(spec, "10000.00", "900000000.00") == ("1.00 万元", "9.00 亿元")


def test_a_year_has_no_thousands_mark():
    assert (number(2023, "年"), number(2023, "人")) == ("2023 年", "2,023 人")
