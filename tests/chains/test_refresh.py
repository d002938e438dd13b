"""The gaps follow every change of companies, nodes and landings, and equal a full recomputation (R155)."""

import random
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import delete, select

from crm.chains import queries, refresh
from crm.chains.models import Gap, GapDay
from crm.companies import details, retiring, service
from crm.companies.models import Company, CompanyNode, NodeWeight
from crm.core.gaps import GapType, Level
from crm.core.stages import Stage
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.plan import loader
from crm.plan.models import Node, PlanNode
from crm.projects.models import Project
from tests.factories import make_actor, make_center, make_company, make_project, save

SYSTEM = Actor.system()


@pytest.fixture
def loaded(store):
    loader.load()


def node_of(code):
    return db.session.scalars(select(Node).where(Node.code == code)).one()


def gap_of(code):
    db.session.expire_all()
    return db.session.scalars(select(Gap).join(Node, Node.id == Gap.node_id).where(Node.code == code)).one()


def place(company, code, weight=NodeWeight.MAIN):
    details.set_nodes(SYSTEM, company.id, {node_of(code).id: weight} if code else {})


def test_a_gap_follows_companies_titles_and_size(loaded):
    assert (gap_of("CNC-M02").type, gap_of("CNC-M02").level) == (GapType.BUILD, Level.EMPTY)
    first, second = make_company(is_local=True), make_company(is_local=True)

    place(first, "CNC-M02")
    assert (gap_of("CNC-M02").type, gap_of("CNC-M02").reasons) == (
        GapType.STRENGTHEN,
        ["no_lead", "one_supplier", "self_supply_unknown"],
    )
    place(second, "CNC-M02")
    details.add_credential(SYSTEM, second.id, kind="单项冠军", year=2024, valid_until=clock.today())
    assert (gap_of("CNC-M02").type, gap_of("CNC-M02").lead_n) == (GapType.COMPLETE, 1)
    assert gap_of("CNC-D01").type is GapType.EXTEND  # it supplies these: the next step after a strong node

    retiring.retire(make_center(), first, "已注销")
    assert gap_of("CNC-M02").local_n == 1
    retiring.restore(make_center(), first)
    service.edit_company(SYSTEM, second, None, is_local=False)
    assert (gap_of("CNC-M02").local_n, gap_of("CNC-M02").lead_n) == (1, 0)
    service.edit_company(SYSTEM, first, None, revenue_cny=Decimal(20_000_000))
    assert gap_of("CNC-M02").lead_n == 1
    place(first, "")
    assert gap_of("CNC-M02").local_n == 0
    assert refresh.check_copies(False) == []


def test_another_units_unopened_firm_moves_no_gap(loaded):
    from tests.factories import make_actor

    actor = make_actor()
    company = make_company(actor=actor, is_local=True)
    details.set_nodes(actor, company.id, {node_of("CNC-M02").id: NodeWeight.MAIN})
    assert gap_of("CNC-M02").local_n == 0

    with db.transaction():
        service.open_company(SYSTEM, company.id, "verified")
    assert gap_of("CNC-M02").local_n == 1


def test_a_landing_counts_from_signing_and_as_a_firm_from_production(loaded):
    center = make_center()
    firm = make_company("黄石谐波传动有限公司")
    project = make_project(center, node_code="ROBOT-M01")
    assert gap_of("ROBOT-M01").landing_n == 0

    for stage, expected in (
        (Stage.SIGNED, (1, 0)),
        (Stage.REGISTERED, (1, 0)),
        (Stage.IN_PRODUCTION, (0, 1)),
        (Stage.CLOSED, (0, 0)),
    ):
        with db.transaction():
            row = db.session.get(Project, project.id)
            row.local_company_id = firm.id
            _enter(center, row, stage)
        assert (gap_of("ROBOT-M01").landing_n, gap_of("ROBOT-M01").local_n) == expected


def _enter(actor, project, stage):
    from crm.projects.service.course import enter_stage

    enter_stage(actor, project, stage)


def test_loading_the_plan_again_and_a_title_that_expires(loaded):
    first, second = make_company(is_local=True), make_company(is_local=True)
    place(first, "CNC-M02")
    place(second, "CNC-M02")
    details.add_credential(SYSTEM, first.id, kind="隐形冠军", valid_until=clock.today())
    assert gap_of("CNC-M02").type is GapType.COMPLETE

    with clock.at(clock.now() + timedelta(days=1)):
        assert refresh.run() > 0
        assert gap_of("CNC-M02").type is GapType.STRENGTHEN
        days = db.session.scalars(
            select(GapDay.type).join(Node, Node.id == GapDay.node_id).where(Node.code == "CNC-M02").order_by(GapDay.on)
        ).all()
        assert days == [GapType.COMPLETE, GapType.STRENGTHEN]


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.soak)])
def test_a_random_history_equals_a_full_recomputation(loaded, seed):
    rng = random.Random(seed)
    codes = [code for code in db.session.scalars(select(Node.code).order_by(Node.code)) if code[:3] in ("CNC", "ROB")]
    firms = [make_company(is_local=rng.random() < 0.8) for _ in range(6)]
    for _step in range(25):
        company = db.session.get(Company, rng.choice(firms).id)
        act = rng.randrange(6)
        if act < 3:
            wanted = {node_of(c).id: rng.choice(list(NodeWeight)) for c in rng.sample(codes, rng.randrange(3))}
            details.set_nodes(SYSTEM, company.id, wanted)
        elif act == 3:
            service.edit_company(SYSTEM, company, None, is_local=not company.is_local)
        elif act == 4:
            revenue = rng.choice([None, Decimal(1), Decimal(30_000_000)])
            service.edit_company(SYSTEM, company, None, revenue_cny=revenue)
        elif company.retired_at is None:
            retiring.retire(SYSTEM, company, "测试停用")
        else:
            retiring.restore(SYSTEM, company)
        assert refresh.check_copies(False) == []

    before = {row.node_id: (row.type, row.score) for row in db.session.scalars(select(Gap))}
    with db.transaction():
        db.session.execute(delete(Gap))
    assert len(refresh.check_copies(True)) == len(before)
    after = {row.node_id: (row.type, row.score) for row in db.session.scalars(select(Gap))}
    assert after == before


def test_a_change_behind_our_back_is_found_and_mended(loaded):
    company = make_company(is_local=True)
    save(CompanyNode(company_id=company.id, node_id=node_of("CNC-M02").id))
    assert gap_of("CNC-M02").local_n == 0

    assert ("gaps", node_of("CNC-M02").id) in [row[:2] for row in refresh.check_copies(False)]
    assert refresh.check_copies(True)
    assert gap_of("CNC-M02").local_n == 1
    with db.transaction():
        db.session.execute(delete(GapDay).where(GapDay.node_id == node_of("CNC-M02").id))
    assert [row[0] for row in refresh.check_copies(True)] == ["gap_history"]
    assert refresh.check_copies(False) == []
    with db.transaction():
        db.session.execute(delete(PlanNode).where(PlanNode.node_id == node_of("CNC-M03").id))
    refresh.check_copies(True)
    assert db.session.scalar(select(Gap.id).where(Gap.node_id == node_of("CNC-M03").id)) is None


def test_counted_from_the_companies_or_from_the_nodes_each_reader_gets_the_same(store, context):
    loader.load()
    nodes = dict(db.session.execute(select(Node.code, Node.id)).all())
    own, other, center = make_actor(), make_actor(), make_center()
    firms = [make_company(f"目标{n}机械有限公司", actor=actor) for n, actor in enumerate((None, own, other, None))]
    with db.transaction():
        for n, firm in enumerate(firms):
            details.set_nodes(SYSTEM, firm.id, {nodes["CNC-M02"]: NodeWeight.MAIN, nodes["CNC-M01"]: NodeWeight.SIDE})
            firm.is_target, firm.city = n != 3, "武汉" if n in (1, 2, 3) else "黄石"
    for reader, targets, wuhan in ((own, 2, 2), (other, 2, 2), (make_actor(), 1, 1), (center, 3, 3)):
        every = queries.chain_map(reader, queries.MapFilter())
        row = next(row for row in every.rows if row.code == "CNC-M02")
        assert (row.targets_n, row.wuhan_n) == (targets, wuhan)
        few = {
            one.code: (one.targets_n, one.wuhan_n) for one in queries.chain_map(reader, queries.MapFilter("CNC")).rows
        }
        assert {one.code: (one.targets_n, one.wuhan_n) for one in every.rows if one.code in few} == few
    assert len(every.rows) > queries.FEW
