"""首谈备案与争议月报: what happened in a month by unit, counted from the ledger alone (domain.md §6, 8)."""

import re
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, case, distinct, func, select

from crm.accounts.models import Org
from crm.claims.models import Case, CaseParty, CaseStatus, Claim, ClaimEvent
from crm.kit import clock, db
from crm.parameters import calendar

Span = tuple[datetime, datetime]
# Each figure counts claims, once each, to which one of these events happened in the month.
KINDS = {
    "filed": ("filed",),
    "protected": ("verified", "won", "paper", "received"),
    "returned": ("returned", "sample_failed"),
    "contested": ("contested",),
    "extended": ("extend_granted",),
    "expired": ("expired",),
    "recalled": ("recall_granted",),
    "transferred": ("transferred",),
    "owned": ("owned",),
}
METRICS = (
    "filed",
    "protected",
    "returned",
    "contested",
    "judged",
    "extended",
    "expired",
    "recalled",
    "transferred",
    "owned",
)
_MONTH = re.compile(r"20\d\d-(0[1-9]|1[0-2])")


@dataclass(frozen=True)
class UnitMonth:
    """The figures of a unit; ``days`` are working days from the opening of its cases to their decision, on average."""

    org_public_id: str
    org: str
    numbers: dict[str, int]
    days: float | None


def span(month: str) -> Span | None:
    """Return the instants between which a month lies in Asia/Shanghai; None for what is no month."""
    if not _MONTH.fullmatch(month):
        return None
    year, number = int(month[:4]), int(month[5:])
    after = date(year + number // 12, number % 12 + 1, 1)
    return clock.start_of_day(date(year, number, 1)), clock.start_of_day(after)


def happened(metric: str, within: Span) -> ColumnElement[bool]:
    """Return the condition that a claim counts in a figure: what the number counts is what its link lists."""
    if metric == "judged":
        query = select(CaseParty.claim_id).join(Case, Case.id == CaseParty.case_id)
        return Claim.id.in_(
            query.where(Case.status == CaseStatus.DECIDED, Case.decided_at >= within[0], Case.decided_at < within[1])
        )
    events = select(ClaimEvent.claim_id).where(
        ClaimEvent.kind.in_(KINDS[metric]), ClaimEvent.at >= within[0], ClaimEvent.at < within[1]
    )
    return Claim.id.in_(events)


def months(scope: ColumnElement[bool], within: Span) -> list[UnitMonth]:
    """Return the figures of a month for the units whose claims the scope lets through; units without any are left out."""
    counts: dict[int, dict[str, int]] = {}
    metric = case(*((ClaimEvent.kind.in_(kinds), name) for name, kinds in KINDS.items())).label("metric")
    query = select(Claim.org_id, metric, func.count(distinct(Claim.id))).join(
        ClaimEvent, ClaimEvent.claim_id == Claim.id
    )
    query = query.where(scope, ClaimEvent.kind.in_([k for kinds in KINDS.values() for k in kinds]))
    query = query.where(ClaimEvent.at >= within[0], ClaimEvent.at < within[1]).group_by(Claim.org_id, metric)
    for org_id, name, number in db.session.execute(query):
        counts.setdefault(org_id, {})[name] = number
    days, judged = _decided(scope, within)
    for org_id, claims in judged.items():
        counts.setdefault(org_id, {})["judged"] = len(claims)
    orgs = db.session.execute(select(Org.id, Org.public_id, Org.name).where(Org.id.in_(counts)).order_by(Org.id)).all()
    return [
        UnitMonth(public_id, name, {m: counts[org_id].get(m, 0) for m in METRICS}, _mean(days.get(org_id, [])))
        for org_id, public_id, name in orgs
    ]


def _decided(scope: ColumnElement[bool], within: Span) -> tuple[dict[int, list[int]], dict[int, set[int]]]:
    """Return by unit how many working days each decided case took, and the claims that were parties."""
    decided = (Case.status == CaseStatus.DECIDED, Case.decided_at >= within[0], Case.decided_at < within[1])
    query = (
        select(Claim.org_id, Claim.id, Case.id)
        .join(CaseParty, CaseParty.claim_id == Claim.id)
        .join(Case, Case.id == CaseParty.case_id)
        .where(scope, *decided)
    )
    claims: dict[int, set[int]] = {}
    cases: dict[int, set[int]] = {}
    for org_id, claim_id, case_id in db.session.execute(query):
        claims.setdefault(org_id, set()).add(claim_id)
        cases.setdefault(org_id, set()).add(case_id)
    # A case has two parties and more: its instants are read once, and not at all where no claim of it is the reader's.
    mine = {one for ids in cases.values() for one in ids}
    known: dict[tuple[date, date], int] = {}
    spent: dict[int, int] = {}
    for case_id, opened, ended in db.session.execute(select(Case.id, Case.opened_at, Case.decided_at).where(*decided)):
        if case_id in mine and ended is not None:
            days = clock.local(opened).date(), clock.local(ended).date()
            if days not in known:  # many cases share their two days
                known[days] = calendar.working_days_between(*days)
            spent[case_id] = known[days]
    return {org_id: [spent[one] for one in ids if one in spent] for org_id, ids in cases.items()}, claims


def _mean(numbers: list[int]) -> float | None:
    return sum(numbers) / len(numbers) if numbers else None
