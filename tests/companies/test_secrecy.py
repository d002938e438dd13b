"""S0 and S1: what one unit does leaves every answer to another unit as it was, to the byte."""

import io
import re

import openpyxl
import pytest

from crm.companies import aliases, decisions, details, identity, relations, service
from crm.companies.models import NameKind, RelationKind
from tests.factories import make_actor, make_center, make_company

CODE, HERS = "91420200MA44JURQ85", "91420200MA4283FQ66"
FILED = "91420200MA4EFLCR3W"  # by her, for an open row
TEXTS = (
    *(
        "珩锐",
        "珩锐数控",
        "湖北珩锐数控装备有限公司",
        "湖北绎衡机器人有限公司",
        "绎衡",
        "yiheng",
        "hbyh",
        "砺枢",
        "铎澜传动",
        "锐科",
    ),
    *(CODE, HERS, HERS[:10], FILED, "湖北", "武汉珩锐", "黄石", "Hengrui CNC", "数控装备", "珩瑞数控装备", "衡锐"),
)
ADDRESSES = (
    *(
        "/companies/",
        "/companies/?sort=-updated",
        "/companies/?sort=-capital",
        "/companies/?kind=own",
        "/companies/?kind=center",
    ),
    *("/companies/?place=p:湖北", "/companies/export", "/companies/nodes/CNC-M01/companies"),
    *(f"/companies/{page}?q={text}" for text in TEXTS for page in ("", "typing", "check")),
    *(f"/companies/typing?q=&uscc={code}" for code in (CODE, HERS, FILED)),
)
pytestmark = pytest.mark.usefixtures("context")


def answers(client, rows):
    """Everything the other unit can read, without what differs at each request by design."""
    own = (
        f"/companies/{row.public_id}{page}" for row in rows for page in ("", "/names", "/one-page", "/group", "/apart")
    )
    read = {address: client.get(address) for address in (*ADDRESSES, *own)}
    return {address: (page.status_code, _settled(page.text)) for address, page in read.items()}


def _settled(text):
    text = re.sub(r'name="([a-z]-)?(csrf_token|once)"[^>]*value="[^"]*"', "", text)
    return re.sub(r"\d\d-\d\d \d\d:\d\d", "", text)


def exported(client):
    page = client.get("/companies/export")
    fields = dict(re.findall(r'name="(csrf_token|once)"[^>]*value="([^"]*)"', page.text))
    sheet = openpyxl.load_workbook(
        io.BytesIO(client.post("/companies/export", data={**fields, "reason": "x"}).data)
    ).active
    return [[cell.value for cell in row] for row in sheet.iter_rows(min_row=3)]


def test_nothing_another_unit_does_shows(sign_in, sqlite):
    hers, his = make_actor(), make_actor()
    rows = [
        make_company("湖北珩锐数控装备有限公司", uscc=CODE),
        make_company("武汉锐科激光装备有限公司"),
        make_company("湖北铎澜传动有限公司"),
    ]
    rows.append(make_company("黄石砺枢精密有限公司", actor=his))
    client = sign_in(his)
    before, table = answers(client, rows), exported(client)

    _work_of(hers, rows)

    after = answers(client, rows)
    assert [address for address in before if before[address] != after[address]] == []
    assert exported(client) == table


def _work_of(hers, rows):
    """A unit enters firms, aliases and relations, and files codes for open rows."""
    mine = [
        make_company(name, actor=hers, uscc=code, province="湖北", capital_cny=10**8)
        for name, code in (
            ("湖北绎衡机器人有限公司", HERS),
            ("武汉珩锐数控设备有限公司", None),
            ("珩锐科技（黄石）有限公司", None),
        )
    ]
    details.add_name(hers, rows[0].id, text="Hengrui CNC", kind=NameKind.ENGLISH)
    details.add_name(hers, rows[0].id, text="大冶数控装备厂", kind=NameKind.FORMER)
    details.add_relation(hers, mine[0].id, rows[0].id, RelationKind.PARENT)
    details.add_relation(hers, rows[1].id, rows[0].id, RelationKind.SUPPLIER)
    relation = details.add_relation(hers, rows[1].id, rows[2].id, RelationKind.PARENT, source="走访")
    relations.edit_relation(hers, rows[1].id, relation.id, relations.Facts("年报"), 1)
    for text in ("珩锐", "数控装备老厂", "铎澜传动"):
        aliases.confirm(hers, rows[1], text, source="lead")
    for left in (rows[1], "锐科", "武汉珩锐"):
        decisions.remember(hers, left, rows[0], decisions.DIFFERENT, "问过了")
    decisions.remember(hers, mine[1], rows[0], decisions.DIFFERENT)
    identity.find_or_make(hers, name=rows[1].name, uscc=FILED)
    identity.find_or_make(hers, name="黄石砺枢精密有限公司")
    service.edit_company(hers, mine[1], None, city="武汉")


def test_the_code_of_an_unopened_row_is_no_error(sign_in, sqlite):
    hers, his = make_actor(), make_actor()
    make_company("湖北绎衡机器人有限公司", actor=hers, uscc=HERS)
    client = sign_in(his)
    data = {"entity": "enterprise", "country": "中国", "province": "", "name": "黄石铎澜机械有限公司", "uscc": HERS}

    saved = _post(client, "/companies/new", data)

    assert saved.status_code == 303
    page = client.get(saved.location).text
    assert HERS in page and "绎衡" not in page and "待公开" not in page


def test_an_equal_name_on_an_unopened_row_is_no_error(sign_in, sqlite):
    hers, his = make_actor(), make_actor()
    first = make_company("湖北绎衡机器人有限公司", actor=hers)
    client = sign_in(his)
    data = {"entity": "enterprise", "country": "中国", "province": "", "name": "湖北绎衡机器人股份有限公司", "uscc": ""}

    saved = _post(client, "/companies/new", data)

    assert saved.status_code == 303 and first.public_id not in saved.location


def _post(client, url, data):
    fields = dict(re.findall(r'name="(csrf_token|once)"[^>]*value="([^"]*)"', client.get(url).text))
    return client.post(url, data={**fields, **data})


def test_history_names_nobody_of_another_unit_and_nothing_before_the_opening(sign_in, sqlite):
    hers, his, center = make_actor(name="王芳"), make_actor(name="李强"), make_center("陈立新")
    row = make_company("湖北绎衡机器人有限公司", actor=hers)
    service.edit_company(hers, row, None, city="黄石")
    service.open_company(center, row.id, "verified")
    service.edit_company(hers, row, None, city="大冶")

    pages = {who.name: sign_in(who).get(f"/companies/{row.public_id}").text for who in (hers, his, center)}
    history = {name: page[page.index('id="history"') : page.index('id="names"')] for name, page in pages.items()}

    assert "大冶" in history["李强"] and "王芳" not in history["李强"] and hers.org_name not in history["李强"]
    assert "向全市开放" not in history["李强"] and "登记企业" not in history["李强"]
    assert "王芳" in history["王芳"] and "登记企业" in history["王芳"]
    assert "王芳" in history["陈立新"] and hers.org_name in history["陈立新"]
