"""Does the city's base know it: candidates under a field while one types, and the same as a page without script."""

from typing import Any

from flask import request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.companies import hooks, queries, reasons, search
from crm.companies.models import Company
from crm.companies.similar import find_similar
from crm.companies.views import bp
from crm.core import uscc as codes
from crm.core.matching.verdicts import Verdict
from crm.core.permissions import Permission
from crm.kit.access import Actor, current_actor, requires
from crm.kit.web import render

SHOWN = 5


@bp.get("/typing")
@requires(Permission.COMPANY_READ, phone=True)
def typing() -> Response:
    text, code = search.readable(request.args.get("q")), search.readable(request.args.get("uscc"))
    found = candidates(current_actor(), text, code)
    offer_new = request.args.get("new") != "0"  # not where two companies of the base are meant
    new_url = url_for(".create", name=text) if offer_new and current_actor().can(Permission.COMPANY_WRITE) else ""
    return render("companies/_typing.html", found=found, query=text or code, new_url=new_url, offer_new=offer_new)


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
    spelled = [one for one in search.by_spelling(actor, text, limit) if one not in {c.company_id for c in found}]
    seen = queries.companies_of(actor, [*(one.company_id for one in found), *spelled])
    rows = {one: row for one, row in seen.items() if row.retired_at is None}
    own = hooks.own_words(actor, list(rows))
    told = [(one.company_id, one.verdict, reasons.words(one.reasons)) for one in found if one.company_id in rows]
    told += [(one, Verdict.LIKELY, [_("拼音或首字母相符")]) for one in spelled if one in rows]
    return [_line(rows[one], verdict, why, own.get(one, "")) for one, verdict, why in told][:limit]


def _line(row: Company, verdict: Verdict, why: list[str], own: str) -> dict[str, Any]:
    return {
        "public_id": row.public_id,
        "name": row.name,
        "verdict": verdict,
        "place": " ".join(filter(None, (row.province, row.city))),
        "code_tail": (row.uscc or "")[-4:],
        "reasons": why,
        "own": own,
        "url": url_for("companies.show", company=row.public_id),
        "is_sample": row.is_sample,
    }
