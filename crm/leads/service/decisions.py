"""Decisions on a lead: triage, hand-over inside the unit, closing and reopening, correcting the company."""

from flask_babel import gettext as _
from sqlalchemy import select

from crm.accounts.models import User
from crm.audit import service as audit
from crm.companies import aliases
from crm.core import leads as rules
from crm.core.errors import Conflict, Forbidden, Invalid
from crm.core.permissions import Permission
from crm.kit import clock, db
from crm.kit.access import Actor, authorize
from crm.leads import hooks
from crm.leads.models import Lead, LeadStatus
from crm.leads.service.access import is_own, locked, own_lead
from crm.leads.service.saving import LeadInput, find_company, learn
from crm.notices import service as notices

VERIFIED = frozenset({"protected", "transferring", "owned"})
REASON_LIMIT = 300


def url_of(lead: Lead) -> str:
    """Return the address of the lead's page."""
    return f"/leads/{lead.public_id}"


def _reason(text: str, *, field: str = "reason") -> str:
    text = text.replace("\0", "").strip()
    if len(text) < 2:
        raise Invalid(_("请写明理由，一句话即可。"), field=field)
    if len(text) > REASON_LIMIT:
        raise Invalid(_("理由最多 %(limit)s 字，现在 %(n)s 字。", limit=REASON_LIMIT, n=len(text)), field=field)
    return text


def _move(lead: Lead, new: LeadStatus) -> None:
    if lead.status == new:
        raise Conflict(_("这条线索已经是这个状态。"))
    if not rules.may_move(lead.status.value, new.value):
        raise Conflict(_("这条线索现在的状态不能这样变更。请刷新页面查看。"))
    lead.status = new
    lead.version += 1
    lead.updated_at = clock.now()


def _unheld(lead: Lead) -> None:
    """A hold must be let go first, by the person who holds it and on record."""
    if lead.claim_status in rules.OPEN_CLAIMS:
        raise Conflict(_("这条线索有首报在办或受保护，请先在首报页撤回首报。"))


@db.transactional
def triage(actor: Actor, lead: Lead, decision: str, reason: str = "") -> Lead:
    """Judge a lead (研判): ``follow``, ``decline`` or ``refer``; the last two need a reason. Tells the owner.

    The unit's manager judges; for the centre's eyes every unit's lead.
    """
    authorize(actor, Permission.LEAD_TRIAGE)
    lead = locked(actor, lead)
    if not is_own(actor, lead) and not actor.is_center:
        raise Forbidden(_("这条线索属于其他单位，由该单位负责人研判。"))
    if decision not in rules.TRIAGE:
        raise Invalid(_("请选择跟进、不跟进或转办。"), field="decision")
    if lead.status is LeadStatus.DRAFT:
        raise Conflict(_("草稿还不能研判，请先保存线索。"))
    new = LeadStatus(rules.TRIAGE[decision])
    if new is not LeadStatus.FOLLOWING:
        reason = _reason(reason)
        _unheld(lead)
    old = lead.status
    if not (new is LeadStatus.FOLLOWING and lead.status in (LeadStatus.FOLLOWING, LeadStatus.FILED)):
        _move(lead, new)
    lead.triaged_by_id, lead.triaged_at = actor.user_id or None, clock.now()
    lead.triage_reason = reason.strip()[:REASON_LIMIT]
    audit.record(
        actor, "lead.triaged", lead, org_id=lead.org_id, status=(old, lead.status), decision=decision, reason=reason
    )
    if lead.owner_id != actor.user_id:
        words = {"follow": _("跟进"), "decline": _("不跟进"), "refer": _("转办")}[decision]
        text = _("线索“%(title)s”研判为%(words)s。%(reason)s", title=lead.title, words=words, reason=lead.triage_reason)
        _tell(lead, lead.owner_id, "lead.triaged", text)
    return lead


@db.transactional
def hand_over(actor: Actor, lead: Lead, to: User, note: str = "") -> Lead:
    """Give a lead to another active person of the unit, and tell that person. The owner or the unit's manager may."""
    lead = own_lead(actor, lead)
    if actor.user_id != lead.owner_id and not actor.is_system and not actor.can(Permission.LEAD_TRIAGE):
        raise Forbidden(_("只有负责人本人或单位负责人可以移交线索。"))
    reachable = actor.subtree | {lead.org_id}
    if not to.active or (to.org_id not in reachable and not actor.is_system):
        raise Conflict(_("只能移交给本单位在岗的同事。"), field="to")
    if to.id == lead.owner_id:
        raise Conflict(_("%(name)s 已经是负责人。", name=to.name), field="to")
    old = db.session.scalar(select(User.name).where(User.id == lead.owner_id))
    lead.owner_id, lead.owner = to.id, to
    lead.version += 1
    lead.updated_at = clock.now()
    audit.record(
        actor, "lead.handed_over", lead, org_id=lead.org_id, owner=(old, to.name), note=note.strip()[:REASON_LIMIT]
    )
    if to.id != actor.user_id:
        text = _("%(who)s 把线索“%(title)s”交给您负责。%(note)s", who=actor.name, title=lead.title, note=note.strip())
        _tell(lead, to.id, "lead.handed_over", text)
    return lead


@db.transactional
def close_lead(actor: Actor, lead: Lead, reason: str) -> Lead:
    """End a lead with a reason; ``reopen_lead`` undoes it. A report that holds or waits must be withdrawn first."""
    lead = own_lead(actor, lead)
    reason = _reason(reason)
    _unheld(lead)
    old = lead.status
    _move(lead, LeadStatus.CLOSED)
    lead.triage_reason = reason
    audit.record(actor, "lead.closed", lead, org_id=lead.org_id, status=(old, lead.status), reason=reason)
    hooks.lead_closed(actor, lead)
    return lead


@db.transactional
def reopen_lead(actor: Actor, lead: Lead, reason: str = "") -> Lead:
    """Take up again a lead that was closed, declined or referred."""
    lead = own_lead(actor, lead)
    old = lead.status
    if not lead.title:
        raise Conflict(_("这是一份没有填完的草稿，请重新登记线索。"))
    _move(lead, LeadStatus.FOLLOWING)
    audit.record(actor, "lead.reopened", lead, org_id=lead.org_id, status=(old, lead.status), reason=reason.strip())
    return lead


@db.transactional
def correct_company(
    actor: Actor,
    lead: Lead,
    *,
    company_text: str,
    uscc: str = "",
    company_public_id: str = "",
    company_typed: str = "",
    reason: str,
    version: int | None,
) -> Lead:
    """Name the right company. After filing this is a new report at this moment; refused once the report is verified."""
    lead = own_lead(actor, lead)
    db.check_version(lead, version)
    if lead.claim_status in VERIFIED:
        raise Conflict(_("备案已核验，企业不能再更正；请撤回后重新首报。"), field="company_text")
    text, code, reason = company_text.strip(), uscc.strip(), _reason(reason)
    if len(text) < 2:
        raise Invalid(_("请填写企业名称：营业执照上的全称最稳妥，至少 2 个字。"), field="company_text")
    if (text, code) == (lead.company_text, lead.uscc_text) and not company_public_id:
        raise Conflict(_("企业名称和信用代码都没有变化。"), field="company_text")
    old = lead.company_text, lead.uscc_text
    data = LeadInput(
        text,
        lead.title,
        lead.first_contact_on,
        company_public_id=company_public_id,
        company_typed=company_typed,
        uscc=code,
    )
    company = find_company(actor, data)
    if lead.company is not None and lead.company != company:
        aliases.unlearn(actor, lead.company, [old[0], text])
    learn(actor, company.id if company else None, data)
    lead.company_text, lead.uscc_text, lead.company_id = text, code, company.id if company else None
    lead.company = company
    lead.updated_at = clock.now()
    db.session.flush()
    audit.record(
        actor,
        "lead.company_corrected",
        lead,
        org_id=lead.org_id,
        company_text=(old[0], text),
        uscc_text=(old[1], code),
        reason=reason,
    )
    hooks.company_corrected(actor, lead)
    return lead


def _tell(lead: Lead, user_id: int, kind: str, text: str) -> None:
    period = clock.now().strftime("%y%m%d%H%M%S")  # each decision is an event of its own
    notices.notify([user_id], kind, "lead", lead.public_id, text=text[:400], url=url_of(lead), period=period)
