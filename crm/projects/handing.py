"""A project follows its claim to another unit: the figures count for the host alone, the credit as the two agreed."""

from sqlalchemy import select

from crm.audit import service as audit
from crm.claims.models import Claim
from crm.claims.transfers import queries as transfers
from crm.claims.transfers.models import BenefitAgreement, Metric
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.projects.models import OrgRole, Project, ProjectOrg


def follow(actor: Actor, old: Claim, new: Claim) -> None:
    """Hook of ``claims``: the host is the one unit that the project counts for from now on; the origin stays on its list."""
    project = _locked(old.id)
    if project is None:
        return
    project.claim_id, project.org_id = new.id, new.org_id
    project.owner_id, project.deputy_id = new.filer_id, None
    _line(project, old.org_id, None)
    for row in list(db.session.scalars(select(ProjectOrg).where(ProjectOrg.project_id == project.id))):
        if row.org_id == new.org_id:  # it was helping; now it is the project's own unit
            db.session.delete(row)
    _changed(project)
    audit.record(actor, "project.unit_added", project, org_id=project.org_id, unit_role=OrgRole.ORIGIN)


def begun(project: Project, claim: Claim) -> None:
    """List the units that a new project's claim came from, each with its share: a transfer may be done before there is a project."""
    source: Claim | None = claim
    while source is not None:
        for agreement in transfers.shared_from(source):
            if (share := _share(agreement)) is not None and agreement.origin_org_id != project.org_id:
                _line(project, agreement.origin_org_id, share)
        moved = transfers.brought(source)
        if moved is not None and moved.origin_org_id != project.org_id:  # it may have come back
            _line(project, moved.origin_org_id, None)
        source = moved.claim if moved is not None else None


def credit(actor: Actor, agreement: BenefitAgreement) -> None:
    """Hook of ``claims``: both units confirmed; the origin's share of the credit stands on the project."""
    claim = transfers.winner_of(agreement)
    project = _locked(claim.id) if claim is not None else None
    share = _share(agreement)
    if project is None or share is None:
        return
    _line(project, agreement.origin_org_id, share)
    _changed(project)
    audit.record(actor, "project.unit_added", project, org_id=project.org_id, unit_role=OrgRole.ORIGIN, share=share)


def _share(agreement: BenefitAgreement) -> int | None:
    return next((line.origin_percent for line in agreement.lines if line.metric is Metric.ASSESS), None)


def _locked(claim_id: int) -> Project | None:
    query = select(Project).where(Project.claim_id == claim_id).with_for_update(of=Project, key_share=True)
    return db.session.scalar(query.execution_options(populate_existing=True))


def _line(project: Project, org_id: int, share: int | None) -> None:
    query = select(ProjectOrg).where(ProjectOrg.project_id == project.id, ProjectOrg.org_id == org_id)
    row = db.session.scalar(query.where(ProjectOrg.role == OrgRole.ORIGIN))
    if row is None:
        db.session.add(ProjectOrg(project_id=project.id, org_id=org_id, role=OrgRole.ORIGIN, share=share))
    elif share is not None:
        row.share = share
    db.session.flush()


def _changed(project: Project) -> None:
    project.updated_at, project.version = clock.now(), project.version + 1
    db.session.flush()
    db.session.expire(project, ["orgs"])
