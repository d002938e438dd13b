"""Saving, drafts, and who sees what, on both databases."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from crm.companies.models import Company
from crm.core.errors import Forbidden, Invalid, NotFound, Stale
from crm.core.permissions import Role
from crm.kit import clock, db, once
from crm.leads import queries, service
from crm.leads.models import Lead, LeadStatus
from crm.people.models import Person
from tests.factories import make_actor, make_center, make_company, make_lead
from tests.leads.sayings import NAME, count, lead_org, told


def test_company_sentence_and_date_are_enough(officer):
    lead = service.save_lead(officer, None, told())

    assert lead.status is LeadStatus.FOLLOWING
    assert (lead.org_id, lead.owner_id, lead.registered_at is not None) == (officer.org_id, officer.user_id, True)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"company_text": " "}, "company_text"),
        ({"company_text": "绎"}, "company_text"),
        ({"title": ""}, "title"),
        ({"first_contact_on": None}, "first_contact_on"),
        ({"invest_total_cny": Decimal(480_000_000), "invest_fixed_cny": Decimal(4_800_000_000)}, "invest_fixed"),
        ({"person_mobile": "13800000000"}, "person_name"),
    ],
)
def test_what_is_missing_or_contradicts_is_told_at_its_field(officer, values, field):
    with pytest.raises(Invalid) as refused:
        service.save_lead(officer, None, told(**values))

    assert refused.value.field == field
    assert count(Lead) == 0


def test_the_refusal_names_the_amount_that_was_likely_meant(officer):
    data = told(invest_total_cny=Decimal(480_000_000), invest_fixed_cny=Decimal(4_800_000_000))

    assert service.faults(None, data)[0].message == "不能大于计划总投资 4.80 亿元。是否应为 4.80？"


@pytest.mark.parametrize(("days", "fits"), [(0, True), (30, True), (31, False), (60, False), (-1, False)])
def test_contact_lies_within_the_last_thirty_days(officer, days, fits):
    data = told(first_contact_on=clock.today() - timedelta(days=days))

    assert (service.faults(None, data) == []) is fits


def test_an_old_date_is_told_with_the_last_possible_day(officer):
    data = told(first_contact_on=clock.today() - timedelta(days=60))
    last = (clock.today() - timedelta(days=30)).isoformat()

    assert f"早于 30 天前（{last}），不能倒签" in service.faults(None, data)[0].message


def test_a_lead_keeps_its_old_contact_date_when_it_is_edited_later(officer):
    lead = make_lead(officer)

    with clock.at(clock.now() + timedelta(days=50)):
        service.save_lead(officer, lead, told(first_contact_on=lead.first_contact_on, title="拟建二期"))

    assert lead.title == "拟建二期"


def test_no_company_row_is_made_by_a_lead(officer):
    make_lead(officer)

    assert count(Company) == 0


def test_a_lead_finds_the_open_company_of_its_full_name(officer):
    company = make_company(NAME)

    assert make_lead(officer, "苏州绎衡传动科技 有限公司").company_id == company.id


def test_a_lead_never_finds_another_units_unopened_company(officer):
    make_company(NAME, actor=make_actor())

    assert make_lead(officer).company_id is None


def test_a_picked_company_wins_over_the_text(officer):
    company = make_company(NAME)

    lead = make_lead(officer, "绎衡传动", company_public_id=company.public_id)

    assert (lead.company_id, lead.company_text) == (company.id, "绎衡传动")


def test_another_units_company_cannot_be_picked(officer):
    hidden = make_company(NAME, actor=make_actor())

    assert make_lead(officer, "绎衡传动", company_public_id=hidden.public_id).company_id is None


def test_a_form_sent_twice_makes_one_lead(officer):
    first = service.save_lead(officer, None, told(), key="k1")
    second = service.save_lead(officer, None, told(), key="k1")

    assert first.id == second.id
    assert (count(Lead), second.version) == (1, 1)


def test_a_form_sent_again_with_other_words_edits_the_first_record(officer):
    first = service.save_lead(officer, None, told(), key="k1")
    service.save_lead(officer, None, told(title="拟建电机生产线"), key="k1")

    assert (count(Lead), first.title) == (1, "拟建电机生产线")


def test_another_persons_key_leads_nowhere(officer):
    service.save_lead(officer, None, told(), key="k1")
    service.save_lead(make_actor(), None, told(), key="k1")

    assert count(Lead) == 2


def test_two_requests_of_one_form_at_once_end_with_the_first(officer):
    with db.transaction():
        once.remember(officer, "k1", "abcdefghij", "lead")

    with pytest.raises(once.Repeated) as again, db.transaction():
        once.remember(officer, "k1", "jihgfedcba", "lead")

    assert again.value.url == "abcdefghij"


def test_six_clicks_at_once_make_one_lead(officer, app):
    db.session.remove()  # a test reads as a writer does: its lock must not stand in the way
    barrier = threading.Barrier(6)

    def click(_n):
        with app.app_context():
            barrier.wait()
            try:
                return service.save_lead(officer, None, told(), key="k1").public_id
            except once.Repeated as again:
                return again.url

    with ThreadPoolExecutor(6) as pool:
        found = set(pool.map(click, range(6)))

    assert len(found) == 1
    assert count(Lead) == 1


def test_the_second_of_two_editors_is_told_what_the_first_saved(officer):
    lead = make_lead(officer)
    service.save_lead(officer, lead, told(title="甲的改动"), 1)

    with pytest.raises(Stale) as refused:
        service.save_lead(officer, lead, told(title="乙的改动"), 1)

    assert refused.value.current.title == "甲的改动"


def test_the_person_is_remembered_once_and_keeps_the_number(officer):
    data = told(person_name="沈维", person_title="经理", person_mobile="199 0000 0127")
    lead = service.save_lead(officer, None, data)
    service.save_lead(officer, lead, replace(data, person_mobile="", content="补充"), 1)

    person = db.session.scalar(select(Person))
    assert (count(Person), person.mobile) == (1, "19900000127")


# drafts


def test_a_draft_keeps_raw_text_that_no_rule_would_take(officer):
    typed = {
        "company_text": "绎" * 300,
        "invest_total": "不知道",
        "title": "<script>\0𠮷 =1+1",
        "first_contact_on": "去年",
    }

    lead = service.start_draft(officer, "k1", typed)

    kept = lead.draft[str(officer.user_id)]["fields"]
    assert kept["title"] == "<script>𠮷 =1+1"
    assert (kept["invest_total"], len(kept["company_text"]), len(lead.company_text)) == ("不知道", 300, 200)
    assert (lead.status, count(Company)) == (LeadStatus.DRAFT, 0)


def test_autosave_and_upload_of_one_form_meet_in_one_draft(officer):
    first = service.start_draft(officer, "k1", {"title": "甲"})
    second = service.start_draft(officer, "k1")

    assert (first.id, count(Lead)) == (second.id, 1)


def test_saving_a_draft_makes_it_a_lead_and_forgets_the_typing(officer):
    draft = service.start_draft(officer, "k1", {"title": "甲"})

    lead = service.save_lead(officer, None, told(), key="k1")

    assert (lead.id, lead.status, lead.draft) == (draft.id, LeadStatus.FOLLOWING, None)


def test_a_late_autosave_of_a_submitted_form_changes_nothing(officer):
    service.start_draft(officer, "k1", {"title": "甲"})
    lead = service.save_lead(officer, None, told(), 1, key="k1")

    service.autosave(officer, lead, {"title": "迟到"}, 1, "k1")

    assert lead.draft is None


def test_autosave_of_an_outdated_form_is_told_so(officer):
    lead = make_lead(officer)
    service.save_lead(officer, lead, told(title="甲"), 1)

    with pytest.raises(Stale):
        service.autosave(officer, lead, {"title": "乙"}, 1, "k2")


def test_two_people_keep_their_typing_apart(officer):
    colleague = make_actor(org=lead_org(officer))
    lead = make_lead(officer)

    service.autosave(officer, lead, {"title": "甲"}, 1)
    service.autosave(colleague, lead, {"title": "乙"}, 1)

    assert {entry["fields"]["title"] for entry in lead.draft.values()} == {"甲", "乙"}


# who sees and who may


def test_other_units_leads_do_not_exist(officer):
    lead = make_lead(officer)

    with pytest.raises(NotFound):
        queries.get_lead(make_actor(), lead.public_id)
    with pytest.raises(NotFound):
        service.save_lead(make_actor(), lead, told(title="抢改"), 1)


def test_the_centre_reads_saved_leads_and_changes_none(officer):
    center = make_center()
    lead = make_lead(officer)
    draft = service.start_draft(officer, "k1", {"title": "甲"})

    assert queries.get_lead(center, lead.public_id) is lead
    with pytest.raises(NotFound):
        queries.get_lead(center, draft.public_id)
    with pytest.raises(Forbidden):
        service.save_lead(center, lead, told(title="中心改"), 1)


@pytest.mark.parametrize("role", [Role.EXPO, Role.OFFICE, Role.LEADER])
def test_expo_office_and_leaders_see_no_lead(officer, role):
    lead = make_lead(officer)

    with pytest.raises(NotFound):
        queries.get_lead(make_actor(role, org=lead_org(officer)), lead.public_id)
