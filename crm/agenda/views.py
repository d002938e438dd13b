"""Pages of the calendar, and its address for a phone."""

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.accounts import queries as accounts
from crm.agenda import feed, labels, queries, service
from crm.agenda.queries import AgendaFilter
from crm.core.permissions import Permission
from crm.kit.access import current_actor, public, requires
from crm.kit.web import render

bp = Blueprint("agenda", __name__, url_prefix="/agenda")
SHOWN = 4


@bp.get("/")
@requires(Permission.AGENDA_READ)
def index() -> Response:
    actor, wanted = current_actor(), AgendaFilter.of(request.args)
    choosing = actor.is_center and wanted.scope == "unit"
    return render(
        "agenda/index.html",
        fragment="agenda/_days.html",
        wanted=wanted,
        agenda=queries.agenda_of(actor, wanted),
        units=[(org.public_id, org.name) for org in accounts.units()] if choosing else [],
        words=labels,
        shown=SHOWN if wanted.view == "month" else None,
    )


@bp.get("/feed")
@requires(Permission.AGENDA_READ)
def show_feed() -> Response:
    return render("agenda/feed.html", feed=queries.find_feed(current_actor()), address="")


@bp.post("/feed")
@requires(Permission.AGENDA_READ)
def open_feed() -> Response:
    actor = current_actor()
    address = url_for("agenda.read_feed", token=service.open_feed(actor), _external=True)
    return render("agenda/feed.html", feed=queries.find_feed(actor), address=address)


@bp.post("/feed/revoke")
@requires(Permission.AGENDA_READ)
def revoke_feed() -> Response:
    if service.revoke_feed(current_actor()):
        flash(_("订阅已停用，原地址不能再读取日历。"))
    return redirect(url_for("agenda.show_feed"), 303)  # type: ignore[return-value]


@bp.get("/feeds/<feed:token>.ics")
@public
def read_feed(token: str) -> Response:
    body = feed.calendar_of(service.reader_of(token), request.url_root)
    response = Response(body, content_type=feed.MEDIA_TYPE)
    response.headers["X-Robots-Tag"] = "noindex"
    return response
