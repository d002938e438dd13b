"""The city centre: rows of units to open to the city, and keys that two rows claim."""

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.accounts import queries as accounts
from crm.companies import details, labels, opening, queries, service
from crm.companies.views import bp
from crm.core.permissions import Permission
from crm.kit.access import current_actor, requires
from crm.kit.web import page_number, render


@bp.get("/unopened")
@requires(Permission.COMPANY_OPEN)
def unopened() -> Response:
    page = opening.page_of_unopened(current_actor(), page_number())
    return render("companies/unopened.html", page=page, collisions=opening.collisions(), words=labels)


@bp.post("/<pid:company>/open")
@requires(Permission.COMPANY_OPEN)
def open_row(company: str) -> Response:
    actor = current_actor()
    row = queries.get_company(actor, company)
    service.open_company(actor, row.id, "center")
    flash(_("“%(name)s”已向全市开放。", name=row.name))
    back = url_for(".unopened") if request.form.get("back") == "unopened" else url_for(".show", company=row.public_id)
    return redirect(back, 303)  # type: ignore[return-value]


@bp.post("/<pid:company>/settle")
@requires(Permission.COMPANY_OPEN)
def settle(company: str) -> Response:
    """Note the unit a company has settled in; no unit: it is settled nowhere here."""
    actor = current_actor()
    row = queries.get_company(actor, company)
    wanted = request.form.get("org", "")
    org = next((unit for unit in accounts.units() if unit.public_id == wanted), None)
    if wanted and org is None:
        flash(_("请从列表中选择单位。"), "bad")
    else:
        details.settle_at(actor, row, org)
        flash(_("已记录落户单位；其他单位再首报这家企业，由市中心判断。") if org else _("已取消落户单位。"))
    return redirect(url_for(".show", company=row.public_id), 303)  # type: ignore[return-value]
