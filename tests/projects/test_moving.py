"""Milestones: what a gate asks for, who recognises, what follows, and that nothing is rewritten."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from crm.claims import filing, verification
from crm.claims.models import ClaimEvent, ClaimStatus
from crm.core.errors import Conflict, Forbidden, Invalid
from crm.core.stages import MilestoneKind, Stage, Substage
from crm.kit import clock, db, once
from crm.leads import service as leads
from crm.notices.models import Notice
from crm.projects import queries, service
from crm.projects.models import (
    CheckKind,
    CheckResult,
    Milestone,
    MilestoneStatus,
    ProjectKind,
    StageMove,
)
from tests.claims.conftest import make_lead
from tests.factories import make_project
from tests.projects.ready import FULL, cleared, given, make_city, paper, recognised, signed, walk

SIGNED = MilestoneKind.SIGNED
LARGE = Decimal(480_000_000)


@pytest.fixture
def city(store):
    return make_city()


def test_a_refusal_names_all_that_is_missing_and_who_gives_it(city):
    project = make_project(city.a)

    with pytest.raises(Conflict) as refused:
        service.submit_milestone(city.a, project, SIGNED, service.MilestoneInput())

    for words in (
        "有效往来",
        "链条节点",
        "落地载体",
        "协议扫描件",
        "协议投资额",
        "准入评审",
        "公平竞争审查",
        "审查单位",
    ):
        assert words in refused.value.message
    assert "受保护的首报" not in refused.value.message


def test_signing_counts_from_the_day_of_recognition(city):
    project = cleared(city.a)
    yesterday = clock.today() - timedelta(days=1)
    milestone = service.submit_milestone(city.a, project, SIGNED, given(SIGNED, event_on=yesterday))
    assert (project.stage, milestone.status) == (Stage.NEGOTIATING, MilestoneStatus.SUBMITTED)

    service.recognise_milestone(city.center, milestone)

    assert (project.stage, project.stage_on) == (Stage.SIGNED, clock.today())
    assert (milestone.event_on, milestone.recognised_on) == (yesterday, clock.today())
    assert project.invest_agreed_cny == Decimal(50_000_000)
    moves = list(db.session.scalars(select(StageMove.to_stage).order_by(StageMove.seq)))
    assert moves == [Stage.NEGOTIATING, Stage.SIGNED]
    assert all(row.file.sealed_at for row in milestone.files)


def test_signing_turns_protection_into_ownership(city):
    lead = make_lead(city.a, "苏州绎衡传动科技有限公司", invest_total_cny=LARGE)
    claim = filing.file_report(city.a, lead)
    leads.triage(city.a_manager, lead, "follow")
    project = service.convert_lead(city.a, lead)
    ready = cleared(city.a)
    with db.transaction():
        project.node_id, project.carrier_id = ready.node_id, ready.carrier_id
        project.last_effective_on = clock.today()
    service.review_admission(city.a, project, FULL, why={}, conclusion="同意")
    check = service.CheckInput(CheckKind.FAIR, CheckResult.PASSED, "市市场监管局", clock.today())
    service.record_check(city.a, project, check, paper())
    with pytest.raises(Conflict, match="受保护的首报"):
        service.submit_milestone(city.a, project, SIGNED, given(SIGNED, amount_cny=LARGE))
    verification.verify(city.center, claim)

    recognised(city.a, city.center, project, SIGNED, amount_cny=LARGE)

    db.session.refresh(claim)
    db.session.refresh(lead)
    assert (claim.status, claim.holds, claim.hold_until) == (ClaimStatus.OWNED, True, None)
    assert (lead.claim_status, lead.hold) == ("owned", True)
    kinds = list(db.session.scalars(select(ClaimEvent.kind).where(ClaimEvent.claim_id == claim.id)))
    assert kinds[-1] == "owned"


def test_who_submitted_does_not_recognise(city):
    project = cleared(city.center)
    milestone = service.submit_milestone(city.center, project, SIGNED, given(SIGNED))

    with pytest.raises(Forbidden):
        service.recognise_milestone(city.center, milestone)
    with pytest.raises(Forbidden):
        service.return_milestone(city.center, milestone, "自己退回自己")

    assert service.recognise_milestone(city.center_other, milestone).status is MilestoneStatus.RECOGNISED


def test_what_ended_meanwhile_is_seen_at_recognition(city):
    project = cleared(city.a)
    milestone = service.submit_milestone(city.a, project, SIGNED, given(SIGNED))
    failed = service.CheckInput(CheckKind.FAIR, CheckResult.FAILED, "市市场监管局", clock.today())
    service.record_check(city.a, project, failed)

    with pytest.raises(Conflict, match="公平竞争审查"):
        service.recognise_milestone(city.center, milestone)

    assert project.stage is Stage.NEGOTIATING


def test_a_returned_milestone_is_mended_and_handed_in_again(city):
    project = cleared(city.a)
    milestone = service.submit_milestone(city.a, project, SIGNED, given(SIGNED))
    with pytest.raises(Invalid):
        service.return_milestone(city.center, milestone, "缺")

    service.return_milestone(city.center, milestone, "协议缺第三页盖章")

    told = set(db.session.scalars(select(Notice.user_id).where(Notice.kind == "milestone.returned")))
    assert told == {city.a.user_id}
    service.submit_milestone(city.a, project, SIGNED, given(SIGNED))
    states = [row.status for row in queries.milestones_of(project)]
    assert states == [MilestoneStatus.RETURNED, MilestoneStatus.SUBMITTED]


def test_one_waits_at_a_time_and_a_form_counts_once(city):
    project = cleared(city.a)
    service.submit_milestone(city.a, project, SIGNED, given(SIGNED), key="k1")

    with pytest.raises(once.Repeated):
        service.submit_milestone(city.a, project, SIGNED, given(SIGNED), key="k1")
    with pytest.raises(Conflict, match="待审核"):
        service.submit_milestone(city.a, project, SIGNED, given(SIGNED), key="k2")

    assert len(queries.milestones_of(project)) == 1


def test_only_the_submitter_withdraws(city):
    project = cleared(city.a)
    milestone = service.submit_milestone(city.a, project, SIGNED, given(SIGNED))
    with pytest.raises(Forbidden):
        service.withdraw_milestone(city.a_manager, milestone)

    service.withdraw_milestone(city.a, milestone)

    with pytest.raises(Conflict):
        service.recognise_milestone(city.center, milestone)


def test_a_wrong_amount_is_put_right_by_a_new_line(city):
    project = signed(city.a, city.center)
    old = queries.milestones_of(project)[0]
    with db.transaction():
        old.recognised_on = project.stage_on = clock.today() - timedelta(days=40)
    right = given(SIGNED, amount_cny=Decimal(45_000_000), files=())
    new = service.adjust_milestone(city.a, old, right, "协议附件写明四千五百万元")
    assert old.status is MilestoneStatus.RECOGNISED

    service.recognise_milestone(city.center, new)

    assert (old.status, old.amount_cny) == (MilestoneStatus.ADJUSTED, Decimal(50_000_000))
    assert (new.status, new.adjusts_id) == (MilestoneStatus.RECOGNISED, old.id)
    assert new.recognised_on == clock.today() - timedelta(days=40)
    assert project.invest_agreed_cny == Decimal(45_000_000)
    assert project.stage_on == clock.today() - timedelta(days=40)
    counted = db.session.scalars(select(Milestone.id).where(Milestone.status == MilestoneStatus.RECOGNISED)).all()
    assert counted == [new.id]


def test_an_expansion_counts_its_increment(city):
    project = cleared(city.a, kind=ProjectKind.EXPANSION, increment_cny=Decimal(20_000_000))

    with pytest.raises(Invalid) as refused:
        service.submit_milestone(city.a, project, SIGNED, given(SIGNED))

    assert refused.value.field == "amount"
    right = given(SIGNED, amount_cny=Decimal(20_000_000), fixed_cny=Decimal(20_000_000))
    assert service.submit_milestone(city.a, project, SIGNED, right).amount_cny == Decimal(20_000_000)


def test_electroplating_settles_where_the_plan_lets_it_or_with_a_countersign(city):
    project = cleared(city.a, electroplating=True)
    with pytest.raises(Conflict, match="限定入园"):
        service.submit_milestone(city.a, project, SIGNED, given(SIGNED))
    countersign = service.CheckInput(CheckKind.COUNTERSIGN, CheckResult.PASSED, "市生态环境局", clock.today())
    with pytest.raises(Forbidden):
        service.record_check(city.a, project, countersign, paper())

    service.record_check(city.center, project, countersign, paper())

    assert service.submit_milestone(city.a, project, SIGNED, given(SIGNED)).status is MilestoneStatus.SUBMITTED


def test_a_project_goes_all_the_way(city):
    project = signed(city.a, city.center)
    kinds = MilestoneKind
    walk(city.a, city.center, project, kinds.REGISTERED, kinds.STARTED, kinds.IN_PRODUCTION, kinds.STAT_ENROLLED)
    walk(city.a, city.center, project, kinds.ABOVE_SCALE, kinds.FULL_CAPACITY)

    assert project.stage is Stage.FULL_CAPACITY
    assert db.session.query(StageMove).count() == 6


def test_seed_projects_have_a_track_of_their_own(city):
    project = cleared(city.a, kind=ProjectKind.SEED)

    walk(city.a, city.center, project, MilestoneKind.INCUBATED, MilestoneKind.LANDED)

    assert (project.stage, project.incubator) == (Stage.LANDED, "黄石科创模具技术研究院")


def test_a_closed_project_says_why_and_comes_back_to_where_it_was(city):
    project = cleared(city.a)
    recognised(city.a, city.center, project, MilestoneKind.CLOSED)
    assert (project.stage, project.closed_from, project.close_reason) == (Stage.CLOSED, Stage.NEGOTIATING, "market")
    assert (project.went_where, project.lesson) == ("外省", "过早谈价")
    with pytest.raises(Forbidden):
        service.reopen_project(city.a, project, "企业又来人了")

    service.reopen_project(city.a_manager, project, "企业又来人了")

    assert (project.stage, project.closed_from) == (Stage.NEGOTIATING, None)


def test_after_signing_the_centre_alone_reopens(city):
    project = signed(city.a, city.center)
    recognised(city.a, city.center, project, MilestoneKind.CLOSED)

    with pytest.raises(Forbidden):
        service.reopen_project(city.a_manager, project, "重新启动建设")

    assert service.reopen_project(city.center, project, "重新启动建设").stage is Stage.SIGNED


def test_planning_and_the_steps_of_talks_rest_on_the_units_word(city):
    project = make_project(city.a, planning=True)
    with pytest.raises(Conflict):
        service.set_substage(city.a, project, Substage.VISITS)

    service.begin_talks(city.a, project)
    service.set_substage(city.a, project, Substage.REVIEW)

    assert (project.stage, project.substage) == (Stage.NEGOTIATING, Substage.REVIEW)
    with pytest.raises(Conflict):
        service.begin_talks(city.a, project)


def test_a_planned_project_has_its_investor_when_the_talks_begin(city):
    project = make_project(city.a, "轴承套圈谋划项目", company_text="", planning=True)
    service.edit_project(city.a, project, service.ProjectInput("轴承套圈项目", content="谋划稿"), project.version)

    with pytest.raises(Invalid) as refused:
        service.begin_talks(city.a, project)
    assert (refused.value.field, project.stage) == ("company_text", Stage.PLANNING)
    with pytest.raises(Invalid):
        make_project(city.a, "轴承套圈在谈项目", company_text="")

    data = service.ProjectInput("轴承套圈项目", company_text="绎衡传动")
    service.begin_talks(city.a, service.edit_project(city.a, project, data, project.version))
    with pytest.raises(Invalid):
        service.edit_project(city.a, project, service.ProjectInput("轴承套圈项目"), project.version)


def test_no_day_lies_ahead(city):
    project = cleared(city.a)

    with pytest.raises(Invalid) as refused:
        service.submit_milestone(city.a, project, SIGNED, given(SIGNED, fgw_on=clock.today() + timedelta(days=1)))

    assert refused.value.field == "fgw_on"
