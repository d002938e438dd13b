"""Parcels and plants: who writes them, what they must say, the lists and their sums, the pages."""

import io
from dataclasses import replace
from decimal import Decimal

import openpyxl
import pytest

from crm.carriers import spaces
from crm.carriers.models import Parcel, SpaceStatus, SupplyMode
from crm.carriers.service import spaces as service
from crm.carriers.service.spaces import ParcelInput
from crm.carriers.spaces import SpaceFilter
from crm.core.errors import Conflict, Forbidden, Invalid, Stale
from crm.core.permissions import Role
from crm.kit import db
from tests.carriers.places import make_carrier, make_parcel, make_plant
from tests.factories import make_actor, make_center

pytestmark = pytest.mark.usefixtures("context")


def test_a_place_is_written_by_who_keeps_it(store):
    own, other, center = make_actor(), make_actor(), make_center()
    park = make_carrier("PARK", org_id=own.org_id)
    data = ParcelInput(park.public_id, "D-01", Decimal(50))

    with pytest.raises(Forbidden):
        service.add_space(other, data)
    parcel = service.add_space(own, data)
    assert (parcel.free, parcel.state) == (Decimal(50), SpaceStatus.FREE)
    for wrong, field in [
        (replace(data, code=""), "code"),
        (replace(data, code="D-02", area_mu=Decimal(0)), "area_mu"),
        (replace(data, code="D-02", supply_mode=SupplyMode.LONG_LEASE), "lease_years"),
        (replace(data, code="D-02", supply_mode=SupplyMode.LONG_LEASE, lease_years=4), "lease_years"),
        (replace(data, code="D-02", lease_years=10), "lease_years"),
        (replace(data, code="D-02", standard=True), "min_intensity"),
        (replace(data, code="D-02", segment="ZZZ"), "segment"),
        (replace(data, carrier="aaaaaaaaaa"), "carrier"),
    ]:
        with pytest.raises(Invalid) as caught:
            service.add_space(own, wrong)
        assert caught.value.field == field
    with pytest.raises(Conflict, match="同样编号"):
        service.add_space(center, data)
    leased = replace(data, supply_mode=SupplyMode.LONG_LEASE, lease_years=20, standard=True, min_intensity=Decimal(300))
    assert service.edit_space(center, parcel, leased, 1).lease_years == 20
    with pytest.raises(Stale):
        service.edit_space(own, parcel, leased, 1)
    with pytest.raises(Forbidden):
        service.edit_space(other, parcel, leased, 2)

    with db.transaction():
        parcel.reserved = Decimal(20)
    with pytest.raises(Invalid, match="面积不能更小"):
        service.edit_space(own, parcel, replace(leased, area_mu=Decimal(10)), None)
    with pytest.raises(Conflict, match="释放"):
        service.retire_space(own, db.session.get(Parcel, parcel.id), "规划调整")
    with db.transaction():
        db.session.get(Parcel, parcel.id).reserved = Decimal(0)
    with pytest.raises(Invalid, match="一句话"):
        service.retire_space(own, parcel, "")
    service.retire_space(own, parcel, "规划调整")
    with pytest.raises(Conflict, match="先恢复"):
        service.edit_space(own, parcel, leased, None)
    assert service.restore_space(own, parcel).retired_at is None


def test_the_list_narrows_sorts_and_sums(store):
    center = make_center()
    one, two = make_carrier("ONE", name="甲园区", org_id=make_actor().org_id), make_carrier("TWO", name="乙园区")
    make_parcel(center, one, "D-01", 50, place="创新路")
    make_parcel(center, two, "D-02", "20.5", status=SpaceStatus.UNUSED)
    held = make_parcel(center, two, "D-03", 30, supply_mode=SupplyMode.LONG_LEASE, lease_years=10)
    make_parcel(center, two, "D-04", 90, status=SpaceStatus.TAKEN)
    retired = make_parcel(center, two, "D-05", 10)
    service.retire_space(center, retired, "调整")
    with db.transaction():
        held.given = Decimal(30)

    def codes(**wanted):
        return [row.code for row in spaces.rows_for_export("parcels", SpaceFilter(**wanted))]

    assert codes() == ["D-01", "D-02", "D-03", "D-04"]
    assert codes(sort="area") == ["D-02", "D-03", "D-01", "D-04"]
    assert codes(sort="-code")[0] == "D-04"
    for wanted, found in [
        ({"text": "创新"}, ["D-01"]),
        ({"text": "乙园 03"}, ["D-03"]),
        ({"carrier": one.public_id}, ["D-01"]),
        ({"least": Decimal("20.5")}, ["D-01", "D-02"]),
        ({"least": Decimal("20.51")}, ["D-01"]),
        ({"mode": "long_lease"}, ["D-03"]),
        ({"status": "unused"}, ["D-02"]),
        ({"status": "full"}, ["D-03", "D-04"]),
        ({"retired": True}, ["D-05"]),
        ({"standard": True}, []),
        ({"segment": "ZZZ"}, []),
    ]:
        assert codes(**wanted) == found, wanted
    sums = spaces.sums_of("parcels", SpaceFilter())
    assert (sums.count, sums.size, sums.given, sums.free) == (4, Decimal("190.5"), Decimal(30), Decimal("70.5"))
    rows = spaces.page_of_spaces("parcels", SpaceFilter(), 1, 4).items
    assert sums.free == sum(row.free for row in rows)
    assert spaces.sums_of("plants", SpaceFilter()).count == 0


def test_the_pages_of_places(sqlite, sign_in, statements):
    own, other = make_actor(), make_actor()
    park = make_carrier("PARK", org_id=own.org_id, name="甲园区")
    plant = make_plant(own, park, "C-01", 3000, name="1号楼2层", rent_cny=Decimal(12))
    officer, rival, leader = sign_in(own), sign_in(other), sign_in(make_actor(Role.LEADER))

    new = "/carriers/spaces/parcels/new"
    typed = {"carrier": park.public_id, "code": "D-09", "area_mu": "五十", "place": "大棋路", "state": "free"}
    typed["supply_mode"] = "long_lease"
    refused = officer.post(new, data=typed)
    assert refused.status_code == 422 and "大棋路" in refused.text and db.session.query(Parcel).count() == 0
    assert "5 到 20 年" in officer.post(new, data={**typed, "area_mu": "50"}).text
    data = {**typed, "area_mu": "50", "lease_years": "20", "once": "k" * 24}
    answers = [officer.post(new, data=data) for _again in range(2)]
    assert [one.status_code for one in answers] == [303, 303] and answers[0].location == answers[1].location
    parcel = db.session.query(Parcel).one()
    url = f"/carriers/spaces/parcels/{parcel.public_id}"
    assert answers[0].location == url
    pages = (
        *("/carriers/spaces", "/carriers/spaces?least=20&sort=-area&q=D", "/carriers/spaces/plants", url, new),
        *(
            f"{url}/edit",
            f"/carriers/spaces/plants/{plant.public_id}",
            f"/carriers/spaces/plants/{plant.public_id}/edit",
        ),
        f"/carriers/{park.public_id}",
    )
    for path in pages:
        statements.clear()
        assert officer.get(path).status_code == 200, path
        assert len(statements) <= 12, (path, statements)
    panel = officer.get(f"/carriers/{park.public_id}/spaces", headers={"HX-Request": "true"}).text
    assert "D-09" in panel and "C-01" in panel
    assert officer.get(f"/carriers/{park.public_id}/spaces").status_code == 303

    assert (
        officer.post(f"{url}/edit", data={**typed, "area_mu": "60", "lease_years": "5", "version": "1"}).status_code
        == 303
    )
    stale = officer.post(f"{url}/edit", data={**typed, "area_mu": "70", "lease_years": "5", "version": "1"})
    assert stale.status_code == 409 and 'value="70"' in stale.text
    for client in (rival, leader):
        assert client.get(url).status_code == 200 and "由招商单位或市中心维护" in client.get(url).text
        assert client.get(f"{url}/edit").status_code == 403
        assert client.post(f"{url}/edit", data={**typed, "area_mu": "1", "version": "2"}).status_code == 403
        assert client.post(f"{url}/retire", data={"reason": "不要了"}).status_code == 403
    assert rival.post(new, data={**typed, "code": "D-10", "area_mu": "5", "lease_years": "5"}).status_code == 403
    assert "没有招商的载体" in rival.get(new).text
    assert sign_in(make_center()).get(f"{url}/edit").status_code == 200
    assert officer.post(f"{url}/retire", data={"reason": ""}).status_code == 422
    assert officer.post(f"{url}/retire", data={"reason": "规划调整"}).status_code == 303
    assert "已停用" in officer.get(url).text and officer.post(f"{url}/restore").status_code == 303
    sheet = openpyxl.load_workbook(io.BytesIO(rival.get("/carriers/spaces/parcels/list.xlsx").data)).active
    assert any("D-09" in row and 60 in row for row in [[cell.value for cell in row] for row in sheet.iter_rows()])
    assert rival.get("/carriers/spaces/plants/list.xlsx").status_code == 200
