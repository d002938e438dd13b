"""Agenda, our exhibiting companies and costs of an edition."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.core.errors import Forbidden, NotFound, UserError
from crm.core.permissions import Permission
from crm.fairs import queries
from crm.fairs.forms import AgendaForm, CostForm, FirmForm
from crm.fairs.models import CostKind, Edition
from crm.fairs.service import parts as service
from crm.fairs.views import bp
from crm.fairs.views.browse import show
from crm.kit.access import Actor, current_actor, requires
from crm.kit.forms import Form


@bp.post("/editions/<pid:edition>/agenda")
@requires(Permission.FAIR_WRITE)
def add_agenda(edition: str) -> Response:
    form = AgendaForm()
    return _add(edition, form, "agenda_form", lambda actor, row: service.add_agenda(actor, row, form.input()))


@bp.post("/editions/<pid:edition>/agenda/<pid:item>/withdraw")
@requires(Permission.FAIR_WRITE)
def withdraw_agenda(edition: str, item: str) -> Response:
    return _withdraw(edition, lambda actor, row: service.withdraw_agenda(actor, row, item))


@bp.post("/editions/<pid:edition>/firms")
@requires(Permission.FAIR_WRITE)
def add_firm(edition: str) -> Response:
    form = FirmForm()

    def add(actor: Actor, row: Edition) -> Any:
        booth, words = form.booth.data or "", form.words.data or ""
        return service.add_firm(actor, row, form.company_public_id.data or "", booth=booth, words=words)

    return _add(edition, form, "firm_form", add)


@bp.post("/editions/<pid:edition>/firms/<pid:firm>/withdraw")
@requires(Permission.FAIR_WRITE)
def withdraw_firm(edition: str, firm: str) -> Response:
    return _withdraw(edition, lambda actor, row: service.withdraw_firm(actor, row, firm))


@bp.post("/editions/<pid:edition>/costs")
@requires(Permission.FAIR_WRITE)
def add_cost(edition: str) -> Response:
    form = CostForm()

    def add(actor: Actor, row: Edition) -> Any:
        kind = CostKind(form.kind.data)
        return service.add_cost(actor, row, kind, form.amount_cny.data, form.spent_on.data, form.words.data or "")

    return _add(edition, form, "cost_form", add)


@bp.post("/editions/<pid:edition>/costs/<pid:cost>/withdraw")
@requires(Permission.FAIR_WRITE)
def withdraw_cost(edition: str, cost: str) -> Response:
    return _withdraw(edition, lambda actor, row: service.withdraw_cost(actor, row, cost))


def _add(edition: str, form: Form, name: str, add: Callable[[Actor, Edition], Any]) -> Response:
    actor = current_actor()
    row = queries.get_edition(actor, edition)
    if form.submitted():
        try:
            add(actor, row)
            flash(_("已记录。"))
            return _to(edition, name)
        except (Forbidden, NotFound):
            raise
        except UserError as error:
            form.reject(error)
    return show(actor, queries.get_edition(actor, edition), status=422, **{name: form})


def _withdraw(edition: str, act: Callable[[Actor, Edition], None]) -> Response:
    actor = current_actor()
    act(actor, queries.get_edition(actor, edition))
    flash(_("已撤下。"))
    return _to(edition)


def _to(edition: str, part: str = "") -> Response:
    anchor = part.removesuffix("_form") or None
    return redirect(url_for("fairs.edition", edition=edition, _anchor=anchor), 303)  # type: ignore[return-value]
