"""Bringing a table: a file or pasted text becomes a batch with its raw rows; nothing of it is written to the base yet."""

import hashlib
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

from flask_babel import gettext as _
from sqlalchemy import delete, insert, select
from werkzeug.datastructures import FileStorage

from crm.audit import service as audit
from crm.core.errors import Conflict, Invalid
from crm.core.tabular import Table
from crm.files import kinds as file_kinds
from crm.files import storage
from crm.files.models import File
from crm.files.service import clean_name
from crm.imports import sentences, understanding
from crm.imports.kinds import Kind
from crm.imports.models import BatchStatus, Fate, ImportBatch, ImportMapping, ImportRow, RowStatus
from crm.imports.service.holding import BEFORE_WRITING, held, kind_named, unblocked
from crm.kit import clock, db, sheets
from crm.kit.access import Actor, authorize

STORED_AT_ONCE = 2_000
_TYPES = {"xlsx": file_kinds.XLSX, "xls": file_kinds.XLS}


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
    kind = kind_named(kind_name)
    authorize(actor, kind.permission)
    ticks = {one.name: True for one in kind.options if (options or {}).get(one.name) and one.allowed(actor)}
    unblocked()
    if upload is not None and upload.filename:
        name = clean_name(upload.filename, "upload")
        stream = cast(BinaryIO, upload.stream)
        book, tables = _read(kind, "upload", lambda: _read_stream(stream, name, encoding))
        stream.seek(0)
        batch = _keep(actor, kind, name, book, source, ticks, stream)
    elif pasted.strip():
        book, tables = _read(kind, "pasted", lambda: sheets.read_text(pasted))
        batch = _keep(actor, kind, _("粘贴的内容"), book, source, ticks, None, pasted)
    else:
        raise Invalid(_("请选择文件，或粘贴表格内容。"), field="upload")
    _fill(batch, kind, book, tables, 0)
    return batch


def reread(actor: Actor, batch: ImportBatch, *, encoding: str | None = None, table: int | None = None) -> ImportBatch:
    """Read the batch's file again: in another encoding, or taking another of its tables (``preview(batch).tables``).

    Raises Conflict when the batch is past MAPPING and REVIEW, Invalid as ``start`` does.
    """
    kind = kind_named(batch.kind)
    with db.transaction():
        row = held(actor, batch, *BEFORE_WRITING)
        file = row.file
        name, known = row.file_name, row.encoding
    if file is None:
        raise Conflict(_("粘贴的内容没有存成文件，不能重新读取。请重新粘贴。"))
    stored = file.storage_name
    unblocked()
    with storage.current().open(stored) as stream:
        book, tables = _read(kind, "encoding", lambda: _read_stream(stream, name, encoding or known or None))
    number = table or 0
    if not 0 <= number < len(tables):
        raise Invalid(_("没有这张表，请重新选择。"), field="table")
    with db.transaction():
        row = held(actor, batch, *BEFORE_WRITING)
        row.status = BatchStatus.READING
        db.session.execute(delete(ImportRow).where(ImportRow.batch_id == row.id))
    _fill(row, kind, book, tables, number, chosen=encoding is not None)
    return row


def _read(kind: Kind, field: str, read: Any) -> tuple[sheets.Book, Sequence[Table]]:
    try:
        book = read()
    except sheets.Refused as error:
        raise Invalid(sentences.refusal(error), field=field) from error
    tables = understanding.tables_of(kind, book)
    if not tables:
        raise Invalid(_("里面没有数据行：至少要有一行表头和一行内容。"), field=field)
    return book, tables


def _read_stream(stream: BinaryIO, name: str, encoding: str | None) -> sheets.Book:
    if encoding is not None and encoding not in sheets.ENCODINGS:
        encoding = None
    with _on_disk(stream) as path:
        return sheets.read(path, name, encoding=encoding)


@contextmanager
def _on_disk(stream: BinaryIO) -> Iterator[Path]:
    """Yield a path with the content of the stream, as far as the limit goes."""
    limit = sheets.LIMITS.file_mb * 1024 * 1024
    stream.seek(0, 2)
    if stream.tell() > limit:
        raise sheets.Refused("too_big", limit_mb=sheets.LIMITS.file_mb)
    stream.seek(0)
    with tempfile.NamedTemporaryFile(prefix="import-") as copy:
        shutil.copyfileobj(stream, cast(IO[bytes], copy))
        copy.flush()
        yield Path(copy.name)


@db.transactional
def _keep(
    actor: Actor,
    kind: Kind,
    name: str,
    book: sheets.Book,
    source: str,
    options: Mapping[str, Any],
    stream: BinaryIO | None,
    pasted: str = "",
) -> ImportBatch:
    """Store the file and the batch, still without rows."""
    file = _stored(actor, stream, name, book) if stream is not None else None
    batch = ImportBatch(
        kind=kind.name,
        org_id=actor.org_id,
        user_id=actor.user_id,
        file_id=file.id if file else None,
        file_name=name[:200],
        sha256=file.sha256 if file else hashlib.sha256(pasted.encode()).hexdigest(),
        source=source.strip()[:80],
        options=dict(options),
        status=BatchStatus.READING,
        created_at=clock.now(),
    )
    db.session.add(batch)
    db.session.flush()
    audit.record(actor, "import.started", batch, import_kind=str(kind.label), file_name=name)
    return batch


def _stored(actor: Actor, stream: BinaryIO, name: str, book: sheets.Book) -> File:
    """Store the bytes: they were read as a table, which says more than any look at their beginning."""
    written = storage.current().write(stream)
    row = File(
        storage_name=written.name,
        sha256=written.sha256,
        bytes=written.bytes,
        media_type=_TYPES.get(book.format, file_kinds.CSV).media_type,
        original_name=name,
        uploader_id=actor.user_id,
        uploaded_at=clock.now(),
    )
    db.session.add(row)
    db.session.flush()
    return row


def _fill(
    batch: ImportBatch, kind: Kind, book: sheets.Book, tables: Sequence[Table], number: int, *, chosen: bool = False
) -> None:
    """Store the raw rows in pieces, so that nobody waits for the whole, and then the layout and the proposed mapping."""
    table = tables[number]
    total = 0
    rows = enumerate(understanding.raw_rows(book, table), 1)
    while piece := [_row(batch.id, row_no, raw) for row_no, raw in islice(rows, STORED_AT_ONCE)]:
        with db.transaction():
            db.session.execute(insert(ImportRow), piece)
        total += len(piece)
    with db.transaction():
        signature = understanding.signature_of(table)
        remembered = _remembered(batch, signature)
        batch = db.session.get_one(ImportBatch, batch.id)
        batch.signature = signature
        batch.encoding = book.encoding
        batch.layout = understanding.layout_of(book, tables, number) | {
            "remembered": remembered.name if remembered else ""
        }
        batch.mapping = understanding.propose(kind, table, remembered.mapping if remembered else None)
        doubtful = [{"encoding": one.encoding, "lines": list(one.lines)} for one in book.choices if book.doubtful]
        options = {key: value for key, value in batch.options.items() if key != "encodings"}
        asked = batch.options.get("encodings") if chosen else doubtful
        batch.options = options | ({"encodings": asked} if asked else {})
        batch.total, batch.status, batch.error, batch.counts = total, BatchStatus.MAPPING, "", {}


def _row(batch_id: int, row_no: int, raw: understanding.RawRow) -> dict[str, Any]:
    skipped = bool(raw.why)
    return {
        "batch_id": batch_id,
        "row_no": row_no,
        "place": raw.place,
        "raw": raw.cells,
        "fate": Fate.SKIPPED if skipped else None,
        "sure": skipped,
        "status": RowStatus.SKIPPED if skipped else RowStatus.WAITING,
        "message": sentences.skipped(raw.why) if skipped else "",
    }


def _remembered(batch: ImportBatch, signature: str) -> ImportMapping | None:
    """Return what the unit said of the same header before."""
    mine = (ImportMapping.org_id == batch.org_id, ImportMapping.kind == batch.kind)
    query = select(ImportMapping).where(*mine, ImportMapping.signature == signature)
    return db.session.scalar(query) if signature else None
