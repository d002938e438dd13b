"""以我的表头导出: what the base knows, in the form that a unit once brought: its title rows, its columns in its order, its units."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from flask_babel import gettext as _

from crm.audit import service as audit
from crm.core.errors import Forbidden, NotFound
from crm.core.permissions import Permission
from crm.core.tabular import ColumnSpec
from crm.imports import kinds
from crm.imports.kinds import Kind
from crm.imports.models import ImportMapping
from crm.imports.template import title_of
from crm.kit import clock, db
from crm.kit.access import Actor, authorize

_WIDTH = 18
_WAN = Decimal(10_000)


@dataclass(frozen=True)
class Place:
    """A column of the form: its title, the field it shows (None: left empty), the factor of its unit, running numbers."""

    title: str
    spec: ColumnSpec | None = None
    factor: Decimal = Decimal(1)
    serial: bool = False


@dataclass(frozen=True)
class Form:
    """A table ready to be written: the rows above its header, its columns, its rows, who took it."""

    title: str
    above: Sequence[Sequence[Any]]
    places: Sequence[Place]
    rows: Sequence[Mapping[str, Any]]
    taken: str


def own_form_xlsx(
    actor: Actor,
    kind: Kind,
    mapping: ImportMapping | None,
    filters: Mapping[str, Any],
    *,
    reason: str = "",
    permission: Permission | None = None,
) -> bytes:
    """Return the kind's records as the actor may see them, in a remembered form (None: in the order of the template).

    编号 and 版本 stand at the end, so that it can be changed and brought back. It is on record who took what and why: call
    it from a POST. ``permission``: what it takes (else that of the import). Raises NotFound for a kind without records,
    Forbidden for another unit's form.
    """
    return _book(_form(actor, kind, mapping, filters, reason, permission))


def own_form_csv(
    actor: Actor,
    kind: Kind,
    mapping: ImportMapping | None,
    filters: Mapping[str, Any],
    *,
    encoding: str = "utf-8-sig",
    reason: str = "",
    permission: Permission | None = None,
) -> bytes:
    """Return the same as CSV: UTF-8 with a mark, or gb18030, which old programs take. No cell can become a formula."""
    form = _form(actor, kind, mapping, filters, reason, permission)
    out = io.StringIO(newline="")
    lines = csv.writer(out)
    for cells in form.above:
        lines.writerow([_guarded(cell) if cell not in cells[:at] else "" for at, cell in enumerate(cells)])
    lines.writerow([_guarded(place.title) for place in form.places])
    for number, row in enumerate(form.rows, 1):
        lines.writerow([_guarded(number if place.serial else _value(place, row)) for place in form.places])
    return out.getvalue().encode(encoding, "replace")


@db.transactional
def _form(
    actor: Actor,
    kind: Kind,
    mapping: ImportMapping | None,
    filters: Mapping[str, Any],
    reason: str,
    permission: Permission | None,
) -> Form:
    authorize(actor, permission or kind.permission)
    if kind.records is None:
        raise NotFound
    if mapping is not None and (mapping.org_id != actor.org_id or mapping.kind != kind.name):
        raise Forbidden(_("这份表头属于别的单位。"))
    rows = list(kind.records(actor, filters))
    subject = mapping if mapping is not None else ("import_mapping", None, "")
    audit.record(actor, "import.exported", subject, import_kind=str(kind.label), rows=len(rows), reason=reason)
    above = (mapping.layout.get("above") if mapping is not None else None) or []
    at = clock.local(clock.now()).strftime("%Y-%m-%d %H:%M")
    taken = _("%(unit)s %(who)s 于 %(at)s 导出", unit=actor.org_name, who=actor.name, at=at)
    return Form(str(kind.label), above, _places(kind, mapping), rows, taken)


def _guarded(value: Any) -> Any:
    """A text that a program could take for a formula gets a quotation mark in front; bringing it back takes the mark away."""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return "'" + value
    return "" if value is None else value


def _places(kind: Kind, mapping: ImportMapping | None) -> list[Place]:
    specs = {spec.name: spec for spec in kind.columns}
    if mapping is None:
        return [Place(title_of(spec), spec, _WAN if spec.kind == "amount" else Decimal(1)) for spec in kind.columns]
    layout = mapping.layout
    places = []
    for at, label in enumerate(layout["labels"]):
        name, unit = layout["fields"][at], layout["units"][at]
        spec = specs.get(name)
        foreign = unit is not None and unit["dimension"] == "money" and unit["currency"] not in ("", "CNY")
        factor = Decimal(unit["factor"]) if unit and not foreign else Decimal(1)
        places.append(Place(label, None if foreign else spec, factor, at == layout.get("serial")))
    shown = {place.spec.name for place in places if place.spec is not None}
    tail = [specs[name] for name in (kinds.ID_FIELD, kinds.VERSION_FIELD) if name in specs and name not in shown]
    return [*places, *(Place(spec.label, spec) for spec in tail)]


def _book(form: Form) -> bytes:
    import xlsxwriter

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet(form.title[:31])
    styles = {
        "head": book.add_format({"bold": True, "border": 1, "align": "center", "valign": "vcenter", "text_wrap": True}),
        "text": book.add_format({"num_format": "@", "border": 1, "valign": "top", "text_wrap": True}),
        "figure": book.add_format({"border": 1, "valign": "top"}),
    }
    _above(book, sheet, form)
    line = len(form.above)
    for at, place in enumerate(form.places):
        sheet.set_column(at, at, _WIDTH)
        sheet.write_string(line, at, place.title, styles["head"])
    for number, row in enumerate(form.rows, 1):
        for at, place in enumerate(form.places):
            _write(sheet, line + number, at, number if place.serial else _value(place, row), styles)
    sheet.freeze_panes(line + 1, 0)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(line)
    sheet.set_footer(f"&L{form.taken.replace('&', '&&')}&C&P / &N")
    book.close()
    return buffer.getvalue()


def _above(book: Any, sheet: Any, form: Form) -> None:
    """Write title and remarks as they stood; one that stands alone in its row spans the table."""
    bold, title = book.add_format({"bold": True}), book.add_format({"bold": True, "font_size": 16, "align": "center"})
    for line, cells in enumerate(form.above):
        told = [(at, str(cell)) for at, cell in enumerate(cells) if cell is not None and cell not in cells[:at]]
        if line == 0 and len(told) == 1 and told[0][0] == 0 and len(form.places) > 1:
            sheet.merge_range(0, 0, 0, len(form.places) - 1, "", title)
            sheet.write_string(0, 0, told[0][1], title)
            continue
        for at, text in told:
            sheet.write_string(line, at, text, bold)


def _value(place: Place, row: Mapping[str, Any]) -> Any:
    spec = place.spec
    value = row.get(spec.name) if spec is not None else None
    if spec is None or value is None or value == "":
        return None
    if isinstance(value, (list, tuple)):
        return "、".join(str(one) for one in value) or None
    if spec.choices and value in spec.choices:
        return next(iter(spec.choices[value]), value)
    if spec.kind in ("amount", "area", "number") and not isinstance(value, bool):
        try:
            return Decimal(str(value)) / place.factor
        except InvalidOperation:
            return str(value)
    return value


def _write(sheet: Any, line: int, at: int, value: Any, styles: Mapping[str, Any]) -> None:
    if value is None:
        sheet.write_blank(line, at, None, styles["text"])
    elif isinstance(value, (int, Decimal)) and not isinstance(value, bool):
        sheet.write_number(line, at, float(value), styles["figure"])
    else:
        sheet.write_string(line, at, str(value), styles["text"])
