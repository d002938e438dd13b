"""首谈确认单 and the visitor's tap: numbered, filled, void, offered to a lead; the one-time page; who reads what."""

import io
import re

import openpyxl
import pypdf
import pypdfium2
import pytest
import segno
from PIL import Image
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from crm.accounts.service.sign_ins import token_hash
from crm.core.errors import Conflict, Forbidden, Invalid, NotFound, TooMany
from crm.core.permissions import Role
from crm.fairs import evidence, photos, slips, taps
from crm.fairs.models import FairContact, Tap
from crm.fairs.service import capture, follow
from crm.fairs.service import evidence as giving
from crm.fairs.service import slips as service
from crm.fairs.service import taps as tapping
from crm.fairs.service.capture import ContactInput
from crm.fairs.slips import SlipFilter
from crm.files.models import File
from crm.kit import clock, db, pace
from crm.leads.models import LeadFile
from tests.factories import actor_of, make_user, save
from tests.fairs.floor import Floor

BASE = "https://crm.example.cn"


def noted(user, edition, firm="埃拓伺服", key=1):
    data = ContactInput.of({"company_text": firm, "rating": "A", "person_name": "沈岳", "words": "要三万平方米厂房"})
    return capture.record(actor_of(user), edition, data, client_uuid=f"0b8f1c9e-1111-4222-8333-{key:012}")[0]


def shot(*texts):
    """A photo of a sheet on which codes stand side by side."""
    sheet = Image.new("RGB", (420 * max(1, len(texts)), 600), "white")
    for place, text in enumerate(texts):
        out = io.BytesIO()
        segno.make_qr(text, error="m").save(out, kind="png", scale=8, border=3)
        sheet.paste(Image.open(out), (420 * place + 10, 20))
    body = io.BytesIO()
    sheet.save(body, "JPEG")
    return body.getvalue()


def test_the_life_of_a_slip(store):
    floor = Floor()
    wang, rival, center = actor_of(floor.wang), actor_of(floor.rival), floor.center
    first = service.print_slips(wang, floor.edition, 3)
    theirs = service.print_slips(rival, floor.edition, 1)[0]
    assert [one.label for one in first] == ["001", "002", "003"] and theirs.number == 4
    for count in (0, service.MOST + 1):
        with pytest.raises(Invalid):
            service.print_slips(wang, floor.edition, count)
    with pytest.raises(NotFound):
        slips.get_slip(rival, first[0].public_id)
    assert slips.get_slip(center, theirs.public_id).org_id == floor.rival_org.id

    met = noted(floor.wang, floor.edition)
    address = slips.address(BASE, first[0].public_id)
    filled = service.fill(wang, met, shot("MECARD:N:沈岳;;", address))
    assert (filled.public_id, filled.state, filled.contact_id) == (first[0].public_id, "filled", met.id)
    assert filled.photo.original_name == "首谈确认单001.jpg"
    assert slips.may_read_file(wang, filled.photo_id) and not slips.may_read_file(rival, filled.photo_id)

    blank, spoilt = first[1], first[2]
    for content, number, wrong in (
        (shot(address), None, Conflict),  # filled already
        (shot(slips.address(BASE, theirs.public_id)), None, Conflict),  # another unit's sheet
        (shot(), None, Invalid),  # no code, no number
        (shot(), 99, Invalid),
        (b"no picture", 2, Invalid),
    ):
        with pytest.raises(wrong):
            service.fill(wang, met, content, number=number)
    with pytest.raises(Conflict, match="001"):
        service.fill(wang, met, shot(address), slip=blank)
    assert slips.counts(wang, floor.edition) == {"blank": 2, "filled": 1, "void": 0}
    assert service.fill(wang, met, shot(), number=2).number == 2
    blank = service.take_off(wang, blank, str(blank.version))
    assert blank.state == "blank" and blank.photo is None

    with pytest.raises(Invalid):
        service.void(wang, spoilt, "", str(spoilt.version))
    with pytest.raises(Conflict):
        service.void(wang, filled, "写错", str(filled.version))
    assert service.void(wang, spoilt, "写错了", str(spoilt.version)).state == "void"
    with pytest.raises(Conflict, match="写错了"):
        service.fill(wang, met, shot(), number=3)
    assert service.take_up(wang, spoilt).state == "blank"
    with pytest.raises(Forbidden):
        service.void(rival, spoilt, "别人的", str(spoilt.version))
    with pytest.raises(IntegrityError), db.session.begin_nested():
        db.session.execute(slips.Slip.__table__.update().values(voided_at=clock.now()))
    assert [one.label for one in slips.page_of_slips(wang, floor.edition, SlipFilter(sort="-number"), 1).items] == [
        *("003", "002", "001")
    ]
    found = slips.page_of_slips(wang, floor.edition, SlipFilter(text="埃拓"), 1)
    assert (found.total, slips.page_of_slips(wang, floor.edition, SlipFilter(text="002"), 1).total) == (1, 1)


def test_what_a_fair_proves_is_offered_to_the_lead(store):
    floor = Floor()
    officer, rival = actor_of(floor.officer), actor_of(floor.rival)
    row = service.print_slips(officer, floor.edition, 1)[0]
    met = noted(floor.officer, floor.edition)
    assert not tapped(officer, met)[0].title, "the function may stay empty"
    service.fill(officer, met, shot(slips.address(BASE, row.public_id)))
    lead = follow.start_lead(officer, met)
    offers = evidence.offers(officer, lead)
    assert [(one.kind, one.grade, one.given) for one in offers] == [("confirmation", "A", False), ("tap", "B", False)]
    assert evidence.offers(rival, lead) == []
    for one in offers:
        link = giving.give(officer, lead, one.public_id)
        assert (link.sha256, link.grade.value, link.kind) == (one.sha256, one.grade, one.kind)
        with pytest.raises(Conflict):
            giving.give(officer, lead, one.public_id)
    assert all(one.given for one in evidence.offers(officer, lead))
    assert db.session.scalar(select(func.count(LeadFile.id)).where(LeadFile.lead_id == lead.id)) == 2
    assert db.session.scalar(select(func.count(File.id))) == 3, "the evidence is a copy"
    with pytest.raises(Conflict, match="线索"):
        service.take_off(officer, slips.get_slip(officer, row.public_id), "2")
    tap = next(one for one in taps.of_contact(officer, met) if one.tapped_at)
    with pytest.raises(Conflict, match="线索"):
        tapping.withdraw(officer, met, tap)
    with pytest.raises(Invalid):
        giving.give(officer, lead, "aaaaaaaaaa")


def tapped(actor, met):
    _row, token = tapping.open_tap(actor, met)
    return tapping.answer(token, name="沈岳", title="", agreed=True, device="Android · Chrome"), token


def test_the_life_of_a_tap(store):
    floor = Floor()
    wang, rival = actor_of(floor.wang), actor_of(floor.rival)
    met = noted(floor.wang, floor.edition)
    with pytest.raises(Forbidden):
        tapping.open_tap(rival, met)
    first, old = tapping.open_tap(wang, met)
    second, token = tapping.open_tap(wang, met)
    assert db.session.get(Tap, first.id).state(clock.now()) == "withdrawn", "one code at a time"
    assert token not in second.token_hash and second.token_hash == token_hash(token)
    for given in ({"name": ""}, {"name": "沈"}, {"name": "沈岳", "agreed": False}, {"name": "沈" * 41}):
        with pytest.raises(Invalid):
            tapping.answer(token, title="", device="", **({"agreed": True} | given))
    with pytest.raises(Conflict):
        tapping.answer(old, name="沈岳", title="", agreed=True, device="")
    with pytest.raises(NotFound):
        tapping.answer("a" * 32, name="沈岳", title="", agreed=True, device="")
    done = tapping.answer(token, name=" 沈岳 ", title="总经理", agreed=True, device="iPhone")
    assert done.sha256 == taps.sha256(done.record)
    for word in ("沈岳 总经理", "埃拓伺服", "王芳", "iPhone", met.met_on.isoformat()):
        assert word in done.record
    assert "厂房" not in done.record
    with pytest.raises(Conflict):
        tapping.answer(token, name="别人", title="", agreed=True, device="")
    tapping.withdraw(wang, met, done)
    assert (done.record, done.name, taps.of_contact(wang, met)) == ("", "", [])
    late, token = tapping.open_tap(wang, met)
    late.expires_at = clock.now()
    save(late)
    with pytest.raises(Conflict):
        tapping.answer(token, name="沈岳", title="", agreed=True, device="")
    capture.withdraw(wang, met)
    with pytest.raises(Conflict):
        tapping.open_tap(wang, met)


def test_pages_of_one_person_are_not_without_number(store, monkeypatch):
    monkeypatch.setattr(tapping, "MOST_AN_HOUR", 2)
    floor = Floor()
    met = noted(floor.wang, floor.edition)
    for _turn in range(2):
        tapping.open_tap(actor_of(floor.wang), met)

    with pytest.raises(TooMany):
        tapping.open_tap(actor_of(floor.wang), met)


@pytest.mark.parametrize(
    ("asked", "most", "refused"),
    [([0, 1, 2], 3, False), ([0, 1, 2, 3], 3, True), ([0, 1, 2, 61], 3, False), ([0, 0, 59], 2, True)],
)
def test_how_fast_an_address_may_ask(asked, most, refused):
    pace.forget()
    try:
        for at in asked:
            pace.check("x", "10.0.0.1", most=most, seconds=60, now=float(at))
        assert not refused
    except TooMany:
        assert refused
    pace.check("x", "10.0.0.2", most=1, seconds=60, now=0.0)
    pace.forget()


def test_a_printed_sheet_can_be_read_back(context, sqlite):
    floor = Floor()
    rows = service.print_slips(actor_of(floor.wang), floor.edition, 5)

    body = slips.sheets(actor_of(floor.wang), floor.edition, rows, BASE)

    book = pypdf.PdfReader(io.BytesIO(body))
    assert len(book.pages) == 2
    assert "005" in book.pages[1].extract_text() and "首谈确认单" in book.pages[0].extract_text()
    out = io.BytesIO()
    pypdfium2.PdfDocument(body)[0].render(scale=150 / 72).to_pil().convert("RGB").save(out, "JPEG")
    read = {slips.id_of(text) for text in photos.codes_in(out.getvalue())}
    assert read == {one.public_id for one in rows[:4]}


def test_slips_have_their_pages(context, sign_in, statements):
    floor = Floor()
    desk, rival = sign_in(floor.officer), sign_in(floor.rival)
    home = f"/fairs/editions/{floor.edition.public_id}/slips"
    met = noted(floor.officer, floor.edition)
    assert "还没有印过确认单" in desk.get(home).text
    token = re.search(r'name="csrf_token" type="hidden" value="([^"]+)"', desk.get(home).text)
    once = {"count": "2", "once": "k1"} | ({"csrf_token": token[1]} if token else {})
    printed = desk.post(home, data=once)
    assert (printed.status_code, printed.mimetype) == (200, "application/pdf")
    assert desk.post(home, data=once).status_code == 303, "a double click numbers no second batch"
    assert desk.post(home, data={"count": "0"}).status_code == 422
    statements.clear()
    page = desk.get(home).text
    assert page.count('class="code"') >= 2 and len(statements) <= 12
    public_id = re.search(r"/fairs/slips/([a-z2-7]{10})", page)[1]
    there = f"/fairs/slips/{public_id}"
    assert rival.get(there).status_code == 404
    assert desk.post(there, data={"contact": met.public_id}).status_code == 422
    photo = (io.BytesIO(shot(f"{BASE}{there}")), "a.jpg")
    assert desk.post(there, data={"contact": met.public_id, "photo": photo}).status_code == 303
    assert "A" in desk.get(there).text and "首谈确认单" in desk.get(f"/fairs/contacts/{met.public_id}").text
    assert desk.post(f"{there}/void", data={"reason": "丢失", "version": "2"}).status_code == 422
    assert desk.post(f"{there}/empty", data={"version": "2"}).status_code == 303
    again = {"photo": (io.BytesIO(shot()), "a.jpg"), "number": "1"}
    assert desk.post(f"/fairs/contacts/{met.public_id}/slip", data=again).status_code == 303
    assert desk.post(f"/fairs/contacts/{met.public_id}/slip", data={"number": "9"}).status_code == 422
    db.session.rollback()  # what the request of a browser ends with
    assert desk.get(f"{home}/blank.pdf").mimetype == "application/pdf"
    sheet = openpyxl.load_workbook(io.BytesIO(desk.get(f"{home}/list.xlsx").data)).active
    assert [row[0] for row in sheet.iter_rows(min_row=4, values_only=True)] == ["001", "002"]
    assert desk.post(f"/fairs/contacts/{met.public_id}/lead").status_code == 303
    lead = db.session.get_one(FairContact, met.id).lead
    panel = desk.get(f"/fairs/panels/leads/{lead.public_id}").text
    offer = re.search(r'name="offer" value="([a-z2-7]{10})"', panel)[1]
    assert desk.post(f"/fairs/leads/{lead.public_id}/evidence", data={"offer": offer}).status_code == 303
    assert "已附上" in desk.get(f"/fairs/panels/leads/{lead.public_id}").text
    assert rival.post(f"/fairs/leads/{lead.public_id}/evidence", data={"offer": offer}).status_code == 404


def test_a_visitor_confirms_on_a_page_of_their_own(context, sign_in, client):
    floor = Floor()
    pace.forget()
    desk = sign_in(floor.officer)
    met = noted(floor.officer, floor.edition)
    shown = desk.post(f"/fairs/contacts/{met.public_id}/tap").text
    assert "data:image/svg+xml" in shown
    _row, token = tapping.open_tap(actor_of(floor.officer), met)
    page = client.get(f"/fairs/t/{token}")
    assert (page.status_code, page.headers["Referrer-Policy"]) == (200, "no-referrer")
    for word in ("埃拓伺服", floor.org.name, "First-talk", "首谈线上确认"):
        assert word in page.text
    assert "厂房" not in page.text and "沈岳" not in page.text
    assert client.get(f"/fairs/t/{token}").status_code == 200, "a preview of the link uses nothing up"
    assert client.post(f"/fairs/t/{token}", data={"name": "沈岳"}).status_code == 422
    done = client.post(f"/fairs/t/{token}", data={"name": "沈岳", "agreed": "y"}, follow_redirects=True)
    assert "已确认" in done.text and "埃拓伺服" not in done.text
    assert client.post(f"/fairs/t/{token}", data={"name": "别人", "agreed": "y"}).status_code == 200
    assert client.get("/fairs/t/" + "a" * 32).status_code == 404
    assert "线上确认" in desk.get(f"/fairs/contacts/{met.public_id}").text
    tap = taps.of_contact(actor_of(floor.officer), met)[0]
    away = f"/fairs/contacts/{met.public_id}/taps/{tap.public_id}/withdraw"
    assert sign_in(floor.rival).post(away).status_code == 404
    assert desk.post(away).status_code == 303
    assert client.get(f"/fairs/t/{token}").status_code == 410
    pace.forget()
    codes = [client.get("/fairs/t/" + "b" * 32).status_code for _turn in range(61)]
    assert codes[-1] == 429
    pace.forget()


def test_expo_staff_of_another_team_see_no_photo(context, sign_in):
    floor = Floor()
    row = service.print_slips(actor_of(floor.wang), floor.edition, 1)[0]
    met = noted(floor.wang, floor.edition)
    service.fill(actor_of(floor.wang), met, shot(slips.address(BASE, row.public_id)))
    outsider = make_user("赵", org=floor.org, roles=(Role.EXPO,))

    page = sign_in(outsider).get(f"/fairs/slips/{row.public_id}")

    assert page.status_code == 200 and "/files/" not in page.text
