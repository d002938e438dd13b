"""On which day a contact counts, whatever the phone's clock says; and what makes two bodies equal."""

from datetime import date

import pytest

from crm.core.capture import digest, met_on

FIRST, LAST = date(2027, 4, 8), date(2027, 4, 11)


@pytest.mark.parametrize(
    ("captured", "received", "first", "last", "day"),
    [
        (date(2027, 4, 9), date(2027, 4, 9), FIRST, LAST, date(2027, 4, 9)),
        (date(2027, 4, 9), date(2027, 4, 15), FIRST, LAST, date(2027, 4, 9)),  # synchronised at home
        (date(2027, 4, 20), date(2027, 4, 10), FIRST, LAST, date(2027, 4, 10)),  # the phone is ahead
        (date(2019, 1, 1), date(2027, 4, 10), FIRST, LAST, date(2027, 4, 10)),  # its clock was reset
        (date(2027, 4, 1), date(2027, 4, 10), FIRST, LAST, date(2027, 4, 10)),  # before the fair
        (date(2027, 4, 13), date(2027, 4, 13), FIRST, LAST, LAST),  # noted down after it
        (date(2027, 4, 6), date(2027, 4, 6), FIRST, LAST, date(2027, 4, 6)),  # a trial before the fair
        (date(2027, 4, 9), date(2027, 4, 9), FIRST, None, FIRST),
        (date(2027, 4, 9), date(2027, 4, 10), None, None, date(2027, 4, 9)),
        (date(2027, 4, 11), date(2027, 4, 10), None, None, date(2027, 4, 10)),
        (date(2027, 3, 1), date(2027, 4, 10), None, None, date(2027, 4, 10)),
    ],
)
def test_the_day_on_which_a_contact_counts(captured, received, first, last, day):
    assert met_on(captured, received, first, last) == day


def test_the_order_of_keys_makes_no_other_body():
    assert digest({"a": 1, "b": ["𠮷", 2]}) == digest({"b": ["𠮷", 2], "a": 1})
    assert digest({"a": 1}) != digest({"a": "1"})
    assert digest({"a": "\ud800"})  # half a character is a text, too
