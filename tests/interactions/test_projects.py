"""Contacts on projects, with people and files; nobody reads those of another unit."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from crm.core.errors import Conflict, Forbidden, Invalid, NotFound
from crm.core.permissions import Role
from crm.core.stages import Stage
from crm.files import queries as files
from crm.interactions import due, queries, service
from crm.interactions.models import Interaction
from crm.interactions.service import NoteInput
from crm.kit import clock, db, registries
from crm.leads import service as leads
from crm.leads.models import ContactWay
from crm.projects import service as projects
from crm.projects.models import OrgRole, ProjectOrg
from tests.factories import make_actor, make_center, make_lead, make_org, make_project, save, upload


def told(result="对方同意来考察", days=None, **values):
    next_on = clock.today() + timedelta(days=days) if days is not None else None
    return NoteInput(**{"result": result, "on": clock.today(), "next_on": next_on, **values})


def right():
    return registries.copies["projects.next_on"](False) == []


def test_a_contact_feeds_the_clock_of_its_project_only_when_it_counts(store):
    officer = make_actor()
    project = make_project(officer)

    service.note(officer, told("继续跟进", days=3), project=project)
    assert (project.last_contact_on, project.last_effective_on) == (clock.today(), None)
    row = service.note(officer, told(days=5, next_step="签协议", person_name="沈维"), project=project)

    assert (project.last_effective_on, project.next_on, project.next_step) == (row.on, row.next_on, "签协议")
    assert right()
    service.withdraw_note(officer, row)
    assert (project.last_effective_on, project.next_step) == (None, "")
    assert right()


def test_the_contacts_of_a_lead_go_on_as_those_of_its_project(store):
    org = make_org()
    officer, manager = make_actor(org=org), make_actor(Role.MANAGER, org=org)
    lead = make_lead(officer)
    first = service.note(officer, told(days=2, next_step="寄样品", person_name="沈维"), lead=lead)
    leads.triage(manager, lead, "follow")

    project = projects.convert_lead(officer, lead)

    assert (project.last_effective_on, project.next_step) == (first.on, "寄样品")
    assert right()
    second = service.note(officer, told(days=9, next_step="签协议"), project=project)
    assert [row.id for row in queries.of_project(officer, project)] == [second.id, first.id]
    assert first.next_done_at is not None and project.next_step == "签协议"
    assert right() and registries.copies["leads.next_on"](False) == []


def test_wrong_copies_of_a_project_are_found_and_mended(store):
    officer = make_actor()
    project = make_project(officer)
    project.next_step = "写错的"
    db.session.commit()

    assert [line[1] for line in registries.copies["projects.next_on"](True)] == [project.id]
    assert right()


def test_a_step_of_a_project_waits_for_its_owner(store):
    officer = make_actor()
    project = make_project(officer)
    service.note(officer, told(days=1, next_step="签协议"), project=project)

    items = due.due_items(officer, clock.today() + timedelta(days=2))

    assert [(i.title, i.todo, i.light) for i in items] == [(project.firm, "签协议", "bad")]
    assert items[0].url.endswith(f"project={project.public_id}")


def test_people_of_both_sides_and_files_stand_with_the_contact(store):
    officer = make_actor()
    project = make_project(officer)
    me = queries.colleagues(officer.org_id)[0]

    row = service.note(
        officer,
        told(
            kind=ContactWay.CLOUD_TALK, theirs=[("周岚", "总经理")], ours=[me.public_id], files=[upload()], place="武汉"
        ),
        project=project,
    )

    assert [(p.name, p.title, p.ours) for p in row.people] == [("周岚", "总经理", False), (me.name, "", True)]
    assert (row.our_side, row.place, len(row.files)) == (me.name, "武汉", 1)
    paper = row.files[0].file
    assert files.may_read(make_center(), paper)
    assert not files.may_read(make_actor(), paper)
    with pytest.raises(Invalid):
        service.note(officer, told(files=[upload() for _ in range(6)]), project=project)
    with pytest.raises(Invalid):
        service.note(officer, told(ours=["nobody"]), project=project)


def test_a_unit_that_assists_and_leaders_read_no_contact(store):
    org = make_org()
    ours, helper = make_actor(org=org), make_actor()
    project = make_project(ours)
    save(ProjectOrg(project_id=project.id, org_id=helper.org_id, role=OrgRole.ASSIST))
    row = service.note(ours, told(), project=project)

    for other in (helper, make_actor(), make_actor(Role.LEADER, org=org), make_actor(Role.OFFICE, org=org)):
        assert queries.of_project(other, project) == []
        with pytest.raises(NotFound):
            queries.get_interaction(other, row.public_id)
    with pytest.raises((Forbidden, NotFound)):
        service.note(make_actor(), told(), project=project)
    assert [r.id for r in queries.of_project(make_center(), project)] == [row.id]


def test_a_unit_that_assists_notes_its_own_contacts_and_plans_nothing(store):
    ours, helper = make_actor(), make_actor()
    project = make_project(ours)
    for role in (OrgRole.ASSESS, OrgRole.ORIGIN):
        save(ProjectOrg(project_id=project.id, org_id=helper.org_id, role=role))
    with pytest.raises(Forbidden):
        service.note(helper, told(person_name="周岚"), project=project)
    save(ProjectOrg(project_id=project.id, org_id=helper.org_id, role=OrgRole.ASSIST))
    first = service.note(ours, told(days=4, next_step="签协议", person_name="沈维"), project=project)
    for planned in (told(days=3), told(next_step="寄样品")):
        with pytest.raises(Invalid, match="下一步由责任单位安排"):
            service.note(helper, planned, project=project)
    colleague = queries.colleagues(helper.org_id)[0]

    row = service.note(helper, told(person_name="周岚", ours=[colleague.public_id], files=[upload()]), project=project)

    assert (row.org_id, row.effective, project.last_contact_on) == (helper.org_id, True, row.on)
    assert project.next_step == "签协议" and first.next_done_at is None and right()
    assert [r.id for r in queries.of_project(helper, project)] == [row.id]
    assert [r.id for r in queries.of_project(ours, project)] == [row.id, first.id]
    paper = row.files[0].file
    assert files.may_read(ours, paper) and files.may_read(helper, paper) and not files.may_read(make_actor(), paper)
    assert queries.get_interaction(ours, row.public_id).id == row.id
    with pytest.raises(Forbidden):
        service.withdraw_note(ours, row)
    with pytest.raises(Invalid):
        service.edit_note(helper, row, told(days=2), row.version)
    service.withdraw_note(helper, row)
    assert project.last_effective_on == first.on and right()


def test_nothing_is_noted_on_a_closed_project(store):
    officer = make_actor()
    project = make_project(officer)
    project.stage = Stage.CLOSED
    db.session.commit()

    with pytest.raises(Conflict):
        service.note(officer, told(), project=project)


@pytest.fixture
def web(context, sqlite, sign_in):
    officer = make_actor()
    return officer, make_project(officer), sign_in(officer)


def test_a_contact_is_noted_by_the_form_with_all_its_fields(web):
    officer, project, client = web
    url = f"/interactions/new?project={project.public_id}"
    page = client.get(url).text
    keys = dict(re.findall(r'name="(csrf_token|once)"[^>]*?value="([^"]*)"', page))
    me = queries.colleagues(officer.org_id)[0]
    values = {"result": "谈妥厂房面积", "kind": "cloud_visit", "theirs": "周岚 总经理\n陆鸣", "ours": me.public_id}

    posted = client.post(url, data={**keys, **values, "led_by_official": "y", "files": (upload().stream, "合影.jpg")})

    assert posted.status_code == 303
    panel = f"/interactions/panels/projects/{project.public_id}"
    assert all(words in client.get(panel).text for words in ("周岚 总经理", "陆鸣", "领导带队", "合影.jpg", me.name))
    assert "谈妥厂房面积" in client.get(panel + "?kind=cloud_visit").text
    assert "谈妥厂房面积" not in client.get(panel + "?kind=visit").text
    row = db.session.scalars(select(Interaction)).one()
    edit = client.get(f"/interactions/{row.public_id}/edit").text
    assert "陆鸣" in edit and re.search(rf'value="{me.public_id}" checked', edit)


def test_a_rival_officer_reaches_neither_form_nor_panel(web, sign_in):
    _officer, project, _client = web
    rival = sign_in(make_actor())

    assert rival.get(f"/interactions/new?project={project.public_id}").status_code == 404
    assert rival.get(f"/interactions/panels/projects/{project.public_id}").status_code == 404


def test_the_timeline_of_a_project_takes_few_statements(web, statements):
    officer, project, client = web
    for _ in range(5):
        service.note(officer, told(theirs=[("周岚", "")], files=[upload()]), project=project)
    client.get("/")
    statements.clear()

    client.get(f"/interactions/panels/projects/{project.public_id}")

    assert len(statements) <= 12
