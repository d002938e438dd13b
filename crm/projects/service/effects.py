"""What follows when a milestone is recognised: the stage, the claim of a signed project, what the project keeps of it."""

from crm.claims import ledger
from crm.claims.filing import lock_company
from crm.claims.models import Claim, ClaimStatus
from crm.companies import keys
from crm.core import uscc
from crm.core.stages import GATES, MilestoneKind, Stage
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.projects import lights
from crm.projects.gates import claim_of
from crm.projects.models import Milestone, Project
from crm.projects.service.course import enter_stage
from crm.projects.service.places import release_all


def follow(actor: Actor, project: Project, milestone: Milestone, *, first: bool) -> None:
    """Let the project follow a recognised line. ``first`` is false for an adjustment: it moves nothing again."""
    _keep(project, milestone)
    if milestone.kind is MilestoneKind.FRAMEWORK:
        lights.recompute(project)  # its clock runs from here, again after a renewal
    if not first:
        project.updated_at = clock.now()
        db.session.flush()
        return
    enters = GATES[milestone.kind].enters
    before = project.stage
    if enters is not None:
        enter_stage(actor, project, enters, on=milestone.recognised_on)
    if enters is Stage.CLOSED:
        project.closed_from, project.closed_on = before, milestone.recognised_on
        release_all(actor, project)
    if enters is Stage.SIGNED:
        _own_claim(actor, project)
    db.session.flush()


def _keep(project: Project, milestone: Milestone) -> None:
    data = milestone.data
    if milestone.kind is MilestoneKind.SIGNED:
        project.invest_agreed_cny = milestone.amount_cny
    elif milestone.kind is MilestoneKind.REGISTERED:
        key = keys.code_key(uscc.normalise(str(data.get("local_uscc") or "")))
        found = keys.owners([key]) if key else []
        project.local_company_id = found[0] if found else project.local_company_id
        project.project_code = project.project_code or str(data.get("approval_no") or "")[:40] or None
    elif milestone.kind is MilestoneKind.INCUBATED:
        project.incubator = str(data.get("incubator") or project.incubator)[:80]
    elif milestone.kind is MilestoneKind.CLOSED:
        project.close_reason = str(data.get("close_reason") or "")[:30]
        project.close_words = milestone.note[:300]
        project.went_where = str(data.get("went_where") or "")[:80]
        project.lesson = str(data.get("lesson") or "")[:400]


def _own_claim(actor: Actor, project: Project) -> None:
    """Signing turns protection into ownership, without an end (domain.md §3.6)."""
    claim = claim_of(project)
    if claim is None:
        return
    project.claim_id = claim.id
    lock_company(claim.company_id)
    db.session.refresh(claim, with_for_update={"key_share": True, "of": Claim})
    if claim.status is not ClaimStatus.PROTECTED:
        return
    claim.hold_until = None
    ledger.move(claim, ClaimStatus.OWNED, holds=True)
    ledger.write(actor, claim, "owned", project=project.number)
