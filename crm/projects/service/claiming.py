"""Filing a project that grew beyond the limit, or lost its claim, after its lead was converted: before signing alone."""

from flask_babel import gettext as _

from crm.audit import service as audit
from crm.claims import filing
from crm.claims.models import Claim
from crm.core.errors import Conflict
from crm.core.permissions import Permission
from crm.core.stages import BEFORE_SIGNING
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.leads import queries as leads
from crm.projects import gates
from crm.projects.models import CLAIMED, Project
from crm.projects.service.access import own_project


def may_file(actor: Actor, project: Project, claim: Claim | None) -> bool:
    """Say whether the project may still be filed: an investment project from a lead of one's unit, not signed, with no open claim."""
    mine = actor.can(Permission.CLAIM_FILE) and project.org_id == actor.org_id
    waits = project.lead_id is not None and project.stage in BEFORE_SIGNING and project.kind in CLAIMED
    return mine and waits and (claim is None or claim.closed_at is not None)


@db.transactional
def file_project(actor: Actor, project: Project) -> Claim:
    """File the lead that the project came from; the project keeps the claim. An open claim answers a second press.

    Raises Conflict for what the report lacks, and once the project is signed.
    """
    project = own_project(actor, project)
    present = gates.claim_of(project)
    if not may_file(actor, project, present):
        if present is not None and present.closed_at is None:
            return present
        raise Conflict(_("只有本单位由线索转来、还没有签约的企业投资项目可以补报首报。"))
    lead = leads.get_lead(actor, project.lead.public_id, whole=True) if project.lead else None
    assert lead is not None
    # The report says what is planned now: by that the rules choose who verifies it, and for how long it protects.
    lead.invest_total_cny, lead.version = project.invest_total_cny, lead.version + 1
    claim = filing.file_report(actor, lead, converted=True)
    project.claim_id = claim.id
    project.updated_at = clock.now()
    db.session.flush()
    audit.record(actor, "project.filed", project, org_id=project.org_id, claim=claim.number)
    return claim
