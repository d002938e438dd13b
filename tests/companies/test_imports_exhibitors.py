"""Lists of exhibitors: the answer beside each row, and what is added when it is chosen."""

import pytest
from sqlalchemy import func, select

from crm.companies import choices, details
from crm.companies.imports import companies, exhibitors, wording
from crm.companies.models import Company, NodeWeight
from crm.core.permissions import Role
from crm.core.tabular import map_columns
from crm.imports.kinds import Row
from crm.kit import db
from tests.companies.importing import fates, run, tables
from tests.factories import make_actor, make_center, make_company, make_lead

NAME = "湖北珩锐数控装备有限公司"


@pytest.fixture
def plan(store):
    from crm.plan.loader import load

    load()
    choices._kept.clear()
    wording._kept.clear()
    return {node.code: node for node in choices.read().nodes}


def asked(actor, *given, **options):
    one = run(exhibitors.KIND, actor, **options)
    return list(exhibitors.KIND.answer(one.context, [Row(n, row) for n, row in enumerate(given, 1)]))


def test_what_is_known_of_exhibitors(plan):
    actor, hers, center = make_actor(), make_actor(), make_center()
    known = make_company(NAME)
    busy = make_company("武汉铎澜激光有限公司")
    make_company("苏州绎衡传动科技有限公司")
    gap = next(node for node in plan.values() if node.gap == "fill")
    details.set_nodes(center, known.id, {gap.id: NodeWeight.MAIN})
    make_lead(actor, busy.name, company_public_id=busy.public_id)
    make_lead(hers, NAME, company_public_id=known.public_id)
    rows = [
        {"name": NAME, "booth": ["9.1D30-31"]},
        {"name": busy.name, "booth": ["N3馆A12"], "products": "谐波减速器"},
        {"name": "苏州绎衡传动科技有限公司", "hall": "2"},
        {"name": "昆山砺枢机电有限公司", "products": "谐波减速器、RV减速器"},
        {"name": "上海某某展览服务有限公司", "products": "展台搭建"},
        {"name": "绎衡传动"},
    ]

    got = asked(actor, *rows)

    assert [one["verdict"] for one in got] == [
        "可补缺环",
        "本单位在谈",
        "已在库",
        "可补缺环",
        "新企业",
        "疑似在库，请核对",
    ]
    assert [one["known"] for one in got] == ["已在库", "已在库", "已在库", "新企业", "新企业", "疑似在库，请核对"]
    assert [one["hall_read"] for one in got] == ["9.1", "N3", "2", "", "", ""]
    assert gap.name in got[0]["gap"] and "补链" in got[0]["gap"]
    assert "减速器" in got[3]["gap"] and "按展品推断" in got[3]["gap"]
    assert got[1]["own"].startswith("本单位在谈") and got[0]["own"] == ""


def test_the_answer_says_nothing_of_others(plan):
    his, hers = make_actor(Role.EXPO), make_actor()
    known = make_company(NAME)
    rows = [{"name": NAME}, {"name": "黄石砺枢精密有限公司"}, {"name": "砺枢精密"}]
    one = run(exhibitors.KIND, his)
    before = asked(his, *rows), one.check(*rows)

    make_lead(hers, NAME, company_public_id=known.public_id)
    make_company("黄石砺枢精密有限公司", actor=hers)

    assert (asked(his, *rows), one.check(*rows)) == before


def test_new_firms_are_added_only_when_chosen(store):
    expo = make_actor(Role.EXPO)
    make_company(NAME)
    before = tables()
    rows = [
        {"name": NAME},
        {"name": "昆山砺枢机电有限公司", "products": "减速器", "category": "机器人"},
        {"name": "武汉铎澜激光有限公司"},
    ]

    only = run(exhibitors.KIND, expo)
    assert fates(only.check(*rows)) == ["same", "new", "new"]
    assert [w.changed for w in only.write(*rows, r3=("new",))] == [False, False, True]
    assert db.session.scalar(select(func.count()).select_from(Company)) == 2
    every = run(exhibitors.KIND, expo, add_new=True)
    assert [w.changed for w in every.write(*rows)] == [False, True, False]
    made = db.session.scalar(select(Company).where(Company.name == "昆山砺枢机电有限公司"))
    assert (made.products, made.industry, made.opened_at) == ("减速器", "机器人", None)

    assert every.undo() == [] and only.undo() == []
    assert tables() == before


@pytest.mark.parametrize(
    ("booth", "hall"),
    [
        ("9.1D30-31", "9.1"),
        ("1E10", "1"),
        ("N3馆A12", "N3"),
        ("2号馆 B05", "2"),
        ("A012", ""),
        ("Hall 5 C01", "5"),
        ("", ""),
    ],
)
def test_halls(booth, hall):
    assert exhibitors.hall_of([booth]) == hall


@pytest.mark.parametrize("kind", [exhibitors.KIND, companies.KIND])
@pytest.mark.parametrize("label", ["国别/地区", "国家/地区", "国家地区", "国别"])
def test_a_country_is_no_province(kind, label):
    found = map_columns(["企业名称", label], kind.columns).columns

    assert [one.spec for one in found] == ["name", "country"]
