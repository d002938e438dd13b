"""Having the photos of cards recognised: asked for by whoever brings or types cards, done by a worker one card after another."""

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import delete, select

from crm.core.errors import Forbidden, Invalid
from crm.fairs import contacts, drafts
from crm.fairs.models import CardDraft, DraftState, Edition, FairContact
from crm.files import storage
from crm.kit import clock, db, ocr, tasks
from crm.kit.access import Actor
from crm.kit.ocr import Failed, Reader, Reading
from crm.kit.tasks import Running

WORK = "fairs.read_cards"
_readers: dict[tuple[str, str], Reader] = {}


@db.transactional
def ask(edition: Edition) -> bool:
    """Ask a worker to read what is unread of an edition's cards; returns False where recognition is not installed."""
    if not ocr.is_installed():
        return False
    if drafts.unread(edition.id, 1):
        tasks.enqueue(WORK, edition.public_id)
    return True


@db.transactional
def read_again(actor: Actor, contact: FairContact) -> None:
    """Have one card read once more, the slow and accurate way. Raises Forbidden, Invalid where nothing is installed."""
    if not contacts.may_change(actor, contact):
        raise Forbidden(_("这条记录由别的小组登记，请联系登记人修改。"))
    if not ocr.is_installed():
        raise Invalid(_("服务器没有安装名片识别。"))
    if contact.photo is None:
        return
    row = db.session.scalar(select(CardDraft).where(CardDraft.contact_id == contact.id).with_for_update())
    if row is None:
        row = CardDraft(contact_id=contact.id, digest="", lines=[], picture={})
        db.session.add(row)
    row.digest, row.state, row.accurate, row.error = contact.photo.sha256, DraftState.WAITING, True, ""
    row.made_at = clock.now()
    tasks.enqueue(WORK, contact.edition.public_id)


@db.transactional
def forget(contact: FairContact) -> None:
    """Remove what was recognised: a person has typed the card, or the contact is gone."""
    db.session.execute(delete(CardDraft).where(CardDraft.contact_id == contact.id))


def work(running: Running) -> None:
    """Read the unread cards of an edition, one at a time; what comes in meanwhile is read as well."""
    edition_id = db.session.scalar(select(Edition.id).where(Edition.public_id == running.subject))
    db.session.rollback()
    done = 0
    while edition_id is not None and ocr.is_installed():
        waiting = drafts.unread(edition_id, 500)
        db.session.rollback()
        if not waiting:
            break
        running.report(done, done + len(waiting))
        _read_one(waiting[0])
        done += 1
    running.report(done, done)


def _read_one(contact_id: int) -> None:
    contact = db.session.get_one(FairContact, contact_id)
    photo = contact.photo
    asked = db.session.scalar(select(CardDraft.accurate).where(CardDraft.contact_id == contact_id))
    if photo is None:
        db.session.rollback()
        return
    name, digest = photo.storage_name, photo.sha256
    db.session.rollback()  # nobody waits for the base while a picture is read
    error, reading = "", Reading(0, 0, 0, [], 0.0)
    try:
        with storage.current().open(name) as stream:
            reading = _reader().read(stream.read(), accurate=bool(asked))
    except OSError:
        error = "picture"
    except Failed as failed:
        error = failed.code
    _keep(contact_id, digest, reading, error)


@db.transactional
def _keep(contact_id: int, digest: str, reading: Reading, error: str) -> None:
    contact = db.session.get_one(FairContact, contact_id, with_for_update=True, populate_existing=True)
    if contact.typed_at is not None or contact.photo is None or contact.photo.sha256 != digest:
        return  # typed or photographed anew meanwhile: nobody needs this draft
    row = db.session.scalar(select(CardDraft).where(CardDraft.contact_id == contact_id).with_for_update())
    if row is None:
        row = CardDraft(contact_id=contact_id)
        db.session.add(row)
    row.digest, row.error, row.seconds, row.made_at = digest, error[:20], reading.seconds, clock.now()
    row.state = DraftState.FAILED if error else DraftState.READ
    row.lines = reading.lines
    row.picture = {"width": reading.width, "height": reading.height, "turn": reading.turn}


def _reader() -> Reader:
    """Return this worker's process for pictures; it lives as long as the worker."""
    key = (str(ocr.python()), str(current_app.config.get("OCR_MODELS") or ""))
    return _readers.setdefault(key, Reader(ocr.python(), key[1]))
