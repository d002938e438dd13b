"""The guests of an event at both widths: list, one guest, the door, the guest's own page; what ticked rows offer."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from crm.core.permissions import Role
from crm.fairs.service import guests as service
from crm.kit import db
from tests.factories import actor_of, make_center, make_org, make_user
from tests.fairs.test_guests import event_of, guest

pytestmark = pytest.mark.usefixtures("context")


@pytest.mark.parametrize("width", [1440, 390])
def test_guests_are_ticked_and_let_in(
    sign_in_page: Callable[..., Page], check_page: Callable[[Page], None], width: int
) -> None:
    host = make_user("田静", org=make_org(), roles=(Role.OFFICER, Role.EXPO))
    edition = event_of(make_center())
    row = service.add_guest(actor_of(host), edition, guest())
    token, one, event = row.token, row.public_id, edition.public_id
    db.session.remove()
    page = sign_in_page(host, width=width)
    page.goto(f"/fairs/editions/{event}/guests")
    check_page(page)
    bar = page.get_by_role("group", name="批量操作")
    expect(bar).to_be_hidden()
    page.locator("tbody input[name=pick]").check()
    expect(bar).to_be_visible()
    bar.get_by_role("button", name="记为已邀").click()
    expect(page.locator("main")).to_contain_text("已邀")
    for address in (f"/fairs/editions/{event}", f"/fairs/guests/{one}", f"/fairs/i/{token}"):
        page.goto(address)
        check_page(page)
    page.get_by_role("button", name="签到", exact=True).click()
    expect(page.locator("main")).to_contain_text("已签到")
