import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.core import uscc


@pytest.mark.parametrize(
    "typed",
    [
        "91420200MA0000007R",
        "91420200ma0000007r",
        " 9142 0200 MA00 0000 7R ",
        "９１４２０２００ＭＡ００００００７Ｒ",
        "91420200-MA0000007R",
    ],
)
def test_a_valid_code_is_valid_in_any_writing(typed):
    assert uscc.normalise(typed) == "91420200MA0000007R"
    assert uscc.is_valid(typed)


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        ("91420200MA0000007R", None),
        ("914403001922038216", None),
        ("91420200MA0000007", "length"),
        ("91420200MA0000007RR", "length"),
        ("", "length"),
        ("91420200MA000000OR", "alphabet"),
        ("91420200MA000000IR", "alphabet"),
        ("9142020XMA0000007R", "alphabet"),
        ("91420200MA0000007X", "check_digit"),
        ("91420200MA0000007P", "check_digit"),
        ("91420200MA0000006N", "organisation"),
    ],
)
def test_what_is_wrong_with_a_code_is_named(code, problem):
    assert uscc.explain(code) == problem
    assert uscc.is_valid(code) is (problem is None)


@pytest.mark.parametrize("text", ["黄石东贝机电集团有限公司", "", "91420200", "=1+1", "ABCDEFGHIJKLMNOPQR"])
def test_a_name_is_not_taken_for_a_code(text):
    assert not uscc.looks_like_code(text)


def test_a_code_with_a_wrong_check_digit_is_still_meant_as_a_code():
    assert uscc.looks_like_code("91420200MA0000007X")


@given(st.text(max_size=40))
def test_no_text_breaks_the_check(text):
    assert uscc.explain(text) in (None, "length", "alphabet", "check_digit", "organisation")
    assert uscc.normalise(uscc.normalise(text)) == uscc.normalise(text)
