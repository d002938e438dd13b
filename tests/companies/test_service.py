"""Companies are entered, corrected and opened; what cannot be is refused with a sentence. On both databases."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from crm.companies import details, facts, hooks, identity, queries, search, service
from crm.companies.models import Company, CompanyGram, CompanyName, NameKind, NodeWeight, RelationKind
from crm.companies.similar import find_similar
from crm.core.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from crm.core.permissions import Role
from crm.kit import db
from crm.plan.models import Node, Segment
from tests.factories import make_actor, make_center, make_company, save

CODE = "91420200MA44JURQ85"
OTHER_CODE = "91420200MA4283FQ66"
NAME = "湖北珩锐数控装备有限公司"


@pytest.mark.parametrize(
    "name, part",
    [
        ("", "两个汉字"),
        ("😀😀", "两个汉字"),
        ("公", "两个汉字"),
        ("湖" * 300, "最长 200 个字，现在 300 个"),
        ("黄石\x00机械有限公司", "控制字符"),
    ],
)
def test_a_name_that_cannot_be_is_refused_with_a_sentence(store, name, part):
    with pytest.raises(Invalid) as refused:
        make_company(name, actor=make_actor()) if name else service.register_company(make_actor(), name=name)

    assert part in refused.value.message
    assert db.session.scalar(select(func.count()).select_from(Company)) == 0


@pytest.mark.parametrize(
    "name",
    ["东贝", "𠮷野机械有限公司", "黄石😀机械", "ＡＢＢ（中国）有限公司", "=1+1机床", "<script>alert(1)</script>公司"],
)
def test_odd_names_come_back_as_typed(store, name):
    officer = make_actor()

    row = make_company(name, actor=officer)
    db.session.expire_all()

    assert queries.get_company(officer, row.public_id).name == name


@pytest.mark.parametrize(
    "code, part",
    [
        ("91420200MA44JURQ8", "现在 17 位"),
        ("91420200MA44JURQ8I", "不会出现的字符"),
        ("91420200MA44JURQ86", "最后一位校验码"),
    ],
)
def test_each_fault_of_a_code_has_its_own_sentence(store, code, part):
    with pytest.raises(Invalid) as refused:
        make_company(NAME, actor=make_actor(), uscc=code)

    assert refused.value.field == "uscc"
    assert part in refused.value.message


def test_a_code_may_be_typed_with_spaces_in_small_or_wide_letters(store):
    row = make_company(NAME, uscc=" ９１４２０２００ ma44jurq85 ")

    assert row.uscc == CODE


def test_a_code_of_a_visible_company_is_refused_with_its_name(store):
    make_company(NAME, uscc=CODE)

    with pytest.raises(Conflict, match=NAME) as refused:
        make_company("黄石铎澜机械有限公司", actor=make_actor(), uscc=CODE)

    assert refused.value.field == "uscc"


def test_a_code_on_another_units_row_is_saved_without_its_key(store):
    hers, his = make_actor(), make_actor()
    told = []
    hooks.key_collided.join(note := lambda *news: told.append(news))
    first = make_company(NAME, actor=hers, uscc=CODE)

    row = make_company("黄石铎澜机械有限公司", actor=his, uscc=CODE)

    hooks.key_collided.handlers.remove(note)
    assert row.key_pending and row.uscc == CODE
    assert [(company.id, holder) for _actor, company, _kind, _key, holder in told] == [(row.id, first.id)]
    assert search.found_by(his, CODE) == search.found_by(his, CODE[:8]) == [row.id]
    assert [one.company_id for one in find_similar(his, CODE)] == [row.id]
    assert search.found_by(hers, CODE) == [one.company_id for one in find_similar(hers, CODE)] == [first.id]


def test_the_centre_may_confirm_another_company_of_the_same_name(store):
    center = make_center()
    first = make_company(NAME)

    with pytest.raises(Conflict):
        make_company(NAME, actor=center)
    second = make_company(NAME, actor=center, homonym=True)

    assert identity.identities_of(NAME) == [first.id, second.id]


def test_what_a_unit_enters_has_no_grams_until_it_is_opened(store):
    row = make_company(NAME, actor=make_actor())
    before = db.session.scalar(select(func.count()).select_from(CompanyGram))

    service.open_company(make_center(), row.id, "center")

    assert before == 0
    assert db.session.scalar(select(func.count()).select_from(CompanyGram)) > 10
    assert db.session.scalars(select(CompanyName.org_id)).all() == [None]


def test_a_leader_may_not_enter_a_company(store):
    with pytest.raises(Forbidden):
        make_company(NAME, actor=make_actor(Role.LEADER))


def test_the_second_of_two_editors_sees_both_versions(store):
    officer = make_actor()
    row = make_company(NAME, actor=officer)
    version = row.version

    service.edit_company(officer, row, version, city="黄石")
    with pytest.raises(Stale) as refused:
        service.edit_company(officer, row, version, city="武汉")

    assert refused.value.current.city == "黄石"


def test_a_renamed_company_is_found_by_its_former_name_and_keeps_its_key(store):
    officer = make_actor()
    row = make_company(NAME, actor=officer)

    service.edit_company(officer, row, row.version, name="湖北珩锐智能装备股份有限公司")

    kinds = {name.text: name.kind for name in queries.names_of(officer, row)}
    assert kinds == {"湖北珩锐智能装备股份有限公司": NameKind.LEGAL, NAME: NameKind.FORMER}
    assert identity.identities_of(NAME) == identity.identities_of("湖北珩锐智能装备") == [row.id]


def test_a_corrected_code_frees_the_wrong_one(store):
    officer = make_actor()
    row = make_company(NAME, actor=officer, uscc=CODE)

    service.edit_company(officer, row, None, uscc=OTHER_CODE)

    assert identity.identities_of(None, CODE) == []
    assert identity.identities_of(None, OTHER_CODE) == [row.id]


def test_a_unit_may_not_rename_an_open_company_but_may_add_its_code(store):
    officer = make_actor()
    row = make_company(NAME)

    with pytest.raises(Conflict):
        service.edit_company(officer, row, None, name="湖北珩锐智能装备有限公司")
    service.edit_company(officer, row, None, uscc=CODE)

    assert identity.identities_of(None, CODE) == [row.id]


def test_another_units_row_cannot_be_edited(store):
    row = make_company(NAME, actor=make_actor())

    with pytest.raises(NotFound):
        service.edit_company(make_actor(), row, None, city="武汉")


def test_a_units_alias_of_an_open_company_serves_that_unit_and_the_centre(store):
    hers, his, center = make_actor(), make_actor(), make_center()
    row = make_company(NAME)

    alias = details.add_name(hers, row.id, text="珩锐", kind=NameKind.SHORT)

    assert [len(queries.names_of(who, row)) for who in (hers, his, center)] == [2, 1, 2]
    with pytest.raises(NotFound):
        details.remove_name(his, row.id, alias.id)
    details.open_name(center, row.id, alias.id)
    assert len(queries.names_of(his, row)) == 2


def test_a_former_name_by_the_centre_is_a_key(store):
    row = make_company(NAME)

    details.add_name(make_center(), row.id, text="大冶珩锐机床厂", kind=NameKind.FORMER)

    assert identity.identities_of("大冶珩锐机床厂") == [row.id]


def test_nodes_tell_whoever_waits_for_it(store):
    segment = Segment(code="CNC", name="数控机床", name_en="CNC")
    save(segment)
    node = Node(code="CNC-M01", name="功能部件", name_en="Parts", segment_id=segment.id)
    save(node)
    row = make_company(NAME)
    told = []
    hooks.nodes_changed.join(told.append)

    details.set_nodes(make_actor(), row.id, {node.id: NodeWeight.MAIN})
    details.set_nodes(make_actor(), row.id, {node.id: NodeWeight.MAIN})

    hooks.nodes_changed.handlers.remove(told.append)
    assert told == [row.id]


def test_a_relation_noted_by_a_unit_is_no_error_for_another(store):
    hers, his = make_actor(), make_actor()
    mother, child = make_company(), make_company()
    details.add_relation(hers, mother.id, child.id, RelationKind.PARENT)

    details.add_relation(his, mother.id, child.id, RelationKind.PARENT)
    with pytest.raises(Conflict):
        details.add_relation(his, mother.id, child.id, RelationKind.PARENT)

    assert identity.group_of(child.id) == set()
    assert identity.group_of(child.id, his.org_id) == {mother.id}
    assert len(queries.relations_of(his, child)) == 1
    assert len(queries.relations_of(make_center(), child)) == 2


def test_a_credential_counts_once_a_year(store):
    row = make_company()
    details.add_credential(make_actor(), row.id, kind="高新技术企业", year=2025)

    with pytest.raises(Conflict):
        details.add_credential(make_actor(), row.id, kind="高新技术企业", year=2025)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=260))
def test_any_text_is_a_name_or_a_clear_refusal(context, text):
    try:
        name = facts.clean_name(text)
    except Invalid:
        return

    assert 2 <= len(name) <= 200
    assert facts.clean_name(name) == name
