"""The brochure of a node, and the one written to a company: a form that asks what it is for, and the paper."""

from flask import url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.audit import service as audit
from crm.chains import brochure as paper
from crm.chains.forms import BrochureForm
from crm.chains.views.base import bp
from crm.companies import queries as companies
from crm.companies.models import Company
from crm.core.errors import UserError
from crm.core.permissions import Permission
from crm.kit import clock, db, pdf
from crm.kit.access import current_actor, requires
from crm.kit.web import download, render
from crm.plan import queries as plan
from crm.plan.labels import named
from crm.plan.models import Node


@bp.route("/nodes/<node:node>/brochure", methods=["GET", "POST"])
@requires(Permission.COMPANY_EXPORT)
def brochure(node: str) -> Response:
    return _page(plan.get_node(node), None)


@bp.route("/companies/<pid:company>/brochure", methods=["GET", "POST"])
@requires(Permission.COMPANY_EXPORT)
def company_brochure(company: str) -> Response:
    row = companies.whole_company(current_actor(), company)
    return _page(paper.node_of(row), row)


def _page(node: Node | None, company: Company | None) -> Response:
    form = BrochureForm()
    if node is not None and form.submitted():
        try:
            return _made(node, company, form.language.data, form.reason.data or "")
        except UserError as error:
            form.reject(error)
    back = (
        url_for("companies.show", company=company.public_id)
        if company
        else url_for(".node", node=node.code if node else "")
    )
    return render("chains/brochure.html", status=form.status, form=form, node=node, company=company, back=back)


def _made(node: Node, company: Company | None, language: str, reason: str) -> Response:
    actor = current_actor()
    content = paper.brochure(actor, node, language, company)
    subject = company if company is not None else ("node", node.id, node.code)
    with db.transaction():
        audit.record(actor, "brochure.made", subject, reason=reason, language=language)
    words = company.name[:60] if company is not None else named(node)
    name = _("投资黄石-%(words)s-%(day)s", words=words, day=clock.today().isoformat())
    return download(content, f"{name}.pdf", pdf.MIME)
