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
    """``steps``: "click SELECTOR", "wait SELECTOR" or "type SELECTOR TEXT" in turn; ``whole`` takes the page to its end."""

    name: str
    login: str
    path: str
    steps: tuple[str, ...] = ()
    size: tuple[int, int] = WIDE
    whole: bool = False


FIRST_ROW = "click main table.records tbody tr a"
LEDGER = (
    "企业名称,城市,注册资本（万元）,成立时间\n湖北三环锻压设备有限公司,黄石,12000,2003年4月11日\n永辉智能,,约500,2015/6/1\n"
    "黄石中城自动化,黄石,3200,2011-03-05\n苏州绎衡传动科技有限公司,苏州,1.2亿元,\n东贝,黄石,,\n黄石邦柯科技股份科技有限公司,黄石,5000,03/04/11"
)
BROUGHT = (
    "click .pasted>summary",
    f"type textarea#text {LEDGER}",
    "type #source 区局历年台账",
    "click text=读取表格",
    "wait #columns-form",
)
CHECKED = (*BROUGHT, "click text=开始核对", "wait [data-ready]")
PICTURES = (
    Picture("officer", "hsg.1", "/"),
    Picture("manager", "hsg.manager", "/"),
    Picture("typing", "hsg.1", "/", ("type main input[data-typing-url] 东贝",)),
    Picture("lead", "hsg.1", "/leads/", (FIRST_ROW,)),
    Picture("lead-form", "hsg.1", "/leads/new"),
    Picture("note-phone", "hsg.1", "/interactions/new", ("click main a[href*=lead]",), PHONE),
    Picture("imports-columns", "hsg.1", "/imports/new", BROUGHT),
    Picture("imports-review", "hsg.1", "/imports/new", CHECKED),
    Picture("imports", "hsg.manager", "/imports/"),
    Picture("desk", "center.1", "/claims/desk"),
    Picture("duplicates", "center.1", "/duplicates/"),
    Picture("board", "kts.1", "/projects/board"),
    Picture("project", "kts.1", "/projects/?stage=signed", (FIRST_ROW,)),
    Picture("promises", "center.1", "/projects/promise-checks"),
    Picture("meetings", "center.1", "/projects/meetings", (FIRST_ROW,)),
    Picture("week", "kts.manager", "/ledgers/weeks", (FIRST_ROW,)),
    Picture("funnel", "center.1", "/ledgers/funnel"),
    Picture("key-projects", "leader.1", "/ledgers/key-projects"),
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
    elif act == "wait":
        page.locator(rest).first.wait_for(timeout=60_000)
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
        chromium = os.environ.get("CRM_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-headless-shell")
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu", "--lang=zh-CN"])
        for picture in PICTURES:
            if not wanted or picture.name in wanted:
                take(browser, base, picture, sample_password())
                print(f"docs/pictures/{picture.name}.png")
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1])
