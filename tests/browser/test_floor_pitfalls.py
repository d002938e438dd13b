"""What bookings at a stand failed on before, one by one (tests/fairs/test_pitfalls.py says which): each guard has its test."""

import hashlib
import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Response, jsonify, redirect
from PIL import Image
from playwright.sync_api import Page, expect

from crm.fairs import contacts
from crm.fairs.models import MatchItem
from crm.files import storage
from crm.kit import db
from tests.browser.booth import HOME, carries, cookie_of, note, ready, rows, until, waiting
from tests.factories import actor_of
from tests.fairs.floor import Floor, photo

SLOW = """() => {
  const { shrink } = floor.photo;
  floor.photo.shrink = async (file) => { await new Promise((on) => setTimeout(on, 4000)); return shrink(file); };
}"""

OLD_LIST = """() => floor.store.state("list")
  .then((one) => floor.store.setState("list", { ...one, fetched: 0 })).then(() => { floor.sync.run(); })"""
SLOW_LIST = """() => {
  const { ask } = floor.server;
  floor.server.ask = async (path, ...more) => {
    const answer = await ask(path, ...more);
    if (path === "list") await new Promise((on) => setTimeout(on, 3000));
    return answer;
  };
}"""


@pytest.fixture
def phone(new_page: Callable[..., Page]) -> Page:
    return new_page(360)


def opened(page: Page, floor: Floor) -> Page:
    carries(page, floor.wang, floor, HOME)
    ready(page)
    return page


def names() -> list[str]:
    return sorted(one.company_text for one in rows())


def test_a_slow_photo_wipes_nothing_of_the_next_entry(phone: Page, floor: Floor) -> None:
    opened(phone, floor)
    phone.evaluate(SLOW)
    phone.get_by_role("link", name="记一笔").click()
    company = phone.get_by_label("企业", exact=True)
    company.fill("有照片的")
    phone.locator("input[name=rating][value=A]").check()
    phone.locator("#shot").set_input_files([{"name": "a.jpg", "mimeType": "image/jpeg", "buffer": photo()}])

    phone.locator("#save").click()
    expect(company).to_have_value("", timeout=3000)  # at once, long before the photo is small
    company.fill("下一家")
    phone.locator("input[name=rating][value=B]").check()
    phone.get_by_label("备注").fill("边拍边记")
    waiting(phone, 0)

    expect(company).to_have_value("下一家")
    expect(phone.get_by_label("备注")).to_have_value("边拍边记")
    phone.locator("#save").click()
    expect(company).to_have_value("")
    waiting(phone, 0)
    found = rows()
    assert [(one.company_text, one.words, one.photo_id is not None) for one in found] == [
        ("有照片的", "", True),
        ("下一家", "边拍边记", False),
    ]


def test_only_two_refusals_are_a_last_word(phone: Page, floor: Floor, server: Any) -> None:
    opened(phone, floor)
    said: list[int] = []
    answers = [400, 403, 404, 409, 429, 500]

    def refuse(view: Callable[..., Any], **kwargs: Any) -> Any:
        if answers:
            said.append(answers[0])
            return jsonify(message="暂时不行"), answers.pop(0)
        return view(**kwargs)

    server("fairs.floor_record", refuse)
    note(phone, "先被拒绝的")
    for turn in range(1, 7):
        until(phone, lambda turn=turn: len(said) >= turn)
        phone.wait_for_function("() => !floor.now.sending")
        waiting(phone, 1)
        phone.locator("#sync").click()
    waiting(phone, 0)
    assert said == [400, 403, 404, 409, 429, 500] and names() == ["先被拒绝的"]

    answers.append(422)
    note(phone, "太怪的")
    phone.get_by_role("link", name="已记").click()
    line = phone.locator("#notes li", has_text="太怪的")
    expect(line).to_contain_text("没有收下：暂时不行")
    phone.locator("#sync").click()
    phone.wait_for_function("() => !floor.now.sending")
    assert len(said) == 7 and len(rows()) == 1, "a last word is not asked for again"
    waiting(phone, 1)
    line.get_by_role("button", name="另存为新的一条").click()
    waiting(phone, 0)
    assert names() == ["先被拒绝的", "太怪的"]


def test_who_is_there_is_asked_before_each_sending(phone: Page, floor: Floor) -> None:
    opened(phone, floor)
    phone.context.set_offline(True)
    note(phone, "王芳记的")
    phone.context.add_cookies([cookie_of(floor.chen, floor)])  # type: ignore[list-item]
    phone.context.set_offline(False)  # nobody told the page that somebody else is there
    phone.locator("#sync").click()

    expect(phone.locator("#who")).to_contain_text("陈立")
    waiting(phone, 1)
    phone.locator("#sync").click()
    phone.wait_for_function("() => !floor.now.sending")

    assert rows() == []
    phone.get_by_role("link", name="已记").click()
    expect(phone.locator("#notes")).to_contain_text("待 王芳 登录这部手机后上传")


@pytest.mark.parametrize("what", ["page", "redirect", "cut"])
def test_a_page_in_place_of_an_answer_is_no_answer(phone: Page, floor: Floor, server: Any, what: str) -> None:
    opened(phone, floor)
    hits: list[int] = []

    def portal(_view: Callable[..., Any], **_kwargs: Any) -> Any:
        hits.append(1)
        if what == "redirect":
            return redirect("/fairs/floor/manifest.json")
        return Response("<h1>欢迎使用展馆网络</h1>" if what == "page" else '{"uuid": "', mimetype=kind)

    kind = "text/html" if what == "page" else "application/json"
    server("fairs.floor_record", portal)
    note(phone, "门户网络里的")
    phone.wait_for_function("() => !floor.now.online")

    waiting(phone, 1)
    assert hits and rows() == []


def test_words_go_first_and_a_photo_that_fails_keeps_its_place(phone: Page, floor: Floor, server: Any) -> None:
    opened(phone, floor)
    broken = [True]

    def fail(view: Callable[..., Any], **kwargs: Any) -> Any:
        return (jsonify(message="满了"), 500) if broken else view(**kwargs)

    server("fairs.floor_photo", fail)
    note(phone, "带照片的", picture=photo(size=(3000, 2000), exif=True))
    phone.get_by_role("link", name="已记").click()
    expect(phone.locator("#notes li")).to_contain_text("还没上传")
    assert [(one.company_text, one.photo_id) for one in rows()] == [("带照片的", None)]
    kept = phone.evaluate("floor.store.notes().then((all) => [all[0].photo.bytes instanceof ArrayBuffer, all[0].raw])")
    assert kept == [True, None], "bytes, no text of them; the large file is gone"

    broken.clear()
    phone.locator("#sync").click()
    waiting(phone, 0)
    stored = rows()[0]
    assert stored.photo_id is not None
    mine = contacts.find_own(actor_of(floor.wang), stored.client_uuid)
    assert mine is not None and mine.photo is not None
    with storage.current().open(mine.photo.storage_name) as stream:
        picture = Image.open(io.BytesIO(stream.read()))
    assert max(picture.size) == 2000 and not picture.getexif()
    db.session.remove()


def test_without_https_the_page_says_so_and_still_works(new_page: Callable[..., Page], floor: Floor) -> None:
    page = new_page(360)
    page.add_init_script(
        "Object.defineProperty(window, 'isSecureContext', { value: false }); delete Crypto.prototype.randomUUID;"
    )
    carries(page, floor.wang, floor, HOME)
    expect(page.locator("#told")).to_contain_text("离线功能未启用")
    assert page.evaluate("typeof crypto.randomUUID") == "undefined"
    assert page.evaluate("navigator.serviceWorker.getRegistrations().then((all) => all.length)") == 0
    note(page, "没有 HTTPS 的")
    waiting(page, 0)
    assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", rows()[0].client_uuid)
    page.get_by_role("link", name="准备").click()
    bad = page.locator("#checks li.bad")
    expect(bad.filter(has_text="HTTPS")).to_have_count(1)
    expect(bad.filter(has_text="离线")).not_to_have_count(0)


def test_the_browser_of_wechat_is_told(new_page: Callable[..., Page], floor: Floor) -> None:
    page = new_page(360, user_agent="Mozilla/5.0 (Linux; Android 14) Chrome/120 Mobile MicroMessenger/8.0.50")
    carries(page, floor.wang, floor, HOME)

    expect(page.locator("#told .warn")).to_contain_text("微信")
    page.get_by_role("link", name="准备").click()
    expect(page.locator("#checks li.bad").filter(has_text="微信")).to_have_count(1)


def test_what_waits_is_red_and_the_phone_is_never_the_only_copy(phone: Page, floor: Floor) -> None:
    opened(phone, floor)
    expect(phone.locator("#sync.ok")).to_have_count(1)
    phone.add_init_script("navigator.storage.persist = navigator.storage.persisted = async () => false;")
    phone.reload()
    phone.context.set_offline(True)
    note(phone, "还没传的", picture=photo())

    expect(phone.locator("#sync.bad")).to_contain_text("待同步 1")
    colour = phone.locator("#sync").evaluate(
        "(box) => getComputedStyle(box).backgroundColor.match(/\\d+/g).map(Number)"
    )
    assert colour[0] > 120 and colour[0] > 2 * colour[1], "red"
    phone.get_by_role("link", name="已记").click()
    with phone.expect_download() as told:
        phone.get_by_role("button", name="导出未上传的记录").click()
    assert "还没传的" in told.value.path().read_text(encoding="utf-8")
    phone.get_by_role("link", name="准备").click()
    expect(phone.locator("#checks li.bad").filter(has_text="没有答应")).to_have_count(1)


def test_a_new_shell_replaces_the_old_one_and_what_waits_stays(phone: Page, floor: Floor, server: Any) -> None:
    opened(phone, floor)
    before = phone.evaluate("caches.keys()")
    assert len(before) == 1
    phone.context.set_offline(True)
    note(phone, "旧页面记的")
    phone.context.set_offline(False)

    def newer(view: Callable[..., Any], **kwargs: Any) -> Any:
        answer = view(**kwargs)
        answer.set_data(answer.get_data(as_text=True).replace("展会现场记录", "展会现场记录（新版）"))
        return answer

    def worker(view: Callable[..., Any], **kwargs: Any) -> Any:
        answer = view(**kwargs)
        text = answer.get_data(as_text=True)
        answer.set_data(
            re.sub(r"VERSION = '\w+'", f"VERSION = '{hashlib.sha256(b'new').hexdigest()[:12]}'", text, count=1)
        )
        return answer

    server("fairs.floor", newer)
    server("fairs.floor_worker", worker)
    phone.evaluate("navigator.serviceWorker.getRegistration(document.body.dataset.home).then((one) => one.update())")
    until(phone, lambda: len(phone.evaluate("caches.keys()")) == 1 and phone.evaluate("caches.keys()") != before)
    phone.reload()

    expect(phone.get_by_role("heading", level=1)).to_contain_text("新版")
    waiting(phone, 0)
    assert names() == ["旧页面记的"]


def test_a_list_that_changed_is_fetched_anew_with_its_day(phone: Page, floor: Floor) -> None:
    opened(phone, floor)
    expect(phone.locator("#list-at")).to_contain_text(re.compile(r"名单 \d\d-\d\d \d\d:\d\d 下载"))
    gone = db.session.query(MatchItem).filter_by(exhibitor_id=floor.firms[1].id).one()
    gone.team_id = floor.other_team.id
    db.session.commit()
    db.session.remove()

    note(phone, "随便一家")
    waiting(phone, 0)

    phone.get_by_role("link", name="名单").click()
    expect(phone.locator("#stops li")).to_have_count(2)
    expect(phone.locator("#stops")).not_to_contain_text("恒锐传动")


def test_leaving_wipes_the_phone_once_nothing_waits(phone: Page, floor: Floor) -> None:
    opened(phone, floor)
    note(phone, "传好的")
    waiting(phone, 0)
    phone.evaluate(SLOW_LIST)
    phone.get_by_role("link", name="准备").click()
    phone.evaluate(OLD_LIST)  # a list is on its way while the phone is wiped
    phone.get_by_role("button", name="退出并清空本机").click()
    expect(phone.locator("#told")).to_contain_text("还没有登录")

    left = "floor.store.notes().then(async (all) => [all.length, await floor.store.state('list'), await floor.store.state('person')])"
    phone.wait_for_timeout(3000)  # what was on its way when it was wiped has arrived by now
    assert phone.evaluate(left) == [0, None, None]
    assert names() == ["传好的"]
