"""A real browser before the real application: one server a session, an empty base for each test, and one check of a page."""

import functools
import os
import re
import shutil
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, CDPSession, ConsoleMessage, Page, Request, ViewportSize, expect
from werkzeug.serving import make_server

from tests.fairs.floor import Floor

AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
AXE_AT = "/axe.min.js"
MENU = "nav[aria-label=主导航], nav[aria-label='Main navigation']"
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# What a page is made of: each element with what it looks like and is for, in its parent.
PIECES = """() => {
  const look = (one) => one ? [one.tagName, one.getAttribute('class'), ...['role', 'type', 'style'].map((name) => one.getAttribute(name)),
    one.getAttributeNames().filter((name) => /^(aria-|disabled|hidden|href|alt|title)/.test(name)).sort()].join() : '';
  return [...new Set([...document.querySelectorAll('body *')].map((one) => look(one) + '<' + look(one.parentElement)))];
}"""
WIDE, PHONE = 1440, 390
WIDE_WINDOW: ViewportSize = {"width": WIDE, "height": 900}
PHONE_WINDOW: ViewportSize = {"width": PHONE, "height": 844}
HERE = Path(__file__).parent
SLOW = float(os.environ.get("CRM_BROWSER_SLOW") or 0)  # pages compute so many times slower: to look for races
expect.set_options(timeout=10_000)  # what is right is seen at once; only a loaded machine takes longer
# A refusal (4xx) is an answer a test may want; the browser writes it to the console all the same.
REFUSAL = re.compile(r"Failed to load resource: the server responded with a status of 4\d\d")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give a test with a browser a second try, told in the report: two busy cores may hold a window up. No other test has one."""
    for item in items:
        if HERE in item.path.parents and not SLOW:
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The Chromium of this machine, quiet and in Chinese."""
    quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-quic"]
    # No name but this machine's is ever resolved: a foreign request is seen by `_watch` and leads nowhere.
    alone = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
    return {
        **browser_type_launch_args,
        "executable_path": _chromium(),
        # One process for all windows of a kind: what it has compiled and kept serves the next page.
        "args": [
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
            "--lang=zh-CN",
            "--process-per-site",
            alone,
            *quiet,
        ],
    }


def _chromium() -> str | None:
    """The Chromium to use: the one named, the one without a desktop (the same engine, half the work), or any."""
    return os.environ.get("CRM_CHROMIUM") or shutil.which("chromium-headless-shell") or shutil.which("chromium")


def _with_axe(app: Flask) -> WSGIApplication:
    """The application, and axe beside it under an address: the browser keeps what it compiled, which a text sent to each page is not."""
    source = AXE.read_bytes()
    headers = [("Content-Type", "text/javascript"), ("Cache-Control", "max-age=86400, immutable")]

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"] != AXE_AT:
            return app(environ, start_response)
        start_response("200 OK", headers)
        return [source]

    return answer


@pytest.fixture(scope="session")
def live_url(app: Flask) -> Iterator[str]:
    """The address of the application, served from a thread of this process."""
    server = make_server("127.0.0.1", 0, _with_axe(app), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


class Windows:
    """Windows that go from test to test, emptied: a new one costs a process, and all that a browser fetches and compiles.

    A window with options of its own is made for its test and closed with it.
    """

    def __init__(self, browser: Browser, url: str) -> None:
        """Remember the browser and the address of the application."""
        self.browser, self.url = browser, url
        self.free: dict[int, list[BrowserContext]] = {}
        self.keepers: dict[BrowserContext, tuple[Page, CDPSession]] = {}

    def take(self, width: int, options: dict[str, Any]) -> BrowserContext:
        """Return an empty window of a width."""
        if not options and self.free.get(width):
            window = self.free[width].pop()
        else:
            window = self._made(width, options)
        _foreign[window] = []
        return window

    def give(self, window: BrowserContext, width: int) -> None:
        """Empty a window for the next test: pages, sign-in, what pages stored, workers, a network that was switched off."""
        if window not in self.keepers:
            window.close()
            return
        keeper, session = self.keepers[window]
        window.set_offline(False)
        window.unroute_all(behavior="ignoreErrors")
        for page in window.pages:
            if page is not keeper:
                page.close()
        window.clear_cookies()
        session.send("Storage.clearDataForOrigin", {"origin": self.url, "storageTypes": "all"})
        self.free.setdefault(width, []).append(window)

    def _made(self, width: int, options: dict[str, Any]) -> BrowserContext:
        window = self.browser.new_context(
            base_url=self.url,
            viewport={**(WIDE_WINDOW if width > 500 else PHONE_WINDOW), "width": width},
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            has_touch=width < 500,
            **options,
        )
        window.set_default_timeout(8000)
        window.on("request", lambda request: _note_foreign(window, request))  # not a route: that switches the cache off
        if not options:
            keeper = window.new_page()  # keeps the process of the site alive between tests
            keeper.goto("/static/img/icon.svg")
            self.keepers[window] = keeper, window.new_cdp_session(keeper)
        return window


@pytest.fixture(scope="session")
def windows(browser: Browser, live_url: str) -> Windows:
    """The windows of this session."""
    return Windows(browser, live_url)


@pytest.fixture
def new_page(windows: Windows, sqlite: str) -> Iterator[Callable[..., Page]]:
    """``new_page(width)``: an empty browser window on an empty base, watched for errors and foreign requests."""
    opened: list[tuple[BrowserContext, int]] = []

    def make(width: int = WIDE, **options: Any) -> Page:
        window = windows.take(width, options)
        opened.append((window, width))
        page = window.new_page()
        _watch(page)
        if SLOW:
            window.on("page", _slow_down)  # a second window of the test
            _slow_down(page)
        return page

    yield make
    for window, width in opened:
        windows.give(window, width)


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    """A wide window, signed out."""
    return new_page()


@pytest.fixture
def phone(new_page: Callable[..., Page]) -> Page:
    """A phone, signed out."""
    return new_page(PHONE)


@pytest.fixture
def sign_in_page(new_page: Callable[..., Page], live_url: str) -> Callable[..., Page]:
    """``sign_in_page(user, width=…)``: a window in which that person is signed in by the product's own sign-in."""

    def enter(user: object, *, width: int = WIDE, scope: str = "full") -> Page:
        from tests.factories import sign_in_token

        page = new_page(width)
        page.context.add_cookies([{"name": "crm_sign_in", "value": sign_in_token(user, scope=scope), "url": live_url}])
        return page

    return enter


@pytest.fixture
def floor(context: None, sqlite: str) -> Floor:
    """A fair that is on, with people who carry phones."""
    return Floor()


@pytest.fixture
def server(app: Flask) -> Iterator[Callable[[str, Callable[..., Any]], None]]:
    """``server(endpoint, around)``: let ``around(view, …)`` answer in place of a view of the running application."""
    true = dict(app.view_functions)

    def put(endpoint: str, around: Callable[..., Any]) -> None:
        view = true[endpoint]

        def run(**kwargs: Any) -> Any:
            return around(view, **kwargs)

        app.view_functions[endpoint] = functools.update_wrapper(run, view)

    yield put
    app.view_functions.update(true)


@pytest.fixture
def check_page() -> Callable[[Page], None]:
    """``check_page(page)``: nothing in the console, nothing foreign, nothing wider than the window, no axe fault."""

    def check(page: Page, *, axe: bool = True) -> None:
        page.wait_for_load_state("load")  # without its styles a page is as wide as its longest line
        _keep_picture(page)
        assert not _seen[page], _seen[page]
        assert not _foreign[page.context], _foreign[page.context]
        wide = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
        assert wide[0] <= wide[1], f"{page.url} is {wide[0]} px wide in a window of {wide[1]} px"
        if axe:
            assert not axe_faults(page), "\n".join(axe_faults(page))

    return check


@pytest.fixture
def check_both(check_page: Callable[..., None]) -> Callable[[Page], None]:
    """``check_both(page)``: what `check_page` asks, in a wide window and in the same window made as narrow as a phone.

    A page made of nothing but pieces that axe saw in wide windows of this run is looked at by axe in the narrow one alone.
    """

    def check(page: Page) -> None:
        page.set_viewport_size(WIDE_WINDOW)
        page.wait_for_load_state("load")
        pieces = set(page.evaluate(PIECES))
        check_page(page, axe=not pieces <= _pieces_seen)
        _pieces_seen.update(pieces)  # not reached where there is a fault: a second try sees it again
        page.set_viewport_size(PHONE_WINDOW)
        check_page(page)
        page.set_viewport_size(WIDE_WINDOW)

    return check


def axe_faults(page: Page) -> list[str]:
    """Return one line for each rule of WCAG 2.2 AA (and axe's own best practice) that the page breaks.

    The main menu is half of what stands on a page, and the same on each: it is looked at with the first page of a window, at each width.
    """
    if not page.evaluate("typeof axe !== 'undefined'"):
        page.add_script_tag(url=AXE_AT)
    size = page.viewport_size or WIDE_WINDOW
    # The whole page in the window: what a sticky bar covers at this moment of scrolling is no fault.
    whole = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": size["width"], "height": max(size["height"], whole)})
    menu, at = page.locator(MENU).count() > 0, size["width"]
    where = {"exclude": [MENU]} if menu and at in _menu_seen.get(page, ()) else {"include": ["html"]}
    found = page.evaluate(
        "([where, tags]) => axe.run(where, {runOnly: tags, resultTypes: ['violations']}).then(all => all.violations)",
        [where, WCAG],
    )
    page.set_viewport_size(size)
    if menu:
        _menu_seen.setdefault(page, set()).add(at)
    return [f"{one['id']} ({len(one['nodes'])}): {one['nodes'][0]['html'][:160]}" for one in found]


def _keep_picture(page: Page) -> None:
    """Keep a picture for the eye when CRM_PICTURES names a folder."""
    if folder := os.environ.get("CRM_PICTURES"):
        place, width = urlsplit(page.url), page.evaluate("innerWidth")
        name = re.sub(r"[^\w-]+", "-", f"{place.path}-{place.query}").strip("-")
        page.screenshot(path=Path(folder) / f"{name}-{width}.png", full_page=True)


def _slow_down(page: Page) -> None:
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOW})


_seen: dict[Page, list[str]] = {}
_menu_seen: WeakKeyDictionary[Page, set[int]] = WeakKeyDictionary()
_pieces_seen: set[str] = set()
_foreign: dict[BrowserContext, list[str]] = {}


def _note_foreign(window: BrowserContext, request: Request) -> None:
    address = urlsplit(request.url)
    if address.scheme not in ("data", "blob", "about") and address.hostname != "127.0.0.1":
        _foreign[window].append(request.url)


def _watch(page: Page) -> None:
    errors: list[str] = []
    _seen[page] = errors

    def console(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not REFUSAL.match(message.text):
            errors.append(message.text)

    page.on("console", console)
    page.on("pageerror", lambda error: errors.append(str(error)))
