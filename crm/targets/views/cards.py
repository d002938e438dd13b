"""The two score cards: weights in force, their versions, and new weights with a preview of who would move."""

from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.companies import queries as companies
from crm.core import fit
from crm.core.errors import Forbidden, Stale, UserError
from crm.core.fit import Card, Factor
from crm.core.permissions import Permission
from crm.kit import tasks
from crm.kit.access import current_actor, requires
from crm.kit.web import render
from crm.targets import labels, queries, scoring, service
from crm.targets.forms import CardForm
from crm.targets.views import bp


@bp.get("/cards")
@requires(Permission.COMPANY_READ)
def cards() -> Response:
    return render(
        "targets/cards.html",
        weights=scoring.weights_now(),
        versions=queries.cards(),
        state=tasks.state(scoring.TASK),
        may_write=current_actor().can(Permission.SCORE_WRITE),
        words=labels,
        factors=Factor,
        kinds=Card,
    )


@bp.route("/cards/<any(big,new):card>", methods=["GET", "POST"])
@requires(Permission.SCORE_WRITE)
def card(card: str) -> Response:
    if card not in set(Card):
        abort(404)
    kind, form = Card(card), CardForm()
    if request.method == "GET":
        form.fill(scoring.weights_now()[kind], service.newest_number(kind))
        return _form(kind, form)
    if not form.submitted():
        return _form(kind, form, status=422)
    weights = form.weights()
    if "preview" in request.form:
        wrong = fit.fault(weights)
        if not wrong:
            return _form(kind, form, preview=service.preview(kind, {f: weights[f] or 0 for f in Factor}))
        form.chain.errors = [_("各项权重合计应为 100，现在是 %(n)s。", n=sum(one or 0 for one in weights.values()))]
        return _form(kind, form, status=422)
    told = {"document_no": form.document_no.data or "", "reason": form.reason.data or ""}
    try:
        service.change_card(current_actor(), kind, weights, seen=form.seen_version, **told)
    except Forbidden:
        raise
    except Stale as error:
        form.version.data = str(service.newest_number(kind))
        form.form_errors = [error.message]
        return _form(kind, form, status=409)
    except UserError as error:
        form.reject(error)
        return _form(kind, form, status=422)
    flash(_("新的权重已生效，全部评分正在后台重算。"))
    return redirect(url_for("targets.cards"), 303)  # type: ignore[return-value]


def _form(kind: Card, form: CardForm, *, preview: Any = None, status: int = 200) -> Response:
    moved = [move.company_id for move in preview.moves] if preview else []
    return render(
        "targets/card.html",
        status=status,
        kind=kind,
        form=form,
        now=scoring.weights_now()[kind],
        number=service.newest_number(kind),
        preview=preview,
        firms=companies.companies_of(current_actor(), moved),
        words=labels,
        factors=Factor,
    )
