"""Filing a first report: one transaction, the server's time, at most one holder (design.md S3, model.md §4)."""

from collections.abc import Callable, Collection
from datetime import timedelta
from decimal import Decimal
from hashlib import sha256

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from crm.claims import cases, collisions, gathering, ledger, pieces, rivals, telling
from crm.claims.ending import pool
from crm.claims.models import CaseKind, Claim, ClaimStatus
from crm.claims.rivals import Standing
from crm.companies import identity
from crm.companies.models import Company
from crm.core import claims as rules
from crm.core.errors import Conflict, Forbidden, NotFound
from crm.core.permissions import Permission
from crm.files import service as files
from crm.kit import clock, db
from crm.kit.access import Actor, authorize
from crm.leads.models import Grade, Lead, LeadStatus
from crm.parameters import calendar
from crm.parameters import queries as parameters

PARAMS = (
    "claim_min_invest",
    "protection_days",
    "protection_days_small",
    "protection_days_large",
    "large_invest",
    "report_window_wd",
    "verify_sla_wd",
    "grade_c_grace_wd",
    "expiry_grace_days",
    "repair_wd",
    "project_name_sim",
    "amount_tolerance",
    "sample_share",
)


# What else may forbid an ordinary report: an open window for talks of before.
guards: list[Callable[[Lead], None]] = []


@db.transactional
def file_report(actor: Actor, lead: Lead, *, converted: bool = False) -> Claim:
    """File a lead. Returns its claim: holding, registered (grade C only), or contested with a case.

    ``converted``: the caller answers that the lead's project is not signed yet, so that it may still be filed.
    A lead that already has an open claim answers with it (double click). Raises Conflict naming the field that lacks.
    """
    authorize(actor, Permission.CLAIM_FILE)
    lead = _locked(actor, lead.id)
    present = open_claim(lead.id)
    if present is not None:
        return present
    _check_ready(lead, converted=converted)
    for guard in guards:
        guard(lead)
    with collisions.no_collision_case():  # the report itself says what is contested
        filed = identity.find_or_make(
            actor, name=lead.company_text, uscc=lead.uscc_text or None, picked_id=lead.company_id
        )
    lead.company_id = filed.company.id
    identity_id = lock_survivor(filed.identity_id).id
    pool.check_cooldown(lead.org_id, identity_id)
    claim = make_claim(actor, lead, identity_id)
    found = settle(actor, claim, other_ids=filed.other_ids)
    if found.free and filed.identity_id not in (filed.company.id, filed.company.merged_into_id):
        collisions.note_key_collision(actor, filed.company.id, identity_id)
    seal(lead)
    return claim


def lock_company(company_id: int) -> Company:
    """Return the identity's row, locked without hindering foreign keys: a plain FOR UPDATE deadlocks with their share locks."""
    company = db.session.scalar(
        select(Company)
        .where(Company.id == company_id)
        .with_for_update(of=Company, key_share=True)
        .execution_options(populate_existing=True)
    )
    assert company is not None
    return company


def lock_survivor(company_id: int) -> Company:
    """Return the identity's row, locked; the survivor where the company was merged while this report was on its way."""
    company = lock_company(company_id)
    while company.merged_into_id is not None:
        company = lock_company(company.merged_into_id)
    return company


def open_claim(lead_id: int) -> Claim | None:
    """Return the claim of a lead that has not ended, if any."""
    return db.session.scalar(select(Claim).where(Claim.lead_id == lead_id, Claim.closed_at.is_(None)))


def _locked(actor: Actor, lead_id: int) -> Lead:
    """Return the lead, locked; it must belong to the actor's unit."""
    lead = db.session.scalar(
        select(Lead).where(Lead.id == lead_id).with_for_update(key_share=True).execution_options(populate_existing=True)
    )
    if lead is None:
        raise NotFound(_("没有找到，或您无权查看。"))
    if not actor.is_system and lead.org_id != actor.org_id:
        raise Forbidden(_("只能为本单位的线索提交首报。"))
    return lead


def _check_ready(lead: Lead, *, converted: bool) -> None:
    """Raise Conflict unless the lead has what a report needs to start."""
    ended = {LeadStatus.DECLINED, LeadStatus.REFERRED, LeadStatus.CONVERTED, LeadStatus.CLOSED}
    if lead.status in ended and not (converted and lead.status is LeadStatus.CONVERTED):
        raise Conflict(_("这条线索已不在跟进，请先恢复跟进再提交首报。"))
    if len(lead.company_text.strip()) < 2:
        raise Conflict(_("请填写企业名称：营业执照上的全称最稳妥。"), field="company_text")
    if not lead.title.strip():
        raise Conflict(_("请用一句话写明投资意向。"), field="title")
    if lead.first_contact_on is None:
        raise Conflict(_("请填写首次接触日期。"), field="first_contact_on")
    earliest = clock.today() - timedelta(days=int(parameters.value("backdate_max_days")))
    if lead.first_contact_on < earliest:
        raise Conflict(
            _("早于 %(day)s 的接触不能倒签。请填最近一次实质接触的日期。", day=earliest.isoformat()),
            field="first_contact_on",
        )
    if not lead.files:
        raise Conflict(_("请至少附一份证据（C 级也可以），再提交首报。"), field="files")


def make_claim(actor: Actor, lead: Lead, company_id: int) -> Claim:
    """Insert the claim, without a hold: ``settle`` decides that. A second claim of the lead in the same instant is refused."""
    now = clock.now()
    params = parameters.snapshot(PARAMS)
    grade = rules.evidence_grade([f.grade.value for f in lead.files])
    assert lead.first_contact_on is not None
    days = calendar.working_days_between(lead.first_contact_on, clock.today())
    effective = rules.effective_day(
        lead.first_contact_on, clock.today(), days, grade, int(Decimal(params["report_window_wd"]))
    )
    public_id = db.new_public_id()
    claim = Claim(
        public_id=public_id,
        number=f"SB{clock.today():%y}-{public_id[:6].upper()}",
        lead_id=lead.id,
        company_id=company_id,
        org_id=lead.org_id,
        filer_id=actor.user_id or lead.owner_id,
        company_words=lead.company_text,
        holds=False,
        status=ClaimStatus.REGISTERED,
        small=rules.is_small(lead.invest_total_cny, Decimal(params["claim_min_invest"])),
        grade=Grade(grade),
        project_code=lead.project_code or None,
        invest_total_cny=lead.invest_total_cny,
        digest=digest(lead),
        first_contact_on=lead.first_contact_on,
        filed_at=now,
        effective_at=now if effective == clock.today() else clock.start_of_day(effective),
        params=params,
        is_sample=lead.is_sample,
        lead=lead,
    )
    db.session.add(claim)
    db.session.flush()
    pieces.keep(claim)
    ledger.write(actor, claim, "filed", grade=grade, first_contact_on=lead.first_contact_on.isoformat())
    return claim


def digest(lead: Lead) -> str:
    """Return the hash of what was reported, with the hashes of its evidence: later changes show."""
    parts = [lead.company_text, lead.uscc_text, lead.title, lead.content, str(lead.invest_total_cny)]
    parts += sorted(f.sha256 for f in lead.files)
    return sha256("\n".join(parts).encode()).hexdigest()


def settle(actor: Actor, claim: Claim, *, other_ids: Collection[int] = ()) -> Standing:
    """Give the hold if the way is free and the evidence carries it; else register, or open a case. Tells everybody due.

    The company's row is locked first, so that two reports on one identity are judged one after the other.
    """
    company = lock_company(claim.company_id)
    rivals.release_expired([company.id, *other_ids], clock.now())
    found = rivals.standing(claim.org_id, company, claim.lead, other_ids=other_ids, without=claim.id)
    if found.free and claim.grade is not Grade.C:
        found = hold(actor, claim, company)
    if found.free:
        if claim.grade is Grade.C:
            _register(actor, claim)
        else:
            telling.filed(claim)
        return found
    _contest(actor, claim, found)
    return found


def hold(actor: Actor, claim: Claim, company: Company) -> Standing:
    """Take the provisional hold inside a savepoint; a broken index means another was first by a blink: contested."""
    try:
        with db.session.begin_nested():
            claim.matter_no = 1 + (cases.last_matter(company.id) or 0)
            wd = int(Decimal(claim.params["verify_sla_wd"]))
            claim.verify_due_on = calendar.add_working_days(clock.today(), wd)
            claim.grace_due_on = None
            ledger.place(claim, ClaimStatus.VERIFYING, holds=True)
    except IntegrityError:
        db.session.refresh(claim)
        return rivals.standing(claim.org_id, company, claim.lead, without=claim.id)
    ledger.write(actor, claim, "held", matter_no=claim.matter_no)
    return Standing()


def _register(actor: Actor, claim: Claim) -> None:
    wd = int(Decimal(claim.params["grade_c_grace_wd"]))
    claim.grace_due_on = calendar.add_working_days(clock.today(), wd)
    ledger.place(claim, ClaimStatus.REGISTERED, holds=False)
    ledger.write(actor, claim, "registered")


def _contest(actor: Actor, claim: Claim, found: Standing) -> None:
    """Keep the report without a hold; open a case unless the unit meets only itself (then the centre judges the claim)."""
    claim.level, claim.basis = found.level, found.basis
    wd = int(Decimal(claim.params["verify_sla_wd"]))
    claim.verify_due_on = calendar.add_working_days(clock.today(), wd)
    claim.small = False  # a conflict always goes to the centre
    if found.own:
        ledger.place(claim, ClaimStatus.VERIFYING, holds=False)
        ledger.write(actor, claim, "second_project")
        telling.filed(claim)
        return
    ledger.place(claim, ClaimStatus.CONFLICT if found.sure else ClaimStatus.VERIFYING, holds=False)
    ledger.write(actor, claim, "contested", level=found.level, basis=found.basis)
    together = (
        found.kind is CaseKind.CONFLICT and found.holder is not None and gathering.join(actor, claim, found.holder)
    )
    if not together:
        cases.open_case(actor, claim, found)
    if found.holder is not None:
        ledger.write(Actor.system(), found.holder, "other_report")
        telling.other_report(found.holder, clock.today())


def seal(lead: Lead) -> None:
    """Let nobody change or remove the evidence that a report stands on."""
    now = clock.now()
    for link in lead.files:
        link.sealed_at = link.sealed_at or now
    files.seal([link.file_id for link in lead.files])
    db.session.flush()


@db.transactional
def upgrade(actor: Actor, claim: Claim) -> Claim:
    """Weigh the evidence again after files were added: a registered report may now take its hold; a contested one gains weight."""
    authorize(actor, Permission.CLAIM_FILE)
    lead = _locked(actor, claim.lead_id)
    claim = reload(claim)
    grade = Grade(rules.evidence_grade([f.grade.value for f in lead.files]))
    if claim.status not in (ClaimStatus.REGISTERED, ClaimStatus.CONFLICT, ClaimStatus.RETURNED, ClaimStatus.VERIFYING):
        raise Conflict(_("这条备案已有结论，不能再补证据。"))
    if grade == claim.grade and claim.status is ClaimStatus.REGISTERED:
        raise Conflict(_("证据仍是 C 级：需要 1 份 A 级或 2 份 B 级。"), field="files")
    claim.grade, claim.digest = grade, digest(lead)
    ledger.write(actor, claim, "upgraded", grade=grade.value)
    if claim.status is ClaimStatus.REGISTERED:
        settle(actor, claim)
    seal(lead)
    return claim


def reload(claim: Claim) -> Claim:
    """Return the claim as it is now, locked for this transaction."""
    row = db.session.scalar(
        select(Claim)
        .where(Claim.id == claim.id)
        .with_for_update(of=Claim, key_share=True)
        .execution_options(populate_existing=True)
    )
    assert row is not None
    return row


@db.transactional
def company_corrected(actor: Actor, lead: Lead) -> None:
    """A filed lead names another company now: the old report is withdrawn, and a new one is filed at this moment."""
    claim = open_claim(lead.id)
    if claim is None:
        return
    claim = reload(claim)
    if claim.status not in (ClaimStatus.REGISTERED, ClaimStatus.VERIFYING, ClaimStatus.RETURNED, ClaimStatus.CONFLICT):
        raise Conflict(_("备案已核验，企业不能再更正；请撤回后重新首报。"), field="company_text")
    alone = cases.close_for(actor, claim, _("申报单位更正了企业。"))
    ledger.place(claim, ClaimStatus.WITHDRAWN, holds=False)
    ledger.write(actor, claim, "company_corrected")
    for other in alone:
        settle(Actor.system(), other)
    file_report(actor, lead)
