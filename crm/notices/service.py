"""Telling people: one notice for a person, an event and a period, however often it is said (security.md I11)."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite

from crm.kit import clock, db
from crm.kit.access import Actor
from crm.kit.web import safe_next
from crm.notices import settings, topics
from crm.notices.models import Notice, Way

_TEXT = 400


@db.transactional
def notify(
    user_ids: Iterable[int],
    kind: str,
    subject_kind: str,
    subject_public_id: str,
    *,
    text: str,
    url: str,
    period: str = "",
) -> int:
    """Put a notice into each person's bell; who has it already gets no second one. Returns how many are new.

    ``text`` is what that person may read, and nothing else; ``url`` a path of this site.
    ``period`` lets the same event be said again (a day, a reminder's number). Each person hears of it as chosen:
    by the bell, by the daily digest alone, or not at all.
    """
    if safe_next(url) is None:
        raise ValueError("a notice leads to a path of this site")
    wanted = {user_id for user_id in user_ids if user_id}
    same = (
        Notice.kind == kind,
        Notice.subject_kind == subject_kind,
        Notice.subject_public_id == subject_public_id,
        Notice.period == period,
    )
    if not wanted:
        return 0
    wanted -= set(db.session.scalars(select(Notice.user_id).where(*same, Notice.user_id.in_(wanted))))
    ways = settings.ways_of(wanted, topics.of(kind))
    rows = [
        {
            "user_id": user_id,
            "kind": kind,
            "subject_kind": subject_kind,
            "subject_public_id": subject_public_id,
            "period": period,
            "text": text[:_TEXT],
            "url": url,
            "created_at": clock.now(),
            "quiet": ways.get(user_id) is Way.DIGEST,
        }
        for user_id in sorted(wanted)
        if ways.get(user_id) is not Way.OFF
    ]
    return _added(rows)


@db.transactional
def mark_all_read(actor: Actor) -> int:
    """Mark everything in the person's bell as read. Returns how many were not."""
    unread = (Notice.user_id == actor.user_id, Notice.read_at.is_(None))
    ids = list(db.session.scalars(select(Notice.id).where(*unread)))
    db.session.execute(update(Notice).where(Notice.id.in_(ids)).values(read_at=clock.now()))
    return len(ids)


@db.transactional
def mark_read(actor: Actor, notice: Notice) -> None:
    """Mark one notice as read; again changes nothing."""
    if notice.user_id == actor.user_id and notice.read_at is None:
        notice.read_at = clock.now()


def mark_read_aside(notice: Notice) -> None:
    """Mark a notice as read because its link was followed: a write beside a GET."""
    if notice.read_at is None:
        with db.side_write() as session:
            unread = (Notice.id == notice.id, Notice.read_at.is_(None))
            session.execute(update(Notice).where(*unread).values(read_at=clock.now()))


def _added(rows: list[dict[str, Any]]) -> int:
    """Add rows in one statement and return how many are new: another worker may have said the same a moment ago."""
    if not rows:
        return 0
    make = sqlite.insert(Notice) if db.is_sqlite() else postgresql.insert(Notice)
    said = make.on_conflict_do_nothing(
        index_elements=["user_id", "kind", "subject_kind", "subject_public_id", "period"]
    )
    return len(db.session.execute(said.returning(Notice.id), rows).scalars().all())
