"""Writing review meetings: plan, draw the list, order it, decide, hand out, close, correct."""

from dataclasses import dataclass
from datetime import date

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import func, select

from crm.audit import service as audit
from crm.core.errors import Conflict, Invalid
from crm.core.permissions import Permission
from crm.kit import clock, db
from crm.kit.access import Actor, authorize
from crm.projects import drawing, meetings
from crm.projects.models import Meeting, MeetingItem, MeetingStatus, Project
from crm.projects.queries import visible_to


@dataclass(frozen=True)
class MeetingInput:
    """The facts of a meeting."""

    title: str
    held_on: date | None
    place: str = ""
    chair: str = ""
    attendees: str = ""
    words: str = ""


@db.transactional
def plan_meeting(actor: Actor, data: MeetingInput) -> Meeting:
    """Make a meeting with its list drawn by rule. Raises Forbidden, Invalid with its field."""
    authorize(actor, Permission.MEETING_WRITE)
    meeting = Meeting(
        public_id=db.new_public_id(),
        number=_next_number(),
        org_id=actor.org_id,
        by_id=actor.user_id,
        created_at=clock.now(),
        status=MeetingStatus.PLANNED,
        version=1,
    )
    _fill(meeting, data)
    db.session.add(meeting)
    with db.unique("title", _("刚有人建了一次会议，请再保存一次。")):
        db.session.flush()
    audit.record(actor, "meeting.planned", meeting, number=meeting.number, held_on=str(meeting.held_on))
    draw_list(actor, meeting)
    return meeting


@db.transactional
def edit_meeting(actor: Actor, meeting: Meeting, data: MeetingInput, version: int | str) -> Meeting:
    """Change the facts of a planned meeting. Raises Stale, Conflict once it is over, Invalid."""
    meeting = planned(actor, meeting)
    db.check_version(meeting, version)
    _fill(meeting, data)
    audit.record(actor, "meeting.changed", meeting, title=meeting.title, held_on=str(meeting.held_on))
    return meeting


@db.transactional
def draw_list(actor: Actor, meeting: Meeting) -> int:
    """Add what the rules ask for and the list lacks, at its end; reasons of those drawn before are told anew. Returns how many were added."""
    meeting = planned(actor, meeting)
    known = _listed(meeting)
    drawn = dict(drawing.draw(actor))
    for item in meeting.items:
        if item.why != _named():
            item.why = drawn.get(item.project_id, item.why)
    found = [(project_id, why) for project_id, why in drawn.items() if project_id not in known]
    for position, (project_id, why) in enumerate(found, start=len(known) + 1):
        db.session.add(_item(meeting, project_id, position, why))
    db.session.flush()
    audit.record(actor, "meeting.drawn", meeting, number=len(found))
    return len(found)


@db.transactional
def add_project(actor: Actor, meeting: Meeting, text: str) -> MeetingItem:
    """Put a project on the list by its number or name. Raises Invalid when none or several are meant, Conflict when it is there."""
    meeting = planned(actor, meeting)
    words = text.strip()
    name = Project.title.icontains(words, autoescape=True) | (Project.number == words.upper())
    query = select(Project).where(visible_to(actor), name).order_by(Project.title != words, Project.id).limit(2)
    found = db.session.scalars(query).all() if words else []
    if not found:
        raise Invalid(_("没有找到这个项目，请写项目编号或完整名称。"), field="project")
    if len(found) > 1 and words not in (found[0].title, found[0].number):
        raise Invalid(_("不止一个项目叫这个名字，请写项目编号。"), field="project")
    known = _listed(meeting)
    if found[0].id in known:
        raise Conflict(_("这个项目已在议题里。"))
    item = _item(meeting, found[0].id, len(known) + 1, _named())
    db.session.add(item)
    db.session.flush()
    audit.record(actor, "meeting.item_added", item, org_id=found[0].org_id, project=found[0].number)
    return item


def _named() -> str:
    """Why a project is on the list that somebody put there: in the words of the house, as the reasons of the rules."""
    with force_locale("zh_Hans_CN"):
        return _("会议指定")


@db.transactional
def remove_item(actor: Actor, item: MeetingItem) -> None:
    """Take a project off the list. Raises Conflict when something was decided or handed out."""
    meeting = planned(actor, item.meeting)
    item = meetings.get_item(actor, item.public_id)
    if item.actions or item.decision:
        raise Conflict(_("这个议题已有议定意见或交办事项，请先删除。"))
    audit.record(actor, "meeting.item_removed", item, org_id=item.project.org_id, project=item.project.number)
    db.session.delete(item)
    db.session.flush()
    _renumber(meeting)


@db.transactional
def move_item(actor: Actor, item: MeetingItem, *, down: bool) -> None:
    """Let an item change places with the one before or after it; at the end nothing changes."""
    meeting = planned(actor, item.meeting)
    rows = _renumber(meeting)
    at = next(index for index, row in enumerate(rows) if row.id == item.id)
    to = at + 1 if down else at - 1
    if 0 <= to < len(rows):
        rows[at].position, rows[to].position = rows[to].position, rows[at].position
        audit.record(actor, "meeting.item_moved", item, org_id=item.project.org_id)


@db.transactional
def decide(actor: Actor, item: MeetingItem, decision: str, version: int | str) -> None:
    """Write down what was decided on an item. Raises Stale when the meeting was saved since, Conflict once it is closed."""
    meeting = planned(actor, item.meeting)
    db.check_version(meeting, version)
    item = meetings.get_item(actor, item.public_id)
    item.decision = decision.strip()
    audit.record(actor, "meeting.decided", item, org_id=item.project.org_id, decision=item.decision)


@db.transactional
def correct(actor: Actor, item: MeetingItem, words: str) -> None:
    """Add a correction, marked with day and name, to the minutes of a closed meeting; the earlier words stay."""
    authorize(actor, Permission.MEETING_WRITE)
    locked(actor, item.meeting)
    item = meetings.get_item(actor, item.public_id)
    if item.meeting.status is not MeetingStatus.HELD:
        raise Conflict(_("会议还没有办结，请直接修改议定意见。"))
    if len(words.strip()) < 5:
        raise Invalid(_("请写明更正内容，至少 5 个字。"), field="words")
    mark = _("（更正 %(day)s %(name)s）%(words)s", day=clock.today(), name=actor.name, words=words.strip()[:500])
    item.decision = f"{item.decision}\n{mark}".strip()
    audit.record(actor, "meeting.corrected", item, org_id=item.project.org_id, decision=mark)


@db.transactional
def cancel_meeting(actor: Actor, meeting: Meeting) -> None:
    """Cancel a planned meeting."""
    meeting = planned(actor, meeting)
    meeting.status = MeetingStatus.CANCELLED
    meeting.version += 1
    audit.record(actor, "meeting.cancelled", meeting, number=meeting.number)


@db.transactional
def resume_meeting(actor: Actor, meeting: Meeting) -> None:
    """Take the cancelling back. Raises Conflict when it is not cancelled."""
    authorize(actor, Permission.MEETING_WRITE)
    meeting = locked(actor, meeting)
    if meeting.status is not MeetingStatus.CANCELLED:
        raise Conflict(_("这次会议没有取消。"))
    meeting.status = MeetingStatus.PLANNED
    meeting.version += 1
    audit.record(actor, "meeting.resumed", meeting, number=meeting.number)


def locked(actor: Actor, meeting: Meeting) -> Meeting:
    """Return the meeting as it is now, locked for this transaction."""
    query = select(Meeting).where(Meeting.id == meeting.id, meetings.visible_to(actor)).with_for_update(of=Meeting)
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


def planned(actor: Actor, meeting: Meeting) -> Meeting:
    """Return the locked meeting while it may be changed. Raises Forbidden, Conflict."""
    authorize(actor, Permission.MEETING_WRITE)
    meeting = locked(actor, meeting)
    if meeting.status is not MeetingStatus.PLANNED:
        raise Conflict(_("这次会议已办结或取消，不能再改；办结后的更正请用“更正”。"))
    return meeting


def _next_number() -> str:
    prefix = f"{clock.today():%Y}-"
    last = db.session.scalar(select(func.max(Meeting.number)).where(Meeting.number.startswith(prefix)))
    return f"{prefix}{int(last.removeprefix(prefix)) + 1 if last else 1:03}"


def _listed(meeting: Meeting) -> set[int]:
    return set(db.session.scalars(select(MeetingItem.project_id).where(MeetingItem.meeting_id == meeting.id)))


def _item(meeting: Meeting, project_id: int, position: int, why: str) -> MeetingItem:
    return MeetingItem(
        public_id=db.new_public_id(), meeting_id=meeting.id, project_id=project_id, position=position, why=why
    )


def _renumber(meeting: Meeting) -> list[MeetingItem]:
    query = select(MeetingItem).where(MeetingItem.meeting_id == meeting.id)
    rows = list(db.session.scalars(query.order_by(MeetingItem.position, MeetingItem.id)))
    for position, row in enumerate(rows, start=1):
        row.position = position
    return rows


def _fill(meeting: Meeting, data: MeetingInput) -> None:
    if len(data.title.strip()) < 4:
        raise Invalid(_("请填写会议名称，至少 4 个字。"), field="title")
    if data.held_on is None:
        raise Invalid(_("请填写会议日期。"), field="held_on")
    meeting.title, meeting.held_on = data.title.strip(), data.held_on
    meeting.place, meeting.chair = data.place.strip(), data.chair.strip()
    meeting.attendees, meeting.words = data.attendees.strip(), data.words.strip()
