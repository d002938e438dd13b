"""The list of a review meeting by rule: red and yellow lights, overdue problems, what the last meetings left undone."""

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import Select, func, select

from crm.core.stages import Stage
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.projects.models import (
    ActionItem,
    Issue,
    IssueStatus,
    Light,
    Meeting,
    MeetingItem,
    MeetingStatus,
    Project,
)
from crm.projects.queries import visible_to

MOST = 60


def draw(actor: Actor) -> list[tuple[int, str]]:
    """Return (project id, why it is on the list), red lights first; a project stands there once, with all its reasons."""
    why: dict[int, list[str]] = {}
    with force_locale("zh_Hans_CN"):
        for project_id, light, reason in db.session.execute(_lit(actor)):
            word = _("红牌：%(why)s", why=reason) if light is Light.BAD else _("黄牌：%(why)s", why=reason)
            why.setdefault(project_id, []).append(word)
        for project_id, count in db.session.execute(_late_issues(actor)):
            why.setdefault(project_id, []).append(_("问题超期 %(n)s 个", n=count))
        for project_id, count in db.session.execute(_undone(actor)):
            why.setdefault(project_id, []).append(_("上次会议事项未办结 %(n)s 项", n=count))
    return [(project_id, "；".join(words)[:200]) for project_id, words in list(why.items())[:MOST]]


def _lit(actor: Actor) -> Select[int, Light, str]:
    query = select(Project.id, Project.light, Project.light_reason).where(visible_to(actor))
    query = query.where(Project.light.in_((Light.BAD, Light.WARN)), Project.stage != Stage.CLOSED)
    return query.order_by(Project.light != Light.BAD, Project.light_on, Project.id)


def _late_issues(actor: Actor) -> Select[int, int]:
    query = select(Issue.project_id, func.count()).join(Project, Project.id == Issue.project_id)
    query = query.where(visible_to(actor), Issue.status == IssueStatus.OPEN, Issue.due_on < clock.today())
    return query.where(Project.stage != Stage.CLOSED).group_by(Issue.project_id).order_by(func.min(Issue.due_on))


def _undone(actor: Actor) -> Select[int, int]:
    query = select(MeetingItem.project_id, func.count()).join(ActionItem, ActionItem.item_id == MeetingItem.id)
    query = query.join(Meeting, Meeting.id == MeetingItem.meeting_id)
    query = query.join(Project, Project.id == MeetingItem.project_id).where(visible_to(actor))
    query = query.where(ActionItem.done_on.is_(None), Meeting.status == MeetingStatus.HELD)
    return query.group_by(MeetingItem.project_id).order_by(func.min(ActionItem.due_on))
