"""People, units and leads for the tests of first reports."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from crm.accounts.models import OrgKind
from crm.claims import rebuild
from crm.core.permissions import Role
from crm.files.models import File
from crm.kit import clock, db
from crm.leads.models import Grade, Lead, LeadFile, LeadStatus
from tests.factories import make_actor, make_center, make_org, save


@dataclass
class City:
    """Two districts with an officer and a manager each, the centre with two people, the leading group's office."""

    a: Any
    a_manager: Any
    b: Any
    b_manager: Any
    center: Any
    center_other: Any
    office: Any


@db.transactional
def make_city() -> City:
    """Set the city up, in one commit."""
    district_a, district_b = make_org("甲区"), make_org("乙区")
    group = make_org("领导小组", kind=OrgKind.LEADING_GROUP)
    center = make_center("核验员")
    return City(
        a=make_actor(Role.OFFICER, org=district_a, name="甲员"),
        a_manager=make_actor(Role.MANAGER, org=district_a, name="甲长"),
        b=make_actor(Role.OFFICER, org=district_b, name="乙员"),
        b_manager=make_actor(Role.MANAGER, org=district_b, name="乙长"),
        center=center,
        center_other=make_center("另一核验员"),
        office=make_actor(Role.OFFICE, org=group, name="办公室"),
    )


def make_lead(actor: Any, company: str, *, grades: str = "A", title: str = "减速器产线", **values: Any) -> Lead:
    """A saved lead of the actor's unit with evidence of these grades."""
    now = clock.now()
    lead = Lead(
        org_id=actor.org_id,
        owner_id=actor.user_id,
        created_by_id=actor.user_id,
        company_text=company,
        title=title,
        first_contact_on=values.pop("first_contact_on", clock.today()),
        status=LeadStatus.FOLLOWING,
        created_at=now,
        updated_at=now,
        **values,
    )
    with db.transaction():
        save(lead)
        for grade in grades:
            add_evidence(lead, grade)
    return lead


def add_evidence(lead: Lead, grade: str) -> None:
    """A further piece of evidence."""
    name = db.new_public_id()
    file = File(
        storage_name=name,
        sha256=name * 6,
        bytes=1,
        media_type="application/pdf",
        original_name=f"{name}.pdf",
        uploader_id=lead.owner_id,
        uploaded_at=clock.now(),
    )
    with db.transaction():
        save(file)
        save(LeadFile(lead_id=lead.id, file_id=file.id, grade=Grade(grade), sha256=file.sha256, kind="minutes"))
    db.session.expire(lead)


@pytest.fixture
def city(store: str) -> Iterator[City]:
    """The people of the tests, on both databases. Whatever a test did, the ledger must add up to what it left."""
    yield make_city()
    db.session.remove()
    assert [(claim.number, wrong) for claim, wrong in rebuild.differences()] == []


def days(n: int) -> timedelta:
    """n natural days."""
    return timedelta(days=n)
