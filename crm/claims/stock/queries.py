"""Reading windows and entries: a unit sees its own entries only, the centre their number until the window is closed."""

from collections.abc import Sequence

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, false, func, select, true
from sqlalchemy.orm import joinedload

from crm.claims.models import Claim
from crm.claims.stock.models import Window, WindowEntry, WindowKind
from crm.core.errors import NotFound
from crm.core.permissions import Permission
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.leads.models import Lead


def entries_visible_to(actor: Actor, window: Window) -> ColumnElement[bool]:
    """Own unit's entries; the centre reads all once the window is closed, and those that it enters itself after an outage."""
    if not actor.can(Permission.CLAIM_READ):
        return false()
    if actor.is_center and (window.closed_at is not None or window.kind is WindowKind.OUTAGE):
        return true()
    return WindowEntry.org_id == actor.org_id


def list_windows() -> Sequence[Window]:
    """Return all windows, the newest first: their days are known to everybody."""
    return db.session.scalars(select(Window).order_by(Window.id.desc()).limit(50)).all()


def get_window(public_id: str) -> Window:
    """Return a window. Raises NotFound."""
    row = db.session.scalar(select(Window).where(Window.public_id == public_id))
    if row is None:
        raise NotFound(_("没有找到，或您无权查看。"))
    return row


def is_open(window: Window) -> bool:
    """Say whether entries are taken today."""
    return window.closed_at is None and window.opens_on <= clock.today() <= window.closes_on


def entries_of(actor: Actor, window: Window) -> Sequence[WindowEntry]:
    """Return the entries of a window that this person may see, in the order of their units and days."""
    query = (
        select(WindowEntry)
        .where(WindowEntry.window_id == window.id, entries_visible_to(actor, window))
        .options(
            joinedload(WindowEntry.org),
            joinedload(WindowEntry.lead).joinedload(Lead.node),
            joinedload(WindowEntry.claim).joinedload(Claim.org),
        )
    )
    return db.session.scalars(query.order_by(WindowEntry.org_id, WindowEntry.id).limit(500)).all()


def count_of(window: Window) -> int:
    """Return how many entries stand, for the centre: a number, no firm."""
    query = select(func.count()).select_from(WindowEntry)
    return db.session.scalar(query.where(WindowEntry.window_id == window.id, WindowEntry.withdrawn_at.is_(None))) or 0


def get_entry(actor: Actor, window: Window, public_id: str) -> WindowEntry:
    """Return an entry that this person may see. Raises NotFound."""
    query = select(WindowEntry).where(
        WindowEntry.public_id == public_id, WindowEntry.window_id == window.id, entries_visible_to(actor, window)
    )
    row = db.session.scalar(query.options(joinedload(WindowEntry.lead), joinedload(WindowEntry.org)))
    if row is None:
        raise NotFound(_("没有找到，或您无权查看。"))
    return row
