"""A case of three or more parties: one of them is given the hold, and each other one is told what it gets, in one decision.

There is no consultation here, the centre decides at once; points, opinion, appeal and papers are those of every case.
"""

from collections.abc import Mapping

from flask_babel import gettext as _

from crm.claims import cases, ledger, telling
from crm.claims.disputes import labels
from crm.claims.models import Case, CaseParty, Claim, ClaimStatus
from crm.claims.transfers import benefits
from crm.claims.transfers import queries as transfers
from crm.core.errors import Conflict
from crm.kit import db
from crm.kit.access import Actor
from crm.leads.models import Grade

DECISION = "one"
HOLD = "hold"
OUTCOMES = (HOLD, "lost", "assist", "share")
_STATUS = {"lost": ClaimStatus.LOST, "assist": ClaimStatus.ASSISTING, "share": ClaimStatus.ASSISTING}
_ENDED_BY_A_CASE = (ClaimStatus.LOST, ClaimStatus.ASSISTING)

Outcomes = Mapping[int, str]  # side → word


def deciding(case: Case, *, again: bool = False) -> list[CaseParty]:
    """Return the parties that the decision speaks of: those whose report has not ended otherwise; ``again`` on appeal."""
    kept = [one for one in case.parties if one.claim.closed_at is None]
    return [one for one in case.parties if one in kept or one.outcome] if again else kept


def check(case: Case, outcomes: Outcomes, *, again: bool = False) -> CaseParty:
    """Return the party that is given the hold. Raises Conflict beside the party whose word lacks or does not fit."""
    parties = deciding(case, again=again)
    for one in parties:
        if outcomes.get(one.side) not in OUTCOMES:
            raise Conflict(_("请为每个单位选择一种结果。"), field=f"o{one.side}")
    winners = [one for one in parties if outcomes[one.side] == HOLD]
    if len(winners) != 1:
        side = (winners[1] if winners else parties[0]).side
        raise Conflict(_("请选定一个单位取得保护，且只能一个。"), field=f"o{side}")
    if winners[0].claim.grade is Grade.C:
        raise Conflict(_("证据只有 C 级，不能给予保护。请退回补证据。"), field=f"o{winners[0].side}")
    return winners[0]


def carry_out(actor: Actor, case: Case, outcomes: Outcomes, reason: str) -> None:
    """Let all others go first, then give the winner the matter that one of them held, or a new one."""
    winner = check(case, outcomes)
    held = next((one.claim for one in case.parties if one.claim.holds), None)
    matter, company_id = (held.matter_no, held.company_id) if held else (None, winner.claim.company_id)
    for one in deciding(case):
        one.outcome = outcomes[one.side]
        if one is not winner:
            _let_go(actor, one.claim, one.outcome, reason)
    _take(actor, winner.claim, company_id, matter, reason)
    _share(actor, case, winner)


def change(actor: Actor, case: Case, outcomes: Outcomes, reason: str) -> bool:
    """Carry out the word of the appeal. Returns whether it differs from the first decision. Raises Conflict when it cannot be."""
    winner = check(case, outcomes, again=True)
    parties = deciding(case, again=True)
    if all(outcomes[one.side] == one.outcome for one in parties):
        return False
    if any(one.claim.status is ClaimStatus.OWNED for one in parties):
        raise Conflict(_("一方已签约，保护已转为长期归属，不能变更认定；请按流转办理。"), field=f"o{winner.side}")
    held = next((one.claim for one in parties if one.claim.holds), None)
    if held is None:
        raise Conflict(_("该事项现在无人持有，不能据此变更。"), field=f"o{winner.side}")
    matter, company_id = held.matter_no, held.company_id
    for one in parties:
        before, one.outcome = one.outcome, outcomes[one.side]
        if one is not winner and (one.claim.holds or before != one.outcome):
            _reopen(actor, one, reason)
            _let_go(actor, one.claim, one.outcome, reason)
    if not winner.claim.holds:
        _reopen(actor, winner, reason)
        _take(actor, winner.claim, company_id, matter, reason)
    _share(actor, case, winner)
    return True


def _let_go(actor: Actor, claim: Claim, outcome: str, reason: str) -> None:
    ledger.place(claim, _STATUS[outcome], holds=False)
    ledger.write(actor, claim, "lost" if outcome == "lost" else "assisting", reason)


def _take(actor: Actor, claim: Claim, company_id: int, matter: int | None, reason: str) -> None:
    if claim.status is ClaimStatus.PROTECTED and claim.holds:
        return  # it held and goes on holding, by its own clock
    if not claim.holds:
        if cases.held_by_another(claim, company_id):
            raise Conflict(_("该事项刚被别的备案占用，请刷新后再裁定。"))
        claim.company_id = company_id
        claim.matter_no = matter or 1 + (cases.last_matter(company_id) or 0)
    cases.win(actor, claim, reason)


def _reopen(actor: Actor, party: CaseParty, reason: str) -> None:
    claim = party.claim
    if claim.closed_at is not None and claim.status not in _ENDED_BY_A_CASE:
        raise Conflict(_("一方的备案已因别的原因结束，不能变更认定。"), field=f"o{party.side}")
    claim.closed_at = None
    with db.unique(f"o{party.side}", _("一方已就同一线索重新首报，不能变更认定。")):
        ledger.place(claim, ClaimStatus.CONFLICT, holds=False)
    ledger.write(actor, claim, "reviewed", reason)


def _share(actor: Actor, case: Case, winner: CaseParty) -> None:
    """Draft an agreement with each that shares; those of a decision before no longer count."""
    sharing = {one.claim.org_id for one in case.parties if one.outcome == "share"}
    host = winner.claim.org_id
    present = {row.origin_org_id: row for row in transfers.agreements_of(case)}
    for org_id, row in present.items():
        benefits.turn(row, counts=org_id in sharing, origin_org_id=org_id, host_org_id=host)
    for org_id in sorted(sharing - present.keys()):
        benefits.draft(actor, origin_org_id=org_id, host_org_id=host, case=case)


def told(case: Case, kind: str, words: str) -> None:
    """Tell each party what it got, and nobody what another got."""
    for one in deciding(case, again=True):
        text = f"{words}{labels.OUTCOME[one.outcome]}。" if one.outcome else words
        telling.outcome(one.claim, kind, text)
