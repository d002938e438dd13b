"""Problems of projects: who writes and reads them, how they rise when they are late, and their pages."""

import io
from datetime import timedelta

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from crm.core.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from crm.core.permissions import Role
from crm.kit import clock, db
from crm.notices.models import Notice
from crm.projects import issues
from crm.projects.models import IssueKind, IssueStatus, OrgRole, ProjectOrg
from crm.projects.service import issues as service
from crm.projects.service.issues import IssueInput
from tests.factories import make_actor, make_center, make_org, make_project, save


def written(days=3, **values):
    given = {"title": "用地指标还没有落实", "kind": IssueKind.LAND, "due_on": clock.today() + timedelta(days=days)}
    return IssueInput(**(given | values))


def later(days):
    return clock.at(clock.now() + timedelta(days=days))


def told(actor):
    return db.session.query(Notice).filter_by(user_id=actor.user_id).count()


def test_a_late_problem_rises_level_by_level_and_tells_once_who_may_see_it(store):
    org = make_org()
    officer, manager = make_actor(org=org), make_actor(Role.MANAGER, org=org)
    center, rival, office = make_center(), make_actor(Role.MANAGER), make_actor(Role.OFFICE)
    leader = make_actor(Role.LEADER)
    project = make_project(officer)
    project.lead_official_id = leader.user_id
    issue = service.raise_issue(officer, project, written())
    assert service.escalate() == 0

    for days, level in ((4, 1), (4, 1), (11, 2), (18, 3), (40, 3)):
        with later(days):
            service.escalate()
            assert db.session.scalar(select(type(issue).level)) == level
            assert [row.id for row in issues.page_of_issues(leader, issues.IssueFilter(), 1).items] == (
                [issue.id] if level == 3 else []
            )
    assert [told(one) for one in (officer, manager, center, leader, office, rival)] == [3, 1, 1, 1, 0, 0]
    assert issues.page_of_issues(rival, issues.IssueFilter(), 1).total == 0


def test_a_server_that_stood_still_tells_every_level_passed(store):
    officer = make_actor()
    manager = make_actor(Role.MANAGER, org=db.session.get(type(make_org()), officer.org_id))
    service.raise_issue(officer, make_project(officer), written())

    with later(30):
        assert [service.escalate(), service.escalate()] == [1, 0]
        assert told(manager) == 1


def test_a_problem_goes_its_way_and_only_its_unit_writes(store):
    officer, helper, rival = make_actor(), make_actor(), make_actor()
    project = make_project(officer)
    save(ProjectOrg(project_id=project.id, org_id=helper.org_id, role=OrgRole.ASSIST))
    for bad, field in (
        ({"title": "地"}, "title"),
        ({"days": -1}, "due_on"),
        ({"owner_public_id": rival.public_id}, "owner"),
    ):
        with pytest.raises(Invalid) as refused:
            service.raise_issue(officer, project, written(**bad))
        assert refused.value.field == field
    issue = service.raise_issue(officer, project, written())
    with pytest.raises(Stale):
        service.edit_issue(officer, issue, written(), 7)
    service.edit_issue(officer, issue, written(days=9, solution="正在调整规划"), 1)
    with pytest.raises(Invalid):
        service.close_issue(officer, issue, IssueStatus.SOLVED, "好")
    service.close_issue(officer, issue, IssueStatus.SOLVED, "指标已下达到园区")
    with pytest.raises(Conflict):
        service.edit_issue(officer, issue, written(), 3)
    service.reopen_issue(officer, issue, clock.today())
    assert (issue.status, issue.level, issue.solved_on) == (IssueStatus.OPEN, 0, None)

    assert issues.get_issue(helper, issue.public_id).id == issue.id
    with pytest.raises(Forbidden):
        service.close_issue(helper, issue, IssueStatus.SOLVED, "指标已下达到园区")
    with pytest.raises(NotFound):
        issues.get_issue(rival, issue.public_id)
    with pytest.raises(NotFound):
        service.close_issue(rival, issue, IssueStatus.SOLVED, "指标已下达到园区")


def test_the_pages_of_problems(context, sqlite, sign_in, statements):
    officer = make_actor()
    project = make_project(officer)
    client, rival = sign_in(officer), sign_in(make_actor())
    assert "没有待解决的问题" in client.get("/projects/issues").text
    url = f"/projects/{project.public_id}/issues"
    data = {"title": "缺电力增容方案", "kind": "supply", "due_on": clock.today().isoformat(), "words": "差 2 兆瓦"}
    refused = client.post(f"{url}/new", data=data | {"due_on": "2020-01-01"})
    assert refused.status_code == 422 and "差 2 兆瓦" in refused.text and "不能早于今天" in refused.text
    made = client.post(f"{url}/new", data=data)
    assert made.status_code == 303
    page, place = client.get(made.location), made.location
    assert "缺电力增容方案" in page.text and "水电气热" in page.text
    assert client.post(f"{place}/edit", data=data | {"version": "0"}).status_code == 409
    assert client.post(f"{place}/edit", data=data | {"version": "1", "solution": "已报供电公司"}).status_code == 303
    assert "办理中" in client.get(url).text and "办理中" in client.get("/projects/issues?kind=supply").text
    assert "没有符合条件" in client.get("/projects/issues?overdue=1").text
    sheet = load_workbook(io.BytesIO(client.get("/projects/issues/list.xlsx").data)).active
    assert "缺电力增容方案" in [cell.value for row in sheet.iter_rows() for cell in row]
    assert client.post(f"{place}/close", data={"solution": "短"}).status_code == 422
    assert client.post(f"{place}/close", data={"solution": "已完成增容送电"}).status_code == 303
    assert client.post(f"{place}/reopen", data={"due_on": ""}).status_code == 422
    assert client.post(f"{place}/reopen", data={"due_on": data["due_on"]}).status_code == 303
    statements.clear()
    client.get("/projects/issues")
    assert len(statements) <= 12
    assert {rival.get(one).status_code for one in (url, place, f"{place}/edit", f"{url}/new")} == {404}
    assert {
        rival.post(f"{place}/{one}", data={"solution": "已完成增容送电"}).status_code for one in ("close", "reopen")
    } == {404}
    assert "缺电力" not in rival.get("/projects/issues").text
