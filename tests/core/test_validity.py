"""From when until when a text holds, as a table of cases."""

from datetime import date

import pytest

from crm.core.validity import standing

TODAY = date(2026, 11, 29)


@pytest.mark.parametrize(
    ("first", "last", "says"),
    [
        (date(2026, 11, 30), None, "coming"),
        (date(2026, 11, 29), None, "valid"),
        (date(2025, 1, 1), date(2026, 11, 28), "ended"),
        (date(2025, 1, 1), date(2026, 11, 29), "ending"),
        (date(2025, 1, 1), date(2026, 12, 29), "ending"),
        (date(2025, 1, 1), date(2026, 12, 30), "valid"),
    ],
)
def test_a_text_holds_from_its_first_to_its_last_day(first, last, says):
    assert standing(first, last, TODAY) == says
