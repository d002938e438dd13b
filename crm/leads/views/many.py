"""Changing all leads of the filter at once: what to change, what would happen, done, taken back."""

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.accounts import many as engine
from crm.accounts import queries as accounts
from crm.core.permissions import Permission
from crm.kit.access import current_actor, requires
from crm.kit.web import render
from crm.leads import queries
from crm.leads.columns import LIST
from crm.leads.forms import ManyForm
from crm.leads.listing import LeadFilter
from crm.leads.service import many
from crm.leads.views import bp


@bp.route("/many", methods=["GET", "POST"])
@requires(Permission.LEAD_WRITE)
def change_many() -> Response:
    actor, wanted, form = current_actor(), LeadFilter.of(request.args), ManyForm()
    people = accounts.users_of_unit(actor.org_id)
    form.owner.choices = [("", _("不改")), *((user.public_id, user.name) for user in people)]
    nodes = {segment: [(code, name) for code, name, _gap in rows] for segment, rows in queries.node_choices().items()}
    form.node.choices = {"": [("", _("不改"))], **nodes}
    form.channel.choices = [("", _("不改")), *queries.channel_choices()]

    def data() -> many.ManyInput:
        return many.ManyInput(form.owner.data or "", form.node.data or "", form.channel.data or "")

    pressed = engine.press(
        form,
        lambda: many.look_at_many(actor, wanted, data()),
        lambda mark: many.change_many(actor, wanted, data(), mark),
    )
    if pressed.change is not None:
        flash(_("已修改 %(n)s 条线索。", n=len(pressed.change.rows)))
        return redirect(url_for("leads.changed_many", change=pressed.change.public_id), 303)  # type: ignore[return-value]
    if pressed.seen is None:
        form.mark.data = ""
    kept = LIST.kept(request.args)
    return render("leads/many.html", status=pressed.status, form=form, seen=pressed.seen, kept=kept, kind=many.KIND)


@bp.get("/many/<pid:change>")
@requires(Permission.LEAD_WRITE)
def changed_many(change: str) -> Response:
    actor = current_actor()
    row = engine.get_change(actor, many.KIND, change)
    rows = engine.rows_of_change(actor, many.KIND, row)
    return render("leads/many_done.html", change=row, rows=rows, kind=many.KIND)


@bp.post("/many/<pid:change>/undo")
@requires(Permission.LEAD_WRITE)
def undo_many(change: str) -> Response:
    actor = current_actor()
    count, left = engine.undo(actor, many.KIND, engine.get_change(actor, many.KIND, change))
    flash(_("已撤销，%(n)s 条线索恢复原值。", n=count))
    if left:
        names = "、".join(row.title for row in left[:10])
        flash(_("%(n)s 条线索之后又改过，没有动：%(names)s。", n=len(left), names=names), "warn")
    return redirect(url_for("leads.changed_many", change=change), 303)  # type: ignore[return-value]
