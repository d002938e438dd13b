"""Leads in a real browser: paste to draft, files by drop, a note on the phone, and every page checked at both widths."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from flask import Flask
from playwright.sync_api import expect
from sqlalchemy import select

from crm.accounts.models import SignIn
from crm.core.permissions import Role
from crm.interactions import service as notes
from crm.interactions.models import Interaction
from crm.interactions.service import NoteInput
from crm.kit import clock, db
from crm.leads import service
from crm.leads.models import Lead, LeadStatus
from tests.factories import make_actor, make_center, make_company, make_lead, upload

CHAT = (
    "今天拜访了苏州绎衡传动科技有限公司，战略投资部经理沈维，电话 199 0000 0127，"
    "拟投资4.8亿元建谐波减速器生产线，需要用地60亩"
)
DROP = """(zone, files) => {
    const data = new DataTransfer();
    for (const [name, type] of files) data.items.add(new File([new Uint8Array([255, 216, 255, 224, 0, 16, 74, 70, 73, 70])], name, {type}));
    zone.dispatchEvent(new DragEvent("drop", {dataTransfer: data, bubbles: true, cancelable: true}));
}"""


@pytest.fixture
def officer(app: Flask, sqlite: str):
    with app.app_context():
        return make_actor(name="何静")


def stored(app, model):
    with app.app_context():
        return db.session.scalars(select(model)).all()


def test_pasted_chat_becomes_a_draft_in_a_few_clicks(app, sign_in_page, officer, check_page):
    page = sign_in_page(officer)
    page.goto("/leads/new")

    page.fill("#pasted", CHAT)
    page.get_by_role("button", name="认出内容").click()
    page.get_by_role("button", name="全部填入").click()
    assert page.input_value("#company_text") == "苏州绎衡传动科技有限公司"
    assert page.input_value("#person_mobile") == "19900000127"
    assert page.input_value("#invest_total") == "4.8"
    page.wait_for_selector("[data-draft-state]:has-text('保存')")
    page.wait_for_url(re.compile("/leads/[a-z2-7]{10}/edit"))

    assert [lead.status for lead in stored(app, Lead)] == [LeadStatus.DRAFT]
    check_page(page)
    page.get_by_role("button", name="保存线索").click()
    page.wait_for_url(re.compile("/leads/[a-z2-7]{10}$"))
    lead = stored(app, Lead)[0]
    assert (lead.status, lead.area_mu) == (LeadStatus.FOLLOWING, Decimal(60))


def test_files_dropped_on_a_fresh_form_make_a_draft_first(app, sign_in_page, officer, check_page):
    page = sign_in_page(officer)
    page.goto("/leads/new")

    page.fill("#company_text", "绎衡传动")
    page.locator(".dropzone").evaluate(DROP, [["名片_沈维.jpg", "image/jpeg"], ["合影.jpg", "image/jpeg"]])
    page.wait_for_selector("#files tr:nth-child(2)")

    expect(page.locator("#files tr")).to_have_count(2)
    expect(page.locator("#files tr:nth-child(2)")).to_contain_text("B")
    page.locator("#files tr:nth-child(1) select").select_option("minutes")
    page.wait_for_selector("#files tr:nth-child(1) .badge.b-ok")
    page.locator("#files tr:nth-child(2) button").click()
    page.wait_for_selector("#files tr:nth-child(2)", state="detached")
    expect(page.locator("#files tr")).to_have_count(1)
    assert len(stored(app, Lead)) == 1
    check_page(page)


def test_a_refused_file_says_why_and_the_form_stays(sign_in_page, officer):
    page = sign_in_page(officer)
    page.goto("/leads/new")
    page.fill("#company_text", "绎衡传动")

    page.set_input_files(
        "#upload", {"name": "纪要.pdf", "mimeType": "application/pdf", "buffer": b"MZ\x90\0\x03\0\0\0"}
    )

    page.wait_for_selector(".uploads .bad")
    expect(page.locator(".uploads")).to_contain_text("不能上传")
    assert page.input_value("#company_text") == "绎衡传动"


def test_typing_after_the_session_ended_is_kept_and_sent_after_signing_in(app, sign_in_page, officer):
    page = sign_in_page(officer)
    page.goto("/leads/new")
    with app.app_context(), db.transaction():
        db.session.scalars(select(SignIn)).one().ended_at = clock.now()
    page.fill("#company_text", "绎衡传动")
    page.fill("#title", "拟建减速器生产线")
    page.wait_for_selector("[data-draft-state] a")
    assert stored(app, Lead) == []

    from tests.factories import sign_in_token

    with app.app_context():
        token = sign_in_token(officer)
    page.context.add_cookies([{"name": "crm_sign_in", "value": token, "url": page.url}])
    page.goto("/leads/new")

    page.wait_for_url(re.compile("/edit$"))
    assert page.input_value("#title") == "拟建减速器生产线"
    assert [lead.company_text for lead in stored(app, Lead)] == ["绎衡传动"]


def test_a_note_on_the_phone_takes_three_touches(app, sign_in_page, officer, check_page):
    with app.app_context():
        lead = make_lead(officer, person_name="沈维", person_mobile="19900000127")
    page = sign_in_page(officer, width=390, scope="phone")
    page.goto(f"/interactions/new?lead={lead.public_id}")
    check_page(page)

    page.fill("#result", "对方同意下周来考察，要一份载体清单")
    page.get_by_role("button", name="3 天后").click()
    page.get_by_role("button", name="记下这一笔").click()

    page.wait_for_url("**/interactions/today")
    row = stored(app, Interaction)[0]
    assert (row.person_name, row.next_on, row.effective) == ("沈维", clock.today() + timedelta(days=3), True)
    check_page(page)


def test_a_number_shows_after_a_reason(app, sign_in_page, officer, check_page):
    with app.app_context():
        lead = make_lead(officer, person_name="沈维", person_mobile="19900000127")
    page = sign_in_page(officer)
    page.goto(f"/leads/{lead.public_id}")

    page.get_by_role("button", name="显示沈维的手机号").click()
    page.get_by_role("button", name="联系对方").click()

    page.wait_for_selector("text=199 0000 0127")
    check_page(page)


@pytest.fixture
def worked(app, officer):
    """A unit with some work behind it."""
    from crm.accounts.models import Org
    from crm.plan.loader import load

    with app.app_context():
        load()
        company = make_company("苏州绎衡传动科技有限公司")
        lead = make_lead(
            officer,
            company_public_id=company.public_id,
            node_code="ROBOT-M03",
            invest_total_cny=Decimal(480_000_000),
            invest_fixed_cny=Decimal(300_000_000),
            area_mu=Decimal(60),
            content="一期建设年产 10 万台谐波减速器。\n二期视市场情况。",
            person_name="沈维",
            person_title="战略投资部经理",
            person_mobile="19900000127",
        )
        service.attach_file(officer, lead, upload("座谈纪要（双方签字）.jpg"), kind="minutes")
        service.attach_file(officer, lead, upload("名片_沈维.jpg"), kind="card")
        day = clock.today()
        notes.note(
            officer,
            NoteInput("对方索要载体清单", day, person_name="沈维", next_step="寄载体清单", next_on=day),
            lead=lead,
        )
        for n in range(6):
            make_lead(officer, f"湖北样例{n}号精密机械有限公司", f"第 {n} 条：拟建主轴产线")
        service.start_draft(officer, "k1", {"company_text": "还没填完的公司"})
        manager = make_actor(Role.MANAGER, org=db.session.get(Org, officer.org_id))
        return lead.public_id, manager, make_center()


PAGES = (
    "/leads/new",
    "/leads/{lead}/edit",
    "/leads/{lead}",
    "/leads/{lead}/correct",
    "/leads/",
    "/leads/?q=没有这样的企业",
    "/leads/?view=draft",
    "/interactions/new",
    "/interactions/today",
)


def test_every_page_is_sound_at_both_widths(sign_in_page, officer, worked, check_both):
    lead, manager, center = worked
    page = sign_in_page(officer)
    for url in PAGES:
        page.goto(url.format(lead=lead))
        page.wait_for_load_state("networkidle")
        check_both(page)
    page.goto("/leads/new")
    page.get_by_role("button", name="保存线索").click()
    page.wait_for_selector(".errsum")
    check_both(page)
    for who in (manager, center):
        page = sign_in_page(who)
        page.goto(f"/leads/{lead}")
        page.wait_for_load_state("networkidle")
        check_both(page)


def test_the_page_of_two_editors_is_sound(app, sign_in_page, officer, worked, check_page):
    lead, manager, _center = worked
    page, other = sign_in_page(officer), sign_in_page(manager)
    for window, words in ((page, "甲的改动"), (other, "乙的改动")):
        window.goto(f"/leads/{lead}/edit")
        window.fill("#title", words)
    page.get_by_role("button", name="保存线索").click()
    page.wait_for_url(f"**/leads/{lead}")
    other.get_by_role("button", name="保存线索").click()
    other.wait_for_selector("table.cmp")
    check_page(other)
    other.get_by_role("button", name="保存", exact=True).click()

    other.wait_for_url(f"**/leads/{lead}")
    assert "乙的改动" in {one.title for one in stored(app, Lead)}
