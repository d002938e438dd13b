"""Reading review meetings: a unit sees a meeting for the items of projects that it may see, and no other item of it."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, func, select, true
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from crm.core.errors import NotFound
from crm.core.permissions import Permission, Role
from crm.kit import db
from crm.kit.access import Actor
from crm.kit.web import Page
from crm.projects import queries
from crm.projects.models import ActionItem, Meeting, MeetingItem, MeetingStatus, Project

PAGE_SIZE = 30
MOST_ACTIONS = 50


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """The meetings this actor may read: all for who holds them, else those with a project of the reader's."""
    if actor.can(Permission.MEETING_WRITE):
        return true()
    seen = select(MeetingItem.meeting_id).join(Project, Project.id == MeetingItem.project_id)
    return Meeting.id.in_(seen.where(queries.visible_to(actor)))


def page_of_meetings(actor: Actor, number: int) -> Page:
    """Return one page of visible meetings, the newest first."""
    total = db.session.scalar(select(func.count()).select_from(Meeting).where(visible_to(actor)))
    query = select(Meeting).where(visible_to(actor)).order_by(Meeting.held_on.desc(), Meeting.id.desc())
    rows = db.session.scalars(query.limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)).all()
    return Page(list(rows), number, PAGE_SIZE, total or 0)


def get_meeting(actor: Actor, public_id: str) -> Meeting:
    """Return the meeting. Raises NotFound."""
    row = db.session.scalar(select(Meeting).where(Meeting.public_id == public_id, visible_to(actor)))
    if row is None:
        raise NotFound("没有找到这次会议，或您无权查看。")
    return row


def items_of(actor: Actor, meeting: Meeting) -> Sequence[MeetingItem]:
    """Return those items of a meeting whose project this actor may see, in their order, with what was handed out."""
    return db.session.scalars(_items(actor).where(MeetingItem.meeting_id == meeting.id)).all()


def get_item(actor: Actor, public_id: str) -> MeetingItem:
    """Return an item with its meeting and project. Raises NotFound."""
    row = db.session.scalar(_items(actor).where(MeetingItem.public_id == public_id))
    if row is None:
        raise NotFound("没有找到这个议题，或您无权查看。")
    return row


def open_actions(actor: Actor) -> Sequence[ActionItem]:
    """Return what is still to do after closed meetings: of everybody for who holds them, else of the own unit."""
    query = _actions(actor).where(ActionItem.done_on.is_(None), Meeting.status == MeetingStatus.HELD)
    if not actor.can(Permission.MEETING_WRITE):
        query = query.where(ActionItem.org_id.in_(units_of(actor)))
    return db.session.scalars(query.order_by(ActionItem.due_on, ActionItem.id).limit(MOST_ACTIONS)).all()


def get_action(actor: Actor, public_id: str) -> ActionItem:
    """Return an action item with its item, meeting and project. Raises NotFound."""
    row = db.session.scalar(_actions(actor).where(ActionItem.public_id == public_id))
    if row is None:
        raise NotFound("没有找到这个交办事项，或您无权查看。")
    return row


def units_of(actor: Actor) -> frozenset[int]:
    """Return the units whose action items this actor answers for."""
    wide = Role.MANAGER in actor.roles
    return actor.subtree | {actor.org_id} if wide else frozenset({actor.org_id})


def _items(actor: Actor) -> Select[MeetingItem]:
    loads = (
        contains_eager(MeetingItem.project).options(joinedload(Project.org), joinedload(Project.company)),
        joinedload(MeetingItem.meeting),
        selectinload(MeetingItem.actions).options(joinedload(ActionItem.org), joinedload(ActionItem.owner)),
    )
    query = select(MeetingItem).join(MeetingItem.project).where(queries.visible_to(actor))
    return query.options(*loads).order_by(MeetingItem.position, MeetingItem.id)


def _actions(actor: Actor) -> Select[ActionItem]:
    query = select(ActionItem).join(ActionItem.item).join(MeetingItem.project)
    query = query.join(Meeting, Meeting.id == MeetingItem.meeting_id).where(queries.visible_to(actor))
    item = contains_eager(ActionItem.item)
    loads = (item.joinedload(MeetingItem.meeting), item.contains_eager(MeetingItem.project))
    return query.options(*loads, joinedload(ActionItem.org), joinedload(ActionItem.owner))
