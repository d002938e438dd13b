"""A first report from a fresh form with one photo: counted in clicks, timed without the typing."""

import re
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select

from crm.claims.models import Claim, ClaimStatus
from crm.kit import db
from tests.factories import make_actor, make_center, make_company

FIRM = "苏州绎衡传动科技有限公司"
PHOTO = {"name": "座谈合影.jpg", "mimeType": "image/jpeg", "buffer": b"\xff\xd8\xff\xe0\x00\x10JFIF"}
CHAT = f"今天拜访了{FIRM}，战略投资部经理沈维，电话 199 0000 0127，拟投资4.8亿元建谐波减速器生产线，需要用地60亩"


@pytest.fixture
def officers(app: Flask, sqlite: str):
    with app.app_context():
        make_company(FIRM)
        make_center()
        return make_actor(name="何静"), make_actor(name="李佳")


def file_report(page, photos=1):
    """From the start page to the answer; returns how many clicks it took."""
    page.goto("/leads/new")
    page.fill("#pasted", CHAT)
    clicks = 0
    for name in ("认出内容", "全部填入"):
        page.get_by_role("button", name=name).click()
        clicks += 1
    page.set_input_files("#upload", [{**PHOTO, "name": f"{n}{PHOTO['name']}"} for n in range(photos)])
    clicks += 2  # the button, and the photo in the dialogue of the system
    page.wait_for_selector(f"#files tr:nth-child({photos})")
    page.get_by_role("button", name="提交首报").click()
    return clicks + 1


@pytest.mark.parametrize("width", [1440, 390])
def test_a_report_with_photos_is_filed_in_six_clicks(app, sign_in_page, officers, check_page, width):
    page = sign_in_page(officers[0], width=width)

    clicks = file_report(page, photos=2)
    page.wait_for_url(re.compile("/claims/[a-z2-7]{10}"))

    assert clicks <= 6
    check_page(page)
    with app.app_context():
        claim = db.session.scalars(select(Claim)).one()
        assert (claim.status, claim.holds, claim.invest_total_cny) == (
            ClaimStatus.VERIFYING,
            True,
            Decimal(480_000_000),
        )


def test_the_second_unit_keeps_its_lead_and_reads_who_was_first(sign_in_page, officers, check_page):
    first, second = sign_in_page(officers[0]), sign_in_page(officers[1])
    file_report(first, photos=2)
    first.wait_for_url(re.compile("/claims/[a-z2-7]{10}"))

    file_report(second, photos=2)
    second.wait_for_url(re.compile("/claims/[a-z2-7]{10}"))

    notice = second.locator(".sealed").inner_text()
    assert "首谈" in notice and "何静" not in notice and "沈维" not in notice
    check_page(second)
