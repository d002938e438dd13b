"""One batch: its address always shows where it stands, whatever that is; long work shows how far it is."""

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.core.errors import UserError
from crm.core.permissions import Permission
from crm.imports import kinds, queries, service
from crm.imports.models import BatchStatus, ImportBatch
from crm.imports.views import bp, words
from crm.imports.views.columns import columns_page
from crm.imports.views.review import review_page
from crm.imports.views.written import written_page
from crm.kit.access import Actor, current_actor, requires
from crm.kit.web import is_fragment, render

RUNNING = (BatchStatus.READING, BatchStatus.CHECKING, BatchStatus.WRITING, BatchStatus.UNDOING)


@bp.get("/<pid:batch>")
@requires(Permission.IMPORT_READ)
def show(batch: str) -> Response:
    actor = current_actor()
    row = queries.get_batch(actor, batch)
    if row.status in RUNNING:
        return running_page(row)
    if row.status is BatchStatus.MAPPING:
        return columns_page(row) if is_own(actor, row) else apart_page(row)
    if row.status is BatchStatus.REVIEW:
        return review_page(row)
    return written_page(row)


def running_page(batch: ImportBatch) -> Response:
    """Show how far the work is; the page asks again each second and is replaced when the work is over."""
    return render(
        "imports/running.html",
        fragment="imports/_running.html",
        batch=batch,
        kind=kinds.kinds[batch.kind],
        state=queries.progress(batch),
        words=words,
        own=is_own(current_actor(), batch),
    )


def apart_page(batch: ImportBatch) -> Response:
    """Say that the columns of another unit's file, and what stands in them, are that unit's to look at."""
    return render("imports/apart.html", batch=batch, kind=kinds.kinds[batch.kind], words=words)


def is_own(actor: Actor, batch: ImportBatch) -> bool:
    """Say whether the batch is the own unit's to work on; the centre only reads those of others."""
    return batch.org_id == actor.org_id


@bp.get("/<pid:batch>/progress")
@requires(Permission.IMPORT_READ)
def progress(batch: str) -> Response:
    """How far it is, for the page that polls; when the work is over the whole page is asked to load again."""
    row = queries.get_batch(current_actor(), batch)
    if row.status in RUNNING:
        return running_page(row)
    if is_fragment():
        response = Response("", 200)
        response.headers["HX-Redirect"] = url_for("imports.show", batch=batch)
        return response
    return redirect(url_for("imports.show", batch=batch), 303)  # type: ignore[return-value]


def back(batch: str) -> Response:
    """Return to the batch, wherever it now stands."""
    return redirect(url_for("imports.show", batch=batch), 303)  # type: ignore[return-value]


@bp.post("/<pid:batch>/cancel")
@requires(Permission.IMPORT_READ)
def cancel(batch: str) -> Response:
    actor = current_actor()
    row = queries.get_batch(actor, batch)
    writing = row.status is BatchStatus.WRITING
    try:
        service.cancel(actor, row)
    except UserError as error:
        flash(error.message, "bad")
    else:
        if writing:  # a dry run that stops says so on the page of the columns, whenever it comes to its end
            flash(_("已请求停止。已经写入的留着，可以接着写，也可以整批撤销。"), "ok")
    return back(batch)


@bp.post("/<pid:batch>/drop")
@requires(Permission.IMPORT_READ)
def drop(batch: str) -> Response:
    actor = current_actor()
    row = queries.get_batch(actor, batch)
    name = row.file_name
    try:
        service.drop(actor, row)
    except UserError as error:
        flash(error.message, "bad")
        return back(batch)
    flash(_("已放弃“%(name)s”，没有写入任何内容。", name=name), "ok")
    return redirect(url_for("imports.index"), 303)  # type: ignore[return-value]


@bp.post("/<pid:batch>/write")
@requires(Permission.IMPORT_READ)
def write(batch: str) -> Response:
    actor = current_actor()
    row = queries.get_batch(actor, batch)
    try:
        service.write(actor, row, skip_undecided=request.form.get("skip_undecided") == "1")
    except UserError as error:
        flash(error.message, "bad")
    return back(batch)


@bp.post("/<pid:batch>/undo")
@requires(Permission.IMPORT_READ)
def undo(batch: str) -> Response:
    actor = current_actor()
    row = queries.get_batch(actor, batch)
    try:
        service.undo(actor, row)
    except UserError as error:
        flash(error.message, "bad")
    return back(batch)
