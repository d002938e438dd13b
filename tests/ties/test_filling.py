"""A replaceable purchase becomes a task for whoever is in charge of the node: once, traceable, and only as far as secrecy allows."""

import pytest
from sqlalchemy import select

from crm.accounts.models import Org, OrgKind
from crm.carriers.models import Carrier, CarrierOrg, CarrierSegment
from crm.chains import service as chains
from crm.companies import relations
from crm.companies.handles import handle
from crm.companies.models import RelationKind
from crm.companies.relations import Facts
from crm.core.errors import Conflict, Invalid, NotFound
from crm.core.permissions import Role
from crm.kit import clock, db
from crm.plan import loader
from crm.plan import queries as plan
from crm.ties import filling, queries
from crm.ties.models import FillTask
from crm.todos import queries as todos
from crm.todos import service as todo_service
from tests.factories import make_actor, make_center, make_company, make_org

pytestmark = pytest.mark.usefixtures("context")
LOCAL, OUTSIDE = "黄石珩锐装备有限公司", "苏州绎衡传动科技有限公司"
NODE = "ROBOT-M01"


def recruits(name, segment):
    org = make_org(name, kind=OrgKind.DISTRICT)
    with db.transaction():
        db.session.get_one(Org, org.id).recruits = True
        carrier = Carrier(code=name, name=name + "园区", kind="industrial_park")
        db.session.add(carrier)
        db.session.flush()
        db.session.add_all(
            [
                CarrierOrg(carrier_id=carrier.id, org_id=org.id),
                CarrierSegment(carrier_id=carrier.id, segment_id=plan.get_node(segment).segment_id),
            ]
        )
    return org


def bought(actor, **facts):
    local = make_company(LOCAL, is_local=True)
    outside = make_company(OUTSIDE)
    told = {"product": "行星减速器", "replaceable": True, "source": "走访"} | facts
    return relations.add_relation(actor, outside.id, local.id, RelationKind.SUPPLIER, **told)


def test_the_task_goes_to_who_is_in_charge_once(store):
    loader.load()
    center = make_center()
    unit = recruits("下陆", NODE)
    head, officer = make_actor(Role.MANAGER, org=unit), make_actor()
    row = bought(center)
    node = plan.get_node(NODE)

    for code in ("", "ROBOT-X99"):
        with pytest.raises((Invalid, NotFound)):
            filling.make_task(officer, row.id, code)
    task = filling.make_task(officer, row.id, NODE)

    assert (task.todo.owner_id, task.todo.org_id, task.todo.by_id) == (head.user_id, unit.id, officer.user_id)
    assert task.todo.company_id == row.to_id and OUTSIDE in task.todo.words and NODE in task.todo.words
    assert (task.todo.due_on - clock.today()).days == filling.DAYS
    with pytest.raises(Conflict):
        filling.make_task(center, row.id, NODE)
    tie = queries.get_tie(make_actor(), row.id)
    assert tie.task is not None and tie.todo is None  # that it is one, not whose
    assert queries.get_tie(head, row.id).todo is task.todo

    todo_service.withdraw_todo(head, task.todo)
    steward = make_actor()
    care = chains.CareInput(steward=steward.public_id)
    chains.tell(center, node, care, 0)
    again = filling.make_task(head, row.id, NODE)
    assert again.id == task.id and again.todo.owner_id == steward.user_id
    relations.remove_relation(center, row.to_id, row.id)
    db.session.expire_all()
    assert db.session.scalars(select(FillTask)).one().relation_id is None
    assert db.session.scalars(select(todos.Todo)).all()


def test_what_serves_one_unit_stays_there(store):
    loader.load()
    unit = recruits("下陆", NODE)
    make_actor(Role.MANAGER, org=unit)
    org = make_org()
    officer, rival = make_actor(org=org), make_actor()
    head = make_actor(Role.MANAGER, org=org)
    row = bought(officer)

    with pytest.raises(NotFound):
        filling.make_task(rival, row.id, NODE)
    task = filling.make_task(officer, row.id, NODE)
    assert task.todo.owner_id == head.user_id

    relations.edit_relation(officer, row.to_id, row.id, Facts(product="减速器"), 1)
    todo_service.withdraw_todo(head, task.todo)
    with pytest.raises(Conflict):
        filling.make_task(officer, row.id, NODE)


def test_the_page(sqlite, sign_in, statements):
    loader.load()
    org = make_org(kind=OrgKind.DISTRICT)
    officer, head = make_actor(org=org), make_actor(Role.MANAGER, org=org)
    row = bought(officer)
    local = queries.get_tie(officer, row.id).second
    db.session.rollback()
    address = f"/ties/companies/{local.public_id}/fill?relation={handle('relation', row.id)}"
    client = sign_in(officer)

    assert address.replace("&", "&amp;") in client.get("/ties/").text
    statements.clear()
    page = client.get(address)
    assert page.status_code == 200 and "行星减速器" in page.text and len(statements) <= 12, statements
    assert "请选择这个产品所在的产业链环节" in client.post(address, data={"node": ""}).text
    made = client.post(address, data={"node": NODE})
    assert made.status_code == 303 and "/todos/" in made.location
    assert head.name in client.get("/ties/?mark=tasked").text
    todo = made.location.rsplit("/", 1)[1]
    assert "ties/panels/todos" in client.get(f"/todos/{todo}").text
    assert "行星减速器" in client.get(f"/ties/panels/todos/{todo}").text
    assert client.post(address, data={"node": NODE}).status_code == 422
    assert sign_in(make_actor()).get(address).status_code == 404
    assert sign_in(make_actor(Role.LEADER)).get(address).status_code == 403
