"""Verification, cases and paper protections."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from crm.accounts.models import Org
from crm.claims import cases, filing, ledger, paper, queries, queue, verification
from crm.claims.models import Case, CaseStatus, ClaimStatus
from crm.companies.models import Company
from crm.core.errors import Conflict, Forbidden, Stale
from crm.core.permissions import Role
from crm.kit import clock, db
from crm.notices.models import Notice
from tests.claims.conftest import make_lead
from tests.factories import make_actor

FIRM = "苏州绎衡传动科技有限公司"
LARGE = Decimal(480_000_000)


def test_the_manager_protects_a_small_report_for_sixty_days(city):
    claim = verification.verify(city.a_manager, filing.file_report(city.a, make_lead(city.a, FIRM)))

    assert claim.status is ClaimStatus.PROTECTED
    assert claim.protected_until == clock.today() + timedelta(days=60)
    assert claim.hold_until == clock.end_of_day(claim.protected_until + timedelta(days=7))


def test_verifying_opens_the_company_to_the_city(city):
    claim = filing.file_report(city.a, make_lead(city.a, FIRM))
    assert db.session.get(Company, claim.company_id).opened_at is None

    verification.verify(city.a_manager, claim)

    assert db.session.get(Company, claim.company_id).opened_at is not None


@pytest.mark.parametrize("who", ["a", "b_manager", "office"])
def test_nobody_else_verifies(city, who):
    claim = filing.file_report(city.a, make_lead(city.a, FIRM))

    with pytest.raises(Forbidden):
        verification.verify(getattr(city, who), claim)

    assert claim.status is ClaimStatus.VERIFYING


def test_a_manager_does_not_verify_an_own_report(city):
    claim = filing.file_report(city.a_manager, make_lead(city.a_manager, FIRM))

    with pytest.raises(Forbidden):
        verification.verify(city.a_manager, claim)


def test_the_centres_own_report_is_verified_by_the_leading_groups_office(city):
    claim = filing.file_report(city.center, make_lead(city.center, FIRM))

    with pytest.raises(Forbidden):
        verification.verify(city.center_other, claim)
    verified = verification.verify(city.office, claim)

    assert verified.status is ClaimStatus.PROTECTED
    assert queries.get_claim(city.office, claim.public_id).id == claim.id


def test_a_returned_report_keeps_its_place_until_the_repair_is_due(city):
    claim = filing.file_report(city.a, make_lead(city.a, FIRM, invest_total_cny=LARGE))
    claim = verification.send_back(city.center, claim, "请补营业执照信息")

    rival = filing.file_report(city.b, make_lead(city.b, FIRM))
    repaired = verification.repair(city.a, claim)

    assert not rival.holds
    assert repaired.status is ClaimStatus.VERIFYING and repaired.holds and repaired.hold_until is None


def test_a_repair_not_made_frees_the_company(city):
    claim = filing.file_report(city.a, make_lead(city.a, FIRM, invest_total_cny=LARGE))
    claim = verification.send_back(city.center, claim, "请补营业执照信息")

    with clock.at(claim.repair_due):
        assert verification.release_late_repairs() == 1
        rival = filing.file_report(city.b, make_lead(city.b, FIRM, first_contact_on=clock.today()))

    assert rival.holds


@pytest.mark.parametrize("act", [verification.send_back, verification.reject])
def test_a_refusal_needs_a_reason(city, act):
    claim = filing.file_report(city.a, make_lead(city.a, FIRM, invest_total_cny=LARGE))

    with pytest.raises(Conflict) as refusal:
        act(city.center, claim, "不行")

    assert refusal.value.field == "reason"


def test_nobody_verifies_past_an_open_case(city):
    first = filing.file_report(city.a, make_lead(city.a, FIRM))
    filing.file_report(city.b, make_lead(city.b, FIRM))

    with pytest.raises(Conflict):
        verification.verify(city.a_manager, first)


def test_a_missed_limit_leaves_the_hold_and_tells_the_head(city):
    claim = filing.file_report(city.a, make_lead(city.a, FIRM, invest_total_cny=LARGE))

    with clock.at(clock.now() + timedelta(days=20)):
        assert verification.tell_overdue() == 1
        assert verification.tell_overdue() == 0

    assert claim.holds
    told = db.session.scalars(select(Notice).where(Notice.kind == "claim.overdue")).one()
    assert told.user_id == city.office.user_id
    assert FIRM not in told.text and claim.number in told.text, "a unit's report is no business of the office"
    assert told.url == "/claims/desk"


def test_a_missed_limit_is_told_to_those_who_read_the_report_with_its_firm(city):
    small = filing.file_report(city.a, make_lead(city.a, FIRM))
    own = filing.file_report(city.center, make_lead(city.center, "砺枢机床（苏州）有限公司", invest_total_cny=LARGE))

    with clock.at(clock.now() + timedelta(days=20)):
        assert verification.tell_overdue() == 2

    told = {n.url: n for n in db.session.scalars(select(Notice).where(Notice.kind == "claim.overdue"))}
    assert set(told) == {f"/claims/{small.public_id}", f"/claims/{own.public_id}"}
    assert told[f"/claims/{own.public_id}"].user_id == city.office.user_id
    assert "砺枢机床" in told[f"/claims/{own.public_id}"].text


def test_the_desk_splits_routine_from_closer(city):
    from crm.companies.models import Company as Row

    good = filing.file_report(city.a, make_lead(city.a, FIRM, invest_total_cny=LARGE))
    filing.file_report(city.b, make_lead(city.b, FIRM, invest_total_cny=LARGE))

    rows = queue.desk_rows(city.center)

    assert {r.claim.id for r in rows} >= {good.id}
    assert all("open_case" in r.concerns for r in rows)
    assert db.session.scalar(select(Row.id)) is not None


def test_a_party_reads_its_own_side_only(city):
    filing.file_report(city.a, make_lead(city.a, FIRM))
    second = filing.file_report(city.b, make_lead(city.b, FIRM))
    case = queries.get_case(city.b, queries.cases_of(second)[0].public_id)

    assert queries.claim_of_party(city.b, case).id == second.id
    assert not cases.arbiter_allowed(city.b, case)
    with pytest.raises(Forbidden):
        cases.decide(city.b, case, "second", "我方更早接触")


@pytest.mark.parametrize(
    "decision, first, second, holds",
    [
        ("first", ClaimStatus.PROTECTED, ClaimStatus.LOST, (True, False)),
        ("assist", ClaimStatus.PROTECTED, ClaimStatus.ASSISTING, (True, False)),
        ("both", ClaimStatus.PROTECTED, ClaimStatus.PROTECTED, (True, True)),
        ("second", ClaimStatus.LOST, ClaimStatus.PROTECTED, (False, True)),
    ],
)
def test_what_a_decision_does(city, decision, first, second, holds):
    one = filing.file_report(city.a, make_lead(city.a, FIRM))
    two = filing.file_report(city.b, make_lead(city.b, FIRM))
    case = queries.cases_of(two)[0]

    cases.decide(city.center, case, decision, "按证据先后裁定")

    for claim in (one, two):
        db.session.refresh(claim)
    assert (one.status, two.status) == (first, second)
    assert (one.holds, two.holds) == holds
    assert db.session.get(Case, case.id).status is CaseStatus.DECIDED


def test_a_case_that_moved_on_is_not_decided_from_an_old_page(city):
    filing.file_report(city.a, make_lead(city.a, FIRM))
    two = filing.file_report(city.b, make_lead(city.b, FIRM))
    case = queries.cases_of(two)[0]
    seen = case.version
    cases.act(city.b, case, two, cases.StepKind.NOTE, "补充一句说明")

    with pytest.raises(Stale):
        cases.decide(city.center, case, "first", "按证据先后裁定", version=seen)


def test_handing_over_ends_the_case(city):
    one = filing.file_report(city.a, make_lead(city.a, FIRM))
    two = filing.file_report(city.b, make_lead(city.b, FIRM))
    case = queries.cases_of(two)[0]

    cases.hand_over(city.b, case, two, "支持甲区")

    db.session.refresh(one)
    assert one.holds and two.status is ClaimStatus.ASSISTING


def test_a_paper_protection_is_entered_with_its_document(city):
    org = db.session.get(Org, city.a.org_id)
    said = paper.Paper(
        org.public_id,
        FIRM,
        "",
        "减速器产线",
        None,
        clock.today() - timedelta(days=60),
        clock.today() - timedelta(days=30),
        clock.today() + timedelta(days=60),
        "黄招办〔2026〕12号",
    )

    claim = paper.enter(city.center, said)

    assert claim.holds and claim.org_id == city.a.org_id and claim.paper_document_no
    with pytest.raises(Conflict):
        paper.enter(city.center, said)
    with pytest.raises(Forbidden):
        paper.enter(city.a, said)


def test_the_ledger_refuses_to_be_rewritten(city):
    claim = filing.file_report(city.a, make_lead(city.a, FIRM))
    for statement in ("UPDATE claim_events SET reason='x'", "DELETE FROM claim_events"):
        with pytest.raises(DBAPIError):
            db.session.execute(text(statement))
        db.session.rollback()

    assert len(queries.get_claim(city.a, claim.public_id).events) == 2


def test_the_copies_on_the_lead_agree_after_everything(city):
    one = filing.file_report(city.a, make_lead(city.a, FIRM))
    two = filing.file_report(city.b, make_lead(city.b, FIRM))
    cases.decide(city.center, queries.cases_of(two)[0], "second", "按证据先后裁定")

    assert ledger.copies(False) == []
    with db.transaction():
        one.lead.hold = True
    assert len(ledger.copies(True)) == 1
    assert ledger.copies(False) == []


def test_a_sampled_claim_that_fails_goes_back_with_its_place(city):
    claim = verification.verify(city.a_manager, filing.file_report(city.a, make_lead(city.a, FIRM)))
    with db.transaction():
        claim.sampled = True

    claim = verification.judge_sample(city.center, claim, False, "照片与纪要日期不符")

    assert claim.status is ClaimStatus.RETURNED and claim.holds
    assert verification.may_verify(city.center, verification.repair(city.a, claim))


def test_a_center_officer_of_the_filing_unit_cannot_decide_its_case(city):
    one = filing.file_report(city.center, make_lead(city.center, FIRM))
    two = filing.file_report(city.b, make_lead(city.b, FIRM))
    case = queries.cases_of(two)[0]

    with pytest.raises(Forbidden):
        cases.decide(
            make_actor(Role.CENTER, org=db.session.get(Org, city.center.org_id)), case, "first", "按证据先后裁定"
        )
    cases.decide(city.office, case, "first", "按证据先后裁定")

    db.session.refresh(one)
    assert one.holds
