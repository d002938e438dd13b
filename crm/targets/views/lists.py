"""Target lists: the index, made in one click from a page of targets or by a form, changed, copied, archived."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.core.errors import Forbidden, NotFound, Stale, UserError
from crm.core.permissions import Permission
from crm.kit import once
from crm.kit.access import current_actor, requires
from crm.kit.conflicts import show_conflict
from crm.kit.web import page_number, render
from crm.targets.lists import labels, queries, service
from crm.targets.lists.forms import CopyForm, ListForm, ReasonForm
from crm.targets.lists.models import ListKind
from crm.targets.lists.queries import ListFilter
from crm.targets.lists.service import ListInput
from crm.targets.queries import TargetFilter
from crm.targets.views import bp
from crm.targets.views.members import page_of


@bp.get("/lists")
@requires(Permission.LIST_READ)
def lists() -> Response:
    actor, wanted = current_actor(), ListFilter.of(request.args)
    return render(
        "targets/lists/index.html",
        fragment="targets/lists/_index_rows.html",
        page=queries.page_of_lists(actor, wanted, page_number()),
        wanted=wanted,
        filtered=wanted != ListFilter(sort=wanted.sort),
        words=labels,
    )


@bp.post("/lists/make")
@requires(Permission.LIST_WRITE)
def make_list() -> Response:
    """In one click: the targets of the page that was looked at, as a list named after it."""
    actor, wanted = current_actor(), TargetFilter.of(request.form)
    kind = ListKind.LIVING if request.form.get("kind") == ListKind.LIVING else ListKind.FIXED
    row = service.make_list(actor, ListInput(labels.name_for(actor, wanted), kind, "", None, wanted.kept()))
    flash(
        _("清单已建好，可以改名、增减企业。") if kind is ListKind.FIXED else _("动态清单已建好，每次打开按条件现算。")
    )
    return _to(row.public_id)


@bp.route("/lists/new", methods=["GET", "POST"])
@requires(Permission.LIST_WRITE)
def create_list() -> Response:
    actor = current_actor()
    form = ListForm() if request.method == "POST" else ListForm.for_filter(TargetFilter.of(request.args))
    form.offer(actor)
    if request.args.get("kind") in set(ListKind) and request.method == "GET":
        form.kind.data = request.args["kind"]
    known = once.find(actor, form.once.data, "target_list") if request.method == "POST" else None
    if known:
        return _to(known)
    if form.submitted():
        try:
            row = service.make_list(actor, form.input(), key=form.once.data)
            flash(_("清单已建好。"))
            return _to(row.public_id)
        except once.Repeated as error:
            return _to(error.url)
        except Forbidden:
            raise
        except UserError as error:
            form.reject(error)
    return render("targets/lists/form.html", status=form.status, form=form, row=None, words=labels)


@bp.route("/lists/<pid:target_list>/edit", methods=["GET", "POST"])
@requires(Permission.LIST_WRITE)
def edit_list(target_list: str) -> Response:
    actor = current_actor()
    row = queries.get_list(actor, target_list)
    if not queries.may_edit(actor, row):
        raise Forbidden(_("这份清单由别的单位管理，您只能查看分给本单位的企业。"))
    form = ListForm() if request.method == "POST" else ListForm.of(row)
    form.offer(actor)
    form.kind.data = row.kind.value
    form.kind.raw_data = [row.kind.value]
    if form.submitted():
        form.keep(ListForm.of(row))
        try:
            service.edit_list(actor, row, form.input(row.kind), form.seen_version)
            flash(_("清单已保存。"))
            return _to(target_list)
        except Stale:
            stored = queries.get_list(actor, target_list)
            now = ListForm.of(stored)
            now.offer(actor)
            back = url_for("targets.show_list", target_list=target_list)
            return show_conflict(form, now, stored.name, back)
        except (Forbidden, NotFound):
            raise
        except UserError as error:
            form.reject(error)
    return render("targets/lists/form.html", status=form.status, form=form, row=row, words=labels)


@bp.route("/lists/<pid:target_list>/copy", methods=["GET", "POST"])
@requires(Permission.LIST_WRITE)
def copy_list(target_list: str) -> Response:
    actor, form = current_actor(), CopyForm()
    row = queries.get_list(actor, target_list)
    form.offer(actor, row)
    if request.method == "GET":
        form.name.data = _("%(name)s（副本）", name=row.name)[:80]
        offered = {value for value, *_rest in form.kind.iter_choices()}
        form.kind.data = row.kind.value if row.kind.value in offered else ListKind.FIXED.value
    if form.submitted():
        try:
            made = service.copy_list(actor, row, form.name.data or "", ListKind(form.kind.data))
            flash(_("已复制为新的清单。"))
            return _to(made.public_id)
        except (Forbidden, NotFound):
            raise
        except UserError as error:
            form.reject(error)
    return render("targets/lists/copy.html", status=form.status, form=form, row=row, words=labels)


@bp.post("/lists/<pid:target_list>/archive")
@requires(Permission.LIST_WRITE)
def archive_list(target_list: str) -> Response:
    actor, form = current_actor(), ReasonForm()
    row = queries.get_list(actor, target_list)
    if form.submitted():
        try:
            service.archive_list(actor, row, form.reason.data or "")
            flash(_("清单已归档，可以随时恢复。"))
            return _to(target_list)
        except (Forbidden, NotFound):
            raise
        except UserError as error:
            form.reject(error)
    return page_of(target_list, archive=form, status=422)


@bp.post("/lists/<pid:target_list>/restore")
@requires(Permission.LIST_WRITE)
def restore_list(target_list: str) -> Response:
    actor = current_actor()
    service.restore_list(actor, queries.get_list(actor, target_list))
    flash(_("清单已恢复。"))
    return _to(target_list)


def _to(target_list: str) -> Any:
    return redirect(url_for("targets.show_list", target_list=target_list), 303)
