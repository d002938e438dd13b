"""What reading a table gives: a book of sheets of cells; the limits it is read within; and the refusal of a file."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeAlias

from crm.core.errors import UserError

Cell: TypeAlias = str | int | float | bool | date | datetime | None
"""Text stays text exactly; a whole number is an int; a day is a ``date``; an empty cell is None."""

Area: TypeAlias = tuple[int, int, int, int]
"""First row, first column, last row, last column, counted from 0, both ends included."""


@dataclass(frozen=True)
class Limits:
    """What a file may cost. Memory and the two times hold for the process that reads it."""

    file_mb: int = 20
    unpacked_mb: int = 300
    entries: int = 2_000
    rows: int = 50_000
    head_rows: int = 20
    columns: int = 200
    cells: int = 1_200_000
    characters: int = 30_000_000
    cell_characters: int = 100_000
    sheets: int = 100
    memory_mb: int = 1_000
    cpu_seconds: int = 40
    seconds: float = 60


LIMITS = Limits()


class Refused(UserError):
    """The file is not read. ``code`` says why, ``facts`` with what numbers; the room that asked words it.

    too_big(limit_mb) · too_many_rows(limit, sheet) · too_many_columns(limit, sheet) · too_many_cells(limit) ·
    too_many_sheets(limit) · too_much_text(limit) · cell_too_long(limit, row, sheet) ·
    far_cell(cell, sheet, rows, columns) ·
    bomb(limit_mb) · doctype(part) · encrypted() · not_a_table(real_kind) · empty() · broken() ·
    encoding(encoding, line) · timeout(seconds) · memory(limit_mb) · busy().

    ``real_kind`` is what the file is: png jpeg gif pdf html xml doc docx pptx ods xlsb zip mail binary …
    """

    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts


@dataclass(frozen=True)
class Note:
    """Something the reader of a file should know, that did not stop the reading.

    hidden_sheet(name): skipped · external_links(count): nothing was fetched, the stored values are taken ·
    no_value(count, sheet): formulas saved without a result are empty cells.
    """

    code: str
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Choice:
    """One encoding in which a text file can be read, and its first lines read so."""

    encoding: str
    lines: tuple[str, ...]


@dataclass
class Sheet:
    """One sheet. ``rows[i]`` is row i + 1 of the file (of a text: record i + 1); rows end at their last filled cell.

    The cells of a merged area all hold its value; ``merged`` says where the areas are.
    """

    name: str
    rows: list[list[Cell]] = field(default_factory=list)
    merged: list[Area] = field(default_factory=list)


@dataclass
class Book:
    """A file read. ``format``: xlsx, xls, csv, tsv or text. ``encoding`` is empty for workbooks.

    ``doubtful``: the encoding is a guess, ``sheets`` holds the likeliest reading, and ``choices`` (best first)
    what it would be otherwise. Ask the person, then ``read`` again with ``encoding=``.
    """

    format: str
    sheets: list[Sheet] = field(default_factory=list)
    encoding: str = ""
    delimiter: str = ""
    doubtful: bool = False
    choices: list[Choice] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
