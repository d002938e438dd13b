"""Reading the bell: everybody sees the own notices only."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, func, select

from crm.core.errors import NotFound
from crm.kit import db
from crm.kit.access import Actor, find_actor
from crm.kit.web import Page
from crm.notices.models import Notice

SIZE = 30
CAP = 99


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Return the clause that every read of the room uses."""
    return Notice.user_id == actor.user_id


def page_of_notices(actor: Actor, number: int, *, unread_only: bool = False) -> Page:
    """Return a page: unread ones first, then the newest."""
    where = [visible_to(actor)]
    if unread_only:
        where.append(Notice.read_at.is_(None))
    total = db.session.scalar(select(func.count()).select_from(Notice).where(*where)) or 0
    order = (Notice.read_at.is_not(None), Notice.created_at.desc(), Notice.id.desc())
    query = select(Notice).where(*where).order_by(*order).limit(SIZE).offset((number - 1) * SIZE)
    return Page(list(db.session.scalars(query)), number, SIZE, total)


def get_notice(actor: Actor, public_id: str) -> Notice:
    """Return one own notice. Raises NotFound."""
    notice = db.session.scalar(select(Notice).where(visible_to(actor), Notice.public_id == public_id))
    if notice is None:
        raise NotFound
    return notice


def count_unread() -> int:
    """Return how many notices the person who asks has not read, 99 at the most."""
    actor = find_actor()
    if actor is None or actor.is_system:
        return 0
    return db.session.scalar(_unread(actor)) or 0


def _unread(actor: Actor) -> Select[int]:
    waiting = (Notice.read_at.is_(None), Notice.quiet.is_(False))
    some = select(Notice.id).where(visible_to(actor), *waiting).limit(CAP).subquery()
    return select(func.count()).select_from(some)


def latest(actor: Actor, limit: int) -> tuple[Sequence[Notice], int]:
    """Return the newest notices of the person, and how many are unread (99 at the most): one statement."""
    query = select(Notice, _unread(actor).scalar_subquery()).where(visible_to(actor))
    rows = db.session.execute(query.order_by(Notice.created_at.desc(), Notice.id.desc()).limit(limit)).all()
    return [row[0] for row in rows], rows[0][1] if rows else 0
