"""Entering a company and correcting it."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.companies import choices, decisions, details, queries, service
from crm.companies.forms import CompanyForm
from crm.companies.models import Company, Entity
from crm.companies.views import bp
from crm.companies.views.checking import candidates
from crm.core.errors import Invalid, Stale, UserError
from crm.core.permissions import Permission
from crm.kit import db, once
from crm.kit.access import current_actor, requires
from crm.kit.conflicts import show_conflict
from crm.kit.web import render


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.COMPANY_WRITE)
def create() -> Response:
    form = CompanyForm()
    if request.method == "GET":
        form.name.data = (request.args.get("name") or "").strip()[:300]
        if request.args.get("entity") in set(Entity):
            form.entity.data = request.args["entity"]
        return _form(form)
    made = once.find(current_actor(), form.once.data, "company")
    if made is not None:
        flash(_("已保存，请勿重复提交。"))
        return redirect(made, 303)  # type: ignore[return-value]
    if not form.submitted():
        return _form(form)
    alike = _alike(form)
    if alike and not form.anyway.data:
        return _form(form, alike, status=422)
    try:
        company = _register(form, [one["public_id"] for one in alike])
    except once.Repeated as repeated:
        flash(_("已保存，请勿重复提交。"))
        return redirect(repeated.url, 303)  # type: ignore[return-value]
    except service.Taken as taken:
        form.reject(taken)
        return _form(form, alike, taken=queries.company_of(current_actor(), taken.company_id))
    except UserError as error:
        form.reject(error)
        return _form(form, alike)
    flash(_("已登记“%(name)s”。", name=company.name))
    return redirect(url_for(".show", company=company.public_id), 303)  # type: ignore[return-value]


@db.transactional
def _register(form: CompanyForm, different: list[str]) -> Company:
    actor = current_actor()
    company = service.register_company(actor, **form.facts())
    if form.wanted_nodes():
        details.set_nodes(actor, company.id, form.wanted_nodes())
    decisions.remember_different(actor, company, different)
    once.remember(actor, form.once.data, url_for(".show", company=company.public_id), "company")
    return company


def _alike(form: CompanyForm) -> list[dict[str, Any]]:
    """Return what is known and may be the same: a person decides whether it is."""
    found = candidates(current_actor(), form.name.data or "", form.uscc.data or "")
    return [one for one in found if one["verdict"] in ("same", "likely")]


def _form(
    form: CompanyForm,
    alike: list[dict[str, Any]] | None = None,
    *,
    status: int = 0,
    company: Company | None = None,
    **more: Any,
) -> Response:
    by_segment: dict[str, list[choices.NodeChoice]] = {}
    for node in choices.read().nodes:
        by_segment.setdefault(node.segment_name, []).append(node)
    more |= {"form": form, "alike": alike or [], "company": company, "segments": by_segment.items()}
    return render("companies/form.html", None, status or form.status, **more)


@bp.route("/<pid:company>/edit", methods=["GET", "POST"])
@requires(Permission.COMPANY_WRITE)
def edit(company: str) -> Response:
    actor = current_actor()
    row = queries.whole_company(actor, company)
    if request.method == "GET":
        return _form(CompanyForm.of(row, row.nodes), company=row)
    form = CompanyForm()
    if not form.submitted():
        return _form(form, company=row)
    form.keep(CompanyForm.of(row, row.nodes))
    try:
        _save(form, row)
    except Stale:
        now = queries.whole_company(actor, company)
        return show_conflict(form, CompanyForm.of(now, now.nodes), now.name, url_for(".show", company=company))
    except UserError as error:
        form.reject(error)
        return _form(form, company=row)
    flash(_("已保存。"))
    return redirect(url_for(".show", company=row.public_id), 303)  # type: ignore[return-value]


@db.transactional
def _save(form: CompanyForm, row: Company) -> None:
    actor = current_actor()
    if not (form.version.data or "").isdigit():
        raise Invalid(_("页面已过期，请重新打开再改。"))
    service.edit_company(actor, row, form.version.data, **form.facts())
    details.set_nodes(actor, row.id, form.wanted_nodes())
