"""Verification: who may, what is checked again, and what follows."""

from datetime import date
from decimal import Decimal

from flask_babel import gettext as _
from sqlalchemy import select

from crm.accounts import queries as accounts
from crm.accounts.models import OrgKind
from crm.claims import cases, ledger, queries, rivals, telling
from crm.claims.ending import deputies
from crm.claims.filing import digest, lock_company, reload, seal, settle
from crm.claims.models import Claim, ClaimEvent, ClaimStatus
from crm.companies import identity
from crm.companies.models import Company
from crm.core import claims as rules
from crm.core.errors import Conflict, Forbidden
from crm.core.permissions import Role
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.leads.models import Grade
from crm.parameters import calendar


def may_verify(actor: Actor, claim: Claim) -> bool:
    """Say whether this person verifies this claim: the unit's manager (or a deputy) below the limit, the centre above it, in conflict, or
    where the unit has no manager beside the filer; the leading group's office for the centre's own; never the filer (I19)."""
    if claim.filer_id == actor.user_id:
        return False
    if claim.org.kind is OrgKind.CITY_CENTER:
        return Role.OFFICE in actor.roles
    if claim.small and claim.level is None and claim.holds and queries.other_managers(claim):
        return claim.org_id == actor.org_id and deputies.verifies_as_manager(actor)
    return Role.CENTER in actor.roles


def _begin(actor: Actor, claim: Claim, *states: ClaimStatus) -> Claim:
    lock_company(claim.company_id)  # before the claim, as a filing on the same company does
    claim = reload(claim)
    lock_company(claim.company_id)  # another one, if the company was merged meanwhile
    if not may_verify(actor, claim):
        raise Forbidden(_("这条备案不由您核验：申报人不能核验自己的首报；限额以下由本单位负责人、以上由市中心核验。"))
    if claim.status not in states:
        raise Conflict(_("这条备案已经处理过了，请刷新页面。"))
    return claim


@db.transactional
def verify(actor: Actor, claim: Claim, *, new_matter: bool = False, reason: str = "") -> Claim:
    """Protect a claim. The check for rivals runs again; nobody verifies past an open case.

    ``new_matter``: the centre says that a unit's further report on the same company is another project, with a reason.
    """
    claim = _begin(actor, claim, ClaimStatus.VERIFYING)
    company = db.session.get_one(Company, claim.company_id)
    if cases.undecided(claim):
        raise Conflict(_("这条备案有未裁定的案件，请先裁定。"))
    if claim.grade is Grade.C:
        raise Conflict(_("证据只有 C 级，不能给予保护。请退回补证据。"))
    if not claim.holds:
        _give_matter(actor, claim, new_matter, reason)
    else:
        found = rivals.standing(claim.org_id, company, claim.lead, without=claim.id)
        if found.holder is not None and not found.own:
            cases.open_case(actor, claim, found)
            ledger.write(actor, claim, "contested", level=found.level, basis=found.basis)
            return claim
    start = claim.params.get("starts_on")  # of a window: all its protections start the same day
    cases.protect(actor, claim, start=date.fromisoformat(start) if start else None)
    with db.unique("", _("该事项刚被别的备案占用，请刷新后再核验。")):
        ledger.place(claim, ClaimStatus.PROTECTED, holds=True)
    ledger.write(
        actor, claim, "verified", reason, until=claim.protected_until.isoformat() if claim.protected_until else ""
    )
    identity.open_company(actor, claim.company_id, how="verified")
    if claim.lead.company_id is not None and claim.lead.company_id != claim.company_id:
        identity.open_company(actor, claim.lead.company_id, how="verified")
    _sample(actor, claim)
    telling.outcome(
        claim,
        "verified",
        _("%(firm)s 首报核验通过，保护至 %(day)s。", firm=claim.company_words, day=str(claim.protected_until)),
    )
    return claim


def _give_matter(actor: Actor, claim: Claim, new_matter: bool, reason: str) -> None:
    if Role.CENTER not in actor.roles and Role.OFFICE not in actor.roles:
        raise Forbidden(_("是否为新项目由市中心判断。"))
    if not new_matter or len(reason.strip()) < 5:
        raise Conflict(
            _("该企业已有备案。若确为另一个项目，请勾选“视为新项目”并写明理由（至少 5 个字）。"), field="reason"
        )
    claim.matter_no = 1 + (cases.last_matter(claim.company_id) or 0)


def _sample(actor: Actor, claim: Claim) -> None:
    share = int(Decimal(claim.params["sample_share"]))
    center = accounts.center_org()
    if (
        claim.small
        and claim.level is None
        and claim.org_id != center.id  # its own reports were looked at by the leading group's office
        and Role.CENTER not in actor.roles
        and rules.is_sampled(claim.public_id, share)
    ):
        claim.sampled = True
        db.session.flush()
        ledger.write(Actor.system(), claim, "sampled")


@db.transactional
def look_at(actor: Actor, claim: Claim) -> None:
    """Note that a verifier has opened the claim, once a person."""
    query = select(ClaimEvent.seq).where(
        ClaimEvent.claim_id == claim.id, ClaimEvent.kind == "seen", ClaimEvent.by_id == actor.user_id
    )
    if may_verify(actor, claim) and db.session.scalar(query.limit(1)) is None:
        claim = reload(claim)
        ledger.write(actor, claim, "seen")


@db.transactional
def send_back(actor: Actor, claim: Claim, reason: str) -> Claim:
    """Return a claim for repair. It keeps its place until the repair is due."""
    claim = _begin(actor, claim, ClaimStatus.VERIFYING)
    if len(reason.strip()) < 5:
        raise Conflict(_("请写明要补什么（至少 5 个字），申报单位会照此补正。"), field="reason")
    wd = int(Decimal(claim.params["repair_wd"]))
    claim.repair_due = clock.end_of_day(calendar.add_working_days(clock.today(), wd))
    claim.hold_until = claim.repair_due if claim.holds else None
    claim.decision_reason = reason.strip()
    ledger.move(claim, ClaimStatus.RETURNED, holds=claim.holds)
    ledger.write(actor, claim, "returned", reason.strip())
    telling.outcome(
        claim, "returned", _("%(firm)s 的首报被退回：%(reason)s", firm=claim.company_words, reason=reason.strip()[:120])
    )
    return claim


@db.transactional
def repair(actor: Actor, claim: Claim) -> Claim:
    """The unit says the claim is repaired: back to 待核验, at its old place if in time, else judged anew."""
    claim = reload(claim)
    if claim.org_id != actor.org_id:
        raise Forbidden(_("只有申报单位可以补正。"))
    if claim.status is not ClaimStatus.RETURNED:
        raise Conflict(_("这条备案不在补正中。"))
    late = claim.repair_due is not None and claim.repair_due <= clock.now()
    claim.grade = Grade(rules.evidence_grade([f.grade.value for f in claim.lead.files]))
    claim.invest_total_cny = claim.lead.invest_total_cny
    claim.small = claim.small and rules.is_small(claim.invest_total_cny, Decimal(claim.params["claim_min_invest"]))
    claim.digest = digest(claim.lead)
    claim.hold_until = claim.repair_due = None
    wd = int(Decimal(claim.params["verify_sla_wd"]))
    claim.verify_due_on = calendar.add_working_days(clock.today(), wd)
    claim.overdue_told_at = None
    keep = claim.holds and not late
    with db.unique("project_code", _("该项目代码已被另一条备案使用，请核对线索中的项目代码。")):
        claim.project_code = claim.lead.project_code or None
        ledger.move(claim, ClaimStatus.VERIFYING, holds=keep)
    seal(claim.lead)
    ledger.write(actor, claim, "repaired")
    if late and claim.level is None:
        settle(actor, claim)
    else:
        telling.filed(claim)
    return claim


@db.transactional
def reject(actor: Actor, claim: Claim, reason: str) -> Claim:
    """Refuse a claim for good; its hold is released at once."""
    claim = _begin(actor, claim, ClaimStatus.VERIFYING)
    if len(reason.strip()) < 5:
        raise Conflict(_("请写明不予认定的理由（至少 5 个字）。"), field="reason")
    claim.decision_reason = reason.strip()
    alone = cases.close_for(actor, claim, reason.strip())
    ledger.move(claim, ClaimStatus.REJECTED, holds=False)
    ledger.write(actor, claim, "rejected", reason.strip())
    for other in alone:
        settle(Actor.system(), other)
    telling.outcome(
        claim,
        "rejected",
        _("%(firm)s 的首报不予认定：%(reason)s", firm=claim.company_words, reason=reason.strip()[:120]),
    )
    return claim


@db.transactional
def withdraw(actor: Actor, claim: Claim, reason: str) -> Claim:
    """The unit takes its report back; the hold is released at once."""
    claim = reload(claim)
    if claim.org_id != actor.org_id:
        raise Forbidden(_("只有申报单位可以撤回。"))
    if claim.closed_at is not None:
        raise Conflict(_("这条备案已经结束。"))
    alone = cases.close_for(actor, claim, reason.strip() or _("申报单位撤回首报。"))
    ledger.move(claim, ClaimStatus.WITHDRAWN, holds=False)
    ledger.write(actor, claim, "withdrawn", reason.strip())
    for other in alone:
        settle(Actor.system(), other)
    return claim


@db.transactional
def judge_sample(actor: Actor, claim: Claim, passed: bool, reason: str = "") -> Claim:
    """The centre's word on a sampled small claim: it stands, or goes back for repair with its place kept."""
    claim = reload(claim)
    if Role.CENTER not in actor.roles or claim.org_id == actor.org_id or claim.filer_id == actor.user_id:
        raise Forbidden(_("抽查由市中心进行。"))
    if not claim.sampled or claim.sample_passed is not None:
        raise Conflict(_("这条备案不在抽查中，或已抽查过。"))
    claim.sample_passed = passed
    if passed:
        db.session.flush()
        ledger.write(actor, claim, "sample_passed")
        return claim
    if len(reason.strip()) < 5:
        raise Conflict(_("请写明抽查发现的问题（至少 5 个字）。"), field="reason")
    wd = int(Decimal(claim.params["repair_wd"]))
    claim.repair_due = clock.end_of_day(calendar.add_working_days(clock.today(), wd))
    claim.hold_until = claim.repair_due
    claim.decision_reason = reason.strip()
    claim.small = False  # from here the centre verifies it
    ledger.move(claim, ClaimStatus.RETURNED, holds=claim.holds)
    ledger.write(actor, claim, "sample_failed", reason.strip())
    telling.outcome(
        claim, "returned", _("%(firm)s 抽查未通过：%(reason)s", firm=claim.company_words, reason=reason.strip()[:120])
    )
    return claim


@db.transactional
def tell_overdue() -> int:
    """Tell the heads of verifications past their limit, once each; the holds stand. Returns how many were told."""
    query = select(Claim).where(
        Claim.status == ClaimStatus.VERIFYING, Claim.verify_due_on < clock.today(), Claim.overdue_told_at.is_(None)
    )
    late = list(db.session.scalars(query.order_by(Claim.id).limit(200).with_for_update(of=Claim, key_share=True)))
    center = accounts.center_org()
    for claim in late:
        from_center = center is not None and claim.org_id == center.id
        small = claim.small and claim.level is None and not from_center
        heads = [user.id for user in accounts.users_with(Role.CENTER if small else Role.OFFICE)]
        claim.overdue_told_at = clock.now()
        ledger.write(Actor.system(), claim, "overdue")
        tell = telling.overdue if small or from_center else telling.overdue_at_center
        tell(claim, heads)
    return len(late)


@db.transactional
def release_late_repairs() -> int:
    """Let go of holds past their time: repairs not made, protections and grace that ended. Returns how many companies were looked at."""
    now = clock.now()
    query = select(Claim.company_id).where(Claim.holds, Claim.hold_until <= now, Claim.status != ClaimStatus.OWNED)
    ids = list(db.session.scalars(query.limit(500)))
    if ids:
        rivals.release_expired(ids, now)
    return len(ids)
