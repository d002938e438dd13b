"""Persons: one form of a number, masked, shown on record."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from crm.audit.models import AuditEntry
from crm.core.errors import Forbidden, Invalid, NotFound
from crm.core.permissions import Role
from crm.kit import db
from crm.people import mobiles, queries, service
from tests.factories import make_actor, make_center


@pytest.fixture
def officer(store):
    return make_actor()


def add(actor, **values):
    with db.transaction():
        return service.find_or_add(actor, **{"name": "沈维", "mobile": "199 0000 0127", **values})


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("199 0000 0127", "19900000127"),
        ("+86 199-0000-0127", "19900000127"),
        ("0714-6512345", "0714-6512345"),
        ("+49 711 4000990", "+49 711 4000990"),
        ("12345", None),
        ("abc", None),
        ("", None),
    ],
)
def test_numbers_come_to_one_form(text, number):
    assert mobiles.normal(text) == number


def test_a_number_is_masked_in_the_middle():
    assert mobiles.masked("19900000127") == "199****0127"
    assert mobiles.masked("123") == "***"


def test_equal_numbers_are_one_person_of_the_unit_and_two_of_two_units(officer):
    first, again, other = add(officer), add(officer, mobile="+86 19900000127"), add(make_actor())

    assert first.id == again.id != other.id
    assert first.mobile_hmac == other.mobile_hmac
    assert first.mobile not in first.mobile_hmac


def test_what_was_unknown_is_filled_and_nothing_is_emptied(officer):
    first = add(officer)

    add(officer, mobile="", near={first.id}, title="经理")

    assert (first.title, first.mobile) == ("经理", "19900000127")


def test_a_wrong_number_is_refused_at_its_field(officer):
    with pytest.raises(Invalid) as refused:
        add(officer, mobile="1990000")

    assert refused.value.field == "person_mobile"


def test_a_number_is_shown_for_a_reason_and_on_record(officer):
    person = add(officer)

    with pytest.raises(Invalid):
        service.reveal(officer, person, " ")
    assert service.reveal(officer, person, "联系对方") == "19900000127"

    assert (
        db.session.scalar(select(AuditEntry.actor_id).where(AuditEntry.action == "person.revealed")) == officer.user_id
    )


def test_a_trusted_phone_must_confirm_first(officer):
    with pytest.raises(Forbidden):
        service.reveal(replace(officer, scope="phone"), add(officer), "联系对方")


def test_others_do_not_know_the_person(officer):
    person = add(officer)

    assert queries.get_person(make_center(), person.public_id) is person
    for stranger in (make_actor(), make_actor(Role.LEADER), make_actor(Role.EXPO)):
        with pytest.raises(NotFound):
            queries.get_person(stranger, person.public_id)
