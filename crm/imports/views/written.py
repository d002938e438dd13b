"""What became of a batch: counts, each row's fate, the failed rows and the whole as files, and taking it back."""

from typing import Any

from flask import redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.core.errors import NotFound
from crm.core.permissions import Permission
from crm.imports import kinds, queries, workbooks
from crm.imports.models import BatchStatus, ImportBatch, ImportRow, RowStatus
from crm.imports.queries import Counts, RowFilter
from crm.imports.views import bp, words
from crm.imports.views.lines import line_of
from crm.imports.views.review import own_batch
from crm.imports.views.starting import download
from crm.kit.access import current_actor, requires
from crm.kit.web import render

SHOWN = 50
UNDOABLE = (BatchStatus.DONE, BatchStatus.CANCELLED)


def written_page(batch: ImportBatch) -> Response:
    """Show what became of the rows, filtered by their state."""
    actor = current_actor()
    counts = queries.counts(batch)
    asked = request.args.get("status", "")
    known = {status.value for status in RowStatus}
    wanted = RowFilter(statuses=[RowStatus(asked)] if asked in known else [])
    after = request.args.get("after", "")
    start = int(after) if after.isascii() and after.isdigit() and len(after) < 9 else 0
    found = queries.rows_page(actor, batch, wanted, after=start, limit=SHOWN)
    kind = kinds.kinds[batch.kind]
    return render(
        "imports/written.html",
        fragment="imports/_written_rows.html",
        batch=batch,
        kind=kind,
        counts=counts,
        tab=asked if asked in known else "",
        tabs=_tabs(batch, counts, asked),
        lines=[(line_of(kind, row), row, has_record(kind, row)) for row in found.items],
        after=found.after,
        total=found.total,
        words=words,
        own=batch.org_id == actor.org_id,
        home=kind.home(batch.public_id) if kind.home is not None else None,
        undoable=batch.status in UNDOABLE and counts.status("written") > 0,
        unwritten=batch.status is BatchStatus.CANCELLED and batch.checked_at and counts.status("waiting") > 0,
    )


def _tabs(batch: ImportBatch, counts: Counts, asked: str) -> list[dict[str, Any]]:
    address = url_for("imports.show", batch=batch.public_id)
    found: list[dict[str, Any]] = [{"label": _("全部"), "url": address, "count": counts.total, "active": not asked}]
    for status in RowStatus:
        if counts.status(status):
            url = f"{address}?status={status.value}"
            count = counts.status(status)
            found.append({"label": words.ROW[status][0], "url": url, "count": count, "active": asked == status.value})
    return found


def has_record(kind: kinds.Kind, row: ImportRow) -> bool:
    """Say whether a row became a record that can be opened."""
    return kind.link is not None and row.subject_id is not None and row.status in (RowStatus.WRITTEN, RowStatus.KEPT)


@bp.get("/<pid:batch>/rows/<int:row_no>/record")
@requires(Permission.IMPORT_READ)
def record(batch: str, row_no: int) -> Response:
    """Open what a row became; asked for one row at a time, since a list of fifty would ask for fifty."""
    actor = current_actor()
    found = queries.get_batch(actor, batch)
    kind = kinds.kinds[found.kind]
    row = queries.row_of(actor, found, row_no)
    if kind.link is None or row.subject_id is None or not has_record(kind, row):
        raise NotFound
    return redirect(kind.link(row.subject_id), 303)  # type: ignore[return-value]


@bp.get("/<pid:batch>/failed.xlsx")
@requires(Permission.IMPORT_READ)
def failed_file(batch: str) -> Response:
    actor = current_actor()
    row = own_batch(actor, batch)
    return download(workbooks.failed_rows_xlsx(actor, row), _("%(name)s-未写入的行", name=_stem(row)))


@bp.get("/<pid:batch>/result.xlsx")
@requires(Permission.IMPORT_READ)
def result_file(batch: str) -> Response:
    actor = current_actor()
    row = own_batch(actor, batch)
    return download(workbooks.result_xlsx(actor, row), _("%(name)s-导入结果", name=_stem(row)))


def _stem(batch: ImportBatch) -> str:
    return batch.file_name.rsplit(".", 1)[0][:80] or str(batch.public_id)
