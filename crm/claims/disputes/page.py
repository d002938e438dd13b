"""What the page of a case shows beside the reports: consultation, papers of the investor, opinions, appeal."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from crm.claims import cases, gathering
from crm.claims.disputes import appeals, choices, consulting, grid, opinions, reading
from crm.claims.disputes import labels as words
from crm.claims.disputes.models import Appeal, AppealStatus, Instance, Opinion
from crm.claims.models import Case, CaseStatus, Claim, StepKind
from crm.claims.transfers import queries as transfers
from crm.claims.transfers.models import AgreementStatus, BenefitAgreement
from crm.kit import clock
from crm.kit.access import Actor


def context(actor: Actor, case: Case, mine: Claim | None, *, judge: bool, appeal: Appeal | None) -> dict[str, Any]:
    """Return what this reader may see; asks only what the case's state can have."""
    decided = case.status is CaseStatus.DECIDED
    given = opinions.of_case(case) if decided else []
    whole = judge and mine is None
    papers = [] if decided and not whole else choices.of_case(case)
    audience = opinions.audience_of(case, mine, judge=judge) if given else None
    side = opinions.side_of(case, mine)
    said = consulting.latest(case)
    return {
        "words": words,
        "lines": reading.lines(case, None if whole else mine),
        "given": [(one, opinions.copy_of(one, audience, side)) for one in given] if audience else [],
        "appeal": appeal,
        "verdicts": _verdicts(case, given) if decided else [],
        "agreements": _agreements(case, None if whole else mine) if decided else [],
        "several": gathering.several(case),
        "outcome": next((one.outcome for one in case.parties if mine is not None and one.claim_id == mine.id), ""),
        "appeal_until": appeals.last_day(case) if decided else None,
        "may_appeal": decided and appeals.may_appeal(actor, case, mine, appeal, given),
        "may_review": appeals.may_review(actor, case, appeal),
        "papers": [one for one in papers if whole or (mine is not None and one.org_id == mine.org_id)],
        "consulting": case.status is CaseStatus.CONSULTING,
        "may_consult": not gathering.several(case)
        and not any(one.kind in (StepKind.CONSULT, StepKind.AGREE) for one in case.steps),
        "proposals": consulting.proposals_of(case) if case.kind in cases.DECISIONS else [],
        "said": said,
        "said_by_other": said is not None and mine is not None and said.claim_id != mine.id,
        "agreed": consulting.agreed(case),
        "late": not decided and case.due_on < clock.today(),
        "steps_done": ribbon(case, decided=decided, appeal=appeal),
    }


def _agreements(case: Case, mine: Claim | None) -> list[BenefitAgreement]:
    """Return the agreements that count: all for who judges, a party's own."""
    if not case.decision.endswith("share") and not any(one.outcome == "share" for one in case.parties):
        return []
    rows = [one for one in transfers.agreements_of(case) if one.status is not AgreementStatus.REPLACED]
    return [one for one in rows if mine is None or mine.org_id in (one.origin_org_id, one.host_org_id)]


def ribbon(case: Case, *, decided: bool, appeal: Appeal | None) -> list[tuple[str, str]]:
    """Return the four steps of a dispute with done, now or an empty text."""
    consulted = any(one.kind is StepKind.CONSULT for one in case.steps)
    running = case.status is CaseStatus.CONSULTING
    return [
        ("opened", "done"),
        ("consult", "now" if running else "done" if consulted else ""),
        ("decide", "done" if decided else "" if running else "now"),
        ("appeal", _reviewing(appeal)),
    ]


@dataclass(frozen=True)
class Verdict:
    """What was decided, in whose words and when."""

    instance: Instance
    decision: str
    reason: str
    at: datetime | None
    by: str


def _verdicts(case: Case, given: list[Opinion]) -> list[Verdict]:
    """Return the decision and that of the appeal, each with its own reason; a case without an opinion has one."""
    if given:
        return [Verdict(one.instance, one.decision, one.reason, one.at, one.by_words) for one in given]
    by = case.decided_by.name if case.decided_by else ""
    return [Verdict(Instance.FIRST, case.decision, case.reason, case.decided_at, by)]


def _reviewing(appeal: Appeal | None) -> str:
    """An appeal that was taken back leaves the step undone."""
    if appeal is None or appeal.status is AppealStatus.WITHDRAWN:
        return ""
    return "now" if appeal.status is AppealStatus.OPEN else "done"


def points_for_form(case: Case) -> dict[int, list[Any]]:
    """Return the proposed points of both sides for the arbiter's form."""
    return grid.proposed(case)
