"""What a reader of a case sees of its steps, files and papers: the arbiter all, a party its own side (domain.md §3.5)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select

from crm.claims import labels, queries
from crm.claims.disputes.models import Audience, InvestorChoice, Opinion, OpinionCopy, OpinionPrint
from crm.claims.models import Case, CaseParty, CaseStep, Claim, StepKind
from crm.core.permissions import Permission, Role
from crm.kit import db
from crm.kit.access import Actor

# Of the other side a party reads that these happened, and the word of the fixed list that they carry; never their text.
SHARED = frozenset({StepKind.PROPOSE, StepKind.AGREE, StepKind.APPEAL, StepKind.APPEAL_BACK})


@dataclass(frozen=True)
class Line:
    """A step as a reader sees it. ``whose``: mine, other or empty."""

    kind: StepKind
    title: str
    text: str
    decision: str
    at: datetime
    whose: str
    by: str


def lines(case: Case, mine: Claim | None) -> list[Line]:
    """Return the steps for a reader, the newest first; ``mine`` None is the arbiter, who reads everything."""
    found = [_line(one, mine) for one in case.steps if mine is None or _readable(one, mine)]
    return found[::-1]


def _readable(one: CaseStep, mine: Claim) -> bool:
    return one.org_id is None or one.claim_id == mine.id or one.kind in SHARED


def _line(one: CaseStep, mine: Claim | None) -> Line:
    own = mine is not None and one.claim_id == mine.id
    whose = "" if mine is None or one.org_id is None else "mine" if own else "other"
    text = one.text if mine is None or own else ""
    by = one.by_words if mine is None or own else ""
    return Line(one.kind, str(labels.STEP[one.kind]), text, one.decision, one.at, whose, by)


def may_read_file(actor: Actor, file_id: int) -> bool:
    """Say whether a file is a copy of an opinion for this reader, or the investor's paper that the own unit entered."""
    if not actor.can(Permission.CLAIM_READ):
        return False
    paper = or_(InvestorChoice.file_id == file_id, InvestorChoice.revoke_file_id == file_id)
    choice = db.session.scalar(select(InvestorChoice).where(paper))
    if choice is not None:
        return choice.org_id == actor.org_id or judges(actor, choice.case_id)
    row = db.session.execute(
        select(OpinionCopy.audience, OpinionCopy.side, Opinion.case_id)
        .join(Opinion, Opinion.id == OpinionCopy.opinion_id)
        .outerjoin(OpinionPrint, OpinionPrint.copy_id == OpinionCopy.id)
        .where(or_(OpinionCopy.file_id == file_id, OpinionPrint.file_id == file_id))
    ).first()
    return row is not None and _is_copy_of(actor, row.case_id, row.audience, row.side)


def judges(actor: Actor, case_id: int | None) -> bool:
    """Say whether a reader sees both sides: the centre, or the leading group's office in a case that it decides."""
    if actor.is_center:
        return True
    query = select(Case.id).where(Case.id == case_id, queries.cases_visible_to(actor))
    return Role.OFFICE in actor.roles and db.session.scalar(query) is not None


def _is_copy_of(actor: Actor, case_id: int, audience: Audience, side: int) -> bool:
    """Say whether a copy is this reader's: a party opens its own alone, who judges and is no party opens all."""
    query = select(CaseParty.side).join(Claim).where(CaseParty.case_id == case_id, Claim.org_id == actor.org_id)
    own = db.session.scalar(query.limit(1))
    if own is not None:
        return audience is not Audience.ARCHIVE and side == own
    return judges(actor, case_id)
