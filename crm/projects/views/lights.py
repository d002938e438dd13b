"""Pauses of a project, its light as a panel, and the board of what is late by unit."""

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.audit import service as audit
from crm.core.errors import UserError
from crm.core.permissions import Permission
from crm.core.stages import Stage
from crm.kit import clock
from crm.kit.access import current_actor, requires
from crm.kit.tables import XLSX, Column, write_xlsx
from crm.kit.web import download, page_number, render
from crm.leads.fields import public_id
from crm.projects import labels, light_labels, queries
from crm.projects import late as board
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
    unit, colour = _asked()
    return render(
        "projects/late.html",
        lines=board.unit_lines(actor),
        page=board.page_of_rows(actor, unit, colour, page_number()),
        colours=board.SHOWN,
        colour=colour,
        unit=unit,
        words=labels,
    )


@bp.get("/late.xlsx")
@requires(Permission.PROJECT_EXPORT)
def export_late() -> Response:
    actor = current_actor()
    rows = board.rows_for_export(actor, *_asked())
    columns = [
        *(Column(_("序号"), "number", 6), Column(_("项目"), width=28), Column(_("投资方"), width=26)),
        *(Column(_("责任单位"), width=18), Column(_("挂点领导"), width=12), Column(_("责任人"), width=11)),
        *(Column(_("阶段"), width=10), Column(_("红黄牌"), width=9), Column(_("原因"), width=34)),
        *(Column(_("起始日"), "date", 13), Column(_("已持续（天）"), "number", 9)),
        *(Column(_("下一步"), width=26), Column(_("下一步日期"), "date", 13)),
    ]
    today, notes = clock.today(), queries.reads_notes(actor)
    lines = [
        (
            *(number, row.title, row.firm, row.org.name, row.lead_official, row.owner.name if row.owner else ""),
            *(str(labels.STAGE[row.stage]), str(labels.LIGHT[row.light]), row.light_reason, row.light_on),
            (today - row.light_on).days if row.light_on else None,
            *((row.next_step, row.next_on) if notes else ("", None)),
        )
        for number, row in enumerate(rows, start=1)
    ]
    note = _("填报单位：%(unit)s　日期：%(day)s", unit=actor.org_name, day=today.isoformat())
    body = write_xlsx(columns, lines, title=_("超期与红黄牌清单"), note=note, issued=True)
    audit.record_aside(actor, "project.exported", ("project", None, ""), rows=len(lines))
    return download(body, f"超期与红黄牌清单{today.isoformat()}.xlsx", XLSX)


def _asked() -> tuple[str, Light | None]:
    wanted = request.args.get("light", "")
    unit = public_id(request.args["unit"]) if request.args.get("unit") else ""
    return unit, Light(wanted) if wanted in board.SHOWN else None
