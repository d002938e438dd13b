"""The centre takes a company out of use, and back."""

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.companies import queries, retiring
from crm.companies.forms import RetireForm
from crm.companies.views import bp
from crm.companies.views.browse import company_page
from crm.core.errors import UserError
from crm.core.permissions import Permission
from crm.kit.access import current_actor, requires


@bp.post("/<pid:company>/retire")
@requires(Permission.COMPANY_RETIRE)
def retire(company: str) -> Response:
    row = queries.get_company(current_actor(), company)
    form = RetireForm(prefix="x-")
    if form.submitted():
        try:
            retiring.retire(current_actor(), row, form.reason.data or "")
            flash(_("“%(name)s”已停用，不再出现在清单和候选里。", name=row.name))
            return redirect(url_for(".show", company=company), 303)  # type: ignore[return-value]
        except UserError as error:
            form.reject(error)
    return company_page(company, form.status, retire_form=form)


@bp.post("/<pid:company>/restore")
@requires(Permission.COMPANY_RETIRE)
def restore(company: str) -> Response:
    row = queries.get_company(current_actor(), company)
    retiring.restore(current_actor(), row)
    flash(_("“%(name)s”已恢复使用。", name=row.name))
    back = (
        url_for(".index", kind="retired") if request.form.get("back") == "list" else url_for(".show", company=company)
    )
    return redirect(back, 303)  # type: ignore[return-value]
