"""What a cell means in its column: a table of cases for every kind, and that nothing is made up or lost."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.core import uscc
from crm.core.tabular import ColumnSpec, Fault, Unit, phones, raw_text, read_value

YUAN = ColumnSpec("invest", "总投资", kind="amount", unit="元")
YI = ColumnSpec("invest", "总投资", kind="amount", unit="亿元")
ASSUMED = ColumnSpec("invest", "总投资", kind="amount", unit="亿元", assumed="万元")
FOREIGN = ColumnSpec("capital", "注册资本", kind="amount", unit="万元", foreign=True)
MU = ColumnSpec("land", "用地", kind="area", unit="亩")
SQUARE = ColumnSpec("plant", "厂房", kind="area", unit="平方米", assumed="平方米")
NUMBER = ColumnSpec("staff", "人数", kind="number")
SHARE = ColumnSpec("share", "占比", kind="number", unit="%")
DAY = ColumnSpec("day", "日期", kind="day")
PHONE = ColumnSpec("phone", "电话", kind="phone")
CODE = ColumnSpec("uscc", "信用代码", kind="code")
KEY = ColumnSpec("booth", "展位号", kind="key")
NAME = ColumnSpec("name", "企业名称", kind="name")
TEXT = ColumnSpec("note", "备注", longest=10)
LIST = ColumnSpec("products", "产品", kind="list")
KNOWN = ColumnSpec("known", "是否上市", kind="choice", choices={"yes": ("是", "已上市"), "no": ("否", "未上市")})
STAGE = ColumnSpec("stage", "阶段", kind="choice", choices={"talks": ("在谈", "洽谈中"), "signed": ("签约", "已签约")})
WAN, EYI, USD = (
    Unit(Decimal(10**4), text="万元"),
    Unit(Decimal(10**8), text="亿元"),
    Unit(Decimal(10**4), "USD", "万美元"),
)
SQM = Unit(Decimal("0.0015"), "", "平方米", "area")
WAN_PEOPLE = Unit(Decimal(10**4), "", "万人", "count")
VALID = uscc.with_check_digits("91420200MA4900AB")
WIDE = "".join(chr(ord(c) + 0xFEE0) for c in VALID)


@pytest.mark.parametrize(
    "spec,cell,unit,value",
    [
        (YUAN, "1.2亿", None, 120_000_000),
        (YUAN, "3,000万元", None, 30_000_000),
        (YUAN, "约5000万", None, 50_000_000),
        (YUAN, "5000万元人民币", None, 50_000_000),
        (YUAN, "人民币3000万元整", None, 30_000_000),
        (YUAN, "1亿2000万", None, 120_000_000),
        (YUAN, "两个亿", None, 200_000_000),
        (YUAN, "三千五百万", None, 35_000_000),
        (YUAN, "１２００万元", None, 12_000_000),
        (YUAN, "超10亿元", None, 1_000_000_000),
        (YUAN, "10亿元左右", None, 1_000_000_000),
        (YUAN, "1.2 亿", None, 120_000_000),
        (YUAN, "3 000 000元", None, 3_000_000),
        (YUAN, "20000(万元)", None, 200_000_000),
        (YUAN, "0", None, 0),
        (YI, 1.5, EYI, "1.5"),
        (YI, "1.5", EYI, "1.5"),
        (YI, "3000万", EYI, "0.3"),
        (YI, "3000万元", WAN, "0.3"),
        (YI, "3000人民币", WAN, "0.3"),
        (YI, "500元", WAN, "0.000005"),
        (YI, 0.1 + 0.2, EYI, "0.3"),
        (YI, 15_000, WAN, "1.5"),
        (ASSUMED, 15_000, None, "1.5"),
        (ASSUMED, 1.5, EYI, "1.5"),
        (FOREIGN, 500, USD, 500),
        (FOREIGN, "500万", USD, 500),
        (FOREIGN, "500万美元", USD, 500),
        (FOREIGN, "5000万元", WAN, 5_000),
        (MU, "50亩", None, 50),
        (MU, "约100亩", None, 100),
        (MU, "2万平方米", None, 30),
        (MU, "3公顷", None, 45),
        (MU, 1_000, SQM, "1.5"),
        (SQUARE, "1,500㎡", None, 1_500),
        (SQUARE, 1_500, None, 1_500),
        (SQUARE, "3亩", None, 2_000),
        (NUMBER, "300人", None, 300),
        (NUMBER, "约1.2万人", None, 12_000),
        (NUMBER, 5, WAN_PEOPLE, 50_000),
        (NUMBER, "-3.5", None, "-3.5"),
        (NUMBER, "12%", None, "0.12"),
        (NUMBER, "1E3", None, 1_000),
        (SHARE, "12%", None, 12),
        (SHARE, "12％", None, 12),
        (SHARE, 0.15, None, 15),
        (SHARE, 15, Unit(dimension="share"), 15),
        (SHARE, 0.5, Unit(dimension="share"), "0.5"),
    ],
)
def test_a_figure_comes_out_in_the_unit_of_its_column(spec, cell, unit, value):
    found = read_value(spec, cell, unit)

    assert found == Decimal(value)
    assert "E" not in str(found)


@pytest.mark.parametrize(
    "spec,cell,unit,code,facts",
    [
        (YUAN, "1.5", None, "unit_missing", {}),
        (YUAN, 5_000, None, "unit_missing", {}),
        (YUAN, "500万美元", None, "foreign_currency", {"currency": "USD", "amount": "5000000"}),
        (YUAN, "$500万", None, "foreign_currency", {"currency": "USD", "amount": "5000000"}),
        (YUAN, 500, USD, "foreign_currency", {"currency": "USD", "amount": "5000000"}),
        (FOREIGN, "500万美元", WAN, "foreign_currency", {"currency": "USD", "amount": "5000000"}),
        (FOREIGN, "500万欧元", USD, "foreign_currency", {"currency": "EUR", "amount": "5000000"}),
        (YUAN, "1-2亿", None, "range", {}),
        (YUAN, "5000万~8000万元", None, "range", {}),
        (YUAN, "5000万至1亿", None, "range", {}),
        (YUAN, "-5万元", None, "negative", {}),
        (YUAN, "1" * 17 + "元", None, "too_large", {}),
        (YUAN, "300人", None, "not_a_number", {}),
        (YUAN, "一期1亿，二期2亿", None, "not_a_number", {}),
        (YUAN, "9" * 500, None, "not_a_number", {}),
        (YUAN, True, None, "not_a_number", {}),
        (YUAN, date(2026, 1, 1), WAN, "not_a_number", {}),
        (YUAN, float("nan"), WAN, "not_a_number", {}),
        (YUAN, float("inf"), WAN, "not_a_number", {}),
        (YUAN, "#DIV/0!", WAN, "formula_error", {"error": "#DIV/0!"}),
        (MU, 50, None, "unit_missing", {}),
        (MU, "50万元", None, "not_a_number", {}),
        (NUMBER, "100-200人", None, "range", {}),
        (NUMBER, "50万元", None, "not_a_number", {}),
    ],
)
def test_a_figure_that_is_unclear_is_a_fault(spec, cell, unit, code, facts):
    fault = read_value(spec, cell, unit)

    assert isinstance(fault, Fault)
    assert (fault.code, dict(fault.facts), fault.raw) == (code, facts, raw_text(cell))


@pytest.mark.parametrize(
    "cell,number",
    [
        ("13800001111", "13800001111"),
        (13_800_001_111, "13800001111"),
        (13_800_001_111.0, "13800001111"),
        ("138 0000 1111", "13800001111"),
        ("+86 138-0000-1111", "13800001111"),
        ("8613800001111", "13800001111"),
        ("１３８００００１１１１", "13800001111"),
        ("王芳 13800001111", "13800001111"),
        ("0714-6512345", "0714-6512345"),
        ("07146512345", "0714-6512345"),
        ("(0714)6512345", "0714-6512345"),
        ("0714 6512345转801", "0714-6512345转801"),
        ("+86-714-6512345", "0714-6512345"),
        ("021-62345678", "021-62345678"),
        ("400-123-4567", "400-1234567"),
        ("4001234567", "400-1234567"),
        ("6512345", "6512345"),
        ("+49 30 901820", "+49 30 901820"),
        ("0714-6512345、13800001111", "13800001111"),
    ],
)
def test_a_phone_number_in_one_form(cell, number):
    assert read_value(PHONE, cell) == number


@pytest.mark.parametrize(
    "cell,code",
    [
        ("138****1111", "masked"),
        ("1.38E+10", "not_a_phone"),
        ("王芳", "not_a_phone"),
        ("1380000111", "not_a_phone"),
        (7_146_512_345, "digits_lost"),
        (12, "not_a_phone"),
        (True, "not_a_phone"),
    ],
)
def test_no_phone_number_is_made_up(cell, code):
    fault = read_value(PHONE, cell)

    assert isinstance(fault, Fault) and fault.code == code


def test_all_numbers_of_a_cell():
    assert phones("13800001111/0714-6512345; 13900002222") == ("13800001111", "13900002222", "0714-6512345")


@pytest.mark.parametrize("cell", [VALID, WIDE, VALID.lower(), f" {VALID[:9]} {VALID[9:]} ", f"{VALID}\t", f"'{VALID}"])
def test_a_code_in_one_form(cell):
    assert read_value(CODE, cell) == VALID


@pytest.mark.parametrize(
    "cell,code,reason",
    [
        (VALID[:-1] + ("0" if VALID[-1] != "0" else "1"), "bad_code", "check_digit"),
        ("420200000012345", "bad_code", "length"),
        (VALID.replace("91", "9I", 1), "bad_code", "alphabet"),
        (914_202_007_739_206_456, "digits_lost", None),
        ("91420200MA********", "masked", None),
        ("黄石", "bad_code", "length"),
    ],
)
def test_a_code_that_is_wrong_says_why(cell, code, reason):
    fault = read_value(CODE, cell)

    assert isinstance(fault, Fault)
    assert (fault.code, fault.facts.get("reason")) == (code, reason)


@pytest.mark.parametrize(
    "spec,cell,value",
    [
        (KEY, "1E10", "1E10"),
        (KEY, " 9.1 D30 ", "9.1D30"),
        (KEY, "００７", "007"),
        (KEY, 7, "7"),
        (NAME, "1、湖北甲有限公司", "湖北甲有限公司"),
        (NAME, "湖北\n甲 有限公司；", "湖北甲有限公司"),
        (NAME, "Foo  Co., Ltd.", "Foo Co., Ltd."),
        (NAME, "3M中国有限公司", "3M中国有限公司"),
        (NAME, "360公司", "360公司"),
        (NAME, "1.2万公司", "1.2万公司"),
        (TEXT, " 007 ", "007"),
        (TEXT, "两\r\n行\u200b", "两\n行"),
        (TEXT, 1.0, "1"),
        (TEXT, date(2026, 3, 5), "2026-03-05"),
        (TEXT, True, "是"),
        (LIST, "a、b；c;d,e/f", ("a", "b", "c", "d", "e", "f")),
        (LIST, "激光（切割、焊接）、PCB", ("激光（切割、焊接）", "PCB")),
        (LIST, "Foo Co., Ltd, Bar", ("Foo Co., Ltd", "Bar")),
        (LIST, "1、甲\n2、乙\n1、甲", ("甲", "乙")),
        (LIST, "无、-", None),
        (LIST, "101、102", ("101", "102")),
        (LIST, "９．１Ｄ３０、9.1D32", ("９．１Ｄ３０", "9.1D32")),
        (LIST, "1．甲\n2．乙", ("甲", "乙")),
        (KNOWN, "是", "yes"),
        (KNOWN, " 已上市 ", "yes"),
        (KNOWN, "√", "yes"),
        (KNOWN, True, "yes"),
        (KNOWN, "N", "no"),
        (KNOWN, False, "no"),
        (KNOWN, "yes", "yes"),
        (STAGE, "洽谈中", "talks"),
        (STAGE, "已簽約", "signed"),
        (STAGE, "无", None),
    ],
)
def test_texts_and_choices(spec, cell, value):
    assert read_value(spec, cell) == value


@pytest.mark.parametrize(
    "spec,cell,code",
    [
        (KEY, 10**17, "digits_lost"),
        (NAME, "123", "not_a_name"),
        (NAME, "甲" * 201, "too_long"),
        (TEXT, "甲" * 11, "too_long"),
        (STAGE, "可能", "not_a_choice"),
        (STAGE, True, "not_a_choice"),
        (TEXT, "#REF!", "formula_error"),
        (NAME, "########", "formula_error"),
    ],
)
def test_texts_that_cannot_be_taken(spec, cell, code):
    fault = read_value(spec, cell)

    assert isinstance(fault, Fault)
    assert (fault.code, fault.raw) == (code, raw_text(cell))


@pytest.mark.parametrize("cell", [None, "", "  ", "无", "/", "-", "——", "暂无", "N/A", "null", "（无）", "\u200b"])
@pytest.mark.parametrize(
    "spec", [YI, MU, NUMBER, DAY, PHONE, CODE, KEY, NAME, TEXT, LIST, STAGE], ids=lambda spec: spec.kind
)
def test_a_word_for_nothing_is_nothing(spec, cell):
    assert read_value(spec, cell) is None


@pytest.mark.parametrize("spec", [YI, MU, NUMBER, DAY, PHONE, CODE], ids=lambda spec: spec.kind)
def test_what_is_not_said_yet_is_nothing_but_in_texts(spec):
    assert read_value(spec, "待定") is None
    assert read_value(TEXT, "待定") == "待定"


@pytest.mark.parametrize("cell", [None, "", "无"])
def test_what_is_required_may_not_be_nothing(cell):
    fault = read_value(ColumnSpec("name", "企业名称", kind="name", required=True), cell)

    assert fault == Fault("required", {}, raw_text(cell))


ALL = [YUAN, YI, ASSUMED, FOREIGN, MU, SQUARE, NUMBER, SHARE, DAY, PHONE, CODE, KEY, NAME, TEXT, LIST, KNOWN, STAGE]
CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.dates(),
    st.datetimes(),
    st.text(max_size=80),
    st.text("0123456789.-~/年月日万亿元亩约,、 +()*%eE", max_size=30),
)


@given(
    st.sampled_from(ALL), CELLS, st.sampled_from([None, WAN, EYI, USD, SQM, WAN_PEOPLE]), st.sampled_from([None, 2026])
)
@settings(max_examples=1_500, deadline=None)
def test_any_cell_is_a_value_nothing_or_a_fault_with_its_text(spec, cell, unit, year):
    value = read_value(spec, cell, unit, year=year)

    if isinstance(value, Fault):
        assert value.raw == raw_text(cell)
    elif value is not None:
        kinds = {"amount": Decimal, "area": Decimal, "number": Decimal, "day": date, "list": tuple}
        assert isinstance(value, kinds.get(spec.kind, str))


@given(st.decimals(0, 10**9, places=4))
@settings(max_examples=300, deadline=None)
def test_an_amount_written_in_any_unit_is_the_same_amount(amount):
    yuan = read_value(YUAN, f"{amount}万元")

    assert yuan == amount * 10_000
    assert read_value(YUAN, f"{amount}", WAN) == yuan
    assert read_value(YI, f"{amount}万元") == amount / 10_000
