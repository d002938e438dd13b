"""Long work on a batch: begin writing, stop, take back, drop. The work itself is in ``crm.imports.work``."""

from flask_babel import gettext as _
from sqlalchemy import delete, select, update

from crm.audit import service as audit
from crm.core.errors import Conflict
from crm.files import service as files
from crm.imports import queries
from crm.imports.models import UNCERTAIN, BatchStatus, Decision, ImportBatch, ImportRow, RowStatus
from crm.imports.service.holding import held
from crm.imports.settling import rest, settle_cancelled
from crm.kit import db, tasks
from crm.kit.access import Actor


@db.transactional
def write(actor: Actor, batch: ImportBatch, *, skip_undecided: bool = False) -> None:
    """Begin writing (WRITING), or go on after a cancel. Faulty rows are not written; they come back as a file.

    Raises Conflict while uncertain rows are undecided, unless ``skip_undecided`` leaves those out.
    """
    row = held(actor, batch, BatchStatus.REVIEW, BatchStatus.CANCELLED)
    if row.total == 0 or row.checked_at is None:
        raise Conflict(_("这批导入还没有核对，不能写入。"))
    undecided = queries.counts(row).undecided
    if undecided and not skip_undecided:
        raise Conflict(_("还有 %(n)s 行没有判断。请逐行处理，或选择“跳过未判断的行”再写入。", n=undecided))
    if undecided:
        waits = (ImportRow.decision.is_(None), ImportRow.sure.is_(False), ImportRow.status == RowStatus.WAITING)
        left_out = {"decision": Decision.SKIP, "decided_by_id": actor.user_id, "message": _("未判断，跳过")}
        db.session.execute(update(ImportRow).where(ImportRow.batch_id == row.id, UNCERTAIN, *waits).values(left_out))
    row.status, row.error = BatchStatus.WRITING, ""
    audit.record(actor, "import.writing", row, file_name=row.file_name, rows=row.total)
    tasks.enqueue("imports.write", row.public_id, user_id=actor.user_id)


@db.transactional
def cancel(actor: Actor, batch: ImportBatch) -> None:
    """Stop the dry run (back to MAPPING) or the writing (CANCELLED, after the chunk on its way; what is written stays)."""
    row = held(actor, batch, BatchStatus.CHECKING, BatchStatus.WRITING)
    if not tasks.cancel(queries.TASKS[row.status], row.public_id):
        settle_cancelled(actor, row)


@db.transactional
def undo(actor: Actor, batch: ImportBatch) -> None:
    """Begin taking back what the batch made and changed (UNDOING). Raises Conflict unless it is DONE or CANCELLED."""
    row = held(actor, batch, BatchStatus.DONE, BatchStatus.CANCELLED)
    if row.checked_at is None:
        raise Conflict(_("这批导入已超过保存期限，不能再撤销。"))
    written = select(ImportRow.id).where(ImportRow.batch_id == row.id, ImportRow.status == RowStatus.WRITTEN)
    if db.session.scalar(written.limit(1)) is None:
        raise Conflict(_("这批导入没有写入任何行，不需要撤销。"))
    row.status, row.error = BatchStatus.UNDOING, ""
    audit.record(actor, "import.undoing", row, file_name=row.file_name)
    tasks.enqueue("imports.undo", row.public_id, user_id=actor.user_id)


@db.transactional
def drop(actor: Actor, batch: ImportBatch) -> None:
    """Give a batch up before writing: rows and file are forgotten, the batch stays on the list as CANCELLED."""
    states = (BatchStatus.READING, BatchStatus.MAPPING, BatchStatus.REVIEW, BatchStatus.FAILED)
    row = held(actor, batch, *states)
    forget(row)
    audit.record(actor, "import.dropped", row, file_name=row.file_name)


def forget(batch: ImportBatch) -> None:
    """Remove rows and file of a batch of which nothing was written."""
    db.session.execute(delete(ImportRow).where(ImportRow.batch_id == batch.id))
    rest(batch)
    batch.status, batch.total, batch.counts, batch.checked_at = BatchStatus.CANCELLED, 0, {}, None
    file, batch.file_id = batch.file, None
    batch.file = None
    db.session.flush()
    if file is not None:
        files.remove(file)
