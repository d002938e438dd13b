"""Review meetings: the list by rule, what is decided and handed out, who sees which item, the papers."""

import io
from datetime import timedelta

import pytest
from docx import Document

from crm.core.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from crm.core.permissions import Role
from crm.kit import clock, db
from crm.notices.models import Notice
from crm.projects import meeting_paper, meetings
from crm.projects.models import Issue, IssueKind, Light, MeetingStatus, OrgRole, ProjectOrg
from crm.projects.service import actions
from crm.projects.service import issues as problems
from crm.projects.service import meetings as service
from tests.factories import make_actor, make_center, make_org, make_project, save

DECISION = "由示例区三日内报批用地"


def planned(center, **values):
    return service.plan_meeting(center, service.MeetingInput("全市重点项目调度会", clock.today(), **values))


def late(officer, project):
    today = clock.today()
    issue = problems.raise_issue(officer, project, problems.IssueInput("用地未落实", IssueKind.LAND, today))
    db.session.get(Issue, issue.id).due_on = today - timedelta(days=3)
    db.session.flush()


@pytest.fixture
def city(store):
    return make_center(), make_actor(), make_actor()


def test_the_list_is_drawn_by_rule_and_open_actions_come_back_until_done(city):
    center, officer, _other = city
    red, yellow, slow, _quiet = (make_project(officer, f"项目{n}号") for n in "甲乙丙丁")
    red.light, red.light_reason, yellow.light, yellow.light_reason = Light.BAD, "40 天没有有效跟进", Light.WARN, "16 天"
    late(officer, slow)
    late(officer, red)
    meeting = planned(center)
    items = meetings.items_of(center, meeting)
    assert [(item.project_id, item.why) for item in items] == [
        (red.id, "红牌：40 天没有有效跟进；问题超期 1 个"),
        (yellow.id, "黄牌：16 天"),
        (slow.id, "问题超期 1 个"),
    ]
    service.move_item(center, items[2], down=False)
    service.remove_item(center, items[1])
    assert [item.project_id for item in meetings.items_of(center, meeting)] == [red.id, slow.id]
    with pytest.raises(Conflict):
        actions.close_meeting(center, meeting)
    for item in meetings.items_of(center, meeting):
        service.decide(center, item, DECISION, meeting.version)
    unit = meetings.items_of(center, meeting)[0].project.org.public_id
    given = actions.give_action(
        center, items[0], to=f"{unit}:{officer.public_id}", words="三日内报批用地", due_on=clock.today()
    )
    with pytest.raises(Conflict):
        actions.finish_action(officer, given, "已报批到省厅")
    actions.close_meeting(center, meeting)
    assert db.session.query(Notice).filter_by(user_id=officer.user_id, kind="meeting.action").count() == 1
    for project in (red, yellow):
        project.light = Light.OK
    assert "上次会议事项未办结 1 项" in meetings.items_of(center, planned(center))[0].why
    with pytest.raises(Invalid):
        actions.finish_action(officer, given, "好")
    actions.finish_action(officer, given, "已报批到省厅")
    assert all("未办结" not in item.why for item in meetings.items_of(center, planned(center)))
    actions.undo_action(officer, given)
    assert [row.id for row in meetings.open_actions(officer)] == [given.id]


def test_a_list_drawn_again_tells_its_reasons_as_they_are_now(city):
    center, officer, _other = city
    red, quiet = make_project(officer, "项目甲号"), make_project(officer, "项目乙号")
    red.light, red.light_reason = Light.BAD, "40 天没有有效跟进"
    meeting = planned(center)
    service.add_project(center, meeting, quiet.number)

    red.light_reason = "47 天没有有效跟进"
    late(officer, red)
    late(officer, quiet)
    assert service.draw_list(center, meeting) == 0

    reasons = {item.project_id: item.why for item in meetings.items_of(center, meeting)}
    assert reasons == {red.id: "红牌：47 天没有有效跟进；问题超期 1 个", quiet.id: "会议指定"}


def test_a_closed_meeting_is_only_corrected(city):
    center, officer, _other = city
    project = make_project(officer)
    meeting = planned(center)
    with pytest.raises(Invalid):
        service.add_project(center, meeting, "没有这个")
    item = service.add_project(center, meeting, project.number)
    with pytest.raises(Conflict):
        service.add_project(center, meeting, project.title)
    with pytest.raises(Stale):
        service.decide(center, item, DECISION, 9)
    service.decide(center, item, DECISION, 1)
    with pytest.raises(Conflict):
        service.correct(center, item, "应为五日内报批")
    service.cancel_meeting(center, meeting)
    with pytest.raises(Conflict):
        service.draw_list(center, meeting)
    service.resume_meeting(center, meeting)
    actions.close_meeting(center, meeting)
    with pytest.raises(Conflict):
        service.decide(center, item, "改掉", meeting.version)
    service.correct(center, item, "应为五日内报批")
    assert item.decision.splitlines() == [DECISION, f"（更正 {clock.today()} {center.name}）应为五日内报批"]
    assert meeting.status is MeetingStatus.HELD


def test_a_rival_unit_sees_no_item_and_is_told_nothing(city):
    center, officer, rival = city
    mine, theirs = make_project(officer, "甲区的项目"), make_project(rival, "乙区的项目")
    meeting = planned(center, attendees="甲区区长")
    first, second = (service.add_project(center, meeting, one.number) for one in (theirs, mine))
    assert [item.id for item in meetings.items_of(officer, meeting)] == [second.id]
    helper = make_actor()
    with pytest.raises(NotFound):
        meetings.get_meeting(helper, meeting.public_id)
    with pytest.raises(NotFound):
        meetings.get_item(officer, first.public_id)
    for unit in (make_org(), db.session.get(type(make_org()), helper.org_id)):
        with pytest.raises(Invalid):
            actions.give_action(center, second, to=unit.public_id, words="协调供电增容", due_on=clock.today())
    save(ProjectOrg(project_id=mine.id, org_id=helper.org_id, role=OrgRole.ASSIST))
    unit = db.session.get(type(make_org()), helper.org_id)
    given = actions.give_action(center, second, to=unit.public_id, words="协调供电增容", due_on=clock.today())
    with pytest.raises(Forbidden):
        actions.finish_action(officer, given, "已经完成协调")
    with pytest.raises(NotFound):
        actions.finish_action(rival, given, "已经完成协调")
    with pytest.raises(Forbidden):
        service.decide(officer, second, DECISION, 1)


def texts(body):
    paper = Document(io.BytesIO(body))
    lines = [line.text for line in paper.paragraphs]
    return paper, lines, [[cell.text for cell in row.cells] for row in paper.tables[0].rows]


def test_agenda_and_minutes_are_official_papers(city):
    center, officer, _other = city
    meeting = planned(center, place="市政府三楼", chair="示例市长", words="散会。")
    item = service.add_project(center, meeting, make_project(officer, "谐波减速器项目").number)
    service.decide(center, item, DECISION, 1)
    unit = item.project.org
    actions.give_action(center, item, to=unit.public_id, words="三日内报批用地", due_on=clock.today())
    items = meetings.items_of(center, meeting)
    day, year = clock.today(), f"{clock.today():%Y}"

    paper, lines, table = texts(meeting_paper.agenda(meeting, items))
    assert lines[:2] == ["全市重点项目调度会议程", f"〔{year}〕第 1 号"]
    assert f"时间：{day.year}年{day.month}月{day.day}日" in lines and "地点：市政府三楼" in lines
    assert table == [
        ["序号", "项目", "责任单位", "阶段", "列入原因"],
        ["1", "谐波减速器项目", unit.name, "在谈", "会议指定"],
    ]
    assert 'w:eastAsia="方正小标宋简体"' in paper.paragraphs[0]._p.xml
    assert "PAGE" in paper.sections[0].footer._element.xml
    _paper, lines, table = texts(meeting_paper.minutes(meeting, items))
    assert lines[0] == "全市重点项目调度会纪要" and lines[-1] == "散会。"
    assert table[1] == ["1", "谐波减速器项目", DECISION, f"三日内报批用地（{unit.name}，{day} 前）"]


def test_a_meeting_by_its_pages(context, sqlite, sign_in, statements):
    center, officer = make_center(), make_actor()
    projects = [make_project(officer, f"项目{n}号") for n in range(3)]
    client, unit = sign_in(center), sign_in(officer)
    assert "还没有调度会" in unit.get("/projects/meetings").text
    data = {"title": "全市调度会", "held_on": clock.today().isoformat(), "attendees": "甲区区长", "chair": "示例"}
    refused = client.post("/projects/meetings/new", data=data | {"held_on": "某天"})
    assert refused.status_code == 422 and "甲区区长" in refused.text
    place = client.post("/projects/meetings/new", data=data).location
    assert "还没有议题" in client.get(place).text
    for project in projects:
        assert client.post(f"{place}/add", data={"project": project.number}).status_code == 303
    assert client.post(f"{place}/edit", data=data | {"version": "9"}).status_code == 409
    assert client.post(f"{place}/edit", data=data | {"version": "1", "place": "三楼"}).status_code == 303
    meeting = meetings.page_of_meetings(center, 1).items[0]
    urls = [f"/projects/meetings/items/{one.public_id}" for one in meetings.items_of(center, meeting)]
    assert client.post(f"{urls[1]}/up").status_code == 303
    assert client.post(f"{urls[2]}/remove").status_code == 303
    stale = client.post(f"{urls[0]}/decision", data={"decision": DECISION, "version": "1"})
    assert stale.status_code == 422 and DECISION in stale.text
    for url in urls[:2]:
        token = str(meetings.get_meeting(center, meeting.public_id).version)
        assert client.post(f"{url}/decision", data={"decision": DECISION, "version": token}).status_code == 303
        db.session.expire_all()
    unit_id = meetings.items_of(center, meeting)[0].project.org.public_id
    action = {"to": unit_id, "words": "三日内报批用地", "due_on": ""}
    assert client.post(f"{urls[0]}/actions", data=action).status_code == 422
    assert client.post(f"{urls[0]}/actions", data=action | {"due_on": data["held_on"]}).status_code == 303
    assert client.post(f"{place}/close").status_code == 303
    assert client.get(f"{place}/minutes.docx").data[:2] == b"PK"
    page = unit.get(place).text
    assert DECISION in page and "报办结" in page and "甲区区长" not in page
    assert "三日内报批用地" in unit.get("/projects/meetings").text
    assert [unit.get(f"{place}/{one}").status_code for one in ("edit", "agenda.docx")] == [403, 403]
    assert unit.post(f"{urls[0]}/decision", data={"decision": "改"}).status_code == 403
    given = meetings.open_actions(officer)[0].public_id
    rival, leader = sign_in(make_actor()), sign_in(make_actor(Role.LEADER))
    for other in (rival, leader):
        assert other.get(place).status_code == 404 and "全市调度会" not in other.get("/projects/meetings").text
        assert other.post(f"/projects/meetings/actions/{given}/done", data={"result": "完成了吗"}).status_code == 404
    assert unit.post(f"/projects/meetings/actions/{given}/done", data={"result": "已报批到省厅"}).status_code == 303
    assert "已报批到省厅" in client.get(place).text
    for url in (place, urls[0], "/projects/meetings"):
        statements.clear()
        assert client.get(url).status_code == 200
        assert len(statements) <= 12, url
