"""The form of a kind to fill in: a table with a sample above its header, and a sheet that says what goes where."""

import io
from typing import Any

from flask_babel import gettext as _

from crm.core.tabular import ColumnSpec
from crm.imports.kinds import ID_FIELD, VERSION_FIELD, Kind

FILLED = 5_000  # rows that offer the words to choose from
_LIST = 255  # what a list of words in a cell may hold
_SAMPLES = {
    "code": "91420200MA0000007R",
    "amount": "3200",
    "number": "120",
    "area": "60",
    "day": "2026-11-22",
    "phone": "199 0000 0127",
    "list": "甲、乙",
    "key": "A-12",
}
_HEAD = {"bold": True, "border": 1, "align": "center", "valign": "vcenter", "text_wrap": True, "bg_color": "#E4EDF5"}


def columns_of(kind: Kind) -> list[ColumnSpec]:
    """Return the columns a person fills in: all but 编号 and 版本, which exports alone carry."""
    return [spec for spec in kind.columns if spec.name not in (ID_FIELD, VERSION_FIELD)]


def unit_of(spec: ColumnSpec) -> str:
    """Return the unit a person writes a column in: amounts in 万元."""
    return "万元" if spec.kind == "amount" else spec.unit


def title_of(spec: ColumnSpec) -> str:
    """Return the header of a column, with its unit."""
    unit = unit_of(spec)
    return f"{spec.label}（{unit}）" if unit else str(spec.label)


def words_of(spec: ColumnSpec) -> list[str]:
    """Return the words that a column with a choice takes."""
    return [str(words[0]) for words in spec.choices.values() if words]


def sample_of(spec: ColumnSpec) -> str:
    """Return what could stand in the column; nothing for plain text."""
    if spec.choices:
        return next(iter(words_of(spec)), "")
    if spec.kind == "name":
        return "苏州绎衡传动科技有限公司" if spec.required else ""
    return _SAMPLES.get(spec.kind, "")


def how(spec: ColumnSpec) -> str:
    """Say in words what the column takes."""
    if spec.choices:
        return _("只填其中之一：%(words)s", words="、".join(words_of(spec)))
    plain = {
        "code": _("18 位统一社会信用代码。知道就填，比名称更可靠。"),
        "amount": _("填数字。表头或单元格里写明万元、亿元、元的，按写明的读。"),
        "number": _("填数字。"),
        "area": _("填数字。表头或单元格里写明平方米的，会换算成亩。"),
        "day": _("写成 2026-11-22；年月日、斜线和表格里的日期也认得。"),
        "phone": _("手机，或带区号的座机。"),
        "list": _("多项用顿号或分号隔开。"),
        "name": _("按营业执照或名片上的写法。"),
    }
    words = plain.get(spec.kind, "")
    return words + (_("最多 %(n)s 字。", n=spec.longest) if spec.longest else "")


def template_xlsx(kind: Kind) -> bytes:
    """Return the form as XLSX. Title, remark and sample stand above the header, where nothing is imported from."""
    import xlsxwriter

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    _table(book, kind)
    _notes(book, kind)
    book.close()
    return buffer.getvalue()


def _table(book: Any, kind: Kind) -> None:
    sheet = book.add_worksheet(str(kind.label)[:31])
    plain, red = book.add_format(_HEAD), book.add_format({**_HEAD, "font_color": "#9C1F17"})
    grey = book.add_format({"italic": True, "font_color": "#5C6674", "num_format": "@"})
    text = book.add_format({"num_format": "@"})
    sheet.write_string(0, 0, _("%(kind)s导入模板", kind=kind.label), book.add_format({"bold": True, "font_size": 16}))
    sheet.write_string(1, 0, _("从表头下面一行填起。红色的列必填，其余可以留空或删去；上面几行不会导入，不用删。"))
    for at, spec in enumerate(columns_of(kind)):
        numeric = spec.kind in ("amount", "area", "number")
        sheet.set_column(
            at, at, 30 if spec.kind == "name" else max(14, 2 * len(title_of(spec))), None if numeric else text
        )
        sample = sample_of(spec)
        sheet.write_string(2, at, _("示例：%(words)s", words=sample) if at == 0 else sample, grey)
        sheet.write_string(3, at, title_of(spec), red if spec.required else plain)
        words = words_of(spec)
        if words and len(",".join(words)) <= _LIST:
            choice = {"validate": "list", "source": words, "error_type": "warning"}
            sheet.data_validation(4, at, FILLED, at, choice)
    sheet.freeze_panes(4, 0)


def _line(spec: ColumnSpec) -> str:
    """Say all of a column in one line."""
    facts = [_("必填") if spec.required else _("可以不填")]
    if unit_of(spec):
        facts.append(_("单位：%(unit)s", unit=unit_of(spec)))
    return f"【{spec.label}】{'，'.join(facts)}。{how(spec)}"


def _notes(book: Any, kind: Kind) -> None:
    """Write the remarks into a box: a sheet whose cells are empty is no table, even when the form comes back unfilled."""
    sheet = book.add_worksheet(_("说明"))
    intro = (
        _("这一页只是说明，不会导入。"),
        _("列的先后可以换，不用的列可以删；表头换个说法一般也认得，上传后会请您核对。"),
        _("不要合并单元格；合计行、空行会自动跳过。"),
    )
    lines = [*intro, "", *(_line(spec) for spec in columns_of(kind))]
    shape = {"width": 1000, "height": 30 + 24 * sum(1 + len(line) // 60 for line in lines), "font": {"size": 12}}
    sheet.insert_textbox(0, 0, "\n".join(lines), shape)
