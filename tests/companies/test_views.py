"""The pages: what they show, what they refuse, what a double click does."""

import io
import re
from itertools import chain

import openpyxl
import pytest

from crm.companies import service
from crm.core.permissions import Role
from crm.plan.models import Node, Segment
from tests.factories import make_actor, make_center, make_company, save

CODE = "91420200MA44JURQ85"
NAME = "湖北珩锐数控装备有限公司"
pytestmark = pytest.mark.usefixtures("context")


@pytest.fixture
def officer(sqlite):
    return make_actor()


def post(client, url, **data):
    """Send a form as its page would: with the token and the once key of the page."""
    page = client.get(url)
    found = dict(re.findall(r'name="(csrf_token|once|version)"[^>]*value="([^"]*)"', page.text))
    return client.post(url, data={**found, **data})


FORM = {"entity": "enterprise", "country": "中国", "province": ""}


def test_the_list_shows_open_rows_and_own_rows(sign_in, officer):
    make_company(NAME)
    make_company("湖北砺枢传动科技有限公司", actor=officer)
    make_company("湖北铎澜机械有限公司", actor=make_actor())

    page = sign_in(officer).get("/companies/")

    assert page.status_code == 200
    assert NAME in page.text and "砺枢" in page.text
    assert "铎澜" not in page.text


@pytest.mark.parametrize(
    "text", ["珩锐", "湖北珩锐", "hubeihangrui", "hbhrskzb", CODE, CODE[:8], "珩锐数控", "湖北省珩锐數控裝備"]
)
def test_the_list_finds_by_any_name_sound_and_code(sign_in, officer, text):
    make_company(NAME, uscc=CODE)
    make_company("黄石绎衡机器人有限公司")

    page = sign_in(officer).get("/companies/", query_string={"q": text}, headers={"HX-Request": "true"})

    assert NAME in page.text
    assert "<html" not in page.text


@pytest.mark.parametrize(
    "query",
    [
        "sort=password",
        "page=99999999999",
        "after=name~aaaaaaaaaa",
        "place=r:XX",
        "node=%27",
        "kind=x",
        "q=%00",
        "q=" + "a" * 5000,
    ],
)
def test_an_odd_address_is_an_ordinary_list(sign_in, officer, query):
    make_company(NAME)

    assert sign_in(officer).get(f"/companies/?{query}").status_code == 200


def test_pages_lead_on_and_back(sign_in, officer):
    for number in range(65):
        make_company(f"湖北样例{number:03d}号机械有限公司")
    client = sign_in(officer)
    seen, url = [], "/companies/?sort=name"
    while url:
        page = client.get(url)
        seen.append(re.findall(r"样例(\d{3})号", page.text))
        following = re.search(r'rel="next" href="([^"]*)"', page.text)
        url = following[1].replace("&amp;", "&") if following else None
    back = re.search(r'rel="prev" href="([^"]*)"', page.text)[1].replace("&amp;", "&")

    assert sorted(chain.from_iterable(seen)) == [f"{number:03d}" for number in range(65)]
    assert [len(one) for one in seen] == [30, 30, 5]
    assert re.findall(r"样例(\d{3})号", client.get(back).text) == seen[1]


def test_a_company_is_entered_once_even_by_a_double_click(sign_in, officer):
    client = sign_in(officer)
    page = client.get("/companies/new")
    fields = dict(re.findall(r'name="(csrf_token|once|version)"[^>]*value="([^"]*)"', page.text))
    data = {**FORM, **fields, "name": NAME, "uscc": CODE, "capital_cny": "3200"}

    first, second = (client.post("/companies/new", data=data) for _ in range(2))

    assert first.status_code == second.status_code == 303
    assert first.location == second.location
    assert "3,200.00" in client.get(first.location).text


@pytest.mark.parametrize(
    "name, uscc, part",
    [
        (NAME, "91420200MA44JURQ86", "最后一位校验码不对"),
        (NAME, "9142", "现在 4 位"),
        ("湖" * 300, "", "最长 200 个字"),
        ("黄石\x00机械", "", "控制字符"),
        ("", "", "请填写企业名称"),
        ("公", "", "至少要有两个汉字"),
    ],
)
def test_wrong_input_comes_back_with_a_sentence_and_with_what_was_typed(sign_in, officer, name, uscc, part):
    page = post(sign_in(officer), "/companies/new", **FORM, name=name, uscc=uscc, products="减速器")

    assert page.status_code == 422
    assert part in page.text
    assert "减速器" in page.text


def test_a_code_of_another_company_names_it(sign_in, officer):
    make_company(NAME, uscc=CODE)

    page = post(sign_in(officer), "/companies/new", **FORM, name="黄石绎衡机器人有限公司", uscc=CODE, anyway="1")

    assert page.status_code == 422
    assert "该代码已登记在" in page.text and NAME in page.text


def test_an_alike_company_is_asked_about_first(sign_in, officer):
    make_company(NAME)
    client = sign_in(officer)

    asked = post(client, "/companies/new", **FORM, name="湖北珩瑞数控装备有限公司")
    saved = post(client, "/companies/new", **FORM, name="湖北珩瑞数控装备有限公司", anyway="1")

    assert asked.status_code == 422 and "仍按新企业登记" in asked.text
    assert saved.status_code == 303


def test_text_is_shown_as_text(sign_in, officer):
    row = make_company("<script>alert(1)</script>机床", actor=officer)

    page = sign_in(officer).get(f"/companies/{row.public_id}")

    assert "<script>alert(1)" not in page.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;机床" in page.text


def test_two_editors_see_both_versions(sign_in, officer):
    row = make_company(NAME, actor=officer)
    client = sign_in(officer)
    url = f"/companies/{row.public_id}/edit"
    page = client.get(url)
    fields = dict(re.findall(r'name="(csrf_token|once|version)"[^>]*value="([^"]*)"', page.text))
    service.edit_company(officer, row, None, city="黄石")

    late = client.post(url, data={**FORM, **fields, "name": NAME, "city": "武汉"})

    assert late.status_code == 409
    assert "黄石" in late.text and "武汉" in late.text
    again = re.search(r'name="version"[^>]*value="([^"]*)"', late.text)[1]
    assert client.post(url, data={**FORM, **fields, "version": again, "name": NAME, "city": "武汉"}).status_code == 303


def test_another_units_row_is_not_found(sign_in, officer):
    row = make_company(NAME, actor=make_actor())
    client = sign_in(officer)

    assert client.get(f"/companies/{row.public_id}").status_code == 404
    assert client.get(f"/companies/{row.public_id}/edit").status_code == 404
    assert client.get(f"/companies/{row.public_id}/one-page").status_code == 404


@pytest.mark.parametrize(
    "path", ["", "check", "check?q=珩锐", "typing?q=珩锐", "new", "export", "nodes/CNC-M01/companies"]
)
def test_the_three_officers_read_no_companies(sign_in, sqlite, path):
    from crm.core.permissions import UserKind
    from tests.factories import make_user

    person = make_user(kind=UserKind.SYSADMIN)

    assert sign_in(person).get(f"/companies/{path}").status_code == 403


def test_typing_says_who_it_may_be_and_why(sign_in, officer):
    make_company(NAME, uscc=CODE)

    page = sign_in(officer).get("/companies/typing", query_string={"q": "珩锐数控"})

    assert page.status_code == 200
    assert f'data-name="{NAME}"' in page.text and "…RQ85" in page.text
    assert 'role="listbox"' in page.text


def test_a_trusted_phone_may_look_but_not_edit(sign_in, officer):
    client = sign_in(officer, scope="phone")

    assert client.get("/companies/check?q=珩锐").status_code == 200
    assert client.get("/companies/typing?q=珩锐").status_code == 200
    assert client.get("/companies/new").status_code in (302, 303)


def test_the_export_holds_text_as_text_and_says_who_took_it(sign_in, officer):
    make_company("=1+1机床有限公司", products="=HYPERLINK(1)")

    answer = post(sign_in(officer), "/companies/export?q=机床", reason="例会附件")

    sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).active
    assert sheet["A4"].value == "=1+1机床有限公司" and sheet["A4"].data_type == "s"
    assert officer.name in sheet["A2"].value and "例会附件" in sheet["A2"].value
    assert sheet.max_row == 4


def test_the_export_asks_for_a_reason(sign_in, officer):
    assert post(sign_in(officer), "/companies/export", reason=" ").status_code == 422
    assert sign_in(make_actor(Role.LEADER)).get("/companies/export").status_code == 403


def test_the_centre_opens_a_row(sign_in, officer):
    row = make_company(NAME, actor=officer)
    other = sign_in(make_actor())
    center = sign_in(make_center())
    token = re.search(r'name="csrf_token" value="([^"]*)"', center.get("/companies/unopened").text)[1]

    center.post(f"/companies/{row.public_id}/open", data={"csrf_token": token, "back": "unopened"})

    assert other.get(f"/companies/{row.public_id}").status_code == 200


def test_names_credentials_and_relations_are_added_and_taken_away(sign_in, officer):
    row, other = make_company(NAME), make_company("黄石绎衡机器人有限公司")
    client = sign_in(officer)
    url = f"/companies/{row.public_id}/names"
    token = re.search(r'name="csrf_token" value="([^"]*)"', client.get(url).text)[1]
    base = f"/companies/{row.public_id}"

    client.post(f"{base}/names", data={"n-csrf_token": token, "n-text": "珩锐数控", "n-kind": "short"})
    client.post(
        f"{base}/credentials", data={"c-csrf_token": token, "c-kind": "高新技术企业", "c-level": "", "c-year": "2025"}
    )
    client.post(
        f"{base}/relations",
        data={
            "r-csrf_token": token,
            "r-company": other.name,
            "r-company_public_id": other.public_id,
            "r-role": "parent:forward",
        },
    )
    page = client.get(base)

    assert "珩锐数控" in page.text and "高新技术企业" in page.text
    assert "黄石绎衡机器人有限公司" in page.text and "母公司" in page.text


@pytest.mark.parametrize(
    "path", ["?q=珩锐", "", "{row}", "{row}/one-page", "check?q=珩锐数控", "typing?q=珩锐数控", "{row}/edit"]
)
def test_a_page_takes_at_most_twelve_statements(sign_in, officer, statements, path):
    segment = Segment(code="CNC", name="数控机床", name_en="CNC")
    save(segment)
    save(Node(code="CNC-M01", name="功能部件", name_en="Parts", segment_id=segment.id))
    row = make_company(NAME, uscc=CODE)
    for number in range(40):
        make_company(f"湖北样例{number:03d}号机械有限公司")
    client = sign_in(officer)
    url = "/companies/" + path.format(row=row.public_id)
    client.get(url)
    statements.clear()

    client.get(url)

    assert len(statements) <= 12, "\n".join(statements)


@pytest.mark.parametrize("text", ["hblssk", "hubeilishu", "hu bei li shu", "HBLSSK"])
def test_initials_and_pinyin_bring_candidates_while_typing(sign_in, context, text):
    make_company("湖北砺枢数控装备有限公司")

    page = sign_in(make_actor()).get(f"/companies/typing?q={text}").text

    assert "湖北砺枢数控装备有限公司" in page
