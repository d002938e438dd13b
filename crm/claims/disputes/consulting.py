"""Consultation: the two units try to agree within their working days; what both say is a word of the fixed list.

An agreement does not decide: the centre confirms it, because every conflict is judged by a person.
"""

from flask_babel import gettext as _

from crm.audit import service as audit
from crm.claims import cases, labels, telling
from crm.claims.models import Case, CaseKind, CaseStatus, CaseStep, Claim, StepKind
from crm.core.errors import Conflict, Forbidden
from crm.core.permissions import Permission
from crm.kit import clock, db
from crm.kit.access import Actor, authorize
from crm.parameters import calendar
from crm.parameters import queries as parameters

# What the parties may propose to each other: never more than the arbiter may decide.
PROPOSALS = ("first", "second", "assist", "second_assist", "both")


def proposals_of(case: Case) -> list[str]:
    """Return what may be proposed in this case."""
    return [word for word in PROPOSALS if word in cases.DECISIONS[case.kind]]


def latest(case: Case) -> CaseStep | None:
    """Return the proposal that stands: the newest."""
    return next((one for one in reversed(case.steps) if one.kind is StepKind.PROPOSE), None)


def agreed(case: Case) -> str:
    """Return what the two sides agreed on, or an empty text."""
    return next((one.decision for one in reversed(case.steps) if one.kind is StepKind.AGREE), "")


@db.transactional
def propose(actor: Actor, case: Case, claim: Claim, decision: str, version: int | None = None) -> Case:
    """A party proposes an outcome during the consultation; the other reads the outcome, and no other word."""
    case = _consulted(actor, case, claim)
    if version is not None and version != case.version:
        raise Conflict(_("对方刚有新的动作，请核对后再提。"))
    if decision not in proposals_of(case):
        raise Conflict(_("请选择一种方案。"), field="proposal")
    cases.step(actor, case, StepKind.PROPOSE, "", claim, decision=decision)
    case.version += 1
    db.session.flush()
    audit.record(actor, "case.proposed", case, decision=decision)
    other = other_side(case, claim)
    words = _("案件 %(number)s：对方提出协商方案，请查看。", number=case.number)
    telling.in_case(case, other, "case.proposed", words)
    return case


@db.transactional
def agree(actor: Actor, case: Case, claim: Claim, version: int | None = None) -> Case:
    """A party agrees to the other's proposal: the case goes to the centre, which confirms."""
    case = _consulted(actor, case, claim)
    said = latest(case)
    if said is None or said.claim_id == claim.id:
        raise Conflict(_("对方还没有提出方案。"))
    if version is not None and version != case.version:
        raise Conflict(_("对方刚换了方案，请核对后再同意。"))
    cases.step(actor, case, StepKind.AGREE, "", claim, decision=said.decision)
    _to_arbiter(case)
    audit.record(actor, "case.agreed", case, decision=said.decision)
    telling.case_step(case, _("双方协商一致：%(words)s，请确认。", words=labels.DECISION[said.decision]))
    telling.in_case(
        case, other_side(case, claim), "case.agreed", _("案件 %(number)s：对方同意您单位的方案。", number=case.number)
    )
    return case


@db.transactional
def end_without(case_id: int) -> None:
    """The days of consultation are over without agreement: the centre decides now."""
    case = cases.locked(case_id)
    if case.status is not CaseStatus.CONSULTING or case.due_on >= clock.today():
        return
    cases.step(Actor.system(), case, StepKind.LAPSED, "", None)
    _to_arbiter(case)
    audit.record(Actor.system(), "case.lapsed", case)
    telling.case_step(case, _("协商期满未达成一致，请裁定。"))
    for party in case.parties:
        telling.in_case(
            case,
            party.claim,
            "case.lapsed",
            _("案件 %(number)s：协商期满，转市招商服务中心裁定。", number=case.number),
        )


def _consulted(actor: Actor, case: Case, claim: Claim) -> Case:
    authorize(actor, Permission.CLAIM_FILE)
    case = cases.locked(case.id)
    if claim.org_id != actor.org_id or claim.id not in [party.claim_id for party in case.parties]:
        raise Forbidden(_("只有案件当事单位可以这样做。"))
    if case.status is not CaseStatus.CONSULTING or case.kind is CaseKind.KEYS:
        raise Conflict(_("本案现在不在协商期。"))
    return case


def _to_arbiter(case: Case) -> None:
    case.status = CaseStatus.OPEN
    case.due_on = calendar.add_working_days(clock.today(), parameters.whole("arbitrate_wd"))
    case.version += 1
    db.session.flush()


def other_side(case: Case, claim: Claim) -> Claim | None:
    """Return the other party's claim, if there is one."""
    return next((party.claim for party in case.parties if party.claim_id != claim.id), None)
