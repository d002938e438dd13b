"""Filing, on both databases: who holds, who is told what."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from crm.claims import cases, filing, queries, verification
from crm.claims.models import Case, CaseKind, Claim, ClaimStatus, MatchLevel
from crm.companies.models import Company
from crm.core.errors import Conflict, Forbidden
from crm.kit import clock, db
from crm.leads.models import Lead, LeadStatus
from crm.notices.models import Notice
from tests.claims.conftest import add_evidence, make_lead

FIRM = "苏州绎衡传动科技有限公司"


def test_a_free_company_gives_a_provisional_hold(city):
    claim = filing.file_report(city.a, make_lead(city.a, FIRM))

    assert (claim.status, claim.holds, claim.matter_no) == (ClaimStatus.VERIFYING, True, 1)
    assert claim.lead.status is LeadStatus.FILED and claim.lead.hold
    assert all(link.sealed_at for link in claim.lead.files)
    assert claim.params["protection_days_small"] == "60"


def test_filing_twice_answers_with_the_first_claim(city):
    lead = make_lead(city.a, FIRM)

    first, second = filing.file_report(city.a, lead), filing.file_report(city.a, lead)

    assert first.id == second.id


@pytest.mark.parametrize(
    "spelling",
    [
        "苏州绎衡传动科技有限公司",
        "苏州绎衡传动科技股份有限公司",
        "（苏州）绎衡传动科技有限公司",
        "蘇州繹衡傳動科技有限公司",
        " 苏州绎衡传动科技 有限公司 ",
    ],
)
def test_the_second_unit_gets_no_hold_in_any_spelling(city, spelling):
    filing.file_report(city.a, make_lead(city.a, FIRM))

    second = filing.file_report(city.b, make_lead(city.b, spelling))

    assert not second.holds
    assert second.status in (ClaimStatus.CONFLICT, ClaimStatus.VERIFYING)
    assert db.session.scalar(select(Case).join(Case.parties).where(Case.parties.any(claim_id=second.id))) is not None


def test_the_blind_notice_has_seven_keys_and_no_secret(city):
    held = filing.file_report(city.a, make_lead(city.a, FIRM, content="机密内容", site_wish="机密地块"))
    second = filing.file_report(city.b, make_lead(city.b, FIRM))

    notice = queries.blind_notice(second)

    assert second.status is ClaimStatus.CONFLICT and second.level is MatchLevel.L1
    assert notice is not None and notice.holder == "甲区" and notice.level == "L1"
    assert notice.until is None  # still provisional
    assert notice.since == clock.local(held.filed_at).date()
    assert "机密" not in str(notice)


def test_a_likeness_says_only_that_the_centre_judges(city):
    filing.file_report(city.a, make_lead(city.a, FIRM, title="减速器产线"))
    second = filing.file_report(city.b, make_lead(city.b, FIRM, title="伺服电机总装"))

    notice = queries.blind_notice(second)

    assert second.level is MatchLevel.L3 and second.status is ClaimStatus.VERIFYING and not second.holds
    assert notice is not None and notice.similar_only and notice.holder == "" and notice.since is None


def test_the_holder_learns_that_another_unit_reported_and_no_more(city):
    held = filing.file_report(city.a, make_lead(city.a, FIRM))
    filing.file_report(city.b, make_lead(city.b, FIRM))

    told = db.session.scalars(select(Notice).where(Notice.kind == "claim.other_report")).all()

    assert {n.user_id for n in told} == {city.a.user_id, city.a_manager.user_id}
    assert all("乙区" not in n.text and n.subject_public_id == held.public_id for n in told)


def test_grade_c_registers_and_never_holds(city):
    claim = filing.file_report(city.a, make_lead(city.a, FIRM, grades="C"))

    assert claim.status is ClaimStatus.REGISTERED and not claim.holds and claim.grace_due_on is not None


def test_better_evidence_takes_the_hold(city):
    lead = make_lead(city.a, FIRM, grades="C")
    claim = filing.file_report(city.a, lead)
    add_evidence(lead, "A")

    claim = filing.upgrade(city.a, claim)

    assert claim.status is ClaimStatus.VERIFYING and claim.holds


def test_better_evidence_after_another_unit_held_is_contested(city):
    lead = make_lead(city.a, FIRM, grades="C")
    claim = filing.file_report(city.a, lead)
    held = filing.file_report(city.b, make_lead(city.b, FIRM))
    add_evidence(lead, "A")

    claim = filing.upgrade(city.a, claim)

    assert held.holds and claim.status is ClaimStatus.CONFLICT and not claim.holds


@pytest.mark.parametrize(
    "change, field",
    [
        ({"grades": ""}, "files"),
        ({"company": "华"}, "company_text"),
        ({"title": " "}, "title"),
        ({"first_contact_on": None}, "first_contact_on"),
    ],
)
def test_what_lacks_is_named_and_nothing_changes(city, change, field):
    values = {"company": FIRM, **change}
    lead = make_lead(city.a, values.pop("company"), **values)

    with pytest.raises(Conflict) as refusal:
        filing.file_report(city.a, lead)

    assert refusal.value.field == field
    assert db.session.scalar(select(Claim)) is None


def test_another_units_lead_cannot_be_filed(city):
    with pytest.raises(Forbidden):
        filing.file_report(city.b, make_lead(city.a, FIRM))


def test_a_second_project_of_the_same_unit_waits_for_the_centre(city):
    filing.file_report(city.a, make_lead(city.a, FIRM, title="减速器产线"))

    second = filing.file_report(city.a, make_lead(city.a, FIRM, title="试验中心"))

    assert second.status is ClaimStatus.VERIFYING and not second.holds and second.basis == "own"
    with pytest.raises(Conflict):
        verification.verify(city.center, second)
    verified = verification.verify(city.center, second, new_matter=True, reason="另一个园区的独立项目")
    assert verified.holds and verified.matter_no == 2


def test_a_firm_that_settled_here_is_never_free_for_others(city):
    claim = filing.file_report(city.a, make_lead(city.a, FIRM))
    company = db.session.get(Company, claim.company_id)
    verification.withdraw(city.a, claim, "已落户")
    with db.transaction():
        company.host_org_id = city.a.org_id

    other = filing.file_report(city.b, make_lead(city.b, FIRM))

    assert not other.holds
    assert db.session.scalar(select(Case.kind).order_by(Case.id.desc())) is CaseKind.HOSTED


def test_the_same_project_code_is_one_project_whatever_the_company(city):
    code = "2611-420200-04-01-123456"
    filing.file_report(city.a, make_lead(city.a, FIRM, project_code=code))

    other = filing.file_report(city.b, make_lead(city.b, "无锡砺枢精密机械有限公司", project_code=code))

    assert other.status is ClaimStatus.CONFLICT and other.level is MatchLevel.L1 and other.basis == "project_code"


def test_a_hold_past_its_time_gives_way_to_the_next_report(city):
    claim = verification.verify(city.a_manager, filing.file_report(city.a, make_lead(city.a, FIRM)))
    assert claim.hold_until is not None

    with clock.at(claim.hold_until - timedelta(seconds=1)):
        early = filing.file_report(city.b, make_lead(city.b, FIRM, first_contact_on=clock.today()))
    verification.withdraw(city.b, early, "")
    with clock.at(claim.hold_until):
        late = filing.file_report(city.b, make_lead(city.b, FIRM, first_contact_on=clock.today()))

    assert not early.holds
    assert late.holds
    db.session.refresh(claim)
    assert claim.status is ClaimStatus.EXPIRED


def test_a_corrected_company_is_filed_anew_and_frees_the_old_one(city):
    lead = make_lead(city.a, FIRM)
    first = filing.file_report(city.a, lead)
    with db.transaction():
        lead = db.session.get(Lead, lead.id)
        lead.company_text, lead.company_id = "无锡砺枢精密机械有限公司", None
        filing.company_corrected(city.a, lead)

    again = filing.file_report(city.b, make_lead(city.b, FIRM))

    assert first.status is ClaimStatus.WITHDRAWN
    assert filing.open_claim(lead.id).company_words == "无锡砺枢精密机械有限公司"
    assert again.holds


def test_a_rival_sees_nothing_of_a_claim(city):
    claim = filing.file_report(city.a, make_lead(city.a, FIRM))

    seen = queries.page_of_claims(city.b, queries.Filters(), 1)

    assert seen.total == 0
    assert db.session.scalar(select(Claim).where(Claim.id == claim.id, queries.visible_to(city.b))) is None
    assert queries.page_of_claims(city.center, queries.Filters(), 1).total == 1


def test_a_large_report_goes_to_the_centre(city):
    claim = filing.file_report(city.a, make_lead(city.a, FIRM, invest_total_cny=Decimal(480_000_000)))

    assert not claim.small
    assert not verification.may_verify(city.a_manager, claim)
    assert verification.may_verify(city.center, claim)


def test_consulting_and_deciding_moves_the_hold(city):
    first = filing.file_report(city.a, make_lead(city.a, FIRM))
    second = filing.file_report(city.b, make_lead(city.b, FIRM))
    case = queries.cases_of(second)[0]
    cases.act(city.b, case, second, cases.StepKind.CONSULT, "企业更愿意来乙区")

    cases.decide(city.center, case, "second", "企业书面选择乙区，证据更早")

    db.session.refresh(first)
    db.session.refresh(second)
    assert (first.status, first.holds) == (ClaimStatus.LOST, False)
    assert (second.status, second.holds) == (ClaimStatus.PROTECTED, True)
