"""The booth app with the network switched off and on: nothing lost, nothing doubled, nothing under a wrong name."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import jsonify
from playwright.sync_api import Page, expect

from crm.fairs.service import passes
from tests.browser.booth import HOME, carries, floor_passes, note, quiet, ready, rows, sends, waiting
from tests.browser.conftest import axe_faults
from tests.fairs.floor import Floor, photo


@pytest.fixture
def phone(new_page: Callable[..., Page]) -> Page:
    return new_page(360)


def test_without_network_nothing_is_lost_and_nothing_doubled(
    phone: Page, floor: Floor, server: Any, check_page: Callable[[Page], None]
) -> None:
    carries(phone, floor.wang, floor, HOME)
    ready(phone)
    check_page(phone)
    phone.context.set_offline(True)
    phone.get_by_role("button", name=re.compile("埃拓伺服")).click()
    expect(phone.locator("#near")).to_contain_text("谈谐波减速器产线")
    phone.locator("input[name=rating][value=B]").check()
    phone.locator("#save").click()
    # The next one is typed while the photo of the last is still being made small.
    note(phone, "现场来访甲", picture=photo(size=(3000, 2000), exif=True))
    note(phone, "现场来访乙", "C")
    waiting(phone, 3)

    phone.get_by_label("企业", exact=True).fill("写到一半")
    phone.reload()  # without network
    waiting(phone, 3)
    expect(phone.get_by_label("企业", exact=True)).to_have_value("写到一半")
    second = phone.context.new_page()
    second.goto(HOME + "#note")
    note(second, "另一个窗口", picture=photo(colour="white"))
    waiting(second, 4)
    assert rows() == []

    lost: list[str] = []

    def lose(view: Callable[..., Any], **kwargs: Any) -> Any:
        answer = view(**kwargs)
        if len(lost) < 2:
            lost.append(str(answer.json["uuid"]))
            return jsonify(message="bad gateway"), 502
        return answer

    server("fairs.floor_record", lose)
    phone.context.set_offline(False)
    sends(phone, second)

    found = rows()
    assert sorted(one.company_text for one in found) == sorted(["埃拓伺服", "现场来访甲", "现场来访乙", "另一个窗口"])
    assert {one.owner_id for one in found} == {floor.wang.id}
    assert sum(one.photo_id is not None for one in found) == 2
    assert len(lost) == 2
    assert next(one for one in found if one.company_text == "埃拓伺服").exhibitor_id == floor.firms[0].id


def test_what_changes_while_the_page_is_drawn_is_drawn_too(phone: Page, floor: Floor) -> None:
    carries(phone, floor.wang, floor, HOME)
    ready(phone)
    phone.context.set_offline(True)
    slow = "const list = floor.pages.list; floor.pages.list = async (all) => { await new Promise((on) => setTimeout(on, 900)); return list(all); }; null"
    phone.evaluate(slow)
    note(phone, "画得慢的一笔")
    phone.locator("#sync").click()  # fails at once: the end of it comes while "sending" is still being drawn
    waiting(phone, 1)


def test_a_note_counts_from_the_tap_on(phone: Page, floor: Floor) -> None:
    carries(phone, floor.wang, floor, HOME)
    ready(phone)
    expect(phone.locator("#sync.ok")).to_have_count(1)
    phone.context.set_offline(True)
    phone.get_by_role("link", name="记一笔").click()
    phone.get_by_label("企业", exact=True).fill("写得慢的")
    phone.locator("input[name=rating][value=A]").check()
    # In one task of the page: the head as it is at the very moment at which the form is empty again.
    words = phone.evaluate(
        """() => new Promise((done) => {
          const box = document.getElementById("company");
          const look = () => (box.value ? setTimeout(look) : done(document.getElementById("sync").textContent));
          document.getElementById("save").click();
          look();
        })"""
    )
    assert "待同步 1" in words


def test_a_finger_that_trembles_notes_once(phone: Page, floor: Floor) -> None:
    carries(phone, floor.wang, floor, HOME)
    ready(phone)
    phone.get_by_role("link", name="记一笔").click()
    phone.get_by_label("企业", exact=True).fill("点了两下的")
    phone.locator("input[name=rating][value=A]").check()

    # Two taps before the form is empty, and one just after.
    phone.evaluate(
        """() => new Promise((done) => {
          const [save, box] = [document.getElementById("save"), document.getElementById("company")];
          const look = () => (box.value ? setTimeout(look) : done(save.click()));
          save.click();
          save.click();
          look();
        })"""
    )

    waiting(phone, 0)
    expect(phone.locator("#form .why:visible")).to_have_count(0)
    assert [one.company_text for one in rows()] == ["点了两下的"]


def test_sending_takes_nothing_from_under_a_finger(phone: Page, floor: Floor) -> None:
    carries(phone, floor.wang, floor, HOME)
    ready(phone)
    note(phone, "先记的一家")
    waiting(phone, 0)
    phone.get_by_role("link", name="已记").click()
    line = phone.locator("#notes li", has_text="先记的一家")
    line.get_by_role("button", name="修改").focus()
    phone.evaluate("floor.sync.run()")
    phone.wait_for_function("() => !floor.now.sending")
    expect(line.get_by_role("button", name="修改")).to_be_focused()

    drop = line.get_by_role("button", name="删除").bounding_box()
    assert drop is not None
    phone.mouse.move(drop["x"] + drop["width"] / 2, drop["y"] + drop["height"] / 2)
    phone.mouse.down()
    phone.evaluate("floor.sync.run()")
    phone.wait_for_function("() => !floor.now.sending")
    phone.mouse.up()
    expect(phone.get_by_role("button", name="撤销")).to_be_visible()


def test_a_note_stays_its_owners_through_sign_ins_and_stale_tokens(phone: Page, floor: Floor, server: Any) -> None:
    carries(phone, floor.wang, floor, HOME)
    ready(phone)
    phone.context.set_offline(True)
    note(phone, "王芳记的一")
    note(phone, "王芳记的二", picture=photo())
    passes.end_pass(floor.center, floor_passes()[0])
    phone.context.set_offline(False)
    phone.locator("#sync").click()
    expect(phone.locator("#told")).to_contain_text("登录已过期")
    waiting(phone, 2)

    carries(phone, floor.chen, floor, HOME)
    note(phone, "陈立记的")
    phone.get_by_role("link", name="已记").click()
    expect(phone.locator("#notes")).to_contain_text("待 王芳 登录这部手机后上传")
    expect(phone.locator("#notes li", has_text="陈立记的")).to_contain_text("已上传")
    assert [(one.company_text, one.owner_id) for one in rows()] == [("陈立记的", floor.chen.id)]
    quiet(phone)
    assert not axe_faults(phone)
    with phone.expect_download() as told:
        phone.get_by_role("button", name="导出未上传的记录").click()
    text = told.value.path().read_text(encoding="utf-8")
    assert text.count("王芳记的") == 2
    phone.get_by_role("link", name="准备").click()
    phone.get_by_role("button", name="退出并清空本机").click()
    expect(phone.locator("#toasts")).to_contain_text("不能清空本机")

    stale: list[int] = []

    def old_token(view: Callable[..., Any], **kwargs: Any) -> Any:
        answer = view(**kwargs)
        if answer.status_code == 200 and not stale:
            stale.append(1)
            return jsonify(**{**answer.json, "token": "of yesterday"})
        return answer

    server("fairs.floor_session", old_token)
    carries(phone, floor.wang, floor, HOME)
    waiting(phone, 0)
    assert stale
    assert sorted((one.company_text, one.owner_id) for one in rows()) == sorted(
        [("陈立记的", floor.chen.id), ("王芳记的一", floor.wang.id), ("王芳记的二", floor.wang.id)]
    )


def test_a_note_is_changed_and_deleted_after_it_was_sent(
    phone: Page, floor: Floor, check_page: Callable[[Page], None]
) -> None:
    carries(phone, floor.wang, floor, HOME)
    ready(phone)
    note(phone, "先写错的名字")
    note(phone, "要删的")
    waiting(phone, 0)
    phone.get_by_role("link", name="已记").click()
    line = phone.locator("#notes li", has_text="先写错的名字")
    line.get_by_role("button", name="修改").click()
    quiet(phone)
    check_page(phone)
    phone.get_by_label("企业", exact=True).fill("改对的名字")
    phone.get_by_role("button", name="保存修改").click()
    waiting(phone, 0)
    phone.get_by_role("link", name="已记").click()
    gone = phone.locator("#notes li", has_text="要删的")
    gone.get_by_role("button", name="删除").click()
    phone.get_by_role("button", name="撤销").click()
    gone.get_by_role("button", name="删除").click()
    expect(gone).to_have_count(0)
    waiting(phone, 0)
    assert sorted((one.company_text, one.withdrawn_at is None) for one in rows()) == [
        ("改对的名字", True),
        ("要删的", False),
    ]
    phone.get_by_role("link", name="准备").click()
    expect(phone.locator("#checks")).to_contain_text("离线也能打开本页")
    expect(phone.locator("#checks")).to_contain_text("已登录：王芳")
    check_page(phone)


@pytest.mark.soak  # fifty contacts by hand, over reloads, tabs, lost answers and three sign-ins
def test_fifty_contacts_of_a_day_without_network(phone: Page, floor: Floor, server: Any) -> None:
    carries(phone, floor.wang, floor, HOME)
    ready(phone)
    phone.context.set_offline(True)
    for number in range(50):
        picture = photo(size=(1600, 1200), colour=f"#{number * 5:02x}4060") if number % 5 == 0 else None
        note(phone, f"客商{number:02d}", "ABC"[number % 3], picture)
        if number % 12 == 11:
            phone.reload()
    second = phone.context.new_page()
    second.goto(HOME)
    waiting(second, 50)
    calls: list[int] = []

    def shaky(view: Callable[..., Any], **kwargs: Any) -> Any:
        answer = view(**kwargs)
        calls.append(1)
        return (jsonify(message="bad gateway"), 502) if len(calls) % 7 == 0 else answer

    for endpoint in ("fairs.floor_record", "fairs.floor_photo"):
        server(endpoint, shaky)
    phone.context.set_offline(False)
    passes.end_pass(floor.center, floor_passes()[0])
    phone.locator("#sync").click()
    expect(phone.locator("#told")).to_contain_text("登录已过期")
    carries(phone, floor.chen, floor, HOME)
    waiting(phone, 50)
    carries(phone, floor.wang, floor, HOME)
    sends(phone, second)
    found = rows()
    assert sorted(one.company_text for one in found) == [f"客商{number:02d}" for number in range(50)]
    assert {one.owner_id for one in found} == {floor.wang.id}
    assert sum(one.photo_id is not None for one in found) == 10
