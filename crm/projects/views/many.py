"""Changing all projects of the filter at once: what to change, what would happen, done, taken back."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.accounts import many as engine
from crm.accounts import queries as accounts
from crm.core.permissions import Permission
from crm.kit.access import Actor, current_actor, requires
from crm.kit.web import render
from crm.projects.columns import LIST
from crm.projects.filters import ProjectFilter
from crm.projects.forms import ManyForm
from crm.projects.service import many
from crm.projects.views import bp


@bp.route("/many", methods=["GET", "POST"])
@requires(Permission.PROJECT_WRITE)
def change_many() -> Response:
    actor, wanted, form = current_actor(), ProjectFilter.of(request.args), ManyForm()
    form.owner.choices = form.deputy.choices = [("", _("不改")), *_people(actor)]
    pressed = engine.press(
        form,
        lambda: many.look_at_many(actor, wanted, _input(form)),
        lambda mark: many.change_many(actor, wanted, _input(form), mark),
    )
    if pressed.change is not None:
        flash(_("已修改 %(n)s 个项目。", n=len(pressed.change.rows)))
        return redirect(url_for("projects.changed_many", change=pressed.change.public_id), 303)  # type: ignore[return-value]
    if pressed.seen is None:
        form.mark.data = ""
    kept = LIST.kept(request.args)
    return render("projects/many.html", status=pressed.status, form=form, seen=pressed.seen, kept=kept, kind=many.KIND)


@bp.get("/many/<pid:change>")
@requires(Permission.PROJECT_WRITE)
def changed_many(change: str) -> Response:
    actor = current_actor()
    row = engine.get_change(actor, many.KIND, change)
    rows = engine.rows_of_change(actor, many.KIND, row)
    return render("projects/many_done.html", change=row, rows=rows, kind=many.KIND)


@bp.post("/many/<pid:change>/undo")
@requires(Permission.PROJECT_WRITE)
def undo_many(change: str) -> Response:
    actor = current_actor()
    count, left = engine.undo(actor, many.KIND, engine.get_change(actor, many.KIND, change))
    flash(_("已撤销，%(n)s 个项目恢复原值。", n=count))
    if left:
        names = "、".join(row.title for row in left[:10])
        flash(_("%(n)s 个项目之后又改过，没有动：%(names)s。", n=len(left), names=names), "warn")
    return redirect(url_for("projects.changed_many", change=change), 303)  # type: ignore[return-value]


def _people(actor: Actor) -> list[tuple[str, str]]:
    if not actor.is_center:
        return [(user.public_id, user.name) for user in accounts.users_of_unit(actor.org_id)]
    units = ProjectFilter.of(request.args).chosen.get("org", ())
    return [(user.public_id, user.name) for user in accounts.users_of_unit(int(units[0]))] if len(units) == 1 else []


def _input(form: ManyForm) -> many.ManyInput:
    days: dict[str, Any] = {name: form[name].data for name in many.DAYS}
    return many.ManyInput(form.owner.data or "", form.deputy.data or "", **days)
