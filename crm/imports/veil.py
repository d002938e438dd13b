"""What the centre sees of another unit's batch: everything but telephone numbers, which stay with the unit that met the person."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from crm.imports import kinds
from crm.imports.models import ImportBatch, ImportRow
from crm.kit import db
from crm.kit.access import Actor

_DIGIT = re.compile(r"\d")
_SHOWN_FIRST, _SHOWN_LAST = 3, 4


def is_foreign(actor: Actor, batch: ImportBatch) -> bool:
    """Say whether the batch is another unit's."""
    return batch.org_id != actor.org_id and not actor.is_system


def phone_places(batch: ImportBatch) -> tuple[set[str], set[int]]:
    """Return the fields that hold telephone numbers, and the places of their columns in the file."""
    kind = kinds.kinds.get(batch.kind)
    fields = {spec.name for spec in kind.columns if spec.kind == "phone"} if kind else set()
    places = {int(place) for place, one in (batch.mapping or {}).items() if one["field"] in fields}
    return fields, places


def masked(value: Any) -> Any:
    """Return a number with its middle hidden: 199****0127; lists number by number."""
    if isinstance(value, (list, tuple)):
        return [masked(one) for one in value]
    if value is None or value == "":
        return value
    text = str(value)
    hidden = [found.start() for found in _DIGIT.finditer(text)][_SHOWN_FIRST:-_SHOWN_LAST]
    return "".join("*" if at in hidden else sign for at, sign in enumerate(text))


def veil(actor: Actor, batch: ImportBatch, rows: Iterable[ImportRow]) -> list[ImportRow]:
    """Return the rows as the actor may see them; masked ones are no longer part of the session, so that nothing is stored."""
    found = list(rows)
    fields, places = phone_places(batch)
    if not fields or not is_foreign(actor, batch):
        return found
    for row in found:
        db.session.expunge(row)
        row.raw = [masked(cell) if at in places else cell for at, cell in enumerate(row.raw or [])]
        row.given = _masked_fields(row.given, fields)
        row.changes = _masked_fields(row.changes, fields)
        row.faults = [
            {**one, "raw": masked(one.get("raw"))} if one.get("field") in fields else one for one in row.faults or []
        ]
    return found


def _masked_fields(values: Mapping[str, Any] | None, fields: set[str]) -> dict[str, Any]:
    return {name: masked(value) if name in fields else value for name, value in (values or {}).items()}
