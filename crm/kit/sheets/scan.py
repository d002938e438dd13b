"""What a workbook holds, counted part by part before it is read: no cell is given room before its place is known."""

import posixpath
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.parsers import expat

from crm.kit.sheets import archive
from crm.kit.sheets.book import Limits, Refused

Place = tuple[int, int]
_ERRORS = 100_000
_ROW_ELEMENTS = 1_100_000


@dataclass
class Found:
    """What a worksheet holds: filled cells, the errors among them, formulas without a stored value."""

    name: str
    part: str
    cells: int = 0
    rows: int = 0
    columns: set[int] = field(default_factory=set)
    last: Place = (0, 0)
    errors: dict[Place, str] = field(default_factory=dict)
    no_value: int = 0


def scan(workbook: zipfile.ZipFile, limits: Limits) -> dict[str, Found]:
    """Return what each visible sheet holds, by name. Raises ``Refused`` for a document type, a far cell, too much."""
    names = _sheet_parts(workbook)
    found = {}
    cells = 0
    for entry in workbook.infolist():
        if entry.is_dir() or not archive.is_markup(workbook, entry.filename):
            continue
        sheet = _scan_part(workbook, entry.filename, names.get(archive.plain_name(entry.filename)), limits)
        if sheet is not None:
            found[sheet.name] = sheet
            cells += sheet.cells
        if cells > limits.cells:
            raise Refused("too_many_cells", limit=limits.cells)
    if len(found) > limits.sheets:
        raise Refused("too_many_sheets", limit=limits.sheets)
    return found


def raw_values(workbook: zipfile.ZipFile, name: str, wanted: set[Place]) -> dict[Place, str]:
    """Return the stored text of some cells of a part: what no date can be made of."""
    reader = _Raw(wanted)
    parser = archive.new_parser(name)
    parser.StartElementHandler = reader.start
    parser.CharacterDataHandler = reader.text
    with archive.part(workbook, name) as stream:
        archive.parse(stream, parser)
    return reader.values


def place(reference: str) -> Place:
    """Return row and column, from 0, of A1. Raises ``Refused`` for what is no reference."""
    letters = reference.rstrip("0123456789")
    digits = reference[len(letters) :]
    if not digits or len(digits) > 7 or not 0 < len(letters) <= 3 or not (letters.isascii() and letters.isalpha()):
        raise Refused("broken")
    column = 0
    for letter in letters.upper():
        column = column * 26 + ord(letter) - 64
    return int(digits) - 1, column - 1


def reference(at: Place) -> str:
    """Return A1 for row and column from 0."""
    row, column = at
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row + 1}"


def _sheet_parts(workbook: zipfile.ZipFile) -> dict[str, str]:
    """Return part → name of the sheets that are not hidden."""
    ids: dict[str, str] = {}
    targets: dict[str, str] = {}

    def sheet(name: str, told: Mapping[str, str]) -> None:
        if name.rpartition(":")[2] == "sheet" and told.get("state", "visible") == "visible":
            key = next((value for label, value in told.items() if label.rpartition(":")[2] == "id"), "")
            ids[key] = told.get("name", "")

    def relation(name: str, told: Mapping[str, str]) -> None:
        if name.rpartition(":")[2] == "Relationship":
            targets[told.get("Id", "")] = told.get("Target", "")

    by_name = {archive.plain_name(entry.filename): entry.filename for entry in workbook.infolist()}
    for part, handler in ((archive.WORKBOOK, sheet), ("xl/_rels/workbook.xml.rels", relation)):
        if part not in by_name:
            raise Refused("broken")
        parser = archive.new_parser(part)
        parser.StartElementHandler = handler
        with archive.part(workbook, by_name[part]) as stream:
            archive.parse(stream, parser)
    return {_resolved(targets[key]): name for key, name in ids.items() if key in targets}


def _resolved(target: str) -> str:
    target = target.replace("\\", "/").lower()
    whole = target if target.startswith(("/", "xl/")) else f"xl/{target}"
    return posixpath.normpath(whole).lstrip("/")


def _scan_part(workbook: zipfile.ZipFile, part: str, sheet_name: str | None, limits: Limits) -> Found | None:
    """Parse a part for its document type, and a worksheet for its cells. Drawings of old are seldom well-formed."""
    parser = archive.new_parser(part)
    counter = None if sheet_name is None else _Counter(Found(sheet_name, part), limits, parser)
    try:
        with archive.part(workbook, part) as stream:
            archive.parse(stream, parser)
    except Refused as refused:
        if refused.code == "broken" and counter is None and not part.lower().endswith((".xml", ".rels")):
            return None
        raise
    return counter.settled() if counter is not None else None


class _Counter:
    """Counts the filled cells of a worksheet while it is parsed; stops at the first that is too many."""

    def __init__(self, found: Found, limits: Limits, parser: expat.XMLParserType) -> None:
        self.found = found
        self.limits = limits
        self.parser = parser
        self.most_rows = limits.rows + limits.head_rows
        self.far: Place | None = None
        self.here: Place = (-1, -1)
        self.counted = self.filled_row = -1
        self.row_elements = 0
        self.is_error = self.awaits_value = False
        parser.StartElementHandler = self.start

    def start(self, name: str, told: Mapping[str, str]) -> None:
        """Take an element: a cell, its value, its formula, a row."""
        if ":" in name:
            name = name.rpartition(":")[2]
        if name == "c":
            at = told.get("r")
            self.here = place(at) if at is not None else (self.here[0], self.here[1] + 1)
            self._close()
            self.is_error = told.get("t") == "e"
        elif name == "v" or name == "is":
            self._filled()
        elif name == "f":
            self.awaits_value = True
        elif name == "row":
            self._row(told.get("r"))

    def settled(self) -> Found:
        """Return what was counted, or refuse a sheet with cells far out."""
        self._close()
        found, limits = self.found, self.limits
        if len(found.columns) > limits.columns:
            raise Refused("too_many_columns", limit=limits.columns, sheet=found.name)
        if self.far is not None:
            where = {"cell": reference(self.far), "sheet": found.name}
            raise Refused("far_cell", **where, rows=limits.rows, columns=limits.columns)
        return found

    def _row(self, number: str | None) -> None:
        if number is not None and not (number.isascii() and number.isdigit()):
            raise Refused("broken")
        self.here = (int(number) - 1 if number is not None else self.here[0] + 1, -1)
        self.row_elements += 1
        if self.row_elements > _ROW_ELEMENTS:
            raise Refused("too_many_rows", limit=self.limits.rows, sheet=self.found.name)

    def _filled(self) -> None:
        found, (row, column) = self.found, self.here
        found.cells += 1
        if row != self.filled_row:
            self.filled_row = row
            found.rows += 1
            if found.rows > self.most_rows:
                raise Refused("too_many_rows", limit=self.limits.rows, sheet=found.name)
        found.columns.add(column)
        if row >= self.most_rows or column >= self.limits.columns:
            self.far = self.far or self.here
        if found.cells > self.limits.cells:
            raise Refused("too_many_cells", limit=self.limits.cells)
        if self.is_error or self.awaits_value:
            self.parser.CharacterDataHandler = self._text

    def _text(self, text: str) -> None:
        if not text.strip():
            return
        self.awaits_value = False
        if self.is_error and len(self.found.errors) < _ERRORS:
            self.found.errors[self.here] = text.strip()
        self.parser.CharacterDataHandler = None

    def _close(self) -> None:
        """The cell before is over: a formula that had no value is counted."""
        if self.awaits_value:
            self.found.no_value += 1
        if self.awaits_value or self.is_error:
            self.awaits_value = self.is_error = False
            self.parser.CharacterDataHandler = None


class _Raw:
    """Collects the stored text of wanted cells."""

    def __init__(self, wanted: set[Place]) -> None:
        self.wanted = wanted
        self.values: dict[Place, str] = {}
        self.here: Place = (-1, -1)
        self.inside = False

    def start(self, name: str, told: Mapping[str, str]) -> None:
        """Take an element."""
        name = name.rpartition(":")[2]
        if name == "row":
            number = told.get("r")
            self.here = (int(number) - 1 if number is not None else self.here[0] + 1, -1)
        elif name == "c":
            at = told.get("r")
            self.here = place(at) if at is not None else (self.here[0], self.here[1] + 1)
        self.inside = name == "v" and self.here in self.wanted

    def text(self, text: str) -> None:
        """Take text."""
        if self.inside and text.strip():
            self.values[self.here] = self.values.get(self.here, "") + text.strip()
