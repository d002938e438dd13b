"""A claim goes to another unit, on both databases: one holder at each instant, one unit of the figures, credit as agreed."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from crm.accounts.models import Org
from crm.carriers.models import Carrier, CarrierOrg, CarrierSegment
from crm.claims import cases, filing, ledger, queries, verification
from crm.claims.disputes import deciding
from crm.claims.ending import clock as ending_clock
from crm.claims.models import Claim, ClaimStatus
from crm.claims.transfers import assigning, benefits, service
from crm.claims.transfers import queries as transfers
from crm.claims.transfers.assigning import Order
from crm.claims.transfers.benefits import LineInput
from crm.claims.transfers.models import AgreementStatus, Metric, Settle, TransferReason, TransferStatus
from crm.core.errors import Conflict, Forbidden, NotFound, Stale
from crm.core.permissions import Role
from crm.kit import clock, db
from crm.leads import service as leads
from crm.leads.models import Lead
from crm.notices.models import Notice
from crm.plan.models import Node, Segment
from crm.projects import service as projects
from crm.projects.models import OrgRole, Project, ProjectOrg
from tests.claims.conftest import make_lead
from tests.factories import make_actor, save

FIRM = "苏州绎衡传动科技有限公司"
SECRET = "李四联系人"


def protected(city):
    node = db.session.scalar(select(Node)) or _plan(city)
    claim = filing.file_report(city.a, make_lead(city.a, FIRM, node_id=node.id, site_wish=SECRET))
    verification.verify(city.a_manager, claim)
    return claim


def _plan(city):
    segment = Segment(code="ROB", name="机器人", name_en="Robots")
    carrier = Carrier(code="B", name="乙区产业园", kind="park")
    save(segment)
    save(carrier)
    node = Node(code="ROB-U1", name="减速器", name_en="Reducers", segment_id=segment.id)
    save(node)
    save(CarrierOrg(carrier_id=carrier.id, org_id=city.b.org_id))
    save(CarrierSegment(carrier_id=carrier.id, segment_id=segment.id, ref="R010"))
    return node


def unit(actor):
    return db.session.get_one(Org, actor.org_id).public_id


def holders(claim):
    query = select(func.count()).select_from(Claim).where(Claim.company_id == claim.company_id, Claim.holds)
    return db.session.scalar(query)


def test_a_transfer_from_the_reason_to_the_confirmed_agreement(city):
    claim = protected(city)
    leads.triage(city.a_manager, claim.lead, "follow")
    project = projects.convert_lead(city.a, claim.lead)
    with pytest.raises(Conflict):
        service.apply(city.a, claim, TransferReason.CITY, "只有市中心能这样提")
    row = service.apply(city.a, claim, TransferReason.SPACE, "我区没有合适的厂房")
    assert (claim.status, claim.holds, claim.hold_until, claim.lead.hold) == (
        ClaimStatus.TRANSFERRING,
        True,
        None,
        True,
    )
    assert [(one["unit"], "R010" in one["why"]) for one in row.words["proposals"]] == [("乙区", True)]
    with pytest.raises(NotFound):
        transfers.get_transfer(city.b, row.public_id)
    service.offer(city.center, row, unit(city.b), "")
    assert transfers.get_transfer(city.b, row.public_id).id == row.id
    for wrong in (city.a_manager, city.b, city.center):
        with pytest.raises(Forbidden):
            service.accept(wrong, row)
    with pytest.raises(Stale):
        service.accept(city.b_manager, row, version=1)

    service.accept(city.b_manager, row, version=row.version)

    new = row.new_claim
    assert (claim.status, claim.holds) == (ClaimStatus.TRANSFERRED, False) and claim.closed_at
    assert (new.status, new.holds, new.org_id, new.matter_no) == (
        ClaimStatus.PROTECTED,
        True,
        city.b.org_id,
        claim.matter_no,
    )
    assert new.protected_until == clock.today() + timedelta(days=60) and new.params["host_clock_days"] == "60"
    assert (new.grade, new.effective_at) == (claim.grade, claim.effective_at)
    assert holders(claim) == 1 and ledger.copies(False) == []
    assert (new.lead.org_id, new.lead.site_wish, new.lead.people, new.lead.files) == (city.b.org_id, "", [], [])
    project = db.session.get_one(Project, project.id, populate_existing=True)
    assert (project.org_id, project.claim_id) == (city.b.org_id, new.id)  # stat_owner: exactly one
    lines = [(one.org_id, one.role, one.share) for one in db.session.scalars(select(ProjectOrg))]
    assert lines == [(city.a.org_id, OrgRole.ORIGIN, None)]

    agreement = transfers.agreement_of(transfer=row)
    assert [(one.metric, one.origin_percent, one.host_percent) for one in agreement.lines] == [
        (Metric.ASSESS, 50, 50),
        (Metric.TAX, 60, 40),
    ]
    with pytest.raises(Forbidden):
        benefits.confirm(city.b, agreement, agreement.version)
    benefits.confirm(city.a_manager, agreement, agreement.version)
    dual = LineInput(Metric.ASSESS, 100, 100, True, 5, "市级考核口径", Settle.YEAR)
    benefits.save(city.b_manager, agreement, [dual], agreement.version)
    assert agreement.origin_at is None  # what was confirmed must be confirmed again
    for manager in (city.a_manager, city.b_manager):
        benefits.confirm(manager, agreement, agreement.version)
    assert agreement.status is AgreementStatus.SIGNED
    assert [one.share for one in db.session.scalars(select(ProjectOrg))] == [100]
    with pytest.raises(Forbidden):
        benefits.save(city.b_manager, agreement, [dual], agreement.version)
    service.inform(city.b_manager, row, clock.today())
    assert row.informed_on == clock.today()
    told = " ".join(db.session.scalars(select(Notice.text).where(Notice.user_id == city.b_manager.user_id)))
    assert FIRM in told and SECRET not in told


@pytest.mark.parametrize("signed_first", [True, False])
def test_a_project_made_after_the_transfer_keeps_the_origins_share(city, signed_first):
    claim = protected(city)
    row = service.apply(city.a, claim, TransferReason.SPACE, "我区没有合适的厂房")
    service.offer(city.center, row, unit(city.b), "")
    service.accept(city.b_manager, row, version=row.version)
    agreement = transfers.agreement_of(transfer=row)
    lead = row.new_claim.lead

    def sign() -> None:
        for manager in (city.a_manager, city.b_manager):
            benefits.confirm(manager, agreement, agreement.version)

    if signed_first:
        sign()
    leads.triage(city.b_manager, lead, "follow")
    project = projects.convert_lead(city.b_manager, lead)
    if not signed_first:
        assert [(one.org_id, one.share) for one in project.orgs] == [(city.a.org_id, None)]
        sign()

    db.session.expire_all()
    lines = [(one.org_id, one.role, one.share) for one in db.session.scalars(select(ProjectOrg))]
    assert lines == [(city.a.org_id, OrgRole.ORIGIN, 50)]
    assert db.session.get_one(Project, project.id).org_id == city.b.org_id


def test_declined_lapsed_and_ended_transfers_leave_the_holder_its_days(city):
    claim = protected(city)
    until = claim.protected_until
    row = service.apply(city.a, claim, TransferReason.PLAN, "与本区规划不符")
    third = make_actor(Role.MANAGER)
    with pytest.raises(Conflict) as error:
        service.offer(city.center, row, unit(third), "")
    assert error.value.field == "words"
    with pytest.raises(Conflict):
        service.offer(city.center, row, unit(city.a), "流出单位自己不能承接")
    service.offer(city.center, row, unit(third), "该区愿意承接且有厂房")
    with pytest.raises(Conflict):
        service.decline(third, row, "")
    service.decline(third, row, "本区也没有合适的厂房")
    with pytest.raises(NotFound):
        transfers.get_transfer(third, row.public_id)
    assert row.status is TransferStatus.DECLINED and claim.holds
    service.offer(city.center, row, unit(city.b), "")
    with clock.at(clock.now() + timedelta(days=15)):
        with pytest.raises(Conflict):
            service.accept(city.b_manager, row)
        assert service.lapse() == 1 and service.lapse() == 0
        assert verification.release_late_repairs() == 0 and claim.holds
    with clock.at(clock.now() + timedelta(days=70)):  # longer than the protection: its clock stood still
        assert verification.release_late_repairs() == 0
        service.end(city.a, row, "投资方决定留在本区")
        assert (claim.status, claim.holds) == (ClaimStatus.PROTECTED, True)
        assert claim.protected_until == until + timedelta(days=70)
    assert row.status is TransferStatus.WITHDRAWN and transfers.running_of(claim) is None
    service.apply(city.a, claim, TransferReason.INVESTOR, "投资方另有意愿")
    with pytest.raises(Conflict):
        service.apply(city.center, claim, TransferReason.CITY, "同一备案不能再提一次")


def test_what_is_shared_adds_up_in_the_database_too(city):
    row = service.apply(city.a, protected(city), TransferReason.PLAN, "与本区规划不符")
    service.offer(city.center, row, unit(city.b), "")
    service.accept(city.b_manager, row)
    agreement = transfers.agreement_of(transfer=row)

    for line, field in (
        (LineInput(Metric.TAX, 60, 30, False, 5, "县级留成", Settle.YEAR), "tax"),
        (LineInput(Metric.TAX, 100, 100, True, 5, "县级留成", Settle.YEAR), "tax"),
        (LineInput(Metric.OUTPUT, 50, 50, False, 5, "对企业奖补企业", Settle.YEAR), "output"),
    ):
        with pytest.raises(Conflict) as error:
            benefits.save(city.a_manager, agreement, [line], agreement.version)
        assert error.value.field == field
    with pytest.raises(Stale):
        benefits.save(city.a_manager, agreement, [], agreement.version - 1)
    with pytest.raises(DBAPIError):
        db.session.execute(text("UPDATE benefit_lines SET host_percent = 99"))
    db.session.rollback()
    assert not benefits.may_edit(city.a, agreement) and benefits.may_edit(city.center, agreement)
    with pytest.raises(NotFound):
        transfers.get_agreement(make_actor(Role.MANAGER), agreement.public_id)
    assert benefits.docx(agreement)[:2] == b"PK"


def test_case_8_a_leaders_order_meets_a_holder(city):
    claim = protected(city)
    order = Order(FIRM, "在乙区建厂", unit(city.b), "某市领导")
    leader = make_actor(Role.LEADER)
    before = db.session.scalar(select(func.count()).select_from(Lead))

    refused = assigning.assign(leader, order)
    assert (refused.refused, refused.holder, refused.claim) == (True, "", None)
    assert assigning.assign(city.center, order).holder == "甲区"
    assert db.session.scalar(select(func.count()).select_from(Lead)) == before and claim.holds
    for actor in (leader, city.office, city.b_manager):
        with pytest.raises(Forbidden):
            assigning.override(actor, order, "领导要求改派给乙区跟进")
    with pytest.raises(Conflict):
        assigning.override(city.center, order, "太短")

    done = assigning.override(city.center, order, "市级统筹，项目配套均在乙区")

    assert (done.transfer.status, claim.status) == (TransferStatus.ACCEPTED, ClaimStatus.TRANSFERRED)
    assert done.transfer.new_claim.org_id == city.b.org_id and holders(claim) == 1
    words = db.session.scalars(select(Notice.text).where(Notice.user_id == city.a.user_id)).all()
    assert any("项目配套均在乙区" in one for one in words)
    new = done.transfer.new_claim
    told = db.session.scalar(select(Notice).where(Notice.kind == "transfer.assigned"))
    assert (told.user_id, told.url) == (city.b_manager.user_id, f"/claims/{new.public_id}") and "某市领导" in told.text
    assert ending_clock.counts_from(new)[0] == "received"
    seen = queries.get_claim(city.a, claim.public_id)
    assert any("项目配套均在乙区" in event.reason for event in seen.events)
    free = assigning.assign(leader, Order("沈阳砺枢精密机床有限公司", "拟建机床厂", unit(city.b), "某市领导"))
    assert free.lead is not None and free.lead.org_id == city.b.org_id


def test_a_decision_to_share_drafts_its_agreement(city):
    filing.file_report(city.a, make_lead(city.a, FIRM))
    second = filing.file_report(city.b, make_lead(city.b, FIRM))
    case = queries.get_case(city.center, queries.cases_of(second)[0].public_id)

    deciding.decide(city.center, case, "share", "甲区在先，乙区出力，双方分享")

    agreement = transfers.agreement_of(case=case)
    assert second.status is ClaimStatus.ASSISTING
    assert (agreement.origin_org_id, agreement.host_org_id) == (city.b.org_id, city.a.org_id)
    assert "share" in cases.DECISIONS[case.kind]
