"""Changing all rows of the filter at once: what to change, what would happen, done, taken back."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.accounts import queries as accounts
from crm.core.errors import Conflict, Forbidden, UserError
from crm.core.permissions import Permission
from crm.kit.access import Actor, current_actor, requires
from crm.kit.web import render
from crm.projects import labels
from crm.projects.columns import LIST
from crm.projects.forms import ManyForm
from crm.projects.listing import ProjectFilter
from crm.projects.service import many
from crm.projects.views import bp


@bp.route("/many", methods=["GET", "POST"])
@requires(Permission.PROJECT_WRITE)
def change_many() -> Response:
    """The first press looks, the second does what was looked at."""
    actor, wanted, form = current_actor(), ProjectFilter.of(request.args), ManyForm()
    people = _people(actor)
    form.owner.choices = form.deputy.choices = [("", _("不改")), *people]
    if not form.submitted():
        return _show(form, status=form.status)
    data = _input(form)
    status = 200
    try:
        if form.mark.data:
            change = many.change_many(actor, wanted, data, form.mark.data)
            flash(_("已修改 %(n)s 个项目。", n=len(change.rows)))
            return redirect(url_for("projects.changed_many", change=change.public_id), 303)  # type: ignore[return-value]
    except Forbidden:
        raise
    except Conflict as error:
        form.reject(error)
        status = 409
    except UserError as error:
        form.reject(error)
        return _show(form, status=422)
    try:
        seen = many.look_at_many(actor, wanted, data)
    except Forbidden:
        raise
    except UserError as error:
        form.reject(error)
        return _show(form, status=422)
    form.mark.data = seen.mark
    return _show(form, seen=seen, status=status)


@bp.get("/many/<pid:change>")
@requires(Permission.PROJECT_WRITE)
def changed_many(change: str) -> Response:
    actor = current_actor()
    row = many.get_change(actor, change)
    return render("projects/many_done.html", change=row, rows=many.rows_of_change(actor, row), words=labels)


@bp.post("/many/<pid:change>/undo")
@requires(Permission.PROJECT_WRITE)
def undo_many(change: str) -> Response:
    actor = current_actor()
    count, left = many.undo_many(actor, many.get_change(actor, change))
    flash(_("已撤销，%(n)s 个项目恢复原值。", n=count))
    if left:
        names = "、".join(row.title for row in left[:10])
        flash(_("%(n)s 个项目之后又改过，没有动：%(names)s。", n=len(left), names=names), "warn")
    return redirect(url_for("projects.changed_many", change=change), 303)  # type: ignore[return-value]


def _people(actor: Actor) -> list[tuple[str, str]]:
    if not actor.is_center:
        return [(user.public_id, user.name) for user in accounts.users_of_unit(actor.org_id)]
    wanted = ProjectFilter.of(request.args).org
    return [(user.public_id, user.name) for user in accounts.users_of_unit(int(wanted))] if wanted else []


def _input(form: ManyForm) -> many.ManyInput:
    days: dict[str, Any] = {name: form[name].data for name in many.DAYS}
    return many.ManyInput(form.owner.data or "", form.deputy.data or "", **days)


def _show(form: ManyForm, *, seen: Any = None, status: int = 200) -> Response:
    if seen is None:
        form.mark.data = ""
    return render(
        "projects/many.html",
        status=status,
        form=form,
        seen=seen,
        kept=LIST.kept(request.args),
        limit=many.LIMIT,
        words=labels,
    )
