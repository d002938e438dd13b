"""Spreadsheets out. Cells are typed; a text never becomes a formula (security.md T11)."""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from crm.kit import clock

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Column:
    """A column: its title, its kind (text, number, date, yi, wan) and its width in characters."""

    title: str
    kind: str = "text"
    width: int = 16


_FORMATS = {"number": "#,##0", "yi": "#,##0.00", "wan": "#,##0.00", "date": "yyyy-mm-dd"}
_PER_UNIT = {"yi": 100_000_000, "wan": 10_000}


def write_xlsx(columns: Sequence[Column], rows: Iterable[Sequence[Any]], *, title: str, note: str = "") -> bytes:
    """Return a workbook with a title row, a note (who, when, why), a header and the rows, frozen below the header.

    Amounts in columns of kind ``yi`` or ``wan`` come in yuan and are written in 亿元 or 万元.
    """
    import xlsxwriter

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(
        buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    sheet = book.add_worksheet("数据")
    styles = {
        kind: book.add_format({"num_format": pattern, "border": 1, "valign": "top"})
        for kind, pattern in _FORMATS.items()
    }
    styles["text"] = book.add_format({"text_wrap": True, "border": 1, "valign": "top", "num_format": "@"})
    head = book.add_format({"bold": True, "border": 1, "align": "center", "bg_color": "#E4EDF5"})
    sheet.merge_range(0, 0, 0, max(1, len(columns) - 1), "", book.add_format({"bold": True, "font_size": 16}))
    sheet.write_string(0, 0, title, book.add_format({"bold": True, "font_size": 16}))
    sheet.write_string(1, 0, note)
    for index, column in enumerate(columns):
        sheet.set_column(index, index, column.width)
        sheet.write_string(2, index, column.title, head)
    for number, row in enumerate(rows, start=3):
        for index, (column, value) in enumerate(zip(columns, row, strict=True)):
            _cell(sheet, number, index, value, column.kind, styles)
    sheet.freeze_panes(3, 0)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(2)
    sheet.set_footer("&C第 &P 页 / 共 &N 页")
    book.close()
    return buffer.getvalue()


def _cell(sheet: Any, row: int, column: int, value: Any, kind: str, styles: dict[str, Any]) -> None:
    style = styles[kind]
    if value is None or value == "":
        sheet.write_blank(row, column, None, style)
    elif kind == "date":
        day = clock.local(value).date() if isinstance(value, datetime) else value
        sheet.write_datetime(row, column, datetime(day.year, day.month, day.day), style)
    elif kind in _PER_UNIT:
        sheet.write_number(row, column, float(value) / _PER_UNIT[kind], style)
    elif kind == "number":
        sheet.write_number(row, column, float(value), style)
    elif isinstance(value, (date, datetime)):
        sheet.write_string(row, column, str(value), style)
    else:
        sheet.write_string(row, column, str(value), style)
