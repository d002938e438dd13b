"""Writing a chunk of rows: each in a savepoint of its own, all committed with their fates and traces by the caller."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, insert, select, update

from crm.imports import savepoints, sentences
from crm.imports.kinds import Context, Kind, Row, Trace, Written
from crm.imports.models import Decision, Fate, ImportBatch, ImportChange, ImportRow, RowStatus
from crm.kit import db
from crm.kit.words import joined
from crm.kit.words import say as _

# A chunk ends early when its rows take long: others wait for SQLite's one place to write meanwhile.
CHUNK_SECONDS = 0.5


@dataclass(frozen=True)
class Waiting:
    """A row as it waits to be written."""

    id: int
    row: Row
    fate: Fate | None
    message: str
    faults: Sequence[dict[str, Any]]


@dataclass
class Outcome:
    """What became of a row, and what it left behind."""

    row: Waiting
    status: RowStatus
    message: str
    written: Written | None = None
    trace: Trace | None = None


def waiting(batch_id: int) -> Select[Any]:
    """The rows that are still to be written, in the order of the file."""
    columns = (
        *(ImportRow.id, ImportRow.row_no, ImportRow.given, ImportRow.decision, ImportRow.target),
        *(ImportRow.fate, ImportRow.message, ImportRow.faults),
    )
    mine = (ImportRow.batch_id == batch_id, ImportRow.status == RowStatus.WAITING)
    return select(*columns).where(*mine).order_by(ImportRow.row_no)


def write_chunk(context: Context, kind: Kind, batch: ImportBatch, size: int) -> int:
    """Write the next rows, ``size`` at the most, inside the caller's transaction; return how many, 0 when none is left."""
    found = [
        Waiting(r.id, Row(r.row_no, r.given or {}, r.decision, r.target), r.fate, r.message, r.faults or ())
        for r in db.session.execute(waiting(batch.id).limit(size))
    ]
    began, outcomes = time.monotonic(), []
    many = _at_once(context, kind, found)
    for row in found:
        outcomes.append(many.get(row.id) or _one(context, kind, row))
        slow = time.monotonic() - began > CHUNK_SECONDS
        if slow and not any(later.id in many for later in found[len(outcomes) :]):
            break
    _keep(batch.id, kind, outcomes)
    return len(outcomes)


def _left_out(kind: Kind, row: Waiting) -> Outcome | None:
    """Return the outcome of a row that is not to be written."""
    if row.row.decision is Decision.SKIP or row.fate is Fate.SKIPPED:
        return Outcome(row, RowStatus.SKIPPED, row.message)
    if row.fate is Fate.ERROR:
        labels = {spec.name: spec.label for spec in kind.columns}
        words = [joined("：", (labels.get(one["field"], one["field"]), sentences.fault(one))) for one in row.faults]
        return Outcome(row, RowStatus.FAILED, joined("；", words))
    return None


def _at_once(context: Context, kind: Kind, rows: Sequence[Waiting]) -> dict[int, Outcome]:
    """Let the kind write plain rows together; what it leaves, or everything if it fails, goes one by one."""
    mine = [(row, Trace()) for row in rows if row.fate is not None and _left_out(kind, row) is None]
    answers = savepoints.together(context, kind, [(row.row, trace) for row, trace in mine], kind.write_many)
    return {
        row.id: Outcome(row, RowStatus.WRITTEN, row.message or answer.message, answer, trace)
        for (row, trace), answer in zip(mine, answers, strict=True)
        if answer is not None
    }


def _one(context: Context, kind: Kind, row: Waiting) -> Outcome:
    left_out = _left_out(kind, row)
    if left_out is not None:
        return left_out
    trace = Trace()
    written, why = savepoints.alone(kind, lambda: kind.write(context, row.row, trace))
    if written is None:
        return Outcome(row, RowStatus.FAILED, why or _("没有写成，请核对这一行。"))
    return Outcome(row, RowStatus.WRITTEN, written.message or row.message, written, trace)


def _keep(batch_id: int, kind: Kind, outcomes: Sequence[Outcome]) -> None:
    """Store fates and traces, in the transaction of the records themselves."""
    if not outcomes:
        return
    rows = [
        {
            "id": one.row.id,
            "status": one.status,
            "message": one.message,
            "subject_kind": one.written.subject_kind if one.written else "",
            "subject_id": one.written.subject_id if one.written else None,
        }
        for one in outcomes
    ]
    db.session.execute(update(ImportRow), rows)
    changes = [change for one in outcomes if one.trace for change in _changes(batch_id, one.row.row.row_no, one.trace)]
    if changes:
        db.session.execute(insert(ImportChange), changes)


def _changes(batch_id: int, row_no: int, trace: Trace) -> list[dict[str, Any]]:
    """Return a trace as rows; a field changed twice keeps its first old and its last new value."""
    found: dict[tuple[str, str, str], dict[str, Any]] = {}
    base = {"batch_id": batch_id, "row_no": row_no}
    for table, row_id in trace.made:
        found[table, row_id, ""] = {**base, "table": table, "row_id": row_id, "field": "", "old": None, "new": None}
    for table, row_id, name, old, new in trace.changed:
        known = found.get((table, row_id, name))
        first = known["old"] if known else old
        change = {"table": table, "row_id": row_id, "field": name, "old": first, "new": new}
        found[table, row_id, name] = {**base, **change}
    return list(found.values())
