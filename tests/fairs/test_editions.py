"""Fairs and editions: days to be confirmed, who sees and changes what, the pages and the plan as a sheet."""

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest

from crm.core.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from crm.core.permissions import Role
from crm.fairs import loader, queries
from crm.fairs.models import CostKind, FairKind
from crm.fairs.queries import EditionFilter
from crm.fairs.service import editions, parts
from crm.fairs.service.editions import EditionInput, FairInput
from crm.fairs.service.parts import AgendaInput
from crm.kit import clock
from crm.plan.models import PlanFair
from tests.factories import actor_of, make_center, make_company, make_org, make_user, save


def days(first, last=None, **more):
    return EditionInput(title="第 9 届", year=2027, starts_on=first, ends_on=last, **more)


@pytest.mark.parametrize(
    ("data", "field"),
    [
        (EditionInput(title="", year=None), "year"),
        (EditionInput(title="", year=1980), "year"),
        (days(None, date(2027, 4, 2)), "starts_on"),
        (days(date(2027, 4, 2), date(2027, 4, 1)), "ends_on"),
        (days(date(2027, 4, 2), date(2027, 7, 1)), "ends_on"),
        (days(None, confirmed=True, source="官网"), "starts_on"),
        (days(date(2027, 4, 2), confirmed=True), "source"),
    ],
)
def test_what_an_edition_cannot_be(data, field):
    with pytest.raises(Invalid) as refused:
        editions._fill_edition(editions.Edition(confirmed=False), data)

    assert refused.value.field == field


def test_the_life_of_an_edition(store):
    center, expo = make_center(), make_user(roles=(Role.EXPO,))
    officer, rival = actor_of(make_user()), actor_of(make_user())
    fair = editions.add_fair(center, FairInput("机床展", FairKind.EXHIBITION, city="武汉", shared=True))
    own = editions.add_fair(officer, FairInput("深圳推介会", FairKind.PROMOTION, shared=True))

    assert not own.shared, "only the centre shares with the city"
    assert {one.name for one, _n, _next in queries.list_fairs(officer)} == {"机床展", "深圳推介会"}
    assert {one.name for one, _n, _next in queries.list_fairs(rival)} == {"机床展"}
    assert queries.list_fairs(actor_of(expo))[0][0].name == "机床展"
    with pytest.raises(NotFound):
        queries.get_fair(rival, own.public_id)
    with pytest.raises(Forbidden):
        editions.edit_fair(rival, fair, FairInput("改名", FairKind.EXHIBITION), "1")

    today = clock.today()
    row = editions.add_edition(center, fair, days(None))
    assert (row.state(today), row.confirmed, row.title) == ("undated", False, "第 9 届")
    coming = days(today + timedelta(20), confirmed=True, source="官网")
    row = editions.edit_edition(center, row, coming, "1")
    assert (row.confirmed_on, row.ends_on, row.state(today)) == (today, row.starts_on, "coming")
    with pytest.raises(Stale):
        editions.edit_edition(center, row, coming, "1")
    with pytest.raises(Conflict):
        editions.write_review(center, row, "很好", "2")
    with pytest.raises(Invalid):
        editions.cancel_edition(center, row, "")
    row = editions.cancel_edition(center, row, "停办")
    assert queries.page_of_editions(center, EditionFilter(), 1).total == 0
    assert queries.page_of_editions(center, EditionFilter(state="cancelled"), 1).items[0].cancel_reason == "停办"
    with pytest.raises(Conflict):
        editions.edit_edition(center, row, coming, str(row.version))
    row = editions.restore_edition(center, row)
    assert queries.page_of_editions(officer, EditionFilter(text="机床 第"), 1).total == 1

    item = parts.add_agenda(center, row, AgendaInput("开幕", starts="09:30"))
    assert item.held_on == row.starts_on
    with pytest.raises(Invalid):
        parts.add_agenda(center, row, AgendaInput("论坛", held_on=today))
    parts.withdraw_agenda(center, row, item.public_id)
    assert queries.agenda_of(row) == []

    company = make_company("黄石邦衡模具有限公司")
    firm = parts.add_firm(officer, row, company.public_id, booth="B1-2C16")
    with pytest.raises(Conflict):
        parts.add_firm(officer, row, company.public_id)
    with pytest.raises(Forbidden):
        parts.withdraw_firm(rival, row, firm.public_id)
    parts.withdraw_firm(officer, row, firm.public_id)
    assert parts.add_firm(officer, row, company.public_id, booth="B2").id == firm.id
    assert [one.booth for one in queries.firms_of(rival, row)] == ["B2"]

    cost = parts.add_cost(officer, row, CostKind.TRAVEL, Decimal("1234.50"), today)
    parts.add_cost(rival, row, CostKind.BOOTH, Decimal(9), None)
    assert queries.total(queries.costs_of(officer, row)) == Decimal("1234.50")
    assert queries.total(queries.costs_of(center, row)) == Decimal("1243.50")
    with pytest.raises(NotFound):
        parts.withdraw_cost(rival, row, cost.public_id)
    parts.withdraw_cost(officer, row, cost.public_id)
    assert queries.costs_of(officer, row) == []


def test_the_fairs_of_the_plan_come_once_and_without_days(store):
    make_center()
    kinds = {"机博会": "专业展", "项目推介会": "自办活动", "赴外参展": "境外参展"}
    save(*(PlanFair(code=f"FA{n}", name=name, detail={"kind": kind}) for n, (name, kind) in enumerate(kinds.items())))

    assert loader.load() == {"fairs": 3}
    assert loader.load() == {"fairs": 0}
    found = {fair.name: fair for fair, _n, _next in queries.list_fairs(make_center())}
    assert found["项目推介会"].kind is FairKind.PROMOTION
    page = queries.page_of_editions(make_center(), EditionFilter(), 1)
    assert [(row.fair.name, row.starts_on, row.confirmed) for row in page.items] == [("机博会", None, False)]


def test_the_pages(sqlite, context, sign_in, statements):
    org = make_org()
    user, rival, leader = make_user(org=org), make_user(), make_user(roles=(Role.LEADER,))
    client, other = sign_in(user), sign_in(rival)

    made = client.post("/fairs/series/new", data={"name": "上海推介会", "kind": "promotion", "city": "上海"})
    fair = made.headers["Location"]
    assert client.post("/fairs/series/new", data={"name": "会", "kind": "promotion"}).status_code == 422
    number = fair.rsplit("/", 1)[1]
    new = f"/fairs/editions/new?fair={number}"
    assert "待确认" in client.get(new).text
    refused = client.post(new, data={"year": "2027", "confirmed": "y", "starts_on": "2027-04-02"})
    assert refused.status_code == 422 and "请写明来源" in refused.text and "2027-04-02" in refused.text
    page = client.post(new, data={"year": "2027", "purpose": "招机床", "once": "k1"}).headers["Location"]
    assert client.post(new, data={"year": "2027", "once": "k1"}).headers["Location"] == page

    for address in ("/fairs/", "/fairs/calendar?year=2027", "/fairs/series", fair, page, f"{page}/edit"):
        statements.clear()
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert len(statements) <= 12, (address, len(statements))
    assert "上海推介会" in client.get("/fairs/").text
    assert "日期未定" in client.get("/fairs/calendar?year=2027").text
    assert "上海推介会" not in other.get("/fairs/").text
    for address in (fair, page, f"{page}/edit"):
        assert other.get(address).status_code == 404
    for act in ("cancel", "restore", "review", "agenda", "firms", "costs"):
        assert other.post(f"{page}/{act}", data={"reason": "x"}).status_code == 404
    assert sign_in(leader).get("/fairs/").status_code == 200
    assert sign_in(leader).get("/fairs/list.xlsx").status_code == 403

    seen = re.search(r'name="version"[^>]*value="(\d+)"', client.get(f"{page}/edit").text)
    assert seen
    edit = {"year": "2027", "starts_on": "2027-04-02", "ends_on": "2027-04-05", "version": seen[1]}
    assert client.post(f"{page}/edit", data=edit).status_code == 303
    stale = client.post(f"{page}/edit", data=edit | {"city": "苏州"})
    assert stale.status_code == 409 and "苏州" in stale.text
    wrong = client.post(f"{page}/agenda", data={"title": "论坛", "starts": "25:00"})
    assert wrong.status_code == 422 and "09:30" in wrong.text
    assert client.post(f"{page}/agenda", data={"title": "论坛", "starts": "9:30"}).status_code == 303
    company = make_company("黄石邦衡模具有限公司", actor=actor_of(user))
    assert client.post(f"{page}/firms", data={"company_text": "没有这家"}).status_code == 422
    assert client.post(f"{page}/firms", data={"company_public_id": company.public_id}).status_code == 303
    assert client.post(f"{page}/costs", data={"kind": "travel", "amount_cny": ""}).status_code == 422
    assert client.post(f"{page}/costs", data={"kind": "travel", "amount_cny": "3,200"}).status_code == 303
    shown = client.get(page).text
    assert "09:30" in shown and "黄石邦衡模具有限公司" in shown and "3,200" in shown
    assert client.post(f"{page}/cancel", data={"reason": ""}).status_code == 422
    assert client.post(f"{page}/cancel", data={"reason": "停办"}).status_code == 303
    assert "停办" in client.get(page).text
    client.post(f"{page}/restore")
    sheet = client.get("/fairs/list.xlsx?year=2027")
    assert sheet.status_code == 200 and sheet.data[:2] == b"PK"
