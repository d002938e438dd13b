"""The phones of an edition: opening the one in the hand, ending one that was lost."""

import segno
from flask import current_app, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.accounts.session import place
from crm.core.errors import NotFound
from crm.core.permissions import Permission
from crm.fairs import contacts, passes, queries
from crm.fairs.service import passes as service
from crm.fairs.views import bp
from crm.kit import clock, db
from crm.kit.access import current_actor, requires
from crm.kit.web import render


@bp.get("/editions/<pid:edition>/phones")
@requires(Permission.FAIR_WRITE)
def phones(edition: str) -> Response:
    actor = current_actor()
    row = queries.get_edition(actor, edition)
    base = str(current_app.config["PUBLIC_URL"]) or request.host_url.rstrip("/")
    address = base + url_for("fairs.phones", edition=edition)
    return render(
        "fairs/phones.html",
        edition=row,
        team=contacts.team_of(actor, row),
        phones=passes.of_edition(actor, row),
        now=clock.now(),
        address=address,
        code=segno.make(address, error="m").svg_data_uri(scale=4, border=2),
        secure=base.startswith("https:") or request.is_secure,
    )


@bp.post("/editions/<pid:edition>/phones")
@requires(Permission.FAIR_WRITE)
def open_phone(edition: str) -> Response:
    actor = current_actor()
    _row, token = service.open_pass(actor, queries.get_edition(actor, edition), place().device)
    # The mark lets the phone forget whom it knew before the server has told it who is there now.
    response = redirect(url_for("fairs.floor", _anchor="in"), 303)
    response.set_cookie(
        passes.COOKIE,
        token,
        max_age=int(passes.LASTS.total_seconds())
        * 8,  # the server's seven days slide; the cookie only has to outlive them
        httponly=True,
        samesite="Lax",
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        path=passes.PATH,
    )
    return response  # type: ignore[return-value]


@bp.post("/editions/<pid:edition>/phones/<pid:phone>/end")
@requires(Permission.FAIR_WRITE)
def end_phone(edition: str, phone: str) -> Response:
    actor = current_actor()
    found = [one for one in passes.of_edition(actor, queries.get_edition(actor, edition)) if one.public_id == phone]
    if not found:
        raise NotFound
    service.end_pass(actor, found[0])
    db.session.close()
    flash(_("已停用这部手机。它没有上传的记录仍在手机上，本人重新开通后可以上传。"))
    return redirect(url_for("fairs.phones", edition=edition), 303)  # type: ignore[return-value]
