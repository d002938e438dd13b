"""What the dry run of a list says that it will not do: cells left out, a second row, an edited name, a retired company."""

import pytest
from sqlalchemy import select

from crm.companies import retiring
from crm.companies.imports import columns, exhibitors
from crm.companies.imports.companies import KIND
from crm.companies.models import Company, CompanyRelation, RelationKind
from crm.core.errors import UserError
from crm.imports import checking
from crm.imports.checking import Raw, Twins
from crm.imports.models import Decision, Fate
from crm.imports.understanding import Reader
from crm.kit import db
from tests.companies.importing import fates, run
from tests.factories import make_actor, make_center, make_company

NAME = "安徽拓山重工股份有限公司"


def dry(kind, actor, fields, *rows):
    """Rows of a file through the engine's dry run, which writes nothing."""
    mapping = {str(place): {"field": name, "unit": None} for place, name in enumerate(fields)}
    one = run(kind, actor)
    raws = [Raw(number, number, list(cells)) for number, cells in enumerate(rows, 1)]
    return checking.check_rows(one.context, kind, Reader(kind, mapping, len(fields)), raws, Twins())


def test_a_cell_that_cannot_be_read_is_left_out_and_the_rest_is_written(store):
    (row,) = dry(
        KIND,
        make_actor(),
        ("name", "capital_cny", "employees", "city"),
        ("武汉甲一有限公司", "100万美元", "50-100人", "武汉"),
    )

    assert row["fate"] is Fate.NEW and row["sure"]
    assert row["given"] == {"name": "武汉甲一有限公司", "city": "武汉"}
    assert "注册资本：“100万美元”" in row["message"] and row["message"].count("不写入这一格") == 2


@pytest.mark.parametrize(
    ("province", "city", "place"),
    [
        ("", "广东深圳", ("广东", "深圳")),
        ("", "湖北省黄石市", ("湖北", "黄石")),
        ("湖北省", "湖北-黄石", ("湖北", "黄石")),
        ("", "深圳市南山区", ("广东", "深圳")),
        ("湖北省武汉市", "", ("湖北", "武汉")),
        ("", "上海", ("上海", "上海")),
        ("", "大冶市", ("湖北", "大冶")),
        ("", "苏黎世", ("", "苏黎世")),
    ],
)
def test_a_cell_with_several_places_is_taken_apart(province, city, place):
    found = columns.with_place({"province": province, "city": city})

    assert (found["province"], found["city"]) == place


def test_a_name_that_cannot_be_read_and_a_wrong_code_stop_the_row(store):
    rows = dry(KIND, make_actor(), ("name", "uscc"), ("？？", ""), ("武汉甲一有限公司", "91420200MA44JURQ86"))

    assert [row["fate"] for row in rows] == [Fate.ERROR, Fate.ERROR]


def test_the_second_row_of_a_new_firm_does_not_overwrite_the_first(store):
    first, second = {"name": NAME, "capital_cny": "1000000.00"}, {"name": NAME, "capital_cny": "2000000.00"}
    one = run(KIND, make_actor())

    found = one.check(first, second)[1]

    assert [fault.field for fault in found.left] == ["capital_cny"]
    assert "100 万元" in found.left[0].message and "200 万元" in found.left[0].message


def test_a_third_row_is_compared_with_what_the_second_added(store):
    rows = [{"name": NAME}, {"name": NAME, "website": "a.cn"}, {"name": NAME, "website": "b.cn"}]

    found = run(KIND, make_actor()).check(*rows)

    assert dict(found[1].changes) == {"website": (None, "a.cn")}
    assert [fault.field for fault in found[2].left] == ["website"] and not found[2].changes


def test_an_empty_province_of_an_export_is_not_read_out_of_the_city(store):
    known = make_company(NAME, city="合肥")
    exported = {"public_id": known.public_id, "version": known.version, "name": NAME, "city": "合肥"}

    assert fates(run(KIND, make_actor()).check(exported)) == ["same"]


def test_a_name_edited_in_an_export_is_not_dropped_without_a_word(store):
    known = make_company(NAME)
    edited = {"public_id": known.public_id, "version": known.version, "name": NAME + "改名"}

    unit = run(KIND, make_actor()).check(edited)[0]
    center = run(KIND, make_center()).check(edited)[0]

    assert unit.fate is Fate.SAME and NAME in unit.note
    assert center.changes == {"name": (NAME, NAME + "改名")}


def test_a_retired_company_is_said_and_not_changed(store):
    retiring.retire(make_center(), make_company(NAME), "已注销")
    one = run(KIND, make_actor())

    same, changed = one.check({"name": NAME}, {"name": NAME, "website": "a.cn"})
    exhibitor = run(exhibitors.KIND, make_actor()).check({"name": NAME})[0]

    assert (same.fate, changed.fate) == (Fate.SAME, Fate.ERROR)
    assert all("已停用" in words for words in (same.note, changed.faults[0].message, exhibitor.note))
    refused = one.write({"name": NAME, "website": "a.cn"})[0]
    assert isinstance(refused, UserError) and "已停用" in refused.message


@pytest.mark.parametrize(
    ("known", "new", "head"), [(NAME, NAME + "武汉分公司", NAME), (NAME + "武汉分公司", NAME, NAME)]
)
def test_a_branch_is_related_as_a_branch(store, known, new, head):
    company = make_company(known)

    run(KIND, make_actor()).write({"name": new}, r1=("related", company.public_id))

    row = db.session.scalars(select(CompanyRelation)).one()
    assert row.kind is RelationKind.BRANCH
    assert db.session.get_one(Company, row.from_id).name == head


def test_an_affiliate_shares_a_name_and_says_which(store):
    make_company("宁波峤隽电气有限公司")
    make_company("宁波铎澜智能科技有限公司")

    (found,) = run(KIND, make_actor()).check({"name": "湖北峤隽智能科技有限公司"})

    related = [one for one in found.choices if one.verdict == "related"]
    assert all("峤隽" in one.reasons[0] for one in related)
    assert "宁波铎澜智能科技有限公司" not in [one.name for one in related]


def test_exhibitors_without_the_tick_are_left_out(store):
    actor = make_actor()

    left = run(exhibitors.KIND, actor).check({"name": NAME})[0]
    added = run(exhibitors.KIND, actor, add_new=True).check({"name": NAME})[0]

    assert (left.decision, added.decision) == (Decision.SKIP, None)
