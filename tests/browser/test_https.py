"""`make run HTTPS=1` as a phone meets it: the certificate, the page "is this phone ready", and the app with the network off."""

import http.client
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserType, Page, expect

from crm.kit import db
from tests.factories import sign_in_token
from tests.fairs.floor import Floor
from tests.ops.server import ROOT, Server


class Secure(Server):
    """The server of HTTPS=1, asked by its own authority's certificate."""

    def answers(self) -> bool:
        trusts = ssl.create_default_context(cafile=str(self.folder / "tls" / "ca.crt"))
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=5, context=trusts)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except ConnectionError:
            return False
        finally:
            connection.close()


@pytest.fixture
def served(floor: Floor, sqlite: str, tmp_path: Path) -> Iterator[Secure]:
    subprocess.run(["sh", "tools/certificate.sh", str(tmp_path / "tls")], cwd=ROOT, check=True, capture_output=True)
    db.session.remove()
    db.engine().dispose()
    server = Secure(tmp_path, sqlite)
    server.start(CRM_TLS=str(tmp_path / "tls"), CRM_SECURE="1", CRM_SCHEDULER="0", WEB_WORKERS="1")
    yield server
    if server.process is not None and server.process.poll() is None:
        server.kill()


@pytest.fixture
def own_phone(browser_type: BrowserType, browser_type_launch_args: dict[str, Any]) -> Iterator[Page]:
    """A phone of 360 px on which the authority counts as trusted: a worker is never kept behind a certificate that is not."""
    flags = [*browser_type_launch_args["args"], "--ignore-certificate-errors"]
    browser = browser_type.launch(**(browser_type_launch_args | {"args": flags}))
    window = browser.new_context(viewport={"width": 360, "height": 740}, locale="zh-CN", has_touch=True)
    window.set_default_timeout(10_000)
    yield window.new_page()
    browser.close()


def test_a_phone_is_ready_and_opens_without_network(floor: Floor, served: Secure, own_phone: Page) -> None:
    url, page = f"https://127.0.0.1:{served.port}", own_phone
    token = sign_in_token(floor.wang)
    db.session.remove()
    page.context.add_cookies([{"name": "crm_sign_in", "value": token, "url": url, "secure": True}])
    page.goto(f"{url}/fairs/editions/{floor.edition.public_id}/phones")
    expect(page.locator("main")).not_to_contain_text("本站没有使用 HTTPS")
    page.get_by_role("button", name="在这部手机上使用").click()
    expect(page.locator("#who")).to_contain_text("王芳")
    expect(page.locator("#stops li")).to_have_count(3)
    assert [one["secure"] for one in page.context.cookies() if one["name"] == "crm_fair"] == [True]
    page.evaluate("navigator.serviceWorker.ready")
    page.get_by_role("link", name="准备").click()
    good = page.locator("#checks li.ok")
    for words in ("HTTPS", "离线也能打开本页", "已登录：王芳", "3"):
        expect(good.filter(has_text=words).first).to_be_visible()
    # Whether a browser promises to keep data for long is its own affair; all else is ours.
    bad = page.locator("#checks li.bad").all_inner_texts()
    assert [one for one in bad if "没有答应" not in one] == []

    page.context.set_offline(True)
    page.reload()
    expect(page.locator("#who")).to_contain_text("王芳")
    expect(page.locator("#told")).to_contain_text("没有网络")
    page.get_by_role("link", name="记一笔").click()
    page.get_by_label("企业", exact=True).fill("离线记的")
    page.locator("input[name=rating][value=A]").check()
    page.locator("#save").click()
    expect(page.locator("#sync")).to_contain_text("待同步 1")
    served.kill()  # not even the machine is there
    page.context.set_offline(False)
    page.goto(f"{url}/fairs/floor/")
    expect(page.locator("#sync")).to_contain_text("待同步 1")
