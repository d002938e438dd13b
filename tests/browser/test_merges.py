"""Merging in Chromium: values picked by keys, what was merged can be undone, a unit's proposal, a phone."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from crm.companies.models import Company
from crm.duplicates import merging
from crm.duplicates.models import Merge, MergeStatus
from crm.kit import db
from tests.claims.conftest import City, make_city
from tests.duplicates.test_merge_holds import two_holders
from tests.factories import make_company

CODE = "91420200MA44JURQ85"


@pytest.fixture
def city(context: None, sqlite: str) -> City:
    return make_city()


@pytest.fixture
def pair(city: City) -> tuple[str, str]:
    winner = make_company("湖北珩锐数控装备有限公司", uscc=CODE, address="团城山", products="五轴加工中心")
    loser = make_company("黄石珩锐机床有限公司", address="大泉路", province="湖北")
    return winner.public_id, loser.public_id


def company(public_id: str) -> Company:
    return read(select(Company).where(Company.public_id == public_id))


def only_merge() -> Merge:
    return read(select(Merge))


def read(query: Any) -> Any:
    """The one row, set free: a transaction left open would keep the server from writing."""
    db.session.rollback()
    db.session.expire_all()
    row = db.session.scalars(query).one()
    db.session.expunge(row)
    db.session.rollback()
    return row


def test_values_are_picked_by_keys_and_the_merge_is_undone(
    city: City, pair: tuple[str, str], sign_in_page: Callable[..., Page], check_page: Callable[..., None]
) -> None:
    page = sign_in_page(city.center)
    page.goto(f"/duplicates/merge?winner={pair[0]}&loser={pair[1]}")
    check_page(page)

    page.locator("input[name=pick_address][value=winner]").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("input[name=pick_address][value=loser]")).to_be_checked()
    page.get_by_label(re.compile("理由")).fill("官网相同，电话核实为一家")
    page.get_by_role("button", name="合并为一家").press("Enter")
    page.get_by_role("dialog").get_by_role("button", name="合并为一家").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("黄石珩锐机床有限公司 → 湖北珩锐数控装备有限公司")

    assert company(pair[0]).address == "大泉路"
    check_page(page)
    page.get_by_role("button", name="撤销合并").click()
    page.get_by_role("dialog").get_by_role("button", name="撤销合并").click()
    expect(page.get_by_text("两家恢复原样")).to_be_visible()
    assert company(pair[0]).address == "团城山"
    assert company(pair[1]).merged_into_id is None


def test_what_is_missing_is_said_beside_the_field_and_the_picks_stay(
    city: City, pair: tuple[str, str], sign_in_page: Callable[..., Page], check_page: Callable[..., None]
) -> None:
    page = sign_in_page(city.center)
    page.goto(f"/duplicates/merge?winner={pair[0]}&loser={pair[1]}")

    page.locator("input[name=pick_address][value=loser]").check()
    page.get_by_role("button", name="合并为一家").click()
    page.get_by_role("dialog").get_by_role("button", name="合并为一家").click()

    expect(page.locator(".errsum")).to_contain_text("请写明理由")
    expect(page.locator("input[name=pick_address][value=loser]")).to_be_checked()
    check_page(page)


def test_swapping_turns_the_two_round(city: City, pair: tuple[str, str], sign_in_page: Callable[..., Page]) -> None:
    page = sign_in_page(city.center)
    page.goto(f"/duplicates/merge?winner={pair[0]}&loser={pair[1]}")

    page.get_by_role("link", name="交换保留哪一家").click()

    expect(page.locator(".cmp .side-title").first).to_contain_text("黄石珩锐机床有限公司")


def test_two_protections_lead_to_a_case_first(
    city: City, sign_in_page: Callable[..., Page], check_page: Callable[..., None]
) -> None:
    winner, loser, *_ = two_holders(city)
    page = sign_in_page(city.center)
    page.goto(f"/duplicates/merge?winner={winner.public_id}&loser={loser.public_id}")
    expect(page.get_by_text("会先立案")).to_be_visible()
    check_page(page)

    page.get_by_label(re.compile("理由")).fill("官网相同")
    page.get_by_role("button", name="先立案").click()
    expect(page.get_by_role("dialog")).to_contain_text("现在先立案，两家暂不合并")
    page.get_by_role("dialog").get_by_role("button", name="先立案").click()

    expect(page.get_by_text("等待裁定的案件")).to_be_visible()
    check_page(page)
    assert only_merge().status is MergeStatus.PROPOSED


def test_a_unit_proposes_and_the_centre_takes_it_up(
    city: City, pair: tuple[str, str], sign_in_page: Callable[..., Page], check_page: Callable[..., None]
) -> None:
    page = sign_in_page(city.a)
    page.goto(f"/companies/{pair[1]}")
    page.get_by_role("link", name="提议合并").click()
    check_page(page)
    page.get_by_label(re.compile("与哪一家")).press_sequentially("湖北珩锐数控装备有限公司")
    page.get_by_role("option").first.click()
    page.get_by_label(re.compile("理由")).fill("官网和法定代表人相同")
    page.get_by_role("button", name="提交提议").click()
    expect(page.get_by_role("button", name="撤回提议")).to_be_visible()
    check_page(page)

    desk = sign_in_page(city.center)
    desk.goto("/duplicates/merges?tab=waiting")
    check_page(desk)
    desk.get_by_role("link", name=re.compile("黄石珩锐机床")).click()
    desk.get_by_role("link", name="核对并合并").click()

    expect(desk.get_by_text("官网和法定代表人相同")).to_be_visible()
    assert only_merge().org_id == city.a.org_id


@pytest.mark.parametrize("width", [390, 1440])
def test_the_list_on_a_phone_and_wide(
    city: City, pair: tuple[str, str], sign_in_page: Callable[..., Page], check_page: Callable[..., None], width: int
) -> None:
    page = sign_in_page(city.center)
    page.set_viewport_size({"width": width, "height": 844})
    page.goto("/duplicates/merges")
    expect(page.get_by_text("这里还没有记录")).to_be_visible()
    check_page(page)
    ids = [company(one).id for one in pair]
    rows = [db.session.get_one(Company, one) for one in ids]
    done = merging.merge(city.center, *rows, reason="同一家企业").merge.public_id
    db.session.rollback()

    for path in ("/duplicates/merges", f"/duplicates/merges/{done}"):
        page.goto(path)
        check_page(page)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0
