"""What tests of the booth app do with a phone: open it for a person, note somebody, wait until all is sent."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Page, expect
from sqlalchemy import select

from crm.fairs.models import FairContact, FairPass
from crm.fairs.service import passes
from crm.kit import clock, db
from tests.factories import actor_of
from tests.fairs.floor import Floor

HOME = "/fairs/floor/"


def cookie_of(user: Any, floor: Floor) -> dict[str, str]:
    """The cookie of a pass of this person, as the browser keeps it."""
    _row, token = passes.open_pass(actor_of(user), floor.edition, "Android · Chrome")
    return {"name": "crm_fair", "value": token, "domain": "127.0.0.1", "path": "/fairs/floor"}


def carries(page: Page, user: Any, floor: Floor, url: str) -> None:
    """This person opens this phone: the cookie of another one is replaced, as by the button of the page of phones."""
    page.context.add_cookies([cookie_of(user, floor)])  # type: ignore[list-item]
    page.goto(url + "#in")
    expect(page.locator("#who")).to_contain_text(user.name)


def note(page: Page, company: str, rating: str = "A", picture: bytes | None = None) -> None:
    if not page.locator("#note").is_visible():
        page.get_by_role("link", name="记一笔").click()
    page.get_by_label("企业", exact=True).fill(company)
    page.locator(f"input[name=rating][value={rating}]").check()
    if picture is not None:
        page.locator("#shot").set_input_files([{"name": "card.jpg", "mimeType": "image/jpeg", "buffer": picture}])
    page.locator("#save").click()
    expect(page.get_by_label("企业", exact=True)).to_have_value("")


def waiting(page: Page, number: int) -> None:
    words = f"待同步 {number}" if number else "已全部上传"
    expect(page.locator("#sync")).to_contain_text(words, timeout=20_000)


def quiet(page: Page) -> None:
    """Wait until no word lies over the page: what it covers at this moment is no fault of the page."""
    expect(page.locator("#toasts .note")).to_have_count(0, timeout=15_000)


def sends(*pages: Page) -> None:
    """All windows send at once, again and again, as long as answers get lost."""
    for _turn in range(40):
        if all(page.locator("#sync.ok").count() for page in pages):
            return
        for page in pages:
            page.locator("#sync").click()
        pages[0].wait_for_timeout(700)
    for page in pages:
        waiting(page, 0)


def until(page: Page, true: Callable[[], bool]) -> None:
    """Wait for what no element of the page shows: an answer of the server, a cache of the worker."""
    for _turn in range(100):
        if true():
            return
        page.wait_for_timeout(100)
    raise AssertionError("it did not happen within ten seconds")


def rows() -> list[FairContact]:
    db.session.remove()
    found = list(db.session.scalars(select(FairContact).order_by(FairContact.id)))
    db.session.remove()  # a reader outside of a request holds the one place to write
    return found


def ready(page: Page) -> None:
    page.evaluate("navigator.serviceWorker.ready")
    expect(page.locator("#stops li")).to_have_count(3)


def floor_passes() -> list[Any]:
    """The passes that open something now."""
    living = select(FairPass).where(FairPass.ended_at.is_(None), FairPass.expires_at > clock.now())
    return list(db.session.scalars(living))
