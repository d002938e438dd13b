"""Pauses of a project, its light as a panel, and the board of what is late by unit."""

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.core.errors import UserError
from crm.core.permissions import Permission
from crm.core.stages import Stage
from crm.kit import clock
from crm.kit.access import current_actor, requires
from crm.kit.web import render
from crm.leads.fields import public_id
from crm.projects import late as board
from crm.projects import light_labels, queries
from crm.projects.forms_lights import HoldForm
from crm.projects.models import Light
from crm.projects.service import holds as service
from crm.projects.service.access import is_own
from crm.projects.views import bp


@bp.route("/<pid:project>/holds", methods=["GET", "POST"])
@requires(Permission.PROJECT_WRITE)
def holds(project: str) -> Response:
    actor = current_actor()
    row = queries.get_project(actor, project)
    form = HoldForm()
    if form.submitted():
        try:
            service.pause_project(actor, row, **form.values())
            flash(_("已暂停计时。"))
            return redirect(url_for("projects.holds", project=project), 303)  # type: ignore[return-value]
        except UserError as error:
            form.reject(error)
    rows = service.holds_of(row)
    running = next((hold for hold in rows if service.runs(hold, clock.today())), None)
    may_pause = is_own(actor, row) and running is None and row.stage is not Stage.CLOSED
    return render(
        "projects/holds.html",
        status=form.status,
        form=form,
        project=row,
        holds=rows,
        running=running,
        may_pause=may_pause,
        is_own=is_own(actor, row),
        reasons=light_labels.HOLD,
    )


@bp.post("/<pid:project>/holds/<pid:hold>/end")
@requires(Permission.PROJECT_WRITE)
def end_hold(project: str, hold: str) -> Response:
    actor = current_actor()
    service.end_pause(actor, queries.get_project(actor, project), hold)
    flash(_("已恢复计时。"))
    return redirect(url_for("projects.holds", project=project), 303)  # type: ignore[return-value]


@bp.get("/<pid:project>/lights")
@requires(Permission.PROJECT_READ)
def lights_panel(project: str) -> Response:
    actor = current_actor()
    row = queries.get_project(actor, project)
    return render("projects/lights.html", fragment="projects/_lights.html", project=row, may_pause=is_own(actor, row))


@bp.get("/late")
@requires(Permission.PROJECT_READ)
def late() -> Response:
    actor = current_actor()
    wanted = request.args.get("light", "")
    colour = Light(wanted) if wanted in board.SHOWN else None
    unit = public_id(request.args["unit"]) if request.args.get("unit") else ""
    rows = board.rows_of(actor, unit, colour)
    return render("projects/late.html", lines=board.unit_lines(actor), rows=rows, colours=board.SHOWN, most=board.MOST)
