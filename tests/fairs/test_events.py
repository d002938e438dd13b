"""Beside the guests of an event: the order of its agenda, the projects that sign, a guest who becomes a contact, the summary."""

import io
from decimal import Decimal

import openpyxl
import pytest
from docx import Document
from sqlalchemy import select

from crm.core.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from crm.core.permissions import Role
from crm.fairs import guests, queries, signings
from crm.fairs.models import FairContact, FairKind, Rating, Signing
from crm.fairs.service import guests as inviting
from crm.fairs.service import met_guests, parts, programme
from crm.fairs.service import signings as service
from crm.fairs.service.parts import AgendaInput
from crm.kit import db
from tests.factories import actor_of, make_center, make_org, make_project, make_user
from tests.fairs.test_guests import event_of, guest


def test_an_agenda_keeps_its_order(store):
    center = make_center()
    edition = event_of(center)
    for title, starts in (("推介", "09:30"), ("签约", "10:30"), ("签到", "09:00"), ("茶歇", "")):
        parts.add_agenda(center, edition, AgendaInput(title, starts=starts))

    def order():
        return [one.title for one in queries.agenda_of(edition)]

    def number(title):
        return next(one.public_id for one in queries.agenda_of(edition) if one.title == title)

    assert order() == ["签到", "推介", "签约", "茶歇"], "a new point takes its place by time"
    programme.move_agenda(center, edition, number("茶歇"), down=False)
    assert order() == ["签到", "推介", "茶歇", "签约"]
    programme.move_agenda(center, edition, number("签到"), down=False)
    programme.edit_agenda(center, edition, number("茶歇"), AgendaInput("交流", starts="10:00"), "1")
    assert order() == ["签到", "推介", "交流", "签约"]
    with pytest.raises(Stale):
        programme.edit_agenda(center, edition, number("交流"), AgendaInput("茶歇"), "1")
    with pytest.raises(Forbidden):
        programme.move_agenda(actor_of(make_user()), edition, number("交流"), down=True)
    parts.withdraw_agenda(center, edition, number("交流"))
    with pytest.raises(NotFound):
        programme.get_item(edition, "aaaaaaaaaa")


def test_projects_sign_where_the_reader_may_know_them(store):
    center, org, far = make_center(), make_org(), make_org()
    officer, rival = actor_of(make_user(org=org)), actor_of(make_user(org=far))
    edition = event_of(center, kind=FairKind.SIGNING)
    one, two = (make_project(officer, f"示例项目{n}", invest_total_cny=Decimal(n) * 10**8) for n in (1, 2))
    theirs = make_project(rival, "他区项目", invest_total_cny=Decimal(5) * 10**8)
    service.add_signing(officer, edition, one.public_id, "开投所 / 企业")
    service.add_signing(officer, edition, two.public_id)
    service.add_signing(rival, edition, theirs.public_id)

    def titles(actor):
        return [row.project.title for row in signings.signings_of(actor, edition)]

    assert titles(center) == ["示例项目1", "示例项目2", "他区项目"]
    assert titles(officer) == ["示例项目1", "示例项目2"] and titles(rival) == ["他区项目"]
    assert signings.total(signings.signings_of(officer, edition)) == Decimal(3) * 10**8
    assert [name for _number, name in signings.choices_of(rival, edition)] == []
    with pytest.raises(Conflict):
        service.add_signing(officer, edition, one.public_id)
    with pytest.raises(NotFound):
        service.add_signing(rival, edition, one.public_id)
    with pytest.raises(Invalid):
        service.add_signing(officer, edition, "")
    rows = {row.project.title: row.public_id for row in signings.signings_of(center, edition)}
    with pytest.raises(NotFound):
        service.withdraw_signing(rival, edition, rows["示例项目1"])
    with pytest.raises(Forbidden):
        service.move_signing(officer, edition, rows["示例项目1"], down=True)
    service.move_signing(center, edition, rows["他区项目"], down=False)
    assert titles(center) == ["示例项目1", "他区项目", "示例项目2"]
    service.withdraw_signing(officer, edition, rows["示例项目1"])
    assert titles(officer) == ["示例项目2"]
    service.add_signing(officer, edition, one.public_id)
    assert titles(officer) == ["示例项目2", "示例项目1"] and db.session.query(Signing).count() == 3


def test_a_guest_who_came_becomes_a_contact_once(store):
    center = make_center()
    officer, rival = actor_of(make_user()), actor_of(make_user())
    edition = event_of(center)
    row = inviting.add_guest(officer, edition, guest(mobile="13900000127"))
    with pytest.raises(Conflict):
        met_guests.meet_guest(officer, row, Rating.A)
    inviting.sign_in(officer, row)
    for other in (rival, center):
        with pytest.raises(Forbidden):
            met_guests.meet_guest(other, row, Rating.A)
    contact = met_guests.meet_guest(officer, row, Rating.B)
    assert (contact.person_name, contact.mobile, contact.edition_id) == ("王澍", "13900000127", edition.id)
    with pytest.raises(Conflict):
        met_guests.meet_guest(officer, row, Rating.A)
    assert guests.attendance(officer, edition)[0].contacts == 1


def test_the_pages_of_an_event(app, sqlite, sign_in, statements):
    center, org = make_user(roles=(Role.CENTER,)), make_org("示例区")
    user, rival = make_user(org=org), make_user()
    boss, officer = actor_of(center), actor_of(user)
    with app.app_context():
        edition = event_of(boss)
        number = edition.public_id
        parts.add_agenda(boss, edition, AgendaInput("签到", starts="09:00"))
        parts.add_agenda(boss, edition, AgendaInput("推介", starts="09:30"))
        project = make_project(officer, "示例签约项目", invest_total_cny=Decimal(2) * 10**8).public_id
        row = inviting.walk_in(officer, edition, guest())
        one = f"/fairs/guests/{row.public_id}"
        item = queries.agenda_of(edition)[1].public_id
    db.session.remove()
    base = f"/fairs/editions/{number}"
    host, client, other = sign_in(center), sign_in(user), sign_in(rival)
    assert host.post(f"{base}/agenda/{item}/move", data={"to": "up"}).status_code == 303
    page = host.get(f"{base}/agenda/{item}/edit").text
    assert 'value="推介"' in page
    assert host.post(f"{base}/agenda/{item}/edit", data={"title": "推介", "starts": "25:00"}).status_code == 422
    assert host.post(f"{base}/agenda/{item}/edit", data={"title": "推介", "version": "9"}).status_code == 409
    assert client.get(f"{base}/agenda/{item}/edit").status_code == 403
    assert client.post(f"{base}/signings", data={"project": ""}).status_code == 422
    assert client.post(f"{base}/signings", data={"project": project, "signers": "甲 / 乙"}).status_code == 303
    statements.clear()
    page = client.get(f"{base}/signings").text
    assert "示例签约项目" in page and "2.00" in page and len(statements) <= 12
    assert "示例签约项目" not in other.get(f"{base}/signings").text
    assert sign_in(make_user(roles=(Role.LEADER,))).get(f"{base}/signings").status_code == 200
    book = openpyxl.load_workbook(io.BytesIO(client.get(f"{base}/signings.xlsx").data))
    assert "示例签约项目" in [cell.value for line in book.active.iter_rows() for cell in line]
    assert "请选择评级" in client.post(f"{one}/contact", follow_redirects=True).text
    assert client.post(f"{one}/contact", data={"rating": "B"}).location.startswith("/fairs/contacts/")
    assert db.session.scalar(select(FairContact.person_name)) == "王澍"
    db.session.remove()
    assert "已登记为接触，去跟进" in client.get(one).text
    statements.clear()
    page = client.get(f"{base}/summary").text
    assert "到会率" in page and "2.00" in page and len(statements) <= 12
    paper = Document(io.BytesIO(client.get(f"{base}/summary.docx").data))
    text = "\n".join(line.text for line in paper.paragraphs)
    assert "到场 1 位" in text and "集中签约 1 个" in text and "接触 1 人次" in text
