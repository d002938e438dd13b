"""Parcels and plants to be written: a new one, a change, out of use and back."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.carriers import space_labels, spaces
from crm.carriers.forms import ParcelForm, PlantForm, ReasonForm, form_of
from crm.carriers.service import spaces as service
from crm.carriers.spaces import Space
from crm.carriers.views import bp
from crm.carriers.views.spaces import show_space
from crm.core.errors import Forbidden, Stale, UserError
from crm.core.permissions import Permission
from crm.kit import once
from crm.kit.access import Actor, current_actor, requires
from crm.kit.conflicts import show_conflict
from crm.kit.web import render

_FORMS = {"parcels": ParcelForm, "plants": PlantForm}


@bp.route("/spaces/<any(parcels, plants):kind>/new", methods=["GET", "POST"])
@requires(Permission.SPACE_WRITE)
def add_space(kind: str) -> Response:
    actor = current_actor()
    form = _FORMS[kind]() if request.method == "POST" else _FORMS[kind](carrier=request.args.get("carrier", ""))
    if form.submitted():
        try:
            row = service.add_space(actor, form.input(), key=form.once.data)
            flash(_("%(code)s 已登记。", code=row.code))
            return redirect(url_for(".space", kind=kind, space=row.public_id), 303)  # type: ignore[return-value]
        except once.Repeated as again:
            return redirect(f"{url_for('.index')}{again.url}", 303)  # type: ignore[return-value]
        except Forbidden:
            raise
        except UserError as error:
            form.reject(error)
    return _show_form(actor, kind, form)


@bp.route("/spaces/<any(parcels, plants):kind>/<pid:space>/edit", methods=["GET", "POST"])
@requires(Permission.SPACE_WRITE)
def edit_space(kind: str, space: str) -> Response:
    actor, row = current_actor(), spaces.get_space(kind, space)
    if not spaces.keeps(actor, row.carrier):
        raise Forbidden(_("这个载体由其他单位招商，只能由该单位或市招商服务中心维护。"))
    if request.method == "GET":
        return _show_form(actor, kind, form_of(row), row)
    form = _FORMS[kind]()
    if form.submitted():
        form.keep(form_of(row))
        try:
            service.edit_space(actor, row, form.input(), form.seen_version)
            flash(_("%(code)s 已更新。", code=row.code))
            return redirect(url_for(".space", kind=kind, space=space), 303)  # type: ignore[return-value]
        except Stale:
            row = spaces.get_space(kind, space)
            now = form_of(row)
            for one in (form, now):
                one.offer([(each.public_id, each.name) for each in spaces.kept_carriers(actor)])
            return show_conflict(form, now, row.code, url_for(".space", kind=kind, space=space))
        except Forbidden:
            raise
        except UserError as error:
            form.reject(error)
    return _show_form(actor, kind, form, spaces.get_space(kind, space))


@bp.post("/spaces/<any(parcels, plants):kind>/<pid:space>/retire")
@requires(Permission.SPACE_WRITE)
def retire_space(kind: str, space: str) -> Response:
    form = ReasonForm()
    if form.submitted():
        try:
            service.retire_space(current_actor(), spaces.get_space(kind, space), form.reason.data or "")
            flash(_("已停用，可以恢复。"))
            return redirect(url_for(".space", kind=kind, space=space), 303)  # type: ignore[return-value]
        except Forbidden:
            raise
        except UserError as error:
            form.reject(error)
    return show_space(spaces.get_space(kind, space), status=422, retire=form)


@bp.post("/spaces/<any(parcels, plants):kind>/<pid:space>/restore")
@requires(Permission.SPACE_WRITE)
def restore_space(kind: str, space: str) -> Response:
    service.restore_space(current_actor(), spaces.get_space(kind, space))
    flash(_("已恢复。"))
    return redirect(url_for(".space", kind=kind, space=space), 303)  # type: ignore[return-value]


def _show_form(actor: Actor, kind: str, form: Any, space: Space | None = None, status: int | None = None) -> Response:
    carriers = [(row.public_id, row.name) for row in spaces.kept_carriers(actor)]
    form.offer(carriers)
    return render(
        "carriers/space_form.html",
        status=status or form.status,
        kind=kind,
        form=form,
        space=space,
        carriers=carriers,
        words=space_labels,
    )
