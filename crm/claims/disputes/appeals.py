"""Appeal: a party asks the leading group within its working days; its office upholds or changes the decision, once.

An appeal taken back was not decided: while the days run, either side may still file one (domain.md §3.6 ends the dispute by the
leading group's word, not by a request that was withdrawn). The steps of the case keep each.
"""

from datetime import date

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from crm.audit import service as audit
from crm.claims import cases, gathering, labels, ledger, queries, telling
from crm.claims.disputes import deciding, grid, opinions, several
from crm.claims.disputes import labels as disputes_labels
from crm.claims.disputes.models import Appeal, AppealStatus, Instance, Opinion
from crm.claims.models import Case, CaseStatus, Claim, ClaimStatus, StepKind
from crm.core import disputes as rules
from crm.core.errors import Conflict, Forbidden, Stale
from crm.core.permissions import Permission, Role
from crm.kit import clock, db
from crm.kit.access import Actor, authorize
from crm.parameters import calendar
from crm.parameters import queries as parameters


def find_appeal(case: Case) -> Appeal | None:
    """Return the appeal of a case that the caller got through its scope."""
    query = select(Appeal).where(Appeal.case_id == case.id)
    return db.session.scalar(query.options(joinedload(Appeal.claim), joinedload(Appeal.decided_by)))


def last_day(case: Case) -> date | None:
    """Return the last day on which a decided case may be appealed."""
    if case.decided_at is None:
        return None
    return calendar.add_working_days(clock.local(case.decided_at).date(), parameters.whole("appeal_wd"))


def may_appeal(actor: Actor, case: Case, claim: Claim | None, appeal: Appeal | None, given: list[Opinion]) -> bool:
    """Say whether this party may still appeal: its days run, the centre gave an opinion that leaves it something to ask, no appeal stands."""
    last = last_day(case)
    if claim is None or _stands(appeal) or not given or last is None or _got_all(case, claim):
        return False
    mine = claim.org_id == actor.org_id and actor.can(Permission.CLAIM_FILE)
    return mine and clock.today() <= last and not queries.any_of_center([party.claim_id for party in case.parties])


def _stands(appeal: Appeal | None) -> bool:
    """Say whether an appeal waits for the leading group or was decided by it."""
    return appeal is not None and appeal.status is not AppealStatus.WITHDRAWN


def _got_all(case: Case, claim: Claim) -> bool:
    """Say whether the party holds by the decision and shares with nobody: it could only use up the one appeal of a case."""
    outcomes = {party.claim_id: party.outcome for party in case.parties if party.outcome}
    if outcomes:
        return outcomes.get(claim.id) == several.HOLD and "share" not in outcomes.values()
    mine = next((party.side for party in case.parties if party.claim_id == claim.id), None)
    return case.decision in (("first", "assist") if mine == 0 else ("second", "second_assist"))


@db.transactional
def appeal(actor: Actor, case: Case, claim: Claim, reason: str) -> Appeal:
    """A party appeals; the decision stays in force meanwhile. Raises Conflict when its days are over or it was done before."""
    authorize(actor, Permission.CLAIM_FILE)
    case = cases.locked(case.id)
    if claim.org_id != actor.org_id or claim.id not in [party.claim_id for party in case.parties]:
        raise Forbidden(_("只有案件当事单位可以这样做。"))
    if case.status is not CaseStatus.DECIDED:
        raise Conflict(_("案件还没有裁定，不能申请复核。"))
    before = find_appeal(case)
    if not may_appeal(actor, case, claim, before, opinions.of_case(case)):
        raise Conflict(_("复核期已过，或本案已申请过复核；如有新情况请书面报领导小组办公室。"))
    if len(reason.strip()) < 5:
        raise Conflict(_("请写明不服的理由（至少 5 个字）。"), field="reason")
    row = _filed(case, claim, reason.strip(), before)
    cases.step(actor, case, StepKind.APPEAL, reason.strip(), claim)
    case.version += 1
    audit.record(actor, "case.appealed", case)
    text = _("案件 %(number)s 申请复核，请于 %(day)s 前决定。", number=case.number, day=row.due_on.isoformat())
    telling.appealed(case, text, f"filed {row.version}")
    words = _("案件 %(number)s：对方申请复核，复核期间裁定照常执行。", number=case.number)
    if gathering.several(case):
        words = _("案件 %(number)s：另有单位申请复核，复核期间裁定照常执行。", number=case.number)
    _tell_others(case, claim, words)
    return row


def _filed(case: Case, claim: Claim, reason: str, before: Appeal | None) -> Appeal:
    """Return the appeal, waiting from now on: a new row, or the one that was taken back before."""
    row = before or Appeal(case_id=case.id)
    row.claim_id, row.claim = claim.id, claim
    row.status, row.filed_at, row.reason = AppealStatus.OPEN, clock.now(), reason
    row.due_on = calendar.add_working_days(clock.today(), parameters.whole("arbitrate_wd"))
    row.decided_at = row.told_at = None
    row.version = 1 + (row.version or 0)
    with db.unique("reason", _("本案已申请过复核。")):
        db.session.add(row)
        db.session.flush()
    return row


def _tell_others(case: Case, claim: Claim, words: str) -> None:
    for party in case.parties:
        if party.claim_id != claim.id:
            telling.in_case(case, party.claim, "case.appealed", words)


@db.transactional
def withdraw(actor: Actor, case: Case, claim: Claim) -> None:
    """The party that appealed takes it back; the decision stands, and all sides are told."""
    case, row = _running(case)
    if row.claim_id != claim.id or claim.org_id != actor.org_id:
        raise Forbidden(_("只有申请复核的单位可以撤回。"))
    row.status, row.decided_at = AppealStatus.WITHDRAWN, clock.now()
    row.version += 1
    cases.step(actor, case, StepKind.APPEAL_BACK, "", claim)
    case.version += 1
    db.session.flush()
    audit.record(actor, "case.appeal_withdrawn", case)
    words = _("案件 %(number)s 的复核申请已撤回。", number=case.number)
    telling.appealed(case, words, f"back {row.version}")
    _tell_others(case, claim, words)


def may_review(actor: Actor, case: Case, appeal: Appeal | None) -> bool:
    """Say whether this person reviews: the leading group's office, of no party's unit, who did not decide before (I19)."""
    if appeal is None or appeal.status is not AppealStatus.OPEN or Role.OFFICE not in actor.roles:
        return False
    orgs = {party.claim.org_id for party in case.parties}
    return actor.org_id not in orgs and case.decided_by_id != actor.user_id


@db.transactional
def review(
    actor: Actor,
    case: Case,
    decision: str,
    reason: str,
    *,
    version: int | None = None,
    outcomes: several.Outcomes | None = None,
) -> Case:
    """Uphold the decision (the same word again) or change it, with a second opinion and its effects in one transaction.

    Of three or more parties ``outcomes`` says what each gets; the decision is then ``several.DECISION``.
    """
    authorize(actor, Permission.CASE_DECIDE)
    case, row = _running(case)
    if not may_review(actor, case, row):
        raise Forbidden(_("复核由领导小组办公室进行；当事单位和原裁定人不能复核。"))
    if version is not None and version != case.version:
        raise Stale(_("案件刚有新的进展，请核对后再决定。"), current=case)
    if decision != several.DECISION if outcomes is not None else decision not in cases.DECISIONS[case.kind]:
        raise Conflict(_("请选择一种决定。"), field="decision")
    if len(reason.strip()) < 5:
        raise Conflict(_("请写明复核理由（至少 5 个字）。"), field="reason")
    before = opinions.of_case(case)[-1]
    facts = opinions.facts_of(case)
    if outcomes is not None:
        deciding.check_best(several.check(case, outcomes, again=True).side, reason, grid.sums(before.points))
        changed = several.change(actor, case, outcomes, reason.strip())
        facts["outcomes"] = opinions.outcomes_of(case)
    else:
        deciding.check_reason(decision, reason, grid.totals(before.points))
        changed = decision != case.decision
        if changed:
            _change(actor, case, decision, reason.strip())
    row.status = AppealStatus.CHANGED if changed else AppealStatus.UPHELD
    row.answer, row.decided_at, row.decided_by_id = reason.strip(), clock.now(), actor.user_id
    row.version += 1
    cases.step(actor, case, StepKind.REVIEWED, reason.strip(), None, decision=decision)
    case.decision, case.reason, case.version = decision, reason.strip(), case.version + 1
    db.session.flush()
    opinions.issue(actor, case, Instance.APPEAL, decision, reason.strip(), before.points, facts)
    if changed and outcomes is None:
        deciding.share(actor, case, decision)
    audit.record(actor, "case.reviewed", case, decision=decision)
    for party in case.parties:  # of three and more each hears what it got, and nobody what another got
        words = disputes_labels.OUTCOME[party.outcome] if party.outcome else labels.DECISION[decision]
        text = _("案件 %(number)s 复核决定：%(words)s。", number=case.number, words=str(words))
        telling.in_case(case, party.claim, "case.reviewed", text)
    return case


def _running(case: Case) -> tuple[Case, Appeal]:
    case = cases.locked(case.id)
    row = db.session.scalar(
        select(Appeal).where(Appeal.case_id == case.id).with_for_update().execution_options(populate_existing=True)
    )
    if row is None or row.status is not AppealStatus.OPEN:
        raise Conflict(_("本案不在复核中。"))
    return case, row


def _change(actor: Actor, case: Case, decision: str, reason: str) -> None:
    """Carry out another decision: who must let go does so first, then the other takes the hold."""
    pair = grid.two_sides(case)
    assert pair is not None
    if any(claim.status is ClaimStatus.OWNED for claim in pair):
        raise Conflict(_("一方已签约，保护已转为长期归属，不能变更认定；请按流转办理。"), field="decision")
    if decision == "both":
        for claim in pair:
            if not claim.holds:
                _reopen(actor, claim, reason)
                claim.matter_no = 1 + (cases.last_matter(claim.company_id) or 0)
                cases.win(actor, claim, reason)
        return
    winner, loser = pair if decision in rules.FOR_FIRST else (pair[1], pair[0])
    matter, company_id = loser.matter_no, loser.company_id
    held = loser.holds
    _reopen(actor, loser, reason)
    status = ClaimStatus.ASSISTING if decision not in ("first", "second") else ClaimStatus.LOST
    ledger.place(loser, status, holds=False)
    ledger.write(actor, loser, "assisting" if status is ClaimStatus.ASSISTING else "lost", reason)
    if winner.holds:
        return
    if not held or winner.grade.value == "C":
        raise Conflict(_("该事项现在无人持有，或胜方证据只有 C 级，不能据此变更；请先补证据。"), field="decision")
    _reopen(actor, winner, reason)
    winner.company_id, winner.matter_no = company_id, matter
    cases.win(actor, winner, reason)


def _reopen(actor: Actor, claim: Claim, reason: str) -> None:
    """Bring a claim that the first decision ended, or that holds by it, back among those to be settled."""
    if claim.closed_at is not None and claim.status not in (ClaimStatus.LOST, ClaimStatus.ASSISTING):
        raise Conflict(_("一方的备案已因别的原因结束，不能变更认定。"), field="decision")
    claim.closed_at = None
    with db.unique("decision", _("一方已就同一线索重新首报，不能变更认定。")):
        ledger.place(claim, ClaimStatus.CONFLICT, holds=False)
    ledger.write(actor, claim, "reviewed", reason)
