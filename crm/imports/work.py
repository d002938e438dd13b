"""The long work of the room, done by a worker: dry run, writing, taking back. Each chunk commits with the marks of its rows."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import time as time_of_day

from flask_babel import force_locale
from sqlalchemy import ColumnElement, func, select, update

from crm.accounts import queries as accounts
from crm.audit import labels as audit_labels
from crm.core.errors import Conflict, Forbidden, NotFound
from crm.imports import kinds, labels, queries, retention, undoing, writing
from crm.imports.checking import Raw, Twins, check_rows, context_of, reader_of
from crm.imports.models import BatchStatus, ImportBatch, ImportRow, RowStatus
from crm.imports.settling import settle_cancelled, settle_checked, settle_undone, settle_written
from crm.kit import db, jobs, refusals, registries, tasks
from crm.kit.access import Actor
from crm.kit.i18n import LANGUAGES
from crm.kit.words import say as _

CHUNK, SMALLEST = 200, 10
# Between two chunks that write: SQLite's waiting writers look again every 100 ms, and a shorter gap would starve them.
PAUSE_SECONDS = 0.11


def register() -> None:
    """Join the work, the jobs and the words of the trail."""
    tasks.declare("imports.check", check, failed=_failed(BatchStatus.CHECKING))
    tasks.declare("imports.write", write, failed=_failed(BatchStatus.WRITING))
    tasks.declare("imports.undo", undo, failed=_failed(BatchStatus.UNDOING))
    jobs.declare("imports.retention", retention.forget_old, daily=time_of_day(3, 35))
    registries.add(registries.file_readers, queries.may_read_file)
    audit_labels.ACTIONS.update(labels.ACTIONS)
    audit_labels.SUBJECTS.update(labels.SUBJECTS)
    audit_labels.FIELDS.update({name: word for name, word in labels.FIELDS.items() if name not in audit_labels.FIELDS})


def check(running: tasks.Running) -> None:
    """The dry run, from the first row that has no fate yet. Reads beside everybody, writes only the fates."""
    with _language(running):
        try:
            _check(running)
        except tasks.Cancelled:
            _stop(running, BatchStatus.CHECKING, "")
            raise
        except Forbidden as error:
            _stop(running, BatchStatus.CHECKING, refusals.kept_words(error))


def _check(running: tasks.Running) -> None:
    twins: Twins | None = None
    while True:
        _report(running, ImportRow.fate.is_not(None), _("核对"))
        with db.reading():
            batch, kind, actor = _entered(running, BatchStatus.CHECKING)
            if batch is None:
                return
            mine = (ImportRow.batch_id == batch.id, ImportRow.fate.is_(None), ImportRow.status == RowStatus.WAITING)
            query = (
                select(ImportRow.id, ImportRow.row_no, ImportRow.raw, ImportRow.place)
                .where(*mine)
                .order_by(ImportRow.row_no)
            )
            rows = [Raw(*row) for row in db.session.execute(query.limit(CHUNK))]
            twins = twins or Twins.of(batch.id)
            values = check_rows(context_of(actor, batch), kind, reader_of(kind, batch), rows, twins) if rows else []
        with db.transaction():
            batch = _locked(running, BatchStatus.CHECKING)
            if batch is None:
                return
            if not values:
                settle_checked(batch, running.user_id or batch.user_id)
                return
            db.session.execute(update(ImportRow), values)
        db.session.remove()


def write(running: tasks.Running) -> None:
    """Write what waits, chunk by chunk; whatever kills the worker, a row is written once or not at all."""
    with _language(running):
        try:
            size = CHUNK
            while size := _write_chunk(running, size):
                _breathe()
        except tasks.Cancelled:
            _stop(running, BatchStatus.WRITING, "")
            raise
        except Forbidden as error:
            _stop(running, BatchStatus.WRITING, refusals.kept_words(error))


def _write_chunk(running: tasks.Running, size: int) -> int:
    """Write up to ``size`` rows; return how many the next chunk should take, 0 when all is done."""
    _report(running, ImportRow.status != RowStatus.WAITING, _("写入"))
    with db.transaction():
        batch = _locked(running, BatchStatus.WRITING)
        if batch is None:
            return 0
        _batch, kind, actor = _entered(running, BatchStatus.WRITING)
        began = time.monotonic()
        if not writing.write_chunk(context_of(actor, batch), kind, batch, size):
            settle_written(actor, batch)
            return 0
    db.session.remove()
    slow = time.monotonic() - began > writing.CHUNK_SECONDS
    return max(SMALLEST, size // 2) if slow else min(CHUNK, size * 2)


def undo(running: tasks.Running) -> None:
    """Take back what was written, the newest first."""
    with _language(running):
        try:
            _undo(running)
        except Forbidden as error:
            _stop(running, BatchStatus.UNDOING, refusals.kept_words(error))


def _undo(running: tasks.Running) -> None:
    with db.reading():
        found = db.session.scalar(select(ImportBatch.id).where(ImportBatch.public_id == running.subject))
        left = undoing.order(found) if found else []
    while True:
        _report(running, ImportRow.status.in_((RowStatus.UNDONE, RowStatus.KEPT)), _("撤销"))
        numbers = left[:CHUNK]
        with db.transaction():
            batch = _locked(running, BatchStatus.UNDOING)
            if batch is None:
                return
            _batch, kind, actor = _entered(running, BatchStatus.UNDOING)
            if not numbers:
                settle_undone(actor, batch)
                return
            done = undoing.undo_chunk(context_of(actor, batch), kind, batch, numbers)
        left = left[done:]
        db.session.remove()
        _breathe()


def _entered(running: tasks.Running, status: BatchStatus) -> tuple[ImportBatch | None, kinds.Kind, Actor]:
    """Return batch, kind and person with the rights of this moment (None for a batch that is past this).

    Raises Forbidden when the person may no longer do this.
    """
    query = select(ImportBatch).where(ImportBatch.public_id == running.subject)
    batch = db.session.scalar(query)
    if batch is None:
        raise NotFound
    kind = kinds.kinds.get(batch.kind)
    if kind is None:
        raise Conflict(_("这一类导入已不再提供。"))
    try:
        actor = accounts.actor_of(running.user_id or batch.user_id)
    except NotFound:
        actor = None
    if actor is None or not actor.can(kind.permission) or actor.org_id != batch.org_id:
        raise Forbidden(_("操作人已无权导入，请由本单位有权限的人继续。"))
    return (batch if batch.status is status else None), kind, actor


def _locked(running: tasks.Running, status: BatchStatus) -> ImportBatch | None:
    """Return the batch, locked, if it is still in the state that this work is for."""
    query = select(ImportBatch).where(ImportBatch.public_id == running.subject).with_for_update()
    batch = db.session.scalar(query.execution_options(populate_existing=True))
    return batch if batch is not None and batch.status is status else None


def _report(running: tasks.Running, is_done: ColumnElement[bool], words: str) -> None:
    with db.reading():
        mine = select(ImportBatch.id).where(ImportBatch.public_id == running.subject).scalar_subquery()
        query = select(func.count(), func.count().filter(is_done)).where(ImportRow.batch_id == mine)
        total, done = db.session.execute(query).one()
    running.report(done, total, words)


def _stop(running: tasks.Running, status: BatchStatus, why: str) -> None:
    db.session.rollback()
    with db.transaction():
        batch = _locked(running, status)
        if batch is None:
            return
        actor = _person(running, batch)
        if status is BatchStatus.UNDOING:
            batch.status, batch.error = BatchStatus.DONE, why
        else:
            settle_cancelled(actor, batch, why)


def _person(running: tasks.Running, batch: ImportBatch) -> Actor:
    try:
        return accounts.actor_of(running.user_id or batch.user_id)
    except NotFound:
        return Actor.system()


def _failed(status: BatchStatus) -> Callable[[str, str], None]:
    """Return what brings a batch back into a person's hands when its work cannot be finished."""

    def note(subject: str, words: str) -> None:
        query = select(ImportBatch).where(ImportBatch.public_id == subject).with_for_update()
        batch = db.session.scalar(query)
        if batch is None or batch.status is not status:
            return
        if status is BatchStatus.UNDOING:
            batch.status, batch.error = BatchStatus.DONE, words
        else:
            settle_cancelled(Actor.system(), batch, words)

    return note


@contextmanager
def _language(running: tasks.Running) -> Iterator[None]:
    """Speak the language of the person who asked: what a room says in plain words is kept in it."""
    with db.reading():
        try:
            wanted = accounts.actor_of(running.user_id).language if running.user_id else None
        except NotFound:
            wanted = None
    with force_locale(LANGUAGES.get(wanted or "zh", LANGUAGES["zh"])):
        yield


def _breathe() -> None:
    if db.is_sqlite():
        time.sleep(PAUSE_SECONDS)
