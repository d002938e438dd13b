"""Lists as units keep them, from the file to the values: read, its table found, its columns mapped, its cells understood."""

from datetime import date
from decimal import Decimal

import xlsxwriter

from crm.core.tabular import ColumnSpec, Fault, map_columns, read_value, recognise_source, tables_in, words_of
from crm.kit.sheets import read, read_text
from tests.kit import old_workbook

LEDGER = (
    ColumnSpec("project", "项目名称", ("项目",), "text"),
    ColumnSpec(
        "name", "投资方", ("企业名称", "公司名称", "客商", "客户名称", "公司名称cn", "展商名称"), "name", required=True
    ),
    ColumnSpec("latin", "英文名称", ("companynameen", "英文名"), "name"),
    ColumnSpec("invest", "总投资", ("固定资产投资", "投资额"), "amount", unit="亿元"),
    ColumnSpec("land", "需用土地", ("用地",), "area", unit="亩", assumed="亩"),
    ColumnSpec("person", "企业联系人", ("联系人", "姓名"), "name"),
    ColumnSpec("phone", "联系方式", ("电话", "联系电话", "手机", "手机号码", "电话号码"), "phone"),
    ColumnSpec("met_on", "接洽时间", ("签约时间", "日期", "接触日期"), "day"),
    ColumnSpec("industry", "产业类型", (), "text"),
    ColumnSpec("booth", "展位号", ("展位",), "key"),
)
WORDS = words_of(LEDGER)
SPECS = {spec.name: spec for spec in LEDGER}


def understood(book, year=None):
    """The first table of a book, and its rows as name → value."""
    table = tables_in(book, WORDS)[0]
    mapped = map_columns(
        table.header.labels,
        LEDGER,
        samples=[row.cells for row in table.rows[:50]],
        table_unit=table.header.unit,
    )
    rows = [
        {
            name: read_value(SPECS[name], row.cells[column.place], column.unit, year=year)
            for name, column in mapped.by_spec.items()
        }
        for row in table.rows
    ]
    return table, mapped, rows


def test_a_weekly_ledger_with_everything_in_it(tmp_path):
    book = xlsxwriter.Workbook(tmp_path / "a.xlsx")
    sheet = book.add_worksheet("11月")
    day = book.add_format({"num_format": 'm"月"d"日"'})
    sheet.merge_range("A1:K1", "2026年11月驻点招商项目信息采集表")
    sheet.merge_range("A2:F2", "填报单位：黄石港区招商局")
    sheet.merge_range("G2:K2", "单位：亿元")
    for column, label in enumerate(["序号", "项目名称", "投资方", "固定资产投资", "需用土地"]):
        sheet.merge_range(2, column, 3, column, label)
    sheet.merge_range(2, 5, 2, 6, "联系方式")
    sheet.write_row(3, 5, ["企业联系人", "电话"])
    for column, label in enumerate(["接洽时间", "产业\n类型", "进度·备注", "研判结果"], 7):
        sheet.merge_range(2, column, 3, column, label)
    sheet.merge_range("A5:K5", "一、电子信息")
    sheet.write_row(5, 0, [1, "高多层板项目", "深圳甲电子有限公司", 5.2, "80亩", "王 芳", 13800001111])
    sheet.write_datetime(5, 7, date(2026, 11, 18), day)
    sheet.write_row(
        6,
        0,
        [
            2,
            "激光装备项目",
            "武汉乙激光股份有限公司",
            "约3000万",
            "2万平方米",
            "李总",
            "027-87654321/13900002222",
            "11.20",
        ],
    )
    sheet.write_row(7, 0, [3, "二期", None, 1, "/", "李总", "无", "11月21日"])
    sheet.merge_range("C7:C8", "武汉乙激光股份有限公司")
    sheet.write_row(8, 0, ["合计", None, "2家", 6.5])
    sheet.write(10, 0, "片组：一组")
    sheet.write(10, 3, "填报人：张三")
    sheet.write(10, 6, "电话：0714-6512345")
    sheet.write(11, 0, "备注：一个月无进度须说明原因")
    book.close()

    table, mapped, rows = understood(read(tmp_path / "a.xlsx", "a.xlsx"), year=2026)

    assert (table.header.title, table.header.unit, table.header.serial) == (
        "2026年11月驻点招商项目信息采集表",
        "亿元",
        0,
    )
    assert mapped.missing == ()
    assert [(number, why) for _sheet, number, why in table.skipped] == [
        (5, "title"),
        (9, "total"),
        (10, "blank"),
        (11, "note"),
        (12, "note"),
    ]
    assert [row["name"] for row in rows] == ["深圳甲电子有限公司", *["武汉乙激光股份有限公司"] * 2]
    assert [row["invest"] for row in rows] == [Decimal("5.2"), Decimal("0.3"), Decimal(1)]
    assert [row["land"] for row in rows] == [80, 30, None]
    assert [row["phone"] for row in rows] == ["13800001111", "13900002222", None]
    assert [row["met_on"] for row in rows] == [date(2026, 11, 18), date(2026, 11, 20), date(2026, 11, 21)]
    assert rows[0]["person"] == "王芳"


def test_one_sheet_a_month_of_an_old_workbook(tmp_path):
    header = ["公司名称", "投资额(万元)", "签约时间"]
    months = {
        f"{month}月": [
            [f"{month}月签约项目"],
            header,
            [f"湖北第{month}电子有限公司", month * 1_000, date(2026, month, 9)],
            ["小计", 1],
        ]
        for month in range(1, 13)
    }
    path = tmp_path / "a.xls"
    path.write_bytes(old_workbook.workbook(months, merged=[(0, 0, 0, 2)]))

    table, _mapped, rows = understood(read(path, "a.xls"))

    assert table.sheets == tuple(months)
    assert [row["invest"] for row in rows] == [Decimal(month) / 10 for month in range(1, 13)]
    assert [row["met_on"] for row in rows] == [date(2026, month, 9) for month in range(1, 13)]
    assert {why for _sheet, _number, why in table.skipped} == {"total"}


def test_an_exhibitor_list_in_gbk(tmp_path):
    lines = [
        "第二十四届工博会展商名录,,,,",
        "",
        "馆号,展位号,公司名称_CN,CompanyName_EN,电话,电话",
        "9.1H,9.1D30-31,中艺新国际展览（北京)有限公司,Zhongyi Co. Ltd.,010-62345678,13800001111",
        "9.1H,1E10,江苏舜天机械有限公司,,,",
        "馆号,展位号,公司名称_CN,CompanyName_EN,电话,电话",
        "2H,007,Müller-ähnlich GmbH,,+49 30 901820,",
    ]
    path = tmp_path / "名录.csv"
    path.write_bytes("\r\n".join(lines).encode("gb18030"))
    book = read(path, "名录.csv")

    table, mapped, rows = understood(book)

    assert (book.encoding, book.doubtful) == ("gb18030", False)
    assert recognise_source(table.header.labels, table.header.title) == "fair"
    assert table.header.labels[-2:] == ("电话", "电话2")
    assert [row["booth"] for row in rows] == ["9.1D30-31", "1E10", "007"]
    assert [row["phone"] for row in rows] == ["010-62345678", None, "+49 30 901820"]
    assert rows[0]["name"] == "中艺新国际展览（北京)有限公司"
    assert rows[2]["name"] == "Müller-ähnlich GmbH"
    assert [why for _sheet, _number, why in table.skipped] == ["repeated_header"]
    assert mapped.by_spec["latin"].label == "CompanyName_EN"


def test_rows_copied_out_of_a_spreadsheet():
    pasted = "企业名称\t投资额（亿元）\t联系方式\t日期\n湖北甲有限公司\t1.5\t王芳 138 0000 1111\t2026.3.5\n湖北乙有限公司\t500万美元\t\t46086"

    _table, _mapped, rows = understood(read_text(pasted))

    assert rows[0] == {
        "name": "湖北甲有限公司",
        "invest": Decimal("1.5"),
        "phone": "13800001111",
        "met_on": date(2026, 3, 5),
    }
    assert isinstance(rows[1]["invest"], Fault) and rows[1]["invest"].code == "foreign_currency"
    assert rows[1]["met_on"] == date(2026, 3, 5)


def test_names_alone():
    table, mapped, _rows = understood(read_text("湖北甲有限公司\n湖北乙有限公司\n湖北丙有限公司"))

    assert len(table.rows) == 3
    assert [(column.spec, column.why) for column in mapped.columns] == [("name", "data")]


def test_an_export_under_another_name_and_with_other_cells(tmp_path):
    book = xlsxwriter.Workbook(tmp_path / "a.xlsx")
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["投资方", "总投资(亿元)"])
    sheet.write_row(1, 0, ["甲有限公司", "=1+1"])
    sheet.write_formula(2, 1, "=1/0", None, "#DIV/0!")
    sheet.write(2, 0, "乙有限公司")
    book.close()

    _table, _mapped, rows = understood(read(tmp_path / "a.xlsx", "a.xlsx"))

    assert isinstance(rows[1]["invest"], Fault)
    assert (rows[1]["invest"].code, rows[1]["invest"].raw) == ("formula_error", "#DIV/0!")
