"""Take the pictures of the documents: python tools/screenshots.py http://127.0.0.1:8790

Each picture is a line of PICTURES: who, where to begin, what to click or type on the way, how wide.
"""

import os
import shutil
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError

from playwright.sync_api import Browser, Page, sync_playwright

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "pictures"
sys.path.insert(0, str(FOLDER.parents[1]))
WIDE, PHONE = (1440, 900), (390, 844)


@dataclass(frozen=True)
class Picture:
    """``steps``: "click SELECTOR" or "type SELECTOR TEXT", one after another; ``whole`` takes the page to its end."""

    name: str
    login: str
    path: str
    steps: tuple[str, ...] = ()
    size: tuple[int, int] = WIDE
    whole: bool = False


FIRST_ROW = "click main table.records tbody tr a"
PICTURES = (
    Picture("officer", "hsg.1", "/"),
    Picture("manager", "hsg.manager", "/"),
    Picture("typing", "hsg.1", "/", ("type main input[data-typing-url] 东贝",)),
    Picture("lead", "hsg.1", "/leads/", (FIRST_ROW,)),
    Picture("lead-form", "hsg.1", "/leads/new"),
    Picture("note-phone", "hsg.1", "/interactions/new", ("click main a[href*=lead]",), PHONE),
    Picture("desk", "center.1", "/claims/desk"),
    Picture("parameters", "center.1", "/parameters/"),
    Picture("people", "sysadmin", "/users"),
    Picture("audit", "auditor", "/audit/"),
)


def wait_for(base: str, seconds: float = 300) -> None:
    """Return when the server answers."""
    end = time.monotonic() + seconds
    while True:
        try:
            urllib.request.urlopen(f"{base}/healthz", timeout=5).close()
            return
        except (URLError, ConnectionError, TimeoutError):
            if time.monotonic() > end:
                sys.exit("the server did not answer")
            time.sleep(0.5)


def sign_in(page: Page, login: str, password: str) -> None:
    """Enter by the form, as a person does."""
    page.goto("/sign-in")
    page.fill("input[name=login]", login)
    page.fill("input[name=password]", password)
    page.press("input[name=password]", "Enter")
    page.wait_for_load_state("networkidle")


def step(page: Page, words: str) -> None:
    """Do one step on the way."""
    act, _, rest = words.partition(" ")
    if act == "click":
        page.locator(rest).first.click()
    else:
        target, _, text = rest.rpartition(" ")
        page.locator(target).first.press_sequentially(text, delay=60)
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(400)


def take(browser: Browser, base: str, picture: Picture, password: str) -> None:
    """Open the page as the person and keep what the window shows."""
    width, height = picture.size
    window = browser.new_context(
        base_url=base,
        viewport={"width": width, "height": height},
        device_scale_factor=2 if picture.size == PHONE else 1,
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
    )
    page = window.new_page()
    if picture.login:
        sign_in(page, picture.login, password)
    page.goto(picture.path)
    for words in picture.steps:
        step(page, words)
    page.wait_for_load_state("networkidle")
    page.screenshot(path=FOLDER / f"{picture.name}.png", full_page=picture.whole)
    window.close()


def main(base: str) -> None:
    """Take all pictures, or those named in PICTURES."""
    from crm.seeding import sample_password

    wanted = os.environ.get("PICTURES", "").split()
    FOLDER.mkdir(parents=True, exist_ok=True)
    wait_for(base)
    with sync_playwright() as play:
        chromium = os.environ.get("CRM_CHROMIUM") or shutil.which("chromium")
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu", "--lang=zh-CN"])
        for picture in PICTURES:
            if not wanted or picture.name in wanted:
                take(browser, base, picture, sample_password())
                print(f"docs/pictures/{picture.name}.png")
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1])
