"""What a meeting hands out: to units that see the project, done with a result, told when the meeting closes."""

from datetime import date

from flask_babel import gettext as _
from sqlalchemy import select

from crm.accounts import queries as accounts
from crm.accounts.models import Org, User
from crm.audit import service as audit
from crm.core.errors import Conflict, Forbidden, Invalid
from crm.core.permissions import Permission, Role
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.notices.service import notify
from crm.projects import meetings
from crm.projects.models import ActionItem, Meeting, MeetingItem, MeetingStatus, Project, ProjectOrg
from crm.projects.service.meetings import planned


def takers(actor: Actor, project: Project) -> list[tuple[Org, list[User]]]:
    """Return the units that may be told to do something about a project, with their people: those that see it, and the host."""
    ids = [project.org_id, actor.org_id]
    ids += db.session.scalars(select(ProjectOrg.org_id).where(ProjectOrg.project_id == project.id)).all()
    orgs = db.session.scalars(select(Org).where(Org.id.in_(ids)).order_by(Org.id != project.org_id, Org.id)).all()
    return [(org, accounts.users_of_unit(org.id)) for org in orgs]


@db.transactional
def give_action(actor: Actor, item: MeetingItem, *, to: str, words: str, due_on: date | None) -> ActionItem:
    """Tell a unit, or a person of it, to do something. ``to`` is a unit's public id, or ``unit:person``. Raises Invalid, Conflict."""
    planned(actor, item.meeting)
    item = meetings.get_item(actor, item.public_id)
    unit, _colon, person = to.partition(":")
    found = next((pair for pair in takers(actor, item.project) if pair[0].public_id == unit), None)
    if found is None:
        raise Invalid(_("请选项目的主办、协办单位或会议召集单位；别的单位看不到这个项目。"), field="to")
    owner = next((user for user in found[1] if user.public_id == person), None)
    if person and owner is None:
        raise Invalid(_("请从列表里选人。"), field="to")
    if len(words.strip()) < 5:
        raise Invalid(_("请写明要办的事，至少 5 个字。"), field="words")
    if due_on is None or due_on < item.meeting.held_on:
        raise Invalid(_("请填写办理期限，不早于会议日期。"), field="due_on")
    action = ActionItem(
        public_id=db.new_public_id(),
        item_id=item.id,
        org_id=found[0].id,
        owner_id=owner.id if owner else None,
        words=words.strip()[:300],
        due_on=due_on,
        by_id=actor.user_id,
        created_at=clock.now(),
    )
    item.actions.append(action)
    db.session.flush()
    audit.record(actor, "action.given", action, org_id=action.org_id, words=action.words, due_on=str(due_on))
    return action


@db.transactional
def remove_action(actor: Actor, action: ActionItem) -> None:
    """Take back what was handed out while the meeting is open."""
    planned(actor, action.item.meeting)
    audit.record(actor, "action.removed", action, org_id=action.org_id, words=action.words)
    db.session.delete(action)
    db.session.flush()
    db.session.expire(action.item, ["actions"])


def answers_for(actor: Actor, action: ActionItem) -> bool:
    """Say whether this person may report it done: the unit, and who holds the meeting."""
    if actor.can(Permission.MEETING_WRITE):
        return True
    return actor.can(Permission.PROJECT_WRITE) and action.org_id in meetings.units_of(actor)


@db.transactional
def finish_action(actor: Actor, action: ActionItem, result: str) -> None:
    """Report it done with its result; again changes nothing. Raises Forbidden, Conflict before the meeting closed, Invalid."""
    action = _answered(actor, action)
    if action.item.meeting.status is not MeetingStatus.HELD:
        raise Conflict(_("会议办结后才能报办结。"))
    if action.done_on is not None:
        return
    if len(result.strip()) < 5:
        raise Invalid(_("请写明办理结果，至少 5 个字。"), field="result")
    action.done_on, action.result = clock.today(), result.strip()[:300]
    audit.record(actor, "action.done", action, org_id=action.org_id, result=action.result)


@db.transactional
def undo_action(actor: Actor, action: ActionItem) -> None:
    """Take the report back: it returns to the next meeting."""
    action = _answered(actor, action)
    if action.done_on is not None:
        action.done_on = None
        audit.record(actor, "action.undone", action, org_id=action.org_id)


@db.transactional
def close_meeting(actor: Actor, meeting: Meeting) -> None:
    """Close the minutes and tell those who have something to do. Raises Conflict while an item has no decision."""
    meeting = planned(actor, meeting)
    items = meetings.items_of(actor, meeting)
    if meeting.held_on > clock.today():
        raise Conflict(_("会议日期还没有到，开过以后再办结。"))
    if not items:
        raise Conflict(_("还没有议题，请先加入项目或取消会议。"))
    bare = sum(not item.decision for item in items)
    if bare:
        raise Conflict(_("还有 %(n)s 个议题没有议定意见。", n=bare))
    meeting.status = MeetingStatus.HELD
    meeting.version += 1
    audit.record(actor, "meeting.closed", meeting, number=meeting.number)
    for item in items:
        for action in item.actions:
            _tell(meeting, item, action)


def _tell(meeting: Meeting, item: MeetingItem, action: ActionItem) -> None:
    heads = [user.id for user in accounts.users_with(Role.MANAGER, action.org_id)]
    people = [person for person in (action.owner_id, *heads) if person]
    text = _(
        "%(title)s：调度会交办“%(words)s”，%(day)s 前办结。",
        title=item.project.title,
        words=action.words,
        day=action.due_on,
    )
    url = f"/projects/meetings/{meeting.public_id}"
    notify(people, "meeting.action", "action_item", action.public_id, text=text, url=url)


def _answered(actor: Actor, action: ActionItem) -> ActionItem:
    action = meetings.get_action(actor, action.public_id)
    if not answers_for(actor, action):
        raise Forbidden(_("这件事由其他单位办理，只能由该单位或会议召集单位报办结。"))
    return action
