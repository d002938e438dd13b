"""Photos of many cards at once, from one evening: each becomes a contact that waits at the desk of cards to be typed."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.datastructures import FileStorage

from crm.core.errors import Forbidden, Invalid, UserError
from crm.core.permissions import Permission
from crm.fairs import contacts, photos
from crm.fairs.contacts import CARD_ONLY
from crm.fairs.models import Edition, FairContact, Rating
from crm.fairs.service import capture, desk
from crm.fairs.service.capture import ContactInput
from crm.fairs.service.desk import DeskInput
from crm.files.models import File
from crm.kit import db
from crm.kit.access import Actor, authorize

AT_ONCE = 20


@dataclass(frozen=True)
class Brought:
    """What became of a photo: the contact that was made, or the one that holds the same photo, or why it was refused."""

    name: str
    contact: str = ""
    double: bool = False
    refused: str = ""


def bring(actor: Actor, edition: Edition, uploads: Sequence[FileStorage], met_on: date | None) -> list[Brought]:
    """Take photos of cards, one contact for each that is not there yet; one bad photo does not stop the others.

    Raises Forbidden, Invalid (none, or too many). Not to be called inside a transaction: pictures are read outside of one.
    """
    authorize(actor, Permission.FAIR_WRITE)
    given = [one for one in uploads if one.filename]
    if not given:
        raise Invalid(_("请选择名片照片，可以一次选多张。"), field="photos")
    if len(given) > AT_ONCE:
        raise Invalid(_("一次最多 %(n)s 张，现选了 %(m)s 张，请分几次上传。", n=AT_ONCE, m=len(given)), field="photos")
    found = []
    for upload in given:
        name = (upload.filename or "")[-80:]
        try:
            found.append(_bring(actor, edition, name, upload.stream.read(photos.MAX_BYTES + 1), met_on))
        except Forbidden:
            raise
        except UserError as error:
            db.session.rollback()
            found.append(Brought(name, refused=error.message))
    return found


def _bring(actor: Actor, edition: Edition, name: str, content: bytes, met_on: date | None) -> Brought:
    clean = photos.cleaned(content)
    return _keep(actor, edition, name, clean, met_on)


@db.transactional
def _keep(actor: Actor, edition: Edition, name: str, content: bytes, met_on: date | None) -> Brought:
    known = same_photo(actor, edition, content)
    if known is not None:
        return Brought(name, known.public_id, double=True)
    data = DeskInput(ContactInput(CARD_ONLY, Rating.C), met_on=met_on)
    row = desk.record_contact(actor, edition, data)
    capture.attach_cleaned(actor, row, content)
    return Brought(name, row.public_id)


def same_photo(actor: Actor, edition: Edition, content: bytes) -> FairContact | None:
    """Return a visible contact of an edition whose card's photo is exactly this one, or None."""
    digest = hashlib.sha256(content).hexdigest()
    query = select(FairContact).join(File, File.id == FairContact.photo_id)
    query = query.where(FairContact.edition_id == edition.id, FairContact.withdrawn_at.is_(None))
    return db.session.scalar(query.where(File.sha256 == digest, contacts.visible_to(actor)).limit(1))
