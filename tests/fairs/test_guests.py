"""Guests of an event: invited, answering, at the door; whose they are, the letters with their codes, the guest's own page."""

import io
from datetime import timedelta

import openpyxl
import pypdfium2
import pytest
import zxingcpp
from docx import Document
from pypdf import PdfReader
from sqlalchemy import select

from crm.audit.models import AuditEntry
from crm.core.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from crm.core.permissions import Role
from crm.fairs import guests, invitations, queries
from crm.fairs.guests import GuestFilter
from crm.fairs.models import FairKind, Guest, GuestState
from crm.fairs.service import editions, parts
from crm.fairs.service import guests as service
from crm.fairs.service.editions import EditionInput, FairInput
from crm.fairs.service.guests import GuestInput
from crm.fairs.service.parts import AgendaInput
from crm.kit import clock, db
from tests.factories import actor_of, make_center, make_company, make_org, make_user

FIRM = "昆山砺枢机电有限公司"


def event_of(actor, *, ahead=0, kind=FairKind.PROMOTION, shared=True):
    """An event of our own of one day, so many days ahead."""
    fair = editions.add_fair(actor, FairInput("黄石推介会", kind, shared=shared))
    day = clock.today() + timedelta(days=ahead)
    facts = EditionInput("武汉专场", None, day, day, city="武汉", venue="示例会议中心")
    return editions.add_edition(actor, fair, facts)


def guest(name="王澍", **more):
    return GuestInput(more.pop("firm", FIRM), name, **more)


def listed(actor, edition, **wanted):
    return [one.person_name for one in guests.page_of_guests(actor, edition, GuestFilter(**wanted), 1).items]


def test_the_way_of_a_guest(store):
    center, org = make_center(), make_org()
    officer, rival = actor_of(make_user("李明", org=org)), actor_of(make_user())
    edition = event_of(center)
    row = service.add_guest(officer, edition, guest(mobile="139 0000 0127"), key="g1")
    assert (row.state, row.mobile, len(row.token)) == (GuestState.PLANNED, "13900000127", 22)
    for number, other in ((1, guest(mobile="13900000127")), (2, guest())):
        with pytest.raises(Conflict):
            service.add_guest(officer, edition, other, key=f"d{number}")
    service.add_guest(officer, edition, guest("", firm="示例协会"))
    theirs = service.add_guest(rival, edition, guest(), key="r1")
    for wrong, field in ((guest(mobile="123"), "mobile"), (guest("", firm=""), "company_text")):
        with pytest.raises(Invalid) as refused:
            service.add_guest(officer, edition, wrong)
        assert refused.value.field == field

    assert listed(officer, edition) == ["王澍", ""] and listed(rival, edition) == ["王澍"]
    assert len(listed(center, edition)) == 3
    with pytest.raises(NotFound):
        guests.get_guest(rival, row.public_id)
    with pytest.raises(Forbidden):
        service.edit_guest(rival, row, guest(), "1")
    assert guests.picked(rival, edition, [row.public_id, theirs.public_id]) == [theirs]

    assert service.mark_invited(officer, edition, [row]) == 1 and service.mark_invited(officer, edition, [row]) == 0
    assert (row.state, row.invited_by_id) == (GuestState.INVITED, officer.user_id)
    service.note_answer(officer, row, False)
    assert (row.state, row.answered_by_id) == (GuestState.DECLINED, officer.user_id)
    row = service.answer_by_token(row.token, accepted=True, companions=2)
    assert (row.state, row.companions, row.answered_by_id) == (GuestState.ACCEPTED, 2, None)
    row = service.edit_guest(officer, row, guest(seat="A3", companions=2), str(row.version))
    assert (row.seat, row.mobile) == ("A3", "13900000127"), "an empty field keeps the number"
    with pytest.raises(Stale):
        service.edit_guest(officer, row, guest(), "1")

    row = service.sign_in(officer, row)
    at = row.came_at
    assert (row.state, service.sign_in(officer, row).came_at) == (GuestState.CAME, at)
    with pytest.raises(Conflict):
        service.answer_by_token(row.token, accepted=False, companions=0)
    assert service.undo_sign_in(officer, row).state is GuestState.ACCEPTED
    service.sign_in(center, row)
    asked = service.walk_in(officer, edition, guest("赵来", firm="示例来访公司", companions=1))
    assert (asked.walk_in, asked.state) == (True, GuestState.CAME)
    with pytest.raises(Conflict):
        service.undo_sign_in(officer, asked)

    whole, units = guests.attendance(officer, edition)
    assert (whole.listed, whole.asked, whole.accepted, whole.came, whole.walk_ins, whole.people) == (3, 1, 1, 2, 1, 5)
    assert whole.rate == "100%" and [one.unit for one in units] == [org.name]
    assert [one.person_name for one in guests.at_the_door(officer, edition, "0127")] == ["王澍"]
    assert guests.counts(officer, edition, GuestFilter())["came"] == 2

    service.withdraw_guest(officer, row)
    assert guests.by_token(row.token) is None
    with pytest.raises(Conflict):
        service.answer_by_token(row.token, accepted=True, companions=0)
    again = service.add_guest(officer, edition, guest())
    with pytest.raises(Conflict):
        service.restore_guest(officer, row)
    service.withdraw_guest(officer, again)
    service.restore_guest(officer, row)
    assert row.withdrawn_at is None
    acts = set(db.session.scalars(select(AuditEntry.action).where(AuditEntry.subject_kind == "guest")))
    acts |= set(db.session.scalars(select(AuditEntry.action).where(AuditEntry.subject_kind == "fair_guest")))
    steps = ("added", "invited", "answered", "changed", "came", "not_come", "walked_in", "withdrawn", "restored")
    assert {f"fair_guest.{one}" for one in steps} <= acts


def test_before_the_day_and_after_it(sqlite):
    center = make_center()
    officer = actor_of(make_user())
    coming, over = event_of(center, ahead=5), event_of(center, ahead=-2)
    early, late = (service.add_guest(officer, one, guest()) for one in (coming, over))
    with pytest.raises(Conflict):
        service.sign_in(officer, early)
    with pytest.raises(Conflict):
        service.walk_in(officer, coming, guest("赵来"))
    service.mark_invited(officer, over, [late])
    assert late.shown(clock.today()) == "absent"
    told = guests.counts(officer, over, GuestFilter())
    assert (told["absent"], told["invited"]) == (1, 0)
    with pytest.raises(Conflict):
        service.answer_by_token(late.token, accepted=True, companions=0)
    editions.cancel_edition(center, coming, "改期")
    for act in (
        lambda: service.add_guest(officer, coming, guest("钱一")),
        lambda: service.mark_invited(officer, coming, [early]),
        lambda: service.answer_by_token(early.token, accepted=True, companions=0),
    ):
        with pytest.raises(Conflict):
            act()


def test_the_unit_that_holds_the_event_lets_in_who_shows_the_code(sqlite):
    host, other = actor_of(make_user()), actor_of(make_user(roles=(Role.EXPO,)))
    edition = event_of(host, shared=False)
    row = service.add_guest(make_center(), edition, guest())
    assert guests.keeps_door(host, row) and not guests.keeps_door(other, row)
    assert service.sign_in(host, row).came_at is not None
    with pytest.raises(Forbidden):
        service.undo_sign_in(host, row)


def test_letters_carry_the_code_of_their_guest(context, sqlite):
    center = make_center()
    officer = actor_of(make_user())
    edition = event_of(center, ahead=3)
    parts.add_agenda(center, edition, AgendaInput("推介黄石机电产业", starts="09:30", speaker="示例讲者"))
    rows = [service.add_guest(officer, edition, guest(name, firm=FIRM)) for name in ("王𠮷", "喆镕")]
    agenda = queries.agenda_of(edition)
    body = invitations.letters(officer, edition, rows, agenda, "https://crm.example")
    found = []
    for page in pypdfium2.PdfDocument(body):
        picture = page.render(scale=150 / 72).to_pil()
        found += [one.text for one in zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)]
    assert found == [f"https://crm.example/fairs/i/{one.token}" for one in rows]
    text = ["".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(body)).pages]
    assert len(text) == 2 and "尊敬的王𠮷" in text[0] and "推介黄石机电产业" in text[1] and FIRM not in text[0]
    with pytest.raises(Invalid):
        invitations.letters(officer, edition, [], agenda, "")
    with pytest.raises(Invalid):
        invitations.letters(officer, edition, rows * 16, agenda, "")
    paper = Document(io.BytesIO(invitations.letter(guests.get_guest(officer, rows[0].public_id), agenda, "https://x")))
    assert "尊敬的王𠮷：" in [line.text for line in paper.paragraphs] and len(paper.inline_shapes) == 1
    sheet = PdfReader(io.BytesIO(invitations.sheet(officer, edition, rows))).pages[0].extract_text()
    assert "喆镕" in sheet and "签名" in sheet


def test_the_pages_of_guests(app, sqlite, sign_in, statements):
    org = make_org()
    user, rival, center = make_user("李明", org=org), make_user(), make_center()
    edition = event_of(center)
    company = make_company(FIRM)
    number = edition.public_id
    client, other = sign_in(user), sign_in(rival)
    assert "嘉宾和签到" in client.get(f"/fairs/editions/{number}").text
    assert "还没有嘉宾" in client.get(f"/fairs/editions/{number}/guests").text
    data = {
        "company_text": FIRM,
        "company_public_id": company.public_id,
        "person_name": "王澍",
        "mobile": "13900000127",
        "once": "abc1",
    }
    bad = client.post(f"/fairs/editions/{number}/guests/new", data={**data, "mobile": "12", "companions": "99"})
    assert bad.status_code == 422 and "不像一个电话号码" not in bad.text and "随行人数填 0 到 20" in bad.text
    bad = client.post(f"/fairs/editions/{number}/guests/new", data={**data, "mobile": "12"})
    assert bad.status_code == 422 and "不像一个电话号码" in bad.text and 'value="王澍"' in bad.text
    made = client.post(f"/fairs/editions/{number}/guests/new", data=data)
    assert made.status_code == 303
    assert client.post(f"/fairs/editions/{number}/guests/new", data=data).location == made.location
    row = db.session.scalar(select(Guest))
    statements.clear()
    page = client.get(f"/fairs/editions/{number}/guests").text
    assert len(statements) <= 12
    assert "139****0127" in page and "13900000127" not in page and "拟邀" in page
    pick = {"pick": row.public_id}
    one = f"/fairs/guests/{row.public_id}"
    statements.clear()
    assert FIRM in client.get(one).text and len(statements) <= 12
    for path in (one, f"{one}/edit", f"{one}/letter.docx"):
        assert other.get(path).status_code == 404, path
    assert "王澍" not in other.get(f"/fairs/editions/{number}/guests").text
    assert sign_in(make_user(roles=(Role.LEADER,))).get(f"/fairs/editions/{number}/guests").status_code == 403
    assert "查看事由" in client.post(f"{one}/reveal").text or "事由" in client.post(f"{one}/reveal").text
    assert client.post(f"/fairs/editions/{number}/guests/invite", data=pick).status_code == 303
    assert client.post(f"{one}/answer", data={"answer": "yes"}).status_code == 303
    assert client.post(f"{one}/edit", data={**data, "mobile": "", "version": "1"}).status_code == 409
    statements.clear()
    door = client.get(f"/fairs/editions/{number}/door?q=0127").text
    assert len(statements) <= 12
    assert "王澍" in door and "签到" in door
    assert client.post(f"{one}/sign-in", data={"q": "0127"}).location.endswith("q=0127")
    assert client.post(f"{one}/sign-out").status_code == 303
    walked = {"person_name": "赵来", "company_text": "示例来访公司", "once": "w1"}
    for _again in range(2):
        assert client.post(f"/fairs/editions/{number}/door", data=walked).status_code == 303
    assert db.session.query(Guest).count() == 2
    db.session.rollback()
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"/fairs/editions/{number}/guests.xlsx").data))
    cells = [str(cell.value) for line in book.active.iter_rows() for cell in line if cell.value]
    assert "139****0127" in cells and "13900000127" not in cells and "确认参加" in cells
    letters = client.post(f"/fairs/editions/{number}/guests/letters.pdf", data=pick)
    assert letters.mimetype == "application/pdf"
    assert client.get(f"/fairs/editions/{number}/guests/sheet.pdf").mimetype == "application/pdf"
    assert client.post(f"{one}/withdraw").status_code == 303
    assert "已移出" in client.get(one).text


def test_the_own_page_of_a_guest(app, sqlite, client, sign_in):
    center = make_center()
    user = make_user(org=make_org("示例区"))
    edition = event_of(center)
    with app.app_context():
        row = service.add_guest(actor_of(user), edition, guest(mobile="13900000127"))
    address = f"/fairs/i/{row.token}"
    page = client.get(address)
    assert page.headers["X-Robots-Tag"] == "noindex" and page.headers["Cache-Control"] == "no-store"
    assert "武汉专场" in page.text and "王澍" in page.text and "0127" not in page.text and "请核对本人" not in page.text
    assert client.get(f"/fairs/i/{'a' * 22}").status_code == 404
    assert client.post(address, data={"companions": "1"}).status_code == 422
    assert client.post(address, data={"answer": "yes", "companions": "1"}).location.endswith("said=1")
    row = db.session.scalar(select(Guest))
    assert (row.state, row.companions) == (GuestState.ACCEPTED, 1)
    db.session.expunge_all()
    db.session.rollback()
    assert client.post(f"{address}/sign-in").status_code in (303, 401), "signed out, nobody is let in"

    stranger = sign_in(make_user())
    assert "请核对本人" not in stranger.get(address).text
    assert stranger.post(f"{address}/sign-in").status_code == 403
    keeper = sign_in(user)
    assert "请核对本人后签到" in keeper.get(address).text
    assert keeper.post(f"{address}/sign-in").status_code == 303
    assert "已于" in client.get(address).text
    pid = db.session.scalar(select(Guest.public_id))
    db.session.rollback()
    keeper.post(f"/fairs/guests/{pid}/withdraw")
    assert client.get(address).status_code == 404
