"""Lists of titles and of relations: dry run, writing, taking back."""

import pytest
from sqlalchemy import select

from crm.companies.imports import credentials, relations
from crm.companies.models import Company, CompanyRelation, Credential
from crm.core.errors import UserError
from crm.kit import db
from tests.companies.importing import fates, run, tables
from tests.factories import make_actor, make_center, make_company

CODE = "91420200MA44JURQ85"
NAME = "湖北珩锐数控装备有限公司"
OTHER = "苏州绎衡传动科技有限公司"


def titles():
    rows = db.session.execute(select(Company.name, Credential).join(Credential, Credential.company_id == Company.id))
    return {(name, row.kind, row.level, row.year) for name, row in rows}


def test_titles_are_noted_and_new_companies_made(store):
    actor = make_actor()
    make_company(NAME, uscc=CODE)
    one = run(credentials.KIND, actor, source="2025 年国家级专精特新小巨人企业名单")
    rows = [
        {"name": NAME, "year": 2025, "level": "国家级", "valid_until": "2028-12-31"},
        {"name": "黄石砺枢精密有限公司", "kind": "高新技术企业", "year": 2024},
        {"name": NAME, "kind": "高新技术企业", "year": "25"},
        {"name": "", "uscc": CODE, "kind": "单项冠军企业"},
    ]

    assert fates(one.check(*rows)) == ["update", "new", "error", "update"]
    one.write(rows[0], rows[1], rows[3])

    assert titles() == {
        (NAME, "专精特新“小巨人”", "国家级", 2025),
        ("黄石砺枢精密有限公司", "高新技术企业", "", 2024),
        (NAME, "单项冠军", "", None),
    }
    assert fates(run(credentials.KIND, actor, source="国家级小巨人名单").check(rows[0], rows[1])) == ["same", "same"]
    later = {**rows[0], "valid_until": "2030-12-31"}
    assert run(credentials.KIND, actor, source="小巨人").check(later)[0].changes == {
        "valid_until": ("2028-12-31", "2030-12-31")
    }


def test_titles_go_back(store):
    actor = make_actor()
    known = make_company(NAME, uscc=CODE)
    run(credentials.KIND, actor).write({"name": NAME, "kind": "高新技术企业", "year": 2023, "level": "省级"})
    before = tables()

    one = run(credentials.KIND, actor)
    one.write(
        {"name": NAME, "kind": "高新技术企业", "year": 2023, "level": "国家级"},
        {"name": "黄石砺枢精密有限公司", "kind": "单项冠军", "year": 2024},
        {"name": "珩锐数控", "kind": "单项冠军", "year": 2024},
        r3=("same", known.public_id),
    )
    assert len(titles()) == 3

    assert one.undo() == []
    assert tables() == before


def test_relations_between_known_companies(store):
    actor, other_unit = make_actor(), make_actor()
    make_company(NAME, uscc=CODE)
    make_company(OTHER)
    make_company("黄石砺枢精密有限公司", actor=other_unit)
    one = run(relations.KIND, actor)
    rows = [
        {"name": NAME, "other": OTHER, "role": "parent:to", "valid_on": "2020-01-01", "origin": "年报"},
        {"name": OTHER, "other": NAME, "role": "parent:back"},
        {"name": NAME, "other": "黄石砺枢精密有限公司", "role": "supplier:to"},
        {"name": NAME, "other": "苏州绎衡传动", "role": "supplier:to"},
        {"name": NAME, "other": NAME, "role": "supplier:to"},
        {"name": NAME, "other": OTHER, "role": ""},
    ]

    found = one.check(*rows)
    assert fates(found) == ["new", "new", "error", "error", "error", "error"]
    assert OTHER in found[3].faults[0].message and "绎衡" not in found[2].faults[0].message
    written = one.write(*rows)

    assert [isinstance(w, UserError) for w in written] == [False, False, True, True, True, True]
    kept = db.session.scalars(select(CompanyRelation)).one()
    names = {row.id: row.name for row in db.session.scalars(select(Company))}
    assert (names[kept.from_id], names[kept.to_id], kept.org_id, kept.source) == (OTHER, NAME, actor.org_id, "年报")
    assert fates(run(relations.KIND, actor).check(rows[0])) == ["same"]
    assert fates(run(relations.KIND, other_unit).check(rows[0])) == ["new"]


def test_relations_go_back_unless_opened(store):
    actor, center = make_actor(), make_center()
    make_company(NAME)
    make_company(OTHER)
    before = tables()
    one = run(relations.KIND, actor)
    row = {"name": NAME, "other": OTHER, "role": "parent:to"}
    one.write(row)
    assert one.undo() == []
    assert tables() == before

    one.write(row)
    from crm.companies import relations as service

    kept = db.session.scalars(select(CompanyRelation)).one()
    service.open_relation(center, kept.to_id, kept.id)
    assert len(one.undo()) == 1
    assert db.session.scalars(select(CompanyRelation)).one().org_id is None


@pytest.mark.parametrize(
    ("text", "usual"),
    [
        ("国家级专精特新小巨人企业", "专精特新“小巨人”"),
        ("省级专精特新中小企业", "专精特新中小企业"),
        ("首台(套)装备", "首台（套）装备"),
        ("黄石市瞪羚企业", "黄石市瞪羚企业"),
        ("制造业单项冠军企业", "单项冠军"),
    ],
)
def test_usual_names_of_titles(text, usual):
    assert credentials._kind(text) == usual
