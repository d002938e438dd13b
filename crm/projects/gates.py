"""What a gate finds: the facts of a project with what is submitted now, in codes of ``core.stages``. Reads only."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from crm.claims.filing import open_claim
from crm.claims.growth import verified_small
from crm.claims.models import Claim, ClaimStatus
from crm.core import stages, uscc
from crm.core.errors import Conflict
from crm.core.stages import Facts, MilestoneKind
from crm.kit import db
from crm.parameters import queries as parameters
from crm.projects.models import (
    CLAIMED,
    AdmissionReview,
    CheckKind,
    CheckResult,
    GateCheck,
    Milestone,
    Project,
)
from crm.projects.models.projects import ProjectKind

# The one carrier that the plan lets electroplating and the like settle on (R102, R029): 恒鑫电镀产业园.
PLATING_CARRIER = "HXDD"
START_TYPES = ("construction", "equipment", "opening")
WITHOUT_INVESTOR = frozenset(
    {ProjectKind.PARK, ProjectKind.PLATFORM, ProjectKind.INFRASTRUCTURE, ProjectKind.BASE, ProjectKind.EVENT}
)
_RESULTS = ("output_result", "tax_result", "jobs_result")


class Lacking(Conflict):
    """A gate that stays shut; ``needs`` are the codes of what is missing, so that a form can mark their fields."""

    def __init__(self, message: str, needs: tuple[str, ...]) -> None:
        super().__init__(message)
        self.needs = needs


@dataclass(frozen=True)
class Evidence:
    """What a person gives with a milestone. Amounts in yuan; ``data`` by the names of ``Milestone.data``; ``files`` their kinds."""

    event_on: date | None = None
    amount_cny: Decimal | None = None
    fixed_cny: Decimal | None = None
    data: dict[str, Any] = field(default_factory=dict)
    files: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Standing:
    """What is known of a project before anything is submitted: its reviews and its claim, read once for a page."""

    admission: AdmissionReview | None
    checks: dict[CheckKind, GateCheck]
    claim: Claim | None

    def passed(self, kind: CheckKind) -> bool:
        """Say whether the newest check of this kind passed."""
        return kind in self.checks and self.checks[kind].result is CheckResult.PASSED


def standing_of(project: Project) -> Standing:
    """Return the newest admission review, the newest check of each kind and the claim."""
    newest = select(AdmissionReview).where(AdmissionReview.project_id == project.id)
    checks = select(GateCheck).where(GateCheck.project_id == project.id).order_by(GateCheck.id)
    return Standing(
        admission=db.session.scalar(newest.order_by(AdmissionReview.number.desc()).limit(1)),
        checks={row.kind: row for row in db.session.scalars(checks)},
        claim=claim_of(project),
    )


def claim_of(project: Project) -> Claim | None:
    """Return the project's claim; where it has none, or that ended, the one of its lead that is open now."""
    claim = db.session.get(Claim, project.claim_id) if project.claim_id else None
    if (claim is None or claim.closed_at is not None) and project.lead_id is not None:
        return open_claim(project.lead_id) or claim
    return claim


def evidence_of(milestone: Milestone, adjusted: Milestone | None = None) -> Evidence:
    """Return what a stored milestone gives; the files of the line that it puts right count too."""
    rows = [*milestone.files, *(adjusted.files if adjusted else [])]
    kinds = frozenset(row.kind for row in rows)
    return Evidence(milestone.event_on, milestone.amount_cny, milestone.fixed_cny, milestone.data, kinds)


def facts_of(project: Project, given: Evidence, standing: Standing) -> Facts:
    """Return what the gate looks at."""
    claim = standing.claim
    return Facts(
        stage=project.stage,
        needs_claim=stages.needs_claim(
            project.kind in CLAIMED, project.invest_total_cny, parameters.value("claim_min_invest")
        ),
        claim_protected=claim is not None and _protects(claim),
        given=frozenset(code for code, there in _there(project, given, standing).items() if there),
    )


def _protects(claim: Claim) -> bool:
    """Say whether the claim carries a project that needs one: what was verified for a small amount is verified again (§3.2)."""
    return claim.status is ClaimStatus.OWNED or (claim.status is ClaimStatus.PROTECTED and not verified_small(claim))


def lacking(project: Project, kind: MilestoneKind, given: Evidence, standing: Standing | None = None) -> list[str]:
    """Return the codes of what the gate of ``kind`` lacks."""
    return stages.missing(kind, facts_of(project, given, standing or standing_of(project)))


def _there(project: Project, given: Evidence, standing: Standing) -> dict[str, bool]:
    data = given.data
    files = {need: not given.files.isdisjoint(kinds) for need, kinds in stages.FILE_NEEDS.items()}
    numbers = {code: data.get(code) not in (None, "") for code in (*_RESULTS, "registered_capital")}
    return {
        **files,
        **numbers,
        "visit": project.last_effective_on is not None,
        "company": bool(project.company_id or project.company_text) or project.kind in WITHOUT_INVESTOR,
        "node": project.node_id is not None,
        "carrier": project.carrier_id is not None,
        "carrier_allowed": carrier_allowed(project, standing),
        "event_on": given.event_on is not None,
        "amount": given.amount_cny is not None and given.amount_cny > 0,
        "fixed": given.fixed_cny is not None,
        "admission": standing.admission is not None and standing.admission.passed,
        "fair_review": standing.passed(CheckKind.FAIR),
        "local_uscc": uscc.is_valid(str(data.get("local_uscc") or "")),
        "approval_no": bool(data.get("approval_no") or project.project_code),
        "start_type": data.get("start_type") in START_TYPES,
        "incubator": bool(data.get("incubator") or project.incubator),
        "close_reason": bool(data.get("close_reason")),
        "lesson": bool(str(data.get("lesson") or "").strip()),
    }


def carrier_allowed(project: Project, standing: Standing) -> bool:
    """Say whether the project may settle on its carrier: electroplating elsewhere needs the departments' countersign (R102)."""
    if not project.electroplating:
        return True
    on_its_carrier = project.carrier is not None and project.carrier.code == PLATING_CARRIER
    return on_its_carrier or standing.passed(CheckKind.COUNTERSIGN)
