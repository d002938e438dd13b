"""One fact changed where it stands in the list: who is in charge, a planned day, the next step."""

from datetime import date
from typing import Any

from flask_babel import gettext as _

from crm.audit import service as audit
from crm.core.errors import Conflict, Invalid, Stale
from crm.core.stages import Stage
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.projects import hooks
from crm.projects.models import Project
from crm.projects.service.access import own_project
from crm.projects.service.course import facts_changed
from crm.projects.service.saving import find_person

DAYS = {"sign": "planned_sign_on", "start": "planned_start_on", "production": "planned_production_on"}
CELLS = ("owner", "next", *DAYS)


def seen(project: Project, cell: str) -> str:
    """Return what a cell holds as one text: an editor carries it along, so that only a change of this very cell is in the way."""
    if cell == "owner":
        return str(project.owner_id or "")
    if cell == "next":
        return f"{project.next_on or ''} {project.next_step}".strip()
    return str(getattr(project, DAYS[cell]) or "")


@db.transactional
def change_cell(
    actor: Actor, project: Project, cell: str, before: str, *, day: date | None = None, words: str = "", owner: str = ""
) -> Project:
    """Change one cell. ``before`` is what the editor saw there. Raises Stale, Invalid with its field, Conflict, Forbidden."""
    project = own_project(actor, project)
    if project.stage is Stage.CLOSED:
        raise Conflict(_("这个项目已终止，请先恢复。"))
    if before != seen(project, cell):
        raise Stale(_("刚被别人改过，请核对后再保存。"), current=project)
    if cell == "next":
        if not words.strip():
            raise Invalid(_("请写下一步做什么。"), field="words")
        if day is None:
            raise Invalid(_("请填下一步的日期。"), field="day")
        hooks.step_planned(actor, project, words.strip(), day)
        project.version += 1
        return project
    name, old, new = _set(actor, project, cell, day, owner)
    if old != new:
        project.version += 1
        project.updated_at = clock.now()
        facts_changed(project)
        audit.record(actor, "project.changed", project, org_id=project.org_id, **{name: (old, new)})
    return project


def _set(actor: Actor, project: Project, cell: str, day: date | None, owner: str) -> tuple[str, Any, Any]:
    if cell == "owner":
        old = project.owner_id
        project.owner_id = find_person(actor, project, owner, "owner")
        if project.owner_id is None:
            raise Invalid(_("请从本单位在岗人员里选。"), field="owner")
        db.session.flush()
        db.session.expire(project, ["owner"])
        return "owner_id", old, project.owner_id
    name = DAYS[cell]
    old = getattr(project, name)
    setattr(project, name, day)
    return name, old, day
