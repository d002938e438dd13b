"""Rows of lists of honours that match no company: looked at one by one, linked, made a company of, or left with a reason."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.companies import queries, unmatched
from crm.companies.forms import DropForm, SettleForm
from crm.companies.honours import HonourFilter
from crm.companies.views import bp
from crm.core.errors import Forbidden, NotFound, UserError
from crm.core.permissions import Permission
from crm.kit.access import current_actor, requires
from crm.kit.web import page_number, render


@bp.get("/honours/unmatched")
@requires(Permission.COMPANY_READ)
def unmatched_honours() -> Response:
    actor, wanted = current_actor(), HonourFilter.of(request.args)
    dropped = request.args.get("dropped") == "1"
    return render(
        "companies/unmatched.html",
        fragment="companies/_unmatched.html",
        page=unmatched.page_of_rows(actor, wanted, page_number(), dropped=dropped),
        wanted=wanted,
        dropped=dropped,
        filtered=wanted != HonourFilter(sort=wanted.sort),
    )


@bp.route("/honours/unmatched/<pid:row>", methods=["GET", "POST"])
@requires(Permission.COMPANY_WRITE)
def settle_honour(row: str) -> Response:
    """Which company a row means: one that is picked, or a new one when the button for it was pressed."""
    actor, form = current_actor(), SettleForm()
    found = unmatched.get_row(actor, row)
    picked = queries.find_company(actor, form.company_public_id.data)
    if form.submitted():
        try:
            if picked is None and "make" not in request.form:
                raise UserError(_("请从候选里选中一家企业，或点“登记为新企业”。"), field="company")
            company = unmatched.settle(actor, found, None if "make" in request.form else picked)
            flash(_("已认定，资质已记到“%(name)s”。", name=company.name))
            return _back()
        except (Forbidden, NotFound):
            raise
        except UserError as error:
            form.reject(error)
    told: dict[str, Any] = {"row": found, "picked": picked, "drop": DropForm(formdata=None)}
    return render("companies/unmatched_row.html", status=form.status, form=form, **told)


@bp.post("/honours/unmatched/<pid:row>/drop")
@requires(Permission.COMPANY_WRITE)
def drop_honour(row: str) -> Response:
    actor, form = current_actor(), DropForm()
    found = unmatched.get_row(actor, row)
    if form.submitted():
        try:
            unmatched.drop(actor, found, form.reason.data or "")
            flash(_("已放到“不再认定”，可以恢复。"))
            return _back()
        except (Forbidden, NotFound):
            raise
        except UserError as error:
            form.reject(error)
    told: dict[str, Any] = {"row": found, "picked": None, "drop": form}
    return render("companies/unmatched_row.html", status=422, form=SettleForm(formdata=None), **told)


@bp.post("/honours/unmatched/<pid:row>/take-up")
@requires(Permission.COMPANY_WRITE)
def take_up_honour(row: str) -> Response:
    actor = current_actor()
    unmatched.take_up(actor, unmatched.get_row(actor, row))
    flash(_("已恢复待认。"))
    return _back()


def _back() -> Any:
    return redirect(url_for("companies.unmatched_honours"), 303)
