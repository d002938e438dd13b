"""After the fair: the follow-up and its clock, the lead it becomes, doubles, the evening desk."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from crm.core.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from crm.core.permissions import Role
from crm.fairs import chain, due, evening, met
from crm.fairs.met import ContactFilter
from crm.fairs.models import ContactStatus, Grade, MatchItem, Rating
from crm.fairs.service import desk, follow
from crm.fairs.service.follow import FollowInput, Settlement
from crm.kit import clock, db
from crm.leads import service as leads
from crm.leads.models import LeadStatus
from crm.notices.models import Notice
from crm.projects import service as projects
from tests.factories import actor_of, make_center, make_org, make_user, save
from tests.fairs.test_contacts import edition_of, exhibitor_of, given, team_of


def told(user):
    return list(db.session.scalars(select(Notice.text).where(Notice.user_id == user.user_id).order_by(Notice.id)))


def test_a_contact_is_followed_to_its_end(store):
    org = make_org()
    officer, colleague = actor_of(make_user(org=org)), actor_of(make_user("周敏", org=org))
    manager, rival = actor_of(make_user(org=org, roles=(Role.MANAGER,))), actor_of(make_user())
    edition = edition_of(make_center(), ago=40)
    row = desk.record_contact(officer, edition, given(met_on=edition.starts_on, person_name="王澍"))
    today = clock.today()

    assert follow.tell_late() == 1 and follow.tell_late() == 0, "once for each day it was due"
    assert "已超期" in told(officer)[0] and "1 条" in told(manager)[0] and told(rival) == []
    assert due.due_items(officer, today)[0].light == "bad"
    assert [item.title for item in due.due_items(manager, today)] == ["展会接触超期"]

    follow.assign(manager, row, colleague.public_id)
    assert "请您跟进" in told(colleague)[0] and due.due_items(officer, today) == []
    with pytest.raises(Invalid):
        follow.assign(officer, row, rival.public_id)
    with pytest.raises(NotFound):
        follow.assign(rival, row, rival.public_id)

    for data, field in (
        (FollowInput("好"), "result"),
        (FollowInput("已通电话"), "next_on"),
        (FollowInput("已通电话", next_on=today - timedelta(days=1)), "next_on"),
    ):
        with pytest.raises(Invalid) as refused:
            follow.follow(colleague, row, data, str(row.version))
        assert refused.value.field == field
    version = str(row.version)
    row = follow.follow(colleague, row, FollowInput("已通电话", next_step="寄资料", next_on=today), version)
    assert (row.status, met.waits_on(row)) == (ContactStatus.FOLLOWED, today)
    assert met.counts(officer, ContactFilter())["late"] == 0
    with pytest.raises(Stale):
        follow.follow(colleague, row, FollowInput("又打了", over=True), version)
    row = follow.follow(colleague, row, FollowInput("暂无意向", over=True), str(row.version))
    assert (row.status, met.waits_on(row), row.next_on) == (ContactStatus.CLOSED, None, None)
    row = follow.reopen(colleague, row)
    assert row.status is ContactStatus.OPEN and row.due_on > today
    with pytest.raises(Conflict):
        follow.reopen(colleague, row)


def test_a_contact_becomes_a_lead_and_the_chain_reads_both_ways(store):
    org = make_org()
    officer, colleague = actor_of(make_user(org=org)), actor_of(make_user(org=org))
    expo, rival, center = actor_of(make_user(org=org, roles=(Role.EXPO,))), actor_of(make_user()), make_center()
    edition = edition_of(center)
    firm = exhibitor_of(edition, booth="B1-2")
    row = desk.record_contact(officer, edition, given(person_name="王澍", mobile="13900000127", words="要厂房"))

    with pytest.raises(Forbidden):
        follow.start_lead(expo, row)
    with pytest.raises(Forbidden):
        follow.start_lead(center, row)
    lead = follow.start_lead(officer, row)
    assert follow.start_lead(colleague, row).id == lead.id
    typed = lead.draft[str(officer.user_id)]["fields"]
    assert (typed["person_name"], typed["contact_way"]) == ("王澍", "fair") and "要厂房" in typed["content"]
    assert (lead.status, lead.claim_status, row.status) == (LeadStatus.DRAFT, "", ContactStatus.OPEN)

    leads.close_lead(officer, lead, "填错了")
    db.session.refresh(row)
    assert row.lead_id is None, "a draft that was dropped leaves the contact waiting"
    lead = follow.start_lead(officer, row)
    saved = leads.LeadInput(row.company_text, "拟建减速器产线", row.met_on, person_name="王澍")
    lead = leads.save_lead(officer, lead, saved)
    db.session.refresh(row)
    assert (row.status, met.waits_on(row)) == (ContactStatus.LEAD, None)
    with pytest.raises(Conflict):
        follow.follow(officer, row, FollowInput("已通电话", over=True), str(row.version))

    leads.triage(center, lead, "follow")
    project = projects.convert_lead(officer, lead)
    found = chain.of_lead(officer, row.lead_id)
    assert (found.lead.id, found.project.id, found.signed) == (lead.id, project.id, None)
    assert chain.of_lead(rival, row.lead_id) == chain.Chain()
    assert [one.exhibitor_id for one in chain.sources(officer, lead.id)] == [firm.id]
    assert list(chain.sources(rival, lead.id)) == []


def test_the_row_of_the_list_leads_to_the_project_in_one_click(sqlite, context, sign_in, statements):
    user, rival = make_user(org=make_org()), make_user()
    officer, center = actor_of(user), make_center()
    edition = edition_of(center)
    firm = exhibitor_of(edition, booth="B1-2")
    row = desk.record_contact(officer, edition, given(person_name="王澍", mobile="13900000127"))
    lead = leads.LeadInput(row.company_text, "拟建减速器产线", row.met_on, person_name="王澍")
    lead = leads.save_lead(officer, follow.start_lead(officer, row), lead)
    leads.triage(center, lead, "follow")
    project = projects.convert_lead(officer, lead)
    page = f"/fairs/editions/{edition.public_id}/exhibitors/{firm.public_id}"
    client, other = sign_in(user), sign_in(rival)
    statements.clear()

    shown = client.get(page).text

    assert f"/projects/{project.public_id}" in shown and f"/leads/{lead.public_id}" in shown
    assert len(statements) <= 12, len(statements)
    assert project.public_id not in other.get(page).text and lead.public_id not in other.get(page).text


def test_what_looks_double_is_settled_by_a_person(store):
    org = make_org()
    user, other = make_user(org=org), make_user(org=org)
    officer, colleague, rival = actor_of(user), actor_of(other), actor_of(make_user())
    edition = edition_of(make_center())
    firm, far = exhibitor_of(edition, booth="B1-2"), exhibitor_of(edition, "武汉铎澜激光有限公司", key="武汉铎澜激光")
    team = team_of(edition, user)
    for one in (firm, far):
        save(MatchItem(**_item(edition, one, officer)))
    given_a = given(person_name="王澍", mobile="13900000127")
    first = desk.record_contact(officer, edition, given_a)
    second = desk.record_contact(colleague, edition, given(person_name="王澍", rating=Rating.B))
    third = desk.record_contact(colleague, edition, given("散客", mobile="139 0000 0127", rating=Rating.C))
    foreign = desk.record_contact(rival, edition, given_a)

    rows = evening.standing(officer, edition)
    assert [row.id for row in rows] == [first.id, second.id, third.id]
    lines = evening.by_team(rows, None)
    assert [(line.team and line.team.id, line.total, len(line.firms), line.effective) for line in lines] == [
        (team.id, 1, 1, 1),
        (None, 2, 2, 0),
    ]
    assert evening.by_team(rows, clock.today() + timedelta(days=9)) == []
    assert [item.exhibitor_id for item in evening.not_visited(officer, edition)] == [far.id]
    pairs = [(one.first.id, one.second.id, one.why) for one in evening.doubles(rows)]
    assert pairs == [(first.id, second.id, "name"), (first.id, third.id, "mobile")]

    with pytest.raises(NotFound):
        follow.settle(officer, Settlement(first, foreign))
    follow.settle(officer, Settlement(third, first, third))
    follow.settle(officer, Settlement(first, second))
    rows = evening.standing(officer, edition)
    assert evening.doubles(rows) == [] and len(rows) == 2
    with pytest.raises(Conflict):
        follow.settle(officer, Settlement(second, first))
    first.follower_id = None
    save(first)
    assert [row.id for row in evening.without_follower(rows)] == [first.id]


def _item(edition, firm, actor):
    given = {"edition_id": edition.id, "exhibitor_id": firm.id, "org_id": actor.org_id, "by_id": actor.user_id}
    return given | {"rule_grade": Grade.A, "grade": Grade.A, "created_at": clock.now()}


def test_the_pages(sqlite, context, sign_in, statements):
    org = make_org()
    user, rival = make_user(org=org), make_user()
    officer = actor_of(user)
    client, stranger = sign_in(user), sign_in(rival)
    edition = edition_of(make_center())
    first = desk.record_contact(officer, edition, given(person_name="王澍", mobile="13900000127"))
    second = desk.record_contact(officer, edition, given(person_name="王澍"))
    second.follower_id = None
    save(second)
    page, night = f"/fairs/contacts/{first.public_id}", f"/fairs/editions/{edition.public_id}/evening"

    statements.clear()
    shown = client.get(night).text
    assert len(statements) <= 12 and "单位和姓名相同" in shown and "还没人跟进" in shown
    assert client.get(f"{night}?day={first.met_on}").status_code == 200
    assert "王澍" not in stranger.get(night).text
    for act in ("follow", "assign", "reopen", "lead"):
        assert stranger.post(f"{page}/{act}").status_code == 404
    pair = {"first": first.public_id, "second": second.public_id}
    doubles = f"/fairs/editions/{edition.public_id}/doubles"
    assert stranger.post(doubles, data=pair).status_code == 404
    back = {"follower": user.public_id, "back": night}
    assigned = client.post(f"/fairs/contacts/{second.public_id}/assign", data=back)
    assert assigned.headers["Location"].endswith(night)
    assert client.post(f"{page}/assign", data={"follower": "abcdefghij"}).status_code == 422
    assert client.post(doubles, data=pair | {"withdraw": "second"}).status_code == 303
    assert client.post(doubles, data=pair).status_code == 422

    empty = client.post(f"{page}/follow", data={"outcome": "go", "next_step": "寄样本"})
    assert empty.status_code == 422 and "寄样本" in empty.text and "请写一句跟进结果" in empty.text
    version = re.search(r'name="version"[^>]*value="(\d+)"', client.get(page).text)
    assert version
    done = {"outcome": "go", "result": "已通电话", "next_on": clock.today().isoformat(), "version": version[1]}
    assert client.post(f"{page}/follow", data=done).status_code == 303
    stale = client.post(f"{page}/follow", data=done | {"result": "又打了一次"})
    assert stale.status_code == 409 and "又打了一次" in stale.text

    made = client.post(f"{page}/lead").headers["Location"]
    assert client.get(made).status_code == 303
    form = client.get(f"{made}/edit").text
    assert "王澍" in form and "昆山砺枢" in form
    lead = made.rsplit("/", 1)[1]
    assert "从接触到签约" in client.get(page).text
    assert "从展会到签约" in client.get(f"/fairs/panels/leads/{lead}").text
    assert stranger.get(f"/fairs/panels/leads/{lead}").status_code == 404
