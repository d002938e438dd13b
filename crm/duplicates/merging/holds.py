"""Protection when two companies become one (model.md §4): two holders meet in a case, numbers of matters stay apart.

Nobody loses a hold by a merge: it waits until the centre has decided, in a case between the two, who lets go.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import aliased, joinedload

from crm.audit import service as audit
from crm.claims import cases, ledger, rivals, telling
from crm.claims.models import Case, CaseKind, CaseParty, CaseStatus, Claim, ClaimStatus, MatchLevel
from crm.claims.rivals import Standing
from crm.duplicates.merging.choices import Plan
from crm.duplicates.merging.moves import Moves, encode, rows_of, table_of
from crm.duplicates.models import Merge, MergeStatus
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.kit.words import say as _

Pair = tuple[Claim, Claim]
_SETTLED_AS_TWO = "both"
_BASIS = "merge"  # of the cases that are opened here


def lock_claims(company_ids: Iterable[int]) -> list[Claim]:
    """Return the claims on these companies, locked in order, as they are now."""
    query = select(Claim).where(Claim.company_id.in_(list(company_ids))).order_by(Claim.id)
    query = query.options(joinedload(Claim.lead), joinedload(Claim.org))
    lock = query.with_for_update(of=Claim, key_share=True).execution_options(populate_existing=True)
    return list(db.session.scalars(lock))


def meeting(winner_id: int, loser_id: int, held: Sequence[Claim] | None = None) -> list[Pair]:
    """Return the pairs of holders that would meet, the earlier (``effective_at``) first, unless a case said: two matters.

    ``held``: the holders on both, where they are known already.
    """
    held = rivals.holders([winner_id, loser_id]) if held is None else held
    ours = [claim for claim in held if claim.company_id == winner_id]
    theirs = [claim for claim in held if claim.company_id == loser_id]
    met = [_earlier_first(one, other) for one in ours for other in theirs]
    settled = _settled_as_two([claim.id for claim in held]) if met else set()
    return [pair for pair in met if frozenset((pair[0].id, pair[1].id)) not in settled]


def _earlier_first(one: Claim, other: Claim) -> Pair:
    return (one, other) if (one.effective_at, one.id) <= (other.effective_at, other.id) else (other, one)


def _settled_as_two(claim_ids: Sequence[int]) -> set[frozenset[int]]:
    return {
        frozenset((first, second))
        for first, second, case in _cases_between(claim_ids)
        if case.status is CaseStatus.DECIDED and case.decision == _SETTLED_AS_TWO
    }


def _cases_between(claim_ids: Sequence[int]) -> list[tuple[int, int, Case]]:
    one, other = aliased(CaseParty), aliased(CaseParty)
    query = (
        select(one.claim_id, other.claim_id, Case)
        .join(other, and_(other.case_id == one.case_id, other.claim_id > one.claim_id))
        .join(Case, Case.id == one.case_id)
        .where(one.claim_id.in_(claim_ids), other.claim_id.in_(claim_ids))
    )
    return [(first, second, case) for first, second, case in db.session.execute(query).all()]


def open_cases(actor: Actor, pairs: Sequence[Pair]) -> list[Case]:
    """Open a case for each pair of holders, or return the one that is open already. Both units may speak in it."""
    ids = sorted({claim.id for pair in pairs for claim in pair})
    known = {
        frozenset((first, second)): case
        for first, second, case in _cases_between(ids)
        if case.status is not CaseStatus.DECIDED
    }
    found = []
    for first, second in pairs:
        case = known.get(frozenset((first.id, second.id)))
        if case is None:
            met = Standing(CaseKind.SIMILAR, MatchLevel.L3, _BASIS, first, first.company_id)
            case = cases.open_case(actor, second, met)
            for claim in (first, second):
                text = _("案件 %(number)s：市中心正在核对企业记录，请在备案页补充说明。", number=case.number)
                telling.outcome(claim, "case", text)
        found.append(case)
    return found


def end_cases(actor: Actor, row: Merge) -> None:
    """Close the cases that a merge opened and that are undecided, as it will not come; not those another one waits for."""
    ids = (row.before or {}).get("cases", [])
    if not ids:
        return
    others = select(Merge).where(Merge.status == MergeStatus.PROPOSED, Merge.id != row.id)
    needed = {one for other in db.session.scalars(others) for one in (other.before or {}).get("cases", [])}
    ours = select(Case.id).where(Case.id.in_(ids), Case.basis == _BASIS, Case.status != CaseStatus.DECIDED)
    for case_id in db.session.scalars(ours.order_by(Case.id)).all():
        if case_id not in needed:
            cases.end_unneeded(actor, case_id, _("合并没有进行，两条企业记录各自保留，各自保护。"))


def snapshot(pairs: Sequence[Pair]) -> dict[str, dict[str, Any]]:
    """Return what each holder has before a case decides, so that an undo can give it back."""
    columns = ("company_id", "matter_no", "status", "hold_until", "protected_from", "protected_until")
    return {
        str(claim.id): {column: encode(getattr(claim, column)) for column in columns}
        for pair in pairs
        for claim in pair
    }


def join(actor: Actor, plan: Plan, moves: Moves) -> list[Claim]:
    """Let the claims on the loser compete for the survivor, and tell the ledger. Returns those that moved."""
    numbers = _numbers(plan)
    table = table_of("claims")
    moved = []
    for row in rows_of("claims", table.c.company_id == plan.loser.id):
        number = numbers.get(row["matter_no"], row["matter_no"])
        moves.change("claims", row, {"company_id": plan.winner.id, "matter_no": number}, "move")
        moved.append((row["id"], row["matter_no"], number))
    _join_cases(actor, plan, moves, numbers)
    claims = []
    for claim_id, old, new in moved:
        claim = db.session.get_one(Claim, claim_id, populate_existing=True)
        ledger.write(actor, claim, "merged", matter_no=[old, new])
        claims.append(claim)
    return claims


def _numbers(plan: Plan) -> dict[int, int]:
    """Return new numbers for those matters of the loser whose number the survivor has given too."""
    query = select(Claim.company_id, Claim.matter_no).distinct()
    query = query.where(Claim.company_id.in_([plan.winner.id, plan.loser.id]), Claim.matter_no.is_not(None))
    used: dict[int, set[int]] = {plan.winner.id: set(), plan.loser.id: set()}
    for company_id, number in db.session.execute(query):
        used[company_id].add(number or 0)
    ours, theirs = used[plan.winner.id], used[plan.loser.id]
    following = max(ours | theirs, default=0) + 1
    return {number: following + place for place, number in enumerate(sorted(ours & theirs))}


def _join_cases(actor: Actor, plan: Plan, moves: Moves, numbers: dict[int, int]) -> None:
    table, gone, here = table_of("cases"), plan.loser.id, plan.winner.id
    for row in rows_of("cases", or_(table.c.company_id == gone, table.c.other_company_id == gone)):
        values = {name: here if row[name] == gone else row[name] for name in ("company_id", "other_company_id")}
        between_the_two = values["company_id"] == values["other_company_id"]
        if between_the_two:
            values["other_company_id"] = None
        if row["company_id"] == gone:
            values["matter_no"] = numbers.get(row["matter_no"], row["matter_no"])
        waits = row["status"] is not CaseStatus.DECIDED and row["kind"] is CaseKind.KEYS
        if between_the_two and waits and not _has_parties(row["id"]):
            values |= {"status": CaseStatus.DECIDED, "decision": "noted", "reason": _("两条企业记录已合并。")}
            values |= {"decided_by_id": actor.user_id or None, "decided_at": clock.now()}
            audit.record(actor, "case.decided", ("case", row["id"], row["public_id"]), decision="noted")
        moves.change("cases", row, values, "move")


def _has_parties(case_id: int) -> bool:
    return db.session.scalar(select(CaseParty.claim_id).where(CaseParty.case_id == case_id).limit(1)) is not None


def give_back(actor: Actor, before: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """After an undo: return to each holder what a case took because the two were thought one. Returns what could not be."""
    left = []
    query = select(Claim).where(Claim.id.in_([int(claim_id) for claim_id in before])).order_by(Claim.id)
    lock = query.with_for_update(of=Claim, key_share=True).execution_options(populate_existing=True)
    for claim in sorted(
        db.session.scalars(lock), key=lambda one: (not one.holds, one.id)
    ):  # who moved away goes home first
        had = before[str(claim.id)]
        if claim.holds and claim.company_id == had["company_id"]:
            continue
        why = _why_not(claim, had)
        if why:
            left.append({"table": "claims", "column": "holds", "row": claim.number, "why": why})
        else:
            _return(actor, claim, had)
    return left


def _return(actor: Actor, claim: Claim, had: dict[str, Any]) -> None:
    claim.company_id, claim.matter_no = had["company_id"], had["matter_no"]  # free: nobody else holds on it now
    status = claim.status if claim.holds else ClaimStatus(had["status"])
    if not claim.holds:
        claim.closed_at = None
        claim.hold_until = datetime.fromisoformat(had["hold_until"]) if had["hold_until"] else None
    ledger.place(claim, status, holds=True)
    ledger.write(actor, claim, "hold_returned", matter_no=claim.matter_no)
    text = _("%(firm)s：企业合并已撤销，您单位的保护恢复。", firm=claim.company_words)
    telling.outcome(claim, "hold_returned", text)


def _why_not(claim: Claim, had: dict[str, Any]) -> str:
    """Say why a hold cannot be returned, in words; nothing when it can."""
    if not claim.holds and claim.status not in (ClaimStatus.LOST, ClaimStatus.ASSISTING):
        return _("备案已另有结论")
    if had["hold_until"] and datetime.fromisoformat(had["hold_until"]) <= clock.now():
        return _("原来的保护已到期")
    if any(other.id != claim.id for other in rivals.holders([had["company_id"]])):
        return _("该企业已由另一备案持有")
    again = (
        select(func.count())
        .select_from(Claim)
        .where(Claim.lead_id == claim.lead_id, Claim.id != claim.id, Claim.closed_at.is_(None))
    )
    return _("这条线索已重新首报") if db.session.scalar(again) else ""
