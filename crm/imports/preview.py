"""What a person sees before saying which column is what: columns, samples, tables, encodings, remarks."""

from dataclasses import dataclass, field
from typing import Any

from crm.imports.models import ImportBatch


@dataclass(frozen=True)
class Column:
    """A column of the file: what it was taken for, how sure, and its first five filled cells as text."""

    place: int
    label: str  # as in the header; "" without one
    field: str  # name of the field, "" when left out
    confidence: float
    sure: bool  # False: ask the person to look
    why: str  # remembered, exact, synonym, fuzzy, data, none
    unit: str  # "万元" as told by header, title or person; "" if none
    unit_choices: tuple[str, ...]  # empty: the field has no unit
    rivals: tuple[str, ...]
    samples: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A table of the file; several sheets with one header are one table."""

    number: int
    sheets: tuple[str, ...]
    title: str
    rows: int
    chosen: bool


@dataclass(frozen=True)
class Encoding:
    """A way to read a text file, and its first lines read so."""

    name: str
    lines: tuple[str, ...]
    chosen: bool


@dataclass(frozen=True)
class Preview:
    """All of it. ``fields``: (name, label, required) of the kind, for the pickers; ``missing``: labels of required fields."""

    columns: list[Column] = field(default_factory=list)
    fields: list[tuple[str, Any, bool]] = field(default_factory=list)
    missing: list[Any] = field(default_factory=list)
    rows: list[tuple[str, list[str]]] = field(default_factory=list)  # (place, cells) of the first five rows
    tables: list[Table] = field(default_factory=list)
    encodings: list[Encoding] = field(default_factory=list)  # filled when the encoding is doubtful
    notes: list[str] = field(default_factory=list)  # sentences: hidden sheets, left-out totals, source recognised
    title: str = ""
    header_row: int = 0
    remembered: str = ""  # name of the mapping that was applied


def preview(batch: ImportBatch) -> Preview:
    """Return what the mapping page shows. One statement."""
    return Preview()
