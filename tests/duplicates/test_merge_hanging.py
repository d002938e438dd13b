"""Tasks keep their purchase and their signal through a merge and its undoing, on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from crm.companies import relations
from crm.companies.models import RelationKind
from crm.core.signals import SignalKind
from crm.duplicates import merging
from crm.kit import clock, db
from crm.plan import loader
from crm.ties import filling, queries
from crm.ties.models import FillTask
from crm.watch import service as watch
from crm.watch import tasking
from crm.watch.models import Signal, SignalTask
from tests.claims.conftest import City, make_city
from tests.duplicates.base import differences, picture
from tests.factories import make_company

NODE = "ROBOT-M01"


@pytest.fixture
def city(store):
    city = make_city()
    loader.load()
    return city


def bought(city, supplier, buyer, product="行星减速器"):
    row = relations.add_relation(
        city.center, supplier.id, buyer.id, RelationKind.SUPPLIER, product=product, replaceable=True, source="走访"
    )
    return row.id


def task_of(city, relation_id):
    return filling.make_task(city.center, relation_id, NODE).todo_id


def seen(city, todo_id):
    """Which purchase the page of the task shows: its number, who supplies, who buys."""
    db.session.expire_all()
    tie = queries.tie_of_todo(city.center, todo_id)
    return tie and (tie.row.id, tie.first.id, tie.second.id)


def merge(city, winner, loser):
    return merging.merge(city.center, winner, loser, reason="同一家企业").merge


def test_a_task_follows_its_purchase_and_comes_back(city: City):
    winner, loser = make_company("湖北珩锐数控装备有限公司"), make_company("黄石珩锐精密机床有限公司")
    supplier = make_company("苏州绎衡传动科技有限公司")
    relation = bought(city, supplier, loser)
    todo = task_of(city, relation)
    before = picture()

    done = merge(city, winner, loser)
    assert seen(city, todo) == (relation, supplier.id, winner.id)
    merging.undo(city.center, done)

    assert seen(city, todo) == (relation, supplier.id, loser.id)
    assert differences(before, picture()) == {}


@pytest.mark.parametrize("ours", [False, True])
def test_a_task_whose_purchase_has_a_twin_is_led_to_it_unless_that_has_its_own(city: City, ours):
    winner, loser = make_company("湖北珩锐数控装备有限公司"), make_company("黄石珩锐精密机床有限公司")
    supplier = make_company("苏州绎衡传动科技有限公司")
    twin, relation = bought(city, supplier, winner), bought(city, supplier, loser)
    todo = task_of(city, relation)
    if ours:
        task_of(city, twin)
    before = picture()

    done = merge(city, winner, loser)
    assert seen(city, todo) == (None if ours else (twin, supplier.id, winner.id))
    undone = merging.undo(city.center, done)

    assert undone.kept == [] and seen(city, todo) == (relation, supplier.id, loser.id)
    assert differences(before, picture()) == {}


def test_a_purchase_between_the_two_goes_and_comes_back_with_its_task(city: City):
    winner, loser = make_company("湖北珩锐数控装备有限公司"), make_company("黄石珩锐精密机床有限公司")
    relation = bought(city, loser, winner)
    todo = task_of(city, relation)
    before = picture()

    done = merge(city, winner, loser)
    assert seen(city, todo) is None
    merging.undo(city.center, done)

    assert seen(city, todo) == (relation, loser.id, winner.id)
    assert differences(before, picture()) == {}


def test_a_purchase_taken_away_meanwhile_is_listed_not_forced(city: City):
    winner, loser = make_company("湖北珩锐数控装备有限公司"), make_company("黄石珩锐精密机床有限公司")
    supplier = make_company("苏州绎衡传动科技有限公司")
    twin, relation = bought(city, supplier, winner), bought(city, supplier, loser)
    task_of(city, relation)
    done = merge(city, winner, loser)
    relations.remove_relation(city.center, winner.id, twin)

    undone = merging.undo(city.center, done)

    assert [one["table"] for one in undone.kept] == ["fill_tasks"]
    assert db.session.scalars(select(FillTask)).one().relation_id is None


def test_the_same_signal_of_both_is_one_and_keeps_who_is_to_follow_it(city: City):
    winner, loser = make_company("湖北珩锐数控装备有限公司"), make_company("黄石珩锐精密机床有限公司")
    told = watch.SignalInput(SignalKind.LAND, clock.today() - timedelta(days=3), "竞得工业用地 120 亩", "成交公告")
    ours, theirs = (watch.note_signal(city.center, company, told) for company in (winner, loser))
    with db.transaction():
        tasking.make(ours, {city.a.user_id})
        tasking.make(theirs, {city.a.user_id, city.b.user_id})
    before, kept = picture(), ours.id

    done = merge(city, winner, loser)
    db.session.expire_all()
    (row,) = db.session.scalars(select(Signal)).all()
    assert (row.id, row.company_id) == (kept, winner.id)
    owners = db.session.scalars(select(SignalTask.owner_id).where(SignalTask.signal_id == kept)).all()
    assert sorted(owners) == sorted([city.a.user_id, city.b.user_id])
    merging.undo(city.center, done)

    assert differences(before, picture()) == {}
