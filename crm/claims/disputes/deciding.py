"""The decision of a case: points, effects and opinion in one transaction."""

from flask_babel import gettext as _

from crm.claims import cases
from crm.claims.disputes import grid, opinions, several
from crm.claims.disputes.models import Instance
from crm.claims.models import Case, ClaimStatus, StepKind
from crm.claims.transfers import benefits
from crm.claims.transfers import queries as transfers
from crm.core import disputes as rules
from crm.core.errors import Conflict
from crm.kit import db
from crm.kit.access import Actor

LONG_REASON = 15


@db.transactional
def decide(
    actor: Actor,
    case: Case,
    decision: str,
    reason: str,
    *,
    points: grid.Given | None = None,
    version: int | None = None,
) -> Case:
    """Decide a case on the grid and issue its opinion. Raises as ``cases.decide`` does, and Conflict beside a wrong number.

    A case without two parties has no points and no opinion. Who prefers the side with fewer points says why at length.
    """
    case = cases.locked(case.id)
    if grid.two_sides(case) is None or not cases.arbiter_allowed(actor, case):
        return cases.decide(actor, case, decision, reason, version=version)
    settled, facts = grid.settled(case, points), opinions.facts_of(case)
    check_reason(decision, reason, grid.totals(settled))
    waited = _waits_for_verification(case)
    row = cases.decide(actor, case, decision, reason, version=version)
    facts["verified"] = waited and not _waits_for_verification(case) and decision not in rules.FOR_SECOND
    opinions.issue(actor, row, Instance.FIRST, decision, reason.strip(), settled, facts)
    share(actor, row, decision)
    return row


def _waits_for_verification(case: Case) -> bool:
    return any(one.side == 0 and one.claim.status is ClaimStatus.VERIFYING for one in case.parties)


@db.transactional
def decide_several(
    actor: Actor,
    case: Case,
    outcomes: several.Outcomes,
    reason: str,
    *,
    points: grid.Given | None = None,
    version: int | None = None,
) -> Case:
    """Decide a case of three or more parties: one is given the hold, each other its own outcome. Raises as ``decide`` does."""
    case = cases.to_decide(actor, case, version)
    settled, facts = grid.settled(case, points), opinions.facts_of(case)
    cases.check_words(reason)
    winner = several.check(case, outcomes)
    check_best(winner.side, reason, grid.sums(settled))
    several.carry_out(actor, case, outcomes, reason.strip())
    cases.step(actor, case, StepKind.DECIDED, reason.strip(), None, decision=several.DECISION)
    cases.close(actor, case, several.DECISION, reason.strip())
    given = opinions.outcomes_of(case)
    opinions.issue(actor, case, Instance.FIRST, several.DECISION, reason.strip(), settled, {**facts, "outcomes": given})
    several.told(case, "decided", _("案件 %(number)s 已裁定：", number=case.number))
    return case


def check_best(side: int, reason: str, sums: dict[int, int]) -> None:
    """Raise Conflict when a side wins that has fewer points than another, without a reason of some length."""
    if sums.get(side, 0) < max(sums.values(), default=0) and len(reason.strip()) < LONG_REASON:
        raise Conflict(
            _("得分较低的一方获得认定，请在理由中写明原因（至少 %(n)s 个字）。", n=LONG_REASON), field="reason"
        )


def share(actor: Actor, case: Case, decision: str) -> None:
    """Draft what the two share where the decision says so; an agreement of an earlier decision no longer counts."""
    pair = grid.two_sides(case)
    present = transfers.agreement_of(case=case)
    if pair is None or (present is None and not decision.endswith("share")):
        return
    winner, loser = pair if decision in rules.FOR_FIRST else (pair[1], pair[0])
    if present is None:
        benefits.draft(actor, origin_org_id=loser.org_id, host_org_id=winner.org_id, case=case)
    else:
        benefits.turn(present, counts=decision.endswith("share"), origin_org_id=loser.org_id, host_org_id=winner.org_id)


def check_reason(decision: str, reason: str, totals: tuple[int, int]) -> None:
    """Raise Conflict when the side with fewer points wins without a reason of some length."""
    if rules.against_points(decision, totals) and len(reason.strip()) < LONG_REASON:
        raise Conflict(
            _("得分较低的一方获得认定，请在理由中写明原因（至少 %(n)s 个字）。", n=LONG_REASON), field="reason"
        )
