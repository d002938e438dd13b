"""Units beside the one that a project counts for: who assists, who takes it on, who brought it, and their share of the credit."""

from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import select

from crm.accounts import queries as accounts
from crm.accounts.models import Org
from crm.audit import service as audit
from crm.core.errors import Conflict, Forbidden, Invalid, NotFound
from crm.core.permissions import Role
from crm.core.stages import Stage
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.notices.service import notify
from crm.projects import labels
from crm.projects.models import OrgRole, Project, ProjectOrg
from crm.projects.service.access import own_project

WHOLE = 100


@dataclass(frozen=True)
class UnitInput:
    """A unit by its public id, what it has to do with the project, and percent of the assessment credit."""

    unit: str
    role: OrgRole = OrgRole.ASSIST
    share: int | None = None


def may_choose(actor: Actor, role: OrgRole) -> bool:
    """Say whether this person gives that role: help is asked for by the project's unit, credit is divided by the centre."""
    return actor.is_center or role is OrgRole.ASSIST


@db.transactional
def add_unit(actor: Actor, project: Project, data: UnitInput) -> ProjectOrg:
    """Let a unit take part; it reads the project from now on and is told. Raises Invalid with its field, Conflict, Forbidden."""
    project = own_project(actor, project)
    if project.stage is Stage.CLOSED:
        raise Conflict(_("项目已终止，请先恢复。"))
    if not may_choose(actor, data.role):
        raise Forbidden(_("承接、首谈和考核分计由市中心登记。"))
    present = _lines(project)
    unit = _unit(project, data, present)
    _check_share(data, present)
    row = ProjectOrg(project_id=project.id, org_id=unit.id, role=data.role, share=data.share)
    db.session.add(row)
    _changed(project)
    words = {"unit": unit.name, "unit_role": data.role, "share": data.share}
    audit.record(actor, "project.unit_added", project, org_id=project.org_id, **words)
    text = _(
        "%(title)s：贵单位已列为%(role)s单位，可以查看项目。", title=project.title, role=labels.ORG_ROLE[data.role]
    )
    _tell(project, unit.id, "project.unit_added", data.role, text, f"/projects/{project.public_id}")
    return row


@db.transactional
def remove_unit(actor: Actor, project: Project, unit: str, role: OrgRole) -> None:
    """Let a unit take part no more; what it noted stays. Raises NotFound when it is not on the list, Forbidden."""
    project = own_project(actor, project)
    if not may_choose(actor, role):
        raise Forbidden(_("承接、首谈和考核分计由市中心登记。"))
    row = next((one for one in _lines(project) if one.role is role and one.org.public_id == unit), None)
    if row is None:
        raise NotFound(_("这个单位已不在名单里。"))
    org_id, name = row.org_id, row.org.name
    words = {"unit": (name, None), "unit_role": role, "share": (row.share, None)}
    db.session.delete(row)
    _changed(project)
    audit.record(actor, "project.unit_removed", project, org_id=project.org_id, **words)
    text = _("%(title)s：贵单位不再是%(role)s单位。", title=project.title, role=labels.ORG_ROLE[role])
    _tell(project, org_id, "project.unit_removed", role, text, "/projects/")


def _lines(project: Project) -> list[ProjectOrg]:
    """The units of a project whose row the caller holds."""
    query = select(ProjectOrg).where(ProjectOrg.project_id == project.id)
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


def _unit(project: Project, data: UnitInput, present: list[ProjectOrg]) -> Org:
    unit = next((one for one in accounts.units() if one.public_id == data.unit), None)
    if unit is None:
        raise Invalid(_("请从列表里选单位。"), field="unit")
    if unit.id == project.org_id:
        raise Invalid(_("这就是责任单位，不用再加。"), field="unit")
    if any(one.org_id == unit.id and one.role is data.role for one in present):
        raise Invalid(_("这个单位已在名单里；要改分成请先移除再加。"), field="unit")
    return unit


def _check_share(data: UnitInput, present: list[ProjectOrg]) -> None:
    if data.share is None:
        if data.role is OrgRole.ASSESS:
            raise Invalid(_("考核分计要填比例。"), field="share")
        return
    if data.role is OrgRole.ASSIST:
        raise Invalid(_("协办单位不分考核；要分成请由市中心登记为考核分计。"), field="share")
    if not 1 <= data.share <= WHOLE:
        raise Invalid(_("比例请填 1 到 100。"), field="share")
    left = WHOLE - sum(one.share or 0 for one in present)
    if data.share > left:
        raise Invalid(_("各单位合计不能超过 100%%，现在还剩 %(n)s%%。", n=left), field="share")


def _changed(project: Project) -> None:
    project.updated_at = clock.now()
    db.session.flush()
    db.session.expire(project, ["orgs"])


def _tell(project: Project, org_id: int, kind: str, role: OrgRole, text: str, url: str) -> None:
    """Tell the heads of a unit; its officers where it has none."""
    people = accounts.users_with(Role.MANAGER, org_id) or accounts.users_with(Role.OFFICER, org_id)
    period = f"{role.value}.{int(clock.now().timestamp())}"  # each time anew: a unit may come back
    notify([one.id for one in people], kind, "project", project.public_id, text=text, url=url, period=period)
