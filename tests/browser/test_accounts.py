"""The door and the pages of the officers in a real browser: readable, by keyboard, nothing lost."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import update

from crm.accounts.models import OrgKind, SignIn
from crm.audit import service as audit
from crm.core.permissions import Role, UserKind
from crm.kit import clock, db
from crm.kit.access import Actor
from tests.factories import PASSWORD, make_org, make_user

PAGES = {
    UserKind.SYSADMIN: ("/orgs", "/orgs/new", "/users", "/users/new", "/roles", "/account", "/account/password"),
    UserKind.SECADMIN: ("/users", "/roles"),
    UserKind.AUDITOR: ("/audit/", "/audit/verify", "/roles"),
}


def fill_door(page: Page, login: str, password: str = PASSWORD) -> None:
    page.get_by_label("账号").fill(login)
    page.get_by_label("密码", exact=True).fill(password)
    page.keyboard.press("Enter")


@pytest.mark.parametrize("width", [1440, 390])
def test_the_door_is_readable_and_works_by_keyboard(
    new_page: Callable[..., Page], check_page: Callable[[Page], None], width: int
) -> None:
    make_user(login="wangfang")
    page = new_page(width)
    page.goto("/sign-in")
    check_page(page)
    expect(page.get_by_text("严禁录入涉密信息")).to_be_visible()

    fill_door(page, "wangfang", "Wrong-password-1")
    expect(page.get_by_role("alert")).to_contain_text("账号或密码错误")
    expect(page.get_by_label("账号")).to_have_value("wangfang")
    check_page(page)
    fill_door(page, "wangfang")
    page.wait_for_url(lambda url: "/sign-in" not in url)


@pytest.mark.parametrize("width", [1440, 390])
def test_samples_walk_in_by_one_click(
    new_page: Callable[..., Page], check_page: Callable[[Page], None], width: int
) -> None:
    org = make_org("黄石港区")
    for number in range(6):
        make_user(f"示例{number}", org=org, is_sample=True)
    make_user("示例主任", org=org, roles=(Role.MANAGER,), is_sample=True)
    page = new_page(width)
    page.goto("/sign-in")
    check_page(page)

    page.get_by_role("button", name="示例主任").click()
    page.wait_for_url(lambda url: "/sign-in" not in url)
    page.goto("/account")
    expect(page.locator("main").get_by_text("示例主任")).to_be_visible()


@pytest.mark.parametrize("kind", PAGES)
def test_the_pages_of_the_officers_are_in_order(
    sign_in_page: Callable[..., Page], check_both: Callable[[Page], None], kind: UserKind
) -> None:
    top = make_org("领导小组", kind=OrgKind.LEADING_GROUP)
    org = make_org("黄石港区", parent=top)
    make_org("驻上海招商分队", kind=OrgKind.OUTPOST, parent=org)
    person = make_user("王芳", org=org, roles=(Role.OFFICER, Role.EXPO))
    with db.transaction():
        audit.record(Actor.system(), "org.changed", org, name=("黄石港", "黄石港区"))
    own = {
        UserKind.SYSADMIN: (f"/orgs/{org.public_id}/edit", f"/users/{person.public_id}"),
        UserKind.SECADMIN: (f"/users/{person.public_id}/roles",),
        UserKind.AUDITOR: (),
    }
    page = sign_in_page(make_user(kind=kind, org=org))

    for address in (*PAGES[kind], *own[kind]):
        page.goto(address)
        expect(page.locator("h1")).to_be_visible()
        check_both(page)


def test_the_password_is_shown_once(sign_in_page: Callable[..., Page], check_page: Callable[[Page], None]) -> None:
    org = make_org("黄石港区")
    page = sign_in_page(make_user(kind=UserKind.SYSADMIN, org=org), width=390)
    page.goto("/users/new")
    page.get_by_label("账号").fill("wangfang")
    page.get_by_label("姓名").fill("王芳")
    page.get_by_role("button", name="建立账号").click()

    expect(page.locator("h1")).to_have_text("一次性密码")
    check_page(page)


@pytest.mark.parametrize("width", [1440, 390])
def test_what_was_typed_survives_the_end_of_the_session(
    sign_in_page: Callable[..., Page], check_page: Callable[[Page], None], width: int
) -> None:
    user = make_user(login="wangfang")
    page = sign_in_page(user, width=width)
    page.goto("/account")
    page.get_by_label("办公电话").fill("0714 6543-210")
    with db.transaction():
        db.session.execute(update(SignIn).values(ended_at=clock.now(), end_reason="idle"))

    page.get_by_role("button", name="保存电话").click()
    expect(page.get_by_text("0714 6543-210")).to_be_visible()
    check_page(page)
    fill_door(page, "wangfang")
    expect(page.locator("h1")).to_have_text("继续刚才的提交")
    check_page(page)
    page.get_by_role("button", name="继续提交").click()

    expect(page.get_by_text("已保存")).to_be_visible()
    expect(page.get_by_label("办公电话")).to_have_value("0714 6543-210")


def test_an_expired_token_offers_the_form_again(
    sign_in_page: Callable[..., Page], check_page: Callable[[Page], None]
) -> None:
    page = sign_in_page(make_user())
    page.goto("/account")
    page.get_by_label("办公电话").fill("0714 6543-210")
    page.context.clear_cookies(name="crm_form")

    page.get_by_role("button", name="保存电话").click()
    expect(page.locator("h1")).to_have_text("页面已过期，请重试")
    check_page(page)
    page.get_by_role("button", name="继续提交").click()

    expect(page.get_by_label("办公电话")).to_have_value("0714 6543-210")


def test_a_trusted_phone_is_asked_for_the_password(
    sign_in_page: Callable[..., Page], check_page: Callable[[Page], None]
) -> None:
    page = sign_in_page(make_user(), width=390, scope="phone")
    page.goto("/account")

    expect(page.locator("h1")).to_have_text("再验一次密码")
    check_page(page)
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("我的账号")
