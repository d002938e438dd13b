"""Which column of the file is what: read so, corrected by a person, shown as it will be read."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from crm.core.errors import UserError
from crm.core.permissions import Permission
from crm.core.tabular import ColumnSpec, read_value
from crm.core.tabular import Fault as CellFault
from crm.imports import kinds, preview, queries, service
from crm.imports.models import ImportBatch
from crm.imports.preview import Column, Preview
from crm.imports.views import bp, words
from crm.imports.views.shown import shown
from crm.kit.access import current_actor, requires
from crm.kit.web import render

SAMPLES = 5


@dataclass(frozen=True)
class Sample:
    """A cell as it stands and as it is read; ``wrong`` when it cannot be."""

    raw: str
    read: str
    wrong: bool = False


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
    """Show the columns; ``posted`` carries what the person picked, which stays when it is refused."""
    actor = current_actor()
    seen = preview.preview(batch)
    kind = kinds.kinds[batch.kind]
    specs = {spec.name: spec for spec in kind.columns}
    picked = _picked(seen, specs, posted)
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
        own=batch.org_id == actor.org_id,
    )


def _picked(seen: Preview, specs: dict[str, ColumnSpec], posted: MultiDict[str, str] | None) -> list[Picked]:
    found = []
    names = [posted.get(f"field-{one.place}", "") if posted else one.field for one in seen.columns]
    for column, name in zip(seen.columns, names, strict=True):
        spec = specs.get(name)
        unit = (posted.get(f"unit-{column.place}", "") if posted else column.unit) if spec else ""
        units = _units(column, spec)
        if unit not in units:
            unit = units[0] if units and column.field != name else ""
        changed = name != column.field
        found.append(
            Picked(
                column=column,
                field=name if spec else "",
                unit=unit,
                units=units,
                samples=[
                    _sample(spec, cells[column.place : column.place + 1], unit) for _at, cells in seen.rows[:SAMPLES]
                ],
                ask=bool(name) and not column.sure and not changed,
                twice=bool(name) and names.count(name) > 1,
            )
        )
    return found


def _units(column: Column, spec: ColumnSpec | None) -> tuple[str, ...]:
    """Return the units to choose from: those the engine offers, or the usual ones of another field that was picked."""
    if spec is None:
        return ()
    if spec.name == column.field:
        return column.unit_choices
    return {"amount": ("万元", "亿元", "元"), "area": ("亩", "平方米")}.get(spec.kind, ())


def _sample(spec: ColumnSpec | None, cells: list[str], unit: str) -> Sample:
    raw = cells[0] if cells else ""
    if spec is None or not raw.strip():
        return Sample(raw, raw)
    value: Any = read_value(spec, f"{raw}{unit}" if _bare(raw) and unit else raw)
    if isinstance(value, CellFault):
        return Sample(raw, raw, True)
    return Sample(raw, shown(spec, value.isoformat() if isinstance(value, date) else value))


def _bare(raw: str) -> bool:
    return not raw.strip(" 　")[-1:].isalpha()


@bp.post("/<pid:batch>/columns")
@requires(Permission.IMPORT_READ)
def look_again(batch: str) -> Response:
    """Show the columns as picked now, nothing stored."""
    return columns_page(queries.get_batch(current_actor(), batch), request.form)


@bp.post("/<pid:batch>/mapping")
@requires(Permission.IMPORT_READ)
def set_mapping(batch: str) -> Response:
    actor = current_actor()
    row = queries.get_batch(actor, batch)
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
        return columns_page(queries.get_batch(actor, batch), request.form, error.message)
    return redirect(url_for("imports.show", batch=batch), 303)  # type: ignore[return-value]


@bp.post("/<pid:batch>/reread")
@requires(Permission.IMPORT_READ)
def reread(batch: str) -> Response:
    """Read the file again in another encoding, or another of its tables."""
    actor = current_actor()
    row = queries.get_batch(actor, batch)
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
    return columns_page(queries.get_batch(current_actor(), batch))
