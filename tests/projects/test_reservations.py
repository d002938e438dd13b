"""Reservations of places end: usual and named days, prolonging, a warning, giving back with notice; by the pages."""

from datetime import timedelta
from decimal import Decimal

import pytest

from crm.audit.models import AuditEntry
from crm.carriers.models import Parcel
from crm.core.errors import Conflict, Forbidden, Invalid
from crm.kit import clock, db
from crm.notices.models import Notice
from crm.parameters import queries as parameters
from crm.projects.models import Allocation, AllocationStatus, NeedKind
from crm.projects.service import needs as writing
from crm.projects.service import places, reservations
from crm.projects.service.needs import NeedInput
from tests.carriers.places import make_carrier, make_parcel
from tests.factories import make_project
from tests.projects.ready import make_city

pytestmark = pytest.mark.usefixtures("context")


def ground():
    city = make_city()
    park = make_carrier("PARK", org_id=city.a.org_id)
    parcel = make_parcel(city.a, park, area_mu=90)
    project = make_project(city.a)
    return city, parcel, project, writing.add_need(city.a, project, NeedInput(NeedKind.LAND, Decimal(60)))


def free_of(parcel_id):
    return db.session.get(Parcel, parcel_id, populate_existing=True).free


def told(kind):
    return [(one.user_id, one.text) for one in db.session.query(Notice).filter_by(kind=kind)]


def test_a_reservation_ends_after_its_warning_unless_it_is_agreed_or_prolonged(store):
    city, parcel, _project, need = ground()
    parcel_id, code = parcel.id, parcel.code
    usual = clock.today() + timedelta(days=parameters.whole("reserve_days"))
    held = [places.reserve(city.a, need, parcel, Decimal(10)) for _n in range(3)]
    assert [one.until_on for one in held] == [usual] * 3
    for until_on in (clock.today() - timedelta(days=1), clock.today() + timedelta(days=366)):
        with pytest.raises(Invalid) as caught:
            places.reserve(city.a, need, parcel, Decimal(10), until_on=until_on)
        assert caught.value.field == "until_on"
    ends, agreed, longer = held
    ending_id = ends.id
    places.advance(city.a, need, agreed, AllocationStatus.AGREED)
    assert agreed.until_on is None
    later = usual + timedelta(days=30)
    reservations.prolong(city.a, need, longer, later)
    with pytest.raises(Conflict):
        reservations.prolong(city.a, need, agreed, later)
    with pytest.raises(Invalid):
        reservations.prolong(city.a, need, longer, None)
    assert reservations.end() == 0 and told("place.ending") == []

    with clock.at(clock.start_of_day(usual - timedelta(days=3))):
        assert reservations.end() == 0 and reservations.end() == 0
    ((who, words),) = told("place.ending")
    assert who == city.a.user_id and code in words and usual.isoformat() in words
    with clock.at(clock.start_of_day(usual) + timedelta(hours=9)):
        assert reservations.end() == 0, "the last day counts"
    before = free_of(parcel_id)
    with clock.at(clock.start_of_day(usual + timedelta(days=1))):
        assert reservations.end() == 1 and reservations.end() == 0

    assert free_of(parcel_id) == before + 10 and len(told("place.expired")) == 1
    row = db.session.get(Allocation, ending_id, populate_existing=True)
    assert (row.status, row.reason) == (AllocationStatus.RELEASED, "预留到期，自动释放")
    acts = [one.action for one in db.session.query(AuditEntry).filter(AuditEntry.action.like("place.%"))]
    assert acts.count("place.prolonged") == 1 and acts.count("place.released") == 1
    with clock.at(clock.start_of_day(later + timedelta(days=1))):
        assert reservations.end() == 1, "the prolonged one in its turn"


def test_who_keeps_both_sides_prolongs(sqlite, sign_in):
    city, parcel, project, need = ground()
    held = places.reserve(city.a, need, parcel, Decimal(10))
    foreign = make_parcel(city.center, make_carrier("OTHER", org_id=city.b.org_id), area_mu=90)
    other = places.reserve(city.center, need, foreign, Decimal(10))
    with pytest.raises(Forbidden):
        reservations.prolong(city.a, need, other, clock.today() + timedelta(days=9))
    base = f"/projects/{project.public_id}/needs/{need.public_id}"
    post, places_of = f"{base}/places/{held.public_id}/prolong", f"{base}/places?place={parcel.public_id}"
    day = (clock.today() + timedelta(days=90)).isoformat()
    officer, rival = sign_in(city.a), sign_in(city.b)

    refused = officer.post(post, data={"until_on": ""})
    assert refused.status_code == 422 and "请填预留到哪一天" in refused.text
    assert rival.post(post, data={"until_on": day}).status_code == 404
    assert officer.post(post, data={"until_on": day}).status_code == 303
    assert f"预留到 {day}" in officer.get(base).text
    chosen = officer.get(places_of).text
    assert f'value="{(clock.today() + timedelta(days=60)).isoformat()}"' in chosen
