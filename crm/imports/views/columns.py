"""Which column of the file is what: read so, corrected by a person, shown as it will be read."""

from dataclasses import dataclass

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from crm.core.errors import UserError
from crm.core.permissions import Permission
from crm.core.tabular import ColumnSpec
from crm.imports import kinds, preview, queries, sentences, service, understanding
from crm.imports.kinds import Kind
from crm.imports.models import BatchStatus, Fate, ImportBatch
from crm.imports.preview import Column, Preview
from crm.imports.views import bp, words
from crm.imports.views.lines import place_words
from crm.imports.views.review import own_batch
from crm.imports.views.shown import shown
from crm.kit.access import current_actor, requires
from crm.kit.web import render

SAMPLES = 5


@dataclass(frozen=True)
class Sample:
    """A cell as it will be read; ``wrong`` says why it cannot be."""

    read: str
    wrong: str = ""


@dataclass(frozen=True)
class Picked:
    """A column with what is picked for it now, and its first cells read so."""

    column: Column
    field: str
    unit: str
    units: tuple[str, ...]
    samples: list[Sample]
    ask: bool
    twice: bool = False


def columns_page(batch: ImportBatch, posted: MultiDict[str, str] | None = None, error: str = "") -> Response:
    """Show the columns to the own unit; ``posted`` carries what the person picked, which stays when it is refused."""
    actor = current_actor()
    seen = preview.preview(batch, actor)
    kind = kinds.kinds[batch.kind]
    picked = _picked(kind, batch, seen, posted)
    taken = {one.field for one in picked if one.field}
    missing = [str(label) for name, label, required in seen.fields if required and name not in taken]
    return render(
        "imports/columns.html",
        fragment="imports/_columns.html",
        status=422 if error else 200,
        batch=batch,
        kind=kind,
        seen=seen,
        picked=picked,
        missing=missing,
        left=[one.column.label for one in picked if not one.field and one.column.label],
        earlier=queries.earlier_uploads(actor, batch.sha256, besides=batch.id),
        error=error,
        remember=posted.get("remember_as", "") if posted else seen.remembered,
        words=words,
        place_words=place_words,
        own=batch.org_id == actor.org_id,
        stopped=_checked_before(batch),
    )


def _checked_before(batch: ImportBatch) -> int | None:
    """Return how many rows a dry run had looked at when it stopped; None when none has stopped."""
    if batch.status is not BatchStatus.MAPPING or not batch.counts:
        return None
    fates = batch.counts.get("fates", {})
    return sum(number for fate, number in fates.items() if fate != Fate.SKIPPED.value)


def _picked(kind: Kind, batch: ImportBatch, seen: Preview, posted: MultiDict[str, str] | None) -> list[Picked]:
    specs = {spec.name: spec for spec in kind.columns}
    names = [posted.get(f"field-{one.place}", "") if posted else one.field for one in seen.columns]
    units = [_unit(column, specs.get(name), posted) for column, name in zip(seen.columns, names, strict=True)]
    read = _samples(kind, batch, seen, names, units)
    found = []
    for at, (column, name, unit) in enumerate(zip(seen.columns, names, units, strict=True)):
        spec = specs.get(name)
        found.append(
            Picked(
                column=column,
                field=name if spec else "",
                unit=unit,
                units=understanding.unit_choices(spec, _known_unit(batch, column)) if spec else (),
                samples=read[at],
                ask=bool(name) and not column.sure and name == column.field,
                twice=bool(name) and names.count(name) > 1,
            )
        )
    return found


def _known_unit(batch: ImportBatch, column: Column) -> dict[str, str] | None:
    """Return the unit that the header of the column names."""
    return (batch.mapping.get(str(column.place)) or {}).get("unit")


def _unit(column: Column, spec: ColumnSpec | None, posted: MultiDict[str, str] | None) -> str:
    """Return the unit in force: as picked, as the header says, or as the field assumes."""
    if spec is None:
        return ""
    told = posted.get(f"unit-{column.place}", "") if posted else column.unit
    return told or (spec.assumed if spec.kind in ("amount", "area") else "")


def _samples(kind: Kind, batch: ImportBatch, seen: Preview, names: list[str], units: list[str]) -> list[list[Sample]]:
    """Read the first rows by what is picked now; for each column what comes out."""
    mapping = {
        str(column.place): {"field": name, "unit": understanding.unit_named(unit, _known_unit(batch, column))}
        for column, name, unit in zip(seen.columns, names, units, strict=True)
        if name
    }
    reader = understanding.Reader(kind, mapping, max((len(cells) for _at, cells in seen.rows), default=0))
    specs = {spec.name: spec for spec in kind.columns}
    found: list[list[Sample]] = [[] for _column in seen.columns]
    for _at, cells in seen.rows[:SAMPLES]:
        given, faults = reader.read([cell or None for cell in cells])
        wrong = {str(fault["field"]): sentences.fault(fault) for fault in faults if fault["code"] != "required"}
        for at, (column, name) in enumerate(zip(seen.columns, names, strict=True)):
            raw = cells[column.place] if column.place < len(cells) else ""
            read = shown(specs[name], given.get(name)) if name in specs else raw
            found[at].append(Sample(read, wrong.get(name, "")))
    return found


@bp.post("/<pid:batch>/columns")
@requires(Permission.IMPORT_READ)
def look_again(batch: str) -> Response:
    """Show the columns as picked now, nothing stored."""
    return columns_page(own_batch(current_actor(), batch), request.form)


@bp.post("/<pid:batch>/mapping")
@requires(Permission.IMPORT_READ)
def set_mapping(batch: str) -> Response:
    actor = current_actor()
    row = own_batch(actor, batch)
    places = [name.removeprefix("field-") for name in request.form if name.startswith("field-")]
    numbers = [int(place) for place in places if place.isascii() and place.isdigit() and len(place) < 6]
    try:
        service.set_mapping(
            actor,
            row,
            {place: request.form.get(f"field-{place}", "") for place in numbers},
            units={place: unit for place in numbers if (unit := request.form.get(f"unit-{place}", ""))},
            remember_as=request.form.get("remember_as", "").strip()[:80],
        )
    except UserError as error:
        return columns_page(own_batch(actor, batch), request.form, error.message)
    return redirect(url_for("imports.show", batch=batch), 303)  # type: ignore[return-value]


@bp.post("/<pid:batch>/reread")
@requires(Permission.IMPORT_READ)
def reread(batch: str) -> Response:
    """Read the file again in another encoding, or another of its tables."""
    actor = current_actor()
    row = own_batch(actor, batch)
    table = request.form.get("table", "")
    try:
        service.reread(
            actor,
            row,
            encoding=request.form.get("encoding") or None,
            table=int(table) if table.isascii() and table.isdigit() and len(table) < 4 else None,
        )
    except UserError as error:
        flash(error.message, "bad")
    else:
        flash(_("已重新读取。"), "ok")
    return redirect(url_for("imports.show", batch=batch), 303)  # type: ignore[return-value]


@bp.get("/<pid:batch>/columns")
@requires(Permission.IMPORT_READ)
def columns(batch: str) -> Response:
    """The columns of a batch under review, to pick others: what was decided falls then."""
    return columns_page(own_batch(current_actor(), batch))
