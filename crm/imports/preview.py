"""What a person sees before saying which column is what: columns, samples, tables, encodings, remarks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from crm.core.tabular import SURE
from crm.imports import kinds, sentences, understanding, veil
from crm.imports.models import Fate, ImportBatch, ImportRow
from crm.kit import db
from crm.kit.access import Actor

SAMPLES = understanding.SAMPLES
_LOOKED_AT = 40
_SHOWN = 80


@dataclass(frozen=True)
class Column:
    """A column of the file: what it was taken for, how sure, and its first five filled cells as text."""

    place: int
    label: str  # as in the header; "" without one
    field: str  # name of the field, "" when left out
    confidence: float
    sure: bool  # False: ask the person to look
    why: str  # remembered, exact, synonym, fuzzy, data, person, none
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
    notes: list[str] = field(default_factory=list)  # sentences: hidden sheets, lines that are no data, links
    title: str = ""
    header_row: int = 0
    tool: str = ""  # qcc, tyc, qxb, aqc, fair: whose export it is; "" if unknown
    remembered: str = ""  # name of the mapping that was applied


def preview(batch: ImportBatch, actor: Actor | None = None) -> Preview:
    """Return what the mapping page shows. One statement. Raises Forbidden for an ``actor`` of another unit."""
    if actor is not None:
        veil.own_only(actor, batch)
    kind, layout = kinds.kinds[batch.kind], batch.layout or {}
    query = select(ImportRow.place, ImportRow.raw).where(ImportRow.batch_id == batch.id)
    query = query.where((ImportRow.fate.is_(None)) | (ImportRow.fate != Fate.SKIPPED))
    rows = [(place, raw) for place, raw in db.session.execute(query.order_by(ImportRow.row_no).limit(_LOOKED_AT))]
    taken = {one["field"] for one in batch.mapping.values()}
    width = max([len(layout.get("labels") or ()), *(int(place) + 1 for place in batch.mapping)], default=0)
    return Preview(
        columns=_columns(kind, batch, rows),
        fields=[(spec.name, spec.label, spec.required) for spec in kind.columns],
        missing=[spec.label for spec in kind.columns if spec.required and spec.name not in taken],
        rows=[(place, [_cell(raw, at) for at in range(width)]) for place, raw in rows[:SAMPLES]],
        tables=[
            Table(number, tuple(one["sheets"]), one["title"], one["rows"], number == layout.get("chosen"))
            for number, one in enumerate(layout.get("tables") or ())
        ],
        encodings=[
            Encoding(one["encoding"], tuple(one["lines"]), one["encoding"] == batch.encoding)
            for one in batch.options.get("encodings") or ()
        ],
        notes=_notes(layout),
        title=layout.get("title") or "",
        header_row=layout.get("header_row") or 0,
        tool=layout.get("tool") or "",
        remembered=layout.get("remembered") or "",
    )


def _columns(kind: kinds.Kind, batch: ImportBatch, rows: Sequence[tuple[str, Sequence[Any]]]) -> list[Column]:
    labels = (batch.layout or {}).get("labels") or []
    specs = {spec.name: spec for spec in kind.columns}
    found = []
    for place, one in sorted(batch.mapping.items(), key=lambda pair: int(pair[0])):
        at, unit, spec = int(place), one.get("unit"), specs.get(one["field"])
        cells = [text for _place, raw in rows if (text := _cell(raw, at))]
        found.append(
            Column(
                place=at,
                label=labels[at] if at < len(labels) else "",
                field=one["field"],
                confidence=one["confidence"],
                sure=one["confidence"] >= SURE or not one["field"],
                why=one["why"],
                unit=unit["text"] if unit else "",
                unit_choices=understanding.unit_choices(spec, unit) if spec else (),
                rivals=tuple(one.get("rivals") or ()),
                samples=tuple(cells[:SAMPLES]),
            )
        )
    return found


def _cell(raw: Sequence[Any], at: int) -> str:
    cell = raw[at] if at < len(raw) else None
    return "" if cell is None else str(cell)[:_SHOWN]


def _notes(layout: Mapping[str, Any]) -> list[str]:
    notes = [sentences.note(one["code"], one["facts"]) for one in layout.get("notes") or ()]
    for why, number in (layout.get("skipped") or {}).items():
        if why != "blank":
            notes.append(_("有 %(n)s 行不是数据（%(why)s），不导入。", n=number, why=sentences.skipped(why)))
    return [one for one in notes if one]
