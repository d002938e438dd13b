"""The booth app: the shell that opens without network, and what its phone asks for and sends."""

import functools
import hashlib
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import Response, current_app, jsonify, render_template, request, url_for
from flask_babel import gettext as _
from flask_wtf.csrf import generate_csrf

from crm.core import capture as rules
from crm.core.errors import Conflict, Invalid, NotFound, Stale, UserError
from crm.fairs import contacts, passes, photos, rounds
from crm.fairs.models import Edition, FairContact
from crm.fairs.service import capture
from crm.fairs.service import passes as service
from crm.fairs.service.capture import ContactInput
from crm.fairs.views import bp
from crm.kit import clock, db
from crm.kit.access import Actor, current_actor, own_door, public
from crm.kit.assets import static_url

MOST_BYTES = 64 * 1024
STYLES = ("css/tokens.css", "css/floor.css")
SCRIPTS = (
    "js/base.js",
    *(f"js/floor/{name}.js" for name in ("store", "server", "photo", "sync", "form", "pages", "ready", "floor")),
)
PICTURES = ("vendor/icons.svg", "img/icon.svg")


def phone_only(view: Callable[..., Response]) -> Callable[..., Response]:
    """Guard a view by the floor's own door; a refusal is a sentence in JSON."""

    @functools.wraps(view)
    def run(*args: Any, **kwargs: Any) -> Response:
        try:
            return view(*args, **kwargs)
        except Stale as error:
            db.session.rollback()
            current = rounds.note(error.current) if isinstance(error.current, FairContact) else None
            return passes.refuse(409, error.message, current=current)
        except UserError as error:
            db.session.rollback()
            return passes.refuse(error.status, error.message, field=error.field)

    return own_door(passes.at_the_floor)(run)


@bp.get("/floor/")
@public
def floor() -> Response:
    return Response(_shell(), mimetype="text/html")


@bp.get("/floor/sw.js")
@public
def floor_worker() -> Response:
    """The worker's version is that of the shell: a changed word or script is a new worker, which fetches all anew."""
    version = hashlib.sha256(_shell().encode()).hexdigest()[:12]
    kept_offline = [
        url_for("fairs.floor"),
        url_for("fairs.floor_manifest"),
        *map(static_url, (*STYLES, *SCRIPTS, *PICTURES)),
    ]
    source = Path(current_app.root_path, "static", "js", "floor", "worker.js").read_text(encoding="utf-8")
    head = f"const VERSION = {version!r};\nconst SHELL = {current_app.json.dumps(kept_offline)};\n"
    return Response(head + source, mimetype="text/javascript")


@bp.get("/floor/manifest.json")
@public
def floor_manifest() -> Response:
    home = url_for("fairs.floor")
    response = jsonify(
        name=_("展会现场记录"),
        short_name=_("现场记录"),
        start_url=home,
        scope=home,
        display="standalone",
        background_color="#f5f4f1",
        theme_color="#11233c",
        icons=[{"src": static_url("img/icon.svg"), "sizes": "any", "type": "image/svg+xml"}],
    )
    response.mimetype = "application/manifest+json"
    return response


@bp.get("/floor/api/session")
@phone_only
def floor_session() -> Response:
    actor, entered = current_actor(), passes.current()
    edition, team = entered.edition, contacts.team_of(actor, entered.edition)
    return jsonify(
        person={"id": actor.public_id, "name": actor.name},
        edition={"id": edition.public_id, "title": f"{edition.fair.name} {edition.title}"},
        team=team.name if team is not None else "",
        until=clock.local(clock.now() + passes.LASTS).date().isoformat(),
        now=clock.local(clock.now()).isoformat(timespec="seconds"),
        token=generate_csrf(),
        form_version=capture.FORM_VERSION,
    )


@bp.get("/floor/api/list")
@phone_only
def floor_list() -> Response:
    actor, edition = current_actor(), passes.current().edition
    team = contacts.team_of(actor, edition)
    return jsonify(
        person=actor.public_id,
        edition=edition.public_id,
        at=clock.local(clock.now()).isoformat(timespec="seconds"),
        firms=rounds.firms_of(actor, team),
        notes=rounds.notes_of(actor, edition),
    )


@bp.post("/floor/api/contacts")
@phone_only
def floor_record() -> Response:
    actor, body = current_actor(), _body()
    edition = _edition(actor, body)
    key = str(body.get("uuid") or request.headers.get("Idempotency-Key") or "")
    row, new = capture.record(
        actor,
        edition,
        ContactInput.of(body),
        client_uuid=key,
        digest=rules.digest({name: value for name, value in body.items() if name != "owner"}),
        captured_at=_moment(body.get("captured_at")),
    )
    return _noted(row, 201 if new else 200)


@bp.put("/floor/api/contacts/<uuid:key>")
@phone_only
def floor_change(key: UUID) -> Response:
    actor, body = current_actor(), _body()
    return _noted(capture.update(actor, _contact(actor, key), ContactInput.of(body), str(body.get("version"))))


@bp.delete("/floor/api/contacts/<uuid:key>")
@phone_only
def floor_withdraw(key: UUID) -> Response:
    actor = current_actor()
    try:
        return _noted(capture.withdraw(actor, _contact(actor, key)))
    except Conflict as error:  # not final: the lead may yet be taken back
        db.session.rollback()
        return passes.refuse(409, error.message)


@bp.put("/floor/api/contacts/<uuid:key>/photo")
@phone_only
def floor_photo(key: UUID) -> Response:
    request.max_content_length = photos.MAX_BYTES
    actor, content = current_actor(), request.get_data(cache=False)
    said = request.headers.get("X-Content-Sha256", "")
    if said and said != hashlib.sha256(content).hexdigest():
        return passes.refuse(409, _("照片在路上损坏，将重新上传。"))
    row = _contact(actor, key)
    db.session.close()
    new = capture.attach_photo(actor, row, content)
    return _noted(_contact(actor, key), 201 if new else 200)


@bp.post("/floor/api/leave")
@phone_only
def floor_leave() -> Response:
    service.end_pass(current_actor(), passes.current().row)
    response = jsonify(left=True)
    response.delete_cookie(passes.COOKIE, path=passes.PATH)
    return response


def _shell() -> str:
    return render_template("fairs/floor.html", styles=STYLES, scripts=SCRIPTS)


def _body() -> dict[str, Any]:
    """Return what was sent, if the phone sends it for the person who is signed in: a note never changes its owner."""
    request.max_content_length = MOST_BYTES
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise Invalid(_("没有收到完整的内容，请重试。"))
    if body.get("owner") != current_actor().public_id:
        raise NotOwner(_("这条记录由别人登记，本人登录这部手机后会自动上传。"))
    return body


class NotOwner(UserError):
    """A note of another person; it waits on the phone."""

    status = 409


def _edition(actor: Actor, body: dict[str, Any]) -> Edition:
    now = passes.current().edition
    asked = str(body.get("edition") or "")
    found = now if asked in ("", now.public_id) else passes.ever_opened(actor, asked)
    if found is None:
        raise NotFound(_("没有找到这条记录所属的展会，或您无权查看。"))
    return found


def _contact(actor: Actor, key: UUID) -> FairContact:
    row = contacts.find_own(actor, str(key))
    if row is None:
        raise NotFound(_("没有找到这条接触记录，或您无权查看。"))
    return row


def _moment(text: Any) -> datetime | None:
    """The phone's clock, if it says an instant."""
    try:
        moment = datetime.fromisoformat(str(text).replace("Z", "+00:00"))
    except ValueError:
        return None
    return moment if moment.tzinfo is not None and 2000 < moment.year < 2100 else None


def _noted(row: FairContact, status: int = 200) -> Response:
    response = jsonify(rounds.note(row))
    response.status_code = status
    return response
