"""Scans of the whole base: start one, see how far it is, end it, see what earlier ones found."""

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.core.permissions import Permission
from crm.duplicates import labels
from crm.duplicates import scans as service
from crm.duplicates.models import ScanKind
from crm.duplicates.views import bp
from crm.kit import tasks
from crm.kit.access import current_actor, requires
from crm.kit.web import is_fragment, page_number, render


@bp.get("/scans")
@requires(Permission.DUPLICATE_REVIEW)
def scans() -> Response:
    """Show the scan on its way, and those before."""
    page, people = service.page_of_scans(page_number())
    state = tasks.state(service.TASK)
    response = render(
        "duplicates/scans.html",
        fragment="duplicates/_scans.html",
        page=page,
        people=people,
        current=service.unfinished(),
        state=state,
        words=labels,
    )
    if is_fragment() and not (state and state.open):
        response.headers["HX-Refresh"] = "true"  # it has ended: the buttons in the head come back
    return response


@bp.post("/scans")
@requires(Permission.DUPLICATE_REVIEW)
def start_scan() -> Response:
    """Start a scan in the background, or take the one on its way up again."""
    kind = ScanKind.CHANGED if request.form.get("kind") == ScanKind.CHANGED.value else ScanKind.FULL
    service.start(current_actor(), kind)
    return redirect(url_for("duplicates.scans"), 303)  # type: ignore[return-value]


@bp.post("/scans/cancel")
@requires(Permission.DUPLICATE_REVIEW)
def cancel_scan() -> Response:
    """End the scan on its way."""
    if service.cancel(current_actor()):
        flash(_("已请求停止扫描；已放上查重台的各组不受影响。"), "ok")
    else:
        flash(_("没有正在进行的扫描。"), "info")
    return redirect(url_for("duplicates.scans"), 303)  # type: ignore[return-value]
