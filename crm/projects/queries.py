"""Reading projects: one where-clause says which, every read passes it."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, exists, false, or_, select, true
from sqlalchemy.orm import joinedload, selectinload

from crm.carriers.models import Carrier
from crm.core.errors import NotFound
from crm.core.permissions import Permission, Role
from crm.core.stages import Track
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.plan.models import Node
from crm.projects.models import (
    FundVoucher,
    GateCheck,
    Milestone,
    MilestoneFile,
    Project,
    ProjectKind,
    ProjectOrg,
    ServiceStep,
)

# Rows of the plan that no unit has taken over: everybody who works with projects reads them, no figure counts them.
OF_PLAN = and_(Project.plan_code.is_not(None), Project.owner_id.is_(None))
# What figures count as new: a firm that moves within the city is 存量流转 and stands apart (domain.md §3.8, case 11).
NEW = Project.kind != ProjectKind.RELOCATION


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """The projects this actor may read: all for the centre; a manager's, leader's and the office's subtree; else the own unit's.

    A unit that assists, hosts or brought a project reads it too, a leader the own ones (一把手工程), and all what the plan itself names.
    """
    if actor.is_center:
        return true()
    if not actor.can(Permission.PROJECT_READ):
        return false()
    wide = not actor.roles.isdisjoint({Role.MANAGER, Role.LEADER, Role.OFFICE})
    units = actor.subtree | {actor.org_id} if wide else {actor.org_id}
    joined = select(ProjectOrg.project_id).where(ProjectOrg.org_id == actor.org_id)
    return or_(Project.org_id.in_(units), Project.id.in_(joined), Project.lead_official_id == actor.user_id, OF_PLAN)


def reads_notes(actor: Actor) -> bool:
    """Say whether contacts, notes and files of a project are for this reader: leaders and the office read facts and amounts only."""
    return actor.is_center or not actor.roles.isdisjoint({Role.OFFICER, Role.MANAGER})


def get_project(actor: Actor, public_id: str, *, whole: bool = False) -> Project:
    """Return the project, with all that its page shows when ``whole``. Raises NotFound."""
    query = select(Project).where(Project.public_id == public_id, visible_to(actor))
    if whole:
        query = query.options(
            joinedload(Project.org),
            joinedload(Project.owner),
            joinedload(Project.deputy),
            joinedload(Project.company),
            joinedload(Project.local_company),
            joinedload(Project.lead),
            joinedload(Project.claim),
            joinedload(Project.node).joinedload(Node.segment),
            joinedload(Project.carrier).joinedload(Carrier.segments),
            joinedload(Project.parent),
            selectinload(Project.orgs).joinedload(ProjectOrg.org),
        )
    row = db.session.scalars(query).unique().one_or_none()
    if row is None:
        raise NotFound("没有找到这个项目，或您无权查看。")
    return row


def milestones_of(project: Project) -> Sequence[Milestone]:
    """Return all lines of a project's milestones with their people and files, the oldest first."""
    query = select(Milestone).where(Milestone.project_id == project.id).order_by(Milestone.id)
    loads = (
        joinedload(Milestone.submitted_by),
        joinedload(Milestone.recognised_by),
        joinedload(Milestone.files).joinedload(MilestoneFile.file),
    )
    return db.session.scalars(query.options(*loads)).unique().all()


def get_milestone(actor: Actor, project: Project, public_id: str) -> Milestone:
    """Return one line of a project's milestones. Raises NotFound."""
    query = select(Milestone).join(Project).where(visible_to(actor), Project.id == project.id)
    query = query.options(selectinload(Milestone.files), joinedload(Milestone.project))
    row = db.session.scalar(query.where(Milestone.public_id == public_id))
    if row is None:
        raise NotFound("没有找到这个节点。")
    return row


def projects_of_company(actor: Actor, company_id: int) -> Sequence[Project]:
    """Return the visible projects of a company, as investor or as the entity registered here, the newest first."""
    query = select(Project).where(
        visible_to(actor), or_(Project.company_id == company_id, Project.local_company_id == company_id)
    )
    loads = (joinedload(Project.org), joinedload(Project.owner))
    return db.session.scalars(query.options(*loads).order_by(Project.updated_at.desc()).limit(30)).all()


def next_number(track: Track) -> str:
    """Return a number for a new project: XM or ZZ (second track), the year, and what is random in its public id."""
    prefix = "XM" if track is Track.MAIN else "ZZ"
    while True:
        number = f"{prefix}{clock.today():%y}-{db.new_public_id()[:6].upper()}"
        if not db.session.scalar(select(exists().where(Project.number == number))):
            return number


def may_read_file(actor: Actor, file_id: int) -> bool:
    """Say whether the file is evidence of a project that this actor may read, notes and papers included."""
    if not reads_notes(actor):
        return False
    links = (MilestoneFile, GateCheck, ServiceStep, FundVoucher)
    return any(
        db.session.scalar(
            select(link.id)
            .join(Project, Project.id == link.project_id)
            .where(link.file_id == file_id, visible_to(actor))
            .limit(1)
        )
        is not None
        for link in links
    )
