"""The booth app on the smallest phone: what its first load weighs, and that a thumb hits everything."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from tests.browser.booth import HOME, carries, cookie_of, note, until, waiting
from tests.fairs.floor import Floor, photo

MOST = 150_000
SMALL = """() => {
  const big = (box) => box.width >= 43.5 && box.height >= 43.5;
  const found = [];
  for (const one of document.querySelectorAll("a[href], button, input, select, textarea, summary")) {
    const hit = one.matches("[type=checkbox], [type=radio], [type=file]") ? one.closest("label") : one;
    const box = hit.getBoundingClientRect();
    if (box.width && box.height && getComputedStyle(hit).visibility === "visible" && !big(box))
      found.push(`${hit.tagName} ${hit.id || hit.className || hit.textContent.trim()} ${Math.round(box.width)}x${Math.round(box.height)}`);
  }
  return found;
}"""


@pytest.fixture
def phone(new_page: Callable[..., Page]) -> Page:
    return new_page(360)


@pytest.fixture
def sent(app: Flask) -> Iterator[dict[str, int]]:
    """Bytes as they leave the server, head and body, by address: what a phone pays for."""
    true, told = app.wsgi_app, dict[str, int]()

    def count(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        place = str(environ["PATH_INFO"])

        def begin(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            told[place] = told.get(place, 0) + len(status) + sum(len(f"{name}: {value}\r\n") for name, value in headers)
            return start(status, headers, *more)

        body = list(true(environ, begin))
        told[place] += sum(map(len, body))
        return body

    app.wsgi_app = count  # type: ignore[assignment, method-assign]
    yield told
    app.wsgi_app = true  # type: ignore[method-assign]


def test_the_first_load_is_light(new_page: Callable[..., Page], floor: Floor, sent: dict[str, int]) -> None:
    phone = new_page(360, device_scale_factor=3)  # a window of its own, which has fetched nothing yet
    phone.context.add_cookies([cookie_of(floor.wang, floor)])  # type: ignore[list-item]
    phone.goto(HOME)
    expect(phone.locator("#stops li")).to_have_count(3)
    phone.evaluate("navigator.serviceWorker.ready")
    kept = "caches.keys().then(async (all) => all.length && (await (await caches.open(all[0])).keys()).length)"
    until(phone, lambda: phone.evaluate(kept) > 10)
    asked = phone.evaluate("performance.getEntriesByType('resource').map((one) => new URL(one.name).pathname)")
    assert {"/fairs/floor/api/session", "/fairs/floor/api/list", "/fairs/floor/sw.js", HOME} <= set(sent)
    assert set(asked) <= set(sent), "everything that the page asked for was counted"
    assert sum(sent.values()) <= MOST, sent
    print(f"first load, with what the worker fetches once more: {sum(sent.values()):,} bytes in {len(sent)} addresses")


def test_a_thumb_hits_everything(phone: Page, floor: Floor, check_page: Callable[[Page], None]) -> None:
    phone.context.add_cookies([cookie_of(floor.chen, floor)])  # type: ignore[list-item]
    phone.goto(HOME)
    expect(phone.locator("#stops li")).to_have_count(1)
    phone.get_by_role("link", name="记一笔").click()
    phone.get_by_label("企业", exact=True).press_sequentially("微测")
    expect(phone.locator("#near button")).to_have_count(1)
    phone.locator("#note details").evaluate("(one) => { one.open = true; }")
    phone.locator("#shot").set_input_files([{"name": "a.jpg", "mimeType": "image/jpeg", "buffer": photo()}])
    assert phone.evaluate(SMALL) == []
    note(phone, "记下的一家")
    assert phone.evaluate(SMALL) == [], "with the word that it was kept"
    waiting(phone, 0)
    for part in ("名单", "已记", "准备"):
        phone.get_by_role("link", name=part).click()
        assert phone.evaluate(SMALL) == [], part
        check_page(phone)
    phone.get_by_role("link", name="已记").click()
    phone.locator("#notes").get_by_role("button", name="修改").click()
    assert phone.evaluate(SMALL) == []
    phone.get_by_role("button", name="不改了").click()
    phone.locator("#notes").get_by_role("button", name="删除").click()
    expect(phone.get_by_role("button", name="撤销")).to_be_visible()
    assert phone.evaluate(SMALL) == [], "with the way back"
    phone.context.clear_cookies()
    # The deletion is sent after the seconds in which it may be taken back, and nobody is signed in any more.
    expect(phone.locator("#told a")).to_be_visible(timeout=20_000)
    assert phone.evaluate(SMALL) == [], "with the way to sign in"


def test_one_hand_reaches_what_is_used_at_each_stand(phone: Page, floor: Floor) -> None:
    """Saving lies at the lower edge, within the reach of a thumb, whatever is scrolled; nothing covers it."""
    carries(phone, floor.wang, floor, HOME)
    phone.get_by_role("link", name="记一笔").click()
    for place in ("0", "document.body.scrollHeight / 2", "document.body.scrollHeight"):
        phone.evaluate(f"window.scrollTo(0, {place})")
        box = phone.locator("#save").bounding_box()
        assert box is not None
        height = phone.evaluate("innerHeight")
        assert box["y"] + box["height"] <= height and box["y"] > height * 0.7 and box["width"] > 150
        top = "(box) => { const at = box.getBoundingClientRect(); return box.contains(document.elementFromPoint(at.x + at.width / 2, at.y + at.height / 2)); }"
        assert phone.locator("#save").evaluate(top)
