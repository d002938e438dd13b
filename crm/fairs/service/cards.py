"""Typing the cards of a fair in the evening: several people at once, each with a card of their own until it is saved."""

from dataclasses import replace
from datetime import timedelta

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, and_, func, or_, select

from crm.audit import service as audit
from crm.core import cards as rules
from crm.core.errors import Conflict
from crm.core.permissions import Permission, Role
from crm.fairs import contacts, photos
from crm.fairs.models import Edition, FairContact
from crm.fairs.service import capture, drafts
from crm.fairs.service.capture import ContactInput
from crm.kit import clock, db
from crm.kit.access import Actor, authorize

LOCK = timedelta(minutes=10)


def waiting(actor: Actor, edition: Edition) -> int:
    """Return how many photos of cards the actor may type at an edition."""
    query = select(func.count(FairContact.id)).where(contacts.visible_to(actor), *_untyped(actor, edition))
    return db.session.scalar(query) or 0


def take(actor: Actor, edition: Edition, *, after: int = 0) -> FairContact | None:
    """Give the actor the next card that nobody else has taken, and read its code; None when none is left.

    ``after``: pass over what stands before this row. Not to be called inside a transaction: a code is looked for outside of it.
    """
    row = _take(actor, edition, after)
    if row is not None and row.card_code is None:
        _keep_code(row.id, photos.code_of(row.photo) if row.photo is not None else "")
    return row


@db.transactional
def _take(actor: Actor, edition: Edition, after: int) -> FairContact | None:
    authorize(actor, Permission.FAIR_WRITE)
    now = clock.now()
    free = or_(
        FairContact.taken_until.is_(None), FairContact.taken_until < now, FairContact.taken_by_id == actor.user_id
    )
    query = select(FairContact).where(contacts.visible_to(actor), *_untyped(actor, edition), free)
    query = query.order_by((FairContact.id <= after), FairContact.id).limit(1)
    row = db.session.scalar(query.with_for_update(skip_locked=True, of=FairContact))
    if row is not None:
        row.taken_by_id, row.taken_until = actor.user_id, now + LOCK
    return row


@db.transactional
def _keep_code(number: int, text: str) -> None:
    row = db.session.get_one(FairContact, number)
    row.card_code = text


@db.transactional
def finish(actor: Actor, contact: FairContact, data: ContactInput, version: str) -> FairContact:
    """Save what was typed off a card; it leaves the desk.

    Raises Conflict when somebody else has it now, Stale, Forbidden, Invalid with its field.
    """
    row = db.session.get_one(FairContact, contact.id, with_for_update=True, populate_existing=True)
    other = row.taken_by_id not in (None, actor.user_id)
    if other and row.taken_until is not None and row.taken_until > clock.now():
        raise Conflict(_("这张名片正由别人录入，请录下一张。"))
    row = capture.update(actor, row, data, version)
    row.typed_at, row.taken_by_id, row.taken_until = clock.now(), None, None
    drafts.forget(row)
    audit.record(actor, "fair_contact.typed", row)
    return row


@db.transactional
def release(actor: Actor, contact: FairContact) -> None:
    """Let go of a card that the actor has taken."""
    row = db.session.get_one(FairContact, contact.id, with_for_update=True, populate_existing=True)
    if row.taken_by_id == actor.user_id:
        row.taken_by_id = row.taken_until = None


def kept(row: FairContact, **typed: object) -> ContactInput:
    """Return a contact with only what stands on its card replaced: the answers of the stand stay."""
    stored = ContactInput(
        **{name: getattr(row, name) for name in capture.FIELDS},
        exhibitor=row.exhibitor.public_id if row.exhibitor is not None else "",
        form_version=row.form_version,
    )
    if typed.get("company_text", row.company_text) != row.company_text:
        typed["exhibitor"] = ""
    return replace(stored, **typed)  # type: ignore[arg-type]


def read_code(row: FairContact) -> rules.Card:
    """Return what the code on the card says; empty when there was none to be read."""
    return rules.read(row.card_code) if row.card_code else rules.Card()


def _untyped(actor: Actor, edition: Edition) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [
        and_(FairContact.edition_id == edition.id, FairContact.withdrawn_at.is_(None)),
        and_(FairContact.photo_id.is_not(None), FairContact.typed_at.is_(None)),
        or_(FairContact.person_name == "", FairContact.mobile == ""),
    ]
    if not actor.is_center and not {Role.OFFICER, Role.MANAGER} & actor.roles:
        team = contacts.team_of(actor, edition)
        mine = FairContact.owner_id == actor.user_id
        found.append(or_(mine, FairContact.team_id == team.id) if team is not None else mine)
    return found
