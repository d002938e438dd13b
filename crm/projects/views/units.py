"""Units that take part in a project: the list, adding one, taking one off."""

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.accounts import queries as accounts
from crm.core.errors import Forbidden, NotFound, UserError
from crm.core.permissions import Permission
from crm.core.stages import Stage
from crm.kit.access import Actor, current_actor, requires
from crm.kit.web import render
from crm.projects import labels, queries
from crm.projects.forms_units import UnitForm
from crm.projects.models import OrgRole, Project
from crm.projects.service import is_own
from crm.projects.service import units as service
from crm.projects.views import bp


@bp.get("/<pid:project>/units")
@requires(Permission.PROJECT_READ)
def units(project: str) -> Response:
    actor = current_actor()
    row = queries.get_project(actor, project, whole=True)
    return _show(actor, row, _form(actor, row, empty=True))


@bp.post("/<pid:project>/units")
@requires(Permission.PROJECT_WRITE)
def add_unit(project: str) -> Response:
    actor = current_actor()
    row = queries.get_project(actor, project, whole=True)
    form = _form(actor, row)
    if form.submitted():
        try:
            service.add_unit(actor, row, form.input())
            flash(_("单位已加上，并已通知。"))
            return _to(project)
        except Forbidden:
            raise
        except UserError as error:
            form.reject(error)
    return _show(actor, queries.get_project(actor, project, whole=True), form, status=422)


@bp.post("/<pid:project>/units/<pid:unit>/remove")
@requires(Permission.PROJECT_WRITE)
def remove_unit(project: str, unit: str) -> Response:
    actor, role = current_actor(), request.form.get("role", "")
    if role not in set(OrgRole):
        raise NotFound
    service.remove_unit(actor, queries.get_project(actor, project), unit, OrgRole(role))
    flash(_("单位已移除，并已通知。"))
    return _to(project)


def _form(actor: Actor, project: Project, *, empty: bool = False) -> UnitForm:
    others = [one for one in accounts.units() if one.id != project.org_id]
    roles = [role for role in OrgRole if service.may_choose(actor, role)]
    return UnitForm(formdata=None, units=others, roles=roles) if empty else UnitForm(units=others, roles=roles)


def _show(actor: Actor, project: Project, form: UnitForm, status: int = 200) -> Response:
    own = is_own(actor, project) and actor.can(Permission.PROJECT_WRITE)
    return render(
        "projects/units.html",
        status=status,
        project=project,
        form=form,
        own=own and project.stage is not Stage.CLOSED,
        removable={role for role in OrgRole if own and service.may_choose(actor, role)},
        rest=service.WHOLE - sum(one.share or 0 for one in project.orgs),
        words=labels,
    )


def _to(project: str) -> Response:
    return redirect(url_for("projects.units", project=project), 303)  # type: ignore[return-value]
