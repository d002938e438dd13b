"""Service after signing: the rules of a step as tables, the case number, the checklist, and who may touch it."""

import io
from datetime import date, timedelta

import pytest

from crm.core import steps as rules
from crm.core.errors import Conflict, Forbidden, Invalid, Stale
from crm.kit import clock, db
from crm.parameters import calendar
from crm.projects import step_labels, steps
from crm.projects.models import Project, ServiceStep, StepGroup, StepStatus
from crm.projects.service import steps as service
from crm.projects.service.steps import StepInput
from tests.factories import make_project
from tests.projects.ready import PDF, make_city, paper, signed

pytestmark = pytest.mark.usefixtures("context")
TODAY = date(2026, 11, 28)


@pytest.mark.parametrize(
    ("old", "new", "allowed", "reason"),
    [
        ("open", "running", True, False),
        ("open", "faulty", False, True),
        ("open", "dropped", True, True),
        ("running", "done", True, False),
        ("running", "faulty", True, True),
        ("faulty", "done", True, False),
        ("done", "open", True, True),
        ("done", "dropped", False, True),
        ("dropped", "open", True, True),
        ("dropped", "done", False, True),
        ("done", "done", True, False),
    ],
)
def test_a_step_goes_on_and_back(old, new, allowed, reason):
    assert (rules.may_move(old, new), rules.needs_reason(old, new)) == (allowed, reason)


@pytest.mark.parametrize(
    ("status", "due", "done", "colour"),
    [
        ("open", None, None, ""),
        ("dropped", date(2026, 11, 1), None, ""),
        ("running", date(2026, 11, 27), None, "bad"),
        ("running", date(2026, 12, 1), None, "warn"),
        ("running", date(2026, 12, 2), None, "ok"),
        ("done", date(2026, 11, 27), date(2026, 11, 28), "bad"),
        ("done", date(2026, 11, 27), date(2026, 11, 27), "ok"),
    ],
)
def test_a_step_has_a_colour(status, due, done, colour):
    assert rules.light(status, due, done, TODAY) == colour


def test_standard_steps_depend_on_the_project():
    plain = {one.code for one in rules.standard("enterprise", build_first=False)}

    assert {"filing", "permit", "accept_final", "zero_fault", "paper_licence"} <= plain
    assert {"promise", "promise_check"} == {one.code for one in rules.standard("enterprise", build_first=True)} - plain
    assert plain - {one.code for one in rules.standard("expansion", build_first=False)} == {"paper_licence"}
    assert rules.share_done(["done", "dropped", "open"]) == (1, 2)


def test_every_standard_step_has_a_name_of_its_own():
    assert not step_labels.STEP.keys() & step_labels.DEPARTMENT.keys(), "one would be laid out under the other's name"
    titles = [step_labels.stored(one.code) for one in rules.STANDARD]
    assert titles == [str(step_labels.STEP[one.code]) for one in rules.STANDARD]
    assert len(set(titles)) == len(titles) and "水土保持方案审批" in titles


def step_of(project, title):
    return db.session.query(ServiceStep).filter_by(project_id=project.id, title=title).one()


def test_a_signed_project_is_served_step_by_step(store):
    city = make_city()
    project = signed(city.a, city.center)

    added = service.open_case(city.a, project)

    assert added == len(rules.standard("enterprise", build_first=False))
    assert project.case_number.startswith(f"YC{clock.today():%y}-") and len(project.case_number) == 11
    number = project.case_number
    with db.transaction():
        project.build_first = True
    assert service.open_case(city.a, project) == 2 and project.case_number == number
    assert service.open_case(city.a, project) == 0

    permit = step_of(project, "施工许可")
    began = clock.today() - timedelta(days=30)
    service.save_step(
        city.a, permit, StepInput("", status=StepStatus.RUNNING, days=7, started_on=began), permit.version
    )
    assert permit.due_on == calendar.add_working_days(began, 7)
    assert [line.title for line in steps.checklist_of(project).late] == ["施工许可"]
    assert steps.overdue_by_department(city.a) == [(permit.department, 1)] and steps.overdue_by_department(city.b) == []
    assert steps.overdue(city.a, permit.department)[0].late > 0

    service.move_step(city.a, permit, StepStatus.DONE, permit.version)
    assert permit.done_on == clock.today() and steps.overdue(city.a) == []
    with pytest.raises(Stale):
        service.move_step(city.a, permit, StepStatus.OPEN, 1, "办错了")
    with pytest.raises(Invalid, match="理由"):
        service.move_step(city.a, permit, StepStatus.OPEN, permit.version)
    service.move_step(city.a, permit, StepStatus.OPEN, permit.version, "误点办结")
    assert (permit.started_on, permit.due_on, permit.done_on, permit.result) == (None, None, None, "误点办结")

    promise = step_of(project, "企业承诺书")
    with pytest.raises(Invalid, match="承诺书"):
        service.move_step(city.a, promise, StepStatus.DONE, promise.version)
    for name in ("承诺书.pdf", "承诺书（改）.pdf"):
        service.save_step(city.a, promise, StepInput("", status=StepStatus.DONE), promise.version, paper(name))
    assert promise.file.original_name == "承诺书（改）.pdf"
    zero = step_of(project, "施工“零审批”")
    with pytest.raises(Invalid, match="四零"):
        service.move_step(city.a, zero, StepStatus.DONE, zero.version)

    own = service.add_step(city.a, project, StepInput("人防审批", department="人防部门", days=10))
    with pytest.raises(Invalid, match="同名"):
        service.add_step(city.a, project, StepInput("人防审批"))
    with pytest.raises(Invalid, match="工作日"):
        service.save_step(city.a, own, StepInput("人防审批", days=0), own.version)
    with pytest.raises(Forbidden):
        service.move_step(city.office, own, StepStatus.DONE, 1)


def test_before_signing_there_is_no_case(sqlite):
    city = make_city()

    with pytest.raises(Conflict, match="签约认定后"):
        service.open_case(city.a, make_project(city.a))


def test_the_checklist_by_http(sqlite, sign_in, statements):
    city = make_city()
    project = signed(city.a, city.center)
    officer, rival = sign_in(city.a), sign_in(city.b)
    url = f"/projects/{project.public_id}/steps"
    assert "开一窗受理单" in officer.get(url).text and "开一窗受理单" in officer.get(f"{url}/panel").text

    assert officer.post(f"{url}/lay-out").status_code == 303

    number = db.session.get(Project, project.id).case_number
    assert number in officer.get(url).text
    permit = step_of(project, "施工许可")
    move = {"status": "done", "version": "1"}
    assert officer.post(f"{url}/{permit.public_id}/move", data=move).status_code == 303
    stale = officer.post(f"{url}/{permit.public_id}/move", data=move)
    assert stale.status_code == 409 and "刚被别人改过" in stale.text
    typed = {"status": "dropped", "version": "2", "result": "", "external_no": "HS-2026-9"}
    refused = officer.post(f"{url}/{permit.public_id}", data={**typed, "status": "open"})
    assert refused.status_code == 422 and "请写明理由" in refused.text and "HS-2026-9" in refused.text
    filing = step_of(project, "立项：项目备案或核准")
    data = {
        "status": "done",
        "version": "1",
        "done_on": clock.today().isoformat(),
        "days": "5",
        "department": "发改部门",
    }
    data |= {"external_no": "HS-2026-1", "result": "已备案", "file": (io.BytesIO(PDF), "备案证.pdf")}
    assert officer.post(f"{url}/{filing.public_id}", data=data).status_code == 303
    page = officer.get(url).text
    assert "HS-2026-1" in page and "备案证.pdf" in page and "还缺：" in page
    file = f"/files/{step_of(project, filing.title).file.public_id}"
    db.session.rollback()  # the download is noted by a connection of its own
    with officer.get(file) as answer:
        assert answer.status_code == 200
    assert rival.get(file).status_code == 404
    assert officer.post(f"{url}/new", data={"group": "approval", "title": "", "days": "x"}).status_code == 422
    assert officer.post(f"{url}/new", data={"group": "approval", "title": "人防审批"}).status_code == 303
    for path in (url, f"{url}/panel", f"{url}/{permit.public_id}"):
        assert rival.get(path).status_code == 404
    assert rival.post(f"{url}/lay-out").status_code == 404
    for path in (url, f"{url}/panel", f"{url}/{permit.public_id}", "/projects/steps/overdue"):
        statements.clear()
        assert officer.get(path).status_code == 200
        assert len(statements) <= 12, path
    english = officer.get(f"{url}/{permit.public_id}", headers={"Accept-Language": "en"})
    assert english.status_code == 200
    assert db.session.query(ServiceStep).filter_by(group=StepGroup.ZERO).count() == 4
