"""Headers and rows as they stand in the lists of real units: titles above, two rows, totals, notes, one sheet a month."""

from dataclasses import dataclass, field
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.core.tabular import ColumnSpec, find_header, signature, tables_in, words_of

SPECS = (
    ColumnSpec(
        "name",
        "企业名称",
        ("公司名称", "单位名称", "投资方", "客商名称", "展商", "company name", "company"),
        "name",
        required=True,
    ),
    ColumnSpec("uscc", "统一社会信用代码", ("信用代码", "社会信用代码", "税号"), "code"),
    ColumnSpec("person", "联系人", ("企业联系人", "对接人", "姓名", "contact"), "name"),
    ColumnSpec("phone", "联系电话", ("电话", "手机", "联系方式", "手机号码", "phone"), "phone"),
    ColumnSpec("email", "邮箱", ("电子邮箱", "email"), "text"),
    ColumnSpec("invest", "总投资", ("投资额", "固定资产投资", "注册资本", "投资金额"), "amount", unit="亿元"),
    ColumnSpec("land", "需用土地", ("用地", "用地面积"), "area", unit="亩"),
    ColumnSpec("booth", "展位号", ("展位", "booth no"), "key"),
)
WORDS = words_of(SPECS)


@dataclass
class Sheet:
    name: str
    rows: list
    merged: list = field(default_factory=list)


@dataclass
class Book:
    sheets: list


def filled(rows, merged):
    """The rows with every merged area filled, as a workbook is read."""
    rows = [list(row) for row in rows]
    for top, left, bottom, right in merged:
        for row in rows[top : bottom + 1]:
            row.extend([None] * (right + 1 - len(row)))
            row[left : right + 1] = [rows[top][left]] * (right + 1 - left)
    return rows


HEADER = ["企业名称", "联系人", "联系电话"]
DATA = ["湖北甲有限公司", "王芳", "13800001111"]


@pytest.mark.parametrize(
    "rows,merged,row_no,span,labels",
    [
        pytest.param([HEADER, DATA], [], 1, 1, HEADER, id="first row"),
        pytest.param([["2026年3月客商台账"], [], ["填报单位：港区招商局", None, "单位：亿元"], HEADER, DATA], [], 4, 1, HEADER, id="titles"),
        pytest.param([["台账"], HEADER, DATA], [(0, 0, 0, 2)], 2, 1, HEADER, id="merged title"),
        pytest.param([["企业名称清单"], HEADER, DATA], [(0, 0, 0, 2)], 2, 1, HEADER, id="title with a known word"),
        pytest.param([["x"]] * 19 + [HEADER, DATA], [], 20, 1, HEADER, id="twentieth row"),
        pytest.param(
            [["序号", "企业名称", "联系方式", None, "备注"], [None, None, "电话", "邮箱", None], [1, "甲公司", "1", "a@b", None]],
            [(0, 0, 1, 0), (0, 1, 1, 1), (0, 2, 0, 3), (0, 4, 1, 4)],
            1,
            2,
            ["序号", "企业名称", "联系方式/电话", "联系方式/邮箱", "备注"],
            id="two rows, merged",
        ),
        pytest.param(
            [["表"], ["企业名称", "联系方式", None], [None, "电话", "邮箱"], ["甲公司", "138", "a@b"]],
            [(0, 0, 0, 2), (1, 0, 2, 0), (1, 1, 1, 2)],
            2,
            2,
            ["企业名称", "联系方式/电话", "联系方式/邮箱"],
            id="two rows under a merged title",
        ),
        pytest.param(
            [["企业名称", "联系方式", None, "总投资"], [None, "电话", "邮箱", None], ["甲公司", "138", "a@b", "1亿"]],
            [],
            1,
            2,
            ["企业名称", "联系方式/电话", "联系方式/邮箱", "总投资"],
            id="two rows of text",
        ),
        pytest.param([["公司", "电话", "电话", "电话"], DATA], [], 1, 1, ["公司", "电话", "电话2", "电话3"], id="repeated labels"),
        pytest.param([["公司", "电话", "电话2", "电话"], DATA], [], 1, 1, ["公司", "电话", "电话2", "电话3"], id="a number is taken"),
        pytest.param([["联 系 人", "企业\n名称", "*联系电话："], DATA], [], 1, 1, ["联系人", "企业名称", "联系电话"], id="spaces and marks"),
        pytest.param([["企業名稱", "聯繫人", "聯繫電話"], DATA], [], 1, 1, ["企業名稱", "聯繫人", "聯繫電話"], id="traditional"),
        pytest.param([["Company Name", "Contact", "Booth No."], ["Foo GmbH", "Max", "9.1D30"]], [], 1, 1, ["Company Name", "Contact", "Booth No."], id="English"),
        pytest.param([["企业名称", "甲列"], ["湖北甲有限公司", *(f"第{n}种联系方式" for n in range(9))]], [], 1, 1, ["企业名称", "甲列"], id="data that end like labels"),
        pytest.param([["企业名称"], ["甲有限公司"], ["乙有限公司"]], [], 1, 1, ["企业名称"], id="one column"),
        pytest.param([[None, "企业名称", "电话"], [None, "甲有限公司", "138"]], [], 1, 1, ["", "企业名称", "电话"], id="empty first column"),
        pytest.param([["甲栏", "乙栏", "丙栏"], ["a", 1, date(2026, 1, 1)], ["b", 2, date(2026, 1, 2)]], [], 1, 1, ["甲栏", "乙栏", "丙栏"], id="no word we know"),
    ],
)  # fmt: skip
def test_the_header_is_found(rows, merged, row_no, span, labels):
    header = find_header(filled(rows, merged), WORDS, merged)

    assert header is not None
    assert (header.row_no, header.span, list(header.labels)) == (row_no, span, labels)
    assert len(header.above) == row_no - 1
    assert len(header.lines) == span


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [[None]],
        [DATA, ["湖北乙有限公司", "李雷", "13900001111"]],
        [["湖北甲有限公司"], ["湖北乙有限公司"]],
        [[1, 2, 3], [4, 5, 6]],
        [["x"]] * 20 + [HEADER, DATA],
    ],
    ids=["nothing", "blank", "data at once", "names alone", "figures", "twenty-first row"],
)
def test_without_a_header_none_is_invented(rows):
    assert find_header(rows, WORDS) is None


@pytest.mark.parametrize(
    "above,title,unit",
    [
        ([["2026年3月 在谈项目台账"], ["填报单位：市招商局", "单位：亿元"]], "2026年3月在谈项目台账", "亿元"),
        ([["填报单位：市招商局"], ["台账（金额单位：万元）"]], "台账(金额单位：万元)", "万元"),
        ([["附件1"], ["台账"]], "附件1", ""),
        ([["报送单位：万达招商局"]], "", ""),
        ([["计量单位:万美元、亩"]], "", "万美元、亩"),
        ([], "", ""),
    ],
)
def test_what_stands_above_is_kept(above, title, unit):
    header = find_header([*above, HEADER, DATA], WORDS)

    assert header is not None
    assert header.title.replace("（", "(").replace("）", ")") == title
    assert header.unit == unit
    assert header.above == tuple(tuple(row) for row in above)


def test_the_column_of_running_numbers_is_named():
    header = find_header([["企业名称", "序 号"], DATA], WORDS)

    assert header is not None and header.serial == 1


def body(rows, merged=()):
    (table,) = tables_in(Book([Sheet("一月", filled(rows, merged), list(merged))]), WORDS)
    return table


def test_rows_keep_their_number_and_are_as_wide_as_the_header():
    table = body([["台账"], HEADER, [], DATA, ["湖北乙有限公司"]])

    assert [(row.number, row.cells) for row in table.rows] == [(4, tuple(DATA)), (5, ("湖北乙有限公司", None, None))]
    assert table.skipped == (("一月", 3, "blank"),)


@pytest.mark.parametrize(
    "row,why",
    [
        (["合计", None, 3], "total"),
        ([None, "合 计", 3], "total"),
        (["小计：", None, 3], "total"),
        (["1月小计", 5, 3], "total"),
        (["总计（12家）", 5, 3], "total"),
        (["Total", 5, 3], "total"),
        ([" 企业 名称", "联系人", "联系电话"], "repeated_header"),
        (["企业名称", "联系人", None], "repeated_header"),
        (["填报人：王芳"], "note"),
        (["备注：一个月无进度须说明原因"], "note"),
        (["片组：一组", "填报人：王芳", "电话：138"], "note"),
        (["注1：数据截至3月"], "note"),
        (["一、装备制造业"], "title"),
        (["（二）电子信息"], "title"),
        ([None, None], "blank"),
        (["  ", None], "blank"),
    ],
)
def test_what_is_no_data_is_skipped_and_counted(row, why):
    table = body([HEADER, DATA, row])

    assert [cells.number for cells in table.rows] == [2]
    assert table.skipped == (("一月", 3, why),)


@pytest.mark.parametrize(
    "row",
    [
        ["湖北合计科技有限公司", "王芳", "1"],
        ["总计算机有限公司"],
        ["小计"[0] + "米科技有限公司"],
        ["说明书印刷有限公司", "王", "1"],
        ["一汽大众"],
        ["联系人才服务有限公司", "联系人", None],
        ["企业名称", "王芳", "138"],
        ["湖北甲有限公司"],
    ],
)
def test_what_looks_alike_stays_data(row):
    assert [cells.number for cells in body([HEADER, DATA, row]).rows] == [2, 3]


def test_notes_after_a_note_are_notes_too():
    table = body([HEADER, DATA, ["说明：", None, None], ["1.本表每周五报送市招商中心，逾期视为无进度。"]])

    assert [why for _sheet, _number, why in table.skipped] == ["note", "note"]


def test_a_heading_over_the_whole_width_is_no_company():
    table = body([HEADER, ["装备制造"], DATA], [(1, 0, 1, 2)])

    assert table.skipped == (("一月", 2, "title"),)


def test_an_investor_over_several_rows_fills_each():
    table = body([HEADER, ["湖北甲有限公司", "王芳", "1"], [None, "李雷", "2"]], [(1, 0, 2, 0)])

    assert [row.cells[0] for row in table.rows] == ["湖北甲有限公司"] * 2


def test_sheets_with_one_header_are_joined_and_others_offered():
    book = Book(
        [
            Sheet("说明", [["本表由市招商中心汇总"]]),
            Sheet("1月", [["1月台账"], HEADER, DATA]),
            Sheet("空", []),
            Sheet("2月", [HEADER, DATA, DATA, ["合计", 2]]),
            Sheet("展商", [["展商", "展位号"], ["甲公司", "9.1D30"]]),
        ]
    )

    tables = tables_in(book, WORDS)

    assert [table.sheets for table in tables] == [("1月", "2月"), ("展商",), ("说明",)]
    assert [(row.sheet, row.number) for row in tables[0].rows] == [("1月", 3), ("2月", 2), ("2月", 3)]
    assert tables[0].skipped == (("2月", 4, "total"),)
    assert tables[2].header.labels == ("",) and tables[2].header.span == 0


def test_a_list_without_a_header_gives_all_its_rows():
    (table,) = tables_in(Book([Sheet("一", [DATA, [], DATA])]), WORDS)

    assert table.header.labels == ("", "", "") and table.signature == ""
    assert [row.number for row in table.rows] == [1, 3]


@pytest.mark.parametrize(
    "one,other",
    [("联系电话", "聯繫 電話"), ("２０２６年到资", "2025年到资"), ("投资(亿元)", "投资（亿元）"), ("A", "a")],
)
def test_a_signature_overlooks_what_changes_nothing(one, other):
    assert signature([one, "x"]) == signature([other, "x", ""])


@pytest.mark.parametrize(
    "one,other", [(["投资(亿元)"], ["投资(万元)"]), (["a", "b"], ["b", "a"]), (["ab", "c"], ["a", "bc"]), ([], ["a"])]
)
def test_a_signature_tells_other_headers_apart(one, other):
    assert signature(one) != signature(other)
    assert len(signature(one)) == 32


CELLS = st.one_of(
    st.none(),
    st.text(max_size=8),
    st.integers(-5, 10**18),
    st.floats(allow_nan=True),
    st.booleans(),
    st.dates(),
    st.sampled_from(HEADER),
)


@given(st.lists(st.lists(CELLS, max_size=5), max_size=12))
@settings(max_examples=200, deadline=None)
def test_whatever_stands_in_a_sheet_each_row_has_one_fate(rows):
    tables = tables_in(Book([Sheet("一", rows)]), WORDS)

    for table in tables:
        start = table.header.row_no + table.header.span if table.header.span else 1
        fates = sorted([row.number for row in table.rows] + [number for _sheet, number, _why in table.skipped])
        assert fates == list(range(start, len(rows) + 1))
