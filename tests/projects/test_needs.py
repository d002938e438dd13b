"""Elements of a project: what their amounts say as a table, who may write, two editors, the list of the city, the pages."""

import io
from datetime import timedelta
from decimal import Decimal

import openpyxl
import pytest

from crm.core import needs as rules
from crm.core.errors import Conflict, Invalid, NotFound, Stale
from crm.core.permissions import Role
from crm.kit import clock, db
from crm.projects import needs
from crm.projects.models import Need, NeedKind, NeedStatus
from crm.projects.needs import NeedFilter
from crm.projects.service import needs as service
from crm.projects.service.needs import NeedInput
from tests.factories import make_actor, make_project
from tests.projects.ready import make_city

pytestmark = pytest.mark.usefixtures("context")


@pytest.mark.parametrize(
    ("needed", "agreed", "delivered", "standing", "gap", "fault"),
    [
        (50, None, None, "open", 50, ""),
        (50, 20, 20, "open", 30, ""),
        (50, 50, None, "agreed", 0, ""),
        (50, 60, 10, "agreed", 0, ""),
        (50, 50, 50, "delivered", 0, ""),
        (50, 20, 30, "open", 30, "delivered"),
        (50, None, 10, "open", 50, "delivered"),
        (0, None, None, "open", 0, "needed"),
    ],
)
def test_amounts_say_how_far_an_element_is(needed, agreed, delivered, standing, gap, fault):
    amounts = [None if one is None else Decimal(one) for one in (needed, agreed, delivered)]

    assert rules.fault(*amounts) == fault
    assert rules.gap(*amounts[:2]) == gap
    if fault != "needed":
        assert rules.standing(*amounts) == (standing if fault != "delivered" or delivered < needed else "delivered")


def test_an_element_is_written_changed_dropped_and_taken_up_again(store):
    city = make_city()
    project = make_project(city.a)

    power = service.add_need(city.a, project, NeedInput(NeedKind.POWER, Decimal(8000), Decimal(5000)))

    assert power.status is NeedStatus.OPEN
    for data, field in [
        (NeedInput(NeedKind.WATER, None), "needed"),
        (NeedInput(NeedKind.WATER, Decimal(5), Decimal(2), Decimal(3)), "delivered"),
    ]:
        with pytest.raises(Invalid) as caught:
            service.add_need(city.a, project, data)
        assert caught.value.field == field
    with pytest.raises(Conflict, match="已经登记过"):
        service.add_need(city.a, project, NeedInput(NeedKind.POWER, Decimal(1)))
    with pytest.raises(Stale):
        service.edit_need(city.a, power, NeedInput(NeedKind.POWER, Decimal(1)), 7)
    for stranger in (city.office, city.b):
        with pytest.raises(NotFound):
            service.edit_need(stranger, power, NeedInput(NeedKind.POWER, Decimal(1)), 1)
    whole = NeedInput(NeedKind.POWER, Decimal(8000), Decimal(8000), Decimal(8000))
    assert service.edit_need(city.center, power, whole, 1).status is NeedStatus.DELIVERED
    with pytest.raises(Invalid, match="一句话"):
        service.drop_need(city.a, power, "")
    assert service.drop_need(city.a, power, "改用自备电源").status is NeedStatus.DROPPED
    with pytest.raises(Conflict, match="先恢复"):
        service.edit_need(city.a, power, whole, power.version)
    assert service.restore_need(city.a, power).status is NeedStatus.DELIVERED
    assert needs.met(needs.needs_of(project)) == (1, 1)


def test_the_list_of_the_city_shows_each_reader_what_is_theirs(store):
    city = make_city()
    mine, other = make_project(city.a), make_project(city.b, "乙区项目", company_text="武汉另一家公司")
    past = clock.today() - timedelta(days=1)
    service.add_need(city.a, mine, NeedInput(NeedKind.LAND, Decimal(30), due_on=past))
    service.add_need(city.a, mine, NeedInput(NeedKind.GAS, Decimal(3), Decimal(3), Decimal(3)))
    service.add_need(city.b, other, NeedInput(NeedKind.LAND, Decimal("20.5"), Decimal(25)))

    def count(actor, **wanted):
        return needs.page_of_needs(actor, NeedFilter(**wanted), 1).total

    assert [count(one) for one in (city.a, city.b, city.center)] == [1, 1, 2]
    assert [count(city.center, **one) for one in ({"status": "all"}, {"kind": "gas"}, {"overdue": True})] == [3, 0, 1]
    assert [count(city.center, text=words) for words in ("乙区", "没有这样的")] == [1, 0]
    (line,) = needs.kind_lines(city.center, NeedFilter(kind="land"))
    assert (line.count, line.needed, line.agreed, line.gap) == (2, Decimal("50.5"), Decimal(25), Decimal(30))


def test_the_pages_of_elements(sqlite, sign_in, statements):
    city = make_city()
    project = make_project(city.a)
    officer, rival = sign_in(city.a), sign_in(city.b)
    url = f"/projects/{project.public_id}"
    assert f"{url}/needs/panel" in officer.get(url).text
    assert "还没有登记要素需求" in officer.get(f"{url}/needs").text

    typed = {"kind": "land", "needed": "五十", "words": "靠近高速口"}
    refused = officer.post(f"{url}/needs/new", data=typed)
    assert refused.status_code == 422 and "靠近高速口" in refused.text and db.session.query(Need).count() == 0
    data = {**typed, "needed": "50", "due_on": "2027-03-31", "once": "k" * 24}
    assert [officer.post(f"{url}/needs/new", data=data).status_code for _again in range(2)] == [303, 303]
    one = db.session.query(Need).one()
    edit = f"{url}/needs/{one.public_id}"
    assert officer.post(edit, data={"needed": "60", "version": "1"}).status_code == 303
    stale = officer.post(edit, data={"needed": "70", "version": "1", "words": "我的说明"})
    assert stale.status_code == 409 and "我的说明" in stale.text and 'value="70"' in stale.text
    for path in (f"{url}/needs", f"{url}/needs/panel", edit, "/projects/needs", "/projects/needs?kind=land&overdue=1"):
        statements.clear()
        assert officer.get(path).status_code == 200
        assert len(statements) <= 12, (path, statements)
    for path in (f"{url}/needs", f"{url}/needs/panel", edit):
        assert rival.get(path).status_code == 404
    assert rival.post(f"{edit}/drop", data={"reason": "不要了"}).status_code == 404
    assert project.title not in rival.get("/projects/needs").text
    leader = sign_in(make_actor(Role.OFFICE))
    assert leader.post(f"{edit}/drop", data={"reason": "不要了"}).status_code == 403
    assert officer.post(f"{edit}/drop", data={"reason": ""}).status_code == 422
    assert officer.post(f"{edit}/drop", data={"reason": "改租厂房"}).status_code == 303
    assert officer.post(f"{edit}/restore").status_code == 303
    sheet = openpyxl.load_workbook(io.BytesIO(officer.get("/projects/needs/list.xlsx").data)).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert any("用地" in row and 60 in row and project.title in row for row in rows)
