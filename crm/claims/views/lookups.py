"""可报吗: the button and its answer."""

from flask import request
from werkzeug.wrappers import Response

from crm.claims import labels, lookups
from crm.claims.views import bp
from crm.companies import queries as companies
from crm.core.errors import UserError
from crm.core.permissions import Permission
from crm.kit.access import Actor, current_actor, requires
from crm.kit.web import render


@bp.get("/look-up")
@requires(Permission.LOOK_UP)
def look_up() -> Response:
    actor = current_actor()
    used, limit = lookups.left_today(actor)
    company, text = _meant(actor, request.args.get("company", "")[:10], request.args.get("text", "")[:200])
    return render(
        "claims/look_up.html",
        fragment="claims/_look_up.html",
        used=used,
        limit=limit,
        text=text,
        company=company,
        labels=labels,
    )


def _meant(actor: Actor, public_id: str, text: str) -> tuple[str, str]:
    """Return the picked company and its name; a text that says another name means that and not the one picked before."""
    picked = companies.find_company(actor, public_id) if public_id else None
    if picked is None or text.strip() not in ("", picked.name):
        return "", text
    return picked.public_id, picked.name


@bp.post("/look-up")
@requires(Permission.LOOK_UP)
def look_up_ask() -> Response:
    actor = current_actor()
    form = request.form
    company, text = _meant(actor, form.get("company", "")[:10], form.get("text", "")[:200].replace("\0", ""))
    used, limit = lookups.left_today(actor)
    try:
        answer = lookups.look_up(actor, company_public_id=company, text=text, code=form.get("uscc", "")[:30])
    except UserError as error:
        return render(
            "claims/look_up.html",
            fragment="claims/_look_up.html",
            status=422 if error.status != 429 else 429,
            used=used,
            limit=limit,
            text=text,
            company=company,
            problem=error.message,
            labels=labels,
        )
    return render(
        "claims/look_up.html",
        fragment="claims/_look_up.html",
        used=answer.used,
        limit=answer.limit,
        text=text,
        company=company,
        answer=answer,
        labels=labels,
    )
