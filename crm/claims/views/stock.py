"""Pages of registration windows: the list, one window with the own entries, its closing."""

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.accounts import queries as accounts
from crm.claims import labels as claim_labels
from crm.claims.stock import closing, labels, queries, service
from crm.claims.stock.forms import EntryForm, WindowForm
from crm.claims.stock.models import Window, WindowKind
from crm.claims.views import bp
from crm.core.errors import Conflict, Invalid, UserError
from crm.core.permissions import Permission, Role
from crm.kit.access import current_actor, requires
from crm.kit.web import render
from crm.leads import labels as lead_labels
from crm.plan import queries as plan


@bp.route("/windows", methods=["GET", "POST"])
@requires(Permission.CLAIM_READ)
def windows() -> Response:
    """All windows; posting opens one (the centre)."""
    actor = current_actor()
    form = WindowForm()
    if form.submitted():
        try:
            row = service.open_window(actor, form.input())
            flash(_("登记期已开设，各单位可以登记。"), "ok")
            return redirect(url_for("claims.window", window=row.public_id), 303)  # type: ignore[return-value]
        except Conflict as error:
            form.reject(error)
    return render(
        "claims/windows.html",
        status=form.status,
        form=form,
        rows=queries.list_windows(),
        words=labels,
        is_open=queries.is_open,
        may_open=actor.can(Permission.CLAIM_PAPER),
    )


@bp.route("/windows/<pid:window>", methods=["GET", "POST"])
@requires(Permission.CLAIM_READ)
def window(window: str) -> Response:
    """One window with the entries that this person may see; posting adds one."""
    actor = current_actor()
    row = queries.get_window(window)
    form = EntryForm()
    _choices(form)
    if form.submitted():
        try:
            service.enter(actor, row, form.input(), request.files.getlist("files"))
            flash(_("已登记并留痕；比对结果在登记期结束后统一告知。"), "ok")
            return redirect(url_for("claims.window", window=window), 303)  # type: ignore[return-value]
        except (Conflict, Invalid) as error:
            form.reject(error)
    return _page(row, form)


def _choices(form: EntryForm) -> None:
    form.unit.choices = [("", _("请选择单位")), *((one.public_id, one.name) for one in accounts.units())]
    form.node.choices = {"": [("", _("暂不选择"))], **plan.nodes_for_choice()}
    form.evidence.choices = [(kind, words) for kind, words in lead_labels.EVIDENCE.items()]


def _page(row: Window, form: EntryForm) -> Response:
    actor = current_actor()
    outage = row.kind is WindowKind.OUTAGE
    center = Role.CENTER in actor.roles
    return render(
        "claims/window.html",
        status=form.status,
        window=row,
        form=form,
        words=labels,
        labels=claim_labels,
        entries=queries.entries_of(actor, row),
        count=queries.count_of(row) if center else None,
        outage=outage,
        may_enter=queries.is_open(row) and actor.can(Permission.CLAIM_FILE) and center == outage,
        may_withdraw=queries.is_open(row),
        may_close=center and row.closed_at is None,
    )


@bp.post("/windows/<pid:window>/entries/<pid:entry>/withdraw")
@requires(Permission.CLAIM_FILE)
def withdraw_entry(window: str, entry: str) -> Response:
    actor = current_actor()
    row = queries.get_window(window)
    try:
        service.withdraw(actor, row, queries.get_entry(actor, row, entry))
    except Conflict as error:
        flash(error.message, "bad")
    else:
        flash(_("已撤回这条登记，线索仍保留。"), "ok")
    return redirect(url_for("claims.window", window=window), 303)  # type: ignore[return-value]


@bp.post("/windows/<pid:window>/close")
@requires(Permission.CLAIM_PAPER)
def close_window(window: str) -> Response:
    actor = current_actor()
    try:
        closing.close(actor, queries.get_window(window))
    except UserError as error:
        flash(error.message, "bad")
    else:
        flash(_("比对完成：没有冲突的待核验，有冲突的已立案。"), "ok")
    return redirect(url_for("claims.window", window=window), 303)  # type: ignore[return-value]
