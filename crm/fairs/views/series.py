"""Fairs as series: list, one with its editions over the years, add, change, retire."""

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.core.errors import Stale, UserError
from crm.core.permissions import Permission
from crm.fairs import labels, queries
from crm.fairs.forms import FairForm
from crm.fairs.models import Fair
from crm.fairs.service import editions as service
from crm.fairs.views import bp
from crm.kit import clock, once
from crm.kit.access import current_actor, requires
from crm.kit.conflicts import show_conflict
from crm.kit.fields import one_line
from crm.kit.web import render


@bp.get("/series")
@requires(Permission.FAIR_READ)
def list_series() -> Response:
    text, retired = one_line(request.args.get("q", ""))[:100], request.args.get("retired") == "1"
    rows = queries.list_fairs(current_actor(), text=text, retired=retired)
    return render(
        "fairs/series.html", fragment="fairs/_series_rows.html", rows=rows, q=text, retired=retired, words=labels
    )


@bp.get("/series/<pid:fair>")
@requires(Permission.FAIR_READ)
def series(fair: str) -> Response:
    actor = current_actor()
    row = queries.get_fair(actor, fair)
    return render(
        "fairs/fair.html",
        fair=row,
        editions=queries.editions_of(actor, row),
        own=queries.may_edit(actor, row),
        may_write=actor.can(Permission.FAIR_WRITE),
        words=labels,
        now=clock.today(),
    )


@bp.route("/series/new", methods=["GET", "POST"])
@requires(Permission.FAIR_WRITE)
def create_fair() -> Response:
    actor, form = current_actor(), FairForm()
    known = once.find(actor, form.once.data, "fair") if request.method == "POST" else None
    if known:
        return _to(known)
    if form.submitted():
        try:
            made = service.add_fair(actor, form.input(), key=form.once.data)
            flash(_("展会已登记，请接着登记届次。"))
            return _to(made.public_id)
        except once.Repeated as error:
            return _to(error.url)
        except UserError as error:
            form.reject(error)
    return _form(form, None)


@bp.route("/series/<pid:fair>/edit", methods=["GET", "POST"])
@requires(Permission.FAIR_WRITE)
def edit_fair(fair: str) -> Response:
    actor = current_actor()
    row = queries.get_fair(actor, fair)
    form = FairForm() if request.method == "POST" else FairForm.of(row)
    if form.submitted():
        form.keep(FairForm.of(row))
        try:
            service.edit_fair(actor, row, form.input(), form.seen_version)
            flash(_("展会已保存。"))
            return _to(fair)
        except Stale:
            stored = queries.get_fair(actor, fair)
            return show_conflict(form, FairForm.of(stored), stored.name, url_for("fairs.series", fair=fair))
        except UserError as error:
            form.reject(error)
    return _form(form, row)


@bp.post("/series/<pid:fair>/retire")
@requires(Permission.FAIR_WRITE)
def retire_fair(fair: str) -> Response:
    actor = current_actor()
    back = request.form.get("back") == "1"
    service.retire_fair(actor, queries.get_fair(actor, fair), back=back)
    flash(_("展会已恢复。") if back else _("展会已停用，历届记录仍在。"))
    return _to(fair)


def _to(fair: str) -> Response:
    return redirect(url_for("fairs.series", fair=fair), 303)  # type: ignore[return-value]


def _form(form: FairForm, fair: Fair | None) -> Response:
    may_share = current_actor().can(Permission.FAIR_CENTER)
    return render("fairs/fair_form.html", status=form.status, form=form, fair=fair, may_share=may_share)
