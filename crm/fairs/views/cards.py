"""The desk of cards: a photo beside the form, by keyboard, the next one on saving."""

import re
from collections.abc import Sequence
from typing import Any

from flask import flash, jsonify, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from crm.config import MEGABYTE
from crm.core import cardtext as recognised
from crm.core import recognise as recognition
from crm.core.errors import Forbidden, NotFound, Stale, UserError
from crm.core.permissions import Permission
from crm.fairs import contact_labels as words
from crm.fairs import contacts, drafts, photos, queries
from crm.fairs.forms_cards import FIELD_OF, CardForm, PhotosForm
from crm.fairs.models import Edition, FairContact
from crm.fairs.service import card_photos
from crm.fairs.service import cards as service
from crm.fairs.service import drafts as reading
from crm.fairs.service.card_photos import Brought
from crm.fairs.views import bp
from crm.kit import clock, db, ocr
from crm.kit.access import Actor, current_actor, requires
from crm.kit.web import render

_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)


@bp.get("/editions/<pid:edition>/cards")
@requires(Permission.FAIR_WRITE)
def cards(edition: str) -> Response:
    actor = current_actor()
    row = queries.get_edition(actor, edition)
    last = row.ends_on or row.starts_on
    form = PhotosForm(formdata=None, met_on=min(clock.today(), last or clock.today()))
    return _waiting(actor, row, form)


@bp.post("/editions/<pid:edition>/cards/photos")
@requires(Permission.FAIR_WRITE)
def bring_cards(edition: str) -> Response:
    actor, form = current_actor(), PhotosForm()
    row = queries.get_edition(actor, edition)
    if form.submitted():
        try:
            brought = card_photos.bring(actor, row, request.files.getlist("photos"), form.met_on.data)
            if _scripted():
                return _fate(actor, queries.get_edition(actor, edition), brought[0])
            return _waiting(actor, queries.get_edition(actor, edition), form, brought)
        except Forbidden:
            raise
        except UserError as error:
            form.reject(error)
    if _scripted():
        why = " ".join(str(one) for field in form for one in field.errors) or " ".join(map(str, form.form_errors))
        return _json({"state": "refused", "message": why}, 422)
    return _waiting(actor, queries.get_edition(actor, edition), form)


def _scripted() -> bool:
    return request.headers.get("X-Requested-With") == "fetch"


def _fate(actor: Actor, row: Edition, one: Brought) -> Response:
    """Tell the script what became of one photo, and how many wait now."""
    url = url_for("fairs.contact", contact=one.contact) if one.contact else ""
    state = "refused" if one.refused else "double" if one.double else "new"
    message = one.refused or (_("与已有的一张完全相同，没有重复登记") if one.double else "")
    waiting = _("%(n)s 张", n=service.waiting(actor, row))
    return _json({"state": state, "message": message, "url": url, "waiting": waiting}, 200)


def _json(body: dict[str, Any], status: int) -> Response:
    response = jsonify(body)
    response.status_code = status
    return response


def _waiting(actor: Actor, row: Edition, form: PhotosForm, brought: Sequence[Brought] = ()) -> Response:
    number, most = service.waiting(actor, row), card_photos.AT_ONCE
    return render(
        "fairs/cards.html",
        status=form.status,
        edition=row,
        number=number,
        form=form,
        brought=brought,
        most=most,
        megabytes=photos.MAX_BYTES // MEGABYTE,
        recognises=ocr.is_installed(),
    )


@bp.post("/editions/<pid:edition>/cards")
@requires(Permission.FAIR_WRITE)
def next_card(edition: str) -> Response:
    actor = current_actor()
    row = queries.get_edition(actor, edition)
    reading.ask(row)
    skipped = request.form.get("skip", "")
    after = 0
    if skipped:
        passed = contacts.get_contact(actor, skipped)
        service.release(actor, passed)
        after = passed.id
    return _onward(actor, row, after)


@bp.route("/editions/<pid:edition>/cards/<pid:contact>", methods=["GET", "POST"])
@requires(Permission.FAIR_WRITE)
def card(edition: str, contact: str) -> Response:
    actor = current_actor()
    row = _photographed(actor, edition, contact)
    form = CardForm() if request.method == "POST" else CardForm.of(row, service.read_code(row))
    taken = request.form.get("use", "")
    if taken in recognised.FIELDS:  # without script: the draft of one field, nothing saved yet
        form[FIELD_OF[taken]].data = drafts.of(row).text_of(taken) or form[FIELD_OF[taken]].data
    elif form.submitted():
        try:
            service.finish(actor, row, service.kept(row, **form.typed()), form.seen_version)
            flash(_("已保存：%(name)s", name=form.company_text.data))
            return _onward(actor, row.edition, row.id)
        except Forbidden:
            raise
        except Stale as error:
            form.reject(error)
            db.session.rollback()
            row = contacts.get_contact(actor, contact)
            form.version.data = str(row.version)
            return _desk(actor, row, form, status=409)
        except UserError as error:
            form.reject(error)
    return _desk(actor, row, form, status=form.status)


@bp.get("/editions/<pid:edition>/cards/<pid:contact>/draft")
@requires(Permission.FAIR_WRITE)
def card_draft(edition: str, contact: str) -> Response:
    row = _photographed(current_actor(), edition, contact)
    return render(
        "fairs/card_draft.html", fragment="fairs/_card_draft.html", contact=row, desk=drafts.of(row), words=words
    )


@bp.post("/editions/<pid:edition>/cards/<pid:contact>/draft")
@requires(Permission.FAIR_WRITE)
def read_card_again(edition: str, contact: str) -> Response:
    actor = current_actor()
    row = _photographed(actor, edition, contact)
    try:
        reading.read_again(actor, row)
    except Forbidden:
        raise
    except UserError as error:
        flash(error.message, "bad")
    return redirect(url_for("fairs.card", edition=edition, contact=contact), 303)  # type: ignore[return-value]


def _photographed(actor: Actor, edition: str, contact: str) -> FairContact:
    """Return a contact with a photo that the actor may type. Raises NotFound, Forbidden."""
    row = contacts.get_contact(actor, contact)
    if row.photo is None or row.edition.public_id != edition:
        raise NotFound
    if not contacts.may_change(actor, row):
        raise Forbidden(_("这条记录由别的小组登记，请联系登记人修改。"))
    return row


@bp.post("/recognise")
@requires(Permission.FAIR_WRITE)
def recognise_card() -> Response:
    text = request.form.get("text", "")[:20_000]
    found: dict[str, Any] = recognition.recognise(text, clock.today()).as_dict()
    mail = _MAIL.search(text)
    return jsonify(found | {"email": mail[0] if mail else None})


def _desk(actor: Actor, row: FairContact, form: CardForm, *, status: int) -> Response:
    number = service.waiting(actor, row.edition)
    code = service.read_code(row)
    desk = drafts.of(row)
    return render(
        "fairs/card.html", status=status, contact=row, form=form, number=number, code=code, desk=desk, words=words
    )


def _onward(actor: Actor, edition: Edition, after: int) -> Response:
    number = edition.public_id
    db.session.rollback()
    row = service.take(actor, edition, after=after)
    if row is None:
        return redirect(url_for("fairs.cards", edition=number), 303)  # type: ignore[return-value]
    return redirect(url_for("fairs.card", edition=number, contact=row.public_id), 303)  # type: ignore[return-value]
