"""Cards in a real browser: a batch of photos with its progress and its failures, and drafts taken over by key and by click."""

import pytest
from flask import Flask
from playwright.sync_api import expect
from sqlalchemy import func, select

from crm.fairs.models import CardDraft, DraftState, FairContact
from crm.kit import clock, db
from tests.factories import save
from tests.fairs.floor import Floor, photo
from tests.fairs.test_cards import noted
from tests.fairs.test_drafts import LINES

COLOURS = ("navy", "white", "red")


@pytest.fixture
def floor(app: Flask, sqlite: str):
    with app.app_context():
        floor = Floor()
        floor.number = floor.edition.public_id
        return floor


def picture(name, body):
    return {"name": name, "mimeType": "image/jpeg", "buffer": body}


def test_a_batch_of_photos_says_what_became_of_each_and_sends_the_failed_again(app, floor, sign_in_page, check_page):
    with app.app_context():
        page = sign_in_page(floor.officer, width=390)
    page.goto(f"/fairs/editions/{floor.number}/cards")
    broken = {"left": 1}

    def stumble(route):
        if b"IMG_1.jpg" in (route.request.post_data_buffer or b"") and broken["left"]:
            broken["left"] -= 1
            return route.abort()
        return route.continue_()

    page.context.route("**/cards/photos", stumble)
    photos = [picture(f"IMG_{number}.jpg", photo(colour=colour)) for number, colour in enumerate(COLOURS)]
    photos += [picture("IMG_3.jpg", photo(colour="navy")), picture("IMG_4.jpg", b"no picture")]
    photos += [picture(f"IMG_{number}.jpg", photo(colour=(number * 10, 9, 200))) for number in range(5, 25)]
    page.locator("#photos").set_input_files(photos)
    page.get_by_role("button", name="上传照片").click()

    words = page.locator("[data-batch-words]")
    expect(words).to_contain_text("1 张没有传上", timeout=60_000)
    expect(words).to_contain_text("25 / 25 张")
    expect(words).to_contain_text("新增 22 张，已有 1 张，没有收下 1 张")
    lines = page.locator(".uploads li")
    expect(lines).to_have_count(25)  # more than the page without script takes at once
    expect(lines.nth(0)).to_contain_text("已登记，待录")
    expect(lines.nth(1)).to_contain_text("没有传上去")
    expect(lines.nth(3)).to_contain_text("完全相同")
    expect(lines.nth(4)).to_contain_text("不是能读的照片")
    assert page.locator("[data-batch] > progress").evaluate("bar => bar.value === bar.max")
    page.get_by_role("button", name="重传没有传上的").click()
    expect(words).to_contain_text("新增 23 张", timeout=20_000)
    expect(page.locator("#waiting ~ .tiny")).to_have_text("23 张")
    expect(page.get_by_role("button", name="重传没有传上的")).to_be_hidden()
    with app.app_context():
        assert db.session.scalar(select(func.count(FairContact.id))) == 23, "what was sent twice is there once"
        db.session.remove()
    page.wait_for_timeout(100)
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")


def test_a_draft_is_taken_over_field_by_field(app, floor, sign_in_page, check_page):
    with app.app_context():
        row = noted(floor, 1, photo())
        lines = [{"text": text, "score": 0.99, "box": list(box)} for text, box in LINES]
        draft = CardDraft(contact_id=row.id, digest=row.photo.sha256, state=DraftState.READ, lines=lines)
        draft.picture, draft.made_at = {"width": 1000, "height": 600, "turn": 0}, clock.now()
        save(draft)
        number = row.public_id
        page = sign_in_page(floor.officer)
    page.goto(f"/fairs/editions/{floor.number}/cards/{number}")

    name, mobile = page.locator("#person_name"), page.locator("#mobile")
    expect(page.locator(".drafts li")).to_have_count(5)
    expect(name).to_have_value("")
    name.press("ArrowDown")
    expect(name).to_have_value("王澍")
    expect(mobile).to_have_value("")
    page.get_by_role("button", name="填入手机：199 0000 0127").click()
    expect(mobile).to_have_value("19900000127")
    expect(page.locator("[data-take=mobile]")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("[data-take=title]")).not_to_have_attribute("aria-pressed", "true")
    check_page(page)
    with app.app_context():
        assert db.session.scalar(select(FairContact.person_name)) == "", "nothing is saved until it is saved"
        db.session.remove()
