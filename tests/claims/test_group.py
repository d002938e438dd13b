"""Reports within a group, and pairs that a person told apart: who may hold, who hears what (model.md §4, domain 3.8)."""

import re

import pytest
from sqlalchemy import select

from crm.claims import cases, filing, lookups, verification
from crm.claims.models import Case, CaseKind, Claim, ClaimStatus, LookUpResult, MatchLevel
from crm.companies import aliases, decisions, details, relations, retiring
from crm.companies.models import NameKind, RelationKind
from crm.core.errors import Conflict
from crm.kit import db
from tests.claims.conftest import make_city, make_lead
from tests.factories import make_actor, make_company

MOTHER = "砺枢控股集团有限公司"
CHILD = "绎衡传动科技（苏州）有限公司"
SISTER = "珩锐数控装备有限公司"
TWIN = "湖北绎衡传动科技有限公司"


@pytest.fixture
def family(city):
    """A parent and two daughters, known to the city without relations."""
    return make_company(MOTHER), make_company(CHILD), make_company(SISTER)


def held_by(actor, company):
    lead = make_lead(actor, company.name, company_id=company.id)
    claim = filing.file_report(actor, lead)
    assert claim.holds
    return claim


def report(actor, company, title="谐波减速器二期"):
    return filing.file_report(actor, make_lead(actor, company.name, title=title, company_id=company.id))


@pytest.mark.parametrize(
    "kind", [RelationKind.PARENT, RelationKind.BRANCH, RelationKind.CONTROLLER, RelationKind.BRAND]
)
@pytest.mark.parametrize("held", [0, 2])
def test_a_report_on_a_group_member_is_kept_without_a_hold_and_judged_by_the_city(city, family, kind, held):
    mother, child, sister = family
    for daughter in (child, sister):
        relations.add_relation(city.center, mother.id, daughter.id, kind, source="年报")
    first = held_by(city.a, family[held])

    claim = report(city.b, child)

    case = db.session.scalars(select(Case)).one()
    assert (claim.holds, claim.status, claim.level) == (False, ClaimStatus.VERIFYING, MatchLevel.L3)
    assert (case.kind, case.level) == (CaseKind.GROUP, MatchLevel.L3)
    assert {party.claim_id for party in case.parties} == {first.id, claim.id}
    assert first.holds


@pytest.mark.parametrize(
    "kind", [RelationKind.SUPPLIER, RelationKind.CUSTOMER, RelationKind.MEMBER, RelationKind.PORTFOLIO]
)
def test_who_only_trades_with_a_holder_is_free(city, family, kind):
    mother, child, _sister = family
    relations.add_relation(city.center, mother.id, child.id, kind)
    held_by(city.a, mother)

    assert report(city.b, child).holds


def test_what_one_unit_notes_weighs_on_no_other_until_the_centre_opens_it(city, family):
    mother, child, sister = family
    first = relations.add_relation(city.a, mother.id, child.id, RelationKind.PARENT, source="工商信息")
    second = relations.add_relation(city.a, mother.id, sister.id, RelationKind.PARENT)
    held_by(city.a, mother)

    assert report(city.b, child).holds
    relations.open_relation(city.center, mother.id, first.id)
    relations.open_relation(city.center, mother.id, second.id)
    assert not report(city.b, sister).holds


def test_the_units_own_claim_in_the_group_does_not_stand_in_its_way(city, family):
    mother, child, _sister = family
    relations.add_relation(city.center, mother.id, child.id, RelationKind.PARENT)
    held_by(city.a, mother)

    assert report(city.a, child).holds


def test_case_3_a_distinct_project_of_a_subsidiary_is_not_blocked_by_talks_with_its_parent(city, family):
    mother, child, _sister = family
    relations.add_relation(city.center, mother.id, child.id, RelationKind.PARENT)
    first = held_by(city.a, mother)
    claim = report(city.b, child)
    case = db.session.scalars(select(Case)).one()

    cases.decide(city.center, case, "both", "子公司另建产线，与集团战略合作无关")

    db.session.expire_all()
    assert (first.holds, first.company_id, first.matter_no) == (True, mother.id, 1)
    assert (claim.holds, claim.company_id, claim.matter_no) == (True, child.id, 1)
    assert claim.status is ClaimStatus.PROTECTED
    assert not report(make_actor(), child).holds


def test_nobody_verifies_a_group_report_past_its_case(city, family):
    mother, child, _sister = family
    relations.add_relation(city.center, mother.id, child.id, RelationKind.PARENT)
    held_by(city.a, mother)
    claim = report(city.b, child)

    with pytest.raises(Conflict, match="案件"):
        verification.verify(city.center, claim)

    assert db.session.get(Claim, claim.id).holds is False


def test_the_notice_says_only_that_something_alike_is_on_file(sqlite, context, sign_in):
    city, mother, child = make_city(), make_company(MOTHER), make_company(CHILD)
    relations.add_relation(city.center, mother.id, child.id, RelationKind.PARENT)
    held_by(city.a, mother)
    claim = report(city.b, child)

    page = sign_in(city.b).get(f"/claims/{claim.public_id}").text

    sealed = re.search(r'<section class="sealed".*?</section>', page, re.S).group()
    assert "存在相近备案" in sealed
    assert "甲区" not in sealed and MOTHER not in sealed and "集团" not in sealed


def alike(city):
    """Two firms that one short name stands for."""
    rows = make_company("苏州绎衡传动科技有限公司"), make_company(TWIN)
    for row in rows:
        details.add_name(city.center, row.id, text="绎衡老厂", kind=NameKind.SHORT)
    return rows


@pytest.mark.parametrize("speaker, free", [("center", True), ("a", False), ("b", False)])
def test_only_the_centres_word_that_two_firms_differ_gives_a_hold(city, speaker, free):
    first, second = alike(city)
    held_by(city.a, first)
    assert lookups.look_up(city.b, company_public_id=second.public_id).result is not LookUpResult.FREE

    decisions.remember(getattr(city, speaker), second, first, decisions.DIFFERENT, "两家无股权关系")

    assert report(city.b, second).holds is free
    assert (lookups.look_up(city.b_manager, company_public_id=second.public_id).result is LookUpResult.FREE) is False


def test_the_word_is_void_when_one_of_the_two_changes(city):
    from crm.companies import service

    first, second = alike(city)
    held_by(city.a, first)
    decisions.remember(city.center, second, first, decisions.DIFFERENT)

    service.edit_company(city.center, first, first.version, name="湖北绎衡传动技术有限公司")

    assert not report(city.b, second).holds


def test_a_units_private_alias_neither_withholds_nor_gives_a_hold(city):
    first = make_company("苏州绎衡传动科技有限公司")
    held_by(city.a, first)
    other = make_company("大冶砺珩精密机床有限公司", actor=city.b)

    aliases.confirm(city.a, first, "大冶砺珩精密机床厂", source="lead")
    details.add_name(city.a, first.id, text="大冶砺珩精密机床", kind=NameKind.SHORT)

    assert report(city.b, other).holds


def test_a_company_with_a_living_report_is_not_retired(city):
    row = make_company(MOTHER)
    claim = held_by(city.a, row)

    with pytest.raises(Conflict, match=f"甲区.*{claim.number}.*没有了结"):
        retiring.retire(city.center, row, "已注销")
    filing_ended = verification.withdraw(city.a, claim, "企业已注销")

    assert filing_ended.closed_at is not None
    assert retiring.retire(city.center, row, "已注销").retired_at is not None
