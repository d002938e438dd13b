"""Lists, who opens what, and decisions on the page."""

import io

import openpyxl
import pytest

from crm.accounts.models import Org
from crm.core.permissions import Role, UserKind
from crm.kit import db
from crm.leads import service
from tests.factories import make_actor, make_center, make_company, make_lead, make_user, upload
from tests.leads.pages import all_leads, machinery
from tests.leads.sayings import NAME

pytestmark = pytest.mark.usefixtures("context")
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF"


@pytest.fixture
def officer(sqlite):
    return make_actor(name="何静")


@pytest.fixture
def client(sign_in, officer):
    return sign_in(officer)


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
