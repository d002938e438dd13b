"""The edge cases of domain.md §3.8 whose outcome lies beyond claims: a company renamed, a host, a project, a ledger; by number."""

from datetime import timedelta
from decimal import Decimal
from itertools import permutations, product

import pytest
from sqlalchemy import select

from crm.accounts.models import Org
from crm.claims import cases, comparison, filing, growth, lookups, queries, referrers, verification
from crm.claims.ending import pool
from crm.claims.models import Case, CaseKind, Claim, ClaimStatus, LookUpResult
from crm.claims.referrers import Bond
from crm.claims.transfers import benefits, service
from crm.claims.transfers import queries as transfers
from crm.claims.transfers.models import AgreementStatus, TransferReason
from crm.companies import details
from crm.companies import service as companies
from crm.companies.models import Company
from crm.core.stages import MilestoneKind, Stage
from crm.kit import clock, db
from crm.leads import service as leads
from crm.leads.imports.kind import KIND
from crm.leads.models import Lead, ReferrerKind
from crm.projects import lights
from crm.projects import service as projects
from crm.projects.models import Light, Milestone, OrgRole, ProjectKind, ProjectOrg
from crm.projects.service import claiming
from crm.reports.funnel import behind, credit, figures
from crm.reports.funnel import queries as funnel
from crm.reports.months import lines
from crm.reports.progress import queries as progress
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


def test_case_11_a_firm_that_moves_within_the_city_gets_no_first_report_and_is_no_new_investment(city):
    moves = cleared(city.a, company_text=FIRM, kind=ProjectKind.RELOCATION, invest_total_cny=Decimal(480_000_000))
    comes = make_project(city.a, "另一件新招商", company_text=OTHER, invest_total_cny=Decimal(480_000_000))
    assert not claiming.may_file(city.a, moves, None)
    assert claiming.may_file(city.a, comes, None)

    for kind in (MilestoneKind.FRAMEWORK, MilestoneKind.SIGNED):
        recognised(city.a, city.center, moves, kind)

    month = clock.today().replace(day=1)
    found = figures.funnel(city.center, figures.Wanted())
    assert found.stock[Stage.SIGNED].count == 0 and found.moved == figures.Sum(1, Decimal(50_000_000))
    assert [one.project.title for one in behind.page_of_rows(city.center, figures.Wanted(moved=True), 1).items] == [
        moves.title
    ]
    assert [one.project.title for one in behind.page_of_rows(city.center, figures.Wanted(), 1).items] == [comes.title]
    for kind in (MilestoneKind.FRAMEWORK, MilestoneKind.SIGNED):
        assert lines.live(city.center, month, kind) == []
        assert credit.of_month(city.center, month, kind).projects == 0
        assert not any(count for _unit, count, _amount in funnel.month_units(city.center, month, kind))


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


def frameworks(city, month):
    """What the month says of framework agreements, in its rows, its units and its credit; they agree."""
    kind = MilestoneKind.FRAMEWORK
    rows = lines.live(city.center, month, kind)
    units = sum(count for _unit, count, _amount in funnel.month_units(city.center, month, kind))
    assert len(rows) == units == credit.of_month(city.center, month, kind).projects
    return len(rows)


def test_case_12_a_renewed_framework_agreement_counts_once_and_drops_out_when_nothing_is_signed_in_time(city):
    start = clock.now()
    project = cleared(city.a, company_text=FIRM)
    month = clock.today().replace(day=1)
    recognised(city.a, city.center, project, MilestoneKind.FRAMEWORK)
    assert project.formal_due_on == clock.today() + timedelta(days=90) and frameworks(city, month) == 1
    recognised(city.a, city.center, project, MilestoneKind.FRAMEWORK)
    assert frameworks(city, month) == 1  # signed again in the same month

    with clock.at(start + timedelta(days=40)):
        project.last_effective_on = clock.today()
        recognised(city.a, city.center, project, MilestoneKind.FRAMEWORK)
        renewed = clock.today()
        assert frameworks(city, month) == 1 and frameworks(city, renewed.replace(day=1)) == 0
        assert project.formal_due_on == renewed + timedelta(days=90)  # and the clock runs anew
    with clock.at(start + timedelta(days=131)):
        project.last_effective_on = clock.today()
        lights.refresh()
        assert (project.light, project.light_reason) == (Light.BAD, "框架协议超期 1 天未转正式签约")
        assert frameworks(city, month) == 0
        wanted = progress.Wanted(agreement=progress.LAPSED, least=0)
        assert progress.sums(city.center, wanted)[("all", "")].count == 1
        recognised(city.a, city.center, project, MilestoneKind.SIGNED)
        assert frameworks(city, month) == 1  # it became a formal one after all


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
    invalid = filing.file_report(city.a, make_lead(city.a, FIRM, grades="C", referrer="深圳 示例商会"))
    first = filing.file_report(city.b, make_lead(city.b, FIRM, referrer="深圳示例商会"))
    assert not invalid.holds and held() == {first.id}  # a card alone proves no talk
    assert first.lead.referrer_kind is ReferrerKind.CHAMBER
    assert referrers.bond(invalid) is referrers.bond(first) is Bond.OPEN  # nothing valid yet

    verification.verify(city.b_manager, first)
    add_evidence(invalid.lead, "A")
    filing.upgrade(city.a, invalid)

    assert held() == {first.id} and invalid.status is ClaimStatus.CONFLICT
    assert (referrers.bond(first), referrers.bond(invalid)) == (Bond.BOUND, Bond.OPEN)
    assert referrers.first_valid(invalid) is first
    case = db.session.scalars(select(Case).order_by(Case.id.desc())).first()
    sides = comparison.rows(first, invalid)
    assert next(line["verdict"] for line in sides if line["label"] == "引荐人") == "near"

    cases.decide(city.center, case, "second", "甲区首次接触更早，证据补齐")

    assert (referrers.bond(first), referrers.bond(invalid)) == (Bond.OPEN, Bond.BOUND)  # the lost one binds nobody
    told = make_lead(city.a, OTHER, referrer="某副市长")
    assert referrers.bond(filing.file_report(city.a, told)) is Bond.PUBLIC


def thousand_firms():
    """A thousand names of which no two are alike: places, two marks and a trade each."""
    marks = "绎衡砺枢璟川铎澜昱铮骁旻恺烨翊珩澍屹焱琛邈湛"
    places = ("苏州", "沈阳", "常州", "宁波", "长沙", "佛山", "合肥", "大连", "株洲", "襄阳")
    trades = ("传动科技", "精密机床", "电驱系统", "液压", "齿轮")
    pairs = ["".join(one) for one in permutations(marks, 2)]
    every = [f"{place}{pair}{trade}有限公司" for place, trade in product(places, trades) for pair in pairs[:20]]
    return [one.replace(pair, pairs[n % len(pairs)]) for n, one in enumerate(every) for pair in (one[2:4],)]


@pytest.mark.parametrize("rows_told", [50, pytest.param(1000, marks=pytest.mark.soak)])
def test_case_18_of_a_thousand_imported_rows_each_becomes_a_lead_and_each_conflict_a_case(city, rows_told):
    firms = thousand_firms()[:: 1000 // rows_told]
    assert len(set(firms)) == rows_told
    taken = firms[:: rows_told // 5]
    others = [protected(city, firm) for firm in taken]
    today = clock.today().isoformat()
    rows = [{"company": firm, "title": "减速器产线", "first_contact_on": today} for firm in firms]

    written = run(KIND, city.b_manager).write(*rows)

    made = db.session.scalars(select(Lead).where(Lead.org_id == city.b.org_id).order_by(Lead.id)).all()
    assert len(written) == rows_told and [lead.company_text for lead in made] == firms  # none lost, none twice
    assert held() == {claim.id for claim in others}  # an import reports nothing by itself (S4)
    filed = {}
    for lead in made[:: rows_told // 10]:
        add_evidence(lead, "A")
        filed[lead.company_text] = filing.file_report(city.b_manager, lead)
    free = {claim.id for firm, claim in filed.items() if firm not in taken}
    assert len(filed) == 10 and held() == {claim.id for claim in others} | free
    parties = {party.claim_id for case in db.session.scalars(select(Case)) for party in case.parties}
    assert parties == {claim.id for claim in others} | {filed[firm].id for firm in taken}
