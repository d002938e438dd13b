"""Workbooks (xlsx, xls): counted first, then read; stored values only, nothing computed, nothing fetched."""

import mmap
import struct
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, BinaryIO

import python_calamine as calamine

from crm.kit.sheets import archive
from crm.kit.sheets import scan as scanning
from crm.kit.sheets.book import Area, Book, Cell, Limits, Note, Refused, Sheet

_FIRST_YEAR, _LAST_YEAR = 1901, 2199
_GLOBALS = b"\x09\x08\x10\x00\x00\x06\x05\x00"
_FILEPASS = 0x002F


def read_xlsx(path: Path, stream: BinaryIO, limits: Limits) -> Book:
    """Read the visible sheets of a workbook."""
    with archive.opened(stream, limits) as packed:
        found = scanning.scan(packed, limits)
        book = _read(path, "xlsx", limits, set(found))
        for sheet in book.sheets:
            _restore(sheet, found[sheet.name], packed)
        links = archive.external_links(packed)
    if links:
        book.notes.append(Note("external_links", {"count": links}))
    for name, sheet_found in found.items():
        if sheet_found.no_value:
            book.notes.append(Note("no_value", {"count": sheet_found.no_value, "sheet": name}))
    return _filled(book)


def read_xls(path: Path, limits: Limits) -> Book:
    """Read the visible sheets of a workbook of the old kind."""
    if _is_locked(path):
        raise Refused("encrypted")
    return _filled(_read(path, "xls", limits, None))


def _is_locked(path: Path) -> bool:
    """Tell whether the record of a password follows the begin of the workbook (the reader overlooks its weak kind)."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        begin = data.find(_GLOBALS)
        if begin < 0:
            return False
        place = begin
        for _ in range(3):
            if place + 4 > len(data):
                return False
            record, length = struct.unpack_from("<HH", data, place)
            if record == _FILEPASS:
                return True
            place += 4 + length
    return False


def _read(path: Path, kind: str, limits: Limits, counted: set[str] | None) -> Book:
    try:
        # By content, as a file: given a path, the reader would go by the ending of its name.
        with path.open("rb") as file, calamine.CalamineWorkbook.from_filelike(file) as workbook:
            return _sheets(workbook, kind, limits, counted)
    except calamine.PasswordError:
        raise Refused("encrypted") from None
    except (calamine.CalamineError, OSError, ValueError):
        raise Refused("broken") from None


def _sheets(workbook: Any, kind: str, limits: Limits, counted: set[str] | None) -> Book:
    book = Book(kind)
    budget = _Budget(limits)
    for about in workbook.sheets_metadata:
        if about.typ != calamine.SheetTypeEnum.WorkSheet:
            continue
        if about.visible != calamine.SheetVisibleEnum.Visible:
            book.notes.append(Note("hidden_sheet", {"name": about.name}))
        elif counted is None or about.name in counted:
            book.sheets.append(_sheet(workbook.get_sheet_by_name(about.name), about.name, budget))
    if len(book.sheets) > limits.sheets:
        raise Refused("too_many_sheets", limit=limits.sheets)
    return book


def _sheet(source: Any, name: str, budget: "_Budget") -> Sheet:
    sheet = Sheet(name)
    if source.start is None:
        return sheet
    budget.check_size(source.end, name)
    lead: list[Cell] = [None] * source.start[1]
    for values in source.iter_rows():
        row = lead + [_cell(value) for value in values]
        while row and row[-1] is None:
            row.pop()
        budget.take(row)
        sheet.rows.append(row)
    while sheet.rows and not sheet.rows[-1]:
        sheet.rows.pop()
    sheet.merged = _merged(sheet, source.merged_cell_ranges or ())
    _fill(sheet, budget)
    return sheet


def _cell(value: Any) -> Cell:
    """One cell as we know it."""
    if isinstance(value, str):
        return value if value and not value.isspace() else None
    if isinstance(value, bool):
        return value
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < 1e18 else value
    if isinstance(value, datetime):
        return _moment(value)
    if isinstance(value, date):
        return value if _FIRST_YEAR <= value.year <= _LAST_YEAR else value.isoformat()
    if isinstance(value, time):
        return value.isoformat("minutes" if not value.second else "seconds")
    if isinstance(value, timedelta):
        minutes = int(value.total_seconds()) // 60
        return f"{minutes // 60}:{minutes % 60:02d}"
    return None if value is None else str(value)


def _moment(value: datetime) -> Cell:
    """To the second; a float seldom says it exactly."""
    whole = (value + timedelta(milliseconds=500)).replace(microsecond=0) if value.year < _LAST_YEAR else value
    return whole if _FIRST_YEAR <= whole.year <= _LAST_YEAR else whole.isoformat(" ")


def _restore(sheet: Sheet, found: scanning.Found, packed: Any) -> None:
    """Put back what the reader makes nothing of: the names of errors, and dates before the calendar begins."""
    for (row, column), text in found.errors.items():
        _put(sheet, row, column, text)
    zeros = {
        (number, column) for number, row in enumerate(sheet.rows) for column, cell in enumerate(row) if cell == "00:00"
    }
    if zeros:
        for (row, column), text in scanning.raw_values(packed, found.part, zeros).items():
            if text.startswith("-"):
                sheet.rows[row][column] = text


def _put(sheet: Sheet, row: int, column: int, text: str) -> None:
    sheet.rows.extend([] for _ in range(row + 1 - len(sheet.rows)))
    cells = sheet.rows[row]
    cells.extend([None] * (column + 1 - len(cells)))
    if cells[column] is None:
        cells[column] = text


def _merged(sheet: Sheet, ranges: Iterable[tuple[tuple[int, int], tuple[int, int]]]) -> list[Area]:
    """The merged areas, cut to where the sheet has cells."""
    height = len(sheet.rows)
    width = max((len(row) for row in sheet.rows), default=0)
    areas = []
    for (top, left), (bottom, right) in ranges:
        area = (top, left, min(bottom, height - 1), min(right, width - 1))
        if area[0] <= area[2] and area[1] <= area[3]:
            areas.append(area)
    return areas


def _fill(sheet: Sheet, budget: "_Budget") -> None:
    """Every cell of a merged area holds the value of its first."""
    for top, left, bottom, right in sheet.merged:
        first = sheet.rows[top]
        value = first[left] if left < len(first) else None
        if value is None:
            continue
        for row in sheet.rows[top : bottom + 1]:
            row.extend([None] * (right + 1 - len(row)))
            row[left : right + 1] = [value] * (right + 1 - left)
            budget.take(row[left : right + 1])


def _filled(book: Book) -> Book:
    if not any(sheet.rows for sheet in book.sheets):
        raise Refused("empty")
    return book


class _Budget:
    """Counts cells and characters over all sheets, and stops at the limits."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.cells = self.characters = 0

    def check_size(self, end: tuple[int, int], name: str) -> None:
        """Refuse a sheet whose last cell stands too far out."""
        limits = self.limits
        if end[1] >= limits.columns:
            raise Refused("too_many_columns", limit=limits.columns, sheet=name)
        if end[0] >= limits.rows + limits.head_rows:
            raise Refused("too_many_rows", limit=limits.rows, sheet=name)

    def take(self, row: list[Cell]) -> None:
        """Count a row."""
        self.cells += sum(cell is not None for cell in row)
        self.characters += sum(len(cell) for cell in row if isinstance(cell, str))
        if self.cells > self.limits.cells:
            raise Refused("too_many_cells", limit=self.limits.cells)
        if self.characters > self.limits.characters:
            raise Refused("too_much_text", limit=self.limits.characters)
