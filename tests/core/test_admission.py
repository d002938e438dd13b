"""The admission grid and the words that promise favours: tables of cases."""

import pytest

from crm.core import admission
from crm.core.favours import favours_in

FULL = {line.code: line.weight * 10 for line in admission.INDICATORS}


def test_the_grid_adds_up_to_a_hundred_points():
    assert sum(line.weight for line in admission.INDICATORS) == 100


@pytest.mark.parametrize(
    ("change", "vetoes", "total", "passed"),
    [
        ({}, (), 1000, True),
        ({"size": 0, "tax": 0, "land": 30}, (), 600, True),
        ({"size": 0, "tax": 0, "land": 29}, (), 599, False),
        ({}, ("two_highs",), 1000, False),
    ],
)
def test_a_review_passes_from_the_line_on_unless_vetoed(change, vetoes, total, passed):
    result = admission.score(FULL | change, {"size": "不足"}, vetoes, 60)

    assert (result.total, result.passed, result.vetoes) == (total, passed, vetoes)
    assert result.lines[2] == {"code": "size", "weight": 17, "tenths": (FULL | change)["size"], "why": "不足"}


def test_points_outside_an_indicator_are_named():
    assert admission.faults(FULL | {"jobs": 51}, ()) == ["jobs"]
    assert admission.faults(FULL | {"jobs": -1, "tax": None}, ()) == ["tax", "jobs"]
    assert admission.faults(FULL, ("anything",)) == ["anything"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("项目建成后给予税收返还，一事一议补贴 500 万元", ["税收返还", "一事一议补贴"]),
        ("前三年增值税地方留存部分返还", ["税地方留存部分返还"]),
        ("按 一事一议 给予奖补", ["一事一议给予奖补"]),
        ("年税收 2000 万元，设备已返还厂家", []),
        ("拟返 税", ["返税"]),
        ("", []),
    ],
)
def test_words_that_promise_favours_are_found(text, found):
    assert favours_in(text) == found
