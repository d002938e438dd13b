"""The list leaves the system: asked why, written down, with the name of who took it."""

from flask import request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.audit import service as audit
from crm.companies import exports, hooks, listing
from crm.companies.forms import ExportForm
from crm.companies.views import bp
from crm.companies.views.browse import chips_of
from crm.core.permissions import Permission
from crm.kit import clock, db
from crm.kit.access import current_actor, requires
from crm.kit.web import render

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


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
    actor = current_actor()
    lines = listing.export_rows(actor, filters)
    own = hooks.own_words(actor, [line.company.id for line in lines[: listing.EXPORT_CAP]])
    content = exports.workbook(actor, lines, own, form.reason.data or "", words)
    with db.transaction():
        rows = min(len(lines), listing.EXPORT_CAP)
        audit.record(
            actor, "company.exported", ("company", None, ""), rows=rows, reason=form.reason.data, filters=words
        )
    response = Response(content, mimetype=XLSX)
    name = _("企业清单-%(day)s", day=clock.today().isoformat())
    response.headers.set("Content-Disposition", "attachment", filename=f"{name}.xlsx")
    return response
