"""Pages of the first report in a real browser at both widths: desk, case, notice, look-up, start pages."""

import re
from decimal import Decimal

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from crm.claims import filing, queries
from crm.claims.models import Case, Claim, ClaimStatus
from crm.kit import db
from tests.claims.conftest import make_city, make_lead
from tests.claims.test_together import filed

FIRM = "苏州绎衡传动科技有限公司"
COMPLETE = "无锡珩锐电机有限公司"


@pytest.fixture
def town(app, sqlite):
    """A holds, B came second, and a complete large report waits at the centre."""
    with app.app_context():
        city = make_city()
        filing.file_report(city.a, make_lead(city.a, FIRM))
        second = filing.file_report(city.b, make_lead(city.b, FIRM))
        large = {"invest_total_cny": Decimal(480_000_000), "uscc_text": "91420200MA0000007R"}
        waiting = filing.file_report(city.a, make_lead(city.a, "沈阳砺枢精密机床有限公司", **large))
        filed(city.a, COMPLETE)
        case = db.session.scalar(select(Case.public_id))
        return city, second.public_id, waiting.public_id, case


def test_the_centres_pages_are_sound(town, sign_in_page, check_both):
    city, _second, waiting, case = town
    page = sign_in_page(city.center)

    for url in (
        "/start",
        "/claims/",
        "/claims/desk?tab=closer",
        "/claims/desk?tab=cases",
        "/claims/desk?tab=samples",
        "/claims/desk/together",
        f"/claims/{waiting}",
        f"/claims/cases/{case}",
        "/claims/paper",
        "/claims/export",
    ):
        page.goto(url)
        check_both(page)


def test_the_units_pages_are_sound(town, sign_in_page, check_both):
    city, second, _waiting, case = town
    page = sign_in_page(city.b)

    for url in ("/start", "/claims/", f"/claims/{second}", f"/claims/cases/{case}?step=earlier", "/claims/look-up"):
        page.goto(url)
        check_both(page)


@pytest.mark.parametrize("who", ["a_manager", "office"])
def test_the_start_pages_of_those_who_verify_are_sound(town, sign_in_page, check_page, who):
    page = sign_in_page(getattr(town[0], who))

    for url in ("/start", "/claims/desk"):
        page.goto(url)
        check_page(page)


def test_a_claim_is_opened_in_place_and_verified(town, app, sign_in_page, check_page):
    city, _second, waiting, _case = town
    page = sign_in_page(city.center)
    page.goto("/claims/desk?tab=closer")

    page.locator(f"#row-{waiting}").get_by_role("button").click()
    page.wait_for_selector("#look #verify")
    check_page(page)
    page.get_by_role("button", name="核验通过").click()
    page.wait_for_url(re.compile(f"/claims/{waiting}$"))

    with app.app_context():
        assert queries.get_claim(city.center, waiting).status is ClaimStatus.PROTECTED


def test_complete_reports_are_verified_together(town, app, sign_in_page):
    page = sign_in_page(town[0].center)
    page.goto("/claims/desk")
    page.get_by_role("link", name="一并核验").click()

    expect(page.get_by_label(f"勾选 {COMPLETE}")).to_be_checked()
    page.get_by_role("button", name="核验所选").click()
    expect(page.get_by_text("已核验 1 条")).to_be_visible()

    with app.app_context():
        claim = db.session.scalar(select(Claim).where(Claim.company_words == COMPLETE))
        assert claim.status is ClaimStatus.PROTECTED


def test_asking_whether_one_may_report_answers_in_place(town, sign_in_page, check_page):
    page = sign_in_page(town[0].b_manager)
    page.goto("/claims/look-up")

    page.fill("#look-up-text", "绎衡")
    page.keyboard.press("Escape")
    page.locator("form.look-up").get_by_role("button", name="可报吗").click()
    page.wait_for_selector(".look-up .why")
    assert page.input_value("#look-up-text") == "绎衡"
    page.fill("#look-up-text", "大连铎澜液压件有限公司")
    page.keyboard.press("Escape")
    page.locator("form.look-up").get_by_role("button", name="可报吗").click()
    page.wait_for_selector(".look-up .note")

    expect(page.locator(".look-up .note")).to_contain_text("可报")
    check_page(page)


def test_the_case_is_decided_by_keyboard(town, app, sign_in_page):
    city, _second, _waiting, case = town
    page = sign_in_page(city.center)
    page.goto(f"/claims/cases/{case}")

    page.get_by_label("维持先报单位", exact=True).focus()
    page.keyboard.press("Space")
    page.get_by_label("裁定理由").fill("甲区报告在先且证据齐全")
    page.get_by_role("button", name="作出裁定").press("Enter")
    page.wait_for_selector("text=已裁定")

    with app.app_context():
        assert db.session.scalar(select(Case.decision)) == "first"
        assert db.session.scalar(select(Claim.status).where(Claim.public_id == town[1])) is ClaimStatus.LOST
