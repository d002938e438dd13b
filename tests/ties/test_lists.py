"""Relations as trade, membership, investment, mandate and introduction: told, ended, imported, listed, and whose they are."""

import io
from datetime import timedelta

import openpyxl
import pytest
from sqlalchemy import select

from crm.companies import queries as companies
from crm.companies import relations
from crm.companies.handles import handle
from crm.companies.imports import relations as imports
from crm.companies.models import CompanyRelation, Entity, RelationKind
from crm.companies.relations import Facts
from crm.core.errors import Conflict, Invalid, NotFound, Stale
from crm.kit import clock, db
from crm.ties import queries
from crm.ties.queries import TieFilter
from tests.companies.importing import fates, run
from tests.factories import make_actor, make_center, make_company

pytestmark = pytest.mark.usefixtures("context")
LOCAL, OUTSIDE = "黄石珩锐装备有限公司", "苏州绎衡传动科技有限公司"


def listed(actor, **wanted):
    return [(tie.first.name, tie.second.name) for tie in queries.rows_for_export(actor, TieFilter(**wanted))]


def test_trade_is_told_ended_and_goes_on_and_serves_its_unit_until_opened(store):
    officer, rival, center = make_actor(), make_actor(), make_center()
    local, outside = make_company(LOCAL, is_local=True), make_company(OUTSIDE)
    today = clock.today()
    told = {"source": "走访", "product": "行星减速器", "replaceable": True}
    row = relations.add_relation(officer, outside.id, local.id, RelationKind.SUPPLIER, **told)
    turned = relations.add_relation(center, outside.id, local.id, RelationKind.CUSTOMER, product="铸件")

    assert listed(officer, mark="local") == [(OUTSIDE, LOCAL)]
    assert listed(officer) == [(LOCAL, OUTSIDE), (OUTSIDE, LOCAL)]  # who buys stands second, however it was told
    assert listed(rival) == [(LOCAL, OUTSIDE)] and listed(rival, mark="replaceable") == []
    assert listed(center, text="减速器") == [(OUTSIDE, LOCAL)]
    assert queries.purchases(officer) == {"all": 1, "replaceable": 1, "tasks": 0}
    assert queries.purchases(rival)["all"] == 0

    wrong = [
        (Facts(replaceable=True), "product"),
        (Facts(product="减速器", ended_on=today + timedelta(days=1)), "ended_on"),
        (Facts(product="减速器", valid_on=today, ended_on=today - timedelta(days=1)), "ended_on"),
    ]
    for facts, field in wrong:
        with pytest.raises(Invalid) as fault:
            relations.edit_relation(officer, local.id, row.id, facts, 1)
        assert fault.value.field == field
    with pytest.raises(Invalid):
        relations.add_relation(officer, outside.id, local.id, RelationKind.MEMBER, product="减速器")
    with pytest.raises(NotFound):
        relations.edit_relation(rival, local.id, row.id, Facts(), 1)

    ended = relations.edit_relation(officer, local.id, row.id, Facts("走访", None, today, "行星减速器", True), 1)
    assert listed(officer, mark="local") == [] and listed(officer, state="ended") == [(OUTSIDE, LOCAL)]
    with pytest.raises(Stale):
        relations.edit_relation(officer, local.id, row.id, Facts(), 1)
    with pytest.raises(Conflict):
        relations.add_relation(officer, outside.id, local.id, RelationKind.SUPPLIER, product="减速器")
    relations.edit_relation(officer, local.id, row.id, Facts("走访", None, None, "行星减速器", True), ended.version)
    relations.open_relation(center, local.id, row.id)
    assert listed(rival, mark="replaceable") == [(OUTSIDE, LOCAL)]
    relations.remove_relation(center, local.id, turned.id)
    assert listed(officer) == [(OUTSIDE, LOCAL)]


def test_a_group_that_ended_is_no_group(store):
    from crm.companies import identity

    center = make_center()
    local, outside = make_company(LOCAL), make_company(OUTSIDE)
    row = relations.add_relation(center, outside.id, local.id, RelationKind.PARENT)
    assert identity.group_of(local.id) == {outside.id}

    relations.edit_relation(center, local.id, row.id, Facts(ended_on=clock.today()), 1)

    assert identity.group_of(local.id) == set()


def test_products_come_by_import_and_go_back(store):
    actor = make_actor()
    make_company(LOCAL)
    make_company(OUTSIDE)
    one = run(imports.KIND, actor)
    row = {"name": LOCAL, "other": OUTSIDE, "role": "supplier:to", "product": "伺服电机", "replaceable": "yes"}
    wrong = row | {"role": "member:to"}
    assert fates(
        one.check(row, wrong, row | {"product": ""}, row | {"role": "introducer:to", "product": "", "replaceable": ""})
    ) == [*("new", "error", "error", "new")]
    one.write(row)
    kept = db.session.scalars(select(CompanyRelation)).one()
    assert (kept.product, kept.replaceable) == ("伺服电机", True)
    assert one.undo() == [] and db.session.scalars(select(CompanyRelation)).all() == []
    one.write(row)
    kept = db.session.scalars(select(CompanyRelation)).one()
    relations.edit_relation(actor, kept.to_id, kept.id, Facts(kept.source, product="电机", replaceable=True), 1)
    assert len(one.undo()) == 1


def test_the_pages(sqlite, sign_in, statements):
    officer, rival, center = make_actor(), make_actor(), make_center()
    local, outside = make_company(LOCAL, is_local=True), make_company(OUTSIDE)
    chamber = make_company("武汉黄石商会", city="武汉", province="湖北", entity=Entity.CHAMBER)
    relations.add_relation(center, chamber.id, outside.id, RelationKind.MEMBER)
    client = sign_in(officer)
    form = {"r-company": OUTSIDE, "r-company_public_id": outside.public_id, "r-role": "supplier:forward"}
    address = f"/companies/{local.public_id}/relations"
    refused = client.post(address, data=form | {"r-replaceable": "y"})
    assert refused.status_code == 422 and "请写明采购什么产品" in refused.text and "checked" in refused.text
    assert client.post(address, data=form | {"r-replaceable": "y", "r-product": "减速器"}).status_code == 303
    row = db.session.scalars(select(CompanyRelation).where(CompanyRelation.kind == "supplier")).one()
    db.session.rollback()  # a test that reads holds the base like a writer

    statements.clear()
    page = client.get("/ties/")
    assert page.status_code == 200 and len(statements) <= 12, statements
    assert OUTSIDE in page.text and "减速器" in page.text and "仅本单位" in page.text
    fragment = client.get("/ties/?q=减速器", headers={"HX-Request": "true"}).text
    assert OUTSIDE in fragment and "<html" not in fragment
    assert "没有符合条件的关系" in client.get("/ties/?mark=tasked").text
    assert "还没有登记这类关系" in client.get("/ties/?tab=mandate").text
    panel = client.get(f"/ties/panels/companies/{local.public_id}").text
    assert "供应方" in panel and "可本地替代" in panel
    assert "查看供应链与引荐" in client.get(f"/companies/{local.public_id}").text
    sheet = openpyxl.load_workbook(io.BytesIO(client.get("/ties/list.xlsx").data)).active
    assert any("减速器" in [str(cell.value) for cell in line] for line in sheet.iter_rows())
    bodies = client.get("/ties/bodies/chamber?city=武汉").text
    assert "武汉黄石商会" in bodies and f"body={chamber.public_id}" in bodies
    assert OUTSIDE in client.get(f"/ties/?tab=member&body={chamber.public_id}").text
    assert 'value="chamber" selected' in client.get(
        "/companies/new?entity=chamber"
    ).text or 'selected value="chamber"' in (client.get("/companies/new?entity=chamber").text)

    edit = f"/companies/{local.public_id}/relations/edit?relation={handle('relation', row.id)}"
    shown = client.get(edit).text
    assert 'value="减速器"' in shown and "终止日期" in shown
    late = client.post(edit, data={"e-product": "减速器", "e-ended_on": "2099-01-01", "e-version": "1"})
    assert late.status_code == 422 and "终止日期不能晚于今天" in late.text
    stale = client.post(edit, data={"e-product": "轴承", "e-version": "7"})
    assert stale.status_code == 409 and 'value="轴承"' in stale.text
    assert client.post(edit, data={"e-product": "轴承", "e-version": "1"}).status_code == 303

    other = sign_in(rival)
    assert OUTSIDE not in other.get("/ties/").text and "轴承" not in other.get("/ties/").text
    assert "轴承" not in other.get(f"/ties/panels/companies/{local.public_id}").text
    assert other.get(edit).status_code == 404
    assert OUTSIDE in other.get("/ties/?tab=member").text
    hidden = make_company("黄石未开放机械有限公司", actor=officer)
    assert other.get(f"/ties/panels/companies/{hidden.public_id}").status_code == 404
    assert companies.relations_of(rival, local) == []
