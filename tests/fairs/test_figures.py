"""Every figure of the results of a fair or an event opens what it was made of, and as much of it as the figure says."""

import re
from datetime import timedelta
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

from crm.core.permissions import Role
from crm.fairs import guests, queries
from crm.fairs.guests import GuestFilter
from crm.fairs.models import CostKind, Guest, Rating
from crm.fairs.service import desk, follow, parts
from crm.fairs.service import guests as inviting
from crm.kit import clock, db
from crm.leads import service as leads
from crm.projects.models import Project
from tests.factories import actor_of, make_center, make_org, make_user, save
from tests.fairs.test_contacts import FIRM, edition_of, exhibitor_of, given, team_of
from tests.fairs.test_guests import event_of, guest
from tests.projects import ready

FIGURE = re.compile(r'<li>(?:<a href="([^"]+)">)?<span class="sub">([^<]+)</span><b[^>]*>([^<]+)')
CELL = re.compile(r'<td class="num" data-k="([^"]+)">(?:<a href="([^"]+)">)?([^<]+)')


def plain(address):
    return address.replace("&amp;", "&")


def test_the_figures_of_an_event_open_their_guests(app, sqlite, sign_in):
    center = make_user(roles=(Role.CENTER,))
    one, two = make_org("示例甲区"), make_org("示例乙区")
    boss = actor_of(center)
    with app.app_context():
        edition = event_of(boss, ahead=1)
        number = edition.public_id
        for org, names in ((one, ("甲", "乙", "丙", "丁")), (two, ("戊",))):
            actor = actor_of(make_user(org=org))
            rows = [inviting.add_guest(actor, edition, guest(f"{name}某", mobile="")) for name in names]
            inviting.mark_invited(actor, edition, rows[:3])
            inviting.note_answer(actor, rows[0], True)
            if len(rows) > 1:
                inviting.note_answer(actor, rows[1], False)
        edition.starts_on = edition.ends_on = clock.today()
        db.session.commit()
        came = db.session.query(Guest).filter_by(person_name="甲某").one()
        inviting.sign_in(boss, came)
        inviting.walk_in(boss, edition, guest("己某", mobile=""))
        edition.starts_on = edition.ends_on = clock.today() - timedelta(days=1)
        db.session.commit()
    page = sign_in(center).get(f"/fairs/editions/{number}/summary").text

    told = {label: (plain(url), value) for url, label, value in FIGURE.findall(page)}
    assert (told["已邀请"][1], told["确认参加"][1], told["到场"][1], told["现场登记"][1]) == ("4", "2", "2", "1")
    for label in ("已邀请", "确认参加", "到场", "现场登记"):
        assert behind(boss, number, told[label][0]) == int(told[label][1]), label
    assert told["到会率"][1] == "25%" and behind(boss, number, told["到会率"][0]) == 1
    cells = [(label, plain(url), value) for label, url, value in CELL.findall(page) if url]
    assert len(cells) >= 7
    for label, url, value in cells:
        assert label == "到会率" or behind(boss, number, url) == int(value), (label, url)
    assert all(url for url, _value in told.values()), "no figure without what it was made of"
    door = sign_in(center).get(f"/fairs/editions/{number}/door").text
    assert all(url for url, _label, _value in FIGURE.findall(door))


def told_values(told):
    return {label: value for label, (_url, value) in told.items()}


def behind(actor, number, url):
    """How many guests the list shows that an address asks for."""
    asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    edition = queries.get_edition(actor, number)
    found = guests.page_of_guests(actor, edition, GuestFilter.of(asked), 1).total
    db.session.rollback()
    return found


def test_the_figures_of_a_fair_open_their_contacts(sqlite, context, sign_in):
    center, org = make_center(), make_org()
    user, mate = make_user(org=org), make_user(org=org)
    officer, colleague = actor_of(user), actor_of(mate)
    edition = edition_of(center, ago=100)
    exhibitor_of(edition, booth="B1-2")
    team_of(edition, user)
    team_of(edition, mate, "二组")
    day = {"met_on": edition.starts_on, "person_name": "王澍", "mobile": "13900000127"}
    first = desk.record_contact(officer, edition, given(**day))
    second = desk.record_contact(colleague, edition, given(**day))
    desk.record_contact(officer, edition, given("散客", Rating.C, met_on=edition.starts_on))
    parts.add_cost(officer, edition, CostKind.BOOTH, Decimal(9000), edition.starts_on)
    lead = leads.save_lead(
        officer, follow.start_lead(officer, first), leads.LeadInput(FIRM, "拟建减速器产线", clock.today())
    )
    second.lead_id = lead.id
    project = ready.signed(officer, center)
    with db.transaction():
        db.session.get_one(Project, project.id).lead_id = lead.id
        save(second)
    client = sign_in(user)
    page = f"/fairs/editions/{edition.public_id}/results"

    text = client.get(page).text
    told = {label: (plain(url), value) for url, label, value in FIGURE.findall(text)}
    assert told_values(told) == {"单位（家）": "2", "有效客商": "1", "线索": "1", "在谈": "1", "签约": "1"}
    cells = [(label, plain(url), value) for label, url, value in CELL.findall(text)]
    opened = [(label, url, value) for label, url, value in cells if value not in ("0", "—")]
    assert len(opened) > 12 and all(url for _label, url, _value in opened), [one for one in opened if not one[1]]
    for label, (url, value) in told.items():
        assert f"计 {value}，" in client.get(url).text, label
    for label, url, value in opened:
        rows = client.get(url)
        assert rows.status_code == 200
        if "额" not in label and "成本" not in label and "费用" not in label:
            assert f"计 {value}，" in rows.text, (label, url)
    firms = client.get(f"{page}/rows?kind=firms").text
    assert "列出 2 次接触" in firms and firms.count("散客") == 1
    assert "列出 3 次接触" in client.get(f"{page}/rows").text
    years = client.get(f"/fairs/series/{edition.fair.public_id}/results").text
    assert all(url for _label, url, value in CELL.findall(years) if value not in ("0", "—"))
