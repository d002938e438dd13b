"""Taking a batch in hand: by people of its unit who may import its kind, in the states in which the act makes sense."""

from flask_babel import gettext as _
from sqlalchemy import select

from crm.core.errors import Conflict, Forbidden, NotFound
from crm.imports import kinds, labels, queries
from crm.imports.models import BatchStatus, ImportBatch, ImportRow
from crm.kit import db
from crm.kit.access import Actor, authorize

BEFORE_WRITING = (BatchStatus.MAPPING, BatchStatus.REVIEW)


def kind_named(name: str) -> kinds.Kind:
    """Return a kind. Raises NotFound."""
    try:
        return kinds.kinds[name]
    except KeyError:
        raise NotFound from None


def held(actor: Actor, batch: ImportBatch, *states: BatchStatus) -> ImportBatch:
    """Lock the batch and return it as it is now. Call it inside a transaction.

    Raises NotFound, Forbidden for people of other units, Conflict when it is in none of the states.
    """
    authorize(actor, kind_named(batch.kind).permission)
    query = select(ImportBatch).where(ImportBatch.id == batch.id, queries.visible_to(actor)).with_for_update()
    row = db.session.scalar(query.execution_options(populate_existing=True))
    if row is None:
        raise NotFound
    if row.org_id != actor.org_id and not actor.is_system:
        raise Forbidden(_("这批导入由上传的单位处理，您可以查看。"))
    if states and row.status not in states:
        raise Conflict(_("这批导入现在是“%(state)s”，不能这样做。请刷新页面再看。", state=labels.BATCH[row.status]))
    return row


def held_row(batch: ImportBatch, row_no: int) -> ImportRow:
    """Return a row of a batch in hand. Raises NotFound."""
    query = select(ImportRow).where(ImportRow.batch_id == batch.id, ImportRow.row_no == row_no)
    row = db.session.scalar(query.execution_options(populate_existing=True))
    if row is None:
        raise NotFound
    return row


def unblocked() -> None:
    """Let go of the database before something slow. Raises RuntimeError inside a transaction."""
    if db.session().info.get("in_transaction"):
        raise RuntimeError("reading a file takes seconds: not inside a transaction")
    db.session.rollback()
