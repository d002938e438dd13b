"""Workbooks of the room: templates, failed rows, fates of all rows, and exports in a unit's own form."""

from collections.abc import Mapping
from typing import Any

from crm.imports.kinds import Kind
from crm.imports.models import ImportBatch, ImportMapping
from crm.kit.access import Actor


def template_xlsx(kind: Kind) -> bytes:
    """Return an empty form of the kind: labels with units, a row that explains each, one sample left out of the import."""
    return b""


def failed_rows_xlsx(actor: Actor, batch: ImportBatch) -> bytes:
    """Return the rows that are wrong or could not be written, in the file's own columns, with place and reasons beside."""
    return b""


def result_xlsx(actor: Actor, batch: ImportBatch) -> bytes:
    """Return every row with its fate, decision and state, and the answers that the kind gives beside it."""
    return b""


def own_form_xlsx(actor: Actor, kind: Kind, mapping: ImportMapping | None, filters: Mapping[str, Any]) -> bytes:
    """Return the kind's records as the actor may see them, in a remembered form (titles, order, units), with 编号 and 版本."""
    return b""
