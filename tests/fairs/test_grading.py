"""The open rule that grades a firm A, B or C, as a table."""

import pytest

from crm.fairs import labels
from crm.fairs.grading import Facts, Reason, grade, read
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

    assert (answer.grade, answer.stored) == (wanted, reasons)
    assert read(answer.stored) == list(answer.reasons)


def test_each_reason_has_words():
    assert set(labels.REASON) == set(Reason)
    assert read("no_score something_of_yesterday") == [Reason.NO_SCORE]
