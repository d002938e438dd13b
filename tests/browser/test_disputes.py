"""Two people of one unit, two of another and the centre work a whole dispute and a transfer by hand, to the papers they carry away."""

import io
import re

import pytest
from docx import Document
from flask import Flask
from pypdf import PdfReader

from crm.claims import filing, queries
from crm.claims.models import Claim, ClaimStatus
from crm.kit import db, tasks
from tests.browser.conftest import PHONE, WIDE
from tests.claims.conftest import make_city, make_lead
from tests.projects.ready import PDF

FIRM = "苏州绎衡传动科技有限公司"
PAPER = {"name": "投资方意愿函.pdf", "mimeType": "application/pdf", "buffer": PDF}
TRANSFER = re.compile("/claims/transfers/[a-z2-7]{10}$")


@pytest.fixture
def dispute(app: Flask, sqlite: str):
    """The city, and the address of the case that two reports of one firm opened."""
    with app.app_context():
        city = make_city()
        filing.file_report(city.a, make_lead(city.a, FIRM))
        second = filing.file_report(city.b, make_lead(city.b, FIRM))
        return city, f"/claims/cases/{queries.cases_of(second)[0].public_id}"


def press(page, name, *, shows):
    page.get_by_role("button", name=name, exact=True).click()
    page.get_by_text(shows).first.wait_for()


def consult(first, second, case):
    """The later unit asks to talk, the earlier proposes, the later agrees and hands in the investor's paper."""
    second.goto(f"{case}?step=consult")
    second.fill("#reason", "双方都已接触，请求协商")
    press(second, "提交", shows="双方协商期至")
    first.goto(case)
    first.get_by_role("radio", name="改由后报单位，先报单位协助", exact=True).check()
    press(first, "告知对方", shows="您单位提出")
    second.goto(case)
    press(second, "同意这个方案", shows="双方已协商一致")
    second.get_by_text("登记一份书面选择").click()
    choice = second.locator("section[aria-labelledby=choice]")
    choice.get_by_role("radio", name="本单位", exact=True).check()
    second.fill("#stated_on", "2026-01-05")
    second.fill("#signer", "示例投资方")
    second.set_input_files("#paper", PAPER)
    press(second, "登记", shows="投资方书面选择已登记")


def decide(center, case):
    center.goto(case)
    center.get_by_text("双方协商一致").first.wait_for()
    center.fill("#reason", "双方协商一致，投资方书面选择后报单位，予以确认")
    press(center, "作出裁定", shows="已裁定，双方已收到通知")


def transfer(origin, center, host, claim):
    """The new holder finds that the firm does not fit, the centre names a host, the host takes it. Returns the address."""
    origin.goto(f"/claims/{claim}")
    origin.get_by_role("link", name="流转", exact=True).last.click()
    origin.get_by_role("radio", name="规划不符", exact=True).check()
    origin.fill("#words", "产品与本区规划方向不符")
    origin.get_by_role("button", name="提出流转").click()
    origin.wait_for_url(TRANSFER)
    center.goto(origin.url)
    center.select_option("#host", label="甲区")
    center.fill("#words", "该区有同类企业和厂房")
    press(center, "提名", shows="已提名")
    host.goto(origin.url)
    press(host, "承接", shows="已承接，保护期重新计算")
    return origin.url


def words_of(page, link):
    """The words of the paper behind a link, read from the file that came down."""
    with page.expect_download() as coming:
        page.get_by_role("link", name=link, exact=True).first.click()
    name, body = coming.value.suggested_filename, coming.value.path().read_bytes()
    if name.endswith(".pdf"):
        return name, "".join(part.extract_text() for part in PdfReader(io.BytesIO(body)).pages)
    paper = Document(io.BytesIO(body))
    cells = [cell.text for table in paper.tables for row in table.rows for cell in row.cells]
    return name, "\n".join([*(line.text for line in paper.paragraphs), *cells])


def test_a_dispute_and_a_transfer_go_by_hand_to_their_papers(app, sign_in_page, check_page, dispute):
    people, case = dispute
    a, boss_a, boss_b, center = (
        sign_in_page(who) for who in (people.a, people.a_manager, people.b_manager, people.center)
    )
    b = sign_in_page(people.b, width=PHONE)

    consult(a, b, case)
    decide(center, case)
    with app.app_context():
        tasks.work(app)
        won = queries.get_case(people.center, case.rpartition("/")[2]).parties[1].claim
        assert won.holds and won.status is ClaimStatus.PROTECTED
        claim = won.public_id
        db.session.remove()
    for page, own, foreign in ((a, "甲区", "乙区"), (b, "乙区", ""), (center, "甲区", "")):
        page.goto(case)
        for link, ending in (("PDF 文件", ".pdf"), ("Word 文件", ".docx")):
            name, words = words_of(page, link)
            assert name.startswith("首谈权认定意见书") and name.endswith(ending)
            assert "改由后报单位" in words and "予以确认。" in words and own in words
            assert not foreign or foreign not in words  # the earlier filer never learns who the other is

    address = transfer(boss_b, center, boss_a, claim)
    for page, shows in ((boss_a, "已代表本单位确认"), (boss_b, "双方已确认")):
        page.goto(address)
        page.get_by_role("link", name="利益共享协议").click()
        press(page, "代表本单位确认", shows=shows)
        check_page(page)
    name, words = words_of(boss_b, "Word 文件")
    assert name.startswith("利益共享协议") and FIRM in words and "甲区" in words and "乙区" in words

    for page in (a, b):
        for width in (WIDE, PHONE):
            page.set_viewport_size({"width": width, "height": 900})
            page.goto(case)
            check_page(page)
    for page, place in ((center, case), (center, "/claims/cases"), (boss_a, address), (a, address)):
        page.goto(place)
        check_page(page)
    with app.app_context():
        holders = db.session.query(Claim).filter(Claim.holds).all()
        assert [(one.org_id, one.status) for one in holders] == [(people.a.org_id, ClaimStatus.PROTECTED)]
        db.session.remove()
