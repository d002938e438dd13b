"""Evidence, decisions, and what waits, on both databases."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from crm.audit.models import AuditEntry
from crm.core.errors import Conflict, Forbidden, Invalid, NotFound
from crm.core.permissions import Role
from crm.kit import clock, db
from crm.leads import due, queries, service
from crm.leads.models import Grade, LeadStatus
from crm.leads.service.evidence import LEAD_LIMIT
from crm.notices.models import Notice
from tests.factories import make_actor, make_center, make_company, make_lead, make_org, upload
from tests.leads.sayings import NAME, count, lead_org, told


def test_a_file_proves_what_its_kind_says_and_never_more(officer):
    lead = make_lead(officer)

    card = service.attach_file(officer, lead, upload(), grade="A", kind="card")
    minutes = service.attach_file(officer, lead, upload("纪要.jpg"), kind="minutes")

    assert (card.grade, minutes.grade) == (Grade.C, Grade.A)


def test_a_sealed_file_stays(officer):
    lead = make_lead(officer)
    link = service.attach_file(officer, lead, upload(), kind="card")
    with db.transaction():
        link.sealed_at = clock.now()

    with pytest.raises(Conflict):
        service.remove_file(officer, lead, link)
    with pytest.raises(Conflict):
        service.set_kind(officer, lead, link, "minutes")


def test_a_file_can_be_taken_off_before_it_is_sealed(officer):
    lead = make_lead(officer)
    link = service.attach_file(officer, lead, upload(), kind="card")

    service.remove_file(officer, lead, link)

    assert queries.get_lead(officer, lead.public_id, whole=True).files == []


def test_a_lead_takes_no_more_than_its_limit(officer):
    lead = make_lead(officer)
    link = service.attach_file(officer, lead, upload(), kind="card")
    with db.transaction():
        link.file.bytes = LEAD_LIMIT - 5

    with pytest.raises(Conflict, match="合计最多 100 MB"):
        service.attach_file(officer, lead, upload("二.jpg"), kind="card")


def test_a_disguised_program_is_refused(officer):
    lead = make_lead(officer)

    with pytest.raises(Invalid):
        service.attach_file(officer, lead, upload("纪要.pdf", b"MZ\x90\0\x03\0\0\0"), kind="minutes")


def test_files_are_read_by_those_who_read_the_lead(officer):
    link = service.attach_file(officer, make_lead(officer), upload(), kind="card")

    assert queries.may_read_file(officer, link.file_id)
    assert queries.may_read_file(make_center(), link.file_id)
    assert not queries.may_read_file(make_actor(), link.file_id)


def test_the_side_list_says_what_protection_lacks(officer):
    lead = make_lead(officer, invest_total_cny=Decimal(200_000_000))
    service.attach_file(officer, lead, upload(), kind="card")

    found = {gap.code: gap.ok for gap in queries.evidence_gaps(lead)}
    assert found == {"company": True, "first_contact": True, "evidence": False, "node": False, "amount": True}

    service.attach_file(officer, lead, upload("一.jpg"), kind="photo")
    service.attach_file(officer, lead, upload("二.jpg"), kind="messages")
    assert {gap.code: gap.ok for gap in queries.evidence_gaps(lead)}["evidence"]


# decisions


def test_a_manager_declines_with_a_reason_and_the_owner_is_told(officer):
    lead = make_lead(officer)
    manager = make_actor(Role.MANAGER, org=lead_org(officer))

    with pytest.raises(Invalid):
        service.triage(manager, lead, "decline", "")
    service.triage(manager, lead, "decline", "环境容量不够")

    notice = db.session.scalar(select(Notice))
    assert (lead.status, notice.user_id) == (LeadStatus.DECLINED, officer.user_id)
    assert "环境容量不够" in notice.text


def test_an_officer_does_not_judge_and_a_strange_manager_sees_nothing(officer):
    lead = make_lead(officer)

    with pytest.raises(Forbidden):
        service.triage(officer, lead, "follow")
    with pytest.raises(NotFound):
        service.triage(make_actor(Role.MANAGER), lead, "follow")


def test_a_lead_goes_to_a_colleague_only(officer):
    from crm.accounts.models import User

    lead = make_lead(officer)
    colleague = make_actor(org=lead_org(officer), name="李佳")
    stranger = make_actor()

    with pytest.raises(Conflict):
        service.hand_over(officer, lead, db.session.get(User, stranger.user_id))
    service.hand_over(officer, lead, db.session.get(User, colleague.user_id), "我出差")

    assert lead.owner_id == colleague.user_id
    assert db.session.scalar(select(Notice.user_id)) == colleague.user_id


def test_closing_can_be_undone(officer):
    lead = make_lead(officer)

    service.close_lead(officer, lead, "企业改投外省")
    assert lead.status is LeadStatus.CLOSED
    service.reopen_lead(officer, lead)

    assert lead.status is LeadStatus.FOLLOWING


def test_a_lead_whose_report_is_alive_is_not_closed(officer):
    lead = make_lead(officer)
    with db.transaction():
        lead.claim_status = "protected"

    with pytest.raises(Conflict, match="撤回首报"):
        service.close_lead(officer, lead, "不谈了")


def test_after_filing_all_but_the_company_can_be_edited(officer):
    lead = make_lead(officer)
    with db.transaction():
        lead.claim_status = "verifying"

    service.save_lead(officer, lead, told(title="拟建二期", node_code="无此节点"), 1)
    assert lead.title == "拟建二期"

    with pytest.raises(Conflict) as refused:
        service.save_lead(officer, lead, told(company_text="湖北珩锐数控装备有限公司"), 2)
    assert refused.value.field == "company_text"


def test_the_company_can_be_corrected_until_it_is_verified(officer):
    lead = make_lead(officer)
    company = make_company("湖北珩锐数控装备有限公司")

    service.correct_company(officer, lead, company_text=company.name, reason="名片是集团的", version=1)
    assert (lead.company_id, lead.version) == (company.id, 2)

    with db.transaction():
        lead.claim_status = "protected"
    with pytest.raises(Conflict):
        service.correct_company(officer, lead, company_text=NAME, reason="又改回来", version=2)


def test_each_act_is_on_record(officer):
    lead = make_lead(officer)
    service.save_lead(officer, lead, told(title="改了"), 1)
    service.close_lead(officer, lead, "不谈了")

    actions = db.session.scalars(select(AuditEntry.action).where(AuditEntry.subject_kind == "lead")).all()
    assert {"lead.registered", "lead.changed", "lead.closed"} <= set(actions)


def test_a_refused_act_leaves_no_trace(officer):
    lead = make_lead(officer)
    entries = count(AuditEntry)

    with pytest.raises(Invalid):
        service.close_lead(officer, lead, "")

    assert (lead.status, count(AuditEntry)) == (LeadStatus.FOLLOWING, entries)


# what waits


def test_an_old_draft_and_an_unjudged_lead_wait(officer):
    manager = make_actor(Role.MANAGER, org=lead_org(officer))
    with clock.at(clock.now() - timedelta(days=20)):
        service.start_draft(officer, "k1", {"company_text": "绎衡"})
        make_lead(officer)

    assert [item.kind for item in due.due_items(officer, clock.today())] == ["lead.draft"]
    assert [item.kind for item in due.due_items(manager, clock.today())] == ["lead.triage"]
    assert due.due_items(make_actor(Role.MANAGER, org=make_org()), clock.today()) == []


def test_a_reported_lead_waits_for_no_judgement_and_is_held_through_its_last_day(officer):
    manager = make_actor(Role.MANAGER, org=lead_org(officer))
    with clock.at(clock.now() - timedelta(days=20)):
        lead = make_lead(officer)
    lead.claim_status, lead.hold, lead.hold_until = "protected", True, clock.end_of_day(date(2027, 1, 23))
    db.session.flush()

    assert due.due_items(manager, clock.today()) == []
    assert lead.last_day_held == date(2027, 1, 23)


def test_own_work_shows_to_the_own_unit_alone(officer):
    company = make_company(NAME)
    make_lead(officer)

    assert queries.own_work(officer, [company.id])[company.id][0] == officer.name
    assert queries.own_work(make_actor(), [company.id]) == {}
