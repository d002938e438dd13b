"""Changing all companies of the filter at once: what to change, what would happen, done, taken back."""

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.accounts import many as engine
from crm.companies import choices, many
from crm.companies.columns import LIST
from crm.companies.forms import ManyForm
from crm.companies.listing import Filters
from crm.companies.views import bp
from crm.core.permissions import Permission
from crm.kit.access import current_actor, requires
from crm.kit.web import render


@bp.route("/many", methods=["GET", "POST"])
@requires(Permission.COMPANY_WRITE)
def change_many() -> Response:
    actor, wanted, form = current_actor(), Filters.of(request.args), ManyForm()
    form.node.choices = [("", _("不改")), *((node.code, f"{node.code} {node.name}") for node in choices.read().nodes)]

    def data() -> many.ManyInput:
        words = (form.node.data, form.weight.data or "main", form.target.data, form.target_reason.data)
        return many.ManyInput(*(one or "" for one in words))

    pressed = engine.press(
        form,
        lambda: many.look_at_many(actor, wanted, data()),
        lambda mark: many.change_many(actor, wanted, data(), mark),
    )
    if pressed.change is not None:
        flash(_("已修改 %(n)s 家企业。", n=len(pressed.change.rows)))
        return redirect(url_for("companies.changed_many", change=pressed.change.public_id), 303)  # type: ignore[return-value]
    if pressed.seen is None:
        form.mark.data = ""
    kept = LIST.kept(request.args)
    return render("companies/many.html", status=pressed.status, form=form, seen=pressed.seen, kept=kept, kind=many.KIND)


@bp.get("/many/<pid:change>")
@requires(Permission.COMPANY_WRITE)
def changed_many(change: str) -> Response:
    actor = current_actor()
    row = engine.get_change(actor, many.KIND, change)
    rows = engine.rows_of_change(actor, many.KIND, row)
    return render("companies/many_done.html", change=row, rows=rows, kind=many.KIND)


@bp.post("/many/<pid:change>/undo")
@requires(Permission.COMPANY_WRITE)
def undo_many(change: str) -> Response:
    actor = current_actor()
    count, left = engine.undo(actor, many.KIND, engine.get_change(actor, many.KIND, change))
    flash(_("已撤销，%(n)s 家企业恢复原值。", n=count))
    if left:
        names = "、".join(row.name for row in left[:10])
        flash(_("%(n)s 家企业之后又改过，没有动：%(names)s。", n=len(left), names=names), "warn")
    return redirect(url_for("companies.changed_many", change=change), 303)  # type: ignore[return-value]
