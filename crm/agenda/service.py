"""The address of a person's calendar: opened, renewed, revoked; and who reads it."""

import hashlib
import secrets
from datetime import timedelta

import structlog
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError

from crm.accounts import queries as accounts
from crm.accounts.models import User
from crm.agenda.models import CalendarFeed
from crm.audit import service as audit
from crm.core.errors import NotFound
from crm.core.permissions import Permission
from crm.kit import clock, db
from crm.kit.access import Actor, authorize

SUBJECT = "calendar_feed"
log = structlog.get_logger("agenda")


def token_hash(token: str) -> str:
    """Return what the database keeps of an address."""
    return hashlib.sha256(token.encode()).hexdigest()


@db.transactional
def open_feed(actor: Actor) -> str:
    """Give the person a new address and end the one before; returns its secret part, to be shown once."""
    authorize(actor, Permission.AGENDA_READ)
    token = secrets.token_urlsafe(32)
    before = _end(actor)
    row = CalendarFeed(user_id=actor.user_id, token_hash=token_hash(token), created_at=clock.now())
    db.session.add(row)
    db.session.flush()
    action = "calendar_feed.renewed" if before else "calendar_feed.opened"
    audit.record(actor, action, (SUBJECT, row.id, ""))
    return token


@db.transactional
def revoke_feed(actor: Actor) -> bool:
    """End the person's address; says whether there was one."""
    authorize(actor, Permission.AGENDA_READ)
    ended = _end(actor)
    for number in ended:
        audit.record(actor, "calendar_feed.revoked", (SUBJECT, number, ""))
    return bool(ended)


def _end(actor: Actor) -> list[int]:
    # The row of the person is the lock: of two renewals at once the later one ends the earlier one's address.
    db.session.scalar(select(User.id).where(User.id == actor.user_id).with_for_update())
    query = select(CalendarFeed).where(CalendarFeed.user_id == actor.user_id, CalendarFeed.revoked_at.is_(None))
    rows = db.session.scalars(query.with_for_update()).all()
    for row in rows:
        row.revoked_at = clock.now()
    return [row.id for row in rows]


def reader_of(token: str) -> Actor:
    """Return whose calendar the address shows, with the rights of this moment. Raises NotFound for all that is not in force."""
    query = select(CalendarFeed).where(CalendarFeed.token_hash == token_hash(token), CalendarFeed.revoked_at.is_(None))
    row = db.session.scalar(query)
    if row is None:
        raise NotFound
    actor = accounts.actor_of(row.user_id)
    if not actor.can(Permission.AGENDA_READ):
        raise NotFound
    now = clock.now()
    if row.read_at is None or now - row.read_at > timedelta(minutes=1):
        try:
            with db.side_write() as session:
                session.execute(update(CalendarFeed).where(CalendarFeed.id == row.id).values(read_at=now))
        except OperationalError:
            log.warning("reading of a calendar not noted")  # the base is busy or full: reading goes on
    return actor
