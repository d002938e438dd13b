"""The list of leads leaves the system: as the system's own table, or in a form of the unit. No contacts leave by this way."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.audit import service as audit
from crm.core.permissions import Permission
from crm.imports import taking
from crm.imports.taking import Taken
from crm.kit import clock, db, lists
from crm.kit.access import Actor, current_actor, requires
from crm.kit.tables import XLSX, write_xlsx
from crm.kit.web import download, render
from crm.leads import listing
from crm.leads.columns import COLUMNS, HEAD, LIST, TAIL
from crm.leads.forms import ExportForm, ReasonForm
from crm.leads.imports.kind import KIND
from crm.leads.views import bp


@bp.get("/export")
@requires(Permission.LEAD_EXPORT)
def export_form() -> Response:
    """Ask in which form the list is wanted."""
    kept = LIST.kept(request.args)
    return render("leads/export.html", form=ExportForm(formdata=None), kept=kept)


@bp.post("/export")
@requires(Permission.LEAD_EXPORT)
def export() -> Response:
    """The rows of the list, with who, when and why in the trail."""
    form = ReasonForm()
    if not form.submitted():
        flash(_("导出前请写明用途，一句话即可。"), "bad")
        return redirect(url_for("leads.index"), 303)  # type: ignore[return-value]
    taken = _taken(current_actor(), form.reason.data or "")
    return _download(taken, f"线索清单{clock.local(clock.now()):%Y-%m-%d}.{taken.ending}")


def _taken(actor: Actor, reason: str) -> Taken:
    wanted = listing.LeadFilter.of(request.values)
    rows = listing.rows_for_export(actor, wanted)
    chosen, file_format = request.form.get("form", "")[:10], request.form.get("file_format", "")
    if chosen or file_format in taking.FORMATS[1:]:
        permission = Permission.LEAD_EXPORT
        taken = taking.take(actor, KIND, chosen, file_format, request.values, reason=reason, permission=permission)
    else:
        taken = Taken(_book(actor, rows, reason), "xlsx", XLSX)
    with db.transaction():
        audit.record(actor, "lead.exported", ("leads", None, ""), rows=len(rows), reason=reason)
    return taken


def _book(actor: Actor, rows: Any, reason: str) -> bytes:
    note = _(
        "%(unit)s %(name)s 导出于 %(at)s；用途：%(reason)s；共 %(n)s 条",
        unit=actor.org_name,
        name=actor.name,
        at=clock.local(clock.now()).strftime("%Y-%m-%d %H:%M"),
        reason=reason,
        n=len(rows),
    )
    asked = LIST.kept(request.values).get(lists.COLUMN)
    columns = [
        HEAD,
        *(LIST.chosen(request.values) if asked else [one for one in COLUMNS if one.key != "channel"]),
        TAIL,
    ]
    cells = [lists.cells_of(columns, lead) for lead in rows]
    return write_xlsx(lists.sheet_of(columns), cells, title="线索清单", note=note)


def _download(taken: Taken, name: str) -> Response:
    return download(taken.content, name, taken.media_type)
