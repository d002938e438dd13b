"""Filing a project late: one that has no report yet, lost its claim, or outgrew the amount that was verified. Before signing alone."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from crm.audit import service as audit
from crm.claims import filing, growth
from crm.claims.models import Claim
from crm.core import leads as lead_rules
from crm.core import stages
from crm.core.errors import Conflict, Invalid
from crm.core.permissions import Permission
from crm.core.stages import BEFORE_SIGNING
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.leads import queries as leads
from crm.leads import service as lead_service
from crm.leads.models import Lead, LeadStatus
from crm.parameters import queries as parameters
from crm.projects import gates
from crm.projects.models import CLAIMED, Project
from crm.projects.service.access import own_project


@dataclass(frozen=True)
class FilingInput:
    """What the report of a project without a lead still asks for: the first talk, and what proves it, each with its kind."""

    first_contact_on: date | None = None
    files: tuple[tuple[FileStorage, str], ...] = ()


def outgrown(project: Project, claim: Claim | None) -> bool:
    """Say whether the claim was verified, or is being verified, for less than the project needs a claim for now."""
    large = stages.needs_claim(project.kind in CLAIMED, project.invest_total_cny, parameters.value("claim_min_invest"))
    return large and claim is not None and claim.status in growth.GROWS and growth.verified_small(claim)


def may_file(actor: Actor, project: Project, claim: Claim | None) -> bool:
    """Say whether a report of the project may be filed now: an investment project of one's unit, not signed, with no claim that does."""
    mine = actor.can(Permission.CLAIM_FILE) and project.org_id == actor.org_id and not project.of_plan
    waits = project.stage in BEFORE_SIGNING and project.kind in CLAIMED
    return mine and waits and (claim is None or claim.closed_at is not None or outgrown(project, claim))


@db.transactional
def file_project(actor: Actor, project: Project, data: FilingInput | None = None) -> Claim:
    """File the lead of the project, made from the project's facts where there is none; the project keeps the claim.

    A claim for a smaller amount is put before the centre again. A claim that does answers a second press. Raises Conflict or
    Invalid for what the report lacks (its field is one of ``FilingInput``, or of the project), and once the project is signed.
    """
    project = own_project(actor, project)
    present = gates.claim_of(project)
    if not may_file(actor, project, present):
        if present is not None and present.closed_at is None:
            return present
        raise Conflict(_("只有本单位还没有签约的企业投资项目可以补报首报。"))
    if outgrown(project, present):
        assert present is not None and project.invest_total_cny is not None
        claim = growth.report_growth(actor, present, project.invest_total_cny)
    else:
        lead = _lead_of(actor, project, data or FilingInput())
        # The report says what is planned now: by that the rules choose who verifies it, and for how long it protects.
        lead.invest_total_cny, lead.version = project.invest_total_cny, lead.version + 1
        claim = filing.file_report(actor, lead, converted=True)
    project.claim_id = claim.id
    project.updated_at = clock.now()
    db.session.flush()
    audit.record(actor, "project.filed", project, org_id=project.org_id, claim=claim.number)
    return claim


def _lead_of(actor: Actor, project: Project, data: FilingInput) -> Lead:
    if project.lead is not None:
        return leads.get_lead(actor, project.lead.public_id, whole=True)
    if not project.firm.strip():
        raise Conflict(_("首报要写明投资方。请先在项目里填写投资方，再补报。"), field="company_text")
    if not data.files:
        raise Invalid(_("请附首次接触的证据：1 份 A 级或 2 份 B 级才能取得保护，至少 1 份。"), field="files")
    lead = lead_service.save_lead(actor, None, _of_project(project, data.first_contact_on))
    for storage, kind in data.files:
        lead_service.attach_file(actor, lead, storage, kind=kind)
    # The project is what became of it: the lead stands behind the report and asks nobody for a judgement.
    lead.status, lead.owner_id = LeadStatus.CONVERTED, project.owner_id or lead.owner_id
    lead.is_sample = project.is_sample
    project.lead = lead
    if project.first_contact_on is None:
        project.first_contact_on = lead.first_contact_on
    db.session.flush()
    audit.record(actor, "lead.converted", lead, org_id=lead.org_id, status=lead.status, project=project.number)
    return lead


def _of_project(project: Project, first_contact_on: date | None) -> lead_service.LeadInput:
    values: dict[str, Any] = {
        "company_public_id": project.company.public_id if project.company else "",
        "content": project.content[:4000],
        "node_code": project.node.code if project.node else "",
        "invest_total_cny": project.invest_total_cny,
        "invest_fixed_cny": project.invest_fixed_cny,
        "area_mu": project.area_mu,
        "project_code": project.project_code or "",
    }
    return lead_service.LeadInput(project.firm, project.title, first_contact_on, **values)


def first_talk(project: Project) -> date | None:
    """Return the day the form proposes: the first contact, or the last one where that lies further back than may be reported."""
    limit = parameters.whole("backdate_max_days")
    earliest = lead_rules.earliest_contact(clock.today(), limit)
    known = (project.first_contact_on, project.last_effective_on, project.last_contact_on)
    return next((day for day in known if day is not None and earliest <= day <= clock.today()), None)
