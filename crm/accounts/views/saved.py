"""Saved views of lists: each with an address of its own, which leads to the list as it was saved."""

from typing import Any
from urllib.parse import parse_qsl

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from crm.accounts import saved, service
from crm.accounts.forms import ViewForm
from crm.accounts.models import SavedView
from crm.accounts.service import ViewInput
from crm.accounts.views import bp
from crm.core.errors import NotFound, Stale, UserError
from crm.kit import lists
from crm.kit.access import authorize, current_actor, signed_in
from crm.kit.conflicts import show_conflict
from crm.kit.lists import SAVED, ListPage
from crm.kit.web import render


@bp.get("/views")
@signed_in
def saved_views() -> Response:
    actor = current_actor()
    return render("accounts/views.html", views=saved.all_views(actor), pages=lists.declared, me=actor.user_id)


@bp.get("/views/<pid:view>")
@signed_in
def open_view(view: str) -> Response:
    """The list as it was saved; each reader sees his or her own rows there."""
    row = saved.get_view(current_actor(), view)
    return _to(row)


@bp.route("/views/new", methods=["GET", "POST"])
@signed_in
def save_view() -> Response:
    actor = current_actor()
    page = lists.declared.get(request.args.get("list", ""))
    if page is None:
        raise NotFound
    authorize(actor, page.permission)
    query, form = page.query(request.args), ViewForm()
    if form.submitted():
        try:
            row = service.save_view(actor, page, query, _input(form))
        except UserError as error:
            form.reject(error)
        else:
            flash(_("视图“%(name)s”已保存。", name=row.name))
            return _to(row)
    return render(
        "accounts/view_form.html", status=form.status, form=form, view=None, page=page, kept=page.kept(request.args)
    )


@bp.route("/views/<pid:view>/edit", methods=["GET", "POST"])
@signed_in
def edit_view(view: str) -> Response:
    actor = current_actor()
    row = saved.get_view(actor, view)
    if row.owner_id != actor.user_id:
        raise NotFound
    form = ViewForm() if request.method == "POST" else _stored(row)
    if form.submitted():
        form.keep(_stored(row))
        try:
            row = service.edit_view(actor, row, _input(form), form.version.data)
        except Stale:
            now = saved.get_view(actor, view)
            return show_conflict(form, _stored(now), now.name, url_for("accounts.edit_view", view=view))
        except UserError as error:
            form.reject(error)
        else:
            flash(_("视图“%(name)s”已保存。", name=row.name))
            return _to(row)
    page = lists.declared[row.page]
    return render("accounts/view_form.html", status=form.status, form=form, view=row, page=page, kept={})


def _stored(row: SavedView) -> ViewForm:
    shared = row.org_id is not None
    return ViewForm(formdata=None, name=row.name, shared=shared, pinned=row.pinned, version=str(row.version))


@bp.post("/views/<pid:view>/query")
@signed_in
def update_view(view: str) -> Response:
    """The view shows from now on what the list shows."""
    actor = current_actor()
    row = saved.get_view(actor, view)
    row = service.set_query(actor, row, lists.declared[row.page].query(request.args))
    flash(_("视图“%(name)s”已更新。", name=row.name))
    return _to(row)


@bp.post("/views/<pid:view>/delete")
@signed_in
def delete_view(view: str) -> Response:
    actor = current_actor()
    row = saved.get_view(actor, view)
    service.delete_view(actor, row)
    flash(_("视图“%(name)s”已删除；清单里的记录没有变化。", name=row.name))
    return redirect(url_for(lists.declared[row.page].endpoint), 303)  # type: ignore[return-value]


def _to(row: SavedView) -> Response:
    page: ListPage = lists.declared[row.page]
    kept: dict[str, Any] = {**page.kept(MultiDict(parse_qsl(row.query))), SAVED: row.public_id}
    return redirect(url_for(page.endpoint, **kept), 303)  # type: ignore[return-value]


def _input(form: ViewForm) -> ViewInput:
    return ViewInput(form.name.data or "", bool(form.shared.data), bool(form.pinned.data))
