"""Review meetings and what they told, problems and planned days of projects, for the calendar."""

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, case, false, literal, or_, select, union_all
from sqlalchemy.orm import joinedload

from crm.accounts.models import User
from crm.core.permissions import Permission
from crm.core.stages import TRACKS, Stage, Track
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.kit.registries import DayEntry, Span
from crm.projects import issues, meetings, queries
from crm.projects.models import ActionItem, Issue, IssueStatus, Meeting, MeetingItem, MeetingStatus, Project

# A planned day, and the stage that it comes to.
PLANNED = {
    "planned_sign_on": Stage.SIGNED,
    "planned_start_on": Stage.STARTED,
    "planned_production_on": Stage.IN_PRODUCTION,
}
WORDS = {
    "planned_sign_on": _l("计划签约"),
    "planned_start_on": _l("计划开工"),
    "planned_production_on": _l("计划投产"),
}
RANKS = TRACKS[Track.MAIN]


def entries(actor: Actor, span: Span) -> Sequence[DayEntry]:
    """Return the review meetings of the days, what is to be done by them after held ones, problems due and planned days."""
    dated = [_meeting(row) if row.what == "meeting" else _dated(row) for row in _dates(actor, span)]
    return [*dated, *map(_action, _actions(actor, span))]


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
    return db.session.scalars(query.order_by(ActionItem.due_on, ActionItem.id).limit(span.limit)).all()


def _dates(actor: Actor, span: Span) -> Sequence[Any]:
    """Meetings, problems that are due and days that projects plan, in one statement: (what, day, words, project, subject, …)."""
    parts = [_held(actor, span), _problems(actor, span), *(_planned(actor, span, name) for name in PLANNED)]
    return db.session.execute(union_all(*(select(part.subquery()) for part in parts))).all()


def _held(actor: Actor, span: Span) -> Select[Any]:
    columns = (literal("meeting").label("what"), Meeting.held_on.label("on"), Meeting.title.label("words"))
    around = (Meeting.place.label("project"), Meeting.public_id.label("subject"), literal("").label("person"))
    still = case((Meeting.status == MeetingStatus.HELD, 0), else_=1).label("still")
    return (
        select(*columns, *around, false().label("is_sample"), still)
        .where(meetings.visible_to(actor), Meeting.status != MeetingStatus.CANCELLED)
        .where(Meeting.held_on.between(span.first, span.last))
        .order_by(Meeting.held_on, Meeting.id)
        .limit(span.limit)
    )


def _problems(actor: Actor, span: Span) -> Select[Any]:
    columns = (literal("issue").label("what"), Issue.due_on.label("on"), Issue.title.label("words"))
    still = case((Issue.status == IssueStatus.OPEN, 1), else_=0).label("still")
    return (
        select(*columns, *_about(Issue.public_id), still)
        .select_from(Issue)
        .join(Issue.project)
        .join(User, User.id == Issue.owner_id)
        .where(issues.visible_to(actor), Issue.status != IssueStatus.DROPPED)
        .where(Issue.due_on.between(span.first, span.last), *_whose(actor, span, Issue.owner_id))
        .order_by(Issue.due_on, Issue.id)
        .limit(span.limit)
    )


def _planned(actor: Actor, span: Span, name: str) -> Select[Any]:
    day, comes = getattr(Project, name), PLANNED[name]
    columns = (literal(name).label("what"), day.label("on"), literal("").label("words"))
    still = case((Project.stage.in_((*RANKS[RANKS.index(comes) :], Stage.LANDED)), 0), else_=1).label("still")
    return (
        select(*columns, *_about(Project.public_id), still)
        .select_from(Project)
        .join(User, User.id == Project.owner_id)
        .where(queries.visible_to(actor), Project.stage != Stage.CLOSED, day.between(span.first, span.last))
        .where(*_whose(actor, span, Project.owner_id, Project.deputy_id))
        .order_by(day, Project.id)
        .limit(span.limit)
    )


def _about(subject: Any) -> tuple[Any, ...]:
    return (
        *(Project.title.label("project"), subject.label("subject")),
        *(User.name.label("person"), Project.is_sample.label("is_sample")),
    )


def _whose(actor: Actor, span: Span, *people: Any) -> list[Any]:
    found = [or_(*(person == actor.user_id for person in people))] if span.mine else []
    return [*found, Project.org_id == span.unit_id] if span.unit_id is not None else found


def _dated(row: Any) -> DayEntry:
    problem = row.what == "issue"
    state = "done" if not row.still else "late" if row.on < clock.today() else ""
    title = f"{row.project} · {row.words if problem else WORDS[row.what]}"
    url = f"/projects/issues/{row.subject}" if problem else f"/projects/{row.subject}"
    kind = "issue" if problem else "plan"
    return DayEntry(kind, row.on, title, url, row.person, state=state, is_sample=row.is_sample)


def _meeting(row: Any) -> DayEntry:
    state = "" if row.still else "done"
    return DayEntry("meeting", row.on, row.words, f"/projects/meetings/{row.subject}", row.project, state=state)


def _action(row: ActionItem) -> DayEntry:
    state = "done" if row.done_on is not None else "late" if row.due_on < clock.today() else ""
    url = f"/projects/meetings/{row.item.meeting.public_id}"
    return DayEntry("action", row.due_on, row.words, url, row.org.name, state=state)
