"""Writing editions: add, change, cancel, take up again, review."""

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.core.errors import Forbidden, NotFound, Stale, UserError
from crm.core.permissions import Permission
from crm.fairs import queries
from crm.fairs.forms import CancelForm, EditionForm, ReviewForm
from crm.fairs.models import Edition, Fair
from crm.fairs.service import editions as service
from crm.fairs.views import bp
from crm.fairs.views.browse import show
from crm.kit import once
from crm.kit.access import current_actor, requires
from crm.kit.conflicts import show_conflict
from crm.kit.fields import public_id
from crm.kit.web import render


@bp.route("/editions/new", methods=["GET", "POST"])
@requires(Permission.FAIR_WRITE)
def create_edition() -> Response:
    actor = current_actor()
    asked = public_id(request.values.get("fair"))
    if not asked:
        return redirect(url_for("fairs.list_series"), 303)  # type: ignore[return-value]
    fair = queries.get_fair(actor, asked)
    if request.method == "GET":
        return _form(EditionForm(formdata=None, city=fair.city), fair, None)
    form = EditionForm()
    known = once.find(actor, form.once.data, "edition")
    if known:
        return _to(known)
    if form.submitted():
        try:
            made = service.add_edition(actor, fair, form.input(), key=form.once.data)
            flash(_("届次已登记。"))
            return _to(made.public_id)
        except once.Repeated as error:
            return _to(error.url)
        except UserError as error:
            form.reject(error)
    return _form(form, fair, None)


@bp.route("/editions/<pid:edition>/edit", methods=["GET", "POST"])
@requires(Permission.FAIR_WRITE)
def edit_edition(edition: str) -> Response:
    actor = current_actor()
    row = queries.get_edition(actor, edition)
    if not queries.may_edit(actor, row):
        raise Forbidden(_("这一届由其他单位登记，只能由该单位或市中心修改。"))
    form = EditionForm() if request.method == "POST" else EditionForm.of(row)
    if form.submitted():
        form.keep(EditionForm.of(row))
        try:
            service.edit_edition(actor, row, form.input(), form.seen_version)
            flash(_("届次已保存。"))
            return _to(edition)
        except Stale:
            stored = queries.get_edition(actor, edition)
            back = url_for("fairs.edition", edition=edition)
            return show_conflict(form, EditionForm.of(stored), stored.title, back)
        except UserError as error:
            form.reject(error)
    return _form(form, row.fair, row)


@bp.post("/editions/<pid:edition>/cancel")
@requires(Permission.FAIR_WRITE)
def cancel_edition(edition: str) -> Response:
    actor, form = current_actor(), CancelForm()
    row = queries.get_edition(actor, edition)
    if form.submitted():
        try:
            service.cancel_edition(actor, row, form.reason.data or "")
            flash(_("已取消这一届，记录仍在，可以恢复。"))
            return _to(edition)
        except (Forbidden, NotFound):
            raise
        except UserError as error:
            form.reject(error)
    return show(actor, queries.get_edition(actor, edition), cancel=form, status=422)


@bp.post("/editions/<pid:edition>/restore")
@requires(Permission.FAIR_WRITE)
def restore_edition(edition: str) -> Response:
    actor = current_actor()
    service.restore_edition(actor, queries.get_edition(actor, edition))
    flash(_("已恢复这一届。"))
    return _to(edition)


@bp.post("/editions/<pid:edition>/review")
@requires(Permission.FAIR_WRITE)
def review_edition(edition: str) -> Response:
    actor, form = current_actor(), ReviewForm()
    row = queries.get_edition(actor, edition)
    if form.submitted():
        try:
            service.write_review(actor, row, form.review.data or "", form.seen_version)
            flash(_("总结已保存。"))
            return _to(edition)
        except Stale as error:
            stored = queries.get_edition(actor, edition)
            form.version.data = str(stored.version)
            form.reject(Stale(_("总结刚被别人改过。您写的还在下面，请与页面上的内容核对后再保存。"), current=stored))
            form.review.errors = [*form.review.errors, error.message]
            return show(actor, stored, review=form, status=409)
        except (Forbidden, NotFound):
            raise
        except UserError as error:
            form.reject(error)
    return show(actor, queries.get_edition(actor, edition), review=form, status=422)


def _to(edition: str) -> Response:
    return redirect(url_for("fairs.edition", edition=edition), 303)  # type: ignore[return-value]


def _form(form: EditionForm, fair: Fair, edition: Edition | None) -> Response:
    return render("fairs/edition_form.html", status=form.status, form=form, fair=fair, edition=edition)
