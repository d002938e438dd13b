"""Contacts of fairs at the desk: what is noted, who reads and changes it, its clock, the pages."""

import io
import re
from datetime import timedelta

import openpyxl
import pytest

from crm.core import followups as rules
from crm.core.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from crm.core.permissions import Role
from crm.fairs import met
from crm.fairs.met import ContactFilter
from crm.fairs.models import ContactStatus, Exhibitor, FairKind, Rating, Team, TeamMember
from crm.fairs.service import desk as service
from crm.fairs.service import editions
from crm.fairs.service.capture import ContactInput
from crm.fairs.service.desk import DeskInput
from crm.fairs.service.editions import EditionInput, FairInput
from crm.kit import clock, db
from crm.parameters import calendar
from crm.people.models import Person
from tests.factories import actor_of, make_center, make_company, make_lead, make_org, make_user, save

FIRM = "昆山砺枢机电有限公司"


def edition_of(actor, *, ago=3, title="第 9 届"):
    """An edition of a fair of the whole city, that began some days ago and lasted three."""
    fair = editions.add_fair(actor, FairInput("机床展", FairKind.EXHIBITION, shared=True))
    first = clock.today() - timedelta(days=ago)
    days = {"starts_on": first, "ends_on": first + timedelta(days=2)}
    return editions.add_edition(actor, fair, EditionInput(title=title, year=first.year, **days))


def exhibitor_of(edition, name=FIRM, **values):
    row = Exhibitor(
        edition_id=edition.id, name=name, name_key=values.pop("key", name.removesuffix("有限公司")), **values
    )
    save(row)
    return row


def team_of(edition, user, name="一组"):
    team = Team(edition_id=edition.id, org_id=user.org_id, name=name)
    save(team)
    save(TeamMember(edition_id=edition.id, team_id=team.id, user_id=user.id))
    return team


def given(text=FIRM, rating=Rating.A, **more):
    desk = {name: more.pop(name) for name in ("company_public_id", "team_public_id", "drop_mobile") if name in more}
    day = more.pop("met_on", clock.today() - timedelta(days=2))
    return DeskInput(ContactInput(text, rating, **more), met_on=day, **desk)


@pytest.mark.parametrize(
    ("rows", "pairs"),
    [
        ([(1, "h", "甲", ""), (2, "h", "乙", "")], [(1, 2, "mobile")]),
        ([(1, "", "甲", "王"), (2, "", "甲", "王"), (3, "", "甲", "李")], [(1, 2, "name")]),
        ([(3, "h", "甲", ""), (1, "h", "甲", ""), (2, "h", "甲", "")], [(1, 2, "mobile"), (2, 3, "mobile")]),
        ([(1, "", "", "王"), (2, "", "", "王"), (3, "", "甲", "")], []),
    ],
)
def test_which_contacts_look_like_one(rows, pairs):
    assert rules.doubles(rows) == pairs


def test_the_life_of_a_contact(store):
    center = make_center()
    org = make_org()
    user, expo = make_user(org=org), make_user(org=org, roles=(Role.EXPO,))
    officer, rival, manager = actor_of(user), actor_of(make_user()), actor_of(make_user(org=org, roles=(Role.MANAGER,)))
    edition, team = edition_of(center), None
    firm = exhibitor_of(edition, booth="B1-2")
    team = team_of(edition, user)

    data = given(
        person_name="王澍", mobile="139 0000 0127", answers={"expand": "yes", "needs": ["plant"]}, words="要厂房"
    )
    row = service.record_contact(officer, edition, data, key="k1")
    assert (row.exhibitor_id, row.team_id, row.mobile, row.status) == (firm.id, team.id, "13900000127", "open")
    assert row.due_on == calendar.add_working_days(row.met_on, 1)
    assert met.get_contact(manager, row.public_id).id == row.id
    with pytest.raises(NotFound):
        met.get_contact(rival, row.public_id)
    assert met.page_of_contacts(rival, ContactFilter(view="all"), 1).total == 0
    assert met.page_of_contacts(center, ContactFilter(view="all", text="厂房"), 1).total == 1

    other = actor_of(expo)
    reader = met.reader(other)
    assert (reader.name(row), reader.notes(row)) == ("王*", ""), "expo staff read what their own team met"
    assert met.page_of_contacts(other, ContactFilter(view="all", text="厂房"), 1).total == 0
    assert met.page_of_contacts(other, ContactFilter(view="all", text="砺枢"), 1).total == 1
    with pytest.raises(Forbidden):
        service.edit_contact(other, row, data, "1")
    with pytest.raises(Forbidden):
        service.reveal(other, row, "联系对方")
    save(TeamMember(edition_id=edition.id, team_id=team.id, user_id=expo.id))
    assert service.reveal(other, row, "联系对方") == "13900000127"

    row = service.edit_contact(officer, row, given(rating=Rating.C, person_name="王澍"), "1")
    assert row.mobile == "13900000127", "an empty field keeps the number"
    assert row.due_on == calendar.add_working_days(row.met_on, 7)
    with pytest.raises(Stale):
        service.edit_contact(officer, row, given(), "1")
    row = service.edit_contact(officer, row, given(person_name="王澍", drop_mobile=True), str(row.version))
    assert (row.mobile, row.mobile_hmac) == ("", "")
    assert met.counts(officer, ContactFilter())["all"] == 1

    person = service.link_person(officer, row)
    assert (person.name, person.org_id) == ("王澍", org.id) and db.session.query(Person).count() == 1
    assert service.link_person(officer, row, person.public_id).id == person.id
    service.unlink_person(officer, row)
    assert row.person_id is None

    service.withdraw_contact(officer, row)
    assert met.counts(officer, ContactFilter()) == {"open": 0, "late": 0, "mine": 0, "all": 0, "withdrawn": 1}
    with pytest.raises(Conflict):
        service.edit_contact(officer, row, given(), str(row.version))
    service.restore_contact(officer, row)
    row.lead_id = make_lead(officer).id
    save(row)
    with pytest.raises(Conflict):
        service.withdraw_contact(officer, row)


def test_what_a_contact_cannot_be(store):
    center, officer = make_center(), actor_of(make_user())
    edition = edition_of(center)
    far = clock.today() + timedelta(days=900)
    cases = [
        (given("王"), "company_text"),
        (given(met_on=clock.today() + timedelta(days=1)), "met_on"),
        (given(met_on=clock.today() - timedelta(days=30)), "met_on"),
        (given(mobile="12"), "mobile"),
        (given(next_on=far), "next_on"),
        (given(team_public_id="abcdefghij"), "team"),
    ]
    for data, field in cases:
        with pytest.raises(Invalid) as refused:
            service.record_contact(officer, edition, data)
        assert refused.value.field == field
    coming = edition_of(center, ago=-5)
    for row in (coming, editions.cancel_edition(center, edition, "停办")):
        with pytest.raises(Conflict):
            service.record_contact(officer, row, given())


def test_the_clock_of_a_contact(store):
    center, officer = make_center(), actor_of(make_user())
    edition = edition_of(center, ago=40)
    old = service.record_contact(officer, edition, given(met_on=edition.starts_on))
    service.record_contact(officer, edition, given("武汉铎澜激光有限公司", met_on=edition.starts_on, rating=Rating.C))
    unseen = make_company("昆山别家有限公司", actor=actor_of(make_user()))
    picked = service.record_contact(
        officer, edition, given(met_on=edition.starts_on, company_public_id=unseen.public_id)
    )

    assert picked.company_id is None, "another unit's unopened row is not to be picked"
    assert met.counts(officer, ContactFilter())["late"] == 3
    old.status, old.next_on = ContactStatus.FOLLOWED, clock.today()
    save(old)
    assert met.counts(officer, ContactFilter())["late"] == 2
    assert met.waits_on(old) == clock.today()
    found = met.page_of_contacts(officer, ContactFilter(view="late", rating="C"), 1).items
    assert [row.company_text for row in found] == ["武汉铎澜激光有限公司"]


def test_the_pages(sqlite, context, sign_in, statements):
    org = make_org()
    user, rival, leader = make_user(org=org), make_user(), make_user(roles=(Role.LEADER,))
    client, other = sign_in(user), sign_in(rival)
    edition = edition_of(make_center())
    firm = exhibitor_of(edition, booth="B1-2")
    team_of(edition, user)
    day = (clock.today() - timedelta(days=2)).isoformat()

    assert "这里没有接触记录" in client.get("/fairs/contacts/").text
    new = f"/fairs/contacts/new?edition={edition.public_id}&exhibitor={firm.public_id}"
    assert FIRM in client.get(new).text and "就是名录里的这家展商" in client.get(new).text
    typed = {
        "edition": edition.public_id,
        "company_text": FIRM,
        "person_name": "王澍",
        "met_on": day,
        "needs": ["land"],
    }
    refused = client.post("/fairs/contacts/new", data=typed | {"mobile": "12", "email": "x"})
    assert refused.status_code == 422 and "王澍" in refused.text and "请选择评级" in refused.text
    assert "name@example.com" in refused.text and "手机号 11 位" in refused.text
    none = client.post("/fairs/contacts/new", data=typed | {"edition": ""})
    assert none.status_code == 422 and "请选择在哪一届" in none.text and "请选择评级" in none.text, "all at once"
    good = typed | {"rating": "A", "mobile": "13900000127", "expand": "yes", "once": "k9", "words": "要 20 亩地"}
    page = client.post("/fairs/contacts/new", data=good).headers["Location"]
    assert client.post("/fairs/contacts/new", data=good).headers["Location"] == page
    more = client.post("/fairs/contacts/new", data=typed | {"rating": "C", "company_text": "散客", "then": "more"})
    assert f"on={day}" in more.headers["Location"] and more.status_code == 303

    shown = client.get(page).text
    assert "139****0127" in shown and "13900000127" not in shown and "20 亩" in shown and "土地" in shown
    for address in (
        *("/fairs/contacts/", "/fairs/contacts/?view=all&rating=A&q=砺枢&sort=-met&effective=1"),
        *(f"/fairs/contacts/?edition={edition.public_id}&view=late&due=week&team=none", page, f"{page}/edit", new),
        *(f"/fairs/editions/{edition.public_id}/exhibitors/{firm.public_id}", f"/fairs/editions/{edition.public_id}"),
    ):
        statements.clear()
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert len(statements) <= 12, (address, len(statements))
    assert FIRM not in other.get("/fairs/contacts/?view=all").text
    for address in (page, f"{page}/edit"):
        assert other.get(address).status_code == 404
    for act in ("withdraw", "restore", "reveal", "person", "edit"):
        assert other.post(f"{page}/{act}", data={"reason": "contact"}).status_code == 404
    assert sign_in(leader).get(page).status_code == 403

    assert "为什么查看" in client.post(f"{page}/reveal", headers={"HX-Request": "true"}).text
    assert "139 0000 0127" in client.post(f"{page}/reveal", data={"reason": "contact"}).text
    version = re.search(r'name="version"[^>]*value="(\d+)"', client.get(f"{page}/edit").text)
    assert version
    edit = typed | {"rating": "B", "version": version[1], "words": "改过"}
    assert client.post(f"{page}/edit", data=edit).status_code == 303
    stale = client.post(f"{page}/edit", data=edit | {"words": "又改"})
    assert stale.status_code == 409 and "又改" in stale.text and 'name="needs" value="land"' in stale.text
    assert client.post(f"{page}/person", data={}).status_code == 303
    assert "已关联" in client.get(page).text
    assert client.post(f"{page}/withdraw").status_code == 303 and "恢复接触" in client.get(page).text
    assert client.post(f"{page}/restore").status_code == 303

    sheet = openpyxl.load_workbook(io.BytesIO(client.get("/fairs/contacts/list.xlsx?view=all").data)).active
    cells = {str(cell.value) for line in sheet.iter_rows() for cell in line}
    assert "139****0127" in cells and "13900000127" not in cells and FIRM in cells
