"""From a book of cells to rows of a batch: the table chosen, its columns mapped, each cell read as what its column holds."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from crm.core import tabular
from crm.core.tabular import Cell, ColumnSpec, Fault, MappedColumn, Table, Unit
from crm.imports.kinds import Kind
from crm.kit.sheets import Book

SAMPLES = 5
_PLACE = 60
_BROKEN = "\ufffd"  # stands for what could not be read
_APPENDED = ("编号", "版本", "")
# What a figure may be in, where a header does not say or says it wrongly.
UNITS: dict[str, tuple[str, str]] = {
    "元": ("1", "money"),
    "千元": ("1000", "money"),
    "万元": ("10000", "money"),
    "百万元": ("1000000", "money"),
    "亿元": ("100000000", "money"),
    "亩": ("1", "area"),
    "平方米": ("0.0015", "area"),
    "公顷": ("15", "area"),
}


@dataclass(frozen=True)
class RawRow:
    """A row as it stands in the file. ``why`` is set when it is no row of data (total, note, repeated_header, title)."""

    place: str
    cells: list[Any]
    why: str = ""


def tables_of(kind: Kind, book: Book) -> list[Table]:
    """Return the tables of a book, the largest first."""
    return [table for table in tabular.tables_in(book, tabular.words_of(kind.columns)) if table.rows]


def layout_of(book: Book, tables: Sequence[Table], number: int) -> dict[str, Any]:
    """Return as JSON how the file is laid out: its tables, the header of the chosen one, remarks of the reader."""
    chosen = tables[number]
    header = chosen.header
    skipped: dict[str, int] = {}
    for _sheet, _row, why in chosen.skipped:
        skipped[why] = skipped.get(why, 0) + 1
    return {
        "format": book.format,
        "delimiter": book.delimiter,
        "tables": [
            {"sheets": list(one.sheets or (one.sheet,)), "title": one.header.title, "rows": len(one.rows)}
            for one in tables
        ],
        "chosen": number,
        "labels": [*header.labels, *[""] * (_width(book, chosen) - len(header.labels))],
        "header_row": header.row_no,
        "span": header.span,
        "title": header.title,
        "unit": header.unit,
        "serial": header.serial,
        "above": [[cell_json(cell) for cell in row] for row in header.above],
        "skipped": skipped,
        "notes": [{"code": note.code, "facts": dict(note.facts)} for note in book.notes],
        "tool": tabular.recognise_source(header.labels, header.title) or "",
    }


def _width(book: Book, table: Table) -> int:
    """Return how many cells the longest row has: behind them lie the places of cells without a column."""
    names = set(table.sheets or (table.sheet,))
    return max((len(row) for sheet in book.sheets if sheet.name in names for row in sheet.rows), default=0)


def raw_rows(book: Book, table: Table) -> Iterator[RawRow]:
    """Yield the rows of a table in the order of the file, with those that are no rows of data, but without blank ones."""
    sheets = {sheet.name: sheet.rows for sheet in book.sheets}
    order = {name: at for at, name in enumerate(table.sheets or (table.sheet,))}
    found: list[tuple[int, int, str, Sequence[Cell]]] = [
        (order.get(row.sheet or table.sheet, 0), row.number, "", row.cells) for row in table.rows
    ]
    for sheet, number, why in table.skipped:
        if why != "blank":
            lines = sheets.get(sheet, [])
            found.append((order.get(sheet, 0), number, why, lines[number - 1] if number <= len(lines) else []))
    names = list(order)
    found.sort(key=lambda one: one[:2])
    for at, number, why, cells in found:
        yield RawRow(_place(names[at], number), [cell_json(cell) for cell in cells], why)


def propose(kind: Kind, table: Table, remembered: Mapping[str, str] | None) -> dict[str, Any]:
    """Return the mapping that the header suggests: place → field, unit, confidence, why, rivals."""
    samples = [row.cells for row in table.rows[:50]]
    header = table.header
    found = tabular.map_columns(header.labels, kind.columns, remembered, samples=samples, table_unit=header.unit)
    return {str(column.place): column_json(column) for column in found.columns}


def column_json(column: MappedColumn) -> dict[str, Any]:
    """Return a mapped column as JSON."""
    return {
        "field": column.spec or "",
        "unit": unit_json(column.unit),
        "confidence": round(column.confidence, 3),
        "why": column.why,
        "rivals": list(column.rivals),
    }


def unit_json(unit: Unit | None) -> dict[str, str] | None:
    """Return a unit as JSON."""
    if unit is None:
        return None
    return {"factor": str(unit.factor), "currency": unit.currency, "text": unit.text, "dimension": unit.dimension}


def unit_named(text: str, known: dict[str, str] | None) -> dict[str, str] | None:
    """Return the unit of a name; the one that the header told stays when it is chosen again. None for no unit."""
    if known is not None and known["text"] == text:
        return known
    factor, dimension = UNITS.get(text, ("", ""))
    return {"factor": factor, "currency": "CNY", "text": text, "dimension": dimension} if factor else None


def unit_choices(spec: ColumnSpec, known: dict[str, str] | None) -> tuple[str, ...]:
    """Return the units that a person may choose for a column; none where a column has no unit."""
    dimension = {"amount": "money", "area": "area"}.get(spec.kind)
    if dimension is None:
        return ()
    names = [name for name, (_factor, of) in UNITS.items() if of == dimension]
    return tuple(dict.fromkeys([*([known["text"]] if known and known["text"] else []), *names]))


def own_labels(labels: Sequence[str]) -> list[str]:
    """Return the labels of a form without 编号 and 版本, which our exports put at its end: it is the same form."""
    own = list(labels)
    while own and own[-1] in _APPENDED:
        own.pop()
    return own


def signature_of(table: Table) -> str:
    """Return the signature by which a form is known again."""
    own = own_labels(table.header.labels)
    return tabular.signature(own) if any(own) and len(own) < len(table.header.labels) else table.signature


def cell_json(cell: Cell) -> Any:
    """Return a cell as JSON: days and moments as text."""
    if isinstance(cell, datetime):
        return cell.isoformat(" ")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell - cell != 0:  # not a number, or endless
        return str(cell)
    return cell


class Reader:
    """Reads raw rows by a mapping. A field without a column has a place behind the last one: a cell mended in place."""

    def __init__(self, kind: Kind, mapping: Mapping[str, Any], width: int) -> None:
        taken = {one["field"]: (int(place), one.get("unit")) for place, one in mapping.items() if one.get("field")}
        self.places: dict[str, int] = {}
        self.columns: list[tuple[ColumnSpec, int, Unit | None]] = []
        for number, spec in enumerate(kind.columns):
            place, unit = taken.get(spec.name, (width + number, None))
            self.places[spec.name] = place
            self.columns.append((spec, place, _unit(unit)))

    def read(self, raw: Sequence[Any], where: str = "") -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """Return what the row gives, by field, and what is wrong with it ({"field", "code", "facts", "raw"}).

        ``where``: the place of the row in the file (N3馆!17): the name of a sheet may say what no cell says.
        """
        given: dict[str, Any] = {}
        faults: list[dict[str, Any]] = []
        for spec, place, unit in self.columns:
            cell = raw[place] if place < len(raw) else None
            value = tabular.read_value(spec, cell, unit)
            if _BROKEN in str(cell):
                value = Fault("damaged", raw=str(cell))
            if value is None and spec.required:
                value = Fault("required")
            if isinstance(value, Fault):
                facts = {name: _plain(fact) for name, fact in value.facts.items()}
                faults.append({"field": spec.name, "code": value.code, "facts": facts, "raw": value.raw[:200]})
            elif value is not None and value not in ("", ()):
                given[spec.name] = _json(spec, value)
                if unit is not None and spec.foreign and unit.currency != "CNY":
                    given[f"{spec.name}_currency"] = unit.currency
        return self._completed(given, faults, where)

    def _completed(
        self, given: dict[str, Any], faults: list[dict[str, Any]], where: str
    ) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """Fill empty cells with what stands in their stead: another column, the name of the sheet."""
        for spec, _place, _unit in self.columns:
            if spec.name in given or not given:
                continue
            if spec.instead in given:
                given[spec.name] = given[spec.instead]
                faults = [one for one in faults if (one["field"], one["code"]) != (spec.name, "required")]
            elif spec.in_sheet is not None and (said := spec.in_sheet(where.rpartition("!")[0])):
                given[spec.name] = said
        return given, faults


def _unit(stored: Mapping[str, str] | None) -> Unit | None:
    if not stored:
        return None
    return Unit(Decimal(stored["factor"]), stored["currency"], stored["text"], stored["dimension"])  # type: ignore[arg-type]


def _json(spec: ColumnSpec, value: Any) -> Any:
    if isinstance(value, Decimal):
        if spec.kind == "amount":
            return f"{value.quantize(Decimal('0.01')):f}"
        return int(value) if spec.kind == "number" and value == value.to_integral_value() else f"{value:f}"
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


def _plain(fact: Any) -> Any:
    if fact is None or isinstance(fact, (str, int, float, bool)):
        return fact
    if isinstance(fact, (list, tuple, set, frozenset)):
        return [_plain(one) for one in fact]
    return str(fact)


def _place(sheet: str, number: int) -> str:
    tail = f"!{number}"
    return sheet[: _PLACE - len(tail)] + tail
