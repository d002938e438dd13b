"""Lists of companies: what the dry run says of each row, and what writing it does."""

import pytest
from sqlalchemy import func, select

from crm.companies import details, queries
from crm.companies.imports.companies import KIND
from crm.companies.models import (
    Company,
    CompanyGram,
    CompanyKey,
    CompanyName,
    FactSource,
    NameDecision,
    NameKind,
    PendingKey,
)
from crm.core.errors import UserError
from crm.core.permissions import Role
from crm.core.uscc import with_check_digits
from crm.kit import db
from tests.companies.importing import fates, run
from tests.factories import make_actor, make_center, make_company

CODE = "91420200MA44JURQ85"
OTHER = with_check_digits("91420200MA000001")
NAME = "湖北珩锐数控装备有限公司"


def company(public_id_or_name):
    return db.session.scalar(select(Company).where(Company.name == public_id_or_name))


def test_a_list_into_an_empty_base(store):
    actor = make_actor()
    one = run(KIND, actor)
    rows = [
        {"name": NAME, "uscc": CODE, "province": "湖北省", "city": "黄石市", "capital_cny": "12000000.00"},
        {"name": "苏州绎衡传动科技有限公司", "former_names": ["苏州绎衡机械厂"], "english_name": "Yiheng Drive"},
    ]

    assert fates(one.check(*rows)) == ["new", "new"]
    written = one.write(*rows)

    first = db.session.get_one(Company, written[0].subject_id)
    assert (first.name, first.uscc, first.province, first.city) == (NAME, CODE, "湖北", "黄石")
    assert (first.opened_at, first.entered_org_id, first.capital_cny) == (None, actor.org_id, 12_000_000)
    names = {(n.kind, n.text, n.org_id) for n in queries.names_of(actor, company("苏州绎衡传动科技有限公司"))}
    assert names == {
        (NameKind.LEGAL, "苏州绎衡传动科技有限公司", actor.org_id),
        (NameKind.FORMER, "苏州绎衡机械厂", actor.org_id),
        (NameKind.ENGLISH, "Yiheng Drive", actor.org_id),
    }
    assert db.session.scalar(select(func.count()).select_from(CompanyGram)) == 0
    assert fates(run(KIND, actor).check({"name": "珩锐数控"})) == ["likely"]
    said = db.session.scalars(
        select(FactSource.field).where(FactSource.company_id == first.id, FactSource.source == "测试名录")
    )
    assert set(said) == {"name", "uscc", "province", "city", "capital_cny"}


def test_the_same_list_again_changes_nothing(store):
    actor = make_actor()
    rows = [
        {"name": NAME, "uscc": CODE, "city": "黄石市", "former_names": ["黄石珩锐机床厂"]},
        {"name": "黄石砺枢精密有限公司"},
    ]
    run(KIND, actor).write(*rows)

    again = run(KIND, actor)
    assert fates(again.check(*rows)) == ["same", "same"]
    assert [one.changed for one in again.write(*rows)] == [False, False]
    assert db.session.scalar(select(func.count()).select_from(Company)) == 2


@pytest.mark.parametrize(
    ("row", "fate", "said"),
    [
        ({"name": NAME}, "same", None),
        ({"name": "湖北珩锐数控装备有限责任公司"}, "same", None),
        ({"name": NAME, "uscc": CODE, "industry": "机床"}, "update", {"industry": ("", "机床")}),
        ({"name": "别的名字有限公司", "uscc": CODE}, "same", None),
        ({"name": NAME, "uscc": OTHER}, "likely", "代码尾号"),
        ({"name": NAME, "uscc": CODE[:-1] + "6"}, "error", "校验码"),
        ({"name": "铎"}, "error", "两个汉字"),
        ({"name": ""}, "error", "请填写企业名称"),
        ({"name": "苏州绎衡传动科技有限公司", "uscc": CODE}, "likely", "代码属另一家"),
        ({"name": NAME, "employees": "12.5"}, "same", "整数"),
        ({"name": NAME, "founded_on": "9999-12-31"}, "same", "成立日期"),
        ({"name": NAME, "founded_on": "0001-01-01"}, "same", "成立日期"),
        ({"name": NAME, "founded_on": "2011-05-06"}, "update", None),
        ({"name": NAME, "nodes": ["不存在的环节"]}, "same", "环节"),
        ({"name": NAME, "public_id": "aaaaaaaaaa"}, "error", "编号"),
        ({"name": "珩锐数控装备"}, "likely", ""),
        ({"name": "武汉铎澜激光有限公司"}, "new", None),
    ],
)
def test_what_a_row_is(store, row, fate, said):
    actor = make_actor()
    make_company(NAME, uscc=CODE)
    make_company("苏州绎衡传动科技有限公司")

    found = run(KIND, actor).check(row)[0]

    assert found.fate.value == fate, found
    if isinstance(said, dict):
        assert dict(found.changes) == said
    elif said is not None:
        words = [fault.message for fault in (*found.faults, *found.left)] + [
            w for c in found.choices for w in c.reasons
        ]
        assert said in " ".join(words)


def test_twice_in_one_file(store):
    actor = make_actor()
    rows = [
        {"name": NAME, "uscc": CODE},
        {"name": "湖北珩锐数控装备有限责任公司", "website": "www.hr.cn"},
        {"name": NAME},
        {"name": NAME, "uscc": OTHER},
    ]
    one = run(KIND, actor)

    found = one.check(*rows)
    assert fates(found) == ["new", "update", "same", "error"]
    assert "第 1 行" in found[1].note and "第 1 行" in found[3].faults[0].message
    written = one.write(*rows[:3])
    assert len({w.subject_id for w in written}) == 1
    assert db.session.get_one(Company, written[0].subject_id).website == "www.hr.cn"


def test_decisions_of_a_person(store):
    actor = make_actor()
    known = make_company(NAME, uscc=CODE)
    one = run(KIND, actor)
    rows = [{"name": "珩锐数控装备"}, {"name": "珩锐数控设备有限公司"}, {"name": "武汉珩锐数控装备有限公司"}]
    found = one.check(*rows)
    assert known.public_id in [choice.public_id for choice in found[0].choices]

    written = one.write(*rows, r1=("same", known.public_id), r2=("new",), r3=("related", known.public_id))

    assert [type(w).__name__ for w in written] == ["Written"] * 3
    assert written[0].subject_id == known.id
    alias = db.session.scalar(select(CompanyName).where(CompanyName.kind == NameKind.CONFIRMED))
    assert (alias.company_id, alias.text, alias.org_id) == (known.id, "珩锐数控装备", actor.org_id)
    related = queries.relations_of(actor, db.session.get_one(Company, written[2].subject_id))
    assert [other.id for _relation, other in related] == [known.id]
    assert fates(run(KIND, actor).check({"name": "珩锐数控装备"})) == ["same"]


def test_another_firm_of_the_same_name_is_the_centres_word(store):
    officer, center = make_actor(), make_center()
    make_company(NAME, uscc=CODE)
    row = {"name": NAME, "uscc": OTHER}

    refused = run(KIND, officer).write(row, r1=("new",))[0]
    made = run(KIND, center).write(row, r1=("new",))[0]

    assert isinstance(refused, UserError) and "同名" in refused.message
    assert db.session.scalars(
        select(CompanyKey.homonym_no).where(CompanyKey.company_id == made.subject_id, CompanyKey.kind == "name")
    ).all() == [1]


def test_a_public_list_of_the_centre_is_open_and_says_where_it_comes_from(store):
    center = make_center()
    with pytest.raises(UserError, match="来源"):
        run(KIND, center, source="", public_list=True).check({"name": NAME})

    made = run(KIND, center, public_list=True).write({"name": NAME})[0]
    hidden = run(KIND, center).write({"name": "黄石砺枢精密有限公司"})[0]
    unit = run(KIND, make_actor(), public_list=True).write({"name": "武汉铎澜激光有限公司"})[0]

    opened = db.session.get_one(Company, made.subject_id)
    assert (opened.opened_how, opened.opened_at is not None) == ("list", True)
    assert db.session.scalar(select(func.count()).select_from(CompanyGram)) > 10
    assert db.session.get_one(Company, hidden.subject_id).opened_at is None
    assert db.session.get_one(Company, unit.subject_id).opened_at is None


def test_a_key_on_another_units_row_waits_and_says_nothing(store):
    hers, his = make_actor(), make_actor()
    make_company(NAME, actor=hers, uscc=CODE)
    row = {"name": NAME, "uscc": CODE}

    one = run(KIND, his)
    assert fates(one.check(row)) == ["new"]
    made = one.write(row)[0]

    assert made.changed and db.session.get_one(Company, made.subject_id).key_pending
    waiting = db.session.scalars(select(PendingKey.company_id)).all()
    assert waiting == [made.subject_id] * 2
    assert fates(run(KIND, his).check(row)) == ["same"]


def test_expo_staff_add_but_do_not_correct(store):
    expo = make_actor(Role.EXPO)
    make_company(NAME, uscc=CODE)
    one = run(KIND, expo)
    rows = [{"name": NAME, "website": "www.hr.cn"}, {"name": "武汉铎澜激光有限公司"}]

    assert fates(one.check(*rows)) == ["same", "new"]
    written = one.write(*rows)

    assert [w.changed for w in written] == [False, True]
    assert company(NAME).website == ""


def test_only_gaps(store):
    actor = make_actor()
    make_company(NAME, uscc=CODE, industry="机床")
    row = {"name": NAME, "industry": "数控机床", "website": "www.hr.cn"}

    every = run(KIND, actor).check(row)[0]
    gaps = run(KIND, actor, only_gaps=True).check(row)[0]

    assert set(every.changes) == {"industry", "website"} and set(gaps.changes) == {"website"}


def test_a_unit_does_not_rename_an_open_company(store):
    actor, center = make_actor(), make_center()
    make_company(NAME, uscc=CODE)
    row = {"name": "湖北珩锐智能装备有限公司", "uscc": CODE}

    assert fates(run(KIND, actor).check(row)) == ["same"]
    assert run(KIND, center).check(row)[0].changes == {"name": (NAME, "湖北珩锐智能装备有限公司")}


def test_a_row_changed_here_since_the_export_is_a_conflict(store):
    actor = make_actor()
    known = make_company(NAME, uscc=CODE)
    exported = {"public_id": known.public_id, "version": known.version, "name": NAME, "website": "www.new.cn"}
    details.add_credential(actor, known.id, kind="高新技术企业", year=2024)

    found = run(KIND, actor).check(exported)[0]
    refused = run(KIND, actor).write(exported)[0]
    taken = run(KIND, actor).write(exported, r1=("same", known.public_id))[0]

    assert found.fate.value == "conflict" and found.changes == {"website": ("", "www.new.cn")}
    assert isinstance(refused, UserError) and taken.changed
    assert company(NAME).website == "www.new.cn"


def test_a_refused_pair_is_remembered(store):
    actor = make_actor()
    known = make_company(NAME)
    from crm.companies import decisions

    decisions.remember(actor, "珩锐数控装备", known, decisions.DIFFERENT)

    found = run(KIND, actor).check({"name": "珩锐数控装备"})[0]
    assert known.public_id not in [choice.public_id for choice in found.choices]
    assert db.session.scalar(select(func.count()).select_from(NameDecision)) == 1
