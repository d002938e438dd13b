"""Tables in plain text: the delimiter told from the lines, cells as they stand there."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator

from crm.kit.sheets.book import Cell, Limits, Refused, Sheet

_DELIMITERS = ("\t", ",", ";", "|")
_LOOK = 60
_STRAY_QUOTE = 100  # line ends in one cell: its opening quote was none
_AS_TEXT = re.compile(r'="([^"]*)"')
_LATIN_FORM = re.compile(r",\s*(?=(?:Ltd|Inc|LLC|Limited|Corp|S\.A)\b)", re.IGNORECASE)
_GUARDED = re.compile(r"'[=+\-@\t\r]")
csv.field_size_limit(10_000_000)


class _StrayQuote(Exception):
    """A quotation mark that opened a cell and was none: half the file stands in it."""


def sheet(text: str, limits: Limits, delimiter: str | None = None) -> tuple[Sheet, str]:
    """Return the rows of a text and the delimiter ("" when each line is one cell)."""
    text = text.removesuffix("\x1a").replace("\0", "").rstrip("\r\n")
    if not text.strip():
        raise Refused("empty")
    if len(text) > limits.characters:
        raise Refused("too_much_text", limit=limits.characters)
    chosen = told_delimiter(text) if delimiter is None else delimiter
    if not chosen:
        lines = ([line.rstrip("\r\n")] for line in io.StringIO(text, newline=""))
        return _sheet(lines, limits), chosen
    try:
        return _sheet(_records(text, chosen), limits), chosen
    except (_StrayQuote, csv.Error):
        return _sheet(
            csv.reader(io.StringIO(text, newline=""), delimiter=chosen, quoting=csv.QUOTE_NONE), limits
        ), chosen


def told_delimiter(text: str) -> str:
    """Return the delimiter that cuts most of the first lines into the same number of cells; "" when none does."""
    head = [_LATIN_FORM.sub(" ", line) for line in text[:200_000].splitlines()[:_LOOK]]
    best, best_worth = "", 0.0
    for delimiter in _DELIMITERS:
        widths = [len(record) for record in _parsed(head, delimiter) if any(cell.strip() for cell in record)]
        several = Counter(width for width in widths if width > 1)
        if not several:
            continue
        width, times = several.most_common(1)[0]
        share = sum(several.values()) / len(widths)
        worth = times / len(widths) + share + min(width, 20) / 20
        if delimiter != "\t" and share < 0.5:
            continue  # a mark in a sentence here and there
        if worth > best_worth:
            best, best_worth = delimiter, worth
    return best


def _sheet(records: Iterable[list[str]], limits: Limits) -> Sheet:
    rows: list[list[Cell]] = []
    most, cells = limits.rows + limits.head_rows, 0
    for number, record in enumerate(records, 1):
        if any(len(value) > limits.cell_characters for value in record):
            raise Refused("cell_too_long", limit=limits.cell_characters, row=number, sheet="")
        row = [_cell(value) for value in record]
        while row and row[-1] is None:
            row.pop()
        cells += len(row)
        if len(row) > limits.columns:
            raise Refused("too_many_columns", limit=limits.columns, sheet="")
        if row and number > most:
            raise Refused("too_many_rows", limit=limits.rows, sheet="")
        if cells > limits.cells:
            raise Refused("too_many_cells", limit=limits.cells)
        if number <= most:
            rows.append(row)
    while rows and not rows[-1]:
        rows.pop()
    if not rows:
        raise Refused("empty")
    return Sheet("", rows)


def _records(text: str, delimiter: str) -> Iterator[list[str]]:
    for record in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
        if any(len(cell) > _STRAY_QUOTE and cell.count("\n") > _STRAY_QUOTE for cell in record):
            raise _StrayQuote
        yield record


def _parsed(lines: list[str], delimiter: str) -> list[list[str]]:
    try:
        return list(csv.reader(lines, delimiter=delimiter))
    except csv.Error:
        return list(csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_NONE))


def _cell(value: str) -> Cell:
    """The text of a cell. ="007" and '=1+1 are how others, and we, keep a text from becoming a number or a formula."""
    if not value or value.isspace():
        return None
    if value[0] == "=":
        as_text = _AS_TEXT.fullmatch(value)
        return as_text[1] or None if as_text else value
    return value[1:] if _GUARDED.match(value) else value
