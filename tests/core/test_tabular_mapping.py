"""Columns of real lists mapped: synonyms, units, exports of register services, what the data says."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.core import uscc
from crm.core.tabular import SURE, ColumnSpec, map_columns, recognise_source
from crm.core.tabular.labels import plain, unit_in
from tests.core.test_tabular_headers import SPECS

FULL = (
    *SPECS,
    ColumnSpec("capital", "注册资本", ("注册资金",), "amount", unit="万元", foreign=True),
    ColumnSpec("founded", "成立日期", ("成立时间", "注册日期"), "day"),
    ColumnSpec("staff", "员工人数", ("从业人数", "参保人数"), "number"),
    ColumnSpec("address", "地址", ("注册地址", "企业地址", "通讯地址"), "text"),
    ColumnSpec("note", "备注", ("说明",), "text"),
)
CODES = [uscc.with_check_digits(f"91420200{number:08d}") for number in range(10, 20)]


def named(labels, specs=FULL, **more):
    """What each label was taken for, and whether that is sure."""
    found = map_columns(labels, specs, **more)
    return {column.label: (column.spec, column.confidence >= SURE) for column in found.columns if column.spec}


@pytest.mark.parametrize(
    "label,spec",
    [
        ("企业名称", "name"),
        ("企业名称（必填）", "name"),
        ("*公司名称", "name"),
        ("公 司 名 称", "name"),
        ("企業名稱", "name"),
        ("Company Name", "name"),
        ("COMPANY", "name"),
        ("投资方", "name"),
        ("统一社会信用代码", "uscc"),
        ("聯繫電話", "phone"),
        ("联系方式/电话", "phone"),
        ("联系人/姓名", "person"),
        ("企业联系电话", "phone"),
        ("联系人手机号码", "phone"),
        ("投资额(亿元)", "invest"),
        ("投资额/亿元", "invest"),
        ("用地面积（亩）", "land"),
        ("成立日期", "founded"),
        ("Booth No.", "booth"),
    ],
)
def test_a_label_means_a_column(label, spec):
    (column,) = map_columns([label], FULL).columns

    assert (column.spec, column.why != "none") == (spec, True)
    assert column.confidence >= 0.84


def test_each_spec_is_used_once_and_the_rest_is_listed():
    found = map_columns(["公司名称", "电话", "电话2", "企业名称", "招商专员"], FULL)

    assert {column.label: column.spec for column in found.columns} == {
        "公司名称": None,
        "电话": "phone",
        "电话2": None,
        "企业名称": "name",
        "招商专员": None,
    }
    assert [column.label for column in found.unmapped] == ["公司名称", "电话2", "招商专员"]
    assert found.columns[0].rivals == ("name",)
    assert found.by_spec["phone"].place == 1


def test_required_columns_that_are_missing_are_named():
    assert map_columns(["电话"], FULL).missing == ("name",)
    assert map_columns(["企业名称"], FULL).missing == ()


@pytest.mark.parametrize("label", ["企业名称(英文)", "项目名称", "联系人职务", "名称"])
def test_a_label_that_only_resembles_is_asked_about(label):
    found = map_columns([label], FULL)

    assert found.columns[0].spec is None or found.columns[0].confidence < SURE


def test_what_was_learned_goes_first():
    found = map_columns(
        ["客户", "备注", "企业名称"], FULL, {"客户": "name", "备注 ": "", "企业名称": "", "没有": "gone"}
    )

    assert [(column.spec, column.why) for column in found.columns] == [
        ("name", "remembered"),
        (None, "none"),
        (None, "none"),
    ]


def test_what_was_learned_of_a_column_that_is_gone_is_overlooked():
    assert map_columns(["企业名称"], FULL, {"企业名称": "old"}).columns[0].spec == "name"


@pytest.mark.parametrize(
    "label,factor,currency",
    [
        ("注册资本(万元)", 10_000, "CNY"),
        ("注册资本（亿元）", 100_000_000, "CNY"),
        ("注册资本/亿元", 100_000_000, "CNY"),
        ("注册资本：万元", 10_000, "CNY"),
        ("注册资本亿元", 100_000_000, "CNY"),
        ("注册资本(万元人民币)", 10_000, "CNY"),
        ("注册资本（万）", 10_000, "CNY"),
        ("注册资本(元)", 1, "CNY"),
        ("注册资本（万美元）", 10_000, "USD"),
        ("注册资本(USD)", 1, "USD"),
        ("注册资本(百万欧元)", 1_000_000, "EUR"),
    ],
)
def test_the_unit_of_a_header(label, factor, currency):
    column = map_columns([label], FULL).by_spec["capital"]

    assert column.unit is not None
    assert (column.unit.factor, column.unit.currency) == (Decimal(factor), currency)
    assert column.confidence >= SURE


@pytest.mark.parametrize("label", ["注册资本", "注册资本(万元/万美元)", "注册资本(必填)"])
def test_no_unit_is_made_up(label):
    assert map_columns([label], FULL).by_spec["capital"].unit is None


def test_the_unit_of_the_whole_table_is_taken_where_a_label_names_none():
    found = map_columns(["注册资本", "总投资(亿元)", "需用土地"], FULL, table_unit="万元、亩").by_spec

    assert found["capital"].unit.factor == 10_000
    assert found["invest"].unit.factor == 100_000_000
    assert found["land"].unit.dimension == "area"


@pytest.mark.parametrize(
    "label,factor",
    [
        ("面积(亩)", 1),
        ("面积（平方米）", Decimal("0.0015")),
        ("面积(万㎡)", 15),
        ("面积/公顷", 15),
        ("面积（m²）", Decimal("0.0015")),
    ],
)
def test_the_unit_of_land(label, factor):
    assert unit_in(label, "area").factor == factor
    assert plain(label) == "面积"


def test_land_is_no_money():
    assert map_columns(["总投资(亩)"], (SPECS[5],)).columns[0].confidence < SURE


def test_data_raise_and_lower_the_confidence():
    rows = [[code, "2026-03-05", "湖北甲有限公司", "13800001111"] for code in CODES]
    lone = map_columns(["税务编码", "电话", "备注", "企业"], FULL, samples=rows)
    by_place = {column.place: column for column in lone.columns}

    assert (by_place[0].spec, by_place[0].why) == ("uscc", "data")
    assert by_place[1].spec != "phone" or by_place[1].confidence < SURE


def test_columns_without_a_label_are_told_by_their_data():
    rows = [[f"湖北{number}号电子有限公司", code, "13800001111"] for number, code in enumerate(CODES)]

    found = map_columns(["", "", ""], FULL, samples=rows)

    assert [column.spec for column in found.columns] == ["name", "uscc", "phone"]
    assert all(column.why == "data" for column in found.columns)


def test_dates_under_a_phone_label_are_doubted():
    rows = [[date(2026, 3, number)] for number in range(1, 9)]

    (column,) = map_columns(["联系方式"], FULL, samples=rows).columns

    assert column.spec is None or column.confidence < SURE


QCC = "企业名称,登记状态,法定代表人,注册资本,成立日期,核准日期,所属省份,所属城市,所属区县,电话,更多电话,邮箱,更多邮箱,统一社会信用代码,纳税人识别号,注册号,组织机构代码,参保人数,企业（机构）类型,曾用名,英文名,官网,企业地址,经营范围"
TYC = "公司名称,登记状态,法定代表人,企业规模,注册资本,实缴资本,成立日期,核准日期,营业期限,所属省份,所属城市,所属区县,公司类型,国标行业门类,曾用名,统一社会信用代码,纳税人识别号,注册号,组织机构代码,参保人数,参保人数所属年报,有效手机号,更多电话,注册地址,最新年报地址,通信地址,网址,邮箱,其他邮箱,经营范围"


@pytest.mark.parametrize(
    "labels,title,source",
    [
        (QCC, "", "qcc"),
        (TYC, "", "tyc"),
        ("企业名称", "企查查-高级搜索导出", "qcc"),
        ("企业名称", "本数据由天眼查提供", "tyc"),
        ("企业名称", "启信宝导出", "qxb"),
        ("展商名称,展位号,展品", "", "fair"),
        ("馆号,展位号,客户名称", "", "fair"),
        ("企业名称,联系人,电话", "3月台账", None),
        ("企业名称,统一社会信用代码,法定代表人,注册资本,成立日期,所属省份", "", None),
        ("", "", None),
    ],
)
def test_exports_of_known_services_are_recognised(labels, title, source):
    assert recognise_source(labels.split(","), title) == source


@pytest.mark.parametrize("labels", [QCC, TYC])
def test_an_export_maps_without_a_question(labels):
    found = named(labels.split(","))

    taken = dict(found.values())
    assert {"name", "uscc", "capital", "founded", "staff", "phone", "email", "address"} <= set(taken)
    assert all(sure for spec, sure in taken.items() if spec in ("name", "uscc", "capital", "founded", "staff"))


LABELS = st.lists(st.one_of(st.text(max_size=12), st.sampled_from([spec.label for spec in FULL])), max_size=8)


@given(
    LABELS,
    st.lists(st.lists(st.one_of(st.none(), st.text(max_size=9), st.floats(), st.dates()), max_size=8), max_size=5),
)
@settings(max_examples=150, deadline=None)
def test_any_header_is_mapped_with_each_spec_at_most_once(labels, samples):
    found = map_columns(labels, FULL, samples=samples)
    taken = [column.spec for column in found.columns if column.spec]

    assert [column.label for column in found.columns] == labels
    assert len(taken) == len(set(taken))
    assert all(0 <= column.confidence <= 1 for column in found.columns)
    assert set(found.missing).isdisjoint(taken)


@pytest.mark.parametrize("names", [["宁波乙模具有限公司"], ["宁波乙模具有限公司", "丙铸造股份有限公司"]])
def test_one_or_two_names_pasted_without_a_header_are_names(names):
    found = map_columns([""], FULL, samples=[[name] for name in names])

    assert [(column.spec, column.why) for column in found.columns] == [("name", "data")]
    assert found.missing == ()


def test_a_lone_column_of_other_words_stays_a_persons_choice():
    found = map_columns([""], FULL, samples=[["待补充"], ["见附件"]])

    assert [column.spec for column in found.columns] == [None]
