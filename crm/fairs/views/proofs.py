"""The proof of a first talk on the floor's own phone: the slip's photo and the visitor's code, for the person's own notes alone."""

import functools
from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import Response, redirect, render_template, request, url_for
from flask_babel import gettext as _

from crm.core.errors import Invalid, NotFound, UserError
from crm.fairs import contacts, papers, passes, slips, taps
from crm.fairs.models import FairContact, Slip
from crm.fairs.service import slips as filling
from crm.fairs.service import taps as opening
from crm.fairs.views import bp
from crm.kit import clock, db
from crm.kit.access import Actor, current_actor, own_door
from crm.kit.web import uploaded


def page_only(view: Callable[..., Response]) -> Callable[..., Response]:
    """Guard a page of the floor by the floor's door; what is not there is told on a page without a menu."""

    @functools.wraps(view)
    def run(*args: Any, **kwargs: Any) -> Response:
        try:
            return view(*args, **kwargs)
        except UserError as error:
            db.session.rollback()
            return passes.refuse_page(error.status, error.message)

    return own_door(passes.at_the_counter)(run)


@bp.get("/floor/proof/<uuid:key>")
@page_only
def floor_proof(key: UUID) -> Response:
    return _proof(current_actor(), _own(key))


@bp.post("/floor/proof/<uuid:key>")
@page_only
def floor_fill(key: UUID) -> Response:
    actor, row = current_actor(), _own(key)
    number = request.form.get("number", "").strip()
    try:
        if number and not (number.isascii() and number.isdigit() and len(number) < 6):
            raise Invalid(_("编号是 1 到 99999 的整数。"))
        photo = _photo()
        db.session.close()  # nobody waits for the base while a picture is read
        filling.fill(actor, row, photo, number=int(number) if number else None)
    except NotFound:
        raise
    except UserError as error:
        db.session.rollback()
        return _proof(actor, _own(key), error.message, status=422)
    return redirect(url_for("fairs.floor_proof", key=key, said=1), 303)  # type: ignore[return-value]


@bp.post("/floor/proof/<uuid:key>/tap")
@page_only
def floor_tap(key: UUID) -> Response:
    """Make the visitor's page and show its code once, as on the workbench."""
    actor, row = current_actor(), _own(key)
    try:
        made, token = opening.open_tap(actor, row)
    except NotFound:
        raise
    except UserError as error:
        db.session.rollback()
        return _proof(actor, _own(key), error.message, status=422)
    address = papers.base_of(request.url_root).rstrip("/") + url_for("fairs.tap", token=token)
    until = clock.local(made.expires_at).strftime("%H:%M")
    return _page("fairs/floor_code.html", contact=row, code=taps.code(address), until=until)


@bp.get("/floor/slips/<pid:slip>")
@page_only
def floor_slip(slip: str) -> Response:
    return _slip(current_actor(), _printed(slip))


@bp.post("/floor/slips/<pid:slip>")
@page_only
def floor_slip_fill(slip: str) -> Response:
    actor, row = current_actor(), _printed(slip)
    try:
        chosen = next((one for one in _mine(actor) if one.client_uuid == request.form.get("contact")), None)
        if chosen is None:
            raise Invalid(_("请选择这张单子是谁签的。"))
        photo = _photo()
        db.session.close()
        filling.fill(actor, chosen, photo, slip=row)
    except NotFound:
        raise
    except UserError as error:
        db.session.rollback()
        return _slip(actor, _printed(slip), error.message, status=422)
    return redirect(url_for("fairs.floor_slip", slip=slip, said=1), 303)  # type: ignore[return-value]


def _own(key: UUID) -> FairContact:
    """Return a note of this person at this phone's fair that stands. Raises NotFound for every other."""
    row = contacts.find_own(current_actor(), str(key))
    if row is None or row.edition_id != passes.current().edition.id or row.withdrawn_at is not None:
        raise NotFound(_("没有找到这条接触记录，或您无权查看。"))
    return row


def _printed(slip: str) -> Slip:
    """Return a slip of this person's unit and this phone's fair. Raises NotFound for every other."""
    actor = current_actor()
    row = slips.get_slip(actor, slip)
    if row.edition_id != passes.current().edition.id or row.org_id != actor.org_id:
        raise NotFound(_("没有找到这张确认单，或您无权查看。"))
    return row


def _mine(actor: Actor) -> list[FairContact]:
    return contacts.own_of(actor, passes.current().edition)


def _photo() -> bytes:
    sent = uploaded("photo")
    if sent is None:
        raise Invalid(_("请拍下或选择签好的确认单照片。"))
    return sent.stream.read()


def _proof(actor: Actor, row: FairContact, error: str = "", *, status: int = 200) -> Response:
    return _page(
        "fairs/floor_proof.html",
        status,
        contact=row,
        slips=slips.of_contact(actor, row),
        taps=taps.of_contact(actor, row),
        error=error,
        said=request.args.get("said") == "1",
    )


def _slip(actor: Actor, row: Slip, error: str = "", *, status: int = 200) -> Response:
    mine = _mine(actor) if row.state == "blank" else []
    known = next((one for one in _mine(actor) if one.id == row.contact_id), None) if row.contact_id else None
    said = request.args.get("said") == "1"
    return _page("fairs/floor_slip.html", status, slip=row, mine=mine, known=known, error=error, said=said)


def _page(template: str, status: int = 200, **context: Any) -> Response:
    response = Response(render_template(template, **context), status, mimetype="text/html")
    response.headers["Cache-Control"] = "no-store"
    return response
