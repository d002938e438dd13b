"""Placing companies on nodes: many at once with undo, one by one at the desk, each unit in what it may see."""

import re

import pytest
from flask import current_app
from sqlalchemy import func, select

from crm.audit.models import AuditEntry
from crm.chains import placing
from crm.chains.models import Gap, Placement, PlacementRun, PlacementStatus, RunStatus
from crm.companies import details
from crm.companies.models import Company, CompanyNode, NodeWeight
from crm.core.errors import Conflict, NotFound
from crm.core.permissions import Role
from crm.kit import clock, db, tasks
from crm.plan import loader
from crm.plan.models import Node
from tests.factories import make_actor, make_center, make_company, make_user, save

SURE = {"scope": "谐波减速器、RV减速器的研发、生产和销售", "industry": "3453 齿轮及齿轮减、变速箱制造"}
DOUBT = {"scope": "制冷压缩机的生产"}


def work():
    tasks.work(current_app._get_current_object())
    db.session.expire_all()


def nodes_of(company_id):
    query = select(Node.code).join(CompanyNode, CompanyNode.node_id == Node.id)
    return sorted(db.session.scalars(query.where(CompanyNode.company_id == company_id)))


def firm(*args, **values):
    """A company by its id: a worker lets go of the session, and of the rows with it."""
    return make_company(*args, **values).id


def company_of(company_id):
    return db.session.get(Company, company_id)


def run_now():
    return db.session.scalars(select(PlacementRun).order_by(PlacementRun.id.desc())).first()


def test_many_are_placed_asked_about_or_left_and_taken_back(store):
    loader.load()
    center, actor, rival = make_center(), make_actor(), make_actor()
    sure = firm("黄石甲传动有限公司", is_local=True, **SURE)
    other, doubt, unknown = firm(**SURE), firm(**DOUBT), firm(scope="房地产开发经营")
    hidden, mine = firm(actor=rival, **SURE), firm(actor=actor, **SURE)
    node_id = _id("ROBOT-M03")

    placing.start(actor)
    with pytest.raises(Conflict):
        placing.start(actor)
    work()

    run = run_now()
    assert (run.status, run.looked, run.placed, run.asked, run.unknown) == (RunStatus.DONE, 5, 3, 1, 1)
    assert [nodes_of(one) for one in (sure, other, mine)] == [["ROBOT-M03"]] * 3
    assert (nodes_of(doubt), nodes_of(unknown), nodes_of(hidden)) == ([], [], [])
    assert db.session.scalar(select(Gap.local_n).where(Gap.node_id == node_id)) == 1
    with pytest.raises(NotFound):
        placing.get_run(rival, run.public_id)
    assert placing.get_run(center, run.public_id).id == run.id

    details.set_nodes(actor, other, {node_id: NodeWeight.MAIN, _id("CNC-M02"): NodeWeight.MAIN})
    placing.undo(actor, run_now())
    work()

    run = run_now()
    assert (run.status, run.kept) == (RunStatus.UNDONE, 1)
    assert [nodes_of(one) for one in (sure, other, mine)] == [[], ["CNC-M02", "ROBOT-M03"], []]
    assert db.session.scalar(select(Gap.local_n).where(Gap.node_id == node_id)) == 0
    with pytest.raises(Conflict):
        placing.undo(actor, run)


def _id(code):
    return db.session.scalars(select(Node.id).where(Node.code == code)).one()


def test_the_desk_confirms_rejects_sets_aside_and_takes_back(store):
    loader.load()
    actor, rival = make_actor(), make_actor()
    company, own = firm(**DOUBT), firm(actor=actor, **DOUBT)
    placing.start(actor)
    work()

    waiting = placing.next_waiting(actor)
    assert (waiting.count, placing.next_waiting(rival).count) == (2, 1)
    assert waiting.proposals[0].node.code == "ENV-D01"
    assert waiting.proposals[0].hits[0] == ["制冷压缩机", "scope", "made"]
    placing.decide(actor, company_of(company), {"ENV-D01"})
    assert nodes_of(company) == ["ENV-D01"]
    with pytest.raises(Conflict):
        placing.decide(actor, company_of(company), set())
    assert placing.take_back(actor).id == company
    assert nodes_of(company) == []
    placing.decide(actor, company_of(company), set())
    placing.decide(actor, company_of(own), set(), aside=True)
    assert placing.next_waiting(actor).company is None
    statuses = {row.status for row in db.session.scalars(select(Placement))}
    assert statuses == {PlacementStatus.REJECTED, PlacementStatus.SET_ASIDE}

    placing.start(actor)
    work()

    assert placing.next_waiting(actor).company.id == own  # what was rejected is not asked again
    acts = db.session.scalars(select(AuditEntry.action).where(AuditEntry.subject_id == company)).all()
    assert acts.count("placement.decided") == 2


def test_pages_of_the_desk(app, sqlite, sign_in, statements):
    with app.app_context():
        loader.load()
        client, center = sign_in(make_user()), sign_in(make_center())
        other, leader = sign_in(make_user()), sign_in(make_user(roles=(Role.LEADER,)))
        company = make_company(**DOUBT)
        company_id, public_id = company.id, company.public_id
        rows = [_row(n) for n in range(60)]
        save(*rows)
        assert "没有待确认的企业" in client.get("/chains/placing").text
        assert client.post("/chains/placing/runs").status_code == 303
        work()
        client.get("/chains/placing")
        statements.clear()
        page = client.get("/chains/placing").text
        assert len(statements) <= 12, statements
        assert "制冷压缩机" in page
        assert "看过 61 家" in page
        rows = f"/chains/placing/runs/{run_now().public_id}/"
        assert re.findall(rf'href="({rows}[a-z]+)">(\S+ \d+)<', page) == [
            (rows + "placed", "归类 60"),
            (rows + "asked", "待确认 1"),
        ]
        statements.clear()
        placed = client.get(rows + "placed").text
        assert len(statements) <= 12, statements
        assert placed.count("示例传动") >= 50 and "第 2 页" in client.get(rows + "placed?page=2").text
        assert public_id in client.get(rows + "asked").text and public_id not in placed
        assert "没有可以列出的行" in client.get(rows + "unknown").text
        assert [other.get(rows + fate).status_code for fate in ("placed", "nothing")] == [404, 404]
        given = {"company": public_id, "act": "confirm"}
        assert client.post("/chains/placing/decide", data=given).status_code == 422
        assert client.post("/chains/placing/decide", data=given | {"nodes": "ENV-D01"}).status_code == 303
        assert client.post("/chains/placing/decide", data=given | {"nodes": "ENV-D01"}).status_code == 303
        assert nodes_of(company_id) == ["ENV-D01"]
        assert client.post("/chains/placing/back").status_code == 303
        undo = f"/chains/placing/runs/{run_now().public_id}/undo"
        assert other.post(undo).status_code == 404
        assert client.post(undo).status_code == 303
        work()
        assert db.session.scalar(select(func.count()).select_from(CompanyNode)) == 0
        assert "已撤销" in client.get("/chains/placing/runs/panel").text
        assert center.get("/chains/placing").status_code == 200
        assert leader.get("/chains/placing").status_code == 403


def _row(n):
    now = clock.now()
    name = f"示例传动{n}有限公司"
    return Company(name=name, name_pinyin=name, opened_at=now, created_at=now, updated_at=now, **SURE)
