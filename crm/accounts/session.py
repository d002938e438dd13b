"""Who is there: read from the database at each request, before anything else (security.md I15).

The same place checks that an unsafe request comes from a page of ours, and sends those who must change their password
to the page for it.
"""

from datetime import datetime, timedelta
from typing import Any

import structlog
from flask import Flask, current_app, g, redirect, request, url_for
from flask_wtf.csrf import CSRFError
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError
from werkzeug.wrappers import Response

from crm.accounts import queries
from crm.accounts.models import SignIn, SignInScope, User, UserRole
from crm.accounts.service.sign_ins import Entered, Place, token_hash
from crm.kit import clock, db, kept, policy
from crm.kit.access import to_sign_in
from crm.kit.web import csrf

COOKIE = "crm_sign_in"
DEVICE_COOKIE = "crm_device"
DEVICE_DAYS = 180
log = structlog.get_logger("sign_in")
# What somebody who must change the password may still open.
ALWAYS_OPEN = {"accounts.password", "accounts.sign_out", "accounts.language", "accounts.sign_in", "accounts.confirm"}
# Neither a session nor the database is needed to answer these.
UNASKED = {"static", "health.healthz", "health.readyz", "health.metrics"}


def init(app: Flask) -> None:
    """Ask at the door of every request."""
    app.before_request(at_the_door)


def at_the_door() -> Response | None:
    """Find out who is there; refuse what another site sent; let a new password come first."""
    g.actor = None
    if request.endpoint in UNASKED:
        return None
    door = getattr(current_app.view_functions.get(request.endpoint or ""), "own_door", None)
    if door is not None:
        return door()  # type: ignore[no-any-return]
    token = request.cookies.get(COOKIE)
    if token:
        _enter(token)
    if request.method not in kept.SAFE_METHODS and request.endpoint is not None:
        # The reads above must not hold the writer's lock while a body is parsed.
        db.session.close()
        if kept.foreign():
            raise CSRFError("another site")
        if g.actor is None and _guarded() and kept.own():
            return to_sign_in()
        csrf.protect()
    if g.actor is not None and g.actor.must_change_password and request.endpoint not in ALWAYS_OPEN:
        return redirect(url_for("accounts.password"), 303)  # type: ignore[return-value]
    return None


def _guarded() -> bool:
    view: Any = current_app.view_functions.get(request.endpoint or "")
    return view is not None and not getattr(view, "is_public", False)


def _enter(token: str) -> None:
    """Set the actor from the sign-in, in two statements."""
    samples = select(User.id).where(User.is_sample).exists()
    rows = db.session.execute(
        select(SignIn, User, UserRole.role, samples.label("samples"))
        .join(User, User.id == SignIn.user_id)
        .outerjoin(UserRole, UserRole.user_id == User.id)
        .where(SignIn.token_hash == token_hash(token))
    ).all()
    if not rows:
        return
    entry, user = rows[0][0], rows[0][1]
    g.is_sample = rows[0].samples
    now = clock.now()
    scope = scope_now(entry, now) if user.active and entry.ended_at is None else None
    if scope is None:
        g.ended = entry.end_reason or ("idle" if user.active else "disabled")
        return
    roles = [row.role for row in rows if row.role is not None]
    g.org_tree = queries.OrgTree.read()
    g.actor = queries.make_actor(user, roles, g.org_tree, scope.value)
    g.sign_in_id = entry.id
    _seen(entry, scope, now)


def scope_now(entry: SignIn, now: datetime) -> SignInScope | None:
    """Return what a sign-in opens at this moment: all while fresh, then a trusted phone's pages, then nothing."""
    idle = timedelta(minutes=policy.number("idle_minutes"))
    longest = timedelta(hours=policy.number("sign_in_hours"))
    confirmed = entry.confirmed_at or entry.started_at
    if entry.scope is SignInScope.FULL and now - entry.last_seen_at < idle and now - confirmed < longest:
        return SignInScope.FULL
    if entry.trusted_until is not None and now < entry.trusted_until:
        return SignInScope.PHONE
    return None


def _seen(entry: SignIn, scope: SignInScope, now: datetime) -> None:
    """Note that the person is here, at most once a minute, and that a trusted phone fell to its few pages."""
    if scope is entry.scope and now - entry.last_seen_at < timedelta(minutes=1):
        return
    number = entry.id
    if request.method not in kept.SAFE_METHODS:
        db.session.close()
    try:
        with db.side_write() as session:
            session.execute(update(SignIn).where(SignIn.id == number).values(last_seen_at=now, scope=scope))
    except OperationalError:
        # The base is busy or full: reading goes on, and the next request notes it.
        log.warning("last seen not noted", id=g.get("request_id"))


def place() -> Place:
    """Return where this request comes from."""
    return Place(request.remote_addr or "", _device_words(), request.cookies.get(DEVICE_COOKIE))


def _device_words() -> str:
    """Name browser and system in a few words, for the list of one's own sign-ins."""
    agent = request.headers.get("User-Agent", "")
    systems = ("HarmonyOS", "Android", "iPhone", "iPad", "Windows", "Macintosh", "Linux")
    browsers = ("MicroMessenger", "QQBrowser", "UCBrowser", "Edg", "Firefox", "Chrome", "Safari")
    found = [next((one for one in group if one in agent), "") for group in (systems, browsers)]
    return " · ".join(one for one in found if one)


def set_cookies(response: Response, entered: Entered) -> Response:
    """Give the browser its tokens."""
    options: dict[str, Any] = {
        "httponly": True,
        "samesite": "Lax",
        "secure": current_app.config["SESSION_COOKIE_SECURE"],
        "path": "/",
    }
    keep = entered.keep_days * 24 * 3600 if entered.keep_days else None
    response.set_cookie(COOKIE, entered.token, max_age=keep, **options)
    response.set_cookie(DEVICE_COOKIE, entered.device_token, max_age=DEVICE_DAYS * 24 * 3600, **options)
    return response


def drop_cookie(response: Response) -> Response:
    """Take the sign-in away from the browser; the browser stays known."""
    response.delete_cookie(COOKIE, path="/")
    return response
