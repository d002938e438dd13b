"""The calendar: what stands on which day for whom, its pages, and its address for a phone."""

from datetime import date, timedelta

import pytest
from icalendar import Calendar

from crm.accounts.models import Org, User
from crm.agenda import feed, queries, service
from crm.agenda.models import CalendarFeed
from crm.agenda.queries import AgendaFilter
from crm.audit.models import AuditEntry
from crm.claims.models import Claim, ClaimStatus
from crm.core.errors import Forbidden, NotFound
from crm.core.permissions import Role, UserKind
from crm.fairs.models import Edition, Fair, FairKind
from crm.interactions import service as interactions
from crm.interactions.service import NoteInput
from crm.kit import clock, db
from crm.leads.models import ContactWay, Grade
from crm.parameters import cache
from crm.parameters.models import CalendarDay
from crm.projects.models import IssueKind
from crm.projects.service import actions, issues, meetings
from crm.projects.service.issues import IssueInput
from crm.projects.service.meetings import MeetingInput
from crm.todos import service as todos
from crm.todos.models import Todo
from crm.todos.service import TodoInput
from crm.todos.subjects import About
from tests.factories import (
    actor_of,
    make_actor,
    make_center,
    make_company,
    make_lead,
    make_org,
    make_project,
    make_user,
    save,
)

FIRM = "苏州绎衡传动科技有限公司"


@pytest.mark.parametrize(
    ("args", "first", "last", "before", "after"),
    [
        ({"on": "2026-11-29"}, "2026-10-26", "2026-12-06", "2026-10-31", "2026-12-02"),
        ({"on": "2027-02-10"}, "2027-02-01", "2027-02-28", "2027-01-31", "2027-03-04"),
        ({"on": "2026-12-31", "view": "week"}, "2026-12-28", "2027-01-03", "2026-12-24", "2027-01-07"),
        ({"on": "0001-01-01", "view": "week"}, "2000-01-03", "2000-01-09", "1999-12-27", "2000-01-10"),
    ],
)
def test_whole_weeks_are_shown_and_the_neighbours_are_reached(args, first, last, before, after):
    wanted = AgendaFilter.of(args)

    days = wanted.days
    assert [days[0], days[-1], wanted.before, wanted.after] == list(
        map(date.fromisoformat, (first, last, before, after))
    )


@pytest.mark.parametrize("on", ["", "x", "2026-13-01", "9999-12-31", "0001-01-01", "𠮷"])
def test_any_day_that_an_address_names_can_be_shown(on):
    wanted = AgendaFilter.of({"on": on, "view": "?", "scope": "?", "kind": "?", "unit": "?"})

    assert (wanted.view, wanted.scope, wanted.kind, wanted.unit) == ("month", "mine", "", "")
    assert len(wanted.days) % 7 == 0 and wanted.before < wanted.on < wanted.after


def seen(actor, **wanted):
    """The kinds and titles that a person finds within a week."""
    shown = queries.agenda_of(actor, AgendaFilter(clock.today(), **wanted))
    return {(one.kind, one.title) for entries in shown.days.values() for one in entries}


def kinds(actor, **wanted):
    return {kind for kind, _title in seen(actor, **wanted)}


def everything(officer):
    """One thing of each kind, all of this officer, all today."""
    today = clock.today()
    project, lead = make_project(officer), make_lead(officer)
    told = NoteInput(
        result="看了车间", on=today, kind=ContactWay.VISIT, person_name="沈维", next_step="寄样品清单", next_on=today
    )
    interactions.note(officer, told, lead=lead)
    todos.set_todo(officer, About(project=project), TodoInput("把厂房平面图发给企业", today))
    center = make_center()
    meeting = meetings.plan_meeting(center, MeetingInput("十一月项目调度会", today))
    item = meetings.add_project(center, meeting, project.number)
    actions.give_action(center, item, to=unit_and(officer), words="三天内落实地块", due_on=today)
    meetings.decide(center, item, "同意供地方案", meeting.version)
    actions.close_meeting(center, meeting)
    fair = Fair(name="汉诺威工业博览会", kind=FairKind.EXHIBITION, org_id=center.org_id, shared=True, **stamps())
    save(fair)
    days = {"starts_on": today - timedelta(days=40), "ends_on": today + timedelta(days=1)}
    issues.raise_issue(officer, project, IssueInput("供地方案没有批下来", IssueKind.LAND, today))
    with db.transaction():
        project.planned_start_on = today
    save(Edition(fair_id=fair.id, org_id=center.org_id, title="2026", year=2026, **days, **stamps()))
    return project, lead


def unit_and(officer):
    return f"{db.session.get_one(Org, officer.org_id).public_id}:{officer.public_id}"


def stamps():
    return {"public_id": db.new_public_id(), "created_at": clock.now()}


def test_each_kind_stands_on_its_day_for_whom_may_see_it(store):
    org = make_org()
    officer, colleague = make_actor(org=org), make_actor(org=org)
    rival, leader = make_actor(), make_actor(Role.LEADER, org=org)
    _project, lead = everything(officer)
    claimed(officer, lead)
    every = {"contact", "step", "todo", "claim", "meeting", "action", "issue", "plan", "fair"}

    assert kinds(officer) == kinds(officer, scope="unit") == every
    assert (("contact", f"上门拜访 · {FIRM}") in seen(officer)) and (("step", f"{FIRM} · 寄样品清单") in seen(officer))
    assert ("issue", f"{_project.title} · 供地方案没有批下来") in seen(officer)
    assert ("plan", f"{_project.title} · 计划开工") in seen(officer)
    assert ("claim", f"保护到期 · {FIRM}") in seen(officer)
    assert kinds(officer, kind="todo") == {"todo"}
    assert kinds(colleague) == {"meeting", "fair"}  # nothing of one's own
    assert kinds(colleague, scope="unit") == every
    assert kinds(make_center(), scope="unit") == every
    assert kinds(make_center(), scope="unit", unit=db.session.get_one(Org, org.id).public_id) == every
    assert kinds(make_center(), scope="unit", unit=unit_of(rival)) == {"meeting", "fair"}
    # The rival district meets the shared fair alone, whatever unit it asks for; a leader no contact and no report.
    for wanted in ({}, {"scope": "unit"}, {"scope": "unit", "unit": unit_of(officer)}):
        assert seen(rival, **wanted) == {("fair", "汉诺威工业博览会")}
    assert kinds(leader, scope="unit") == {"meeting", "action", "plan", "fair"}


def unit_of(actor):
    return db.session.get_one(Org, actor.org_id).public_id


def claimed(officer, lead):
    """A protection of the officer whose last day is today."""
    company = make_company(FIRM)
    now = clock.now()
    save(
        Claim(
            public_id=db.new_public_id(),
            number="S-1",
            lead_id=lead.id,
            company_id=company.id,
            org_id=officer.org_id,
            filer_id=officer.user_id,
            company_words=FIRM,
            matter_no=1,
            status=ClaimStatus.PROTECTED,
            holds=True,
            grade=Grade.A,
            first_contact_on=clock.today(),
            filed_at=now,
            effective_at=now,
            protected_from=clock.today(),
            protected_until=clock.today(),
            hold_until=now,
        )
    )


def read(client, address):
    db.session.remove()  # what the test looked at must not hold the writer's lock
    return client.get("/" + address.split("/", 3)[3])


def address_in(page):
    return page.split('readonly value="')[1].split('"')[0]


def names(answer):
    return [str(event["summary"]) for event in Calendar.from_ical(answer.data).walk("VEVENT")]


def test_the_pages_and_the_address_for_a_phone(context, sqlite, app, client, sign_in, statements):
    org = make_org()
    user = make_user(org=org)
    officer = actor_of(user)
    everything(officer)
    mine, rival = sign_in(user), sign_in(make_actor())
    for page in ("/agenda/", "/agenda/?scope=unit", "/agenda/?view=week&kind=todo", "/agenda/feed"):
        statements.clear()
        assert mine.get(page).status_code == 200
        assert len(statements) <= 12, page
    assert "把厂房平面图发给企业" in mine.get("/agenda/").text
    assert "把厂房" not in rival.get(f"/agenda/?scope=unit&unit={unit_of(officer)}").text
    assert "这段日子没有安排" in mine.get("/agenda/?on=2031-05-01").text
    assert 'href="/agenda/"' in mine.get("/start").text

    address = address_in(mine.post("/agenda/feed").text)
    assert address.split("/")[-1].removesuffix(".ics") not in mine.get("/agenda/feed").text  # shown once
    answer = read(client, address)  # without a session
    assert answer.status_code == 200 and answer.mimetype == "text/calendar"
    assert "待办：把厂房平面图发给企业" in names(answer) and f"下一步：{FIRM} · 寄样品清单" in names(answer)
    event = next(one for one in Calendar.from_ical(answer.data).walk("VEVENT") if "汉诺威" in one["summary"])
    assert (event["dtend"].dt - event["dtstart"].dt).days == 42 and event["url"].endswith(event["url"].split("/")[-1])
    assert db.session.query(CalendarFeed).one().read_at is not None
    assert address.split("/")[-1].removesuffix(".ics") not in db.session.query(CalendarFeed).one().token_hash

    renewed = address_in(mine.post("/agenda/feed").text)
    assert (read(client, address).status_code, read(client, renewed).status_code) == (404, 200)
    # The rights are those of the moment of reading: another unit's officer sees no firm of the former one.
    user = db.session.get_one(User, officer.user_id)
    home, user.org_id = user.org_id, make_org().id
    db.session.commit()
    moved = read(client, renewed)
    assert FIRM not in moved.data.decode().replace("\r\n ", "") and names(moved) == ["展会：汉诺威工业博览会"]
    user = db.session.get_one(User, officer.user_id)
    user.org_id, user.active = home, False
    db.session.commit()
    assert read(client, renewed).status_code == 404
    db.session.get_one(User, officer.user_id).active = True
    db.session.commit()
    assert read(client, renewed).status_code == 200
    assert mine.post("/agenda/feed/revoke").status_code == 303
    assert read(client, renewed).status_code == 404
    assert client.get(f"/agenda/feeds/{'a' * 43}.ics").status_code == 404
    acts = [row.action for row in db.session.query(AuditEntry).order_by(AuditEntry.id) if "feed" in row.action]
    assert acts == ["calendar_feed.opened", "calendar_feed.renewed", "calendar_feed.revoked"]


def test_a_feed_with_too_much_lists_the_nearest_and_says_how_many_it_leaves_out(context, sqlite):
    officer, today = make_actor(), clock.today()
    kept = {"org_id": officer.org_id, "owner_id": officer.user_id, "by_id": officer.user_id, "version": 1}
    days = [*range(-40, 0), *range(1, 271)]
    save(*(Todo(title=f"第{n}天", due_on=today + timedelta(days=n), **kept, **stamps()) for n in days))

    events = Calendar.from_ical(feed.calendar_of(officer, "https://crm.test/")).walk("VEVENT")

    told = [str(event["summary"]) for event in events]
    assert len(told) == feed.MOST + 1
    assert told[-1] == "订阅只列离今天最近的 300 条，另有 10 条没有列入，请在平台日历里查看"
    assert events[-1]["dtstart"].dt == today and events[-1]["url"] == "https://crm.test/agenda/"
    assert "待办：第-40天" in told and "待办：第260天" in told and "待办：第261天" not in told
    assert told[0] in {"待办：第-1天", "待办：第1天"}


def test_days_worked_or_free_against_the_rule_of_the_week_are_marked(context, sqlite, sign_in):
    for day, working in ((date(2026, 10, 1), False), (date(2026, 10, 10), True), (date(2026, 10, 3), False)):
        save(CalendarDay(day=day, working=working, name="国庆节", source="示例通知"))
    cache.forget()

    shown = queries.agenda_of(officer := make_actor(), AgendaFilter(date(2026, 10, 5)))

    assert shown.stated == {date(2026, 10, 1): False, date(2026, 10, 10): True}  # a free Saturday is as always
    page = sign_in(officer).get("/agenda/?on=2026-10-05").text
    assert page.count("调休上班</span>") == 1 and page.count("放假</span>") == 1


def test_the_three_officers_have_no_calendar(context, sqlite, sign_in):
    for kind in (UserKind.SYSADMIN, UserKind.SECADMIN, UserKind.AUDITOR):
        officer = make_user(kind=kind)
        assert sign_in(officer).get("/agenda/").status_code == 403
        with pytest.raises(Forbidden):
            service.open_feed(actor_of(officer))
    with pytest.raises(NotFound):
        service.reader_of("unknown")
