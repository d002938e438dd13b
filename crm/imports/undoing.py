"""Taking back a chunk of written rows, the newest first; what people changed since is left and said."""

import time
from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select, update

from crm.imports import savepoints
from crm.imports.kinds import Context, Kind, Row, Trace
from crm.imports.models import ImportBatch, ImportChange, ImportRow, RowStatus
from crm.imports.writing import CHUNK_SECONDS
from crm.kit import db
from crm.kit.words import joined


def order(batch_id: int) -> list[int]:
    """Return the numbers of the written rows, the last written first; those that changed nothing come at the end."""
    last = select(ImportChange.row_no, func.max(ImportChange.id).label("last")).where(ImportChange.batch_id == batch_id)
    traced = last.group_by(ImportChange.row_no).subquery()
    query = select(ImportRow.row_no, traced.c.last).outerjoin(traced, traced.c.row_no == ImportRow.row_no)
    query = query.where(ImportRow.batch_id == batch_id, ImportRow.status == RowStatus.WRITTEN)
    found = [(row.last or 0, row.row_no) for row in db.session.execute(query)]
    return [row_no for _last, row_no in sorted(found, reverse=True)]


def undo_chunk(context: Context, kind: Kind, batch: ImportBatch, numbers: Sequence[int]) -> int:
    """Take back rows in this order, inside the caller's transaction; those that are no longer WRITTEN are left out.

    Returns how many of the numbers are done with: a chunk ends early when its rows take long.
    """
    columns = (ImportRow.id, ImportRow.row_no, ImportRow.given, ImportRow.decision, ImportRow.target)
    mine = (ImportRow.batch_id == batch.id, ImportRow.status == RowStatus.WRITTEN, ImportRow.row_no.in_(numbers))
    rows = {row.row_no: row for row in db.session.execute(select(*columns).where(*mine))}
    traces = _traces(batch.id, list(rows))
    fates: list[dict[str, Any]] = []
    began, done = time.monotonic(), 0
    given = {number: Row(number, row.given or {}, row.decision, row.target) for number, row in rows.items()}
    pairs = [(given[number], traces[number]) for number in numbers if number in rows and number in traces]
    answers = savepoints.together(context, kind, pairs, kind.undo_many)
    together = {row.row_no: _fate(left) for (row, _trace), left in zip(pairs, answers, strict=True) if left is not None}
    for row_no in numbers:
        if done and not together and time.monotonic() - began > CHUNK_SECONDS:
            break
        done += 1
        row = rows.get(row_no)
        if row is not None:
            known = together.pop(row_no, None)
            status, message = known or _one(context, kind, given[row_no], traces.get(row_no, Trace()))
            fates.append({"id": row.id, "status": status, "message": message})
    if fates:
        db.session.execute(update(ImportRow), fates)
    return done


def _fate(left: Sequence[str]) -> tuple[RowStatus, str]:
    return (RowStatus.KEPT, joined("；", left)) if left else (RowStatus.UNDONE, "")


def _traces(batch_id: int, numbers: Sequence[int]) -> dict[int, Trace]:
    query = select(ImportChange).where(ImportChange.batch_id == batch_id, ImportChange.row_no.in_(numbers))
    traces: dict[int, Trace] = {}
    for change in db.session.scalars(query.order_by(ImportChange.id)):
        trace = traces.setdefault(change.row_no, Trace())
        if change.field == "":
            trace.make(change.table, change.row_id)
        else:
            trace.change(change.table, change.row_id, change.field, change.old, change.new)
    return traces


def _one(context: Context, kind: Kind, row: Row, trace: Trace) -> tuple[RowStatus, str]:
    if not trace.made and not trace.changed:
        return RowStatus.UNDONE, ""
    left, why = savepoints.alone(kind, lambda: kind.undo(context, row, trace))
    return _fate(left) if left is not None else (RowStatus.KEPT, why)
