"""Settling rows: one by one, by rule, a cell mended in place."""

import pytest

from crm.core.errors import Conflict, Invalid, NotFound
from crm.imports import queries, service
from crm.imports.models import Decision, Fate, RowStatus
from crm.imports.queries import RowFilter
from crm.imports.service import Rule
from crm.kit import tasks
from tests.imports.conftest import again, rows_of

LINES = ["新公司,1,,,", "疑似公司,1,,,", "疑似大公司,1,,,", "关联公司,1,,,", "？？？？？,很多,,,", "合计,9,,,"]


@pytest.fixture
def batch(actor, checked):
    return checked(actor, LINES)


def test_a_row_is_what_the_person_says(actor, batch):
    best = service.decide(actor, batch, 2, Decision.SAME)
    chosen = service.decide(actor, batch, 3, Decision.SAME, "b" * 10)
    related = service.decide(actor, batch, 4, Decision.RELATED)
    left = service.decide(actor, batch, 1, Decision.SKIP)

    assert (best.target, chosen.target, related.target, left.target) == ("a" * 10, "b" * 10, "a" * 10, "")
    assert best.decided_by_id == actor.user_id
    assert queries.counts(batch).undecided == 0
    assert service.undecide(actor, batch, 2).decision is None
    assert queries.counts(batch).undecided == 1


@pytest.mark.parametrize(
    "row_no, decision, target, words",
    [
        (1, Decision.SAME, "", "选定是哪一家"),
        (2, Decision.SAME, "z" * 10, "选定是哪一家"),
        (5, Decision.NEW, "", "先改正"),
    ],
)
def test_what_cannot_be_decided_is_said(actor, batch, row_no, decision, target, words):
    with pytest.raises(Invalid, match=words):
        service.decide(actor, batch, row_no, decision, target)


def test_a_total_is_not_decided_and_a_missing_row_not_found(actor, batch):
    with pytest.raises(Conflict, match="不是数据行"):
        service.decide(actor, batch, 6, Decision.NEW)
    with pytest.raises(NotFound):
        service.decide(actor, batch, 7, Decision.NEW)


@pytest.mark.parametrize(
    "rule, numbers",
    [
        (Rule(Fate.LIKELY, Decision.SAME), [2, 3]),
        (Rule(Fate.LIKELY, Decision.SAME, min_score=0.805), [3]),
        (Rule(Fate.LIKELY, Decision.NEW, max_score=0.8045), [2]),
        (Rule(Fate.LIKELY, Decision.NEW, verdict="same"), []),
        (Rule(Fate.RELATED, Decision.RELATED), [4]),
        (Rule(Fate.NEW, Decision.SKIP), [1]),
        (Rule(Fate.NEW, Decision.SAME), []),
        (Rule(Fate.ERROR, Decision.SKIP), [5]),
    ],
)
def test_many_rows_are_decided_by_a_rule(actor, batch, rule, numbers):
    assert service.decide_many(actor, batch, rule) == len(numbers)

    decided = [row for row in rows_of(batch) if row.decision is not None]
    assert [row.row_no for row in decided] == numbers
    assert all(bool(row.target) == (rule.decision in (Decision.SAME, Decision.RELATED)) for row in decided)


def test_a_rule_leaves_what_is_settled_unless_told(actor, batch):
    service.decide(actor, batch, 2, Decision.NEW)

    assert service.decide_many(actor, batch, Rule(Fate.LIKELY, Decision.SAME)) == 1
    assert service.decide_many(actor, batch, Rule(Fate.LIKELY, Decision.SAME, settled_too=True)) == 2


@pytest.mark.parametrize("fate", [Fate.ERROR, Fate.SKIPPED])
def test_a_rule_writes_no_faulty_rows(actor, batch, fate):
    with pytest.raises(Invalid):
        service.decide_many(actor, batch, Rule(fate, Decision.NEW))


def test_a_mended_cell_is_checked_at_once(actor, batch):
    still = service.mend(actor, batch, 5, {"name": "！！"})
    assert (still.fate, still.faults[0]["raw"]) == (Fate.ERROR, "！！")

    mended = service.mend(actor, batch, 5, {"invest": "20", "name": "丁公司"})

    assert (mended.fate, mended.faults) == (Fate.NEW, [])
    assert mended.given == {"name": "丁公司", "invest": "200000.00"}
    assert mended.raw[:2] == ["丁公司", "20"]


def test_a_field_without_a_column_can_be_mended_too(actor, checked):
    batch = checked(actor, ["甲公司"], head="企业名称")

    row = service.mend(actor, batch, 1, {"phone": "0714-6512345"})

    assert row.given["phone"].replace("-", "") == "07146512345"
    with pytest.raises(Invalid, match="没有"):
        service.mend(actor, batch, 1, {"nothing": "x"})


def test_mending_into_the_words_of_another_row_is_told(actor, batch):
    row = service.mend(actor, batch, 5, {"name": "新公司", "invest": "1"})

    assert (row.fate, row.decision) == (Fate.SAME, Decision.SKIP)
    assert "第 1 行" in row.message


def test_what_is_written_is_not_mended(actor, checked, app):
    batch = checked(actor, ["甲公司,1,,,"])
    service.write(actor, batch)
    tasks.work(app)

    with pytest.raises(Conflict):
        service.mend(actor, again(actor, batch), 1, {"name": "乙公司"})


def test_rows_are_shown_by_fate_state_and_what_is_open(actor, batch):
    def numbers(after=0, limit=50, **wanted):
        found = queries.rows_page(actor, batch, RowFilter(**wanted), after=after, limit=limit)
        return [row.row_no for row in found.items], found.total, found.after

    service.decide(actor, batch, 2, Decision.NEW)

    assert numbers() == ([1, 2, 3, 4, 5, 6], 6, None)
    assert numbers(limit=2) == ([1, 2], 6, 2)
    assert numbers(after=4, limit=2) == ([5, 6], 6, None)
    assert numbers(fates=[Fate.ERROR]) == ([5], 1, None)
    assert numbers(statuses=[RowStatus.SKIPPED]) == ([6], 1, None)
    assert numbers(uncertain=True) == ([2, 3, 4], 3, None)
    assert numbers(undecided=True) == ([3, 4], 2, None)
    assert queries.next_undecided(actor, batch).row_no == 3
    assert queries.next_undecided(actor, batch, after=3).row_no == 4
    assert queries.next_undecided(actor, batch, after=4).row_no == 3
