"""The form of a project, and the conversion of a lead."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.accounts import queries as accounts
from crm.companies import queries as companies
from crm.core.errors import Forbidden, Stale, UserError
from crm.core.permissions import Permission, Role
from crm.core.stages import RECOGNISED
from crm.kit import once
from crm.kit.access import Actor, current_actor, requires
from crm.kit.conflicts import show_conflict
from crm.kit.web import render
from crm.leads import queries as leads
from crm.leads.fields import public_id
from crm.projects import labels, placing, queries, service
from crm.projects.forms import ProjectForm
from crm.projects.models import Project
from crm.projects.views import bp


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.PROJECT_WRITE)
def create() -> Response:
    actor = current_actor()
    form = ProjectForm(**_people(actor, None))
    parent = _parent(actor)
    if request.method == "GET":
        company = companies.find_company(actor, public_id(request.args.get("company")))
        if company is None and parent is not None:
            company = parent.company
        form.company_text.data = company.name if company else parent.company_text if parent else ""
        form.company_public_id.data = company.public_id if company else ""
        return _show_form(form, parent=parent)
    if not form.submitted():
        return _show_form(form, parent=parent, status=422)
    try:
        project = service.register_project(actor, form.input(), parent=parent, key=form.once.data)
    except once.Repeated as repeated:
        flash(_("已保存，请勿重复提交。"))
        return _to(repeated.url)
    except UserError as error:
        form.reject(error)
        return _show_form(form, parent=parent, status=422)
    flash(_("项目已登记。"))
    return _to(project.public_id)


@bp.route("/<pid:project>/edit", methods=["GET", "POST"])
@requires(Permission.PROJECT_WRITE)
def edit(project: str) -> Response:
    actor = current_actor()
    row = queries.get_project(actor, project, whole=True)
    if not service.is_own(actor, row):
        raise Forbidden(_("这个项目由其他单位负责，只能由该单位或市中心修改。"))
    people = _people(actor, row)
    if request.method == "GET":
        return _show_form(ProjectForm.of(row, **people), row)
    form = ProjectForm(**people)
    if not form.submitted():
        return _show_form(form, row, status=422)
    form.keep(ProjectForm.of(row, **people))
    try:
        service.edit_project(actor, row, form.input(), form.seen_version)
    except Stale:
        now = queries.get_project(actor, project, whole=True)
        return show_conflict(form, ProjectForm.of(now, **_people(actor, now)), now.title, _place(project))
    except UserError as error:
        form.reject(error)
        return _show_form(form, queries.get_project(actor, project, whole=True), status=422)
    flash(_("项目已保存。"))
    return _to(project)


@bp.get("/proposed-carriers")
@requires(Permission.PROJECT_WRITE)
def proposed_carriers() -> Response:
    """Where the plan puts a node, told beside the choice before it is saved."""
    node = request.args.get("node", "")[:20]
    return render(
        "projects/proposals.html",
        fragment="projects/_proposals.html",
        node=node,
        proposals=placing.proposals_for(node, electroplating="electroplating" in request.args),
    )


@bp.post("/convert/<pid:lead>")
@requires(Permission.PROJECT_WRITE)
def convert(lead: str) -> Response:
    """Make the lead's project; a second press leads to the first one's page."""
    actor = current_actor()
    row = leads.get_lead(actor, lead, whole=True)
    try:
        project = service.convert_lead(actor, row)
    except Forbidden:
        raise
    except UserError as error:
        flash(error.message, "bad")
        return redirect(url_for("leads.show", lead=lead), 303)  # type: ignore[return-value]
    flash(_("线索已转为项目 %(number)s。首报保护随项目延续。", number=project.number))
    return _to(project.public_id)


def _parent(actor: Actor) -> Project | None:
    wanted = public_id(request.values.get("parent"))
    return queries.get_project(actor, wanted, whole=True) if wanted else None


def _people(actor: Actor, project: Project | None) -> dict[str, Any]:
    """Who may be in charge, and whose account may stand for the lead official."""
    unit = project.org_id if project is not None else actor.org_id
    return {"people": accounts.users_of_unit(unit), "leaders": accounts.users_with(Role.LEADER)}


def _to(project: str) -> Response:
    return redirect(_place(project), 303)  # type: ignore[return-value]


def _place(project: str) -> str:
    return url_for("projects.show", project=project)


def _show_form(
    form: ProjectForm, project: Project | None = None, *, parent: Project | None = None, status: int = 200
) -> Response:
    return render(
        "projects/form.html",
        status=status,
        form=form,
        project=project,
        parent=parent,
        settled=bool(project and project.stage in RECOGNISED),
        words=labels,
        proposals=placing.proposals_for(form.node.data or "", electroplating=bool(form.electroplating.data)),
    )
