"""The list leaves the system: asked why, written down, with the name of who took it."""

from dataclasses import asdict

from flask import request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.audit import service as audit
from crm.companies import exports, hooks, listing
from crm.companies.columns import LIST
from crm.companies.forms import ExportForm
from crm.companies.imports.companies import KIND
from crm.companies.views import bp
from crm.companies.views.browse import chips_of
from crm.core.permissions import Permission
from crm.imports import taking
from crm.imports.taking import Taken
from crm.kit import clock, db
from crm.kit.access import Actor, current_actor, requires
from crm.kit.lists import COLUMN, ListColumn
from crm.kit.tables import XLSX
from crm.kit.web import download, render


@bp.route("/export", methods=["GET", "POST"])
@requires(Permission.COMPANY_EXPORT)
def export() -> Response:
    filters = listing.Filters.of(request.args)
    form = ExportForm()
    words = "，".join(words for words, _url in chips_of(filters))
    if not form.submitted():
        listed = listing.page_of_companies(current_actor(), filters, 1)
        return render(
            "companies/export.html", status=form.status, form=form, listed=listed, words=words, most=listing.EXPORT_CAP
        )
    taken = _taken(current_actor(), filters, form, words)
    name = _("企业清单-%(day)s", day=clock.today().isoformat())
    return download(taken.content, f"{name}.{taken.ending}", taken.media_type)


def _asked() -> tuple[ListColumn, ...]:
    """The columns of the view, none when the address names none: then the sheet is the usual one."""
    return LIST.chosen(request.args) if LIST.kept(request.args).get(COLUMN) else ()


def _taken(actor: Actor, filters: listing.Filters, form: ExportForm, words: str) -> Taken:
    """The system's own list, or the same companies in a form of the unit."""
    reason, chosen, file_format = form.reason.data or "", form.form.data or "", form.file_format.data
    if chosen or file_format != taking.FORMATS[0]:
        permission = Permission.COMPANY_EXPORT
        taken = taking.take(actor, KIND, chosen, file_format, asdict(filters), reason=reason, permission=permission)
        lines = min(len(listing.export_rows(actor, filters)), listing.EXPORT_CAP)
    else:
        found = listing.export_rows(actor, filters)
        lines = min(len(found), listing.EXPORT_CAP)
        own = hooks.own_words(actor, [line.company.id for line in found[:lines]])
        taken = Taken(exports.workbook(actor, found, own, reason, words, _asked()), "xlsx", XLSX)
    with db.transaction():
        audit.record(actor, "company.exported", ("company", None, ""), rows=lines, reason=reason, filters=words)
    return taken
