"""Three or more reports on one matter stand in one case: the later ones join the case that waits."""

from sqlalchemy import select

from crm.audit import service as audit
from crm.claims.models import Case, CaseKind, CaseParty, CaseStatus, Claim, StepKind
from crm.kit import db
from crm.kit.access import Actor


def join(actor: Actor, claim: Claim, holder: Claim) -> bool:
    """Let a further report into the case that waits on the same holder. False when there is none that it may join.

    A case in which the two already talk, one that its arbiter has open, and one of the own unit are left as they are.
    """
    query = (
        select(Case)
        .join(CaseParty, CaseParty.case_id == Case.id)
        .where(Case.kind == CaseKind.CONFLICT, Case.status == CaseStatus.OPEN)
        .where(CaseParty.claim_id == holder.id, CaseParty.side == 0)
        .order_by(Case.id)
        .limit(1)
    )
    case = db.session.scalar(query.with_for_update(of=Case, skip_locked=True).execution_options(populate_existing=True))
    if case is None or any(one.claim.org_id == claim.org_id for one in case.parties):
        return False
    if any(one.kind in (StepKind.CONSULT, StepKind.PROPOSE, StepKind.AGREE) for one in case.steps):
        return False
    add_party(actor, case, claim)
    return True


def add_party(actor: Actor, case: Case, claim: Claim) -> None:
    """Add a report to a case as its next side."""
    case.parties.append(CaseParty(claim_id=claim.id, side=1 + max(one.side for one in case.parties), claim=claim))
    case.version += 1
    db.session.flush()
    audit.record(actor, "case.joined", case)


def several(case: Case) -> bool:
    """Say whether more than two reports meet in the case."""
    return len(case.parties) > 2
