"""Plan, carriers, numbers, calendar and bell in a real browser, wide and on a phone."""

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from crm.accounts.models import Org, OrgKind
from crm.carriers import loader as carriers
from crm.carriers.models import Carrier
from crm.core.permissions import Role
from crm.kit import db
from crm.notices import service as notices
from crm.parameters import loader as parameters
from crm.plan import loader as plan
from tests.factories import make_user, save


@pytest.fixture
def center(app, sqlite):
    """An officer of the centre on a base with the plan, the carriers and the numbers."""
    with app.app_context():
        org = Org(code="KTS", name="开发区·铁山区", kind=OrgKind.DISTRICT)
        save(org)
        parameters.load()
        plan.load()
        carriers.load()
        user = make_user("陈立新", roles=(Role.CENTER,))
        notices.notify([user.id], "claim.filed", "claim", "aaaaaaaaaa", text="“绎衡精工”的首报待核验。", url="/plan/")
        return user


@pytest.fixture
def carrier(app, center):
    with app.app_context():
        return db.session.scalar(select(Carrier.public_id).where(Carrier.code == "HSKFQ"))


PAGES = (
    "/plan/",
    "/plan/?q=系统",
    "/plan/?q=没有的",
    "/plan/segments/CNC",
    "/plan/segments/AUTO?gap=build",
    "/plan/nodes/CNC-M02",
    "/carriers/",
    "/carriers/?q=没有的",
    "/parameters/",
    "/parameters/numbers/protection_days",
    "/parameters/numbers/share_mode",
    "/calendar/2026",
    "/calendar/days/2026-10-10",
    "/notices/",
    "/notices/?view=unread",
)


def test_pages_are_sound(center, carrier, sign_in_page, check_both):
    page = sign_in_page(center)
    for path in (*PAGES, f"/carriers/{carrier}", f"/carriers/{carrier}/units"):
        page.goto(path)
        page.wait_for_load_state("networkidle")
        check_both(page)


def test_a_node_is_found_while_typing_and_opened_by_keyboard(center, sign_in_page):
    page = sign_in_page(center)
    page.goto("/plan/")

    page.get_by_role("searchbox", name="找环节").fill("数控系统")
    page.get_by_role("link", name="数控系统", exact=True).focus()
    page.keyboard.press("Enter")

    page.wait_for_url("**/plan/nodes/CNC-M02")
    assert page.get_by_role("heading", level=1).inner_text().startswith("数控系统")


def test_the_segment_page_loads_its_carriers(center, sign_in_page):
    page = sign_in_page(center)
    page.goto("/plan/segments/CNC")

    page.get_by_role("link", name="黄石经济技术开发区 开发区").click()

    page.wait_for_url("**/carriers/**")


def test_a_day_is_changed_and_the_change_undone(center, sign_in_page):
    page = sign_in_page(center)
    page.goto("/calendar/2027")
    page.get_by_role("link", name="2027-02-05").click()
    page.get_by_label("名称").fill("春节")
    page.get_by_role("button", name="保存安排").click()
    expect(page.get_by_text("02-05 休 春节")).to_be_visible()

    page.get_by_role("button", name="撤销修改").click()

    page.wait_for_load_state()
    expect(page.get_by_text("02-05 休 春节")).to_have_count(0)


def test_a_number_is_proposed_with_its_document_and_a_second_person_approves(app, center, sign_in_page):
    page = sign_in_page(center, width=390)
    page.goto("/parameters/numbers/consult_wd")
    page.get_by_label("新取值").fill("61")
    page.get_by_role("button", name="提交审批").click()
    expect(page.get_by_text("请填 1 到 60 之间的数").first).to_be_visible()
    page.get_by_label("新取值").fill("7")
    page.get_by_label("文号", exact=True).fill("黄招组发〔2026〕3号")
    page.get_by_role("button", name="提交审批").click()
    expect(page.get_by_text("提出人不能审批自己的提议")).to_be_visible()

    with app.app_context():
        second = make_user("周复核", roles=(Role.CENTER,))
    page = sign_in_page(second, width=390)
    page.goto("/parameters/numbers/consult_wd")
    page.get_by_role("button", name="审批同意").click()

    expect(page.get_by_role("row", name="黄招组发〔2026〕3号").first).to_be_visible()
    expect(page.get_by_text("现在是 7")).to_be_visible()


def test_the_bell_opens_its_page_and_a_notice_leads_on(center, sign_in_page):
    page = sign_in_page(center)
    page.goto("/plan/nodes/CNC-M02")
    page.get_by_role("link", name="通知").click()
    page.get_by_role("link", name="“绎衡精工”的首报待核验。").click()
    page.wait_for_url("**/plan/")

    page.goto("/notices/?view=unread")

    expect(page.get_by_text("没有未读的通知")).to_be_visible()
