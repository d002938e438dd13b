"""The report that is filed late: from the lead that is there, from the project's facts, or again for a larger amount."""

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.core.errors import Forbidden, UserError
from crm.core.permissions import Permission
from crm.kit.access import Actor, current_actor, requires
from crm.kit.web import render
from crm.leads import labels as lead_labels
from crm.projects import gates, queries, service
from crm.projects.forms_filing import SLOTS, FilingForm
from crm.projects.models import Project
from crm.projects.service.claiming import first_talk, may_file, outgrown
from crm.projects.views import bp


@bp.get("/<pid:project>/file-claim")
@requires(Permission.CLAIM_FILE)
def filing(project: str) -> Response:
    actor = current_actor()
    row = queries.get_project(actor, project, whole=True)
    if not _asks(actor, row):
        return _to(project)
    return _show(row, FilingForm(formdata=None, first_contact_on=first_talk(row)))


@bp.post("/<pid:project>/file-claim")
@requires(Permission.CLAIM_FILE)
def file_claim(project: str) -> Response:
    """File the project. What the report of an existing lead lacks is filled in on the lead's form; a new one's stays here."""
    actor = current_actor()
    row = queries.get_project(actor, project, whole=True)
    asks, form = _asks(actor, row), FilingForm()
    if asks and not form.submitted():
        return _show(row, form, 422)
    again = outgrown(row, gates.claim_of(row))
    try:
        claim = service.file_project(actor, row, form.input() if asks else None)
    except Forbidden:
        raise
    except UserError as error:
        return _refused(actor, project, form if asks else None, error)
    said = (
        _("投资变化已报市中心核验，原有保护不变。")
        if again
        else _("首报已提交，编号 %(number)s。", number=claim.number)
    )
    flash(said)
    return _to(project)


def _asks(actor: Actor, row: Project) -> bool:
    """Whether the report still needs the day and the papers: it is to be filed, and no lead carries them."""
    claim = gates.claim_of(row)
    return row.lead is None and may_file(actor, row, claim) and not outgrown(row, claim)


def _refused(actor: Actor, project: str, form: FilingForm | None, error: UserError) -> Response:
    fresh = queries.get_project(actor, project, whole=True)
    if form is not None and fresh.lead is None:
        form.reject(error)
        return _show(fresh, form, 422)
    if fresh.lead is None or error.field is None:
        flash(error.message, "bad")
        return _to(project)
    flash(_("%(what)s补好后回项目页再点“补报首报”。", what=error.message), "bad")
    return redirect(url_for("leads.edit", lead=fresh.lead.public_id), 303)  # type: ignore[return-value]


def _show(row: Project, form: FilingForm, status: int = 200) -> Response:
    return render(
        "projects/filing.html",
        status=status,
        project=row,
        form=form,
        slots=SLOTS,
        kinds=form.kinds() if request.method == "POST" else dict.fromkeys(SLOTS, "confirmation"),
        evidence=lead_labels.evidence_options(),
    )


def _to(project: str) -> Response:
    return redirect(url_for("projects.show", project=project), 303)  # type: ignore[return-value]
