"""The pages of leads by HTTP: every role, bad input, double clicks, two editors."""

import io
import re
from datetime import timedelta

import openpyxl
import pytest
from flask import g
from sqlalchemy import select

from crm.accounts.models import Org
from crm.core.permissions import Role, UserKind
from crm.kit import clock, db
from crm.leads import service
from crm.leads.models import Lead, LeadStatus
from tests.factories import make_actor, make_center, make_company, make_lead, make_user, upload

pytestmark = pytest.mark.usefixtures("context")
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF"
NAME = "苏州绎衡传动科技有限公司"


@pytest.fixture
def officer(sqlite):
    return make_actor(name="何静")


@pytest.fixture
def client(sign_in, officer):
    return sign_in(officer)


def machinery(page):
    return dict(re.findall(r'name="(csrf_token|once|version)"[^>]*?value="([^"]*)"', page.text))


def filled(client, url="/leads/new", **values):
    """A form as the page gave it, with what a person typed."""
    g.pop("csrf_token", None)  # the test's own context lies under every request of it
    base = {"company_text": NAME, "title": "拟建减速器生产线", "first_contact_on": clock.today().isoformat()}
    return {**machinery(client.get(url)), **base, **values}


def all_leads():
    db.session.remove()
    return db.session.scalars(select(Lead)).all()


def test_a_lead_is_saved_and_shown(client):
    answer = client.post(
        "/leads/new", data=filled(client, invest_total="4.8", person_name="沈维", person_mobile="199 0000 0127")
    )

    assert answer.status_code == 303
    page = client.get(answer.location)
    assert NAME in page.text and "4.80" in page.text
    assert "199****0127" in page.text and "19900000127" not in page.text


def test_the_name_typed_elsewhere_stands_in_the_form(client):
    assert 'value="绎衡传动"' in client.get("/leads/new?company_name=绎衡传动").text


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"company_text": ""}, "请填写企业名称"),
        ({"company_text": "长" * 300}, "最多 200 字"),
        ({"title": "长" * 121}, "最多 120 字"),
        ({"first_contact_on": ""}, "请填写首次接触日期"),
        ({"first_contact_on": "去年"}, "不是日期"),
        ({"first_contact_on": (clock.today() + timedelta(days=1)).isoformat()}, "不能在今天以后"),
        ({"first_contact_on": (clock.today() - timedelta(days=60)).isoformat()}, "不能倒签"),
        ({"first_contact_on": "0001-01-01"}, "不能倒签"),
        ({"invest_total": "很多"}, "单位亿元"),
        ({"invest_total": "1E10"}, "单位亿元"),
        ({"invest_total": "-3"}, "单位亿元"),
        ({"invest_total": "9" * 15}, "核对单位"),
        ({"invest_total": "4.8", "invest_fixed": "48.0"}, "是否应为 4.80"),
        ({"area_mu": "一大块"}, "请填亩数"),
        ({"uscc": "91420200MA0000007X"}, "校验码不对"),
        ({"uscc": "12345"}, "应为 18 位，现在是 5 位"),
        ({"person_name": "沈维", "person_mobile": "1390000"}, "不像电话号码"),
    ],
)
def test_bad_input_is_told_beside_its_field_and_nothing_is_lost(client, values, words):
    answer = client.post("/leads/new", data=filled(client, content="别丢了这一段", **values))

    assert answer.status_code == 422
    assert words in answer.text
    assert "别丢了这一段" in answer.text
    assert all_leads() == []


@pytest.mark.parametrize(
    "text", ["=1+1 有限公司", "<script>alert(1)</script>", "𠮷衡🚀传动", "ＡＢＣ有限公司", '"><img src=x>', "a\0b公司"]
)
def test_odd_text_comes_back_as_text(client, text):
    answer = client.post("/leads/new", data=filled(client, company_text=text, title=text, content=text))

    assert answer.status_code == 303
    page = client.get(answer.location).text
    assert "<script>alert" not in page and "<img src=x" not in page
    assert all_leads()[0].company_text == text.replace("\0", "")


def test_a_double_click_answers_with_the_first_record(client):
    data = filled(client)

    first, second = client.post("/leads/new", data=data), client.post("/leads/new", data=data)

    assert first.location == second.location
    assert len(all_leads()) == 1
    assert "请勿重复提交" in client.get(second.location).text


def test_two_editors_see_both_versions_and_lose_nothing(client, sign_in, officer):
    lead = make_lead(officer)
    other = sign_in(make_actor(org=db.session.get(Org, officer.org_id)))
    url = f"/leads/{lead.public_id}/edit"
    mine, theirs = filled(client, url, title="甲的改动"), filled(other, url, title="乙的改动")

    assert client.post(url, data=mine).status_code == 303
    answer = other.post(url, data=theirs)

    assert answer.status_code == 409
    assert "甲的改动" in answer.text and "乙的改动" in answer.text
    again = {
        **dict(re.findall(r'type="hidden"[^>]*?name="(\w+)"[^>]*?value="([^"]*)"', answer.text)),
        **machinery(answer),
    }
    assert other.post(url, data=again).status_code == 303
    assert all_leads()[0].title == "乙的改动"


def test_autosave_keeps_what_is_typed_and_the_form_brings_it_back(client):
    data = filled(client, title="还没写完", invest_total="大概三五个亿")
    answer = client.post("/leads/drafts", data=data, headers={"X-Requested-With": "fetch"}).get_json()

    assert set(answer) == {"saved_at", "version", "url", "action", "page", "upload_url"}
    page = client.get(answer["page"])
    assert "还没写完" in page.text and "大概三五个亿" in page.text
    again = client.post(answer["url"], data={**data, "title": "写得更多", "version": answer["version"]})
    assert again.status_code == 200
    assert len(all_leads()) == 1


def test_a_draft_that_is_submitted_becomes_the_lead(client):
    data = filled(client)
    told = client.post("/leads/drafts", data=data).get_json()

    answer = client.post(told["action"], data={**data, "version": told["version"]})

    assert answer.status_code == 303
    assert [lead.status for lead in all_leads()] == [LeadStatus.FOLLOWING]


def test_autosave_without_a_sign_in_says_where_to_sign_in(app, client):
    data = filled(client)
    client.delete_cookie("crm_sign_in")

    answer = client.post("/leads/drafts", data=data, headers={"X-Requested-With": "fetch"})

    assert answer.status_code == 401
    assert answer.headers["X-Sign-In"].startswith("/sign-in")


def test_a_file_is_answered_by_its_row_and_a_bad_one_by_a_sentence(client, officer):
    lead = make_lead(officer)
    url, token = f"/leads/{lead.public_id}/files", machinery(client.get(f"/leads/{lead.public_id}/edit"))
    script = {"X-Requested-With": "fetch", "X-CSRFToken": token["csrf_token"]}

    good = client.post(url, data={"file": (io.BytesIO(JPEG), "名片_沈维.jpg")}, headers=script)
    bad = client.post(url, data={"file": (io.BytesIO(b"MZ\x90\0\x03"), "纪要.pdf")}, headers=script)
    huge = client.post(url, data={"file": (io.BytesIO(JPEG + b"\0" * 40 * 1024 * 1024), "大.jpg")}, headers=script)

    huge.request.environ["wsgi.input"].close()
    assert (good.status_code, good.text.count("<tr")) == (200, 1)
    assert 'value="card" selected' in good.text
    assert (bad.status_code, bad.mimetype) == (422, "text/plain") and "不能上传" in bad.text
    assert huge.status_code == 422 and "最多 20 MB" in huge.text


def test_a_kind_is_chosen_and_a_file_removed(client, officer):
    lead = make_lead(officer)
    link = service.attach_file(officer, lead, upload("一.jpg"))
    token = machinery(client.get(f"/leads/{lead.public_id}/edit"))["csrf_token"]
    base, hx = f"/leads/{lead.public_id}/files/{link.file.public_id}", {"HX-Request": "true", "X-CSRFToken": token}

    row = client.post(f"{base}/kind", data={"kind": "minutes"}, headers=hx)
    assert 'value="minutes" selected' in row.text and ">A" in row.text
    assert client.post(f"{base}/remove", headers=hx).text == ""
    assert client.post(f"{base}/remove", headers=hx).status_code == 404


def test_files_travel_with_the_form_without_script(client):
    data = filled(client)
    data["file"] = [(io.BytesIO(JPEG), "名片.jpg"), (io.BytesIO(b"MZ\x90\0"), "坏.jpg")]

    answer = client.post("/leads/new", data=data, content_type="multipart/form-data")

    page = client.get(answer.location).text
    assert "名片.jpg" in page and "不能上传“坏.jpg”" in page


def test_the_side_list_follows_the_form(client):
    data = filled(client, node="", invest_total="")
    page = client.post("/leads/gate", data=data, headers={"HX-Request": "true"})

    assert page.status_code == 200
    assert "按小额项目" in page.text and "<html" not in page.text


def test_pasted_text_is_answered_with_what_it_says(client):
    token = machinery(client.get("/leads/new"))["csrf_token"]

    found = client.post("/leads/recognise", data={"text": f"{NAME} 王总 13800000000", "csrf_token": token}).get_json()

    assert (found["company"], found["person"], found["mobile"]) == (NAME, "王总", "13800000000")
    assert found["amount_yi"] is None


# lists


def test_the_list_is_narrowed_sorted_and_answers_htmx(client, officer):
    make_lead(officer, "甲公司", "减速器")
    make_lead(officer, "乙公司", "伺服电机")

    page = client.get("/leads/?q=减速&sort=next", headers={"HX-Request": "true"})

    assert "甲公司" in page.text and "乙公司" not in page.text
    assert "<html" not in page.text


@pytest.mark.parametrize(
    "query",
    [
        "sort=password",
        "page=99999999999",
        "view=x",
        "status=x",
        "claim='",
        "org=9999999999999",
        "owner=%00",
        "q=%00",
        "node=%25",
        "soon=2",
        "q=" + "a" * 4000,
    ],
)
def test_an_odd_address_is_an_ordinary_list(client, query):
    assert client.get(f"/leads/?{query}").status_code == 200


def test_the_list_of_drafts_is_the_persons_own(client, sign_in, officer):
    service.start_draft(officer, "k", {"company_text": "我的草稿公司"})
    colleague = sign_in(make_actor(org=db.session.get(Org, officer.org_id)))

    assert "我的草稿公司" in client.get("/leads/?view=draft").text
    assert "我的草稿公司" not in colleague.get("/leads/?view=draft").text
    assert "我的草稿公司" not in client.get("/leads/?view=all").text


def test_the_spreadsheet_says_who_and_why_and_holds_no_contacts(client, officer):
    make_lead(officer, "=1+1公司", person_name="沈维", person_mobile="19900000127")
    page = client.get("/leads/")

    answer = client.post("/leads/export", data={**machinery(page), "reason": "周例会研判"})

    sheet = openpyxl.load_workbook(io.BytesIO(answer.data)).active
    cells = [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert "=1+1公司" in cells and any("周例会研判" in cell and "何静" in cell for cell in cells)
    assert not any("沈维" in cell or "0127" in cell for cell in cells)


def test_no_spreadsheet_without_a_reason(client):
    answer = client.post("/leads/export", data={**machinery(client.get("/leads/")), "reason": " "})

    assert answer.status_code == 303
    assert "请写明用途" in client.get(answer.location).text


# who


def every_address(lead, link, person):
    base = f"/leads/{lead.public_id}"
    file = f"{base}/files/{link.file.public_id}"
    gets = [
        base,
        f"{base}/edit",
        f"{base}/correct",
        f"/interactions/panels/leads/{lead.public_id}",
        f"/interactions/new?lead={lead.public_id}",
        f"/files/{link.file.public_id}",
    ]
    posts = [
        f"{base}/edit",
        f"{base}/draft",
        f"{base}/discard",
        f"{base}/files",
        f"{file}/kind",
        f"{file}/remove",
        f"{base}/hand-over",
        f"{base}/close",
        f"{base}/reopen",
        f"{base}/correct",
        f"/interactions/new?lead={lead.public_id}",
        f"/people/{person.public_id}/reveal",
    ]
    return [("GET", url) for url in gets] + [("POST", url) for url in posts]


def test_a_rivals_officer_finds_nothing_at_any_address(sign_in, officer):
    lead = make_lead(officer, person_name="沈维", person_mobile="19900000127")
    link = service.attach_file(officer, lead, upload())
    rival = sign_in(make_actor())
    token = machinery(rival.get("/leads/new"))["csrf_token"]
    before = (lead.version, lead.status)

    for method, url in every_address(lead, link, lead.people[0].person):
        answer = rival.open(
            url, method=method, data={"csrf_token": token, "reason": "contact"} if method == "POST" else None
        )
        assert answer.status_code == 404, (method, url)
        assert NAME not in answer.text
    assert rival.get("/leads/").text.count(NAME) == 0
    after = all_leads()[0]
    assert (after.version, after.status) == before


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.EXPO, 403),
        (Role.LEADER, 403),
        (Role.OFFICE, 404),
        (Role.CENTER, 200),
        (Role.MANAGER, 200),
        (Role.OFFICER, 200),
    ],
)
def test_who_opens_a_lead(sign_in, officer, role, status):
    lead = make_lead(officer)
    org = db.session.get(Org, officer.org_id)
    actor = make_center() if role is Role.CENTER else make_actor(role, org=org)

    assert sign_in(actor).get(f"/leads/{lead.public_id}").status_code == status


@pytest.mark.parametrize("kind", [UserKind.SYSADMIN, UserKind.SECADMIN, UserKind.AUDITOR])
def test_the_three_officers_open_no_lead(sign_in, officer, kind):
    lead = make_lead(officer)

    assert sign_in(make_user(kind=kind)).get(f"/leads/{lead.public_id}").status_code == 403


def test_the_centre_looks_and_does_not_edit(sign_in, officer):
    lead = make_lead(officer, person_name="沈维", person_mobile="19900000127")
    center = sign_in(make_center())

    page = center.get(f"/leads/{lead.public_id}").text
    assert "199****0127" in page and "修改线索" not in page
    assert center.get(f"/leads/{lead.public_id}/edit").status_code == 403


def test_signed_out_people_are_led_to_the_door(app, officer):
    lead = make_lead(officer)

    assert app.test_client().get(f"/leads/{lead.public_id}").status_code == 303


# decisions


def test_a_manager_judges_on_the_page(sign_in, officer):
    lead = make_lead(officer)
    manager = sign_in(make_actor(Role.MANAGER, org=db.session.get(Org, officer.org_id)))
    url = f"/leads/{lead.public_id}"
    token = machinery(manager.get(url))["csrf_token"]

    refused = manager.post(f"{url}/triage", data={"csrf_token": token, "decision": "decline", "reason": ""})
    assert refused.status_code == 422 and "请写明理由" in refused.text
    assert (
        manager.post(
            f"{url}/triage", data={"csrf_token": token, "decision": "decline", "reason": "不合产业"}
        ).status_code
        == 303
    )
    assert "不合产业" in manager.get(url).text


def test_a_lead_is_handed_over_closed_and_reopened(client, officer):
    lead = make_lead(officer)
    colleague = make_user("李佳", org=db.session.get(Org, officer.org_id))
    url = f"/leads/{lead.public_id}"
    token = machinery(client.get(url))["csrf_token"]

    assert client.post(f"{url}/hand-over", data={"csrf_token": token, "to": "aaaaaaaaaa"}).status_code == 422
    assert client.post(f"{url}/hand-over", data={"csrf_token": token, "to": colleague.public_id}).status_code == 303
    assert client.post(f"{url}/close", data={"csrf_token": token, "reason": "改投外省"}).status_code == 303
    page = client.get(url).text
    assert "已关闭" in page and "李佳" in page and "改投外省" in page
    assert client.post(f"{url}/reopen", data={"csrf_token": token}).status_code == 303
    assert "跟进中" in client.get(url).text


def test_the_company_is_corrected_on_its_page(client, officer):
    lead = make_lead(officer)
    url = f"/leads/{lead.public_id}/correct"
    data = {
        **machinery(client.get(url)),
        "company_text": "湖北珩锐数控装备有限公司",
        "uscc": "",
        "reason": "名片是集团",
    }

    assert client.post(url, data={**data, "reason": ""}).status_code == 422
    assert client.post(url, data=data).status_code == 303
    assert client.post(url, data={**data, "company_text": "别的公司"}).status_code == 409
    assert "湖北珩锐数控装备有限公司" in client.get(f"/leads/{lead.public_id}").text


def test_the_panel_of_a_company_shows_own_leads_alone(client, sign_in, officer):
    company = make_company(NAME)
    make_lead(officer)
    url = f"/leads/panels/companies/{company.public_id}"

    assert "拟建谐波减速器生产线" in client.get(url).text
    assert "拟建谐波减速器生产线" not in sign_in(make_actor()).get(url).text


def test_a_number_is_shown_after_a_reason_only(client, officer):
    lead = make_lead(officer, person_name="沈维", person_mobile="19900000127")
    url = f"/people/{lead.people[0].person.public_id}/reveal"
    token = machinery(client.get("/leads/new"))["csrf_token"]
    hx = {"HX-Request": "true", "X-CSRFToken": token}

    ask = client.post(url, headers=hx).text
    assert "为什么查看" in ask and "19900000127" not in ask
    assert "199 0000 0127" in client.post(url, data={"reason": "contact"}, headers=hx).text


@pytest.mark.parametrize(
    "url",
    [
        "/leads/",
        "/leads/new",
        "/leads/{lead}",
        "/leads/{lead}/edit",
        "/interactions/new?lead={lead}",
        "/interactions/panels/leads/{lead}",
        "/interactions/today",
    ],
)
def test_a_page_needs_few_statements(sign_in, officer, url, request):
    lead = make_lead(
        officer, company_public_id=make_company(NAME).public_id, person_name="沈维", person_mobile="19900000127"
    )
    for n in range(4):
        service.attach_file(officer, lead, upload(f"{n}.jpg"))
        make_lead(officer, f"绎衡{n}公司")
    db.session.remove()
    client = sign_in(officer)
    client.get("/leads/")
    sent = request.getfixturevalue("statements")

    assert client.get(url.format(lead=lead.public_id)).status_code == 200
    assert len(sent) <= 12, "\n".join(s[:150] for s in sent)
