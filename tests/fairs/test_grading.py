"""The open rule that grades a firm A, B or C, as a table."""

import pytest

from crm.fairs import labels
from crm.fairs.grading import Bounds, Facts, Reason, grade, read
from crm.fairs.models import Grade


@pytest.mark.parametrize(
    ("facts", "wanted", "reasons"),
    [
        (Facts("build", 612), Grade.A, "wanted_gap high_score"),
        (Facts("fill", 550), Grade.A, "wanted_gap high_score"),
        (Facts("fill", 549), Grade.B, "wanted_gap fair_score"),
        (Facts("build", None), Grade.B, "wanted_gap no_score"),
        (Facts("build", None, signal=True), Grade.A, "wanted_gap no_score signal"),
        (Facts("build", 120, own=True), Grade.A, "wanted_gap low_score own_work"),
        (Facts("strengthen", 690), Grade.B, "other_gap high_score"),
        (Facts("strengthen", 700), Grade.A, "other_gap top_score"),
        (Facts("", 700), Grade.A, "top_score"),
        (Facts("", 699), Grade.B, "high_score"),
        (Facts("", 450), Grade.B, "fair_score"),
        (Facts("", 449), Grade.C, "low_score"),
        (Facts("", None), Grade.C, "no_score"),
        (Facts("", None, signal=True), Grade.B, "no_score signal"),
        (Facts("", 300, own=True), Grade.B, "low_score own_work"),
        (Facts("build", 900, veto=True), Grade.C, "veto wanted_gap top_score"),
    ],
)
def test_the_rule(facts, wanted, reasons):
    answer = grade(facts)

    assert (answer.grade, " ".join(answer.reasons)) == (wanted, reasons)
    assert [why for why, _number in read(answer.stored)] == list(answer.reasons)


def test_the_bounds_are_given_and_stay_with_the_reason():
    facts, strict = Facts("build", 612), Bounds(50, 65, 80)

    assert (grade(facts).grade, grade(facts).stored) == (Grade.A, "wanted_gap high_score:55")
    assert (grade(facts, strict).grade, grade(facts, strict).stored) == (Grade.B, "wanted_gap fair_score:50")
    assert grade(Facts("", 649), strict).stored == "fair_score:50"
    assert grade(Facts("", 650), strict).stored == "high_score:65"
    assert grade(Facts("", 800), strict).grade is Grade.A
    assert grade(Facts("", 499), strict).stored == "low_score:50"


def test_each_reason_has_words():
    assert set(labels.REASON) == set(Reason)
    assert read("no_score something_of_yesterday") == [(Reason.NO_SCORE, 0)]


def test_a_reason_names_the_number_that_held_when_it_was_given(app):
    with app.test_request_context():
        assert labels.reasons("wanted_gap high_score:65") == ["能补建链、补链环节", "评分 65 以上"]
        assert labels.reasons("top_score") == ["评分 70 以上"], "stored before the number was"
        assert labels.reasons("low_score:50 own_work") == ["评分不到 50", "本单位正在跟进"]
