"""The four zeros by unit and the missing papers: numbers, the rows behind them, who reads them, one reminder a week."""

import io
from datetime import timedelta

import openpyxl
import pytest
from sqlalchemy import insert, update

from crm.accounts.models import User
from crm.core.permissions import Role
from crm.core.stages import MilestoneKind, Substage
from crm.kit import clock, db
from crm.notices.models import Notice
from crm.parameters import queries as parameters
from crm.projects import papers, reminders, service, step_labels, zeros
from crm.projects.models import Milestone, Project, ServiceStep, StepStatus
from crm.projects.service import steps
from tests.factories import make_actor, make_project
from tests.projects.ready import given, make_city, recognised, signed

pytestmark = pytest.mark.usefixtures("context")


def keep(project, code, status=StepStatus.DONE):
    with db.transaction():
        row = db.session.query(ServiceStep).filter_by(project_id=project.id, title=step_labels.stored(code)).one()
        row.status, row.result = status, "代办员全程代跑"


def lacks(actor, *, number=1, **wanted):
    return papers.desk(actor, papers.LackFilter(**wanted), number)[1].items


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

    (one,) = lacks(city.a)

    assert (one.project.id, one.kind) == (project.id, MilestoneKind.REGISTERED) and "营业执照" in one.papers
    assert one.due_on is not None
    service.set_substage(city.a, talks, Substage.TO_SIGN)
    assert {row.project.id for row in lacks(city.a)} == {project.id, talks.id}
    assert lacks(city.b) == [] and len(lacks(city.center)) == 2
    with clock.at(clock.now() + timedelta(days=25)):
        assert reminders.remind() == 1 and reminders.remind() == 0
        (notice,) = db.session.query(Notice).filter_by(kind="project.papers").all()
        assert notice.user_id == city.a.user_id and project.title in notice.text and "营业执照" in notice.text
    with clock.at(clock.now() + timedelta(days=32)):
        assert reminders.remind() == 1, "the next week again"
    service.submit_milestone(city.a, project, MilestoneKind.REGISTERED, given(MilestoneKind.REGISTERED))
    assert [row.project.id for row in lacks(city.a)] == [talks.id], "what waits for the centre lacks nothing"


def copies(project, count, **values):
    """Many projects like this one with its signing, by plain inserts."""
    like = {column.key: getattr(project, column.key) for column in Project.__table__.columns if column.key != "id"}
    unique = {"lead_id": None, "claim_id": None, "case_number": None, "project_code": None, "plan_code": None}
    rows = [
        {**like, **unique, **values, "public_id": f"copy{n:06}", "number": f"XM99-{n:06}", "title": f"复制项目 {n}"}
        for n in range(count)
    ]
    signing = db.session.query(Milestone).filter_by(project_id=project.id, kind=MilestoneKind.SIGNED).one()
    kept = {column.key: getattr(signing, column.key) for column in Milestone.__table__.columns if column.key != "id"}
    with db.transaction():
        ids = list(db.session.scalars(insert(Project).returning(Project.id), rows))
        lines = [{**kept, "project_id": one, "public_id": f"line{n:06}"} for n, one in enumerate(ids)]
        db.session.execute(insert(Milestone), lines)
    return ids


def test_none_of_many_projects_is_passed_over(store, statements):
    city = make_city()
    project = signed(city.a, city.center)
    ids = copies(project, 620)
    later, other = ids[-1], ids[-2]
    day = clock.today() - timedelta(days=40)
    with db.transaction():
        late = update(Milestone).where(Milestone.project_id.in_([later, other])).values(recognised_on=day)
        db.session.execute(late)
        mine = update(Project).where(Project.id == other).values(owner_id=city.a_manager.user_id)
        db.session.execute(mine)
    statements.clear()

    found, page = papers.desk(city.a, papers.LackFilter(), 1)

    assert len(statements) <= 7, "as many for a thousand projects as for one"
    assert [one.project.id for one in page.items[:2]] == [other, later], "what is due first stands on the first page"
    assert (page.total, page.pages, found.total, found.pressing) == (621, 21, 621, 2)
    assert found.owners == sorted([(u.public_id, u.name) for u in users(city.a, city.a_manager)], key=lambda u: u[1])
    assert [len(lacks(city.a, number=number)) for number in (20, 21, 22)] == [30, 21, 0]
    assert [one.project.id for one in lacks(city.a, near=True)] == [other, later]
    seen = [one.project.id for one in papers.rows_for_export(city.center, papers.LackFilter())]
    assert len(seen) == 621 and set(seen) == {project.id, *ids}, "every project once"
    assert papers.desk(city.b, papers.LackFilter(), 1)[0].total == 0
    (unit,), (owner,) = found.units, [one for one in found.owners if one[0] == users(city.a_manager)[0].public_id]
    for wanted, total in (
        (papers.LackFilter(unit=unit[0]), 621),
        (papers.LackFilter(unit="nowhere"), 0),
        (papers.LackFilter(owner=owner[0]), 1),
        (papers.LackFilter(near=True), 2),
        (papers.LackFilter(unit=unit[0], owner=owner[0], near=True), 1),
    ):
        narrowed, page = papers.desk(city.a, wanted, 1)
        assert (page.total, len(page.items)) == (total, min(total, 30)) and narrowed.total == 621, wanted
    assert reminders.remind() == 2 and reminders.remind() == 0
    told = {notice.user_id: notice.text for notice in db.session.query(Notice).filter_by(kind="project.papers")}
    assert set(told) == {city.a.user_id, city.a_manager.user_id}
    assert "复制项目 619" in told[city.a.user_id] and "1 个项目" in told[city.a.user_id]


def test_the_day_is_the_rules_else_the_planned_one(store):
    city = make_city()
    project = signed(city.a, city.center)
    planned = clock.today() + timedelta(days=9)
    cases = [
        (MilestoneKind.REGISTERED, parameters.whole("register_days")),
        (MilestoneKind.STARTED, parameters.whole("start_days")),
        (MilestoneKind.IN_PRODUCTION, None),
        (MilestoneKind.FULL_CAPACITY, parameters.whole("full_capacity_days")),
    ]
    with db.transaction():
        project.planned_start_on = project.planned_production_on = planned
    for kind, days in cases:
        (one,) = lacks(city.a)
        assert one.kind is kind
        assert one.due_on == (planned if days is None else clock.today() + timedelta(days=days)), kind
        recognised(city.a, city.center, project, kind)
    assert lacks(city.a) == [], "nothing follows full capacity"


def cells(answer):
    return [[cell.value for cell in row] for row in openpyxl.load_workbook(io.BytesIO(answer.data)).active.iter_rows()]


def users(*actors):
    return [db.session.get(User, actor.user_id) for actor in actors]


def test_the_pages_by_http(sqlite, sign_in, statements):
    city = make_city()
    project = signed(city.a, city.center)
    steps.open_case(city.a, project)
    keep(project, "zero_fault")
    officer, rival, leader = sign_in(city.a), sign_in(city.b), sign_in(make_actor(Role.LEADER))
    for url in (
        "/projects/papers",
        "/projects/papers?near=1&owner=nobody",
        "/projects/four-zeros",
        "/projects/four-zeros?zero=zero_fault&done=1",
    ):
        officer.get(url)
        statements.clear()
        page = officer.get(url)
        assert page.status_code == 200 and len(statements) <= 12
        assert project.title not in rival.get(url).text
    assert "代办员全程代跑" in page.text
    rows = cells(officer.get("/projects/papers.xlsx?endpoint=x"))
    assert rows[-1][1] == project.title and "营业执照" in rows[-1][6]
    assert rows[-1][5] == "注册落地" and len(cells(rival.get("/projects/papers.xlsx"))) == len(rows) - 1
    assert "没有缺材料的项目" in rival.get("/projects/papers").text
    assert leader.get("/projects/papers").status_code == 403 and leader.get("/projects/four-zeros").status_code == 200
    assert "还没有服务中的项目" in leader.get("/projects/four-zeros").text
    lines = cells(officer.get("/projects/four-zeros.xlsx"))
    assert lines[0][0] == "各单位四零服务情况" and lines[3][1:3] == ["甲区", 1] and lines[3][4] == 1


def test_the_page_of_missing_papers_sends_at_most_twelve_statements(sqlite, sign_in, statements):
    city = make_city()
    signed(city.a, city.center)
    for reader in (city.center, city.a_manager, city.a):
        browser = sign_in(reader)
        for asked in ("", "?near=1", "?page=2"):
            browser.get(f"/projects/papers{asked}")
            statements.clear()
            assert browser.get(f"/projects/papers{asked}").status_code == 200
            assert len(statements) <= 12, "\n".join(s[:150] for s in statements)
