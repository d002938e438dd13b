"""A session that ends while somebody types: nothing typed is lost, with the draft and with the form itself."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.factories import PASSWORD, make_user

STATE = "[data-draft-state]"


@pytest.fixture
def officer(context: None, sqlite: str) -> Any:
    return make_user("周晓岚")


def sign_in_again(page: Page, user: Any) -> None:
    page.get_by_label("账号").fill(user.login)
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()


def test_what_was_typed_after_the_session_ended_is_sent_after_signing_in(
    sign_in_page: Callable[..., Page], officer: Any
) -> None:
    page = sign_in_page(officer)
    page.goto("/leads/new")
    page.locator("#title").fill("拟建谐波减速器产线")
    expect(page.locator(STATE)).to_contain_text("已自动保存")

    page.context.clear_cookies(name="crm_sign_in")
    page.locator("#content").fill("登录过期以后才写的内容")
    page.get_by_role("link", name="重新登录并送出").click()
    sign_in_again(page, officer)

    expect(page.locator("#content")).to_have_value("登录过期以后才写的内容")
    expect(page.locator("#toasts")).to_contain_text("已恢复您离开前输入的内容")
    page.reload()
    expect(page.locator("#content")).to_have_value("登录过期以后才写的内容")
    expect(page.locator("#title")).to_have_value("拟建谐波减速器产线")


def test_a_form_sent_after_the_session_ended_waits_at_the_door(sign_in_page: Callable[..., Page], officer: Any) -> None:
    page = sign_in_page(officer)
    page.goto("/leads/new")
    page.context.clear_cookies(name="crm_sign_in")
    page.locator("#company_text").fill("苏州绎衡传动科技有限公司")
    page.locator("#title").fill("拟建谐波减速器产线")
    page.get_by_role("button", name="保存线索").click()

    sign_in_again(page, officer)
    page.get_by_role("button", name="继续提交").click()

    expect(page.get_by_role("heading", level=1)).to_contain_text("苏州绎衡传动科技有限公司")
    page.wait_for_load_state()  # the copy in the tab goes when the page's scripts have run
    page.goto("/leads/new")
    expect(page.locator("#title")).to_have_value("")


def test_another_person_in_the_same_tab_sees_nothing_of_it(sign_in_page: Callable[..., Page], officer: Any) -> None:
    other = make_user("何静")
    page = sign_in_page(officer)
    page.goto("/leads/new")
    page.context.clear_cookies(name="crm_sign_in")
    page.locator("#title").fill("只给我自己看的话")
    page.get_by_role("link", name="重新登录并送出").click()

    sign_in_again(page, other)

    expect(page.locator("#title")).to_have_value("")
    page.wait_for_load_state()
    assert "只给我自己看的话" not in page.evaluate("JSON.stringify({...sessionStorage})")
