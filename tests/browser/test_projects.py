"""Pages of the pipeline in a real browser at both widths: a signed project, its service, its money, problems, a review meeting."""

import re
from datetime import timedelta

import pytest

from crm.core.stages import MilestoneKind
from crm.kit import clock, db
from crm.projects.models import Issue, IssueKind, Light, Project, ServiceStep, StepStatus
from crm.projects.service import issues, meetings
from crm.projects.service import steps as serving
from crm.projects.views.browse import PROBLEMS_ON_PAPER
from tests.factories import make_project
from tests.projects.ready import make_city, recognised, signed


@pytest.fixture
def town(app, sqlite):
    """A signed project under service with a late problem, one in talks, and a meeting about both."""
    with app.app_context():
        city = make_city()
        project = signed(city.a, city.center)
        serving.open_case(city.a, project)
        talks = make_project(city.a, "高端数控机床总装项目")
        today = clock.today()
        issue = issues.raise_issue(city.a, project, issues.IssueInput("用地未落实", IssueKind.LAND, today))
        db.session.get(Issue, issue.id).due_on = today - timedelta(days=3)
        talks.light, talks.light_reason = Light.BAD, "40 天没有有效跟进"
        db.session.commit()
        meeting = meetings.plan_meeting(city.center, meetings.MeetingInput("全市重点项目调度会", today))
        step = db.session.query(ServiceStep).first().public_id
        return city, project.public_id, talks.public_id, issue.public_id, meeting.public_id, step


def test_the_units_pages_of_a_project_are_sound(town, sign_in_page, check_both):
    city, project, talks, issue, _meeting, step = town
    page = sign_in_page(city.a)

    for url in (
        "/projects/",
        "/projects/board",
        "/projects/?light=bad&light=ok&sign_from=2026-01-01&empty=deputy&match=any",
        f"/projects/{talks}",
        f"/projects/{talks}/edit",
        f"/projects/{project}",
        f"/projects/{project}/steps",
        f"/projects/{project}/steps/{step}",
        f"/projects/{project}/funds",
        f"/projects/{project}/units",
        f"/projects/{project}/one-page",
        "/ledgers/",
        f"/projects/issues/{issue}",
        "/projects/issues",
        "/projects/steps/overdue",
        "/views",
    ):
        page.goto(url)
        page.wait_for_load_state("networkidle")
        check_both(page)


def test_the_page_for_leaders_is_one_of_a4_with_all_that_it_may_hold(town, app, sign_in_page):
    city, project, *_rest = town
    with app.app_context():
        row = db.session.query(Project).filter_by(public_id=project).one()
        for kind in (MilestoneKind.REGISTERED, MilestoneKind.STARTED, MilestoneKind.IN_PRODUCTION):
            recognised(city.a, city.center, row, kind)
        for n in range(PROBLEMS_ON_PAPER):
            data = issues.IssueInput(f"第 {n} 个没有解决的问题，" + "说来话长" * 6, IssueKind.LAND, clock.today())
            issues.raise_issue(city.a, row, data)
        row.title = "年产八万台套高精密谐波减速器与一体化关节模组智能工厂及研发检测中心项目（一期）"
        row.task_force = "市委常委、常务副市长任组长，经信、发改、自然资源、住建、生态环境、供电等部门为成员" * 2
        db.session.commit()
    page = sign_in_page(city.center)
    page.goto(f"/projects/{project}/one-page")

    paper = page.pdf(format="A4", prefer_css_page_size=True)

    assert page.get_by_text("个没有解决的问题").count() == PROBLEMS_ON_PAPER - 1, (
        "after the late one, which stands first"
    )
    assert len(re.findall(rb"/Type\s*/Page\b", paper)) == 1


def test_several_values_are_ticked_on_a_phone_and_the_address_says_what_was_asked(town, sign_in_page, check_page):
    city, *_rest = town
    page = sign_in_page(city.a, width=390)
    page.goto("/projects/")
    page.get_by_text("更多条件").click()
    page.locator("summary", has_text="未填").click()
    page.locator('input[name="empty"][value="deputy"]').check()
    page.get_by_label("计划签约 从").fill("2026-01-01")
    page.get_by_label("多个条件").select_option("any")
    page.locator(".fchip", has_text="满足任一条件").wait_for()

    assert page.url.split("?")[1] == "match=any&empty=deputy&sign_from=2026-01-01"
    check_page(page)


def test_the_centres_pages_of_projects_are_sound(town, sign_in_page, check_both):
    city, project, _talks, _issue, meeting, _step = town
    page = sign_in_page(city.center)

    for url in ("/projects/board", f"/projects/{project}", "/projects/meetings", f"/projects/meetings/{meeting}"):
        page.goto(url)
        page.wait_for_load_state("networkidle")
        check_both(page)


def test_a_step_is_begun_and_finished_by_the_thumb(town, app, sign_in_page, check_page):
    city, project, *_rest = town
    page = sign_in_page(city.a, width=390)
    page.goto(f"/projects/{project}/steps")

    page.get_by_role("button", name="开始办理").first.click()
    page.wait_for_load_state("load")
    assert page.get_by_text("办理中").count() == 1
    page.locator("tr", has_text="办理中").get_by_role("button", name="办结").click()
    page.wait_for_load_state("load")

    assert page.get_by_text("办理中").count() == 0
    with app.app_context():
        assert db.session.query(ServiceStep).filter_by(status=StepStatus.DONE).count() == 1
    check_page(page)
