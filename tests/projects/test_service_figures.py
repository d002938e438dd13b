"""The four zeros by unit and the missing papers: numbers, the rows behind them, who reads them, one reminder a week."""

import io
from datetime import timedelta

import openpyxl
import pytest

from crm.core.permissions import Role
from crm.core.stages import MilestoneKind, Substage
from crm.kit import clock, db
from crm.notices.models import Notice
from crm.projects import papers, service, step_labels, zeros
from crm.projects.models import ServiceStep, StepStatus
from crm.projects.service import steps
from tests.factories import make_actor, make_project
from tests.projects.ready import given, make_city, signed

pytestmark = pytest.mark.usefixtures("context")


def keep(project, code, status=StepStatus.DONE):
    with db.transaction():
        row = db.session.query(ServiceStep).filter_by(project_id=project.id, title=step_labels.stored(code)).one()
        row.status, row.result = status, "代办员全程代跑"


def test_the_four_zeros_are_counted_by_unit_and_open_their_rows(store):
    city = make_city()
    one, two, far = signed(city.a, city.center), signed(city.a, city.center), signed(city.b, city.center)
    for actor, project in ((city.a, one), (city.a, two), (city.b, far)):
        steps.open_case(actor, project)
    keep(one, "zero_approval")
    keep(two, "zero_approval")
    keep(one, "zero_fault")
    keep(two, "zero_lack", StepStatus.DROPPED)

    lines = {line.name: line for line in zeros.unit_lines(city.center)}

    assert lines["甲区"].zeros == {
        "zero_approval": [2, 2],
        "zero_fault": [1, 2],
        "zero_distance": [0, 2],
        "zero_lack": [0, 1],
    }
    assert (lines["甲区"].projects, lines["甲区"].percent, lines["乙区"].percent) == (2, 43, 0)
    for line in lines.values():
        for code, (done, needed) in line.zeros.items():
            assert len(zeros.rows_of(city.center, line.public_id, code, None)) == needed
            assert len(zeros.rows_of(city.center, line.public_id, code, True)) == done
    assert [line.name for line in zeros.unit_lines(city.b)] == ["乙区"]


def test_papers_that_the_next_step_lacks_are_listed_and_told_once_a_week(store):
    city = make_city()
    project = signed(city.a, city.center)
    talks = make_project(city.a, title="还在洽谈")

    (one,) = papers.lacks(city.a)

    assert (one.project.id, one.kind) == (project.id, MilestoneKind.REGISTERED) and "营业执照" in one.papers
    assert one.due_on is not None
    service.set_substage(city.a, talks, Substage.TO_SIGN)
    assert {row.project.id for row in papers.lacks(city.a)} == {project.id, talks.id}
    assert papers.lacks(city.b) == [] and len(papers.lacks(city.center)) == 2
    with clock.at(clock.now() + timedelta(days=25)):
        assert papers.remind() == 1 and papers.remind() == 0
        (notice,) = db.session.query(Notice).filter_by(kind="project.papers").all()
        assert notice.user_id == city.a.user_id and project.title in notice.text and "营业执照" in notice.text
    with clock.at(clock.now() + timedelta(days=32)):
        assert papers.remind() == 1, "the next week again"
    service.submit_milestone(city.a, project, MilestoneKind.REGISTERED, given(MilestoneKind.REGISTERED))
    assert [row.project.id for row in papers.lacks(city.a)] == [talks.id], "what waits for the centre lacks nothing"


def test_the_pages_by_http(sqlite, sign_in, statements):
    city = make_city()
    project = signed(city.a, city.center)
    steps.open_case(city.a, project)
    keep(project, "zero_fault")
    officer, rival, leader = sign_in(city.a), sign_in(city.b), sign_in(make_actor(Role.LEADER))
    for url in ("/projects/papers", "/projects/four-zeros", "/projects/four-zeros?zero=zero_fault&done=1"):
        officer.get(url)
        statements.clear()
        page = officer.get(url)
        assert page.status_code == 200 and len(statements) <= 12
        assert project.title not in rival.get(url).text
    assert "代办员全程代跑" in page.text
    assert "没有缺材料的项目" in rival.get("/projects/papers").text
    assert leader.get("/projects/papers").status_code == 403 and leader.get("/projects/four-zeros").status_code == 200
    assert "还没有服务中的项目" in leader.get("/projects/four-zeros").text
    lines = [
        [cell.value for cell in row]
        for row in openpyxl.load_workbook(io.BytesIO(officer.get("/projects/four-zeros.xlsx").data)).active.iter_rows()
    ]
    assert lines[0][0] == "各单位四零服务情况" and lines[3][1:3] == ["甲区", 1] and lines[3][4] == 1
