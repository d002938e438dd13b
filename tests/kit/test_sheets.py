"""Workbooks as people have them: what stands in a cell is what is read."""

from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from crm.kit import tables
from crm.kit.sheets import Note, read
from tests.kit import hostile_files, old_workbook

LINK = '<externalLink xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>'


def write(path: Path, cells: dict[str, object], **options: object) -> Path:
    """Write a workbook; a cell is a value or (value, number format)."""
    book = xlsxwriter.Workbook(path, {"strings_to_numbers": False, "strings_to_formulas": False, **options})
    sheet = book.add_worksheet("数据")
    for place, told in cells.items():
        value, pattern = told if isinstance(told, tuple) else (told, "")
        style = book.add_format({"num_format": pattern}) if pattern else None
        if isinstance(value, date):
            sheet.write_datetime(place, value, style)
        elif isinstance(value, str):
            sheet.write_string(place, value, style)
        else:
            sheet.write(place, value, style)
    book.close()
    return path


@pytest.mark.parametrize("from_1904", [False, True])
@pytest.mark.parametrize(
    "written,cell",
    [
        ("1E10", "1E10"),
        ("007", "007"),
        ("914202007739206456", "914202007739206456"),
        (" 两行\n文字 ", " 两行\n文字 "),
        ("=1+1", "=1+1"),
        ("_x000D_", "_x000D_"),
        ("𠮷野家 😀", "𠮷野家 😀"),
        ((13800001111, ""), 13800001111),
        ((3.0, "@"), 3),
        ((0.1, "0.00%"), 0.1),
        ((-1.5, "[Red]0.00"), -1.5),
        ((1e300, "yyyy-mm-dd"), 1e300),
        (True, True),
        ((date(2026, 3, 5), "yyyy-mm-dd"), date(2026, 3, 5)),
        ((date(2026, 3, 5), 'yyyy"年"m"月"d"日"'), date(2026, 3, 5)),
        ((date(2026, 3, 1), '[$-804]yyyy"年"m"月";@'), date(2026, 3, 1)),
        ((datetime(2026, 3, 5, 10, 24, 59), "yyyy-mm-dd hh:mm"), datetime(2026, 3, 5, 10, 24, 59)),
        ((0.5, "hh:mm"), "12:00"),
        ((1.75, "[h]:mm"), "42:00"),
        ((-5, "yyyy-mm-dd"), "-5"),
    ],
)
def test_a_cell_keeps_what_it_holds(tmp_path, written, cell, from_1904):
    path = write(tmp_path / "a.xlsx", {"A1": "x", "B2": written}, date_1904=from_1904)

    assert read(path, "a.xlsx").sheets[0].rows == [["x"], [None, cell]]


@pytest.mark.parametrize("value,text", [(2958465, "9999-12-31"), (2958466, 2958466), (60, "1900-02-28")])
def test_a_day_far_off_stays_what_it_was(tmp_path, value, text):
    path = write(tmp_path / "a.xlsx", {"A1": (value, "yyyy-mm-dd")})

    assert read(path, "a.xlsx").sheets[0].rows == [[text]]


def test_formulas_give_their_stored_values_and_are_never_computed(tmp_path):
    book = xlsxwriter.Workbook(tmp_path / "a.xlsx")
    sheet = book.add_worksheet()
    for place, (formula, value) in enumerate({"=1+1": 5, '="a"': "甲", "=1/0": "#DIV/0!", "=NOW()": ""}.items()):
        sheet.write_formula(0, place, formula, None, value)
    sheet.write_formula("F1", "=HYPERLINK(1)", None, "尾")
    book.close()

    found = read(tmp_path / "a.xlsx", "a.xlsx")

    assert found.sheets[0].rows == [[5, "甲", "#DIV/0!", None, None, "尾"]]
    assert found.notes == [Note("no_value", {"count": 1, "sheet": "Sheet1"})]


def test_formulas_that_were_never_computed_are_empty_and_said_so(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["=1+1", "文字", "=2+2"])
    book.save(tmp_path / "a.xlsx")

    found = read(tmp_path / "a.xlsx", "a.xlsx")

    assert found.sheets[0].rows == [[None, "文字"]]
    assert found.notes == [Note("no_value", {"count": 2, "sheet": "Sheet"})]


def test_merged_cells_all_hold_the_value(tmp_path):
    book = xlsxwriter.Workbook(tmp_path / "a.xlsx")
    sheet = book.add_worksheet("甲")
    sheet.merge_range("A1:D1", "台账")
    sheet.merge_range("A2:A4", "湖北甲有限公司")
    for row in range(1, 4):
        sheet.write_number(row, 1, row)
    sheet.merge.append([5, 0, 999, 16_383])  # named as merged; sixteen million cells are not written for it
    book.close()

    found = read(tmp_path / "a.xlsx", "a.xlsx").sheets[0]

    assert found.rows == [["台账"] * 2, ["湖北甲有限公司", 1], ["湖北甲有限公司", 2], ["湖北甲有限公司", 3]]
    assert found.merged == [(0, 0, 0, 1), (1, 0, 3, 0)]


def test_hidden_sheets_are_skipped_and_named_and_charts_are_none(tmp_path):
    book = xlsxwriter.Workbook(tmp_path / "a.xlsx")
    for name in ("一月", "参数", "二月"):
        book.add_worksheet(name).write(0, 0, name)
    book.get_worksheet_by_name("参数").hide()
    book.add_chartsheet("图")
    book.close()

    found = read(tmp_path / "a.xlsx", "a.xlsx")

    assert [(sheet.name, sheet.rows) for sheet in found.sheets] == [("一月", [["一月"]]), ("二月", [["二月"]])]
    assert found.notes == [Note("hidden_sheet", {"name": "参数"})]


def test_a_hidden_sheet_of_any_size_does_not_stop_the_others(tmp_path):
    book = xlsxwriter.Workbook(tmp_path / "a.xlsx")
    book.add_worksheet("一月").write(0, 0, "甲")
    hidden = book.add_worksheet("参数")
    hidden.write("XFD1048576", 1)
    hidden.hide()
    book.close()

    assert read(tmp_path / "a.xlsx", "a.xlsx").sheets[0].rows == [["甲"]]


def test_links_to_other_workbooks_are_said_and_not_followed(tmp_path):
    path = tmp_path / "a.xlsx"
    path.write_bytes(hostile_files.workbook(hostile_files.cell_at("A1"), {"xl/externalLinks/externalLink1.xml": LINK}))

    found = read(path, "a.xlsx")

    assert found.sheets[0].rows == [["x"]]
    assert found.notes == [Note("external_links", {"count": 1})]


def test_parts_named_with_the_other_slash(tmp_path):
    path = tmp_path / "a.xlsx"
    content = hostile_files.workbook(hostile_files.cell_at("A1"))
    for name in (b"xl/workbook.xml", b"xl/worksheets/sheet1.xml", b"xl/_rels/workbook.xml.rels", b"_rels/.rels"):
        content = content.replace(name, name.replace(b"/", b"\\"))
    path.write_bytes(content)

    assert read(path, "a.xlsx").sheets[0].rows == [["x"]]


def test_styled_cells_without_a_value_count_for_nothing(tmp_path):
    path = tmp_path / "a.xlsx"
    rows = "".join(f'<row r="{n}"><c r="A{n}" s="0"/><c r="XFD{n}" s="0"/></row>' for n in range(2, 200_000, 40))
    path.write_bytes(hostile_files.workbook(hostile_files.cell_at("A1").replace("</sheetData>", rows + "</sheetData>")))

    assert read(path, "a.xlsx").sheets[0].rows == [["x"]]


@pytest.mark.parametrize("from_1904", [False, True])
def test_a_workbook_of_the_old_kind(tmp_path, from_1904):
    rows = [
        ["企业名称", "电话", "日期"],
        ["湖北甲有限公司", "007", date(2026, 3, 5)],
        [None, 13800001111, True],
        ["1E10", 1.5],
    ]
    content = old_workbook.workbook(
        {"一月": rows, "参数": [["x"]]}, merged=[(1, 0, 2, 0)], hidden=["参数"], from_1904=from_1904
    )
    path = tmp_path / "a.et"
    path.write_bytes(content)

    found = read(path, "a.et")

    assert found.format == "xls"
    assert found.sheets[0].rows == [rows[0], rows[1], ["湖北甲有限公司", 13800001111, True], rows[3]]
    assert found.notes == [Note("hidden_sheet", {"name": "参数"})]


@pytest.mark.parametrize("name", ["a.xlsx", "a.csv", "a"])
def test_a_workbook_is_known_by_its_content_not_by_its_name(tmp_path, name):
    (tmp_path / name).write_bytes(old_workbook.workbook({"一月": [["甲", 1]]}))

    assert read(tmp_path / name, name).sheets[0].rows == [["甲", 1]]


def test_our_own_export_is_read_back(tmp_path):
    columns = [tables.Column("企业"), tables.Column("总投资(亿元)", "yi"), tables.Column("签约", "date")]
    content = tables.write_xlsx(columns, [["=甲", 480_000_000, date(2026, 3, 5)]], title="名单", note="2026-11-22")
    (tmp_path / "a.xlsx").write_bytes(content)

    rows = read(tmp_path / "a.xlsx", "a.xlsx").sheets[0].rows

    assert rows[2:] == [["企业", "总投资(亿元)", "签约"], ["=甲", 4.8, date(2026, 3, 5)]]


@pytest.mark.soak
def test_twenty_thousand_rows_are_read(tmp_path):
    book = xlsxwriter.Workbook(tmp_path / "a.xlsx", {"constant_memory": True})
    sheet = book.add_worksheet()
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for row in range(20_000):
        for column in range(20):
            if column % 5 == 0:
                sheet.write_number(row, column, row * 1.5)
            elif column % 5 == 1:
                sheet.write_datetime(row, column, datetime(2026, 1, 1), day)
            else:
                sheet.write_string(row, column, f"湖北黄石第{row * 20 + column}文字")
    book.close()

    rows = read(tmp_path / "a.xlsx", "a.xlsx").sheets[0].rows

    assert len(rows) == 20_000
    assert rows[7][2] == "湖北黄石第142文字"
