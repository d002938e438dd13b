"""Cases: opened when reports meet, acted in by their parties, decided by the centre with a reason."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import selectinload
from werkzeug.datastructures import FileStorage

from crm.accounts.models import OrgKind
from crm.audit import service as audit
from crm.claims import gathering, labels, ledger, telling
from crm.claims.models import Case, CaseFile, CaseKind, CaseParty, CaseStatus, CaseStep, Claim, ClaimStatus, StepKind
from crm.claims.rivals import Standing
from crm.companies import identity
from crm.core import claims as rules
from crm.core.disputes import FOR_FIRST, FOR_SECOND
from crm.core.errors import Conflict, Forbidden, Stale
from crm.core.permissions import Permission, Role
from crm.files import service as files
from crm.kit import clock, db
from crm.kit.access import Actor, authorize
from crm.leads.models import Grade
from crm.parameters import calendar
from crm.parameters import queries as parameters

# What each kind of case may be decided as; "second" and the like need two parties.
_TWO = ("first", "second", "both", "assist", "second_assist", "share", "second_share")
DECISIONS = {
    CaseKind.CONFLICT: _TWO,
    CaseKind.EARLIER: _TWO,
    CaseKind.SIMILAR: ("both", "first", "second", "assist"),
    CaseKind.GROUP: ("both", "first", "second", "assist"),
    CaseKind.KEYS: ("both", "first", "second", "noted"),
    CaseKind.HOSTED: ("both", "first", "noted"),
}


def open_case(actor: Actor, claim: Claim, found: Standing) -> Case:
    """Open a case for a report that met something, with both parties where there are two."""
    assert found.kind is not None
    public_id = db.new_public_id()
    wd = int(parameters.value("arbitrate_wd"))
    case = Case(
        public_id=public_id,
        number=f"CD{clock.today():%y}-{public_id[:6].upper()}",
        kind=found.kind,
        level=found.level,
        basis=found.basis,
        company_id=claim.company_id,
        other_company_id=found.other_company_id if found.other_company_id != claim.company_id else None,
        matter_no=found.holder.matter_no if found.holder else None,
        status=CaseStatus.OPEN,
        opened_at=clock.now(),
        due_on=calendar.add_working_days(clock.today(), wd),
    )
    if found.holder is not None:
        case.parties.append(CaseParty(claim_id=found.holder.id, side=0))
    case.parties.append(CaseParty(claim_id=claim.id, side=1))
    db.session.add(case)
    db.session.flush()
    step(Actor.system(), case, StepKind.OPENED, "", None)
    audit.record(actor, "case.opened", case)
    telling.case_opened(case)
    return case


def step(actor: Actor, case: Case, kind: StepKind, text: str, claim: Claim | None, *, decision: str = "") -> CaseStep:
    """Add a step to a case that the caller has locked. A claim makes the words its unit's: the other side does not read them."""
    row = CaseStep(
        case_id=case.id,
        seq=1 + len(case.steps),
        kind=kind,
        at=clock.now(),
        by_id=actor.user_id,
        by_words=actor.words[:120],
        org_id=claim.org_id if claim else None,
        claim_id=claim.id if claim else None,
        text=text,
        decision=decision,
    )
    case.steps.append(row)
    db.session.flush()
    return row


def locked(case_id: int) -> Case:
    """Return the case as it is now, locked, and after it the claims of its parties."""
    row = db.session.scalar(
        select(Case)
        .where(Case.id == case_id)
        .with_for_update(of=Case, key_share=True)
        .options(selectinload(Case.parties), selectinload(Case.steps))
        .execution_options(populate_existing=True)
    )
    assert row is not None
    claims = select(Claim).where(Claim.id.in_([party.claim_id for party in row.parties])).order_by(Claim.id)
    lock = claims.with_for_update(of=Claim, key_share=True).execution_options(populate_existing=True)
    db.session.scalars(lock).all()
    return row


@db.transactional
def act(actor: Actor, case: Case, claim: Claim, kind: StepKind, text: str, uploads: Sequence[FileStorage] = ()) -> Case:
    """A party asks to consult, hands in earlier evidence, or adds a note. The other party does not read it."""
    authorize(actor, Permission.CLAIM_FILE)
    case = locked(case.id)
    if claim.org_id != actor.org_id or claim.id not in [p.claim_id for p in case.parties]:
        raise Forbidden(_("只有案件当事单位可以这样做。"))
    if case.status is CaseStatus.DECIDED:
        raise Conflict(_("案件已裁定。如不服，请联系市招商服务中心。"))
    if not text.strip():
        raise Conflict(_("请写明理由或情况，供市中心裁定。"), field="text")
    if kind is StepKind.CONSULT and gathering.several(case):
        raise Conflict(_("三个以上单位的案件不设协商，由市中心直接裁定。"))
    if kind is StepKind.CONSULT and any(one.kind in (StepKind.CONSULT, StepKind.AGREE) for one in case.steps):
        raise Conflict(_("本案已进入或结束协商，不能再次申请。"))
    if kind is StepKind.EARLIER and not any(u.filename for u in uploads):
        raise Conflict(_("请附上更早接触的证据文件。"), field="files")
    said = step(actor, case, kind, text.strip(), claim)
    for upload in uploads:
        if upload.filename:
            stored = files.store(actor, upload)
            files.seal([stored.id])
            db.session.add(CaseFile(case_id=case.id, step_id=said.id, file_id=stored.id, org_id=actor.org_id))
    if kind is StepKind.CONSULT:
        case.status = CaseStatus.CONSULTING
        case.due_on = calendar.add_working_days(clock.today(), int(parameters.value("consult_wd")))
    case.version += 1
    db.session.flush()
    audit.record(actor, f"case.{kind.value}", case)
    telling.case_step(
        case,
        {StepKind.CONSULT: _("一方申请协商"), StepKind.EARLIER: _("一方提供更早证据")}.get(kind, _("一方补充说明")),
    )
    return case


@db.transactional
def hand_over(actor: Actor, case: Case, claim: Claim, reason: str) -> Case:
    """The later filer gives the lead up: its report ends as assisting, and the case is settled."""
    authorize(actor, Permission.CLAIM_FILE)
    case = locked(case.id)
    if claim.org_id != actor.org_id or claim.id not in [p.claim_id for p in case.parties]:
        raise Forbidden(_("只有案件当事单位可以这样做。"))
    if case.status is CaseStatus.DECIDED:
        raise Conflict(_("案件已裁定，无需再移交。"))
    if claim.holds:
        raise Conflict(_("您单位正持有保护。要放弃，请在备案页撤回首报。"))
    step(actor, case, StepKind.HAND_OVER, reason.strip(), claim)
    ledger.place(claim, ClaimStatus.ASSISTING, holds=False)
    ledger.write(actor, claim, "assisting", reason)
    if _others_go_on(case, claim):
        case.version += 1
        return case
    close(actor, case, "assist", _("后报单位主动移交线索。"))  # its own words stay on its own side
    first = [p.claim for p in case.parties if p.claim_id != claim.id]
    for other in first:
        telling.outcome(other, "case", _("案件 %(number)s：另一单位已主动移交线索，备案不变。", number=case.number))
    return case


def arbiter_allowed(actor: Actor, case: Case) -> bool:
    """Say whether this person may decide: the centre, but the leading group's office where the centre itself is a party (I19)."""
    orgs = {p.claim.org_id for p in case.parties}
    if any(p.claim.org.kind is OrgKind.CITY_CENTER for p in case.parties):
        return Role.OFFICE in actor.roles and actor.org_id not in orgs
    return Role.CENTER in actor.roles and actor.org_id not in orgs


def to_decide(actor: Actor, case: Case, version: int | None) -> Case:
    """Return the case, locked, for its arbiter. Raises Forbidden for a party's own unit, Conflict, Stale."""
    authorize(actor, Permission.CASE_DECIDE)
    case = locked(case.id)
    if not arbiter_allowed(actor, case):
        raise Forbidden(_("当事单位不能裁定自己的案件；市中心为当事方时由领导小组办公室裁定。"))
    if case.status is CaseStatus.DECIDED:
        raise Conflict(_("案件已裁定。"))
    if version is not None and version != case.version:
        raise Stale(_("案件刚有新的进展，请核对后再裁定。"), current=case)
    return case


def check_words(reason: str) -> None:
    """Raise Conflict for a decision without a reason."""
    if len(reason.strip()) < 5:
        raise Conflict(_("请写明裁定理由（至少 5 个字）。"), field="reason")


@db.transactional
def decide(actor: Actor, case: Case, decision: str, reason: str, *, version: int | None = None) -> Case:
    """Settle a case. Moves the hold if the decision says so: the old holder lets go first, then the new one holds.

    Raises Forbidden for a party's own unit, Stale when somebody acted since the page was loaded, Conflict without a reason.
    """
    case = to_decide(actor, case, version)
    if decision not in DECISIONS[case.kind] or gathering.several(case):
        raise Conflict(_("请选择一种裁定。"), field="decision")
    check_words(reason)
    claims = {p.side: p.claim for p in sorted(case.parties, key=lambda p: p.side)}
    first, second = claims.get(0), claims.get(1)
    _carry_out(actor, case, decision, reason.strip(), first, second)
    step(actor, case, StepKind.DECIDED, reason.strip(), None, decision=decision)
    close(actor, case, decision, reason.strip())
    for claim in claims.values():
        words = str(labels.DECISION[decision])
        telling.outcome(claim, "decided", _("案件 %(number)s 已裁定：%(words)s。", number=case.number, words=words))
    return case


@db.transactional
def end_unneeded(actor: Actor, case_id: int, reason: str) -> None:
    """Close a case whose question fell away: no report changes, and both units are told. ``reason`` is read by both."""
    case = locked(case_id)
    if case.status is CaseStatus.DECIDED:
        return
    step(actor, case, StepKind.DECIDED, reason, None)
    close(actor, case, "noted", reason)
    for party in case.parties:
        telling.outcome(
            party.claim, "decided", _("案件 %(number)s 已结束，备案不变：%(why)s", number=case.number, why=reason)
        )


def _carry_out(actor: Actor, case: Case, decision: str, reason: str, first: Claim | None, second: Claim | None) -> None:
    if second is None or decision == "noted":
        return
    if second.closed_at is not None:
        return
    if decision in FOR_SECOND and second.grade is Grade.C:
        raise Conflict(_("证据只有 C 级，不能给予保护。请退回补证据。"), field="decision")
    if decision in FOR_FIRST:
        _lose(actor, second, ClaimStatus.LOST if decision == "first" else ClaimStatus.ASSISTING, reason)
        _settle_first(actor, case, first, reason)
        return
    if decision in FOR_SECOND and first is not None and first.closed_at is None:
        matter, company_id = first.matter_no, first.company_id
        _lose(actor, first, ClaimStatus.LOST if decision == "second" else ClaimStatus.ASSISTING, reason)
        second.company_id = company_id
        second.matter_no = matter or 1 + (last_matter(company_id) or 0)
    elif decision in FOR_SECOND and _held_by_third(second):
        raise Conflict(_("该事项刚被别的备案占用，请刷新后再裁定。"), field="decision")
    else:  # both: its own matter, or its own company
        _settle_first(actor, case, first, reason)
        second.matter_no = 1 + (last_matter(second.company_id) or 0)
    win(actor, second, reason)


def _settle_first(actor: Actor, case: Case, first: Claim | None, reason: str) -> None:
    """Protect the first, whom the decision leaves its matter: the arbiter has seen its evidence (domain.md §3.6, winner protected).

    One sent back for repair still owes the repair, and nobody is verified past another open case.
    """
    if first is None:
        return
    if first.status is ClaimStatus.VERIFYING and first.holds:
        if first.grade is not Grade.C and undecided(first) == [case.id]:
            start = first.params.get("starts_on")  # of a window: all its protections start the same day
            win(actor, first, reason, start=date.fromisoformat(start) if start else None)
        return
    if first.status is not ClaimStatus.CONFLICT:
        return
    if _held_by_third(first):
        raise Conflict(_("该事项刚被别的备案占用，请刷新后再裁定。"), field="decision")
    first.matter_no = 1 + (last_matter(first.company_id) or 0)
    win(actor, first, reason)


def _held_by_third(claim: Claim) -> bool:
    return held_by_another(claim, claim.company_id)


def held_by_another(claim: Claim, company_id: int) -> bool:
    """Say whether another claim holds on the company now: the first party let go, and somebody else was quicker."""
    query = select(Claim.id).where(Claim.company_id == company_id, Claim.holds, Claim.id != claim.id)
    return db.session.scalar(query.limit(1)) is not None


def last_matter(company_id: int) -> int | None:
    """Return the highest number of a matter of the company, if any was numbered."""
    return db.session.scalar(select(func.max(Claim.matter_no)).where(Claim.company_id == company_id))


def _lose(actor: Actor, claim: Claim, status: ClaimStatus, reason: str) -> None:
    if claim.closed_at is not None:
        return
    ledger.place(claim, status, holds=False)
    ledger.write(actor, claim, "assisting" if status is ClaimStatus.ASSISTING else "lost", reason)


def win(actor: Actor, claim: Claim, reason: str, *, start: date | None = None) -> None:
    """Give a claim its hold and protect it: the arbiter has seen its evidence. Grade C only registers."""
    if claim.grade.value == "C":
        claim.matter_no = None
        wd = int(Decimal(claim.params["grade_c_grace_wd"]))
        claim.grace_due_on = calendar.add_working_days(clock.today(), wd)
        ledger.place(claim, ClaimStatus.REGISTERED, holds=False)
        ledger.write(actor, claim, "registered", reason)
        return
    protect(actor, claim, start=start)
    with db.unique("decision", _("该事项刚被别的备案占用，请刷新后再裁定。")):
        ledger.place(claim, ClaimStatus.PROTECTED, holds=True)
    ledger.write(actor, claim, "won", reason)
    identity.open_company(actor, claim.company_id, how="verified")


def protect(actor: Actor, claim: Claim, *, start: date | None = None) -> None:
    """Set the days of protection, from today or from the day that a window gave to all, by the numbers that the claim keeps."""
    days = rules.protection_days(claim.invest_total_cny, claim.params)
    claim.protected_from = start or clock.today()
    claim.protected_until = rules.last_protected_day(claim.protected_from, days)
    grace = int(Decimal(claim.params["expiry_grace_days"]))
    claim.hold_until = clock.end_of_day(claim.protected_until + timedelta(days=grace))
    claim.repair_due = None
    claim.verified_by_id = actor.user_id or None
    claim.verified_at = clock.now()


def close(actor: Actor, case: Case, decision: str, reason: str) -> None:
    """Write down how a case ended; the caller has carried it out."""
    case.status = CaseStatus.DECIDED
    case.decision = decision
    case.reason = reason
    case.decided_by_id = actor.user_id or None
    case.decided_at = clock.now()
    case.version += 1
    db.session.flush()
    audit.record(actor, "case.decided", case, decision=decision)


def _others_go_on(case: Case, claim: Claim) -> bool:
    """Say whether the case still has two reports to choose from when this one is gone."""
    return sum(one.claim_id != claim.id and one.claim.closed_at is None for one in case.parties) > 1


def close_for(actor: Actor, claim: Claim, reason: str) -> list[Claim]:
    """Close the open cases of a claim that ended by itself (withdrawal, correction, refusal).

    ``reason`` stays on the claim's side. Returns the reports left alone: ``filing.settle`` judges them once this one ended.
    """
    left: list[Claim] = []
    query = (
        select(Case.id)
        .join(CaseParty)
        .where(CaseParty.claim_id == claim.id, CaseParty.side >= 1, Case.status != CaseStatus.DECIDED)
        .order_by(Case.id)
    )
    for case_id in db.session.scalars(query).all():
        case = locked(case_id)
        if case.status is CaseStatus.DECIDED:
            continue
        step(actor, case, StepKind.NOTE, reason, claim)
        if _others_go_on(case, claim):
            case.version += 1
            continue
        close(actor, case, "first", _("后报单位的首报已结束，不再裁定。"))
        left += [one.claim for one in case.parties if one.claim_id != claim.id and _waits_alone(one.claim)]
    return left


def _waits_alone(claim: Claim) -> bool:
    return claim.status is ClaimStatus.CONFLICT and not undecided(claim)


def undecided(claim: Claim) -> list[int]:
    """Return the cases still to be decided that this claim is a party of."""
    query = select(Case.id).join(CaseParty).where(CaseParty.claim_id == claim.id, Case.status != CaseStatus.DECIDED)
    return list(db.session.scalars(query))
