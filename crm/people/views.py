"""A number on request: why is asked first, then it is shown and the look is on record."""

from typing import Any

from flask import Blueprint, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.core.errors import Invalid
from crm.core.permissions import Permission
from crm.kit import clock
from crm.kit.access import current_actor, requires
from crm.kit.web import render
from crm.people import labels, mobiles, queries, service

bp = Blueprint("people", __name__, url_prefix="/people")


@bp.post("/<pid:person>/reveal")
@requires(Permission.CONTACT_REVEAL)
def reveal(person: str) -> Response:
    actor = current_actor()
    row = queries.get_person(actor, person)
    reason = request.form.get("reason", "")
    context: dict[str, Any] = {
        "person": row,
        "masked": mobiles.masked(row.mobile),
        "reasons": labels.REASONS,
        "reveal_url": url_for("people.reveal", person=person),
        "back": _back(),
    }
    if reason not in labels.REASONS:
        return render("people/reveal.html", fragment="people/_ask.html", full="", note="", **context)
    if not row.mobile:
        raise Invalid(_("没有登记手机号。"))
    number = service.reveal(actor, row, str(labels.REASONS[reason]))
    note = _("已记录查看 %(at)s", at=clock.local(clock.now()).strftime("%H:%M"))
    return render("people/reveal.html", fragment="people/_number.html", full=number, note=note, **context)


def _back() -> str:
    """The page one came from, for those without script; only a path of this site."""
    from urllib.parse import urlsplit

    from crm.kit.web import safe_next

    return safe_next(urlsplit(request.referrer or "").path) or "/"
