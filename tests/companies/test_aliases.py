"""What a person confirms becomes a name of the company: for the unit until the centre opens it. On both databases."""

import pytest
from sqlalchemy import select

from crm.audit.models import AuditEntry
from crm.companies import aliases, decisions, details, index, queries, service
from crm.companies.models import CompanyGram, CompanyName, NameKind
from crm.companies.similar import find_similar
from crm.core.errors import Forbidden, NotFound
from crm.core.matching.verdicts import Verdict
from crm.core.names.general import is_general
from crm.core.permissions import Role
from crm.kit import db
from tests.factories import make_actor, make_center, make_company, make_lead

NAME = "苏州绎衡传动科技有限公司"
OTHER = "湖北珩锐数控装备有限公司"
GENERAL = (
    *("湖北", "湖北省黄石市", "黄石港区", "中国", "有限公司", "集团", "数控装备", "黄石机械有限公司", "科技集团"),
    *("机器人", "绎", "12", "Technology Co., Ltd.", "Hubei"),
)
TELLING = ("绎衡", "新松机器人", "ABB", "3M", "FANUC", "HAN'S LASER", "黄石东贝", "绎衡传动", "Hubei HENGRUI CNC")


@pytest.mark.parametrize("text", GENERAL)
def test_a_text_that_says_too_little_is_no_name(text):
    assert is_general(text)


@pytest.mark.parametrize("text", TELLING)
def test_a_text_that_names_one_firm_is_kept(text):
    assert not is_general(text)


def test_a_confirmed_text_leads_the_own_unit_to_the_company(store):
    hers, his = make_actor(), make_actor()
    row = make_company(NAME)
    make_company("苏州绎恒机械有限公司")

    name = aliases.confirm(hers, row, "苏绎传动", source="import")

    assert (name.kind, name.org_id, name.by_id, name.source) == (
        NameKind.CONFIRMED,
        hers.org_id,
        hers.user_id,
        "import",
    )
    assert name.at is not None
    first = find_similar(hers, "苏绎传动")[0]
    assert (first.company_id, first.verdict, first.matched_text) == (row.id, Verdict.SAME, "苏绎传动")
    assert "苏绎传动" not in {one.matched_text for one in find_similar(his, "苏绎传动")}


def test_the_centres_word_serves_the_city_at_once_and_replaces_the_units(store):
    hers, center = make_actor(), make_center()
    row = make_company(NAME)
    aliases.confirm(hers, row, "苏绎传动", source="lead")

    name = aliases.confirm(center, row, "苏绎传动", source="desk")

    assert name.org_id is None
    assert [one.text for one in queries.names_of(hers, row)] == [NAME, "苏绎传动"]
    assert find_similar(make_actor(), "苏绎传动")[0].verdict is Verdict.SAME


@pytest.mark.parametrize(
    "text",
    [
        *(NAME, "苏州绎衡传动科技 有限公司", "苏州绎衡传动科技", "苏州绎衡传动科技股份有限公司"),  # leads there already
        *(OTHER, "湖北珩锐数控装备股份有限公司", "大冶珩锐机床厂"),  # another one's legal or former name
        *("91420200MA44JURQ85", "", "😀😀", "苏\x00州绎"),
        *GENERAL,
    ],
)
def test_nothing_is_learned_from(store, text):
    row, other = make_company(NAME), make_company(OTHER)
    details.add_name(make_center(), other.id, text="大冶珩锐机床厂", kind=NameKind.FORMER)

    assert aliases.confirm(make_actor(), row, text, source="lead") is None
    assert [one.text for one in queries.names_of(make_center(), row)] == [NAME]


def test_an_unopened_row_of_another_unit_does_not_keep_a_unit_from_learning(store):
    """The answer must not tell that such a row exists (S1)."""
    hers, his = make_actor(), make_actor()
    make_company(OTHER, actor=hers)
    row = make_company(NAME)

    assert aliases.confirm(his, row, OTHER, source="import") is not None


@pytest.mark.parametrize(
    "typed, learned",
    [
        *(("苏州", False), ("苏州绎", False), ("苏州绎衡传", False), ("yiheng", False), ("szyh", False)),
        *(("绎衡", True), ("苏州绎衡", True), ("绎衡传动", True), ("苏绎传动", True), ("Yiheng Drive", True)),
        *(("suzhouyiheng", False), (NAME, False), ("Hengrui", True), ("Heng", False)),
    ],
)
def test_a_name_only_begun_when_the_row_was_picked_is_no_name(store, typed, learned):
    row = make_company(NAME)
    details.add_name(make_center(), row.id, text="Hengrui Drive Co., Ltd.", kind=NameKind.ENGLISH)

    assert (aliases.confirm_typed(make_actor(), row, typed, source="lead") is not None) is learned


def test_the_same_text_on_two_companies_is_likely_for_each(store):
    officer = make_actor()
    first, second = make_company(NAME), make_company("宁波绎衡机械有限公司")
    for row in (first, second):
        aliases.confirm(officer, row, "阿绎老厂", source="lead")

    found = find_similar(officer, "阿绎老厂")

    assert {one.company_id: one.verdict for one in found[:2]} == {first.id: Verdict.LIKELY, second.id: Verdict.LIKELY}


def test_who_may_not_write_companies_may_not_confirm(store):
    hers, his = make_actor(), make_actor()
    hidden = make_company(NAME, actor=hers)

    with pytest.raises(Forbidden):
        aliases.confirm(make_actor(Role.LEADER), make_company(OTHER), "阿珩老厂", source="lead")
    with pytest.raises(NotFound):
        aliases.confirm(his, hidden, "苏绎传动", source="lead")


def test_expo_staff_who_import_may_confirm_for_their_unit(store):
    expo = make_actor(Role.EXPO)

    assert aliases.confirm(expo, make_company(NAME), "苏绎传动", source="import").org_id == expo.org_id


def test_a_confirmed_text_was_rejected_before(store):
    officer = make_actor()
    row = make_company(NAME)
    decisions.remember(officer, "苏绎传动", row, decisions.DIFFERENT)

    aliases.confirm(officer, row, "苏绎传动", source="lead")

    assert decisions.rejected(officer, "苏绎传动") == set()


def test_a_confirmed_text_is_taken_away_again_with_its_grams(store):
    center = make_center()
    row = make_company(NAME)
    before = set(db.session.execute(select(CompanyGram.gram, CompanyGram.skey)).all())
    name = aliases.confirm(center, row, "苏绎传动", source="desk")

    details.remove_name(center, row.id, name.id)

    assert set(db.session.execute(select(CompanyGram.gram, CompanyGram.skey)).all()) == before
    acts = db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.seq)).all()
    assert acts[-2:] == ["company.alias_confirmed", "company.alias_removed"]


def test_the_centre_opens_and_keeps_many_at_once(store):
    hers, center = make_actor(), make_center()
    row, hidden = make_company(NAME), make_company(OTHER, actor=hers)
    first = aliases.confirm(hers, row, "苏绎传动", source="lead")
    second = aliases.confirm(hers, row, "阿绎老厂", source="lead")
    aliases.confirm(hers, hidden, "阿珩老厂", source="lead")

    assert {one.row.text for one in aliases.waiting(center, 1).items} == {"苏绎传动", "阿绎老厂"}
    assert aliases.open_many(center, [first.id]) == 1
    assert aliases.keep_many(center, [second.id]) == 1

    assert aliases.waiting(center, 1).items == [] and aliases.waiting_ids(center) == []
    stranger = [(one.text, one.source, one.by_id) for one in queries.names_of(make_actor(), row)]
    assert stranger == [(NAME, "", None), ("苏绎传动", "center", center.user_id)]
    assert {one.text for one in queries.names_of(hers, row)} == {NAME, "苏绎传动", "阿绎老厂"}


def test_only_the_centre_sees_what_waits(store):
    for role in (Role.OFFICER, Role.MANAGER, Role.EXPO, Role.LEADER, Role.OFFICE):
        for ask in (lambda who: aliases.waiting(who, 1), lambda who: aliases.open_many(who, [])):
            with pytest.raises(Forbidden):
                ask(make_actor(role))


def test_a_renamed_company_is_found_by_its_former_name_to_the_day(store):
    center = make_center()
    row = make_company(NAME)

    service.edit_company(center, row, row.version, name="苏州绎衡精密传动有限公司")

    kinds = {one.text: (one.kind, one.valid_to is not None) for one in queries.names_of(make_actor(), row)}
    assert kinds == {NAME: (NameKind.FORMER, True), "苏州绎衡精密传动有限公司": (NameKind.LEGAL, False)}
    found = find_similar(make_actor(), NAME)[0]
    assert (found.company_id, found.verdict, found.kind) == (row.id, Verdict.SAME, "former")


def test_a_lead_teaches_what_was_typed_when_the_row_was_picked(store):
    officer = make_actor()
    row = make_company(NAME)

    make_lead(officer, NAME, company_public_id=row.public_id, company_typed="苏绎传动")
    make_lead(officer, NAME, title="二期", company_public_id=row.public_id, company_typed="苏州绎")

    names = [(one.text, one.kind, one.source) for one in queries.names_of(officer, row)]
    assert names == [(NAME, NameKind.LEGAL, ""), ("苏绎传动", NameKind.CONFIRMED, "lead")]


def test_a_lead_whose_text_differs_from_the_picked_row_teaches_the_text(store):
    officer = make_actor()
    row = make_company(NAME)

    lead = make_lead(officer, "苏绎传动", company_public_id=row.public_id)

    assert lead.company_id == row.id
    assert "苏绎传动" in [one.text for one in queries.names_of(officer, row)]


def test_a_corrected_lead_takes_the_wrong_lesson_back(store):
    from crm.leads import service as leads

    officer = make_actor()
    wrong, right = make_company(OTHER), make_company(NAME)
    lead = make_lead(officer, "苏绎传动", company_public_id=wrong.public_id)

    leads.correct_company(
        officer,
        lead,
        company_text="苏绎传动",
        company_public_id=right.public_id,
        reason="选错了",
        version=lead.version,
    )

    assert [one.text for one in queries.names_of(officer, wrong)] == [OTHER]
    assert "苏绎传动" in [one.text for one in queries.names_of(officer, right)]


def test_two_who_confirm_the_same_text_keep_one_name_each(store):
    first, second = make_actor(), make_actor()
    row = make_company(NAME)

    for who in (first, first, second):
        aliases.confirm(who, row, "苏绎传动", source="lead")

    owners = db.session.scalars(select(CompanyName.org_id).where(CompanyName.kind == NameKind.CONFIRMED)).all()
    assert sorted(owners) == sorted([first.org_id, second.org_id])
    assert index.store_name(row, NAME, NameKind.LEGAL).text == NAME
