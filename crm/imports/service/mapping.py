"""Saying which column is what: by a person, remembered for the next file with the same header."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select, update

from crm.audit import service as audit
from crm.core.errors import Invalid, NotFound
from crm.imports import understanding
from crm.imports.kinds import Kind
from crm.imports.models import BatchStatus, Fate, ImportBatch, ImportMapping, ImportRow, RowStatus
from crm.imports.service.holding import BEFORE_WRITING, held, kind_named
from crm.kit import clock, db, tasks
from crm.kit.access import Actor

_UNCHECKED: dict[str, Any] = {
    "fate": None,
    "sure": False,
    "given": {},
    "faults": [],
    "candidates": [],
    "changes": {},
    "decision": None,
    "decided_by_id": None,
    "target": "",
    "message": "",
}


@db.transactional
def set_mapping(
    actor: Actor,
    batch: ImportBatch,
    fields: Mapping[int, str],
    *,
    units: Mapping[int, str] | None = None,
    remember_as: str = "",
) -> None:
    """Take the mapping (place of the column → name of the field, "" for: leave it out) and begin the dry run (CHECKING).

    ``units``: place → one of ``preview(batch).columns[…].unit_choices``. ``remember_as``: the header is remembered under
    this name (empty: under the title or file name). Raises Invalid when a required column is missing or one is taken twice,
    Conflict when the batch is past REVIEW. Decisions already made fall with a new mapping.
    """
    row = held(actor, batch, *BEFORE_WRITING)
    kind = kind_named(row.kind)
    row.mapping = _checked(kind, row, fields, units or {})
    mine = (ImportRow.batch_id == row.id, ImportRow.fate.is_not(None), ImportRow.fate != Fate.SKIPPED)
    db.session.execute(update(ImportRow).where(*mine, ImportRow.status == RowStatus.WAITING).values(_UNCHECKED))
    _remember(actor, row, remember_as)
    row.status, row.error, row.counts = BatchStatus.CHECKING, "", {}
    tasks.enqueue("imports.check", row.public_id, user_id=actor.user_id)


@db.transactional
def forget_mapping(actor: Actor, mapping: ImportMapping) -> None:
    """Forget a remembered header of the own unit. Raises NotFound for another unit's."""
    if mapping.org_id != actor.org_id:
        raise NotFound
    audit.record(actor, "import.mapping_forgotten", mapping, name=mapping.name)
    db.session.delete(mapping)


def _checked(
    kind: Kind, batch: ImportBatch, fields: Mapping[int, str], units: Mapping[int, str]
) -> dict[str, dict[str, Any]]:
    """Return the mapping to store. Raises Invalid."""
    specs = {spec.name: spec for spec in kind.columns}
    mapping: dict[str, dict[str, Any]] = {}
    taken: set[str] = set()
    for place, known in batch.mapping.items():
        name = fields.get(int(place), known["field"])
        if name and name not in specs:
            raise Invalid(_("没有“%(name)s”这一项，请重新选择。", name=name), field="fields")
        if name in taken:
            raise Invalid(_("“%(label)s”对应了两列，请只留一列。", label=specs[name].label), field="fields")
        taken |= {name} - {""}
        one = {**known, "field": name}
        if name != known["field"]:
            one |= {"confidence": 1.0, "why": "person"}
        if int(place) in units:
            one["unit"] = understanding.unit_named(units[int(place)], known.get("unit"))
        mapping[place] = one
    missing = [spec.label for spec in kind.columns if spec.required and spec.name not in taken]
    if missing:
        raise Invalid(_("还缺必填的列：%(labels)s。请指明是哪一列。", labels="、".join(missing)), field="fields")
    return mapping


def _remember(actor: Actor, batch: ImportBatch, name: str) -> None:
    """Keep label → field for the next file with this header, and the form itself for exports."""
    labels = batch.layout.get("labels") or []
    if not batch.signature or not any(labels):
        return
    mine = (ImportMapping.org_id == batch.org_id, ImportMapping.kind == batch.kind)
    found = db.session.scalar(select(ImportMapping).where(*mine, ImportMapping.signature == batch.signature))
    if found is None:
        found = ImportMapping(org_id=batch.org_id, kind=batch.kind, signature=batch.signature, name="")
        db.session.add(found)
    by_place = {int(place): one for place, one in batch.mapping.items()}
    labels = understanding.own_labels(labels)
    found.name = (name.strip() or found.name or batch.source or batch.layout.get("title") or batch.file_name)[:80]
    found.mapping = {label: by_place[at]["field"] for at, label in enumerate(labels) if label and at in by_place}
    found.layout = {
        "above": batch.layout.get("above") or [],
        "labels": labels,
        "fields": [by_place[at]["field"] if at in by_place else "" for at in range(len(labels))],
        "units": [by_place[at].get("unit") if at in by_place else None for at in range(len(labels))],
        "serial": batch.layout.get("serial"),
    }
    found.used_at, found.by_id = clock.now(), actor.user_id
    db.session.flush()
