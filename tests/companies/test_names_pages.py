"""The pages of names, relations, judgements, brands and retiring: who reaches them, what they carry, what they refuse."""

import io
import re

import pytest
from sqlalchemy import select

from crm.companies import aliases, decisions, details, queries, relations, retiring
from crm.companies.models import BrandAlias, NameKind, RelationKind
from crm.core.permissions import Role
from crm.kit import db
from crm.plan import loader
from tests.factories import make_actor, make_center, make_company, save

NAME = "苏州绎衡传动科技有限公司"
OTHER = "湖北珩锐数控装备有限公司"
pytestmark = pytest.mark.usefixtures("context", "sqlite")


def handles(page, field):
    return re.findall(rf'name="{field}" value="([0-9a-f]{{16}})"', page)


def texts(actor, row):
    return {one.text for one in queries.names_of(actor, row)}


def test_the_pages_of_the_centre_are_the_centres(sign_in):
    row = make_company(NAME)
    every = [make_actor(role) for role in Role if role not in (Role.CENTER, Role.SYSADMIN, Role.SECADMIN, Role.AUDITOR)]
    addresses = ("/companies/waiting-names", "/companies/brands", "/companies/brands/export")
    for who in every:
        client = sign_in(who)
        assert [client.get(address).status_code for address in addresses] == [403, 403, 403]
        posts = ("waiting-names", "brands", "brands/import", f"{row.public_id}/retire", f"{row.public_id}/restore")
        assert {client.post(f"/companies/{one}").status_code for one in posts} == {403}
        assert client.get(f"/companies/{row.public_id}/group").status_code == 200
    center = sign_in(make_center())
    assert [center.get(address).status_code for address in addresses] == [200, 200, 200]


def test_names_carry_handles_and_no_numbers_and_are_removed_by_them(sign_in):
    officer = make_actor()
    row = make_company(NAME)
    name = aliases.confirm(officer, row, "苏绎传动", source="lead")
    client = sign_in(officer)
    page = client.get(f"/companies/{row.public_id}/names").text

    assert "登记线索时确认" in page and officer.name in page
    (key,) = handles(page, "name")
    address = f"/companies/{row.public_id}/names/remove"
    assert client.post(address, data={"name": str(name.id)}).status_code == 404
    assert sign_in(make_actor()).post(address, data={"name": key}).status_code == 404
    assert sign_in(officer).post(address, data={"name": key}).status_code == 303
    assert texts(officer, row) == {NAME}


@pytest.mark.parametrize("wanted", ["", "0", "-1", str(2**63), "苏", "0" * 16, "' or 1=1"])
def test_odd_handles_are_not_found(sign_in, wanted):
    row, officer = make_company(NAME), make_actor()
    aliases.confirm(officer, row, "苏绎传动", source="lead")
    client = sign_in(officer)

    for act in ("names/remove", "relations/remove", "relations/edit", "credentials/remove", "decisions/undo"):
        data = {"name": wanted, "relation": wanted, "credential": wanted, "decision": wanted}
        assert client.post(f"/companies/{row.public_id}/{act}", data=data).status_code == 404


def test_a_source_of_ours_is_told_in_words(sign_in):
    row = make_company(NAME, source="sample")

    page = sign_in(make_actor()).get(f"/companies/{row.public_id}/names").text

    assert "示例数据" in page and '<td data-k="来源">sample' not in page


def test_the_centre_opens_ticked_names_and_keeps_others(sign_in):
    officer, center = make_actor(), make_center()
    row = make_company(NAME)
    for text in ("苏绎传动", "阿绎老厂"):
        aliases.confirm(officer, row, text, source="lead")
    client = sign_in(center)
    page = client.get("/companies/waiting-names").text
    keys = handles(page, "name")

    assert page.index("阿绎老厂") < page.index("苏绎传动") and officer.org_name in page
    assert client.post("/companies/waiting-names", data={"act": "open"}).status_code == 422
    client.post("/companies/waiting-names", data={"act": "open", "name": keys[0]})
    client.post("/companies/waiting-names", data={"act": "keep", "name": [keys[1], "f" * 16]})

    assert "没有待公开的名称" in client.get("/companies/waiting-names").text
    assert texts(make_actor(), row) == {NAME, "阿绎老厂"}


def test_a_relation_is_noted_with_source_and_date_corrected_opened_and_removed(sign_in):
    officer, center = make_actor(), make_center()
    row, other = make_company(NAME), make_company(OTHER)
    client, address = sign_in(officer), f"/companies/{row.public_id}/relations"
    form = {"r-company": OTHER, "r-company_public_id": other.public_id, "r-role": "parent:forward"}
    typed = {"r-company_typed": "珩锐老厂", "r-source": "走访", "r-valid_on": "2024-05-01"}
    assert client.post(address, data=form | typed).status_code == 303
    assert client.post(address, data=form).status_code == 422
    circle = form | {"r-role": "parent:back"}
    assert "不能又是它的下级" in client.post(address, data=circle).text

    page = client.get(f"/companies/{row.public_id}/names").text
    (key,) = set(handles(page, "relation"))
    assert "2024-05-01" in page and "珩锐老厂" in texts(officer, other)
    edited = client.post(f"{address}/edit", data={"relation": key, "e-source": "年报", "e-valid_on": "2024-06-30"})
    assert edited.status_code == 303
    assert client.post(f"{address}/edit", data={"relation": key, "e-valid_on": "昨天"}).status_code == 422
    assert client.post(f"{address}/open", data={"relation": key}).status_code == 403
    with sign_in(center) as boss:
        assert "年报" in boss.get("/companies/waiting-names").text
        assert boss.post(f"{address}/open", data={"relation": key}).status_code == 303
    stranger = sign_in(make_actor())
    group = stranger.get(f"/companies/{row.public_id}/group").text
    assert "母公司" in group and OTHER in group and "2024-06-30" in group
    assert stranger.post(f"{address}/remove", data={"relation": key}).status_code == 404
    assert sign_in(center).post(f"{address}/remove", data={"relation": key}).status_code == 303
    assert queries.relations_of(center, row) == []


def test_the_company_page_calls_for_the_picture_only_where_there_is_a_group(sign_in):
    row, other = make_company(NAME), make_company(OTHER)
    client = sign_in(make_actor())
    assert f"/companies/{row.public_id}/group" not in client.get(f"/companies/{row.public_id}").text

    relations.add_relation(make_center(), other.id, row.id, RelationKind.PARENT)

    assert f"/companies/{row.public_id}/group" in client.get(f"/companies/{row.public_id}").text
    panel = client.get(f"/companies/{row.public_id}/group", headers={"HX-Request": "true"}).text
    assert panel.count("<svg") == 2 and "<html" not in panel and " style=" not in panel


def test_judgements_are_shown_undone_and_made_the_citys(sign_in):
    officer, center = make_actor(), make_center()
    row, other = make_company(NAME), make_company(OTHER)
    decisions.remember(officer, row, other, decisions.DIFFERENT, "两家无关")
    mine, names = sign_in(officer), f"/companies/{row.public_id}/names"
    assert f"/companies/{row.public_id}/apart" in mine.get(f"/companies/{row.public_id}").text
    panel = mine.get(f"/companies/{row.public_id}/apart", headers={"HX-Request": "true"}).text
    assert "已判定为不同的企业" in panel and OTHER in panel
    (key,) = handles(mine.get(names).text, "decision")
    assert mine.post(f"/companies/{row.public_id}/decisions/open", data={"decision": key}).status_code == 403

    stranger = sign_in(make_actor())
    assert "已判定" not in stranger.get(names).text
    assert OTHER not in stranger.get(f"/companies/{row.public_id}/apart").text
    assert stranger.post(f"/companies/{row.public_id}/decisions/undo", data={"decision": key}).status_code == 404
    boss = sign_in(center)
    assert boss.post(f"/companies/{row.public_id}/decisions/open", data={"decision": key}).status_code == 303
    assert "两家无关" in sign_in(make_actor()).get(names).text
    boss = sign_in(center)
    (key,) = handles(boss.get(names).text, "decision")
    assert boss.post(f"/companies/{other.public_id}/decisions/undo", data={"decision": key}).status_code == 303
    assert decisions.of_company(center, row) == []


def test_a_company_is_retired_and_restored_on_its_page(sign_in):
    center, row = make_center(), make_company(NAME)
    client, address = sign_in(center), f"/companies/{row.public_id}"
    assert client.post(f"{address}/retire", data={"x-reason": ""}).status_code == 422
    assert client.post(f"{address}/retire", data={"x-reason": "已注销"}).status_code == 303
    page = client.get(address).text
    assert "停用：已注销" in page and "恢复企业" in page
    assert NAME in client.get("/companies/?kind=retired").text and NAME not in client.get("/companies/").text
    client = sign_in(make_actor())
    page = client.get(address)
    assert page.status_code == 200 and "停用：已注销" in page.text and "恢复企业" not in page.text
    assert NAME not in client.get("/companies/?kind=retired").text
    assert NAME not in client.get("/companies/typing?q=苏州绎衡").text
    sign_in(center).post(f"{address}/restore")
    assert NAME in sign_in(make_actor()).get("/companies/").text


def test_brands_are_added_imported_exported_and_retired_on_their_page(sign_in):
    row = make_company("珩锐机床（大冶）有限公司")
    details.add_name(make_center(), row.id, text="珩锐", kind=NameKind.SHORT)
    client = sign_in(make_center())
    form = {"latin": "HENGRUI", "chinese": "珩锐", "sector": "机床", "source": "官网"}
    assert client.post("/companies/brands", data=form).status_code == 303
    assert "已在表里" in client.post("/companies/brands", data=form).text
    page = client.get("/companies/brands").text
    assert row.public_id in page and "HENGRUI" in page
    exported = client.get("/companies/brands/export")
    assert exported.data.decode("utf-8-sig").splitlines() == ["brand_en,brand_zh,sector", "HENGRUI,珩锐,机床"]
    for content, status in ((b"x", 422), (b"brand_en,brand_zh\r\nYIHENG,\xe7\xbb\x8e\xe8\xa1\xa1\r\n", 303)):
        sent = client.post("/companies/brands/import", data={"file": (io.BytesIO(content), "brands.csv")})
        assert sent.status_code == status
    assert client.post("/companies/brands/import").status_code == 422
    brand = db.session.scalar(select(BrandAlias).where(BrandAlias.latin == "HENGRUI"))
    assert client.post(f"/companies/brands/{brand.public_id}/retire").status_code == 303
    assert client.post("/companies/brands/aaaaaaaaaa/retire").status_code == 404
    assert "HENGRUI" not in texts(make_center(), row)


def test_the_address_of_a_merged_company_leads_on_with_a_word(sign_in):
    gone, left = make_company(NAME), make_company(OTHER)
    gone.merged_into_id = left.id
    save(gone)
    client = sign_in(make_actor())

    answer = client.get(f"/companies/{gone.public_id}")

    assert answer.status_code == 302 and answer.location.endswith(f"/companies/{left.public_id}")
    assert f"该企业已合并到“{OTHER}”" in client.get(answer.location).text


def test_the_pages_of_a_company_take_twelve_statements(sign_in, statements):
    loader.load()
    center = make_center()
    row = make_company(NAME)
    for n in range(6):
        relations.add_relation(center, row.id, make_company(f"下级第{n}家智能装备有限公司").id, RelationKind.PARENT)
    decisions.remember(center, "绎衡老厂", row, decisions.DIFFERENT)
    retiring.retire(center, row, "已注销")
    client = sign_in(center)

    for page in (f"{row.public_id}", f"{row.public_id}/names", f"{row.public_id}/group", "waiting-names", "brands"):
        client.get(f"/companies/{page}")
        statements.clear()
        client.get(f"/companies/{page}")
        assert len(statements) <= 12, page
