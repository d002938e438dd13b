"""Why a company has its score: the panel on its page, the page with every point, and the centre's word against it."""

from flask import flash, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.companies import queries as companies
from crm.companies.models import Company
from crm.core import fit
from crm.core.errors import Forbidden, NotFound, UserError
from crm.core.fit import Factor
from crm.core.permissions import Permission
from crm.kit.access import current_actor, requires
from crm.kit.web import render
from crm.targets import labels, queries, service
from crm.targets.forms import OverrideForm, WithdrawForm
from crm.targets.views import bp


@bp.get("/companies/<pid:company>/panel")
@requires(Permission.COMPANY_READ)
def company_panel(company: str) -> Response:
    row = _seen(company)
    return render(
        "targets/score_panel.html", fragment="targets/_score.html", why=queries.why(row), words=labels, factors=Factor
    )


@bp.get("/companies/<pid:company>")
@requires(Permission.COMPANY_READ)
def score(company: str) -> Response:
    return _page(_seen(company))


@bp.post("/companies/<pid:company>/override")
@requires(Permission.SCORE_WRITE)
def override(company: str) -> Response:
    row, form = _seen(company), OverrideForm()
    if form.submitted():
        try:
            service.override_score(current_actor(), row, form.points.data, form.reason.data or "")
            flash(_("人工评分已生效，计算分仍在旁边显示。"))
            return _to(company)
        except Forbidden:
            raise
        except UserError as error:
            form.reject(error)
    return _page(_seen(company), form=form, status=422)


@bp.post("/companies/<pid:company>/override/withdraw")
@requires(Permission.SCORE_WRITE)
def withdraw_override(company: str) -> Response:
    row, form = _seen(company), WithdrawForm()
    if form.submitted():
        try:
            service.withdraw_override(current_actor(), row, form.reason.data or "")
            flash(_("人工评分已撤销，恢复为计算分。"))
            return _to(company)
        except Forbidden:
            raise
        except UserError as error:
            form.reject(error)
    return _page(_seen(company), withdraw=form, status=422)


def _seen(company: str) -> Company:
    row = companies.find_company(current_actor(), company)
    if row is None:
        raise NotFound
    return row


def _page(
    row: Company, *, form: OverrideForm | None = None, withdraw: WithdrawForm | None = None, status: int = 200
) -> Response:
    return render(
        "targets/score.html",
        status=status,
        why=queries.why(row),
        form=form or OverrideForm(formdata=None),
        withdraw=withdraw or WithdrawForm(formdata=None),
        may_write=current_actor().can(Permission.SCORE_WRITE),
        words=labels,
        factors=Factor,
        scale=fit.SCALE,
    )


def _to(company: str) -> Response:
    return redirect(url_for("targets.score", company=company), 303)  # type: ignore[return-value]
