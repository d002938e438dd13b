"""What a batch says of itself when a piece of work ends: counts for the list, the line in the trail, the word to the person."""

from flask_babel import gettext as _

from crm.audit import service as audit
from crm.imports import queries
from crm.imports.models import BatchStatus, ImportBatch, RowStatus
from crm.kit import clock
from crm.kit.access import Actor
from crm.notices.service import notify


def snapshot(batch: ImportBatch) -> queries.Counts:
    """Count the rows and keep the figures with the batch, for lists."""
    found = queries.counts(batch)
    batch.counts = {
        "fates": {fate.value: number for fate, number in found.fates.items()},
        "statuses": {status.value: number for status, number in found.statuses.items()},
        "undecided": found.undecided,
    }
    return found


def rest(batch: ImportBatch) -> None:
    """Forget what only the steps before writing needed: lines of encodings that were asked about."""
    batch.options = {name: value for name, value in batch.options.items() if name != "encodings"}


def settle_checked(batch: ImportBatch, user_id: int) -> None:
    """The dry run is over: a person decides."""
    found = snapshot(batch)
    batch.status, batch.checked_at, batch.error = BatchStatus.REVIEW, clock.now(), ""
    rest(batch)
    words = _("“%(name)s”核对完：%(n)s 行待判断。", name=batch.file_name, n=found.undecided)
    _tell(batch, user_id, "import.checked", words)


def settle_written(actor: Actor, batch: ImportBatch) -> None:
    """Everything is written that was to be."""
    found = snapshot(batch)
    batch.status, batch.written_at, batch.error = BatchStatus.DONE, clock.now(), ""
    figures = _figures(found)
    audit.record(actor, "import.written", batch, file_name=batch.file_name, **figures)
    words = _(
        "“%(name)s”已写入 %(written)s 行，没有写成 %(failed)s 行，跳过 %(skipped)s 行。",
        name=batch.file_name,
        **figures,
    )
    _tell(batch, actor.user_id, "import.written", words)


def settle_cancelled(actor: Actor, batch: ImportBatch, why: str = "") -> None:
    """A dry run that stops goes back to the columns; a writing that stops keeps what is written."""
    found = snapshot(batch)
    batch.error = why
    if batch.status is BatchStatus.CHECKING:
        batch.status = BatchStatus.MAPPING
    else:
        batch.status, batch.written_at = BatchStatus.CANCELLED, clock.now()
        audit.record(actor, "import.cancelled", batch, file_name=batch.file_name, **_figures(found))
    if why:
        _tell(batch, actor.user_id, "import.stopped", _("“%(name)s”停下了：%(why)s", name=batch.file_name, why=why))


def settle_undone(actor: Actor, batch: ImportBatch) -> None:
    """Everything is taken back that nobody touched since."""
    found = snapshot(batch)
    batch.status, batch.undone_at, batch.error = BatchStatus.UNDONE, clock.now(), ""
    undone, kept = found.status(RowStatus.UNDONE), found.status(RowStatus.KEPT)
    audit.record(actor, "import.undone", batch, file_name=batch.file_name, undone=undone, kept=kept)
    words = _("“%(name)s”已撤销 %(undone)s 行，保留 %(kept)s 行。", name=batch.file_name, undone=undone, kept=kept)
    _tell(batch, actor.user_id, "import.undone", words)


def _figures(found: queries.Counts) -> dict[str, int]:
    return {
        "written": found.status(RowStatus.WRITTEN),
        "failed": found.status(RowStatus.FAILED),
        "skipped": found.status(RowStatus.SKIPPED),
    }


def _tell(batch: ImportBatch, user_id: int, kind: str, text: str) -> None:
    people = {user_id, batch.user_id}
    period = f"{clock.now():%m%d%H%M%S}"
    notify(people, kind, "import_batch", batch.public_id, text=text, url=f"/imports/{batch.public_id}", period=period)
