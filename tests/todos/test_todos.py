"""Tasks: who sees and does what, how they go, what is told, and their pages."""

import io
from datetime import timedelta

import pytest
from openpyxl import load_workbook

from crm.accounts.models import Org
from crm.core.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from crm.core.permissions import Role
from crm.interactions import due
from crm.kit import clock, db
from crm.leads import service as leads
from crm.notices.models import Notice
from crm.projects.models import OrgRole, ProjectOrg
from crm.todos import queries, service
from crm.todos.models import TodoState
from crm.todos.queries import TodoFilter
from crm.todos.service import TodoInput
from crm.todos.subjects import About
from tests.factories import make_actor, make_center, make_company, make_lead, make_org, make_project, save


def written(days=3, **values):
    given = {"title": "把厂房平面图发给企业", "due_on": clock.today() + timedelta(days=days)}
    return TodoInput(**(given | values))


def later(days):
    return clock.at(clock.now() + timedelta(days=days))


def told(actor):
    return [row.kind for row in db.session.query(Notice).filter_by(user_id=actor.user_id).order_by(Notice.id)]


def seen(actor, **wanted):
    return [row.title for row in queries.page_of_todos(actor, TodoFilter(**wanted), 1).items]


def refusal(act, *args):
    """Which error the act ends with, None when it would go through; nothing stays changed."""
    try:
        with db.transaction():
            act(*args)
            raise StopIteration
    except StopIteration:
        return None
    except (Forbidden, NotFound) as error:
        return type(error)
    finally:
        db.session.rollback()


@pytest.fixture
def people(store):
    """Everybody who may come near: by the word a table of cases uses."""
    org = make_org()
    found = {name: make_actor(org=org, name=name) for name in ("owner", "setter", "colleague")}
    found |= {"manager": make_actor(Role.MANAGER, org=org), "center": make_center()}
    found |= {"rival": make_actor(), "rival_head": make_actor(Role.MANAGER), "helper": make_actor()}
    found |= {"leader": make_actor(Role.LEADER, org=org), "office": make_actor(Role.OFFICE, org=org)}
    return found


# who sees it (on a project, free), who may report it done, who may change it
MATRIX = (
    ("owner", True, True, True, False),
    ("setter", True, True, True, True),
    ("colleague", True, False, False, False),
    ("manager", True, True, True, True),
    ("center", True, True, True, True),
    ("helper", False, False, False, False),
    ("rival", False, False, False, False),
    ("rival_head", False, False, False, False),
    ("leader", False, False, False, False),
    ("office", False, False, False, False),
)


def test_who_sees_and_does_what(people):
    project = make_project(people["owner"])
    save(ProjectOrg(project_id=project.id, org_id=people["helper"].org_id, role=OrgRole.ASSIST))
    given = written(owner_public_id=people["owner"].public_id)
    on_project = service.set_todo(people["setter"], About(project=project), given)
    free = service.set_todo(people["setter"], About(), given)
    unseen = service.set_todo(people["helper"], About(project=project), written(title="协办单位自己的事"))

    for name, sees, sees_free, finishes, changes in MATRIX:
        actor, titles = people[name], seen(people[name], scope="unit")
        assert (titles.count(given.title), name) == (sees + sees_free, name)
        for row, may_see in ((on_project, sees), (free, sees_free)):
            done = NotFound if not may_see else Forbidden if not finishes else None
            changed = NotFound if not may_see else Forbidden if not changes else None
            if name in ("leader", "office"):
                done = changed = Forbidden
            finished = refusal(service.finish_todo, actor, row, "已经发出")
            assert (finished, refusal(service.withdraw_todo, actor, row), name) == (done, changed, name)
    assert seen(people["owner"], scope="unit").count(unseen.title) == 0
    assert seen(people["center"], scope="unit", text="协办单位") == [unseen.title]


def test_a_task_goes_its_way(people):
    owner, setter, manager = people["owner"], people["setter"], people["manager"]
    lead = make_lead(setter)
    for bad, field in (
        ({"title": "发"}, "title"),
        ({"days": -1}, "due_on"),
        ({"days": 900}, "due_on"),
        ({"due_on": None}, "due_on"),
        ({"owner_public_id": people["rival"].public_id}, "owner"),
    ):
        with pytest.raises(Invalid) as refused:
            service.set_todo(setter, About(lead=lead), written(**bad))
        assert refused.value.field == field
    row = service.set_todo(setter, About(lead=lead), written(owner_public_id=owner.public_id))
    assert (row.org_id, told(owner), told(setter)) == (owner.org_id, ["todo.set"], [])
    with pytest.raises(NotFound):
        service.set_todo(people["rival"], About(lead=lead), written())
    with pytest.raises(Forbidden):
        service.edit_todo(owner, row, written(days=30), row.version)
    with pytest.raises(Stale):
        service.edit_todo(setter, row, written(), 7)
    service.edit_todo(manager, row, written(days=9, owner_public_id=people["colleague"].public_id), row.version)
    assert (row.owner_id, told(people["colleague"]), told(owner)[1:]) == (
        people["colleague"].user_id,
        ["todo.set"],
        ["todo.taken"],
    )
    with pytest.raises(Invalid):
        service.finish_todo(people["colleague"], row, "好")
    service.finish_todo(people["colleague"], row, "已经发出")
    service.finish_todo(people["colleague"], row, "再点一次")
    assert (row.state, row.result, told(setter)) == (TodoState.DONE, "已经发出", ["todo.done"])
    with pytest.raises(Conflict):
        service.withdraw_todo(setter, row)
    with pytest.raises(Invalid):
        service.reopen_todo(setter, row, None)
    service.reopen_todo(setter, row, clock.today())
    assert [item.kind for item in due.all_due(people["colleague"], clock.today())] == ["todo"]
    service.withdraw_todo(setter, row)
    with pytest.raises(Forbidden):
        service.reopen_todo(people["colleague"], row, clock.today())
    service.reopen_todo(manager, row, clock.today())
    leads.close_lead(setter, lead, "企业暂缓投资，先关闭这条线索")
    db.session.refresh(row)
    assert row.state is TodoState.WITHDRAWN
    with pytest.raises(Conflict):
        service.reopen_todo(manager, row, clock.today())
    with pytest.raises(Conflict):
        service.set_todo(setter, About(lead=lead), written())


def test_late_tasks_are_told_once_and_lists_are_narrowed(people):
    owner, setter, center = people["owner"], people["setter"], people["center"]
    company, project = make_company("黄石样例精密制造有限公司"), make_project(owner, "精密轴承项目")
    free = service.set_todo(setter, About(), written(1, title="写周报", owner_public_id=owner.public_id))
    service.set_todo(owner, About(company=company), written(2, title="核对股东"))
    service.set_todo(center, About(project=project), written(40, title="补能评", owner_public_id=owner.public_id))
    with pytest.raises(Invalid):
        service.set_todo(center, About(), written(owner_public_id=owner.public_id))
    other = db.session.get(Org, people["rival"].org_id)

    assert seen(owner) == ["写周报", "核对股东", "补能评"]
    assert seen(owner, sort="-due") == ["补能评", "核对股东", "写周报"]
    assert seen(owner, text="轴承") == seen(center, scope="given") == ["补能评"]
    assert seen(owner, when="week") == ["写周报", "核对股东"] and seen(owner, when="late") == []
    assert seen(center, scope="unit", unit=other.public_id) == [] and seen(people["rival"], scope="unit") == []
    assert [row.title for row in queries.todos_on(owner, "project", project)] == ["补能评"]
    assert service.tell_late() == 0
    with later(2):
        assert [service.tell_late(), service.tell_late()] == [1, 0]
        assert seen(owner, when="late") == ["写周报"]
        assert (told(owner).count("todo.late"), told(setter).count("todo.late")) == (1, 1)
        service.finish_todo(owner, free, "已经写好")
        assert seen(owner, state="done") == ["写周报"]
        assert seen(owner, sort="owner", state="all")[0] == "写周报"


def test_the_pages_of_tasks(context, sqlite, sign_in, statements):
    org = make_org()
    officer, manager = make_actor(org=org), make_actor(Role.MANAGER, org=org)
    lead, project = make_lead(officer), make_project(officer)
    client, rival = sign_in(officer), sign_in(make_actor())
    assert "没有待办" in client.get("/todos/").text
    url = f"/todos/new?lead={lead.public_id}"
    data = {"title": "寄样品清单", "due_on": clock.today().isoformat(), "words": "纸质一份"}
    refused = client.post(url, data=data | {"due_on": "2020-01-01"})
    assert refused.status_code == 422 and "纸质一份" in refused.text and "今天以后" in refused.text
    data |= {"once": "a1b2c3"}
    made = client.post(url, data=data | {"owner": officer.public_id})
    assert made.status_code == 303 and client.post(url, data=data).location == made.location
    place = made.location
    assert "寄样品清单" in client.get(place).text
    for panel in (f"/todos/panels/leads/{lead.public_id}", "/todos/?when=today", "/start", "/interactions/today"):
        assert "寄样品清单" in client.get(panel).text, panel
    assert "todos/panels" in client.get(f"/leads/{lead.public_id}").text
    assert f"/todos/panels/projects/{project.public_id}" in client.get(f"/projects/{project.public_id}").text
    assert client.post(f"{place}/edit", data=data | {"version": "0"}).status_code == 409
    assert (
        sign_in(manager).post(f"{place}/edit", data=data | {"version": "1", "title": "寄全套样品"}).status_code == 303
    )
    assert client.post(f"{place}/done", data={"result": ""}).status_code == 422
    assert client.post(f"{place}/done", data={"result": "已寄出，单号在群里"}).status_code == 303
    assert client.post(f"{place}/reopen", data={"due_on": ""}).status_code == 422
    assert client.post(f"{place}/reopen", data={"due_on": data["due_on"]}).status_code == 303
    assert client.post(f"{place}/withdraw").status_code == 303
    assert "没有符合条件" in client.get("/todos/?q=没有这个").text
    sheet = load_workbook(io.BytesIO(client.get("/todos/list.xlsx?state=all").data)).active
    assert "寄全套样品" in [cell.value for row in sheet.iter_rows() for cell in row]
    for page in ("/todos/?scope=unit&state=all", place, f"/todos/panels/projects/{project.public_id}"):
        statements.clear()
        assert client.get(page).status_code == 200
        assert len(statements) <= 12, page
    assert {rival.get(one).status_code for one in (place, f"{place}/edit", url)} == {404}
    assert {rival.get(f"/todos/panels/leads/{lead.public_id}").status_code} == {404}
    assert {rival.post(f"{place}/{one}").status_code for one in ("done", "withdraw", "reopen")} == {404}
    assert "样品" not in rival.get("/todos/?scope=unit&state=all").text
    phone = sign_in(officer, scope="phone")
    assert phone.get("/todos/").status_code == phone.get(place).status_code == 200
