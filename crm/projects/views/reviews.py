"""Reviews before signing as POSTs of the project's page."""

from decimal import Decimal

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.core.admission import INDICATORS, faults
from crm.core.errors import Forbidden, UserError
from crm.core.permissions import Permission
from crm.kit.access import current_actor, requires
from crm.kit.web import uploaded
from crm.leads.fields import read_number
from crm.projects import queries, service
from crm.projects.forms import AdmissionForm, CheckForm
from crm.projects.models import CheckKind, CheckResult
from crm.projects.views import bp
from crm.projects.views.browse import show_project


@bp.post("/<pid:project>/admission")
@requires(Permission.PROJECT_WRITE)
def review(project: str) -> Response:
    actor = current_actor()
    row, form = queries.get_project(actor, project), AdmissionForm()
    if form.submitted():
        why = {line.code: request.form.get(f"why_{line.code}", "").strip()[:120] for line in INDICATORS}
        vetoes = request.form.getlist("veto")
        conclusion = form.conclusion.data or ""
        try:
            service.review_admission(actor, row, _points(), why=why, vetoes=vetoes, conclusion=conclusion)
            return _back(project, _("评审已保存；最近一次为准。"), "admission")
        except Forbidden:
            raise
        except UserError as error:
            form.reject(error)
            form.wrong = faults(_points(), vetoes) if (error.field or "").startswith("points_") else []
    fresh = queries.get_project(actor, project, whole=True)
    return show_project(actor, fresh, admission=form, typed=request.form, status=422)


@bp.post("/<pid:project>/checks")
@requires(Permission.PROJECT_WRITE)
def check(project: str) -> Response:
    actor = current_actor()
    row, form = queries.get_project(actor, project), CheckForm()
    if form.submitted():
        given = service.CheckInput(
            CheckKind(form.kind.data),
            CheckResult(form.result.data),
            form.reviewer.data or "",
            form.on.data,
            form.document_no.data or "",
            form.words.data or "",
        )
        try:
            service.record_check(actor, row, given, uploaded())
            return _back(project, _("审查已登记。"), "checks")
        except Forbidden:
            raise
        except UserError as error:
            form.reject(error)
    return show_project(actor, queries.get_project(actor, project, whole=True), check=form, status=422)


def _points() -> dict[str, int]:
    """Points as tenths by indicator; a text that is no number with one decimal is left out, and so refused."""
    found = {}
    for line in INDICATORS:
        number = read_number(request.form.get(f"points_{line.code}", ""), {"": Decimal(10)})
        if number is not None and number == int(number):
            found[line.code] = int(number)
    return found


def _back(project: str, words: str, anchor: str) -> Response:
    flash(words)
    return redirect(url_for("projects.show", project=project, _anchor=anchor), 303)  # type: ignore[return-value]
