"""What a unit moves on its own word: planning to talks, steps inside the talks; and the reopening of a closed project."""

from flask_babel import gettext as _

from crm.accounts.models import OrgKind
from crm.audit import service as audit
from crm.core.errors import Conflict, Forbidden, Invalid
from crm.core.permissions import Permission, Role
from crm.core.stages import BEFORE_SIGNING, OWN_WORD, Stage, Substage
from crm.kit import clock, db
from crm.kit.access import Actor, authorize
from crm.projects import labels
from crm.projects.models import Project
from crm.projects.service.access import is_own, locked, own_project
from crm.projects.service.course import enter_stage
from crm.projects.service.saving import need_investor


@db.transactional
def begin_talks(actor: Actor, project: Project) -> Project:
    """Take a planned project into talks. Raises Conflict from any other stage, Invalid while no investor is named.

    A row of the plan becomes the unit's and the person's who takes it over; its clock starts that day.
    """
    project = _to_take_over(actor, project) if project.of_plan else own_project(actor, project)
    if Stage.NEGOTIATING not in OWN_WORD.get(project.stage, ()):
        raise Conflict(_("项目现在是“%(stage)s”，只有谋划中的项目可以转入在谈。", stage=labels.STAGE[project.stage]))
    taken = project.of_plan
    if not taken and project.company_id is None:
        need_investor(project.kind, project.company_text)
    if taken:
        project.owner_id = actor.user_id
        project.org_id = project.org_id if project.org_id in actor.subtree else actor.org_id
    enter_stage(actor, project, Stage.NEGOTIATING)
    project.version += 1
    done = "project.taken_over" if taken else "project.talks_begun"
    audit.record(actor, done, project, org_id=project.org_id, stage=Stage.NEGOTIATING)
    return project


def may_take_over(actor: Actor, project: Project) -> bool:
    """Say whether this person's unit may take over a row of the plan: its own district's, or one that no district has."""
    if not (project.of_plan and project.stage is Stage.PLANNING and actor.can(Permission.PROJECT_WRITE)):
        return False
    return is_own(actor, project) or project.org.kind is OrgKind.CITY_CENTER


def _to_take_over(actor: Actor, project: Project) -> Project:
    authorize(actor, Permission.PROJECT_WRITE)
    project = locked(actor, project)
    if not project.of_plan:
        raise Conflict(_("这个规划项目已由其他单位认领，请刷新页面。"))
    if not may_take_over(actor, project):
        raise Forbidden(_("这个规划项目由所在区或市中心认领。"))
    return project


@db.transactional
def set_substage(actor: Actor, project: Project, substage: Substage) -> Project:
    """Say how far the talks are. Raises Conflict outside the talks."""
    project = own_project(actor, project)
    if project.stage is not Stage.NEGOTIATING:
        raise Conflict(_("只有在谈项目分步；项目现在是“%(stage)s”。", stage=labels.STAGE[project.stage]))
    if project.substage is substage:
        return project
    old, project.substage = project.substage, substage
    project.version += 1
    project.updated_at = clock.now()
    audit.record(actor, "project.substage", project, org_id=project.org_id, substage=(old, substage))
    return project


def may_reopen(actor: Actor, project: Project) -> bool:
    """Say whether this person may reopen it: before signing the unit's manager or the centre, later the centre alone."""
    if project.stage is not Stage.CLOSED:
        return False
    if actor.is_center:
        return True
    return Role.MANAGER in actor.roles and project.closed_from in BEFORE_SIGNING


@db.transactional
def reopen_project(actor: Actor, project: Project, reason: str) -> Project:
    """Bring a closed project back to the stage it was closed from. Raises Conflict, Forbidden, Invalid."""
    project = own_project(actor, project)
    if project.stage is not Stage.CLOSED or project.closed_from is None:
        raise Conflict(_("这个项目没有终止，不需要恢复。"))
    if not may_reopen(actor, project):
        raise Forbidden(_("签约前终止的项目由单位负责人或市中心恢复，签约后的由市中心恢复。"))
    if len(reason.strip()) < 5:
        raise Invalid(_("请写明恢复理由，至少 5 个字。"), field="reason")
    back = project.closed_from
    enter_stage(actor, project, back, reason=reason.strip())
    project.closed_from = project.closed_on = None
    project.version += 1
    db.session.flush()
    audit.record(actor, "project.reopened", project, org_id=project.org_id, stage=back, reason=reason.strip())
    return project
