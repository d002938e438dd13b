"""The columns a table may have, as a room describes them, and what understanding a table gives."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal, Protocol, TypeAlias

Cell: TypeAlias = str | int | float | bool | date | datetime | None
Value: TypeAlias = str | Decimal | date | bool | tuple[str, ...] | None
Kind: TypeAlias = Literal["text", "key", "code", "amount", "number", "area", "day", "phone", "choice", "name", "list"]
"""What a column holds.

text: as it stands · key: an identifier, half-width, without spaces (编号, booth) · code: a unified social credit code ·
amount: money · number: a quantity · area: land or floor · day · phone · choice: one of a few words · name: a company or
a person · list: several texts in one cell.
"""


class SheetLike(Protocol):
    """What ``tables_in`` needs of a sheet: ``crm.kit.sheets.Sheet`` has it."""

    name: str
    rows: list[list[Cell]]
    merged: list[tuple[int, int, int, int]]


class BookLike(Protocol):
    """What ``tables_in`` needs of a book."""

    @property
    def sheets(self) -> Sequence[SheetLike]: ...


@dataclass(frozen=True)
class ColumnSpec:
    """One column a room can take in.

    ``personal``: it names a person or how to reach one. ``instead``: the column that speaks for an empty cell of this one
    (a list may have the English name alone). ``in_sheet``: reads the value out of the name of the sheet, for rows that do not
    say it (one sheet for each hall); returns "" for a name that says nothing. ``longest``: of a text, in characters (0: no limit). ``unit``: what the values come out in: 元 万元 亿元 (amount), 亩 平方米 (area), % or a word (number).
    ``assumed``: the unit of figures when neither cell, header nor title names one; empty: such a figure is a fault.
    ``foreign``: amounts in a foreign currency are taken when the header names it (the value is in that currency's
    unit, ``MappedColumn.unit.currency`` tells which). ``choices``: value → the words that mean it.
    """

    name: str
    label: str
    synonyms: tuple[str, ...] = ()
    kind: Kind = "text"
    required: bool = False
    unit: str = ""
    assumed: str = ""
    foreign: bool = False
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    longest: int = 0
    personal: bool = False
    instead: str = ""
    in_sheet: Callable[[str], str] | None = None


@dataclass(frozen=True)
class Unit:
    """The unit a header names: one of its figures is ``factor`` of the base (yuan, 亩, one). ``text`` as it stands there."""

    factor: Decimal = Decimal(1)
    currency: str = "CNY"
    text: str = ""
    dimension: Literal["money", "area", "share", "count"] = "money"


@dataclass(frozen=True)
class Fault:
    """A cell that cannot be taken as it is. ``raw`` is its text, never lost; the room words ``code`` with ``facts``.

    required() · not_a_number() · range() · unit_missing() · foreign_currency(currency, amount) · not_a_day() ·
    day_missing(year) · year_missing(month, day) · month_unclear() · not_a_phone() · masked() · bad_code(reason) ·
    damaged() · digits_lost() · was_a_day() · not_a_choice(choices) · not_a_name() · too_long(limit) · too_large() · negative() · formula_error(error)
    """

    code: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    raw: str = ""


@dataclass(frozen=True)
class Header:
    """Where the header stands and what it says.

    ``row_no``: its first row, counted from 1 as in the file; ``span``: 1 or 2 rows. ``labels[c]`` belongs to column c;
    two rows are joined by a slash (联系方式/电话), a repeated label is numbered (电话, 电话2), a column without one is "".
    ``above``: the rows before it as they stand; ``title``: the title among them; ``unit``: the unit a line there
    names for the whole table (单位：万元). ``serial``: the column of running numbers, if there is one. ``lines``: the rows of
    the header as they stand (a merged value in each of its cells).
    """

    row_no: int
    span: int
    labels: tuple[str, ...]
    title: str = ""
    above: tuple[tuple[Cell, ...], ...] = ()
    unit: str = ""
    serial: int | None = None
    lines: tuple[tuple[Cell, ...], ...] = ()


@dataclass(frozen=True)
class Row:
    """A row of data with its number in the file (from 1) and the sheet it comes from."""

    number: int
    cells: tuple[Cell, ...]
    sheet: str = ""


@dataclass(frozen=True)
class Table:
    """A table found. ``sheets``: the sheets joined in it, in order. ``skipped``: sheet, row number and why.

    Why: blank · total (合计, 小计) · repeated_header · note (填报人, 备注：) · title (a heading between the rows).
    ``signature`` is the one of its labels.
    """

    sheet: str
    header: Header
    rows: tuple[Row, ...]
    skipped: tuple[tuple[str, int, str], ...] = ()
    sheets: tuple[str, ...] = ()
    signature: str = ""


@dataclass(frozen=True)
class MappedColumn:
    """A column of the file and what it was taken for. ``spec`` is None when it is not taken.

    ``why``: remembered · exact · synonym · fuzzy · data · none. ``confidence`` from 0 to 1; below SURE ask the person.
    ``rivals``: names of other specs it could be, best first.
    """

    place: int
    label: str
    spec: str | None = None
    confidence: float = 0.0
    why: str = "none"
    unit: Unit | None = None
    rivals: tuple[str, ...] = ()


@dataclass(frozen=True)
class ColumnMap:
    """The columns of a table mapped. ``missing``: required specs that no column gives."""

    columns: tuple[MappedColumn, ...]
    missing: tuple[str, ...] = ()

    @property
    def by_spec(self) -> dict[str, MappedColumn]:
        """Return the mapped columns by the name of their spec."""
        return {column.spec: column for column in self.columns if column.spec is not None}

    @property
    def unmapped(self) -> tuple[MappedColumn, ...]:
        """Return the columns with a label that nothing takes."""
        return tuple(column for column in self.columns if column.spec is None and column.label)
