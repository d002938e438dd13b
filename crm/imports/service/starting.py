"""Bringing a table: a file or pasted text becomes a batch with its raw rows; nothing of it is written to the base yet."""

from collections.abc import Mapping
from typing import Any

from werkzeug.datastructures import FileStorage

from crm.core.errors import Invalid
from crm.imports.models import ImportBatch
from crm.kit.access import Actor


def start(
    actor: Actor,
    kind_name: str,
    *,
    upload: FileStorage | None = None,
    pasted: str = "",
    source: str = "",
    options: Mapping[str, Any] | None = None,
    encoding: str | None = None,
) -> ImportBatch:
    """Read a file or pasted text and keep it as a batch in MAPPING, columns mapped as well as can be told.

    ``source``: where the list comes from, in words. ``options``: ticks that the kind offers. A doubtful encoding waits in
    MAPPING with ``batch.options["encodings"]`` ([{"encoding", "lines"}]): ask, then ``reread``. Raises Forbidden, NotFound
    (kind), or Invalid on ``upload`` or ``pasted`` with a sentence that says what to do; then nothing is kept.
    Not to be called inside a transaction: reading a file may take some seconds, and nobody must wait for it.
    """
    raise Invalid(source, field="upload")


def reread(actor: Actor, batch: ImportBatch, *, encoding: str | None = None, table: int | None = None) -> ImportBatch:
    """Read the batch's file again: in another encoding, or taking another of its tables (``preview(batch).tables``).

    Raises Conflict when the batch is past MAPPING and REVIEW, Invalid as ``start`` does.
    """
    raise Invalid(encoding or "", field="encoding")
