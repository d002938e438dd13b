"""Companies that a person told apart: the word taken back, or made the city's."""

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.companies import decisions, handles, queries
from crm.companies.models import Company
from crm.companies.views import bp
from crm.core.errors import NotFound
from crm.core.permissions import Permission
from crm.kit.access import current_actor, requires
from crm.kit.web import render


@bp.get("/<pid:company>/apart")
@requires(Permission.COMPANY_READ)
def apart(company: str) -> Response:
    """List what was told apart from the company: a panel of its page, empty where there is nothing."""
    actor = current_actor()
    row = queries.get_company(actor, company)
    told = [one for one in decisions.of_company(actor, row) if one.row.verdict == decisions.DIFFERENT]
    return render("companies/apart.html", fragment="companies/_apart.html", company=row, apart=told)


@bp.post("/<pid:company>/decisions/undo")
@requires(Permission.COMPANY_WRITE)
def undo_decision(company: str) -> Response:
    row = queries.get_company(current_actor(), company)
    decisions.forget(current_actor(), _named(row), row)
    return _saved(company, _("已撤销判定，以后会再次提示。"))


@bp.post("/<pid:company>/decisions/open")
@requires(Permission.COMPANY_OPEN)
def open_decision(company: str) -> Response:
    row = queries.get_company(current_actor(), company)
    decisions.open_decision(current_actor(), _named(row), row)
    return _saved(company, _("已采纳为全市的判定。"))


def _named(row: Company) -> int:
    told = decisions.of_company(current_actor(), row)
    found = handles.find("decision", request.form.get("decision", ""), (one.row.id for one in told))
    if found is None:
        raise NotFound
    return found


def _saved(company: str, message: str) -> Response:
    flash(message)
    return redirect(url_for(".names", company=company) + "#decisions", 303)  # type: ignore[return-value]
