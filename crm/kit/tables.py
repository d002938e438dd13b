"""Spreadsheets out. Cells are typed; a text never becomes a formula (security.md T11)."""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from crm.kit import clock

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Column:
    """A column: its title, its kind (a key of the formats below, or text) and its width in characters."""

    title: str
    kind: str = "text"
    width: int = 16


@dataclass(frozen=True)
class Table:
    """A sheet of a workbook: its name on the tab, its columns and rows, and what stands above and below them."""

    name: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Any]]
    title: str
    note: str = ""
    totals: Sequence[Any] = field(default=())


_FORMATS = {
    "number": "#,##0",
    "days": "#,##0.0",
    "area": "#,##0.00",
    "yi": "#,##0.00",
    "yi1": "#,##0.0",  # of circulars (domain.md §6)
    "wan": "#,##0.00",
    "date": "yyyy-mm-dd",
    "percent": "0.0",
    "points": "+0.0;[Red]-0.0;0.0",  # what is behind stands in red
}
_PER_UNIT = {"yi": 100_000_000, "yi1": 100_000_000, "wan": 10_000}
_PLAIN = ("number", "days", "area", "percent", "points")


def write_xlsx(
    columns: Sequence[Column],
    rows: Iterable[Sequence[Any]],
    *,
    title: str,
    note: str = "",
    totals: Sequence[Any] | None = None,
    issued: bool = False,
    filtered: bool = False,
) -> bytes:
    """Return a workbook with a title row, a note (who, when, why), a header and the rows, frozen below the header.

    Amounts in columns of kind ``yi``, ``yi1`` or ``wan`` come in yuan and are written in 亿元 or 万元. Each line of the note takes a row.
    ``totals`` is a last row; ``issued`` uses the typefaces of an official table (domain.md §6, named, never bundled).
    ``filtered`` puts a filter on the header, for a sheet that people go on working with.
    """
    table = Table("数据", columns, rows, title, note, totals or ())
    return write_book([table], issued=issued, filtered=filtered)


def write_book(tables: Sequence[Table], *, issued: bool = False, filtered: bool = False) -> bytes:
    """Return a workbook with a sheet for each table, all in the one form; see ``write_xlsx``."""
    import xlsxwriter

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(
        buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    styles = _styles(book, issued)
    for table in tables:
        _write(book.add_worksheet(table.name), table, styles, filtered)
    book.close()
    return buffer.getvalue()


def _write(sheet: Any, table: Table, looks: tuple[dict[str, Any], Any, Any], filtered: bool) -> None:
    styles, head, name = looks
    columns = table.columns
    width = max(1, len(columns) - 1)
    sheet.merge_range(0, 0, 0, width, "", name)
    sheet.write_string(0, 0, table.title, name)
    notes = table.note.split("\n")
    for number, line in enumerate(notes, start=1):
        sheet.write_string(number, 0, line)
    top = 1 + len(notes)
    for index, column in enumerate(columns):
        sheet.set_column(index, index, column.width)
        sheet.write_string(top, index, column.title, head)
    number = top
    for number, row in enumerate(table.rows, start=top + 1):
        for index, (column, value) in enumerate(zip(columns, row, strict=True)):
            _cell(sheet, number, index, value, column.kind, styles)
    for index, value in enumerate(table.totals):
        kind = "text" if isinstance(value, str) else columns[index].kind
        _cell(sheet, number + 1, index, value, kind, {kind: styles[f"total-{kind}"]})
    if filtered and number > top:
        sheet.autofilter(top, 0, number, width)
    sheet.freeze_panes(top + 1, 0)
    _set_up_print(sheet, top)


def _set_up_print(sheet: Any, top: int) -> None:
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(top)
    sheet.set_footer("&C第 &P 页 / 共 &N 页")


def _styles(book: Any, issued: bool) -> tuple[dict[str, Any], Any, Any]:
    """Return the styles of cells by kind (``total-`` for the last row), of the header and of the title."""
    body: dict[str, Any] = {"border": 1, "valign": "top"} | ({"font_name": "仿宋", "font_size": 12} if issued else {})
    styles: dict[str, Any] = {}
    for kind, pattern in {**_FORMATS, "text": "@"}.items():
        look = body | {"num_format": pattern} | ({"text_wrap": True} if kind == "text" else {})
        styles[kind] = book.add_format(look)
        styles[f"total-{kind}"] = book.add_format(look | {"bold": True})
    head: dict[str, Any] = {"bold": True, "border": 1, "align": "center", "bg_color": "#E4EDF5"}
    name: dict[str, Any] = {"bold": True, "font_size": 16}
    if issued:
        head |= {"font_name": "黑体", "font_size": 12, "text_wrap": True, "valign": "vcenter", "bold": False}
        name = {"font_name": "方正小标宋简体", "font_size": 22, "align": "center"}
    return styles, book.add_format(head), book.add_format(name)


def _cell(sheet: Any, row: int, column: int, value: Any, kind: str, styles: dict[str, Any]) -> None:
    style = styles[kind]
    if value is None or value == "":
        sheet.write_blank(row, column, None, style)
    elif kind == "date":
        day = clock.local(value).date() if isinstance(value, datetime) else value
        sheet.write_datetime(row, column, datetime(day.year, day.month, day.day), style)
    elif kind in _PER_UNIT:
        sheet.write_number(row, column, float(value) / _PER_UNIT[kind], style)
    elif kind in _PLAIN:
        sheet.write_number(row, column, float(value), style)
    elif isinstance(value, (date, datetime)):
        sheet.write_string(row, column, str(value), style)
    else:
        sheet.write_string(row, column, str(value), style)
