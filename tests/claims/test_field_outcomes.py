"""The edge cases of domain.md §3.8 whose outcome lies beyond claims: a company renamed, a host, a project, a ledger; by number."""

from datetime import timedelta
from decimal import Decimal

from sqlalchemy import select

from crm.accounts.models import Org
from crm.claims import filing, growth, lookups, queries, verification
from crm.claims.ending import pool
from crm.claims.models import Case, CaseKind, Claim, ClaimStatus, LookUpResult
from crm.claims.transfers import benefits, service
from crm.claims.transfers import queries as transfers
from crm.claims.transfers.models import AgreementStatus, TransferReason
from crm.companies import details
from crm.companies import service as companies
from crm.companies.models import Company
from crm.core.stages import MilestoneKind
from crm.kit import clock, db
from crm.leads import service as leads
from crm.leads.imports.kind import KIND
from crm.leads.models import Lead
from crm.projects import service as projects
from crm.projects.models import Milestone, OrgRole, ProjectKind, ProjectOrg
from crm.projects.service import claiming
from tests.claims.conftest import add_evidence, make_lead
from tests.companies.importing import run
from tests.factories import make_project
from tests.projects.ready import cleared, recognised

FIRM, OTHER = "苏州绎衡传动科技有限公司", "沈阳砺枢精密机床有限公司"


def protected(city, firm=FIRM, **values):
    """A report of district A that its manager verified."""
    return verification.verify(city.a_manager, filing.file_report(city.a, make_lead(city.a, firm, **values)))


def held():
    return set(db.session.scalars(select(Claim.id).where(Claim.holds)))


def test_case_5_a_renamed_company_is_held_under_its_old_name_and_its_old_code(city):
    claim = protected(city)
    company = db.session.get_one(Company, claim.company_id)
    companies.edit_company(city.center, company, company.version, uscc="91420200MA4900002A")
    companies.edit_company(city.center, company, company.version, name="苏州绎衡精密传动科技有限公司")

    for name in (FIRM, company.name):
        assert lookups.look_up(city.b, text=name).result is LookUpResult.TAKEN
    assert lookups.look_up(city.b, code="91420200MA4900002A").result is LookUpResult.TAKEN
    rival = filing.file_report(city.b, make_lead(city.b, FIRM))
    assert rival.company_id == claim.company_id and held() == {claim.id}


def test_case_9_a_lead_of_the_citys_outpost_credits_the_city_and_the_host(city):
    claim = verification.verify(city.office, filing.file_report(city.center, make_lead(city.center, FIRM)))
    leads.triage(city.center, claim.lead, "follow")
    project = projects.convert_lead(city.center, claim.lead)
    row = service.apply(city.center, claim, TransferReason.CITY, "驻外招商所得，由乙区承接")
    service.offer(city.center, row, db.session.get_one(Org, city.b.org_id).public_id, "乙区有现成厂房")
    service.accept(city.b_manager, row)

    agreement = transfers.agreement_of(transfer=row)
    for confirming in (city.center_other, city.b_manager):
        benefits.confirm(confirming, agreement, agreement.version)

    assert agreement.status is AgreementStatus.SIGNED and held() == {row.new_claim.id}
    assert project.org_id == row.new_claim.org_id == city.b.org_id  # one unit of the figures
    lines = [(one.org_id, one.role, one.share) for one in db.session.scalars(select(ProjectOrg))]
    assert lines == [(city.center.org_id, OrgRole.ORIGIN, 50)]  # and the credit of both


def test_case_10_the_expansion_of_a_firm_that_settled_here_is_its_hosts(city):
    company = companies.register_company(city.center, name=FIRM)
    details.settle_at(city.center, company, db.session.get_one(Org, city.a.org_id))

    other = filing.file_report(city.b, make_lead(city.b, FIRM, title="扩产", company_id=company.id))
    own = filing.file_report(city.a, make_lead(city.a, FIRM, title="扩产", company_id=company.id))

    assert held() == {own.id} and not other.holds
    kinds = db.session.scalars(select(Case.kind).order_by(Case.id)).all()
    assert kinds[0] is CaseKind.HOSTED


def test_case_11_a_firm_that_moves_within_the_city_gets_no_first_report(city):
    moves = make_project(city.a, kind=ProjectKind.RELOCATION, invest_total_cny=Decimal(480_000_000))
    comes = make_project(city.a, "另一件新招商", company_text=OTHER, invest_total_cny=Decimal(480_000_000))

    assert not claiming.may_file(city.a, moves, None)
    assert claiming.may_file(city.a, comes, None)


def test_case_12_a_framework_agreement_counts_once_and_its_silence_frees_the_company(city):
    claim = protected(city, invest_total_cny=Decimal(50_000_000))
    project = cleared(city.a, company_text=FIRM)
    recognised(city.a, city.center, project, MilestoneKind.FRAMEWORK)
    assert claim.status is ClaimStatus.PROTECTED  # only signing makes it permanent

    with clock.at(clock.end_of_day(claim.protected_until) + timedelta(days=8)):
        verification.release_late_repairs()
        assert claim.status is ClaimStatus.EXPIRED and held() == set()
        assert [row.name for row in pool.page_of_pool(city.b, "", "", 1).items] == [FIRM]
    counted = select(Milestone.kind).where(Milestone.project_id == project.id)
    assert db.session.scalars(counted).all() == [MilestoneKind.FRAMEWORK]


def test_case_13_an_amount_grown_before_signing_goes_to_the_centre_and_keeps_both_numbers(city):
    claim = protected(city, invest_total_cny=Decimal(50_000_000))

    growth.report_growth(city.a, claim, Decimal(480_000_000))

    assert claim.holds and claim.status is ClaimStatus.VERIFYING
    assert verification.may_verify(city.center, claim) and not verification.may_verify(city.a_manager, claim)
    grown = [e.data for e in queries.get_claim(city.a, claim.public_id).events if e.kind == "grown"]
    assert [(Decimal(one["old"]), Decimal(one["new"])) for one in grown] == [(50_000_000, 480_000_000)]


def test_case_14_a_second_phase_is_a_child_project_with_its_own_report(city):
    claim = protected(city)
    parent = make_project(city.a, "减速器产线", company_text=FIRM)
    child = projects.register_project(city.a, projects.ProjectInput("减速器产线二期", company_text=FIRM), parent=parent)
    second = filing.file_report(city.a, make_lead(city.a, FIRM, title="减速器产线二期"))
    verification.verify(city.center, second, new_matter=True, reason="二期另行用地、另行签约")

    assert child.parent_id == parent.id and child.id != parent.id
    assert (claim.matter_no, second.matter_no) == (1, 2) and held() == {claim.id, second.id}


def test_case_15_a_referrer_who_tells_two_districts_is_bound_to_the_first_valid_report(city):
    invalid = filing.file_report(city.a, make_lead(city.a, FIRM, grades="C", referrer="某商会"))
    first = filing.file_report(city.b, make_lead(city.b, FIRM, referrer="某商会"))
    assert not invalid.holds and held() == {first.id}  # a card alone proves no talk

    add_evidence(invalid.lead, "A")
    filing.upgrade(city.a, invalid)

    assert held() == {first.id} and invalid.status is ClaimStatus.CONFLICT
    assert first.lead.referrer == "某商会"


def test_case_18_of_an_imported_ledger_each_row_becomes_a_lead_and_each_conflict_a_case(city):
    other = protected(city)
    today = clock.today().isoformat()
    firms = [FIRM, OTHER, "常州璟川电驱系统有限公司", "宁波铎澜液压有限公司", "长沙昱铮齿轮有限公司"]
    rows = [{"company": firm, "title": "减速器产线", "first_contact_on": today} for firm in firms]

    written = run(KIND, city.b_manager).write(*rows)

    made = db.session.scalars(select(Lead).where(Lead.org_id == city.b.org_id).order_by(Lead.id)).all()
    assert len(written) == len(made) == len(rows)
    filed = []
    for lead in made:
        add_evidence(lead, "A")
        filed.append(filing.file_report(city.b_manager, lead))
    assert held() == {other.id, *(claim.id for claim in filed[1:])}
    parties = {party.claim_id for case in db.session.scalars(select(Case)) for party in case.parties}
    assert parties == {other.id, filed[0].id}
