"""What is kept how long: rows hold what people typed into files, and are forgotten when nobody needs them any more."""

from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select, update

from crm.imports.models import BatchStatus, ImportBatch, ImportChange, ImportRow
from crm.imports.service.running import forget
from crm.kit import clock, db

ENDED = (BatchStatus.DONE, BatchStatus.CANCELLED, BatchStatus.UNDONE, BatchStatus.FAILED)
OPEN = (BatchStatus.READING, BatchStatus.MAPPING, BatchStatus.REVIEW)
ENDED_KEPT = timedelta(days=180)
OPEN_KEPT = timedelta(days=60)
HALF_READ_KEPT = timedelta(hours=2)


def forget_old() -> None:
    """Give up what nobody went on with; empty the rows of what ended long ago. Fates and counts stay, undo ends then."""
    now = clock.now()
    half_read = (ImportBatch.status == BatchStatus.READING) & (ImportBatch.created_at < now - HALF_READ_KEPT)
    untouched = ImportBatch.status.in_(OPEN) & (ImportBatch.created_at < now - OPEN_KEPT)
    for batch_id in _ids(half_read | untouched):
        with db.transaction():
            forget(db.session.get_one(ImportBatch, batch_id))
    old = (
        ImportBatch.status.in_(ENDED)
        & (ImportBatch.created_at < now - ENDED_KEPT)
        & ImportBatch.checked_at.is_not(None)
    )
    for batch_id in _ids(old):
        _empty(batch_id)


def _ids(condition: Any) -> list[int]:
    found = list(db.session.scalars(select(ImportBatch.id).where(condition)))
    db.session.rollback()
    return found


@db.transactional
def _empty(batch_id: int) -> None:
    nothing: dict[str, Any] = {"raw": [], "given": {}, "faults": [], "candidates": [], "changes": {}}
    db.session.execute(update(ImportRow).where(ImportRow.batch_id == batch_id).values(nothing))
    db.session.execute(delete(ImportChange).where(ImportChange.batch_id == batch_id))
    db.session.execute(update(ImportBatch).where(ImportBatch.id == batch_id).values(file_id=None, checked_at=None))
