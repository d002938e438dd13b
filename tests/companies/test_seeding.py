"""Reference companies and invented targets: loaded once, marked, the same for the same seed."""

from random import Random

from sqlalchemy import func, select

from crm.companies import identity, sampling, seeding
from crm.companies.models import Company, CompanyNode, CompanySource, Credential, NodeWeight
from crm.core import uscc
from crm.kit import db
from crm.kit.access import Actor
from crm.plan import loader


def test_reference_companies_are_loaded_once_and_found_by_their_keys(store):
    loader.load()

    first, second = seeding.load(), seeding.load()

    assert first["of the plan"] == 42 and first["listed"] > 180
    assert second == {"of the plan": 0, "listed": 0}
    assert len(identity.identities_of("三丰智能装备集团股份有限公司")) == 1
    assert identity.identities_of("鸿达") == []  # a short name is no key
    assert db.session.scalar(select(func.count()).select_from(Company).where(Company.is_local)) == 33
    assert db.session.scalars(select(Company.opened_at).where(Company.opened_at.is_(None))).all() == []


def test_the_firm_that_stands_in_both_lists_is_one(store):
    loader.load()
    seeding.load()

    both = db.session.scalars(select(Company).where(Company.is_local, Company.is_target)).all()

    assert [row.name for row in both] == ["博诺机器人"]
    assert db.session.scalar(select(func.count()).where(CompanySource.company_id == both[0].id)) == 2


def test_every_gap_gets_three_to_five_invented_targets(store):
    loader.load()

    ids = sampling.load_samples(Actor.system(), Random(7))

    made = select(CompanyNode.node_id, func.count()).join(Company).where(CompanyNode.weight == NodeWeight.MAIN)
    made = made.where(Company.name.not_like("%（%")).group_by(CompanyNode.node_id)
    counts = [count for _node, count in db.session.execute(made)]
    assert len(counts) == 119 and min(counts) >= 3 and max(counts) <= 5
    rows = db.session.scalars(select(Company).where(Company.id.in_(ids))).all()
    assert all(row.is_sample and row.is_target and row.scope and row.capital_cny and row.city for row in rows)
    assert all(uscc.is_valid(row.uscc) and row.uscc[2:8] == "000000" for row in rows if row.uscc)
    assert db.session.scalar(select(func.count()).select_from(Credential)) > len(ids)
    assert sampling.load_samples(Actor.system(), Random(7)) == []


def test_the_same_seed_invents_the_same_firms(sqlite, context):
    loader.load()

    first, second = ([one.record for one in sampling._invent(Random(7))] for _ in range(2))

    assert first == second
    cores = sampling.cores()
    assert len(set(cores)) == len(cores) and cores[:4] == ("绎衡", "砺枢", "铎澜", "珩锐")
