"""Brands of the reviewed list lead to one company or to none; the list is read, written, added to and retired."""

import pytest
from sqlalchemy import select

from crm.companies import brands, relations, retiring
from crm.companies.models import BrandAlias, CompanyName, NameKind, RelationKind
from crm.companies.similar import find_similar
from crm.core.errors import Conflict, Forbidden, Invalid
from crm.core.matching.verdicts import Verdict
from crm.core.permissions import Role
from crm.kit import db
from tests.factories import make_actor, make_center, make_company


def named(company):
    rows = db.session.scalars(select(CompanyName).where(CompanyName.source == "brand").order_by(CompanyName.id))
    return [(row.text, row.kind) for row in rows if row.company_id == company.id]


def carries(name, brand, kind=NameKind.SHORT):
    from crm.companies import details

    row = make_company(name)
    details.add_name(make_center(), row.id, text=brand, kind=kind)
    return row


def test_both_writings_become_names_of_the_one_company_that_carries_either(store):
    center = make_center()
    row = carries("上海发那科机器人有限公司", "发那科", NameKind.BRAND)

    brands.add(center, "FANUC", "发那科", "数控")

    assert named(row) == [("FANUC", NameKind.ENGLISH)]
    found = find_similar(make_actor(), "FANUC")[0]
    assert (found.company_id, found.verdict) == (row.id, Verdict.SAME)


@pytest.mark.parametrize("name", ["三丰智能装备集团股份有限公司", "黄石三丰机械有限公司"])
def test_a_firm_that_only_begins_with_the_word_is_not_the_brand(store, name):
    row = make_company(name)

    brands.add(make_center(), "MITUTOYO", "三丰")

    assert named(row) == []


def test_two_companies_with_the_brand_get_nothing_until_one_is_the_parent(store):
    center = make_center()
    head, plant = carries("珩锐控股集团有限公司", "珩锐"), carries("珩锐机床（大冶）有限公司", "珩锐")
    brands.add(center, "HENGRUI", "珩锐")
    assert named(head) == named(plant) == []
    assert [(line.company, line.several) for line in brands.lines()] == [(None, 2)]

    relations.add_relation(center, head.id, plant.id, RelationKind.PARENT)
    assert brands.apply() == 1

    assert (named(head), named(plant)) == ([("HENGRUI", NameKind.ENGLISH)], [])


def test_companies_that_come_later_get_their_names_at_night_and_none_twice(store):
    brands.add(make_center(), "HENGRUI", "珩锐")
    row = carries("珩锐机床（大冶）有限公司", "珩锐")

    assert [brands.apply(), brands.apply()] == [1, 0]
    assert named(row) == [("HENGRUI", NameKind.ENGLISH)]


@pytest.mark.parametrize("how", ["unopened", "retired", "private"])
def test_what_the_city_does_not_see_is_no_target(store, how):
    from crm.companies import details

    officer, center = make_actor(), make_center()
    row = make_company("珩锐机床（大冶）有限公司", actor=officer if how == "unopened" else None)
    details.add_name(officer if how == "private" else center, row.id, text="珩锐", kind=NameKind.SHORT)
    if how == "retired":
        retiring.retire(center, row, "已注销")

    brands.add(center, "HENGRUI", "珩锐")

    assert named(row) == []


def test_a_retired_brand_takes_its_names_along_and_comes_back(store):
    center = make_center()
    row = carries("珩锐机床（大冶）有限公司", "珩锐")
    brand = brands.add(center, "HENGRUI", "珩锐")
    brands.add(center, "HENGRUI", "珩锐机床")
    with pytest.raises(Conflict):
        brands.add(center, "HENGRUI", "珩锐")

    brands.retire(center, brand)
    assert ("HENGRUI", NameKind.ENGLISH) in named(row)  # the other brand gives it too
    brands.retire(center, db.session.scalar(select(BrandAlias).where(BrandAlias.chinese == "珩锐机床")))
    assert named(row) == [] and brands.apply() == 0
    brands.add(center, "HENGRUI", "珩锐")

    assert named(row) == [("HENGRUI", NameKind.ENGLISH)]


def test_the_list_that_comes_along_loads_once_and_leaves_retired_ones(store):
    assert brands.load()["brands"] == 50
    row = db.session.scalar(select(BrandAlias).where(BrandAlias.latin == "FANUC"))
    brands.retire(make_center(), row)

    assert brands.load()["brands"] == 0
    assert row.retired_at is not None


def test_what_is_written_is_read_again(store):
    center = make_center()
    brands.add(center, "=HENG", "珩锐", "机床, 数控")
    text = brands.write_csv()

    assert "'=HENG" in text
    assert brands.load_list(center, brands.read_csv(text.encode()), "again") == 0


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_list_is_read_in_the_usual_encodings(store, encoding):
    content = "brand_en,brand_zh,sector\r\nHENGRUI,珩锐,机床\r\nHENGRUI,珩锐,机床\r\n".encode(encoding)

    assert brands.load_list(make_center(), brands.read_csv(content), "x") == 1


@pytest.mark.parametrize(
    "content, part",
    [
        (b"name,brand\r\na,b\r\n", "表头"),
        (b"", "表头"),
        (b"brand_en,brand_zh\r\n,\xe7\x8f\xa9\xe9\x94\x90\r\n", "第 2 行"),
        (b"brand_en,brand_zh\r\nA\r\n", "第 2 行"),
        (b"brand_en,brand_zh\r\n" + b"A" * 150 + b",BB\r\n", "第 2 行"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "CSV|编码|表头"),
    ],
)
def test_what_is_no_list_is_refused_with_a_sentence(store, content, part):
    with pytest.raises(Invalid, match=part):
        brands.load_list(make_center(), brands.read_csv(content), "x")


@pytest.mark.parametrize("role", [Role.OFFICER, Role.MANAGER, Role.EXPO, Role.LEADER])
def test_the_list_is_the_centres(store, role):
    brand = brands.add(make_center(), "HENGRUI", "珩锐")

    for act in (lambda who: brands.add(who, "A1", "乙二"), lambda who: brands.retire(who, brand)):
        with pytest.raises(Forbidden):
            act(make_actor(role))
