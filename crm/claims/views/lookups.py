"""可报吗: the button and its answer."""

from flask import request
from werkzeug.wrappers import Response

from crm.claims import labels, lookups
from crm.claims.views import bp
from crm.core.errors import UserError
from crm.core.permissions import Permission
from crm.kit.access import current_actor, requires
from crm.kit.web import render


@bp.get("/look-up")
@requires(Permission.LOOK_UP)
def look_up() -> Response:
    used, limit = lookups.left_today(current_actor())
    text = request.args.get("text", "")[:200]
    return render(
        "claims/look_up.html", fragment="claims/_look_up.html", used=used, limit=limit, text=text, labels=labels
    )


@bp.post("/look-up")
@requires(Permission.LOOK_UP)
def look_up_ask() -> Response:
    actor = current_actor()
    form = request.form
    text = form.get("text", "")[:200].replace("\0", "")
    used, limit = lookups.left_today(actor)
    try:
        answer = lookups.look_up(
            actor, company_public_id=form.get("company", "")[:10], text=text, code=form.get("uscc", "")[:30]
        )
    except UserError as error:
        return render(
            "claims/look_up.html",
            fragment="claims/_look_up.html",
            status=422 if error.status != 429 else 429,
            used=used,
            limit=limit,
            text=text,
            company=form.get("company", "")[:10],
            problem=error.message,
            labels=labels,
        )
    return render(
        "claims/look_up.html",
        fragment="claims/_look_up.html",
        used=answer.used,
        limit=answer.limit,
        text=text,
        company=form.get("company", "")[:10],
        answer=answer,
        labels=labels,
    )
