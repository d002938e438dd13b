"""The page of scans in a browser: a scan is started, seen on its way, done, and ended."""

import pytest
from playwright.sync_api import expect

from crm.kit import db, tasks
from tests.factories import make_center, make_company

SIZES = [pytest.param((1440, 900), id="desk"), pytest.param((390, 844), id="phone")]


@pytest.mark.parametrize("size", SIZES)
def test_a_scan_is_started_watched_and_found_done(app, context, sqlite, sign_in_page, check_page, size):
    for name in ("苏州绎衡传动科技有限公司", "苏州易衡传动科技有限公司"):
        make_company(name)
    page = sign_in_page(make_center("田静"))
    page.set_viewport_size({"width": size[0], "height": size[1]})

    page.goto("/duplicates/scans")
    expect(page.get_by_text("还没有扫描过")).to_be_visible()
    check_page(page)
    page.get_by_role("button", name="扫描全库").click()
    expect(page.get_by_role("button", name="停止扫描")).to_be_visible()
    expect(page.get_by_role("button", name="扫描全库")).to_have_count(0)
    check_page(page)
    db.session.rollback()
    tasks.work(app)

    expect(page.get_by_text("已完成")).to_be_visible(timeout=15_000)
    expect(page.get_by_role("button", name="扫描全库")).to_be_visible()
    check_page(page)
