"""The order of an agenda: a new point takes its place by time, points are changed and moved up or down within their day."""

from collections.abc import Sequence

from flask_babel import gettext as _
from sqlalchemy import select

from crm.audit import service as audit
from crm.core.errors import Invalid, NotFound
from crm.fairs.models import AgendaItem, Edition
from crm.fairs.service.editions import own_edition
from crm.fairs.service.parts import AgendaInput, day_of
from crm.kit import db
from crm.kit.access import Actor

FIELDS = ("title", "held_on", "starts", "place", "speaker")


@db.transactional
def edit_agenda(actor: Actor, edition: Edition, public_id: str, data: AgendaInput, version: str) -> AgendaItem:
    """Change a point. Raises NotFound, Stale, Invalid when its day lies outside the edition."""
    row = own_edition(actor, edition)
    item = get_item(edition, public_id)
    if not data.title:
        raise Invalid(_("请填写议程内容。"), field="title")
    db.check_version(item, version)
    values = {name: getattr(data, name) for name in FIELDS} | {"held_on": day_of(row, data)}
    changes = audit.changed(item, values)
    for name, value in values.items():
        setattr(item, name, value)
    audit.record(actor, "agenda.changed", item, **changes)
    return item


@db.transactional
def move_agenda(actor: Actor, edition: Edition, public_id: str, *, down: bool) -> None:
    """Let a point change places with the one before or after it on its day. Raises NotFound."""
    own_edition(actor, edition)
    item = get_item(edition, public_id)
    rows = list(_of_day(item))
    place = rows.index(item)
    other = place + (1 if down else -1)
    if 0 <= other < len(rows):
        rows[place], rows[other] = rows[other], rows[place]
        for number, one in enumerate(rows, start=1):
            one.position = number
        audit.record(actor, "agenda.moved", item, title=item.title)


def get_item(edition: Edition, public_id: str) -> AgendaItem:
    """Return a point of the agenda of an edition that the caller got through its scope. Raises NotFound."""
    query = select(AgendaItem).where(AgendaItem.public_id == public_id, AgendaItem.edition_id == edition.id)
    item = db.session.scalar(query.where(AgendaItem.withdrawn_at.is_(None)))
    if item is None:
        raise NotFound
    return item


def _of_day(item: AgendaItem) -> Sequence[AgendaItem]:
    query = select(AgendaItem).where(AgendaItem.edition_id == item.edition_id, AgendaItem.withdrawn_at.is_(None))
    same = AgendaItem.held_on == item.held_on if item.held_on is not None else AgendaItem.held_on.is_(None)
    return db.session.scalars(query.where(same).order_by(AgendaItem.position, AgendaItem.starts, AgendaItem.id)).all()
