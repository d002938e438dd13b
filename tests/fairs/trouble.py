"""An organiser's list of 3,000 rows with every shape of trouble that real ones have, and what each row is to be answered.

Shapes: ``expo.md`` §3, and lists of exhibitors that staff work with. Names and numbers are synthetic.
"""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import xlsxwriter

HEADER_ROW = 12
MAIN, BY_HALL, HIDDEN = "参展商名录", "N3馆", "内部备注"
LABELS = (
    *("序号", "参展商名称", "", "英文名", "展位号", "展品", "国家/地区", "联系人"),
    *("电话", "电话", "邮箱", "邮箱", "备注"),
)
PLACES = {
    "name": 1,
    "english": 3,
    "booth": 4,
    "products": 5,
    "person": 7,
    "phone": 8,
    "phone2": 9,
    "mail": 10,
    "more": 12,
}

RUI, DUO, HENG = "湖北珩锐数控装备有限公司", "武汉铎澜激光有限公司", "苏州绎衡传动科技有限公司"
LIN, XI = "𠮷林精密科技有限公司", "镕喆智能装备（苏州）有限公司"
SHU, XU, XIAO, E = "昆山砺枢机电有限公司", "无锡栩劲轴承有限公司", "宁波骁驰液压有限公司", "东莞睿锷刀具有限公司"
FENG, LIU, YAN, YUN = (
    "常州翊枫电机有限公司",
    "佛山鎏锋机器人有限公司",
    "襄阳衍泽铸造有限公司",
    "宜昌沄拓传感技术有限公司",
)
SHUO, JI, LI, JING = "荆州朔垚泵业有限公司", "嘉兴霁岚紧固件有限公司", "温州砺恒阀门有限公司", "青岛璟澜机床有限公司"
SHOP, JUN, LUO, YU = "大连铄岩重工有限公司", "合肥珺驰自动化有限公司", "绍兴栎川模具有限公司", "厦门澄屿光电有限公司"
HONG, HAN, MO, WEI = (
    "珠海泓锐激光装备有限公司",
    "鄂州翰岳冷却设备有限公司",
    "黄冈峻陌焊接有限公司",
    "上海维衡传动系统有限公司",
)
KNOWN = (
    RUI,
    DUO,
    HENG,
    LIN,
    XI,
    SHU,
    XU,
    XIAO,
    E,
    FENG,
    LIU,
    YAN,
    YUN,
    SHUO,
    JI,
    LI,
    JING,
    SHOP,
    JUN,
    LUO,
    YU,
    HONG,
    HAN,
    MO,
    WEI,
)
ENGLISH = {WEI: "Varnholt Drive Systems (Shanghai) Co., Ltd."}


@dataclass(frozen=True)
class Shape:
    """``answers``: firm of the list → (answer, booth as kept, hall read); ``skipped``: name → why it is no firm of the list."""

    name: str
    rows: Sequence[dict[str, Any]]
    answers: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    skipped: tuple[str, ...] = ()
    sheet: str = MAIN
    merged: bool = False
    hidden: bool = False


def _row(name: Any, booth: Any = "", **more: Any) -> dict[str, Any]:
    return {"name": name, "booth": booth, **more}


SHAPES = (
    Shape("no contacts, nothing but a name and a booth", [_row(RUI, "9.1A01")], {RUI: ("same", "9.1A01", "9.1")}),
    Shape("a range of booths", [_row(DUO, "9.1D30-31")], {DUO: ("same", "9.1D30-31", "9.1")}),
    Shape("several booths in a cell", [_row(HENG, "9.1D40、9.1D42")], {HENG: ("same", "9.1D40；9.1D42", "9.1")}),
    Shape("a booth that looks like 1E+10", [_row(SHU, "1E10")], {SHU: ("same", "1E10", "1")}),
    Shape("numbers, one of them as text", [_row(XU, 1205), _row(f"{XU}", "1207")], {XU: ("same", "1205；1207", "")}),
    Shape("a booth turned into a day", [_row(XIAO, datetime(2026, 3, 12))], {XIAO: ("same", "", "")}),
    Shape("full-width letters", [_row("东莞睿锷刀具有限公司", "９．１Ｅ０５")], {E: ("same", "９．１Ｅ０５", "9.1")}),
    Shape("the same firm under two booths", [_row(FENG, "2A12"), _row(FENG, "2A1")], {FENG: ("same", "2A12；2A1", "2")}),
    Shape("cells merged over its booths", [_row(LIU, "3B01"), _row(LIU, "3B03")], {LIU: ("same", "3B01；3B03", "3")}, merged=True),
    Shape("rare characters", [_row(LIN, "10A01"), _row(XI, "10A02")], {LIN: ("same", "10A01", "10"), XI: ("same", "10A02；10A04", "10")}),
    Shape("brackets mixed", [_row("镕喆智能装备(苏州）有限公司", "10A04")], {XI: ("same", "10A02；10A04", "10")}),
    Shape("traditional characters", [_row("襄陽衍澤鑄造有限公司", "10B01")], {"襄陽衍澤鑄造有限公司": ("same", "10B01", "10")}),
    Shape("characters nobody sees, an emoji", [_row("宜昌\u200b沄拓传感技术有限公司🔥\ufeff", "N1馆C01")],
          {"宜昌沄拓传感技术有限公司🔥": ("same", "N1馆C01", "N1")}),
    Shape("endings of other kinds, a number and a remark around", [_row("12、荆州朔垚泵业有限责任公司（重点客户）", "N1馆C03"), _row("荆州朔垚泵业", "N1馆C05")],
          {"荆州朔垚泵业有限责任公司（重点客户）": ("same", "N1馆C03；N1馆C05", "N1")}),
    Shape("a line end within a name", [_row("嘉兴霁岚\n紧固件有限公司", "N2馆\nC07")], {JI: ("same", "N2馆；C07", "N2")}),
    Shape("two languages in a cell", [_row("温州砺恒阀门有限公司\nWenzhou Liheng Valve Co., Ltd.", "5.2H A10")], {LI: ("same", "5.2H A10", "5.2")}),
    Shape("an English name alone, known and unknown",
          [_row("", "W4 B12", english="VARNHOLT DRIVE SYSTEMS (SHANGHAI) CO., LTD"), _row("Kestrelworks Precision GmbH", "W4 B14-B16")],
          {"VARNHOLT DRIVE SYSTEMS (SHANGHAI) CO., LTD": ("same", "W4 B12", "W4"), "Kestrelworks Precision GmbH": ("none", "W4 B14-B16", "W4")}),
    Shape("known by its English name alone", [_row("瓦恩霍特传动", "W4 C01", english="Varnholt Drive Systems (Shanghai) Co Ltd")],
          {"瓦恩霍特传动": ("likely", "W4 C01", "W4")}),
    Shape("two firms in a cell", [_row(f"{JING}、{SHOP}", "6A01")], {f"{JING}、{SHOP}": ("likely", "6A01", "6")}),
    Shape("two firms, one under the other", [_row(f"{JUN}\n{LUO}", "6A03")], {f"{JUN}、{LUO}": ("likely", "6A03", "6")}),
    Shape("one that shares the booth, in a bracket", [_row(f"{YU}（联合参展：示例光学有限公司）", "6B01")],
          {f"{YU}（联合参展：示例光学有限公司）": ("same", "6B01", "6")}),
    Shape("an agent for a firm that nobody knows", [_row(f"德国凯斯特雷尔（{HONG}代理）", "6B03")],
          {f"德国凯斯特雷尔（{HONG}代理）": ("related", "6B03", "6")}),
    Shape("a branch, a firm by its brand alone", [_row(f"{HAN}武汉分公司", "6C01"), _row("峻陌焊接", "6C03")],
          {f"{HAN}武汉分公司": ("likely", "6C01", "6"), "峻陌焊接": ("likely", "6C03", "6")}),
    Shape("booths kept free", [_row("预留", "7A01"), _row("主办方服务台", "7A03")], skipped=("预留", "主办方服务台")),
    Shape("the header again on each page, sums, remarks", [{"header": True}, _row("合计", 3_000), _row("注：以上排名不分先后，以现场为准")], skipped=("合计",)),
    Shape("two phones in a cell, two columns of one name",
          [_row("示例双号机电有限公司", "7B01", phone="0512-55500001/19900000127", phone2=19900000128, mail="a@example.com;b@example.com")],
          {"示例双号机电有限公司": ("none", "7B01", "7")}),
    Shape("a row that a filter hides", [_row("示例隐行机电有限公司", "7B03")], {"示例隐行机电有限公司": ("none", "7B03", "7")}, hidden=True),
    Shape("a hall of its own sheet", [_row("示例分馆机电有限公司", "A12")], {"示例分馆机电有限公司": ("none", "N3馆 A12", "N3")}, sheet=BY_HALL),
    Shape("one of the same hall on the main sheet", [_row("示例本馆机电有限公司", "N3馆A14")],
          {"示例本馆机电有限公司": ("none", "N3馆A14", "N3")}, sheet=BY_HALL),
    Shape("a sheet that is hidden", [_row("示例隐表机电有限公司", "A01")], sheet=HIDDEN),
    Shape("no name beside a booth", [_row("", "7B05", person="示例")], skipped=("",)),
)  # fmt: skip


def workbook(rows: int) -> bytes:
    """The list as an organiser sends it: title and remarks, the header in row 12, the shapes among so many rows."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        pens = {MAIN: _Pen(book, MAIN, HEADER_ROW), BY_HALL: _Pen(book, BY_HALL, 3), HIDDEN: _Pen(book, HIDDEN, 1)}
        pens[HIDDEN].sheet.hide()
        for shape in SHAPES:
            pens[shape.sheet].put(shape)
            pens[MAIN].fill(rows // 50)
        pens[MAIN].fill(rows - pens[MAIN].rows - pens[BY_HALL].rows)
    return out.getvalue()


def filler(number: int) -> tuple[str, str, str]:
    """A firm among many: name, booth, products. Every third sells what closes a gap of the plan."""
    town = ("苏州", "宁波", "东莞", "无锡", "青岛")[number % 5]
    made = ("谐波减速器、RV减速器", "数控机床", "激光切割头")[number % 3]
    return (
        f"{town}示例{number}号精密机电有限公司",
        f"{number % 8 + 1}.{number % 2 + 1}{'ABCDEFGH'[number // 8 % 8]}{number // 64 + 1:02d}",
        made,
    )


def pasted(encoding: str = "") -> Any:
    """The part of the list that a text can hold: as pasted (tabs), or as a CSV in an encoding, in bytes."""
    lines = [("示例届参展商名录", "", "", ""), ("", "", "", ""), ("参展商名称", "英文名", "展位号", "展品")]
    for shape in SHAPES:
        if shape.sheet == MAIN and not shape.merged:
            lines += [_texts(row) for row in shape.rows if "header" not in row]
    out = io.StringIO()
    csv.writer(out, delimiter="," if encoding else "\t", lineterminator="\n").writerows(lines)
    return out.getvalue().encode(encoding) if encoding else out.getvalue()


def _texts(row: dict[str, Any]) -> tuple[str, str, str, str]:
    booth = row["booth"].strftime("%Y-%m-%d") if isinstance(row["booth"], datetime) else str(row["booth"])
    return str(row["name"]), str(row.get("english", "")), booth, str(row.get("products", ""))


class _Pen:
    """Writes one sheet from its header downwards."""

    def __init__(self, book: Any, name: str, header: int) -> None:
        self.sheet = book.add_worksheet(name)
        self.day = book.add_format({"num_format": "m-d"})
        self.line, self.rows, self.filled = header, 0, 0
        if header > 3:
            self.sheet.merge_range(0, 0, 0, len(LABELS) - 1, "示例届机床展参展商名录（截至开展前十日）")
            for number, words in enumerate(
                ("主办单位：示例展览有限公司", "说明：本名录由参展商自行填报", "1、展位以现场为准", "联系人：示例"), 2
            ):
                self.sheet.write_string(number, 0, words)
        self.head(header - 1)

    def head(self, line: int) -> None:
        """Write the header."""
        for place, label in enumerate(LABELS):
            if label:
                self.sheet.write_string(line, place, label)

    def put(self, shape: Shape) -> None:
        """Write the rows of a shape."""
        first = self.line
        for row in shape.rows:
            if row.get("header"):
                self.head(self.line)
                self.line += 1
                continue
            self.write(row, name=not shape.merged)
        if shape.merged:
            self.sheet.merge_range(first, 1, self.line - 1, 1, shape.rows[0]["name"])
        if shape.hidden:
            self.sheet.set_row(first, None, None, {"hidden": True})

    def write(self, row: dict[str, Any], *, name: bool = True) -> None:
        """Write one row."""
        self.rows += 1
        self.sheet.write_number(self.line, 0, self.rows)
        for key, place in PLACES.items():
            cell = row.get(key, "")
            if isinstance(cell, datetime):
                self.sheet.write_datetime(self.line, place, cell, self.day)
            elif isinstance(cell, int):
                self.sheet.write_number(self.line, place, cell)
            elif cell and (name or key != "name"):
                self.sheet.write_string(self.line, place, cell)
        self.line += 1

    def fill(self, count: int) -> None:
        """Write firms of no trouble."""
        for _ in range(count):
            name, booth, products = filler(self.filled)
            self.filled += 1
            self.write({"name": name, "booth": booth, "products": products})
