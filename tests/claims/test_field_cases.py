"""The edge cases of domain.md §3.8 and the invariants of security.md, each by its number, where claims alone decide them.

Elsewhere, by the same names: 3 (test_group), 8 (test_transfers), 5, 9 to 15 and 18 (test_field_outcomes; 5 also in
duplicates/test_merge_holds, 10 in test_filing, 18 in leads/test_imports), 19 (test_ending). I1, I2 race
in test_race, I5, I6 in test_views and companies/test_secrecy, I8 in projects/test_service, I16 in core/test_clocks, I17 in
test_expiry_race, I18 in test_ledger.
"""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from crm.accounts.models import User
from crm.accounts.queries import actor_of
from crm.claims import cases, filing, queries, verification
from crm.claims.ending import clock as clocks
from crm.claims.ending import requests
from crm.claims.ending.models import ClaimRequest, RequestKind, RequestStatus
from crm.claims.models import CaseKind, Claim, ClaimStatus
from crm.companies import service as companies
from crm.core.errors import Conflict, Forbidden
from crm.core.permissions import Role
from crm.kit import clock, db
from crm.parameters import proposals
from crm.parameters.keys import KEYS
from tests.claims.conftest import City, add_evidence, make_lead
from tests.factories import make_actor, make_center

FIRM = "苏州绎衡传动科技有限公司"
LARGE = Decimal(480_000_000)


def protected(city: City, who: object, firm: str = FIRM, **values: object) -> Claim:
    """A verified report of a unit."""
    claim = filing.file_report(who, make_lead(who, firm, **values))
    manager = city.a_manager if claim.org_id == city.a.org_id else city.b_manager
    return verification.verify(manager if verification.may_verify(manager, claim) else city.center, claim)


def test_case_1_a_second_project_of_the_company_in_the_district_has_its_own_clock(city):
    first = protected(city, city.a)
    with clock.at(clock.now() + timedelta(days=20)):
        lead = make_lead(city.a, FIRM, title="精密轴承检测中心", first_contact_on=clock.today())
        second = filing.file_report(city.a, lead)
        assert not second.holds
        with pytest.raises(Conflict, match="视为新项目"):
            verification.verify(city.center, second)
        verification.verify(city.center, second, new_matter=True, reason="产品与用地都不同，确为两个项目")

    assert (first.matter_no, second.matter_no) == (1, 2) and first.holds and second.holds
    assert second.protected_until == first.protected_until + timedelta(days=20)


@pytest.mark.parametrize(("decision", "holders"), [("both", 2), ("first", 1)])
def test_case_2_two_districts_projects_are_both_protected_when_the_city_confirms_else_one(city, decision, holders):
    protected(city, city.a)
    second = filing.file_report(city.b, make_lead(city.b, FIRM, title="精密轴承检测中心", site_wish="要临江"))
    cases.decide(city.center, queries.cases_of(second)[0], decision, "按节点和用地判断")

    assert len(db.session.scalars(select(Claim).where(Claim.holds)).all()) == holders


def test_case_4_a_company_not_yet_founded_is_claimed_on_its_investor_and_checked_again_at_verification(city):
    claim = filing.file_report(city.a, make_lead(city.a, FIRM, title="拟在黄石设立项目公司"))
    claim.lead.project_code = "2611-420200-04-01-000001"
    db.session.commit()
    other = filing.file_report(
        city.b, make_lead(city.b, "沈阳砺枢精密机床有限公司", project_code="2611-420200-04-01-000001")
    )
    verification.send_back(city.a_manager, claim, "请补项目代码")

    with pytest.raises(Conflict, match="项目代码"):  # the code that came later is another's
        verification.repair(city.a, claim)
    db.session.expire_all()
    assert other.holds and claim.status is ClaimStatus.RETURNED


def test_case_6_a_foreign_investor_without_a_code_is_one_company_by_its_registration_number(city):
    known = companies.register_company(city.center, name="Kuka Robotik GmbH", reg_no="HRB 12345", country="德国")
    with pytest.raises(Conflict):
        companies.register_company(city.center, name="KUKA Robotics", reg_no="hrb12345", country="德国")
    claim = filing.file_report(city.a, make_lead(city.a, "KUKA ROBOTIK GMBH"))
    rival = filing.file_report(city.b, make_lead(city.b, "Kuka Robotik GmbH"))

    assert claim.company_id == rival.company_id == known.id
    assert claim.holds and not rival.holds


def test_case_7_two_units_that_met_the_firm_in_the_same_hour_are_judged_not_raced(city):
    first = filing.file_report(city.a, make_lead(city.a, FIRM, grades="BB"))
    second = filing.file_report(city.b, make_lead(city.b, FIRM, grades="A"))
    case = queries.cases_of(second)[0]

    assert first.holds and not second.holds
    assert clock.local(first.effective_at).date() == clock.local(second.effective_at).date()  # the same day: a tie
    assert case.kind is CaseKind.CONFLICT
    cases.decide(city.center, case, "second", "同日接触，后报单位证据等级更高")
    assert second.holds and not first.holds


def test_case_13_an_amount_changed_after_filing_moves_no_threshold_and_stays_in_the_ledger(city):
    claim = protected(city, city.a)
    until = claim.protected_until
    claim.lead.invest_total_cny = Decimal(2_000_000_000)
    db.session.commit()

    fresh = db.session.get_one(Claim, claim.id, populate_existing=True)
    assert fresh.invest_total_cny is None and fresh.small and fresh.protected_until == until
    filed = next(event for event in queries.get_claim(city.a, claim.public_id).events if event.kind == "filed")
    assert filed.data["set"]["invest_total_cny"] is None


def test_case_16_the_claim_stays_with_the_unit_when_its_officer_moves(city):
    claim = protected(city, city.a)
    with db.transaction():
        db.session.get_one(User, city.a.user_id).org_id = city.b.org_id
    moved = actor_of(city.a.user_id)

    assert claim.org_id == city.a_manager.org_id
    assert queries.get_claim(city.a_manager, claim.public_id).holds
    for act in (
        lambda: requests.ask_extension(moved, claim, "想带走这个项目"),
        lambda: verification.withdraw(moved, claim, "想撤回这个项目"),
    ):
        with pytest.raises(Forbidden):
            act()
    assert claim.id not in [c.id for c in queries.page_of_claims(moved, queries.Filters(), 1).items]


@pytest.mark.parametrize(
    ("filed", "worked"),
    [
        (datetime(2026, 2, 13, 8, tzinfo=UTC), "2026-02-25"),  # Friday before 春节: the 14th is worked, then a week off
        (datetime(2026, 9, 30, 8, tzinfo=UTC), "2026-10-09"),  # the day before 国庆
    ],
)
def test_case_17_a_limit_over_a_long_holiday_counts_by_the_calendar(city, filed, worked):
    from crm.parameters import loader

    loader.load()
    with clock.at(filed):
        claim = filing.file_report(city.a, make_lead(city.a, FIRM, first_contact_on=clock.today()))

    assert claim.verify_due_on <= date.fromisoformat(worked)
    assert claim.verify_due_on > clock.local(filed).date() + timedelta(days=2 if filed.month == 9 else 0)


def test_case_20_another_firm_of_the_same_bare_name_is_its_own_company(city):
    protected(city, city.a)
    twin = companies.register_company(city.center, name=FIRM, homonym=True)
    report = filing.file_report(city.b, make_lead(city.b, FIRM, company_id=twin.id))

    assert report.company_id == twin.id and not report.holds
    case = queries.cases_of(report)[0]
    with pytest.raises(Conflict, match="理由"):
        cases.decide(city.center, case, "both", "")
    cases.decide(city.center, case, "both", "两家同名企业，注册地和代码都不同")
    assert report.holds and len(db.session.scalars(select(Claim).where(Claim.holds)).all()) == 2


def test_i1_the_database_refuses_a_second_holder_of_a_matter(city):
    first = protected(city, city.a)
    second = filing.file_report(city.b, make_lead(city.b, FIRM))
    values = {"holds": True, "matter_no": first.matter_no, "status": ClaimStatus.PROTECTED, "closed_at": None}

    with pytest.raises(IntegrityError):
        db.session.execute(Claim.__table__.update().where(Claim.id == second.id).values(values))
    db.session.rollback()
    with pytest.raises(IntegrityError):  # nobody holds without a matter, or in a state that holds nothing
        db.session.execute(Claim.__table__.update().where(Claim.id == second.id).values(holds=True, matter_no=9))
    db.session.rollback()


def test_i16_protection_ends_at_midnight_in_shanghai_and_a_clock_turned_back_frees_nothing(city):
    with clock.at(datetime(2026, 11, 1, 15, 59, 59, tzinfo=UTC)):  # 23:59:59 of 1 November in Shanghai
        claim = protected(city, city.a, first_contact_on=date(2026, 11, 1))
        assert claim.protected_until == date(2026, 12, 31)
    with clock.at(datetime(2026, 12, 31, 15, 59, 59, tzinfo=UTC)):
        assert clocks.of(claim).phase == "running" and clocks.of(claim).left == 0
    with clock.at(datetime(2026, 12, 31, 16, 0, tzinfo=UTC)):
        assert clocks.of(claim).phase == "grace"
    with clock.at(datetime(2027, 1, 7, 15, 59, 59, tzinfo=UTC)):
        verification.release_late_repairs()
        assert claim.holds
    with clock.at(datetime(2027, 1, 7, 16, 0, tzinfo=UTC)):
        verification.release_late_repairs()
    assert claim.status is ClaimStatus.EXPIRED
    with clock.at(datetime(2027, 1, 7, 15, 0, tzinfo=UTC)):  # an hour back
        verification.release_late_repairs()
        assert claim.status is ClaimStatus.EXPIRED and not claim.holds


@pytest.mark.parametrize("kind", [RequestKind.EXTEND, RequestKind.PAUSE, RequestKind.RECALL])
def test_i19_who_filed_or_asked_never_decides(city, kind):
    claim = protected(city, city.a, invest_total_cny=LARGE)
    asker = make_actor(Role.CENTER, Role.OFFICER, org=claim.org, name="兼任")
    for asked_by in (city.a.user_id, city.center.user_id, asker.user_id):
        row = ClaimRequest(claim=claim, kind=kind, status=RequestStatus.OPEN, asked_by_id=asked_by)
        for who in (city.a, city.b, city.b_manager, city.office):
            assert not requests.may_decide(who, row)
        assert requests.may_decide(city.center_other, row)
        assert requests.may_decide(city.center, row) is (asked_by != city.center.user_id)
        assert requests.may_decide(asker, row) is (kind is not RequestKind.RECALL and asked_by != asker.user_id)


def test_a_claim_keeps_the_numbers_it_was_decided_by(city):
    before = protected(city, city.a)
    asked = proposals.propose(city.center, KEYS["protection_days_small"], value="45", effective_on=clock.today())
    proposals.approve(make_center(), asked)
    after = protected(city, city.b, "沈阳砺枢精密机床有限公司")

    assert before.params["protection_days_small"] == "60" and after.params["protection_days_small"] == "45"
    assert (before.protected_until - after.protected_until).days == 15


def test_evidence_added_to_a_registration_keeps_the_day_of_filing(city):
    with clock.at(clock.now() - timedelta(days=1)):
        claim = filing.file_report(city.a, make_lead(city.a, FIRM, grades="C", first_contact_on=clock.today()))
    add_evidence(claim.lead, "A")
    filing.upgrade(city.a, claim)

    assert claim.holds and clocks.counts_from(queries.get_claim(city.a, claim.public_id))[0] == "grade"
