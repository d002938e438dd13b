"""Scores follow the gaps of their nodes, and people's words against them; what follows equals a full recomputation."""

import random

from sqlalchemy import select

from crm.chains import refresh, service
from crm.chains.models import Gap
from crm.companies import details, retiring
from crm.companies import service as companies
from crm.companies.models import Company, NodeWeight
from crm.core.fit import OVERRIDDEN, Factor
from crm.core.gaps import GapType
from crm.kit import clock, db, tasks
from crm.kit.access import Actor
from crm.kit.models import Task, TaskStatus
from crm.plan import loader
from crm.plan.models import Node
from crm.targets import gaps, queries, scoring
from crm.targets.models import Score
from tests.factories import make_center, make_company

SYSTEM = Actor.system()


def node_of(code):
    return db.session.scalars(select(Node).where(Node.code == code)).one()


def place(company_id, *codes, weight=NodeWeight.MAIN):
    details.set_nodes(SYSTEM, company_id, {node_of(code).id: weight for code in codes})


def chain_share(company_id):
    db.session.expire_all()
    return int(db.session.get(Score, company_id).shares.split()[list(Factor).index(Factor.CHAIN)])


def gap_share(code):
    db.session.expire_all()
    return int(db.session.scalars(select(Gap.score).where(Gap.node_id == node_of(code).id)).one() * 10)


def waiting():
    db.session.rollback()
    return len(
        db.session.scalars(select(Task).where(Task.name == scoring.NODES, Task.status == TaskStatus.WAITING)).all()
    )


def test_a_score_follows_the_gap_of_its_node_and_says_where_from(store, app):
    loader.load()
    center, target, side = make_center(), make_company(is_target=True).id, make_company(is_target=True).id
    place(target, "CNC-M02")
    place(side, "CNC-M02", weight=NodeWeight.SIDE)
    tasks.work(app)
    assert chain_share(target) == gap_share("CNC-M02") > 500
    assert chain_share(side) == round(gap_share("CNC-M02") / 20, 1) * 10

    firms = [make_company(is_local=True).id for _ in range(2)]
    place(firms[0], "CNC-M02")
    assert waiting() and scoring.check_copies(False)  # not in the transaction of whoever edits a company
    tasks.work(app)
    assert chain_share(target) == gap_share("CNC-M02") < 500 and not scoring.check_copies(False)
    place(firms[1], "CNC-M02")
    assert not waiting()  # one firm more moves no score
    item = queries.why(db.session.get(Company, target)).fit.parts[0].items[0]
    assert (item.source, item.on, item.ref) == ("gaps", clock.today(), "CNC-M02")

    for kind in (GapType.FILL, GapType.COMPLETE):
        service.override(center, node_of("CNC-M02"), kind=kind, reason="走访后判断与计算不同")
        tasks.work(app)
        assert chain_share(target) == OVERRIDDEN[kind]
    assert queries.why(db.session.get(Company, target)).fit.parts[0].items[0].source == "override"
    service.withdraw_override(center, node_of("CNC-M02"), "情况已经变化")
    tasks.work(app)
    assert chain_share(target) == gap_share("CNC-M02")
    assert gaps.gaps_now().keys() == set(db.session.scalars(select(Gap.node_id)))


def test_a_random_history_equals_a_full_recomputation(store, app):
    loader.load()
    center, rng = make_center(), random.Random(6)
    codes = ["CNC-M01", "CNC-M02", "CNC-D01", "ROBOT-M01"]
    firms = [make_company(is_local=number < 4).id for number in range(9)]
    scoring.recompute_all()
    for step in range(24):
        company, code = db.session.get(Company, rng.choice(firms)), rng.choice(codes)
        act = rng.randrange(6)
        if act < 3:
            place(company.id, *rng.sample(codes, rng.randrange(3)), weight=rng.choice(list(NodeWeight)))
        elif act == 3:
            companies.edit_company(SYSTEM, company, None, is_local=not company.is_local)
        elif act == 4:
            (retiring.retire if company.retired_at is None else retiring.restore)(
                SYSTEM, company, *(["测试停用"] if company.retired_at is None else [])
            )
        else:
            now = db.session.scalars(select(Gap.type).where(Gap.node_id == node_of(code).id)).one()
            wanted = rng.choice([kind for kind in GapType if kind is not now])
            service.override(center, node_of(code), kind=wanted, reason="随机的改判理由")
        if step % 3 == 2:
            tasks.work(app)
            assert (refresh.check_copies(False), scoring.check_copies(False)) == ([], [])
            db.session.rollback()

    place(firms[-1], *codes)
    with db.transaction():
        for row in db.session.scalars(select(Gap)):
            row.score = 0
    scoring.recompute_all()
    assert refresh.check_copies(True)
    assert {row[0] for row in scoring.check_copies(True)} == {"scores", "node_scores"}
    assert (refresh.check_copies(False), scoring.check_copies(False)) == ([], [])
