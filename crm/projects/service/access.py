"""Which project an actor may change, and the row as it is now."""

from flask_babel import gettext as _
from sqlalchemy import exists, select

from crm.core.errors import Forbidden, NotFound
from crm.core.permissions import Permission, Role
from crm.kit import db
from crm.kit.access import Actor, authorize
from crm.projects.models import OrgRole, Project, ProjectOrg
from crm.projects.queries import visible_to

HELPING = (OrgRole.ASSIST, OrgRole.HOST)


def is_own(actor: Actor, project: Project) -> bool:
    """Say whether the project is the actor's unit's to change (a manager's subtree), or the actor works at the centre."""
    if actor.is_center:
        return True
    if project.org_id == actor.org_id:
        return actor.can(Permission.PROJECT_WRITE)
    return Role.MANAGER in actor.roles and project.org_id in actor.subtree


def own_project(actor: Actor, project: Project) -> Project:
    """Return the project as it is now, locked, for a change by its unit or the centre. Raises Forbidden for everybody else."""
    authorize(actor, Permission.PROJECT_WRITE)
    row = locked(actor, project)
    if not is_own(actor, row):
        raise Forbidden(_("这个项目由其他单位负责，只能由该单位或市中心修改。"))
    return row


def helps(actor: Actor, project: Project) -> bool:
    """Say whether the actor's unit assists with the project or takes it on: it notes its own contacts, and changes nothing else."""
    if not actor.can(Permission.PROJECT_WRITE) or project.org_id == actor.org_id:
        return False
    mine = (ProjectOrg.project_id == project.id, ProjectOrg.org_id == actor.org_id)
    return bool(db.session.scalar(select(exists().where(*mine, ProjectOrg.role.in_(HELPING)))))


def helped_project(actor: Actor, project: Project) -> Project:
    """Return the project as it is now, locked, for a note by its unit, the centre or a unit that helps. Raises Forbidden."""
    authorize(actor, Permission.PROJECT_WRITE)
    row = locked(actor, project)
    if not is_own(actor, row) and not helps(actor, row):
        raise Forbidden(_("这个项目由其他单位负责，只能由该单位、协办单位或市中心记往来。"))
    return row


def locked(actor: Actor, project: Project) -> Project:
    """Return the project as it is now, locked for this transaction. Raises NotFound when it is not this actor's to see."""
    query = select(Project).where(Project.id == project.id, visible_to(actor)).with_for_update(of=Project)
    row = db.session.scalar(query.execution_options(populate_existing=True))
    if row is None:
        raise NotFound(_("没有找到这个项目，或您无权查看。"))
    return row
