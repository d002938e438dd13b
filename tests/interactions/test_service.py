"""Noting contacts and what comes next, on both databases."""

from datetime import timedelta

import pytest

from crm.accounts.models import Org
from crm.core import interactions as rules
from crm.core.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from crm.interactions import due, queries, service
from crm.interactions.service import NoteInput
from crm.kit import clock, db, once, registries
from crm.leads import service as leads
from crm.leads.models import Lead
from tests.factories import make_actor, make_center, make_company, make_lead


@pytest.fixture
def officer(store):
    return make_actor()


@pytest.fixture
def lead(officer):
    return make_lead(officer)


def told(result="对方同意来考察", days=None, **values):
    next_on = clock.today() + timedelta(days=days) if days is not None else None
    return NoteInput(**{"result": result, "on": clock.today(), "next_on": next_on, **values})


@pytest.mark.parametrize(
    ("person", "result", "step", "counts"),
    [
        ("沈维", "对方同意来考察", "", True),
        ("沈维", "继续跟进", "寄样品清单", True),
        ("沈维", "继续跟进", "", False),
        ("", "对方同意来考察", "寄样品清单", False),
        ("前台", "对方同意来考察", "", False),
        ("沈维", "无。", "暂无", False),
    ],
)
def test_a_contact_counts_with_a_named_person_and_a_result_or_step(person, result, step, counts):
    assert rules.is_effective(person, result, step) is counts


def test_a_note_needs_only_a_result_and_feeds_the_lead(officer, lead):
    row = service.note(officer, told(days=3, next_step="寄样品清单"), lead=lead)

    assert (lead.last_contact_on, lead.next_on, lead.next_step) == (row.on, row.next_on, "寄样品清单")
    assert registries.copies["leads.next_on"](False) == []


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"result": " "}, "result"),
        ({"result": "长" * 2001}, "result"),
        ({"on": None}, "on"),
        ({"on": clock.today() + timedelta(days=2)}, "on"),
        ({"on": clock.today() - timedelta(days=60)}, "on"),
        ({"days": -1}, "next_on"),
        ({"days": 9999}, "next_on"),
    ],
)
def test_what_cannot_be_noted_is_told_at_its_field(officer, lead, values, field):
    with pytest.raises(Invalid) as refused:
        service.note(officer, told(**values), lead=lead)

    assert refused.value.field == field
    assert queries.of_lead(officer, lead) == []


def test_a_contact_settles_what_was_due_and_leaves_what_is_to_come(officer, lead):
    with clock.at(clock.now() - timedelta(days=5)):
        service.note(officer, told(days=2, next_step="到期的"), lead=lead)
    service.note(officer, told(), lead=lead)
    assert lead.next_on is None

    service.note(officer, told(days=9, next_step="考察"), lead=lead)
    service.note(officer, told(), lead=lead)
    assert lead.next_step == "考察"

    service.note(officer, told(days=4, next_step="先寄清单"), lead=lead)
    assert lead.next_step == "先寄清单"


def test_withdrawing_opens_again_what_the_entry_settled(officer, lead):
    with clock.at(clock.now() - timedelta(days=5)):
        service.note(officer, told(days=2, next_step="到期的"), lead=lead)
    row = service.note(officer, told(), lead=lead)

    service.withdraw_note(officer, row)

    assert lead.next_step == "到期的"
    assert len(queries.of_lead(officer, lead)) == 1


def test_an_entry_is_mended_by_its_author_on_the_same_day(officer, lead):
    row = service.note(officer, told(), lead=lead)
    service.edit_note(officer, row, told("改成：对方还要再看", days=1), 1)
    assert lead.next_on == clock.today() + timedelta(days=1)

    with pytest.raises(Stale):
        service.edit_note(officer, row, told("第二个窗口"), 1)
    with pytest.raises(Forbidden):
        service.withdraw_note(make_actor(org=db.session.get(Org, officer.org_id)), row)
    with clock.at(clock.now() + timedelta(days=1)), pytest.raises(Conflict):
        service.withdraw_note(officer, row)


def test_a_note_sent_twice_is_one(officer, lead):
    service.note(officer, told(), lead=lead, key="k1")

    with pytest.raises(once.Repeated):
        service.note(officer, told(), lead=lead, key="k1")
    assert len(queries.of_lead(officer, lead)) == 1


def test_a_company_can_be_noted_without_a_lead(officer):
    company = make_company()

    service.note(officer, told(days=0, person_name="沈维"), company=company)

    assert len(queries.of_company(officer, company.id)) == 1
    assert queries.of_company(make_actor(), company.id) == []
    assert queries.last_person(officer, None, company.id) == "沈维"


def test_other_units_can_neither_read_nor_note(officer, lead):
    row = service.note(officer, told(), lead=lead)
    rival = make_actor()

    with pytest.raises(NotFound):
        service.note(rival, told(), lead=lead)
    with pytest.raises(NotFound):
        queries.get_interaction(rival, row.public_id)
    assert queries.of_lead(make_center(), lead) == [row]


def test_due_steps_wait_for_the_leads_owner(officer, lead):
    from crm.accounts.models import User

    service.note(officer, told(days=0, next_step="回电"), lead=lead)
    colleague = make_actor(org=db.session.get(Org, officer.org_id))
    assert [item.todo for item in due.due_items(officer, clock.today())] == ["回电"]

    leads.hand_over(officer, lead, db.session.get(User, colleague.user_id))

    assert due.due_items(officer, clock.today()) == []
    assert [item.light for item in due.due_items(colleague, clock.today() + timedelta(days=1))] == ["bad"]


def test_a_step_is_ticked_off_once(officer, lead):
    row = service.note(officer, told(days=0), lead=lead)

    service.finish_step(officer, row)
    service.finish_step(officer, row)

    assert (lead.next_on, due.due_items(officer, clock.today())) == (None, [])


def test_nothing_waits_on_a_closed_lead_and_none_can_be_noted(officer, lead):
    service.note(officer, told(days=0), lead=lead)
    leads.close_lead(officer, lead, "不谈了")

    assert due.due_items(officer, clock.today()) == []
    with pytest.raises(Conflict):
        service.note(officer, told(), lead=lead)


def test_broken_copies_are_found_and_mended(officer, lead):
    service.note(officer, told(days=3), lead=lead)
    with db.transaction():
        db.session.get(Lead, lead.id).next_on = None

    check = registries.copies["leads.next_on"]
    assert len(check(False)) == 1
    with db.transaction():
        check(True)
    assert check(False) == []
