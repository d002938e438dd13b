"""The review desk in Chromium: keyboard only, one screen, nothing lost."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from crm.duplicates.models import Cluster, ClusterPair, ClusterStatus, PairDecision
from crm.kit import db
from tests.duplicates.clusters import make_cluster
from tests.factories import make_center

SAID = "#review [role=status]"


@pytest.fixture
def center(context: None, sqlite: str) -> Any:
    return make_center("田静")


def decisions() -> list[PairDecision | None]:
    db.session.rollback()
    found = list(db.session.scalars(select(ClusterPair.decision).order_by(ClusterPair.score.desc())))
    db.session.rollback()  # outside of a request a session begins as a writer, and the page wants to write too
    return found


def test_clusters_are_settled_by_keys_alone(
    center: Any, sign_in_page: Callable[..., Page], check_page: Callable[..., None]
) -> None:
    for score in (0.95, 0.85, 0.75, 0.65):
        make_cluster(score=score)
    page = sign_in_page(center)
    page.goto("/duplicates/")
    expect(page.get_by_text("相似度 0.95")).to_be_visible()

    page.keyboard.press("d")
    expect(page.locator(SAID)).to_contain_text("已记为不是同一企业")
    expect(page.get_by_text("相似度 0.85")).to_be_visible()
    expect(page.locator("#pair-title")).to_be_focused()
    page.keyboard.press("a")
    expect(page.get_by_text("相似度 0.75")).to_be_visible()
    page.keyboard.press("l")
    expect(page.get_by_text("相似度 0.65")).to_be_visible()

    assert decisions() == [PairDecision.DIFFERENT, PairDecision.RELATED, None, None]
    check_page(page)


def test_the_last_word_is_taken_back_by_a_key(center: Any, sign_in_page: Callable[..., Page]) -> None:
    make_cluster(score=0.95)
    page = sign_in_page(center)
    page.goto("/duplicates/")
    page.keyboard.press("d")
    expect(page.locator(SAID)).to_contain_text("已记为")

    page.keyboard.press("u")

    expect(page.locator(SAID)).to_contain_text("已撤回")
    expect(page.get_by_text("相似度 0.95")).to_be_visible()
    assert decisions() == [None]


def test_letters_typed_into_the_reason_decide_nothing(center: Any, sign_in_page: Callable[..., Page]) -> None:
    make_cluster()
    page = sign_in_page(center)
    page.goto("/duplicates/")

    page.get_by_label(re.compile("理由")).press_sequentially("sdal")
    page.keyboard.press("Escape")
    page.keyboard.press("2")

    expect(page.locator("input[name=winner]").nth(1)).to_be_checked()
    expect(page.get_by_label(re.compile("理由"))).to_have_value("sdal")
    assert decisions() == [None]


def test_the_desk_on_a_phone(center: Any, sign_in_page: Callable[..., Page], check_page: Callable[..., None]) -> None:
    make_cluster()
    make_cluster(score=0.5)
    page = sign_in_page(center, width=390)
    page.goto("/duplicates/")
    check_page(page)

    page.get_by_role("button", name=re.compile("不是同一企业")).click()

    expect(page.locator(SAID)).to_contain_text("已记为")
    db.session.rollback()
    assert [one.status for one in db.session.scalars(select(Cluster).order_by(Cluster.id))] == [
        ClusterStatus.SETTLED,
        ClusterStatus.OPEN,
    ]
    page.goto("/duplicates/precision")
    check_page(page)


def test_a_key_pressed_while_the_answer_is_on_its_way_waits_for_it(
    center: Any, sign_in_page: Callable[..., Page]
) -> None:
    """U right after S must take back this merge or say how, never the decision before it."""
    make_cluster(score=0.95)
    make_cluster(score=0.85)
    page = sign_in_page(center)
    page.goto("/duplicates/")
    page.keyboard.press("d")
    expect(page.get_by_text("相似度 0.85")).to_be_visible()

    page.route("**/decide", lambda route: (page.wait_for_timeout(400), route.continue_())[1])
    page.keyboard.press("d")
    page.keyboard.press("u")

    expect(page.locator(SAID)).to_contain_text("已撤回")
    assert decisions() == [PairDecision.DIFFERENT, None]


def test_a_merge_by_one_key_and_its_undo_by_another(center: Any, sign_in_page: Callable[..., Page]) -> None:
    make_cluster(score=0.95)
    page = sign_in_page(center)
    page.goto("/duplicates/")
    expect(page.get_by_role("heading", name="随之转移")).to_be_visible()

    page.keyboard.press("s")
    expect(page.locator(SAID)).to_contain_text("已合并为")
    assert decisions() == [PairDecision.SAME]
    page.keyboard.press("u")

    expect(page.locator(SAID)).to_contain_text("已撤回")
    expect(page.get_by_text("相似度 0.95")).to_be_visible()
    assert decisions() == [None]
