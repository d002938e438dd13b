"""What people decided about pairs: remembered for whom it serves, asked again when one side changes. On both databases."""

import pytest
from sqlalchemy import text

from crm.companies import decisions, details, index, service
from crm.companies.models import NameKind
from crm.companies.similar import find_similar
from crm.core.errors import Forbidden, NotFound
from crm.core.matching.verdicts import Verdict
from crm.core.permissions import Role
from crm.kit import db
from tests.factories import make_actor, make_center, make_company

NAME = "苏州绎衡传动科技有限公司"
TWIN = "湖北绎衡传动科技有限公司"
TYPED = "绎衡传动"


@pytest.fixture
def people(store):
    return {"a": make_actor(), "b": make_actor(), "center": make_center()}


@pytest.mark.parametrize(
    "speaker, reader, heard",
    [
        *(("a", "a", True), ("a", "b", False), ("a", "center", False)),
        *(("center", "a", True), ("center", "b", True), ("center", "center", True)),
    ],
)
def test_a_word_serves_its_unit_and_the_centres_everybody(people, speaker, reader, heard):
    row, twin = make_company(NAME), make_company(TWIN)
    decisions.remember(people[speaker], TYPED, row, decisions.DIFFERENT, "问过了")
    decisions.remember(people[speaker], twin, row, decisions.DIFFERENT)

    assert decisions.rejected(people[reader], " 绎衡 传动 ") == ({row.id} if heard else set())
    assert decisions.rejected_texts(people[reader], [TYPED, "别的"]) == ({TYPED: {row.id}} if heard else {})
    assert decisions.rejected_by(people[reader], row.id) == ({twin.id} if heard else set())
    assert decisions.told_apart(twin, [row.id]) == ({row.id} if speaker == "center" else set())
    pair = {(min(row.id, twin.id), max(row.id, twin.id)): "different"}
    assert decisions.rejected_pairs([twin.id]) == (pair if speaker == "center" else {})


def _renamed(center, row):
    service.edit_company(center, row, row.version, name="苏州绎衡精密传动有限公司")


def _coded(center, row):
    service.edit_company(center, row, row.version, uscc="91420200MA44JURQ85")


def _moved(center, row):
    service.edit_company(center, row, row.version, province="江苏", city="无锡")


def _former(center, row):
    details.add_name(center, row.id, text="吴县绎衡机械厂", kind=NameKind.FORMER)


@pytest.mark.parametrize("change", [_renamed, _coded, _moved, _former])
@pytest.mark.parametrize("side", [0, 1])
def test_a_pair_is_asked_again_when_one_of_the_two_changes(people, change, side):
    rows = make_company(NAME), make_company(TWIN)
    decisions.remember(people["center"], rows[0], rows[1], decisions.DIFFERENT)
    decisions.remember(people["center"], TYPED, rows[side], decisions.DIFFERENT)

    change(people["center"], rows[side])

    assert decisions.rejected_pairs([one.id for one in rows]) == {}
    assert decisions.rejected(people["a"], TYPED) == set()
    assert [one.in_force for one in decisions.of_company(people["a"], rows[side])] == [False, False]


def _address(who, row):
    service.edit_company(who["center"], row, row.version, address="工业园区 1 号")


def _alias(who, row):
    details.add_name(who["center"], row.id, text="绎衡", kind=NameKind.SHORT)


def _private_former(who, row):
    details.add_name(who["b"], row.id, text="吴县绎衡机械厂", kind=NameKind.FORMER)


@pytest.mark.parametrize("change", [_address, _alias, _private_former])
def test_it_is_not_asked_again_for_anything_else(people, change):
    row, twin = make_company(NAME), make_company(TWIN)
    decisions.remember(people["a"], row, twin, decisions.DIFFERENT)
    decisions.remember(people["a"], TYPED, row, decisions.DIFFERENT)

    change(people, row)

    assert decisions.rejected(people["a"], TYPED) == {row.id}
    assert decisions.rejected_by(people["a"], twin.id) == {row.id}


def test_opening_a_row_is_no_change(people):
    own, other = make_company(NAME, actor=people["a"]), make_company(TWIN)
    decisions.remember(people["a"], own, other, decisions.DIFFERENT)

    service.open_company(people["center"], own.id, "verified")

    assert decisions.rejected_by(people["a"], own.id) == {other.id}


def test_a_later_word_replaces_the_earlier(people):
    row, twin = make_company(NAME), make_company(TWIN)
    for verdict in (decisions.DIFFERENT, decisions.RELATED):
        made = decisions.remember(people["center"], twin, row, verdict)

    assert decisions.rejected_by(people["center"], row.id) == set()
    assert list(decisions.rejected_pairs([row.id]).values()) == [decisions.RELATED]
    assert (made.left, made.right) == (f"company:{row.id}", f"company:{twin.id}")


def test_the_keys_are_joined_in_sql(people):
    row = make_company(NAME)
    decisions.remember(people["center"], TYPED, row, decisions.DIFFERENT)

    joined = db.session.execute(
        text(
            "select n.company_id from company_names n join name_decisions d on d.\"right\" = 'company:' || n.company_id"
            " where d.\"left\" = 'text:' || :norm"
        ),
        {"norm": "绎衡传动"},
    )

    assert joined.scalars().all() == [row.id]


def test_a_rejected_candidate_is_not_offered_as_the_same(people):
    row = make_company(NAME)
    with db.transaction():
        index.store_name(row, TYPED, NameKind.SHORT)
    assert find_similar(people["a"], TYPED)[0].verdict is Verdict.SAME

    decisions.remember(people["a"], TYPED, row, decisions.DIFFERENT)

    assert Verdict.SAME not in {one.verdict for one in find_similar(people["a"], TYPED)}
    assert find_similar(people["b"], TYPED)[0].verdict is Verdict.SAME


def test_undo_is_for_whose_word_it_was_and_for_the_centre(people):
    row, twin = make_company(NAME), make_company(TWIN)
    hers = decisions.remember(people["a"], row, twin, decisions.DIFFERENT)
    citys = decisions.remember(people["center"], TYPED, row, decisions.DIFFERENT)

    for who, decision in (("b", hers), ("a", citys)):
        with pytest.raises(NotFound):
            decisions.forget(people[who], decision.id, row)
    with pytest.raises(NotFound):
        decisions.forget(people["a"], hers.id, make_company("湖北珩锐数控装备有限公司"))
    decisions.forget(people["a"], hers.id, twin)
    decisions.forget(people["center"], citys.id, row)

    assert decisions.of_company(people["center"], row) == []


def test_the_centre_makes_a_units_word_the_citys(people):
    row, twin = make_company(NAME), make_company(TWIN)
    hers = decisions.remember(people["a"], row, twin, decisions.DIFFERENT, "两家无关")
    assert [(one.other.id, one.mine) for one in decisions.of_company(people["center"], row)] == [(twin.id, True)]

    with pytest.raises(Forbidden):
        decisions.open_decision(people["a"], hers.id, row)
    decisions.open_decision(people["center"], hers.id, row)

    told = decisions.of_company(people["b"], row)
    assert [(one.other.id, one.row.reason, one.mine, one.in_force) for one in told] == [
        (twin.id, "两家无关", False, True)
    ]


def test_a_word_on_a_row_that_one_may_not_see_is_not_found(people):
    hidden, row = make_company(NAME, actor=people["a"]), make_company(TWIN)

    with pytest.raises(NotFound):
        decisions.remember(people["b"], row, hidden, decisions.DIFFERENT)
    with pytest.raises(Forbidden):
        decisions.remember(make_actor(Role.LEADER), TYPED, row, decisions.DIFFERENT)
    decisions.remember(people["center"], row, hidden, decisions.DIFFERENT)
    assert decisions.of_company(people["b"], row) == []


@pytest.mark.parametrize("left", ["", "（）", None])
def test_there_is_nothing_to_remember_of(people, left):
    row = make_company(NAME)

    assert decisions.remember(people["a"], row if left is None else left, row, decisions.DIFFERENT) is None
