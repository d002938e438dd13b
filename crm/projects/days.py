"""Review meetings and what they told, for the calendar."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from crm.core.permissions import Permission
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.kit.registries import MOST_DAYS, DayEntry, Span
from crm.projects import meetings, queries
from crm.projects.models import ActionItem, Meeting, MeetingItem, MeetingStatus


def entries(actor: Actor, span: Span) -> Sequence[DayEntry]:
    """Return the review meetings of the days, and what is to be done by them after held ones."""
    query = select(Meeting).where(
        meetings.visible_to(actor),
        Meeting.status != MeetingStatus.CANCELLED,
        Meeting.held_on.between(span.first, span.last),
    )
    held = db.session.scalars(query.order_by(Meeting.held_on, Meeting.id).limit(MOST_DAYS))
    return [*map(_meeting, held), *map(_action, _actions(actor, span))]


def _actions(actor: Actor, span: Span) -> Sequence[ActionItem]:
    query = (
        select(ActionItem)
        .join(ActionItem.item)
        .join(MeetingItem.meeting)
        .join(MeetingItem.project)
        .where(queries.visible_to(actor), Meeting.status == MeetingStatus.HELD)
        .where(ActionItem.due_on.between(span.first, span.last))
        .options(joinedload(ActionItem.org), joinedload(ActionItem.item).joinedload(MeetingItem.meeting))
    )
    if span.mine:
        query = query.where(ActionItem.owner_id == actor.user_id)
    elif not actor.can(Permission.MEETING_WRITE):
        query = query.where(ActionItem.org_id.in_(meetings.units_of(actor)))
    if span.unit_id is not None:
        query = query.where(ActionItem.org_id == span.unit_id)
    return db.session.scalars(query.order_by(ActionItem.due_on, ActionItem.id).limit(MOST_DAYS)).all()


def _meeting(row: Meeting) -> DayEntry:
    state = "done" if row.status is MeetingStatus.HELD else ""
    return DayEntry("meeting", row.held_on, row.title, f"/projects/meetings/{row.public_id}", row.place, state=state)


def _action(row: ActionItem) -> DayEntry:
    state = "done" if row.done_on is not None else "late" if row.due_on < clock.today() else ""
    url = f"/projects/meetings/{row.item.meeting.public_id}"
    return DayEntry("action", row.due_on, row.words, url, row.org.name, state=state)
