"""Pages of transfers, agreements and orders: by hand from the application to both confirmations, and as strangers."""

import pytest

from crm.claims import filing, verification
from crm.claims.transfers import queries as transfers
from crm.claims.transfers import service
from crm.claims.transfers.models import Transfer, TransferReason
from crm.core.permissions import Role
from crm.kit import db
from tests.claims.conftest import make_city, make_lead
from tests.claims.test_transfers import unit
from tests.factories import make_actor

FIRM = "苏州绎衡传动科技有限公司"
SECRET = "厂区东地块不外传"


@pytest.fixture
def town(sqlite, context):
    return make_city()


def protected(town):
    claim = filing.file_report(town.a, make_lead(town.a, FIRM, site_wish=SECRET, content=SECRET))
    verification.verify(town.a_manager, claim)
    return claim


def version(public_id):
    row = db.session.query(Transfer).filter_by(public_id=public_id).one()
    found = row.version
    db.session.remove()
    return found


def test_a_transfer_by_hand(town, sign_in, statements):
    url = f"/claims/{protected(town).public_id}/transfer"
    host_unit = unit(town.b)
    a, b, boss_a, boss_b, center = (sign_in(x) for x in (town.a, town.b, town.a_manager, town.b_manager, town.center))
    assert b.get(url).status_code == 404
    assert "市级统筹" not in a.get(url).text
    wrong = a.post(url, data={"reason": "plan", "words": "短"})
    assert wrong.status_code == 422 and "至少 5 个字" in wrong.text
    page = a.post(url, data={"reason": "plan", "words": "与本区规划不符"}).location
    public_id = page.rsplit("/", 1)[1]
    assert b.get(page).status_code == 404 and boss_b.get("/claims/transfers").status_code == 200
    refused = center.post(f"{page}/offer", data={"host": host_unit, "words": "", "version": version(public_id)})
    assert refused.status_code == 422 and "写明提名理由" in refused.text
    offered = {"host": host_unit, "words": "该区有配套厂房", "version": version(public_id)}
    assert center.post(f"{page}/offer", data=offered).status_code == 303
    seen = b.get(page)
    assert seen.status_code == 200 and FIRM in seen.text and SECRET not in seen.text and "甲员" not in seen.text
    assert b.post(f"{page}/accept", data={"version": version(public_id)}).status_code == 403
    assert boss_b.post(f"{page}/accept", data={"version": 1}).status_code == 409
    assert boss_b.post(f"{page}/accept", data={"version": version(public_id)}).status_code == 303
    assert boss_b.post(f"{page}/accept", data={"version": version(public_id)}).status_code == 403
    row = transfers.get_transfer(town.a, public_id)
    paper = f"/claims/benefits/{transfers.agreement_of(transfer=row).public_id}"
    db.session.remove()
    bad = boss_a.post(paper, data=_line(origin="60", host="60", version="1"))
    assert bad.status_code == 422 and "百分之百" in bad.text and 'value="60"' in bad.text
    assert boss_a.post(paper, data=_line(origin="60", host="40", version="0")).status_code == 409
    assert boss_a.post(paper, data=_line(origin="60", host="40", version="1")).status_code == 303
    for boss, number in ((boss_a, 2), (boss_b, 3)):
        assert boss.post(f"{paper}/confirm", data={"version": number}).status_code == 303
    assert "双方已确认" in a.get(paper).text and a.get(f"{paper}/paper.docx").data[:2] == b"PK"
    stranger = sign_in(make_actor(Role.MANAGER))
    for place in (page, paper, f"{paper}/paper.docx"):
        assert stranger.get(place).status_code == 404
    for one in (boss_a, boss_b, center):  # the month says what was taken over and how it is shared
        said = one.get("/claims/months").text
        assert page in said and "税收县级留成（政府间） 60:40，5 年，按年结算" in said and "双方已确认" in said
        assert one.get("/claims/months/shares").data[:2] == b"PK"
    assert page not in stranger.get("/claims/months").text
    for one, where in (
        *((center, "/claims/transfers"), (center, page), (boss_b, page), (boss_a, paper)),
        (center, "/claims/months"),
    ):
        statements.clear()
        assert one.get(where).status_code == 200
        assert len(statements) <= 12, (where, statements)


def _line(**values):
    line = {f"tax_{name}": value for name, value in values.items() if name != "version"}
    extra = {"tax_on": "y", "tax_years": "5", "tax_basis": "县级留成", "tax_settle": "year"}
    return {**line, **extra, "version": values["version"]}


def test_an_order_on_the_page_names_the_ways_that_remain(town, sign_in, statements):
    protected(town)
    target = unit(town.b)
    db.session.remove()
    center, leader = sign_in(town.center), sign_in(make_actor(Role.LEADER))
    order = {"company_text": FIRM, "title": "在乙区建厂", "unit": target, "leader": "某市领导"}

    told = leader.post("/claims/assign", data=order)
    assert told.status_code == 409 and "没有交办" in told.text and "甲区</p>" not in told.text
    assert "持有单位：" not in told.text and "改派</button>" not in told.text
    assert (
        leader.post("/claims/assign", data={**order, "override": "1", "reason": "一定要改派给乙区"}).status_code == 403
    )
    statements.clear()
    assert leader.get("/claims/assign").status_code == 200 and len(statements) <= 12
    assert center.get("/claims/assign").status_code == 200  # counts in the menu that may be a minute old are read once
    statements.clear()
    seen = center.post("/claims/assign", data=order)
    assert len(statements) <= 12, statements  # it names the holder and the ways that remain
    statements.clear()
    respelt = {**order, "company_text": "苏州市绎衡传动科技有限公司"}
    assert center.post("/claims/assign", data=respelt).status_code == 409 and len(statements) <= 12, statements
    assert seen.status_code == 409 and "持有单位：甲区" in seen.text and 'value="某市领导"' in seen.text
    short = center.post("/claims/assign", data={**order, "override": "1", "reason": "短"})
    assert short.status_code == 422 and "至少 10 个字" in short.text
    done = center.post("/claims/assign", data={**order, "override": "1", "reason": "市级统筹，配套均在乙区"})
    assert done.status_code == 303 and "市级统筹，配套均在乙区" in sign_in(town.a).get(done.location).text
    free = {**order, "company_text": "沈阳砺枢精密机床有限公司"}
    assert leader.post("/claims/assign", data=free).status_code == 303
    assert sign_in(town.a).get("/claims/assign").status_code == 403


def test_lists_are_empty_or_own(town, sign_in):
    assert "没有流转" in sign_in(town.center).get("/claims/transfers").text
    service.apply(town.a, protected(town), TransferReason.PLAN, "与本区规划不符")

    assert FIRM in sign_in(town.center).get("/claims/transfers?state=running").text
    assert FIRM not in sign_in(town.b_manager).get("/claims/transfers").text
