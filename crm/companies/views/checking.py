"""Does the city's base know it: candidates under a field while one types, and the same as a page without script."""

from typing import Any

from flask import request, url_for
from werkzeug.wrappers import Response

from crm.companies import hooks, queries, reasons, search
from crm.companies.similar import find_similar
from crm.companies.views import bp
from crm.core import uscc as codes
from crm.core.permissions import Permission
from crm.kit.access import Actor, current_actor, requires
from crm.kit.web import render

SHOWN = 5


@bp.get("/typing")
@requires(Permission.COMPANY_READ, phone=True)
def typing() -> Response:
    text, code = search.readable(request.args.get("q")), search.readable(request.args.get("uscc"))
    found = candidates(current_actor(), text, code)
    may_enter = current_actor().can(Permission.COMPANY_WRITE) and request.args.get("new") != "0"
    new_url = url_for(".create", name=text) if may_enter else ""
    return render("companies/_typing.html", found=found, query=text or code, new_url=new_url)


@bp.get("/check")
@requires(Permission.COMPANY_READ, phone=True)
def check() -> Response:
    text = search.readable(request.args.get("q"))
    found = candidates(current_actor(), text) if text else []
    return render("companies/check.html", fragment="companies/_checked.html", query=text, found=found)


def candidates(actor: Actor, text: str, code: str = "", limit: int = SHOWN) -> list[dict[str, Any]]:
    """Return the companies a text may mean, as the candidates under a field need them (S1: no word of other units)."""
    if len(text) < 2 and len(codes.normalise(code)) < 18:
        return []
    found = find_similar(actor, text, uscc=code or None, limit=limit)
    rows = queries.companies_of(actor, [one.company_id for one in found])
    own = hooks.own_words(actor, list(rows))
    return [
        {
            "public_id": one.public_id,
            "name": one.name,
            "verdict": one.verdict,
            "place": " ".join(filter(None, (one.province, one.city))),
            "code_tail": (rows[one.company_id].uscc or "")[-4:],
            "reasons": reasons.words(one.reasons),
            "own": own.get(one.company_id, ""),
            "url": url_for("companies.show", company=one.public_id),
            "is_sample": rows[one.company_id].is_sample,
        }
        for one in found
        if one.company_id in rows
    ]
