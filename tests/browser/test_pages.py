"""Every page of the menu, for each kind of person and at both widths: no error, no fault of axe, nothing too wide."""

import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Page, expect

from crm.accounts.models import OrgKind
from crm.core.permissions import Role, UserKind
from tests.factories import make_company, make_org, make_user

PEOPLE = {
    "center": {"roles": (Role.CENTER,)},
    "officer": {"roles": (Role.OFFICER,)},
    "leader": {"roles": (Role.LEADER,)},
    "sysadmin": {"kind": UserKind.SYSADMIN},
    "secadmin": {"kind": UserKind.SECADMIN},
    "auditor": {"kind": UserKind.AUDITOR},
}


def addresses(sign_in: Callable[..., FlaskClient], person: str) -> list[str]:
    """The menu of a person, as the pages link it."""
    org = make_org(kind=OrgKind.CITY_CENTER if person == "center" else OrgKind.DISTRICT)
    client = sign_in(make_user(org=org, **PEOPLE[person]))
    page = client.get("/", follow_redirects=True).text
    nav = page.split('aria-label="主导航">')[1].split("</nav>")[0]
    return re.findall(r'<a href="([^"]+)"', nav)


@pytest.mark.parametrize("person", PEOPLE)
def test_the_pages_of_the_menu_are_clean(
    context: None,
    sign_in: Callable[..., FlaskClient],
    sign_in_page: Callable[..., Page],
    check_both: Callable[[Page], None],
    person: str,
) -> None:
    """Each page once at each width: as the first of these people whose menu has it. The others open it by HTTP."""
    org = make_org(kind=OrgKind.CITY_CENTER if person == "center" else OrgKind.DISTRICT)
    user = make_user(org=org, **PEOPLE[person])
    make_company("苏州绎衡传动科技有限公司")
    before = [one for one in PEOPLE if list(PEOPLE).index(one) < list(PEOPLE).index(person)]
    seen = {place for one in before for place in addresses(sign_in, one)} - {"/start"}
    places = addresses(sign_in, person)
    assert places

    page = sign_in_page(user)
    client = sign_in(make_user(org=org, **PEOPLE[person]))
    for place in places:
        if place in seen:
            assert client.get(place, follow_redirects=True).status_code == 200, place
            continue
        answer = page.goto(place)
        assert answer is not None
        assert answer.status == 200, place
        expect(page.get_by_role("heading", level=1), place).to_be_visible()
        check_both(page)


def test_the_first_keys_go_to_the_search_and_to_a_new_lead(context: None, sign_in_page: Callable[..., Page]) -> None:
    make_company("苏州绎衡传动科技有限公司")
    page = sign_in_page(make_user())
    page.goto("/companies/")

    page.keyboard.press("/")
    page.keyboard.type("绎衡")
    expect(page.locator("#top-q-cands [role=option]").first).to_contain_text("苏州绎衡传动科技有限公司")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("苏州绎衡传动科技有限公司")

    page.wait_for_load_state()
    page.keyboard.press("Alt+n")
    expect(page.get_by_role("heading", level=1)).to_contain_text("登记线索")


def test_the_palette_finds_companies(context: None, sign_in_page: Callable[..., Page]) -> None:
    make_company("苏州绎衡传动科技有限公司")
    page = sign_in_page(make_user())
    page.goto("/leads/")

    page.keyboard.press("Control+k")
    page.keyboard.type("绎衡传动")
    option = page.locator("#palette [role=option]", has_text="苏州绎衡传动科技有限公司")
    expect(option).to_be_visible()
    option.click()

    expect(page.get_by_role("heading", level=1)).to_contain_text("苏州绎衡传动科技有限公司")
