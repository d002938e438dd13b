"""以我的表头导出: what the base knows, in the form that a unit once brought: its title rows, its columns in its order, its units."""

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from flask_babel import gettext as _

from crm.audit import service as audit
from crm.core.errors import Forbidden, NotFound
from crm.core.tabular import ColumnSpec
from crm.imports import kinds
from crm.imports.kinds import Kind
from crm.imports.models import ImportMapping
from crm.kit import db
from crm.kit.access import Actor, authorize

_WIDTH = 18


@dataclass(frozen=True)
class Place:
    """A column of the form: its title, the field it shows (None: left empty), the factor of its unit, running numbers."""

    title: str
    spec: ColumnSpec | None = None
    factor: Decimal = Decimal(1)
    serial: bool = False


@db.transactional
def own_form_xlsx(
    actor: Actor, kind: Kind, mapping: ImportMapping | None, filters: Mapping[str, Any], *, reason: str = ""
) -> bytes:
    """Return the kind's records as the actor may see them, in a remembered form (None: in the order of the template).

    编号 and 版本 stand at the end, so that it can be changed and brought back. It is on record who took what and why: call
    it from a POST. Raises NotFound for a kind without records, Forbidden for another unit's form.
    """
    authorize(actor, kind.permission)
    if kind.records is None:
        raise NotFound
    if mapping is not None and (mapping.org_id != actor.org_id or mapping.kind != kind.name):
        raise Forbidden(_("这份表头属于别的单位。"))
    rows = list(kind.records(actor, filters))
    subject = mapping if mapping is not None else ("import_mapping", None, "")
    audit.record(actor, "import.exported", subject, import_kind=str(kind.label), rows=len(rows), reason=reason)
    above = (mapping.layout.get("above") if mapping is not None else None) or []
    return _book(str(kind.label), above, _places(kind, mapping), rows)


def _places(kind: Kind, mapping: ImportMapping | None) -> list[Place]:
    specs = {spec.name: spec for spec in kind.columns}
    if mapping is None:
        return [Place(spec.label, spec) for spec in kind.columns]
    layout = mapping.layout
    places = []
    for at, label in enumerate(layout["labels"]):
        name, unit = layout["fields"][at], layout["units"][at]
        spec = specs.get(name)
        foreign = unit is not None and unit["currency"] != "CNY"
        factor = Decimal(unit["factor"]) if unit and not foreign else Decimal(1)
        places.append(Place(label, None if foreign else spec, factor, at == layout.get("serial")))
    shown = {place.spec.name for place in places if place.spec is not None}
    tail = [specs[name] for name in (kinds.ID_FIELD, kinds.VERSION_FIELD) if name in specs and name not in shown]
    return [*places, *(Place(spec.label, spec) for spec in tail)]


def _book(
    title: str, above: Sequence[Sequence[Any]], places: Sequence[Place], rows: Iterable[Mapping[str, Any]]
) -> bytes:
    import xlsxwriter

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet(title[:31])
    head = book.add_format({"bold": True, "border": 1, "align": "center", "text_wrap": True, "bg_color": "#E4EDF5"})
    bold, text = book.add_format({"bold": True}), book.add_format({"num_format": "@"})
    line = 0
    for line, cells in enumerate(above, 1):
        for at, cell in enumerate(cells):
            if cell is not None and cell not in cells[:at]:  # a merged title stands in all its cells
                sheet.write_string(line - 1, at, str(cell), bold)
    for at, place in enumerate(places):
        numeric = place.serial or (place.spec is not None and place.spec.kind in ("amount", "area", "number"))
        sheet.set_column(at, at, _WIDTH, None if numeric else text)
        sheet.write_string(line, at, place.title, head)
    for number, row in enumerate(rows, 1):
        for at, place in enumerate(places):
            _write(sheet, line + number, at, number if place.serial else _value(place, row), text)
    sheet.freeze_panes(line + 1, 0)
    book.close()
    return buffer.getvalue()


def _value(place: Place, row: Mapping[str, Any]) -> Any:
    spec = place.spec
    value = row.get(spec.name) if spec is not None else None
    if spec is None or value is None or value == "":
        return None
    if isinstance(value, (list, tuple)):
        return "、".join(str(one) for one in value)
    if spec.choices and value in spec.choices:
        return next(iter(spec.choices[value]), value)
    if spec.kind in ("amount", "area", "number") and not isinstance(value, bool):
        try:
            return Decimal(str(value)) / place.factor
        except InvalidOperation:
            return str(value)
    return value


def _write(sheet: Any, line: int, at: int, value: Any, text: Any) -> None:
    if value is None:
        return
    if isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        sheet.write_number(line, at, float(value))
    else:
        sheet.write_string(line, at, str(value), text)
