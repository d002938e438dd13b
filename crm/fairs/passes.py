"""Phones on the floor: who carries which, and the door at which they ask. A pass opens the floor's addresses and nothing else."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Response, g, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_wtf.csrf import validate_csrf
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import contains_eager, joinedload
from wtforms import ValidationError

from crm.accounts import queries as accounts
from crm.accounts.models import User
from crm.accounts.service.sign_ins import token_hash
from crm.core.permissions import Permission, Role
from crm.fairs import photos
from crm.fairs.models import Edition, FairPass
from crm.kit import clock, db, kept
from crm.kit.access import Actor

COOKIE = "crm_fair"
PATH = "/fairs/floor"
LASTS = timedelta(days=7)
_NOTED = timedelta(minutes=10)


@dataclass(frozen=True)
class Entered:
    """The phone that asks: its pass, and the edition it opens."""

    row: FairPass
    edition: Edition


def at_the_floor() -> Response | None:
    """Find out whose phone this is; answer in JSON when it is nobody's (401) or its token is stale (419).

    The cookie travels to the floor's addresses alone, and who is signed in elsewhere in this browser counts for nothing here.
    """
    return _at(lambda: request.headers.get("X-CSRFToken"), refuse)


def at_the_counter() -> Response | None:
    """The same door for the floor's pages with a form: refused, one is sent to the sign-in, or told on a page."""
    request.max_content_length = photos.MAX_BYTES + 64 * 1024
    return _at(lambda: request.headers.get("X-CSRFToken") or request.form.get("csrf_token"), refuse_page)


def _at(token: Callable[[], str | None], refuse: Callable[[int, str], Response]) -> Response | None:
    if request.method not in kept.SAFE_METHODS and (kept.foreign() or not _token_holds(token())):
        return refuse(419, _("页面已过期，正在重新取得许可。"))
    entered = _enter(request.cookies.get(COOKIE, ""))
    if entered is None:
        return refuse(401, _("请重新登录这部手机；记下的内容都在本机。"))
    actor = accounts.make_actor(
        entered.row.user, [one.role for one in entered.row.user.roles], accounts.OrgTree.read(), "fair"
    )
    if not actor.can(Permission.FAIR_WRITE) or actor.must_change_password:
        return refuse(401, _("请重新登录这部手机；记下的内容都在本机。"))
    g.actor, g.floor = actor, entered
    if request.method not in kept.SAFE_METHODS:
        db.session.close()  # the reads above must not hold the writer's place while a body arrives
    _seen(entered.row)
    return None


def refuse(status: int, message: str, **more: Any) -> Response:
    """Answer an address of the floor with a sentence; never a redirect, which a phone would take for a page."""
    response = jsonify(message=message, **more)
    response.status_code = status
    return response


def refuse_page(status: int, message: str) -> Response:
    """Answer one of the floor's pages: whom nobody knows goes to the sign-in and on to the workbench's own page."""
    if status == 401 and request.method in kept.SAFE_METHODS:
        slip = (request.view_args or {}).get("slip")
        home = url_for("fairs.slip", slip=slip) if slip else url_for("fairs.index")
        return redirect(url_for("accounts.sign_in", next=home), 303)  # type: ignore[return-value]
    return Response(render_template("fairs/floor_closed.html", message=message), status, mimetype="text/html")


def current() -> Entered:
    """Return the phone of this request; only behind the floor's door."""
    return g.floor  # type: ignore[no-any-return]


def of_edition(actor: Actor, edition: Edition) -> Sequence[FairPass]:
    """Return the phones of an edition that the actor may end, those in use first: the own; those of the unit for its head."""
    query = select(FairPass).join(FairPass.user).where(FairPass.edition_id == edition.id)
    if not actor.is_center:
        mine = FairPass.user_id == actor.user_id
        query = query.where(mine | User.org_id.in_(actor.subtree) if Role.MANAGER in actor.roles else mine)
    query = query.options(contains_eager(FairPass.user).joinedload(User.org))
    return db.session.scalars(query.order_by(FairPass.ended_at.is_not(None), FairPass.id.desc()).limit(200)).all()


def ever_opened(actor: Actor, edition_public_id: str) -> Edition | None:
    """Return the edition if this person's phone was ever opened for it: what was noted then may still arrive."""
    query = select(Edition).join(FairPass, FairPass.edition_id == Edition.id)
    return db.session.scalar(
        query.where(FairPass.user_id == actor.user_id, Edition.public_id == edition_public_id).limit(1)
    )


def _enter(token: str) -> Entered | None:
    """Return the pass of a token while it holds: not ended, not slept away, and no password was changed since."""
    if not token:
        return None
    row = db.session.scalar(
        select(FairPass)
        .where(FairPass.token_hash == token_hash(token))
        .options(
            joinedload(FairPass.user).selectinload(User.roles),
            joinedload(FairPass.edition).joinedload(Edition.fair),
        )
    )
    if row is None or row.ended_at is not None or row.expires_at <= clock.now():
        return None
    if not row.user.active or row.user.password_changed_at > row.started_at:
        return None
    return Entered(row, row.edition)


def _seen(row: FairPass) -> None:
    """Let the seven days begin anew, noted at most every ten minutes."""
    now, number = clock.now(), row.id
    if now - row.last_seen_at < _NOTED:
        return
    try:
        with db.side_write() as session:
            session.execute(
                update(FairPass).where(FairPass.id == number).values(last_seen_at=now, expires_at=now + LASTS)
            )
    except OperationalError:
        return  # the base is busy: the next request notes it


def _token_holds(token: str | None) -> bool:
    try:
        validate_csrf(token)
    except ValidationError:
        return False
    return True
