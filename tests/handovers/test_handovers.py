"""Hand-over of everything of one officer: what goes, to whom, who may, what is told, and taken back as far as nobody changed it."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from crm.accounts.models import Org, User
from crm.core.errors import Conflict, Forbidden, Invalid, NotFound
from crm.core.permissions import Role
from crm.handovers import queries, service
from crm.interactions import due
from crm.interactions import service as interactions
from crm.interactions.service import NoteInput
from crm.kit import clock, db
from crm.leads import service as leads
from crm.notices.models import Notice
from crm.projects.models import IssueKind
from crm.projects.service import issues
from crm.projects.service.issues import IssueInput
from crm.todos import service as todos
from crm.todos.service import TodoInput
from crm.todos.subjects import About
from tests.factories import make_actor, make_center, make_company, make_lead, make_org, make_project

SOON = timedelta(days=2)


def loaded(org):
    """A person of the unit who holds one row of each kind, and what they are."""
    officer = make_actor(org=org, name="要走的")
    day = clock.today() + SOON
    lead, project = make_lead(officer), make_project(officer, "要交的项目")
    other = make_project(make_actor(org=org), "代理的项目")
    with db.transaction():
        other.deputy_id = officer.user_id
    todo = todos.set_todo(officer, About(), TodoInput("写移交说明", day))
    company = make_company("黄石样例下一步有限公司")
    data = NoteInput("对方同意来考察", clock.today(), next_step="寄样品", next_on=day)
    step = interactions.note(officer, data, company=company)
    issue = issues.raise_issue(officer, project, IssueInput("用地指标没有落实", IssueKind.LAND, day))
    return officer, {"lead": lead, "project": project, "deputy": other, "todo": todo, "step": step, "issue": issue}


def parts(actor, officer):
    org = db.session.get(Org, actor.org_id)
    return org, db.session.get(User, officer.user_id)


def told(actor):
    return list(db.session.scalars(select(Notice.kind).where(Notice.user_id == actor.user_id).order_by(Notice.id)))


def holders(rows, officer):
    db.session.expire_all()
    return {key for key, row in rows.items() for kind in [queries.KINDS[key]] if kind.holder_of(row) == officer.user_id}


def test_everything_goes_in_one_act_and_comes_back_as_far_as_nobody_changed_it(store):
    org = make_org()
    manager, heir, second = make_actor(Role.MANAGER, org=org), make_actor(org=org), make_actor(org=org)
    officer, rows = loaded(org)
    unit, person = parts(manager, officer)
    wanted = {line.key: heir.public_id for line in queries.lines_of(manager, unit, person)}
    assert {key.split(":")[0] for key in wanted} == set(rows)
    wanted[f"project:{rows['project'].public_id}"] = second.public_id
    kept = f"todo:{rows['todo'].public_id}"
    del wanted[kept]
    assert {one.person.name: one.total for one in queries.holdings_of(manager, unit)}["要走的"] == 6

    seen = service.look_at(manager, unit, person, wanted)
    assert [(user.id, sum(counts.values())) for user, counts in seen.by_taker] == [
        (heir.user_id, 4),
        (second.user_id, 1),
    ]
    for bad, error in (
        ({}, Invalid),
        (dict.fromkeys(wanted, make_actor().public_id), Invalid),
        ({"lead:zzzzzzzzzz": heir.public_id}, Conflict),
    ):
        with pytest.raises(error):
            service.look_at(manager, unit, person, bad)
    with pytest.raises(Invalid):
        service.hand_over(manager, unit, person, wanted, "走", seen.mark)
    with pytest.raises(Conflict):
        service.hand_over(manager, unit, person, wanted, "调离招商岗位", "other")
    assert holders(rows, officer) == set(rows)

    row = service.hand_over(manager, unit, person, wanted, "调离招商岗位", seen.mark)
    assert (holders(rows, officer), holders(rows, second)) == ({"todo"}, {"project"})
    assert holders(rows, heir) == {"lead", "deputy", "step", "issue"}
    assert (told(heir), told(second), told(officer)) == (["handover.taken"], ["handover.taken"], ["handover.given"])
    later = clock.today() + SOON
    assert "寄样品" in [item.todo for item in due.all_due(heir, later)]
    assert "寄样品" not in [item.todo for item in due.all_due(officer, later)]
    assert {line.kind.key for line in queries.rows_of(second, row)} == {"project"}
    assert {line.kind.key for line in queries.rows_of(officer, row)} == holders(rows, heir) | {"project"}
    with pytest.raises(Conflict):
        service.hand_over(manager, unit, person, wanted, "调离招商岗位", seen.mark)

    leads.hand_over(heir, rows["lead"], db.session.get(User, second.user_id))
    count, left = service.undo(manager, row)
    assert (count, [line.kind.key for line in left]) == (4, ["lead"])
    assert holders(rows, officer) == set(rows) - {"lead"}
    assert rows["step"].next_for_id is None
    with pytest.raises(Conflict):
        service.undo(manager, row)


def test_only_who_answers_for_the_unit_hands_over_and_nobody_outside_takes(store):
    org = make_org()
    officer, rows = loaded(org)
    heir, rival, center = make_actor(org=org), make_actor(Role.MANAGER), make_center()
    unit, person = parts(heir, officer)
    wanted = {f"lead:{rows['lead'].public_id}": heir.public_id}
    for actor in (heir, rival):
        with pytest.raises(Forbidden):
            service.look_at(actor, unit, person, wanted)
    with pytest.raises(NotFound):
        queries.get_unit(rival, unit.public_id)
    with pytest.raises(Invalid):
        service.look_at(center, unit, person, dict.fromkeys(wanted, center.public_id))
    with db.transaction():
        person.active = False
    mark = service.look_at(center, unit, person, wanted).mark
    row = service.hand_over(center, unit, person, wanted, "已离职", mark)
    assert (told(officer), told(heir)) == ([], ["handover.taken"])
    with pytest.raises(NotFound):
        queries.get_handover(rival, row.public_id)
    with pytest.raises(Forbidden):
        service.undo(heir, row)
    assert queries.holdings_of(center, unit)[0].person.active is False
    assert queries.page_of_handovers(rival, 1).total == 0
    assert queries.page_of_handovers(heir, 1).total == 1


def test_the_pages_of_a_hand_over(context, sqlite, sign_in, statements):
    org = make_org()
    manager, heir = make_actor(Role.MANAGER, org=org), make_actor(org=org, name="接手的")
    officer, rows = loaded(org)
    client, rival = sign_in(manager), sign_in(make_actor(Role.MANAGER))
    url = f"/handovers/units/{org.public_id}/people/{officer.public_id}"
    assert url in client.get("/handovers/").text
    page = client.get(url)
    assert "要交的项目" in page.text and "写移交说明" in page.text
    data = {"row": [f"lead:{rows['lead'].public_id}", f"todo:{rows['todo'].public_id}"], "reason": "产假至明年三月"}
    refused = client.post(url, data=data)
    assert refused.status_code == 422 and "选好接手人" in refused.text and "产假至明年三月" in refused.text
    data["to"] = heir.public_id
    seen = client.post(url, data=data)
    assert "交给接手的" in seen.text and "移交 2 项" in seen.text
    mark = seen.text.split('name="mark"')[1].split('value="')[1].split('"')[0]
    assert client.post(url, data=data | {"mark": "stale"}).status_code == 409
    made = client.post(url, data=data | {"mark": mark})
    assert made.status_code == 303
    assert "撤销移交" in client.get(made.location).text
    assert "写移交说明" in sign_in(heir).get(made.location).text
    assert "撤销移交" not in sign_in(heir).get(made.location).text
    for page in ("/handovers/", url, made.location):
        statements.clear()
        assert client.get(page).status_code == 200
        assert len(statements) <= 12, (page, len(statements))
    assert {rival.get(one).status_code for one in (url, made.location)} == {404}
    assert {rival.post(url, data=data).status_code, rival.post(f"{made.location}/undo").status_code} == {404}
    assert sign_in(heir).get("/handovers/").status_code == 403
    assert client.post(f"{made.location}/undo").status_code == 303
    assert "已退回" in client.get(made.location).text
