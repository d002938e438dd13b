"""Cases 11 and 12 of domain.md §3.8 in every figure: a move within the city is no new investment, a renamed agreement counts once."""

from decimal import Decimal

import pytest
from sqlalchemy import select

from crm.accounts.models import Org, User
from crm.core.stages import MilestoneKind
from crm.fairs import results
from crm.fairs.service import desk, follow
from crm.kit import clock, db
from crm.leads import service as leads
from crm.plan import loader
from crm.plan.models import Channel
from crm.projects import service as projects
from crm.projects.models import Milestone, MilestoneStatus, Project, ProjectKind
from crm.projects.service.funds import VoucherInput, add_voucher
from crm.reports.funnel import credit
from crm.reports.funnel import queries as funnel
from crm.reports.ledger import queries as ledger
from crm.reports.ledger import sheet, weeks
from crm.reports.months import lines
from crm.reports.overview import queries as overview
from crm.reports.overview.figures import Measure, Period
from crm.targets.lists import giving, progress, service
from crm.targets.lists import queries as lists
from crm.targets.lists.models import ListKind
from crm.targets.lists.progress import Step
from crm.targets.lists.service import ListInput
from crm.ties import areas
from tests.factories import make_company, make_lead, make_project
from tests.fairs.test_contacts import edition_of, exhibitor_of, given, team_of
from tests.projects.ready import City, cleared, make_city, paper, recognised, walk

pytestmark = pytest.mark.usefixtures("context")
FIRM, OTHER = "苏州绎衡传动科技有限公司", "沈阳砺枢精密机床有限公司"


@pytest.fixture
def city(store: str) -> City:
    """Two districts and the centre, on both databases."""
    return make_city()


def _relocated(city: City) -> Project:
    """A firm of the city that moves into a park: signed and begun, as new ones are."""
    row = cleared(city.a, company_text=FIRM, kind=ProjectKind.RELOCATION)
    walk(city.a, city.center, row, MilestoneKind.SIGNED, MilestoneKind.REGISTERED, MilestoneKind.STARTED)
    return row


def test_case_11_the_week_ledger_lists_a_move_within_the_city_and_counts_it_nowhere(city):
    talks = make_project(
        city.a, "搬迁技改", company_text=FIRM, kind=ProjectKind.RELOCATION, invest_total_cny=Decimal("9e8")
    )
    fresh = make_project(city.a, "新建产线", company_text=OTHER, invest_total_cny=Decimal("2e8"))

    found = ledger.week_of(city.a, ledger.units_of(city.a)[0], weeks.monday_of(clock.today())).lines

    assert {line.project_id for line in found} == {talks.id, fresh.id}
    assert sheet.talks(found) == 1 and sheet.total(found, "total_cny") == Decimal("2e8")
    assert sheet.moved_words(found) == "另有存量流转（退城入园）1 个，不计入合计和在谈"


def test_case_11_the_overview_of_the_circular_leaves_a_move_within_the_city_out(city):
    row = _relocated(city)
    paid = VoucherInput("transfer", clock.today(), Decimal(9_000_000), fdi_usd=Decimal(500_000))
    add_voucher(city.a, row, paid, paper("进账单.pdf"))

    found = overview.overview(city.center, clock.today().replace(day=1))

    for measure in Measure:
        assert found.whole[measure].values[Period.YEAR] == 0, measure
        span = found.days.spans[Period.YEAR]
        assert overview.page_of_rows(city.center, measure, span, None, 1)[0].total == 0


def test_case_11_channels_regions_and_campaigns_count_no_move_within_the_city(city):
    row = _relocated(city)
    loader.load()
    firm = make_company(FIRM, province="江苏", city="苏州", is_target=True)
    lead = make_lead(city.a, FIRM)
    channel = db.session.scalars(select(Channel).where(Channel.code == "CH-BIZ")).one()
    with db.transaction():
        lead.company_id, lead.channel_id = firm.id, channel.id
        fresh = db.session.get_one(Project, row.id)
        fresh.company_id, fresh.lead_id = firm.id, lead.id
    campaign = service.make_list(city.center, ListInput("长三角专项", ListKind.CAMPAIGN))
    service.add_targets(city.center, campaign, [firm.id])
    item = lists.items_of(city.center, campaign)[0]
    giving.assign_targets(city.center, campaign, [item], db.session.get_one(Org, city.a.org_id))

    def counted() -> tuple[int, int, int]:
        db.session.expire_all()
        by_channel = next(one for one in areas.channels(city.center) if one.channel.id == channel.id)
        by_region = next(one for one in areas.regions(city.center) if one.region.code == "YRD")
        step = progress.of_list(city.center, campaign).taken[item.id][0].step
        return by_channel.projects, by_region.projects, int(step)

    assert counted() == (0, 0, int(Step.LEAD))
    with db.transaction():
        db.session.get_one(Project, row.id).kind = ProjectKind.ENTERPRISE
    assert counted() == (1, 1, int(Step.SIGNED))


def test_case_11_a_fair_brings_no_signing_by_a_move_within_the_city(city):
    row = _relocated(city)
    edition = edition_of(city.center, ago=100)
    exhibitor_of(edition, booth="B1-2")
    team_of(edition, db.session.get_one(User, city.a.user_id))
    met = desk.record_contact(city.a, edition, given(met_on=edition.starts_on))
    lead = follow.start_lead(city.a, met)
    leads.save_lead(city.a, lead, leads.LeadInput(FIRM, "拟建减速器产线", clock.today()))
    with db.transaction():
        db.session.get_one(Project, row.id).lead_id = lead.id

    def brought() -> tuple[int, int, Decimal]:
        found = results.figures(results.traces(city.a, edition), None)
        return found.talks, found.signed, found.signed_cny

    assert brought() == (0, 0, 0)
    with db.transaction():
        db.session.get_one(Project, row.id).kind = ProjectKind.ENTERPRISE
    assert brought() == (1, 1, Decimal(50_000_000))


def test_case_12_an_agreement_renewed_under_another_name_counts_once(city):
    month = clock.today().replace(day=1)
    row = cleared(city.a, title="谐波减速器产线", company_text=FIRM)
    recognised(city.a, city.center, row, MilestoneKind.FRAMEWORK)
    data = projects.ProjectInput(
        "精密传动产业园",
        company_text="苏州绎衡精密传动科技有限公司",
        node_code=row.node.code,
        carrier_public_id=row.carrier.public_id,
        invest_total_cny=row.invest_total_cny,
    )
    projects.edit_project(city.a, row, data, row.version)
    with db.transaction():
        row.last_effective_on = clock.today()

    recognised(city.a, city.center, row, MilestoneKind.FRAMEWORK, amount_cny=Decimal(80_000_000))

    kept = select(Milestone).where(Milestone.status == MilestoneStatus.RECOGNISED)
    assert len(db.session.scalars(kept).all()) == 2
    counted = lines.live(city.center, month, MilestoneKind.FRAMEWORK)
    assert [(one.title, one.amount_cny) for one in counted] == [("精密传动产业园", Decimal(50_000_000))]
    assert sum(n for _unit, n, _amount in funnel.month_units(city.center, month, MilestoneKind.FRAMEWORK)) == 1
    assert credit.of_month(city.center, month, MilestoneKind.FRAMEWORK).projects == 1
    assert overview.overview(city.center, month).whole[Measure.SIGNED].done == 0
