"""Every component at both widths: reachable by axe, without errors, never wider than the window."""

import gzip
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Page, expect

from tools import vendor

FIRST_LOAD = 600_000


@pytest.mark.parametrize("width", [1440, 1024, 768, 390])
def test_the_style_guide_is_clean(
    new_page: Callable[..., Page], check_page: Callable[[Page], None], width: int
) -> None:
    page = new_page(width)

    page.goto("/styleguide/")

    expect(page.get_by_role("heading", level=1)).to_contain_text("样式手册")
    check_page(page)


def test_the_candidates_and_the_palette_are_clean_when_open(page: Page, check_page: Callable[[Page], None]) -> None:
    page.goto("/styleguide/")
    page.locator("#company_name").fill("苏州衡锐")
    page.locator("#company_name-cands li").first.wait_for()
    check_page(page)

    page.keyboard.press("Control+k")
    expect(page.locator("#palette")).to_be_visible()
    check_page(page)


def test_the_palette_goes_to_a_place_of_the_menu(page: Page) -> None:
    page.goto("/styleguide/")

    page.keyboard.press("Control+k")
    page.keyboard.type("首谈")
    page.keyboard.press("Enter")

    expect(page).to_have_url(page.url.split("#")[0] + "#flow")


def test_a_dangerous_button_asks_and_repeats_its_words(page: Page) -> None:
    page.goto("/styleguide/")

    page.locator("main").get_by_role("button", name="撤回首报").first.click()

    dialog = page.get_by_role("dialog", name="请再看一遍")
    expect(dialog).to_contain_text("撤回后保护即刻释放")
    expect(dialog.get_by_role("button", name="撤回首报")).to_be_visible()
    expect(dialog.get_by_role("button", name="先不办理")).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).not_to_be_visible()


def test_the_drawer_opens_and_shuts_by_key(phone: Page) -> None:
    phone.goto("/styleguide/")

    phone.get_by_role("link", name="更多").click()
    expect(phone.locator("#side")).to_be_visible()
    phone.keyboard.press("Escape")

    expect(phone.locator("#side")).not_to_be_visible()


def test_error_pages_say_what_to_do(page: Page, check_page: Callable[[Page], None]) -> None:
    page.goto("/there-is-nothing")

    expect(page.get_by_role("heading", level=1)).to_have_text("没有找到，或您无权查看")
    expect(page.get_by_role("link", name="回工作台")).to_be_visible()
    check_page(page)


def test_the_first_load_is_small(page: Page) -> None:
    sizes: list[int] = []
    page.on("response", lambda answer: sizes.append(int(answer.headers.get("content-length", "0"))))

    page.goto("/styleguide/", wait_until="networkidle")

    document = len(gzip.compress(page.content().encode()))
    assert sum(sizes[1:]) + document < FIRST_LOAD, sum(sizes)


def test_static_files_are_kept_for_a_year_and_compressed(client: FlaskClient) -> None:
    page = client.get("/styleguide/").text
    address = page.split('href="/static/vendor/tabler.min.css')[1].split('"')[0]

    answer = client.get(f"/static/vendor/tabler.min.css{address}", headers={"Accept-Encoding": "gzip"})

    assert answer.headers["Content-Encoding"] == "gzip"
    assert "immutable" in answer.headers["Cache-Control"]
    assert b"sourceMappingURL" not in gzip.decompress(answer.data)


def test_every_icon_that_is_used_is_in_the_sprite() -> None:
    sprite = (vendor.TARGET / "icons.svg").read_text(encoding="utf-8")

    missing = {name: place for name, place in vendor.used_icons().items() if f'id="{name}"' not in sprite}

    assert not missing, f"run tools/vendor.py: {missing}"


def test_scripts_and_templates_need_no_inline_code() -> None:
    root = Path(vendor.ROOT)
    found = []
    for file in (root / "templates").rglob("*.html"):
        text = file.read_text(encoding="utf-8")
        for sign in ("<script>", " onclick=", " onchange=", " onsubmit=", " style=", "|safe", "| safe", "javascript:"):
            if sign in text:
                found.append(f"{file.relative_to(root)}: {sign}")

    assert not found


def test_our_styles_keep_to_what_older_browsers_know() -> None:
    styles = Path(vendor.ROOT, "crm", "static", "css").glob("*.css")
    new = (":has(", "color-mix(", "oklch(", "light-dark(", "@container", "@layer", "&:", "& ")

    rules = {file.name: re.sub(r"/\*.*?\*/", "", file.read_text(encoding="utf-8"), flags=re.S) for file in styles}
    found = [f"{name}: {sign}" for name, text in rules.items() for sign in new if sign in text]

    assert not found
