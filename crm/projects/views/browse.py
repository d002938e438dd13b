"""Reading one project: its page, the page of paper for leaders, and the panel on a company's page."""

from decimal import Decimal
from typing import Any

from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from crm.companies import queries as companies
from crm.core.errors import NotFound
from crm.core.permissions import Permission
from crm.core.stages import GATES, MilestoneKind
from crm.kit import clock
from crm.kit.access import Actor, current_actor, requires
from crm.kit.web import render
from crm.projects import forms, funds, gate_labels, issues, labels, page, queries, steps
from crm.projects.models import AdmissionReview, IssueStatus, Project
from crm.projects.views import bp

PROBLEMS_ON_PAPER = 4  # what one page of A4 holds


@bp.get("/<pid:project>")
@requires(Permission.PROJECT_READ)
def show(project: str) -> Response:
    actor = current_actor()
    return show_project(actor, queries.get_project(actor, project, whole=True))


def show_project(
    actor: Actor,
    project: Project,
    *,
    milestone: forms.MilestoneForm | None = None,
    kind: MilestoneKind | None = None,
    adjusted: tuple[str, forms.MilestoneForm] | None = None,
    reason: forms.ReasonForm | None = None,
    check: forms.CheckForm | None = None,
    admission: forms.AdmissionForm | None = None,
    typed: Any = None,
    status: int = 200,
) -> Response:
    """Answer with the page; a refused act brings its form back with what was typed. ``adjusted``: the line's id and its form."""
    shown = page.of(actor, project)
    refused = {kind: milestone} if kind else {}
    return render(
        "projects/show.html",
        status=status,
        project=project,
        page=shown,
        submits=[(one, refused.get(one) or forms.MilestoneForm(formdata=None)) for one in shown.submits],
        refused=milestone,
        refused_kind=kind,
        adjusted=adjusted,
        blank_milestone=forms.MilestoneForm(formdata=None, event_on=None),
        reason=reason or forms.ReasonForm(formdata=None),
        check=check or forms.CheckForm(formdata=None),
        admission=admission or forms.AdmissionForm(formdata=None),
        substage=forms.SubstageForm(formdata=None, substage=project.substage.value if project.substage else ""),
        typed=typed or _points_of(shown.standing.admission),
        words=labels,
        gate_words=gate_labels,
        needs=forms.NEED_FIELDS,
        offices=forms.OFFICES,
        gates=GATES,
    )


def _points_of(last: AdmissionReview | None) -> MultiDict[str, str]:
    """Return the last review as its form would send it: a new one starts from there. The conclusion is written anew each time."""
    found: MultiDict[str, str] = MultiDict()
    for line in last.grid if last else ():
        found[f"points_{line['code']}"] = f"{Decimal(line['tenths']) / 10:f}"
        found[f"why_{line['code']}"] = line.get("why", "")
    found.setlist("veto", list(last.vetoes) if last else [])
    return found


@bp.get("/<pid:project>/one-page")
@requires(Permission.PROJECT_READ)
def one_page(project: str) -> Response:
    """One A4 for leaders: facts, amounts, service and problems as far as the reader sees them; no contacts, notes or files."""
    actor = current_actor()
    row = queries.get_project(actor, project, whole=True)
    milestones = [one for one in queries.milestones_of(row) if one.recognised_on and one.status == "recognised"]
    return render(
        "projects/one_page.html",
        project=row,
        ribbon=page.ribbon(row),
        milestones=milestones,
        figures=page.figures(row, milestones),
        funds=funds.funds_of(row),
        checklist=steps.checklist_of(row),
        problems=[one for one in issues.issues_of(actor, row) if one.status is IssueStatus.OPEN][:PROBLEMS_ON_PAPER],
        printed_at=clock.now(),
        words=labels,
    )


@bp.get("/panels/companies/<pid:company>")
@requires(Permission.PROJECT_READ)
def company_panel(company: str) -> Response:
    """The projects of a company that this reader may see; others' are not in the page at all."""
    actor = current_actor()
    row = companies.find_company(actor, company)
    if row is None:
        raise NotFound
    found = queries.projects_of_company(actor, row.id)
    return render(
        "projects/company_panel.html", fragment="projects/_company.html", company=row, projects=found, words=labels
    )
