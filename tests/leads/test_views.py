"""The form of a lead by HTTP: bad input, double clicks, two editors, drafts, files."""

import io
import re
from datetime import timedelta

import pytest

from crm.accounts.models import Org
from crm.kit import clock, db
from crm.leads import service
from crm.leads.models import LeadStatus
from tests.factories import make_actor, make_lead, upload
from tests.leads.pages import all_leads, filled, machinery
from tests.leads.sayings import NAME

pytestmark = pytest.mark.usefixtures("context")
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF"


@pytest.fixture
def officer(sqlite):
    return make_actor(name="何静")


@pytest.fixture
def client(sign_in, officer):
    return sign_in(officer)


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
    link, other = (service.attach_file(officer, lead, upload(name)) for name in ("一.jpg", "二.jpg"))
    token = machinery(client.get(f"/leads/{lead.public_id}/edit"))["csrf_token"]
    base, hx = f"/leads/{lead.public_id}/files/{link.file.public_id}", {"HX-Request": "true", "X-CSRFToken": token}
    form = {f"kind-{other.file.public_id}": "press", f"kind-{link.file.public_id}": "minutes"}

    row = client.post(f"{base}/kind", data=form, headers=hx)
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
