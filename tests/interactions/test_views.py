"""记一笔 and 今日待办 by HTTP."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from crm.core.permissions import Role
from crm.interactions import service
from crm.interactions.models import Interaction
from crm.interactions.service import NoteInput
from crm.kit import clock, db
from tests.factories import make_actor, make_company, make_lead

pytestmark = pytest.mark.usefixtures("context")


@pytest.fixture
def officer(sqlite):
    return make_actor()


@pytest.fixture
def client(sign_in, officer):
    return sign_in(officer)


def filled(client, url, **values):
    page = client.get(url)
    return {
        **dict(re.findall(r'name="(csrf_token|once|version)"[^>]*?value="([^"]*)"', page.text)),
        "result": "对方同意来考察",
        **values,
    }


def notes():
    db.session.remove()
    return db.session.scalars(select(Interaction)).all()


def test_only_the_result_is_needed(client, officer):
    lead = make_lead(officer, person_name="沈维", person_mobile="19900000127")
    url = f"/interactions/new?lead={lead.public_id}"

    assert 'value="沈维"' in client.get(url).text
    assert client.post(url, data=filled(client, url)).status_code == 303
    assert [(row.on, row.kind.value) for row in notes()] == [(clock.today(), "call")]
    assert "对方同意来考察" in client.get(f"/interactions/panels/leads/{lead.public_id}").text


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"result": " "}, "请写一句结果"),
        ({"result": "长" * 2001}, "最多 2000 字"),
        ({"on": (clock.today() + timedelta(days=2)).isoformat()}, "不能在今天以后"),
        ({"next_on": (clock.today() - timedelta(days=1)).isoformat()}, "应在今天"),
        ({"next_on": "下周"}, "不是日期"),
    ],
)
def test_a_refusal_stands_beside_its_field_with_the_text_kept(client, officer, values, words):
    url = f"/interactions/new?lead={make_lead(officer).public_id}"

    answer = client.post(url, data=filled(client, url, next_step="别丢了这一步", **values))

    assert answer.status_code == 422
    assert words in answer.text and "别丢了这一步" in answer.text
    assert notes() == []


def test_a_double_click_notes_once(client, officer):
    url = f"/interactions/new?lead={make_lead(officer).public_id}"
    data = filled(client, url)

    assert client.post(url, data=data).location == client.post(url, data=data).location
    assert len(notes()) == 1


def test_a_trusted_phone_notes_and_sees_what_waits(sign_in, officer):
    lead = make_lead(officer)
    phone = sign_in(officer, scope="phone")
    url = f"/interactions/new?lead={lead.public_id}"

    answer = phone.post(url, data=filled(phone, url, next_on=clock.today().isoformat(), next_step="回电"))

    assert answer.location == "/interactions/today"
    assert "回电" in phone.get("/interactions/today").text
    assert phone.get(f"/leads/{lead.public_id}").status_code == 303
    assert lead.company_text in phone.get("/interactions/new").text


def test_a_company_with_one_open_lead_is_noted_on_that_lead(client, officer):
    company = make_company("苏州绎衡传动科技有限公司")
    lead = make_lead(officer)
    url = f"/interactions/new?company={company.public_id}"

    client.post(url, data=filled(client, url))

    assert notes()[0].lead_id == lead.id


def test_an_entry_is_mended_withdrawn_and_its_step_ticked_off(client, officer):
    lead = make_lead(officer)
    row = service.note(officer, NoteInput("原文", clock.today(), next_on=clock.today()), lead=lead)
    base = f"/interactions/{row.public_id}"
    data = filled(client, f"{base}/edit", result="改文", next_on=clock.today().isoformat())

    assert client.post(f"{base}/edit", data=data).status_code == 303
    assert client.post(f"{base}/edit", data=data).status_code == 409
    assert client.post(f"{base}/done", data=data).status_code == 303
    assert client.post(f"{base}/withdraw", data=data).status_code == 303
    assert client.get(f"{base}/edit").status_code == 404


def test_a_rival_finds_no_entry(sign_in, officer):
    row = service.note(officer, NoteInput("原文", clock.today()), lead=make_lead(officer))
    rival = sign_in(make_actor(Role.MANAGER))
    token = filled(rival, "/interactions/new")

    for path in ("edit", "withdraw", "done"):
        assert rival.post(f"/interactions/{row.public_id}/{path}", data=token).status_code == 404
    assert rival.get(f"/interactions/{row.public_id}/edit").status_code == 404


@pytest.mark.parametrize("query", ["lead=x", "lead=%00", "lead=aaaaaaaaaa", "company=%27", "company=aaaaaaaaaa"])
def test_an_odd_subject_is_not_found(client, query):
    assert client.get(f"/interactions/new?{query}").status_code == 404


@pytest.mark.parametrize("role", [Role.EXPO, Role.LEADER, Role.OFFICE, Role.MANAGER, Role.CENTER])
def test_every_business_role_has_a_list_of_what_waits(sign_in, sqlite, role):
    assert sign_in(make_actor(role)).get("/interactions/today").status_code == 200
