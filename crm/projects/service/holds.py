"""Pausing the clock of a project, with a reason, a few times only, and going on again."""

from collections.abc import Sequence
from datetime import date, timedelta

from flask_babel import gettext as _
from sqlalchemy import select

from crm.audit import service as audit
from crm.core.errors import Conflict, Invalid, NotFound
from crm.core.stages import Stage
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.parameters import queries as parameters
from crm.projects import light_labels, lights
from crm.projects.models import Project, ProjectHold
from crm.projects.service.access import own_project


@db.transactional
def pause_project(
    actor: Actor, project: Project, *, reason: str, until_on: date | None, words: str = ""
) -> ProjectHold:
    """Let the clock stand still from today. Raises Conflict when it stands or was paused too often, Invalid with its field."""
    project = own_project(actor, project)
    today = clock.today()
    if project.stage is Stage.CLOSED:
        raise Conflict(_("这个项目已终止，请先恢复。"))
    if project.of_plan:
        raise Conflict(_("这个规划项目还没有单位认领，没有计时可以暂停。"))
    if reason not in light_labels.HOLD:
        raise Invalid(_("请从列表里选暂停理由。"), field="reason")
    holds = holds_of(project)
    most, longest = parameters.whole("hold_max"), parameters.whole("hold_days")
    if any(runs(hold, today) for hold in holds):
        raise Conflict(_("这个项目已在暂停中。"))
    if len(holds) >= most:
        raise Conflict(_("一个项目最多暂停 %(n)s 次，已用完。", n=most))
    if until_on is None or not today <= until_on <= today + timedelta(days=longest - 1):
        raise Invalid(_("暂停至少到今天，最长 %(n)s 天。", n=longest), field="until_on")
    hold = ProjectHold(
        public_id=db.new_public_id(),
        project_id=project.id,
        from_on=today,
        until_on=until_on,
        reason=reason,
        words=words.strip()[:200],
        by_id=actor.user_id,
        created_at=clock.now(),
    )
    db.session.add(hold)
    with db.unique("until_on", _("今天已经暂停过一次。")):
        db.session.flush()
    lights.recompute(project)
    audit.record(
        actor, "project.paused", project, org_id=project.org_id, hold_reason=reason, until_on=until_on.isoformat()
    )
    return hold


@db.transactional
def end_pause(actor: Actor, project: Project, hold_public_id: str) -> None:
    """Let the clock run again from today; again changes nothing. Raises NotFound, Forbidden."""
    project = own_project(actor, project)
    hold = next((one for one in holds_of(project) if one.public_id == hold_public_id), None)
    if hold is None:
        raise NotFound(_("没有找到这次暂停。"))
    if not runs(hold, clock.today()):
        return
    hold.ended_on = clock.today()
    lights.recompute(project)
    audit.record(actor, "project.pause_ended", project, org_id=project.org_id, hold_reason=hold.reason)


def holds_of(project: Project) -> Sequence[ProjectHold]:
    """Return the pauses of a project, the oldest first."""
    query = select(ProjectHold).where(ProjectHold.project_id == project.id).order_by(ProjectHold.from_on)
    return db.session.scalars(query).all()


def runs(hold: ProjectHold, today: date) -> bool:
    """Say whether the clock stands still today because of this pause."""
    return hold.ended_on is None and hold.from_on <= today <= hold.until_on
