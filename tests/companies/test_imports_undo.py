"""Taking an import of companies back: table by table as before, except what people did since."""

import random

import pytest
from sqlalchemy import delete, select

from crm.claims.models import Case, CaseStep
from crm.companies import details, queries, service
from crm.companies.imports.companies import KIND
from crm.companies.models import Company, CompanyNode, NameKind, NodeWeight
from crm.kit import db
from tests.companies.importing import run, tables
from tests.factories import make_actor, make_center, make_company, make_lead

CODE = "91420200MA44JURQ85"
NAME = "湖北珩锐数控装备有限公司"


@pytest.fixture
def nodes(store):
    from crm.companies import choices
    from crm.plan.loader import load

    load()
    choices._kept.clear()
    return [node.code for node in choices.read().nodes]


def row(**more):
    return {"name": NAME, "uscc": CODE, **more}


FULL = row(
    former_names=["黄石珩锐机床厂"],
    short_name="珩锐数控",
    english_name="Hengrui CNC",
    province="湖北",
    city="黄石",
    capital_cny="12000000.00",
    founded_on="2011-05-06",
    employees="120",
)


@pytest.mark.parametrize("public", [False, True])
def test_new_companies_go_entirely(store, public):
    actor = make_center() if public else make_actor()
    make_company("苏州绎衡传动科技有限公司")
    before = tables()

    one = run(KIND, actor, public_list=public)
    one.write(FULL, {"name": "黄石砺枢精密有限公司"}, {"name": NAME, "website": "www.hr.cn"})
    assert tables() != before

    assert one.undo() == []
    assert tables() == before


def test_updates_go_back(store, nodes):
    actor, center = make_actor(), make_center()
    known = make_company(NAME, industry="机床", website="www.old.cn")
    details.set_nodes(center, known.id, {_node(nodes[0]): NodeWeight.MAIN}, source="规划")
    before = tables()

    one = run(KIND, center)
    one.write({**FULL, "industry": "数控机床", "website": "www.new.cn", "nodes": [nodes[1], nodes[2]]})
    two = run(KIND, actor)
    two.write({"name": NAME, "address": "大泉路 1 号"}, {"name": "珩锐"}, r2=("same", known.public_id))
    assert len(db.session.scalars(select(CompanyNode.node_id)).all()) == 3

    assert two.undo() == [] and one.undo() == []
    assert tables() == before


def _node(code):
    from crm.companies import choices

    return choices.read().node(code).id


def test_a_renamed_company_gets_its_name_and_keys_back(store):
    center = make_center()
    make_company(NAME, uscc=CODE, city="黄石")
    before = tables()

    one = run(KIND, center)
    one.write({"name": "湖北珩锐智能装备股份有限公司", "uscc": CODE, "city": "武汉", "reg_no": "4201"})
    assert db.session.scalar(select(Company.name)) == "湖北珩锐智能装备股份有限公司"

    assert one.undo() == []
    assert tables() == before


@pytest.mark.parametrize(
    ("touch", "said"),
    [
        (lambda actor, company: service.edit_company(actor, company, None, website="www.x.cn"), "有人改过"),
        (lambda actor, company: details.add_name(actor, company.id, text="珩锐牌", kind=NameKind.BRAND), "补了名称"),
        (lambda actor, company: make_lead(actor, company.name, company_public_id=company.public_id), "线索"),
        (lambda actor, company: service.open_company(make_center(), company.id, "center"), "公开过"),
        (lambda actor, company: details.add_credential(actor, company.id, kind="高新技术企业"), "有人改过"),
    ],
)
def test_a_company_that_people_touched_stays(store, touch, said):
    actor = make_actor()
    one = run(KIND, actor)
    made = one.write(FULL, {"name": "黄石砺枢精密有限公司"})
    touch(actor, db.session.get_one(Company, made[0].subject_id))

    stays = one.undo()

    assert len(stays) == 1 and said in stays[0] and NAME in stays[0]
    assert db.session.scalars(select(Company.name)).all() == [NAME]


def test_a_field_changed_since_stays_the_others_go_back(store):
    actor = make_actor()
    known = make_company(NAME, industry="机床")
    one = run(KIND, actor)
    one.write({"name": NAME, "industry": "数控机床", "website": "www.hr.cn", "address": "大泉路 1 号"})
    service.edit_company(actor, known, None, website="www.mine.cn")

    stays = one.undo()

    assert len(stays) == 1 and "网站" in stays[0]
    db.session.expire_all()
    company = db.session.get_one(Company, known.id)
    assert (company.industry, company.website, company.address) == ("机床", "www.mine.cn", "")


def test_a_name_given_since_keeps_the_new_code(store):
    center = make_center()
    known = make_company(NAME)
    one = run(KIND, center)
    one.write(row(website="www.hr.cn", city="武汉"))
    details.add_name(center, known.id, text="珩锐牌", kind=NameKind.BRAND)

    stays = one.undo()

    assert len(stays) == 1 and "名称" in stays[0]
    db.session.expire_all()
    assert (known.uscc, known.city, known.website) == (CODE, "武汉", "")


def test_what_others_have_on_a_row_is_not_told(store):
    """Her report hangs on his unopened row by the key: for him the row goes, for the centre it stays."""
    his, hers, center = make_actor(), make_actor(), make_center()
    one = run(KIND, his)
    made = one.write(FULL)[0]
    lead = make_lead(hers, NAME)
    with db.transaction():
        lead.company_id = made.subject_id

    assert one.undo() == []

    db.session.expire_all()
    assert queries.company_of(his, made.subject_id) is None
    assert queries.company_of(hers, made.subject_id) is None
    assert queries.company_of(center, made.subject_id).name == NAME
    assert run(KIND, his).check(FULL)[0].fate.value == "new"


def test_a_key_that_becomes_free_goes_to_the_row_that_waits(store):
    his, hers = make_actor(), make_actor()
    one = run(KIND, his)
    one.write({"name": NAME, "uscc": CODE})
    make_company("湖北珩锐数控装备公司", actor=hers, uscc=CODE)
    db.session.execute(delete(CaseStep))
    db.session.execute(delete(Case))
    db.session.commit()

    assert one.undo() == []

    left = db.session.scalars(select(Company)).one()
    assert (left.entered_org_id, left.uscc, left.key_pending) == (hers.org_id, CODE, False)


CELLS = {
    "website": ("www.a.cn", "www.b.cn"),
    "industry": ("机床", "汽车零部件"),
    "capital_cny": ("12000000.00", "500000.50"),
    "founded_on": ("2011-05-06", "1999-12-31"),
    "employees": ("7", "1200"),
    "city": ("黄石", "武汉", "苏州"),
    "former_names": (["黄石珩锐机床厂"], ["湖北大冶珩锐厂", "黄石珩锐厂"]),
    "short_name": ("珩锐", "砺枢"),
    "english_name": ("Hengrui CNC", "Lishu"),
    "uscc": (CODE, ""),
}
NAMES = (
    NAME,
    "黄石砺枢精密有限公司",
    "武汉铎澜激光有限公司",
    "湖北珩锐数控装备有限责任公司",
    "苏州绎衡传动科技有限公司",
)


@pytest.mark.parametrize("seed", [*range(6), *(pytest.param(n, marks=pytest.mark.soak) for n in range(6, 12))])
def test_whatever_is_imported_can_be_taken_back(store, seed):
    """Six seeds hold each reader with each way to list; six more stand in `make soak`."""
    rng = random.Random(seed)
    actor = make_center() if seed % 3 == 0 else make_actor()
    make_company("苏州绎衡传动科技有限公司", industry="传动")
    make_company("武汉铎澜激光有限公司", actor=actor)
    before = tables()

    runs = []
    for _batch in range(2):
        rows = [
            {"name": rng.choice(NAMES), **{k: rng.choice(v) for k, v in CELLS.items() if rng.random() < 0.4}}
            for _row in range(rng.randint(1, 9))
        ]
        runs.append(run(KIND, actor, public_list=bool(seed % 2)))
        runs[-1].context = type(runs[-1].context)(
            actor, f"batch{_batch:05d}", "companies", f"名录{_batch}", runs[-1].context.options
        )
        runs[-1].write(*rows)

    assert [one.undo() for one in reversed(runs)] == [[], []]
    assert tables() == before


def test_companies_that_nobody_touched_go_together_in_a_few_statements(store, statements):
    actor = make_actor()
    one = run(KIND, actor)
    one.write(*({"name": f"黄石砺{chr(0x4E00 + 7 * n)}精密有限公司", "industry": "机床"} for n in range(60)))
    touched, referred = db.session.scalars(select(Company).order_by(Company.id).limit(2))
    details.add_name(actor, touched.id, text="砺一精密厂", kind=NameKind.SHORT)
    make_lead(actor, referred.name, company_public_id=referred.public_id)
    statements.clear()

    stays = one.undo()

    assert len(statements) < 4 * 60, "what is left is the trail: three for each company"
    assert len(stays) == 2
    assert list(db.session.scalars(select(Company.id).order_by(Company.id))) == [touched.id, referred.id]
