"""The company field, drafts, files and pasted text, driven as a person drives them."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

FIELD = "#company_name"
OPTION = "#company_name-cands [role=option]"
PICKED = "document.querySelector('#guide-form').elements.company_public_id.value"


@pytest.fixture
def guide(page: Page) -> Page:
    page.goto("/styleguide/")
    page.locator(FIELD).fill("")
    return page


def test_candidates_follow_the_last_key_and_are_picked_by_keyboard(guide: Page) -> None:
    asked: list[str] = []
    guide.on("request", lambda one: asked.append(one.url) if "/typing" in one.url else None)

    guide.locator(FIELD).press_sequentially("苏州衡锐", delay=20)
    expect(guide.locator(OPTION).first).to_contain_text("＝ 同一企业")
    expect(guide.locator(FIELD)).to_have_attribute("aria-expanded", "true")
    guide.keyboard.press("ArrowDown")
    expect(guide.locator(FIELD)).to_have_attribute("aria-activedescendant", "company_name-o0")
    guide.keyboard.press("Enter")

    expect(guide.locator(FIELD)).to_have_value("苏州衡锐传动科技有限公司")
    assert guide.evaluate(PICKED) == "aaaaaaaaaa"
    expect(guide.locator(".picked-line")).to_contain_text("已选用企业库里的")
    assert len(asked) == 1, "four keys in a row ask once"


def test_a_changed_name_lets_the_picked_company_go(guide: Page) -> None:
    guide.locator(FIELD).fill("苏州衡锐")
    guide.locator(OPTION).first.click()
    assert guide.evaluate(PICKED) == "aaaaaaaaaa"

    guide.locator(FIELD).press_sequentially("二厂")

    assert guide.evaluate(PICKED) == ""
    expect(guide.locator(".picked-line")).to_have_count(0)


def test_an_older_answer_never_overwrites_a_newer_one(guide: Page) -> None:
    with guide.expect_request(re.compile("/typing")):
        guide.locator(FIELD).fill("苏州慢")
    guide.locator(FIELD).fill("衡锐传动")
    expect(guide.locator(OPTION).last).to_contain_text("按新企业登记“衡锐传动”")

    guide.wait_for_timeout(1000)

    expect(guide.locator(OPTION).last).to_contain_text("按新企业登记“衡锐传动”")


def test_the_last_choice_is_none_of_these(guide: Page) -> None:
    guide.locator(FIELD).fill("苏州衡锐")
    guide.locator(OPTION).first.wait_for()

    guide.keyboard.press("ArrowUp")
    expect(guide.locator(OPTION).last).to_have_attribute("aria-selected", "true")
    guide.keyboard.press("Enter")

    expect(guide.locator(FIELD)).to_have_value("苏州衡锐")
    assert guide.evaluate(PICKED) == ""


def test_escape_shuts_the_list_and_enter_does_not_file_the_form(guide: Page) -> None:
    guide.locator(FIELD).fill("苏州衡锐")
    guide.locator(OPTION).first.wait_for()

    guide.keyboard.press("Escape")
    expect(guide.locator(FIELD)).to_have_attribute("aria-expanded", "false")
    guide.keyboard.press("Enter")
    guide.wait_for_timeout(200)

    expect(guide.locator(FIELD)).to_have_value("苏州衡锐")


def test_nothing_is_asked_while_a_character_is_being_composed(guide: Page) -> None:
    asked: list[str] = []
    guide.on("request", lambda one: asked.append(one.url) if "/typing" in one.url else None)

    guide.locator(FIELD).evaluate(
        """field => {
            field.focus();
            field.dispatchEvent(new CompositionEvent("compositionstart"));
            field.value = "su'zhou";
            field.dispatchEvent(new InputEvent("input", {isComposing: true, bubbles: true}));
        }"""
    )
    guide.wait_for_timeout(300)
    assert not asked
    guide.locator(FIELD).evaluate(
        """field => { field.value = "苏州"; field.dispatchEvent(new CompositionEvent("compositionend")); }"""
    )

    expect(guide.locator(OPTION).first).to_be_visible()
    assert len(asked) == 1


def test_a_failed_look_up_says_so_and_leaves_the_text(guide: Page) -> None:
    guide.route("**/styleguide/typing**", lambda route: route.abort())

    guide.locator(FIELD).fill("苏州衡锐")

    expect(guide.locator("[data-typing] [role=status]")).to_have_text("暂时查不到，可以先填完整名称。")
    expect(guide.locator(FIELD)).to_have_value("苏州衡锐")


def test_a_draft_is_saved_two_seconds_after_the_last_key(guide: Page) -> None:
    sent: list[str] = []
    guide.on("request", lambda one: sent.append(one.post_data or "") if "/autosave" in one.url else None)

    guide.locator("#sentence").fill("年产 6 万套减速器")

    expect(guide.locator("[data-draft-state]")).to_have_text("草稿 10:24 已自动保存")
    guide.wait_for_timeout(2600)
    assert len(sent) == 1
    assert "年产 6 万套减速器" in sent[0]


def test_a_form_sent_while_its_draft_is_on_the_way_waits_for_the_new_version(guide: Page) -> None:
    sent: list[str] = []

    def slow_draft(route: Route) -> None:
        guide.wait_for_timeout(600)
        route.fulfill(status=200, json={"saved_at": "10:24", "version": 7})

    def take(route: Route) -> None:
        sent.append(route.request.post_data or "")
        route.fulfill(status=204)

    guide.route("**/styleguide/autosave", slow_draft)
    guide.route(
        re.compile(r"/styleguide/$"), lambda route: take(route) if route.request.method == "POST" else route.continue_()
    )
    guide.locator("#sentence").fill("还在保存的话")
    expect(guide.locator("[data-draft-state]")).to_have_text("草稿正在保存…")

    guide.get_by_role("button", name="提交首报").last.dblclick()
    guide.wait_for_timeout(1500)

    assert len(sent) == 1
    assert "version=7" in sent[0] or 'name="version"\r\n\r\n7' in sent[0]


def test_after_an_expired_session_the_text_comes_back_and_is_sent(guide: Page) -> None:
    signed_out = True

    def answer(route: Route) -> None:
        if signed_out:
            route.fulfill(status=401, headers={"X-Sign-In": "/sign-in"}, body="请重新登录")
        else:
            route.continue_()

    guide.route("**/styleguide/autosave", answer)
    guide.locator(".errsum").evaluate("one => one.remove()")
    guide.locator("#sentence").fill("写了一半的话")
    link = guide.get_by_role("link", name="重新登录并送出")
    expect(link).to_have_attribute("href", re.compile(r"\?next=%2Fstyleguide%2F"))

    signed_out = False
    guide.route("**/styleguide/", _without_errors)
    guide.goto("/styleguide/")

    expect(guide.locator("#sentence")).to_have_value("写了一半的话")
    expect(guide.locator("#toasts")).to_contain_text("已恢复您离开前输入的内容")
    guide.goto("/styleguide/")
    expect(guide.locator("#sentence")).to_have_value("高精度减速器产业化")


def _without_errors(route: Route) -> None:
    """A fresh form: what the server re-renders with errors already carries the text."""
    answer = route.fetch()
    route.fulfill(response=answer, body=answer.text().replace('class="errsum"', 'class="errsum-gone"'))


def test_files_are_checked_before_they_travel_and_refused_in_words(guide: Page, tmp_path: Path) -> None:
    for name, size in (("名片.jpg", 1000), ("setup.exe", 1000), ("大.pdf", 21 * 1024 * 1024)):
        (tmp_path / name).write_bytes(b"x" * size)

    guide.locator("#upload").set_input_files([tmp_path / name for name in ("名片.jpg", "setup.exe", "大.pdf")])

    expect(guide.locator("#guide-files")).to_contain_text("名片.jpg")
    expect(guide.locator(".uploads")).to_contain_text("是程序文件，不能作为证据")
    expect(guide.locator(".uploads")).to_contain_text("“大.pdf”有 21.0 MB，单个文件最多 20 MB")
    expect(guide.locator(".uploads li")).to_have_count(2)


def test_a_pasted_picture_is_uploaded_with_a_name_of_its_time(guide: Page) -> None:
    guide.evaluate(
        """() => {
            const data = new DataTransfer();
            data.items.add(new File([new Uint8Array(400)], "image.png", {type: "image/png"}));
            document.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true}));
        }"""
    )

    expect(guide.locator("#guide-files")).to_contain_text(re.compile(r"粘贴的图片-\d\d-\d\d-\d\d\.png"))


def test_pasted_text_is_offered_value_by_value(guide: Page) -> None:
    guide.locator("#paste-text").fill("苏州衡锐 沈维 19900000127 拟投 4.8 亿元")
    guide.get_by_role("button", name="认出内容").click()

    guide.get_by_role("button", name="填入手机：19900000127").click()
    expect(guide.locator("#mobile")).to_have_value("19900000127")
    expect(guide.locator("#person")).to_have_value("")
    guide.get_by_role("button", name="全部填入").click()

    expect(guide.locator("#person")).to_have_value("沈维")
    expect(guide.locator(FIELD)).to_have_value("苏州衡锐传动科技有限公司")


def test_a_form_is_sent_once_by_a_double_click(guide: Page) -> None:
    sent: list[str] = []

    def slow(route: Route) -> None:
        sent.append(route.request.url)
        route.fulfill(status=204)

    guide.route(
        re.compile(r"/styleguide/$"), lambda route: slow(route) if route.request.method == "POST" else route.continue_()
    )
    guide.get_by_role("button", name="提交首报").last.dblclick()
    guide.wait_for_timeout(300)

    assert len(sent) == 1


def test_the_field_works_by_touch_on_a_phone(phone: Page, check_page: Callable[[Page], None]) -> None:
    phone.goto("/styleguide/")
    phone.locator(FIELD).fill("苏州衡锐")
    phone.locator(OPTION).first.wait_for()
    check_page(phone)

    phone.locator(OPTION).first.tap()

    expect(phone.locator(FIELD)).to_have_value("苏州衡锐传动科技有限公司")
