"""A unit proposes that two companies are one, and may take that back."""

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.companies import queries as companies
from crm.companies.models import Company
from crm.core.errors import Invalid, UserError
from crm.core.permissions import Permission
from crm.duplicates import merging, queries
from crm.duplicates.forms import ProposalForm
from crm.duplicates.views import bp
from crm.kit.access import current_actor, requires
from crm.kit.web import render


@bp.route("/propose/<pid:company>", methods=["GET", "POST"])
@requires(Permission.MERGE_PROPOSE)
def propose(company: str) -> Response:
    """Name the other company; for the centre this leads straight to the page of the merge."""
    actor = current_actor()
    row = companies.get_company(actor, company)
    form = ProposalForm()
    if actor.can(Permission.MERGE_DECIDE):
        del form.reason  # it is asked for on the page of the merge
    if not form.submitted():
        return _form(form, row)
    try:
        other = companies.find_company(actor, form.company_public_id.data)
        if other is None or other.id == row.id:
            raise Invalid(_("请从候选里选另一家企业。"), "company")
        if actor.can(Permission.MERGE_DECIDE):
            return redirect(url_for(".merge", winner=other.public_id, loser=row.public_id), 303)  # type: ignore[return-value]
        made = merging.propose(actor, other, row, form.reason.data or "")
    except UserError as error:
        form.reject(error)
        return _form(form, row)
    flash(_("已提交市招商服务中心核对；有结果会通知您。"), "ok")
    return redirect(url_for(".show_merge", merge=made.public_id), 303)  # type: ignore[return-value]


def _form(form: ProposalForm, row: Company) -> Response:
    actor = current_actor()
    known = queries.own_proposal(actor, row.id) if request.method == "GET" else None
    return render("duplicates/merge_propose.html", None, form.status, form=form, company=row, known=known)


@bp.post("/merges/<pid:merge>/withdraw")
@requires(Permission.MERGE_PROPOSE)
def withdraw_merge(merge: str) -> Response:
    """Take the own unit's proposal back."""
    actor = current_actor()
    row = queries.get_merge(actor, merge)
    try:
        merging.withdraw(actor, row)
        flash(_("已撤回提议。"), "ok")
    except UserError as error:
        flash(error.message, "bad")
    return redirect(url_for(".show_merge", merge=merge), 303)  # type: ignore[return-value]
