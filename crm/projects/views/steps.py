"""The service after signing: the panel on the project's page, the checklist, a step, what is overdue by department."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.core.errors import Forbidden, NotFound, Stale, UserError
from crm.core.permissions import Permission
from crm.kit.access import Actor, current_actor, requires
from crm.kit.conflicts import show_conflict
from crm.kit.web import render, uploaded
from crm.projects import labels, queries, step_labels, steps
from crm.projects.forms_steps import MoveForm, NewStepForm, StepForm
from crm.projects.models import Project, ServiceStep, StepGroup, StepStatus
from crm.projects.service import is_own
from crm.projects.service import steps as service
from crm.projects.views import bp


@bp.get("/<pid:project>/steps/panel")
@requires(Permission.PROJECT_READ)
def steps_panel(project: str) -> Response:
    actor = current_actor()
    row = queries.get_project(actor, project)
    return render("projects/steps_panel.html", fragment="projects/_steps.html", **_around(actor, row))


@bp.get("/<pid:project>/steps")
@requires(Permission.PROJECT_READ)
def serve(project: str) -> Response:
    actor = current_actor()
    return _show(actor, queries.get_project(actor, project))


@bp.post("/<pid:project>/steps/lay-out")
@requires(Permission.PROJECT_WRITE)
def open_case(project: str) -> Response:
    """The one-window number and the standard steps; again adds what is missing."""
    actor = current_actor()
    row = queries.get_project(actor, project)
    try:
        added = service.open_case(actor, row)
    except Forbidden:
        raise
    except UserError as error:
        flash(error.message, "bad")
    else:
        flash(_("已补齐 %(n)s 项服务事项。", n=added) if added else _("标准事项已齐，没有要补的。"))
    return _to(project)


@bp.post("/<pid:project>/steps/new")
@requires(Permission.PROJECT_WRITE)
def add_step(project: str) -> Response:
    actor, form = current_actor(), NewStepForm()
    row = queries.get_project(actor, project)
    if form.submitted():
        try:
            service.add_step(actor, row, form.input())
            flash(_("事项已加上。"))
            return _to(project)
        except Forbidden:
            raise
        except UserError as error:
            form.reject(error)
    return _show(actor, queries.get_project(actor, project), form=form, status=422)


@bp.route("/<pid:project>/steps/<pid:step>", methods=["GET", "POST"])
@requires(Permission.PROJECT_READ)
def step(project: str, step: str) -> Response:
    actor = current_actor()
    row = queries.get_project(actor, project)
    one = steps.get_step(actor, row, step)
    if request.method == "GET":
        return _show_step(actor, row, one, StepForm.of(one))
    form = StepForm()
    if not form.submitted():
        return _show_step(actor, row, one, form, status=422)
    form.keep(StepForm.of(one))
    try:
        service.save_step(actor, one, form.input(), form.seen_version, uploaded())
    except Stale:
        now = steps.get_step(actor, queries.get_project(actor, project), step)
        return show_conflict(form, StepForm.of(now), now.project.title, url_for("projects.show", project=project))
    except Forbidden:
        raise
    except UserError as error:
        form.reject(error)
        fresh = queries.get_project(actor, project)
        return _show_step(actor, fresh, steps.get_step(actor, fresh, step), form, status=422)
    flash(_("事项已更新。"))
    return _to(project)


@bp.post("/<pid:project>/steps/<pid:step>/move")
@requires(Permission.PROJECT_WRITE)
def move_step(project: str, step: str) -> Response:
    """One press of a thumb: begun, done, or not needed with a reason; what it lacks is asked for on the page of the step."""
    actor, form = current_actor(), MoveForm()
    row = queries.get_project(actor, project)
    one = steps.get_step(actor, row, step)
    if not form.submitted():
        raise NotFound
    wanted = StepStatus(form.status.data)
    try:
        service.move_step(actor, one, wanted, form.seen_version, form.reason.data or "")
    except Forbidden:
        raise
    except UserError as error:
        now = steps.get_step(actor, queries.get_project(actor, project), step)
        again = StepForm.of(now)
        if not isinstance(error, Stale):
            again.status.data, again.result.data = wanted.value, form.reason.data or ""
        again.reject(error)
        return _show_step(actor, now.project, now, again, status=409 if isinstance(error, Stale) else 422)
    flash(_("事项已更新。"))
    return _to(project)


@bp.get("/steps/overdue")
@requires(Permission.PROJECT_READ)
def overdue_steps() -> Response:
    """Due and actual days of what is late, by department (R065)."""
    actor = current_actor()
    department = request.args.get("department")
    wanted = department[:40].replace("\0", "") if department is not None else None
    return render(
        "projects/overdue_steps.html",
        departments=[(words, step_labels.shown(words), n) for words, n in steps.overdue_by_department(actor)],
        wanted=wanted,
        lines=steps.overdue(actor, wanted),
        most=steps.MOST,
        words=step_labels,
    )


def _around(actor: Actor, project: Project) -> dict[str, Any]:
    checklist = steps.checklist_of(project)
    return {
        "project": project,
        "checklist": checklist,
        "served": steps.is_served(project),
        "own": is_own(actor, project) and actor.can(Permission.PROJECT_WRITE),
        "notes": queries.reads_notes(actor),
        "words": step_labels,
        "joint": checklist.together,
        "zero": StepGroup.ZERO,
    }


def _show(actor: Actor, project: Project, *, form: NewStepForm | None = None, status: int = 200) -> Response:
    return render(
        "projects/steps.html",
        status=status,
        form=form or NewStepForm(formdata=None),
        stage=labels.STAGE[project.stage],
        **_around(actor, project),
    )


def _show_step(actor: Actor, project: Project, step: ServiceStep, form: StepForm, status: int = 200) -> Response:
    return render(
        "projects/step.html",
        status=status,
        project=project,
        line=steps.line_of(step),
        form=form,
        own=is_own(actor, project) and actor.can(Permission.PROJECT_WRITE) and steps.is_served(project),
        notes=queries.reads_notes(actor),
        standard=bool(step_labels.code_of(step.title)),
        words=step_labels,
    )


def _to(project: str) -> Response:
    return redirect(url_for("projects.serve", project=project), 303)  # type: ignore[return-value]
