"""A cell of the list that is changed in its place: htmx swaps it for a small form, and the form for the cell."""

from flask import request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.accounts import queries as accounts
from crm.core.errors import Forbidden, NotFound, Stale, UserError
from crm.core.permissions import Permission
from crm.kit.access import Actor, current_actor, requires
from crm.kit.web import render
from crm.projects import labels, queries, service
from crm.projects.columns import may_change
from crm.projects.forms import CellForm
from crm.projects.models import Project
from crm.projects.service.cells import CELLS, DAYS, change_cell, seen
from crm.projects.views import bp


@bp.get("/<pid:project>/cell")
@requires(Permission.PROJECT_READ)
def cell(project: str) -> Response:
    """The cell as it is (``show``), or the form in its place."""
    actor, key = current_actor(), _asked()
    row = queries.get_project(actor, project, whole=True)
    if request.args.get("show"):
        return _shown(actor, row, key)
    if not service.is_own(actor, row) or not actor.can(Permission.PROJECT_WRITE):
        raise Forbidden(_("这个项目由其他单位负责，只能由该单位或市中心修改。"))
    form = CellForm(
        formdata=None,
        before=seen(row, key),
        day=row.next_on if key == "next" else getattr(row, DAYS[key]) if key in DAYS else None,
        words=row.next_step,
        owner=row.owner.public_id if row.owner else "",
    )
    return _form(row, key, form)


@bp.post("/<pid:project>/cell")
@requires(Permission.PROJECT_WRITE)
def change(project: str) -> Response:
    actor, key, form = current_actor(), _asked(), CellForm()
    row = queries.get_project(actor, project, whole=True)
    if not form.submitted():
        return _form(row, key, form, 422)
    try:
        change_cell(
            actor,
            row,
            key,
            form.before.data or "",
            day=form.day.data,
            words=form.words.data or "",
            owner=form.owner.data or "",
        )
    except Forbidden:
        raise
    except Stale as stale:
        row = queries.get_project(actor, project, whole=True)
        form.reject(stale)
        form.before.data = seen(row, key)
        return _form(row, key, form, 409, stored=True)
    except UserError as error:
        form.reject(error)
        return _form(queries.get_project(actor, project, whole=True), key, form, 422)
    return _shown(actor, queries.get_project(actor, project, whole=True), key)


def _asked() -> str:
    key = request.args.get("field", "")
    if key not in CELLS:
        raise NotFound
    return key


def _shown(actor: Actor, row: Project, key: str) -> Response:
    return render(
        "projects/cell.html", fragment="projects/_cell.html", project=row, key=key, words=labels, own=may_change(actor)
    )


def _form(row: Project, key: str, form: CellForm, status: int = 200, *, stored: bool = False) -> Response:
    people = [(user.public_id, user.name) for user in accounts.users_of_unit(row.org_id)] if key == "owner" else []
    form.owner.choices = [("", _("请选择")), *people]
    return render(
        "projects/cell.html",
        fragment="projects/_cell_form.html",
        status=status,
        project=row,
        key=key,
        form=form,
        stored=seen_words(row, key) if stored else "",
        back=url_for("projects.cell", project=row.public_id, field=key, show=1),
    )


def seen_words(row: Project, key: str) -> str:
    """Return what a cell holds now, for a person."""
    if key == "owner":
        return row.owner.name if row.owner else "—"
    return seen(row, key) or "—"
