"""The desk of cards: what a code on a card says, one card for one typist, and the page with its photo."""

import io
from datetime import timedelta

import pytest
import segno
from PIL import Image
from sqlalchemy import select

from crm.core import cards as rules
from crm.core.errors import Conflict
from crm.fairs import contacts
from crm.fairs.models import FairContact, Rating
from crm.fairs.service import capture, cards
from crm.fairs.service.capture import ContactInput
from crm.files import storage
from crm.kit import clock, db
from tests.factories import actor_of, make_user
from tests.fairs.floor import Floor, photo

KEY = "0b8f1c9e-1111-4222-8333-{:012d}"
VCARD = (
    "BEGIN:VCARD\r\nVERSION:3.0\r\nN:秦;朗;;;\r\nFN:秦朗\r\nORG:深圳埃拓伺服技术有限公司;销售部\r\nTITLE:副总经理\r\n"
    "TEL;TYPE=WORK,FAX:0755-26000000\r\nTEL;TYPE=WORK:0755-26000001\r\nTEL;TYPE=CELL:19900000532\r\n"
    "EMAIL:qin@example.com\r\nEND:VCARD"
)
QUOTED = (
    "BEGIN:VCARD\nVERSION:2.1\nN;CHARSET=GBK;ENCODING=QUOTED-PRINTABLE:=C7=D8=C0=CA\n"
    "ORG;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=E5=9F=83=\n=E6=8B=93\nTEL;CELL:199 0000 0532\nEND:VCARD"
)


@pytest.mark.parametrize(
    ("text", "card"),
    [
        (VCARD, ("深圳埃拓伺服技术有限公司", "秦朗", "副总经理", "19900000532", "qin@example.com")),
        (QUOTED, ("埃拓", "秦朗", "", "199 0000 0532", "")),
        ("BEGIN:VCARD\nN:秦;朗\nitem1.TEL:0714\n 6512345\nEND:VCARD", ("", "秦朗", "", "07146512345", "")),
        (
            "MECARD:N:秦,朗;ORG:甲\\;乙公司;TEL:19900000532;EMAIL:a@b.cn;;",
            ("甲;乙公司", "秦朗", "", "19900000532", "a@b.cn"),
        ),
        ("BEGIN:VCARD", ("", "", "", "", "")),
    ],
)
def test_what_the_code_of_a_card_says(text, card):
    read = rules.read(text)

    assert (read.company, read.person, read.title, read.mobile, read.email) == card


def test_an_address_stays_text_and_old_bytes_are_read():
    assert rules.read("https://u.wechat.com/abc").is_wechat
    assert not rules.read("https://u.wechat.com.example.org/abc").is_wechat
    assert rules.read("https://example.org/x").rest == "https://example.org/x"
    assert rules.text_of("埃拓伺服".encode("gbk")) == "埃拓伺服"
    assert rules.text_of(b"\xff\xfe\x00") != ""


def card_photo(text):
    code = io.BytesIO()
    segno.make(text, error="l").save(code, kind="png", scale=6, border=4)
    picture = Image.new("RGB", (1400, 900), "ivory")
    picture.paste(Image.open(code).convert("RGB"), (500, 100))
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=82)
    return out.getvalue()


def noted(floor, number, content, who=None):
    actor = actor_of(who or floor.wang)
    data = ContactInput(f"名片{number}", Rating.B, answers={"expand": "yes"})
    row, _new = capture.record(actor, floor.edition, data, client_uuid=KEY.format(number))
    capture.attach_photo(actor, row, content)
    return row


def test_two_typists_share_the_cards(store):
    floor = Floor()
    one, two = actor_of(floor.officer), actor_of(make_user(org=floor.org))
    first = noted(floor, 1, card_photo(VCARD))
    second, third = noted(floor, 2, photo()), noted(floor, 3, photo(colour="white"), floor.rival)

    assert (cards.waiting(one, floor.edition), cards.waiting(floor.center, floor.edition)) == (2, 3)
    mine = cards.take(one, floor.edition)
    theirs = cards.take(two, floor.edition)
    assert (mine.id, theirs.id) == (first.id, second.id)
    assert cards.take(one, floor.edition).id == first.id  # still the own one
    assert cards.take(actor_of(make_user(org=floor.org)), floor.edition) is None
    assert cards.read_code(mine).person == "秦朗"
    assert cards.read_code(theirs) == rules.Card()
    with pytest.raises(Conflict):
        cards.finish(two, mine, cards.kept(mine, person_name="别人"), str(mine.version))
    typed = cards.kept(mine, company_text="恒锐传动", person_name="秦朗", mobile="19900000532")
    done = cards.finish(one, mine, typed, str(mine.version))
    assert (done.person_name, done.exhibitor_id, done.answers) == ("秦朗", floor.firms[1].id, {"expand": "yes"})
    assert cards.take(one, floor.edition) is None
    cards.release(two, theirs)
    assert cards.take(one, floor.edition, after=first.id).id == second.id
    with clock.at(clock.now() + cards.LOCK + timedelta(minutes=1)):
        assert cards.take(two, floor.edition).id == second.id
    assert cards.take(actor_of(floor.chen), floor.edition) is None  # of another team
    assert cards.take(floor.center, floor.edition).id == third.id


def test_the_desk_page_by_page(context, sqlite, sign_in, statements):
    floor = Floor()
    first, second = noted(floor, 1, card_photo(VCARD)), noted(floor, 2, photo())
    browser, home = sign_in(floor.officer), f"/fairs/editions/{floor.edition.public_id}/cards"

    assert "2 张" in browser.get(home).text
    at = browser.post(home)
    assert at.location == f"{home}/{first.public_id}"
    statements.clear()
    page = browser.get(at.location)
    assert len(statements) <= 12
    assert 'value="19900000532"' in page.text
    assert "空着的已按名片上的二维码填入" in page.text
    with browser.get(f"/files/{first.photo.public_id}?inline=1") as picture:
        assert picture.status_code == 200
    assert sign_in(floor.rival).get(at.location).status_code == 404
    assert sign_in(floor.chen).get(at.location).status_code == 403
    body = {"version": str(first.version), "company_text": "埃拓伺服", "person_name": "秦朗", "rating": "A"}
    assert browser.post(at.location, data=body | {"company_text": ""}).status_code == 422
    assert browser.post(at.location, data=body | {"version": "77"}).status_code == 409
    onward = browser.post(at.location, data=body)
    assert onward.location == f"{home}/{second.public_id}"
    assert browser.post(home, data={"skip": second.public_id}).location == f"{home}/{second.public_id}"
    row = contacts.get_contact(floor.center, first.public_id)
    assert (row.person_name, row.rating, row.typed_at is not None) == ("秦朗", Rating.A, True)
    db.session.remove()
    said = browser.post(
        "/fairs/recognise", data={"text": "苏州衡锐传动有限公司 沈维 经理 19900000127 shen@hr.example"}
    ).json
    assert (said["mobile"], said["email"]) == ("19900000127", "shen@hr.example")


def test_an_evening_of_cards_is_brought_at_once(context, sqlite, sign_in):
    floor = Floor()
    home = f"/fairs/editions/{floor.edition.public_id}/cards"
    browser, card = sign_in(floor.officer), card_photo(VCARD)

    def send(*contents, **more):
        files = [(io.BytesIO(one), f"IMG_{number}.jpg") for number, one in enumerate(contents)]
        return browser.post(f"{home}/photos", data={"photos": files, **more}, content_type="multipart/form-data")

    assert "请选择名片照片" in send().text
    assert "一次最多 20 张" in send(*[photo()] * 21).text
    page = send(card, photo(exif=True), photo(), card, b"no picture").text
    assert "新增 3 张待录；1 张已经有了；1 张没有收下。" in page and "与已有的一张完全相同" in page
    assert "IMG_4.jpg：这不是能读的照片" in page
    assert "新增 0 张待录；1 张已经有了；0 张没有收下。" in send(card).text
    rows = db.session.scalars(select(FairContact).order_by(FairContact.id)).all()
    assert [(one.company_text, one.typed_at, one.photo_id is not None) for one in rows] == [
        ("名片待录", None, True)
    ] * 3
    with storage.current().open(rows[1].photo.storage_name) as stream, Image.open(stream) as kept:
        assert not kept.getexif() and kept.size == (50, 80)
    numbers = [one.public_id for one in rows]
    db.session.remove()

    at = browser.post(home).location
    assert at == f"{home}/{numbers[0]}"
    page = browser.get(at).text
    assert 'value="深圳埃拓伺服技术有限公司"' in page and "名片待录" not in page and "checked" not in page
    refused = browser.post(at, data={"version": "1", "company_text": "埃拓伺服"})
    assert refused.status_code == 422 and "请选择评级" in refused.text
    assert sign_in(floor.rival).get(f"/fairs/contacts/{numbers[0]}").status_code == 404
