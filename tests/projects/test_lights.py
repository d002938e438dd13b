"""Lights of projects in the transaction of what turns them, the job, pauses, and the board of what is late."""

import io
import re
from datetime import timedelta

import openpyxl
import pytest
from sqlalchemy import select

from crm.core.errors import Conflict, Forbidden, Invalid, NotFound
from crm.core.permissions import Role
from crm.interactions import service as interactions
from crm.interactions.service import NoteInput
from crm.kit import clock, db
from crm.notices.models import Notice
from crm.projects import late, lights
from crm.projects.models import Light, OrgRole, ProjectOrg
from crm.projects.service import holds
from tests.factories import make_actor, make_center, make_org, make_project, save


def told_to(actor):
    return [n.text for n in db.session.scalars(select(Notice).where(Notice.user_id == actor.user_id))]


def later(days):
    return clock.at(clock.now() + timedelta(days=days))


def test_the_job_turns_a_light_and_tells_once(store):
    org = make_org()
    officer, manager = make_actor(org=org), make_actor(Role.MANAGER, org=org)
    project = make_project(officer)
    assert project.light is Light.OK

    with later(16):
        assert [lights.refresh(), lights.refresh()] == [1, 0]
        assert (project.light, project.light_reason) == (Light.WARN, "16 天没有有效跟进")
        assert len(told_to(officer)) == 1 and told_to(manager) == []
    with later(31):
        lights.refresh()
        assert project.light is Light.BAD
        assert len(told_to(officer)) == 2 and len(told_to(manager)) == 1


def test_only_a_contact_that_counts_turns_it_green_at_once(store):
    officer = make_actor()
    project = make_project(officer)

    with later(20):
        lights.refresh()
        interactions.note(officer, NoteInput("继续跟进", clock.today()), project=project)
        assert project.light is Light.WARN
        interactions.note(officer, NoteInput("谈妥面积", clock.today(), person_name="沈维"), project=project)

        assert (project.light, project.light_reason) == (Light.OK, "")


def test_a_pause_stands_still_and_may_end_early_and_be_used_up(store):
    officer = make_actor()
    project = make_project(officer)
    until = clock.today() + timedelta(days=59)

    first = holds.pause_project(officer, project, reason="land", until_on=until)
    assert project.light is Light.HOLD
    with pytest.raises(Conflict):
        holds.pause_project(officer, project, reason="land", until_on=until)
    with later(40):
        lights.refresh()
        assert project.light is Light.HOLD
        holds.end_pause(officer, project, first.public_id)
        assert project.light is Light.OK
        holds.pause_project(officer, project, reason="energy", until_on=clock.today())
    with later(45):
        lights.refresh()
        with pytest.raises(Conflict):
            holds.pause_project(officer, project, reason="land", until_on=clock.today())


@pytest.mark.parametrize(
    ("reason", "days", "field"), [("tired", 5, "reason"), ("land", 60, "until_on"), ("land", -1, "until_on")]
)
def test_a_pause_needs_a_reason_of_the_list_and_an_end_in_time(store, reason, days, field):
    officer = make_actor()
    with pytest.raises(Invalid) as refused:
        holds.pause_project(
            officer, make_project(officer), reason=reason, until_on=clock.today() + timedelta(days=days)
        )
    assert refused.value.field == field


def test_nobody_pauses_the_project_of_another_unit(store):
    officer, helper = make_actor(), make_actor()
    project = make_project(officer)
    save(ProjectOrg(project_id=project.id, org_id=helper.org_id, role=OrgRole.ASSIST))

    with pytest.raises(Forbidden):
        holds.pause_project(helper, project, reason="land", until_on=clock.today())
    with pytest.raises(NotFound):
        holds.pause_project(make_actor(), project, reason="land", until_on=clock.today())


def test_a_unit_sees_its_own_line_only(store):
    ours, theirs = make_actor(), make_actor()
    mine, other = make_project(ours), make_project(theirs)
    save(ProjectOrg(project_id=other.id, org_id=ours.org_id, role=OrgRole.ASSIST))

    with later(20):
        lights.refresh()
        assert [(line.name, line.counts) for line in late.unit_lines(ours)] == [(ours.org_name, {Light.WARN: 1})]
        assert [row.id for row in late.page_of_rows(ours, "", None, 1).items] == [mine.id]
        assert len(late.unit_lines(make_center())) == 2


@pytest.fixture
def web(context, sqlite, sign_in):
    officer = make_actor()
    return officer, make_project(officer), sign_in(officer)


def test_a_pause_is_set_and_ended_by_its_page(web, sign_in):
    _officer, project, client = web
    url = f"/projects/{project.public_id}/holds"
    token = re.search(r'name="csrf_token"[^>]*?value="([^"]*)"', client.get(url).text)[1]
    values = {"csrf_token": token, "reason": "land", "until_on": clock.today().isoformat()}

    assert client.post(url, data={**values, "until_on": ""}).status_code == 422
    assert client.post(url, data=values).status_code == 303
    page = client.get(url).text
    end = re.search(rf'action="({url}/\w+/end)"', page)[1]
    assert "暂停" in client.get(f"/projects/{project.public_id}/lights").text
    assert client.post(end, data={"csrf_token": token}).status_code == 303
    rival = sign_in(make_actor())
    assert [rival.get(u).status_code for u in (url, f"/projects/{project.public_id}/lights")] == [404, 404]


def test_the_board_of_what_is_late_takes_few_statements(web, statements):
    officer, project, client = web
    for row in (project, make_project(officer)):
        row.light, row.light_reason, row.light_on = Light.BAD, "40 天没有有效跟进", clock.today()
    db.session.commit()
    client.get("/")
    statements.clear()

    page = client.get("/projects/late?light=bad").text

    assert page.count("40 天没有有效跟进") == 2
    assert len(statements) <= 12


def test_what_is_late_is_listed_to_the_last_row_and_exported(web, sign_in):
    officer, project, client = web
    rows = [project, *(make_project(officer, title=f"超期 {n}") for n in range(2))]
    for n, row in enumerate(rows):
        row.light, row.light_reason, row.light_on = Light.BAD, "40 天没有有效跟进", clock.today() - timedelta(days=n)
    db.session.commit()

    page = late.page_of_rows(officer, "", Light.BAD, 1)

    assert (page.total, [one.id for one in page.items]) == (3, [row.id for row in reversed(rows)])
    assert late.page_of_rows(officer, "", Light.WARN, 1).total == 0
    db.session.rollback()
    book = openpyxl.load_workbook(io.BytesIO(client.get("/projects/late.xlsx?light=bad").data)).active
    cells = [[cell.value for cell in line] for line in book.iter_rows()]
    assert [line[10] for line in cells[3:]] == [2, 1, 0] and cells[3][1] == "超期 1" and cells[3][7] == "红牌"
    rival = openpyxl.load_workbook(io.BytesIO(sign_in(make_actor()).get("/projects/late.xlsx").data)).active
    assert rival.max_row == 3
