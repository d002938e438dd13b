"""Places for needs: set aside, agreed, delivered, given back; two at once; what fits; who sees it; the pages."""

import threading
from decimal import Decimal

import pytest

from crm.carriers.models import CarrierOrg, CarrierSegment, Parcel, SpaceStatus
from crm.core.errors import Conflict, Forbidden, Invalid, NotFound
from crm.core.permissions import Role
from crm.core.stages import MilestoneKind
from crm.kit import db
from crm.plan.models import Segment
from crm.projects import needs, places
from crm.projects.models import Allocation, AllocationStatus, NeedKind, NeedStatus
from crm.projects.service import needs as writing
from crm.projects.service import places as service
from crm.projects.service.needs import NeedInput
from tests.carriers.places import make_carrier, make_parcel, make_plant
from tests.factories import actor_of, make_actor, make_project, make_user, save, sign_in_token
from tests.projects.ready import given, make_city, place

pytestmark = pytest.mark.usefixtures("context")
LAND, PLANT = NeedKind.LAND, NeedKind.PLANT


def _need(actor, project, kind=LAND, needed=30):
    return writing.add_need(actor, project, NeedInput(kind, Decimal(needed)))


def _areas(parcel):
    row = db.session.get(Parcel, parcel.id, populate_existing=True)
    return row.reserved, row.given, row.free


def test_a_place_goes_to_a_project_step_by_step_and_comes_back(store):
    city = make_city()
    park = make_carrier("PARK", org_id=city.a.org_id)
    parcel, plant = make_parcel(city.a, park, area_mu=50), make_plant(city.a, park)
    project = make_project(city.a)
    need = _need(city.a, project)

    first = service.reserve(city.a, need, parcel, Decimal(20))
    assert _areas(parcel) == (20, 0, 30) and (need.agreed, need.status) == (0, NeedStatus.OPEN)
    for amount, field in [(None, "amount"), (Decimal(0), "amount"), (Decimal(31), "amount"), (Decimal(11), "amount")]:
        with pytest.raises(Invalid) as caught:
            service.reserve(city.a, need, parcel, amount)
        assert caught.value.field == field
    with pytest.raises(Conflict, match="厂房需求"):
        service.reserve(city.a, need, plant, Decimal(1))
    second = service.reserve(city.a, need, parcel, Decimal(10))
    service.advance(city.a, need, first, AllocationStatus.AGREED)
    service.advance(city.center, need, second, AllocationStatus.DELIVERED)
    need = needs.get_need(city.a, project, need.public_id)
    assert (need.agreed, need.delivered, need.status) == (30, 10, NeedStatus.AGREED)
    assert _areas(parcel) == (20, 10, 20)
    with pytest.raises(Conflict, match="先释放"):
        writing.drop_need(city.a, need, "不要了")
    with pytest.raises(Invalid, match="一句话"):
        service.release(city.a, need, first, "")
    for row in (first, second, second):
        service.release(city.a, need, row, "改到别处")
    assert _areas(parcel) == (0, 0, 50)
    need = needs.get_need(city.a, project, need.public_id)
    assert (need.agreed, need.delivered, need.status) == (None, None, NeedStatus.OPEN)
    with pytest.raises(Conflict, match="已释放"):
        service.advance(city.a, need, first, AllocationStatus.DELIVERED)


def test_a_place_is_taken_by_who_keeps_both_sides_and_seen_by_who_sees_the_project(store):
    city = make_city()
    park = make_carrier("PARK", org_id=city.b.org_id)
    parcel = make_parcel(city.b, park)
    mine, theirs = make_project(city.a), make_project(city.b, "乙区项目", company_text="武汉另一家公司")
    need, other = _need(city.a, mine), _need(city.b, theirs, needed=10)

    with pytest.raises(Forbidden, match="市招商服务中心"):
        service.reserve(city.a, need, parcel, Decimal(5))
    with pytest.raises(NotFound):
        service.reserve(city.b, need, parcel, Decimal(5))
    held = service.reserve(city.center, need, parcel, Decimal(5))
    service.reserve(city.b, other, parcel, Decimal(10))
    with pytest.raises(Forbidden):
        service.advance(city.a, need, held, AllocationStatus.AGREED)

    parcel = db.session.get(Parcel, parcel.id)
    for reader, titles, others in [
        (city.a, [mine.title], 10),
        (city.b, [theirs.title], 5),
        (city.center, [mine.title, theirs.title], 0),
        (make_actor(), [], 15),
    ]:
        found = places.holders_of(reader, parcel)
        assert [row.need.project.title for row in found.rows] == titles and found.others == others
    assert [fit.need.id for fit in places.needs_for(city.a, parcel)] == [need.id]
    assert places.needs_for(make_actor(), parcel) == []
    service.release(city.a, need, held, "不落这里了")
    assert places.check_copies(False) == []
    with db.transaction():
        db.session.get(Parcel, parcel.id).reserved = Decimal(1)
    assert places.check_copies(True) == [("parcels", parcel.id, (1, 0), (10, 0))]
    assert _areas(parcel) == (10, 0, 40)


def test_off_the_plan_needs_a_reason_and_the_best_place_stands_first(store):
    city = make_city()
    node, carrier = place()
    save(CarrierOrg(carrier_id=carrier.id, org_id=city.a.org_id))
    save(CarrierSegment(carrier_id=carrier.id, segment_id=node.segment_id, ref="3.2"))
    other = Segment(code="ENV", name="节能环保", name_en="Environment")
    save(other)
    far = make_carrier("FAR", org_id=city.a.org_id, segments=(other.id,))
    off = make_parcel(city.a, far, "F-01", 30)
    good = make_parcel(
        city.a, carrier, "G-01", 40, standard=True, min_intensity=Decimal(300), max_energy=Decimal("0.2")
    )
    small = make_parcel(city.a, carrier, "S-01", 10)
    make_parcel(city.a, carrier, "T-01", 40, status=SpaceStatus.TAKEN)
    project = make_project(
        city.a, node_code=node.code, carrier_public_id=carrier.public_id, invest_fixed_cny=Decimal(120_000_000)
    )
    need = _need(city.a, project)

    fits = places.fits_for(need, project)

    assert [fit.space.code for fit in fits] == ["G-01", "F-01", "S-01"]
    assert {one.name: (one.state, one.has) for one in fits[0].points if one.name in places.LIMITS} == {
        "min_intensity": ("ok", Decimal(400)),
        "max_energy": ("open", None),
    }
    assert [fit.amount for fit in fits] == [30, 30, 10] and [fit.off_plan for fit in fits] == [False, True, False]
    with pytest.raises(Invalid, match="规划没有") as caught:
        service.reserve(city.a, need, off, Decimal(5))
    assert caught.value.field == "reason"
    assert service.reserve(city.a, need, off, Decimal(5), reason="已与市中心会商同意").amount == 5
    assert service.reserve(city.a, need, good, Decimal(20)).reason == ""
    assert service.reserve(city.a, need, small, Decimal(5)).amount == 5
    assert places.fits_for(need, project) == []


def test_a_project_that_ends_gives_back_what_was_not_delivered(store):
    city = make_city()
    park = make_carrier("PARK", org_id=city.a.org_id)
    parcel = make_parcel(city.a, park)
    project = make_project(city.a)
    need = _need(city.a, project)
    there = service.reserve(city.a, need, parcel, Decimal(10))
    service.reserve(city.a, need, parcel, Decimal(15))
    service.advance(city.a, need, there, AllocationStatus.DELIVERED)
    from crm.projects import service as moves

    ended = moves.submit_milestone(city.a, project, MilestoneKind.CLOSED, given(MilestoneKind.CLOSED))
    moves.recognise_milestone(city.center, ended)

    assert _areas(parcel) == (0, 10, 40)
    assert sorted(row.status for row in db.session.query(Allocation)) == ["delivered", "released"]


@pytest.mark.usefixtures("store")
def test_two_at_once_never_take_more_than_there_is(app):
    city = make_city()
    park = make_carrier("PARK", org_id=city.a.org_id)
    parcel = make_parcel(city.a, park, area_mu=50)
    org = city.a.org_id
    people = [city.a, *(actor_of(make_user(org=_org(org))) for _n in range(3))]
    urls = []
    for number, person in enumerate(people):
        project = make_project(person, f"项目{number}号", company_text=f"苏州第{number}传动公司")
        need = _need(person, project)
        urls.append(f"/projects/{project.public_id}/needs/{need.public_id}/places/reserve")
    clients = []
    for person in people:
        client = app.test_client()
        client.set_cookie("crm_sign_in", sign_in_token(person))
        clients.append(client)
    number, public_id = parcel.id, parcel.public_id
    db.session.remove()
    barrier, answers = threading.Barrier(len(people)), [0] * len(people)

    def go(n: int) -> None:
        barrier.wait()
        answers[n] = clients[n].post(urls[n], data={"place": public_id, "amount": "30"}).status_code

    threads = [threading.Thread(target=go, args=(n,)) for n in range(len(people))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answers) == [303, 422, 422, 422]
    row = db.session.get(Parcel, number)
    assert (row.reserved, row.free) == (30, 20)
    assert places.check_copies(False) == []


def _org(number):
    from crm.accounts.models import Org

    return db.session.get(Org, number)


def test_the_pages_of_places(sqlite, sign_in, statements):
    city = make_city()
    node, carrier = place()
    save(CarrierOrg(carrier_id=carrier.id, org_id=city.a.org_id))
    for number in range(15):
        make_parcel(city.a, carrier, f"D-{number:02d}", 40 + number, standard=True, min_intensity=Decimal(300))
    far = make_carrier("FAR", org_id=city.a.org_id, segments=(_other(),))
    off = make_parcel(city.a, far, "F-01", 30)
    project = make_project(city.a, node_code=node.code)
    need = _need(city.a, project)
    officer, rival, leader = sign_in(city.a), sign_in(city.b), sign_in(make_actor(Role.LEADER, org=_org(city.a.org_id)))
    base = f"/projects/{project.public_id}/needs/{need.public_id}"
    parcel = db.session.query(Parcel).filter_by(code="D-00").one()
    panel = f"/projects/spaces/parcels/{parcel.public_id}/panel"
    assert f"{base}/places" in officer.get(base).text
    assert panel in officer.get(f"/carriers/spaces/parcels/{parcel.public_id}").text

    answer = officer.post(f"{base}/places/reserve", data={"place": off.public_id, "amount": "5"})
    assert answer.status_code == 422 and "至少 5 个字" in answer.text and 'value="5"' in answer.text
    data = {"place": parcel.public_id, "amount": "10", "once": "k" * 24}
    assert [officer.post(f"{base}/places/reserve", data=data).status_code for _again in range(2)] == [303, 303]
    held = db.session.query(Allocation).one()
    act = f"{base}/places/{held.public_id}"
    for path in (base, f"{base}/places", f"{base}/places?place={off.public_id}", panel):
        statements.clear()
        assert officer.get(path).status_code == 200
        assert len(statements) <= 12, (path, statements)
    assert project.title in officer.get(panel).text
    hidden = rival.get(panel).text
    assert project.title not in hidden and "合计占 10 亩" in hidden
    for path in (f"{base}/places", base):
        assert rival.get(path).status_code == 404
    for path, body in [
        (f"{base}/places/reserve", data),
        (f"{act}/agree", {}),
        (f"{act}/release", {"reason": "不要了"}),
    ]:
        assert rival.post(path, data=body).status_code == 404
        assert leader.post(path, data=body).status_code == 403
    assert officer.post(f"{act}/agree").status_code == 303
    assert officer.post(f"{act}/deliver").status_code == 303
    assert officer.post(f"{act}/release", data={"reason": ""}).status_code == 422
    assert officer.post(f"{act}/release", data={"reason": "改到别处"}).status_code == 303
    assert "改到别处" in officer.get(base).text and _areas(parcel) == (0, 0, 40)
    power = writing.add_need(city.a, project, NeedInput(NeedKind.POWER, Decimal(1)))
    assert officer.get(f"/projects/{project.public_id}/needs/{power.public_id}/places").status_code == 404


def _other():
    segment = Segment(code="ENV", name="节能环保", name_en="Environment")
    save(segment)
    return segment.id
