"""Protections that exist on paper when the platform begins: entered by the centre, with dates and document."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from flask_babel import gettext as _
from sqlalchemy import select

from crm.accounts.models import Org
from crm.claims import cases, filing, ledger, rivals, telling
from crm.claims.models import Claim, ClaimStatus
from crm.companies import identity
from crm.companies.models import Company
from crm.core import uscc
from crm.core.errors import Conflict
from crm.core.permissions import Permission
from crm.kit import clock, db, once
from crm.kit.access import Actor, authorize
from crm.leads import service as leads
from crm.leads.models import Grade, Lead


@dataclass(frozen=True)
class Paper:
    """What the document says."""

    org_public_id: str
    company_text: str
    uscc: str
    title: str
    invest_total_cny: Decimal | None
    first_contact_on: date
    protected_from: date
    protected_until: date
    document_no: str


@db.transactional
def enter(actor: Actor, said: Paper, *, key: str | None = None) -> Claim:
    """Enter a protection for a unit: its lead, its claim and the hold. Raises Conflict when another unit already holds."""
    authorize(actor, Permission.CLAIM_PAPER)
    org = db.session.scalar(select(Org).where(Org.public_id == said.org_public_id))
    if org is None:
        raise Conflict(_("请选择单位。"), field="org")
    code = uscc.normalise(said.uscc) if said.uscc else ""
    if code and not uscc.is_valid(code):
        raise Conflict(_("信用代码的校验不对，请对照营业执照；暂时不清楚可以留空。"), field="uscc")
    if said.protected_until < clock.today() or said.protected_until <= said.protected_from:
        raise Conflict(_("保护截止日应晚于起始日，且不早于今天。"), field="protected_until")
    if said.first_contact_on > clock.today():
        raise Conflict(_("首次接触日期不能晚于今天。"), field="first_contact_on")
    lead = _lead(actor, org, said, code)
    filed = identity.find_or_make(actor, name=said.company_text, uscc=code or None)
    if filed.other_ids:
        raise Conflict(_("企业名称和信用代码在企业库里指向不同的企业，请先核对。"), field="uscc")
    lead.company_id = filed.company.id
    claim = filing.make_claim(actor, lead, filed.identity_id)
    _protect(actor, claim, said)
    once.remember(actor, key, claim.public_id)
    return claim


def _lead(actor: Actor, org: Org, said: Paper, code: str) -> Lead:
    return leads.make_for(
        actor,
        org.id,
        field="org",
        company_text=said.company_text,
        uscc_text=code,
        title=said.title,
        invest_total_cny=said.invest_total_cny,
        first_contact_on=said.first_contact_on,
    )


def _protect(actor: Actor, claim: Claim, said: Paper) -> None:
    company = db.session.scalar(
        select(Company).where(Company.id == claim.company_id).with_for_update(of=Company, key_share=True)
    )
    assert company is not None
    rivals.release_expired([company.id], clock.now())
    taken = rivals.holders([company.id])
    if taken:
        words = _(
            "%(unit)s 已持有该企业的保护（%(number)s），请先裁定。", unit=taken[0].org.name, number=taken[0].number
        )
        raise Conflict(words, field="company_text")
    claim.matter_no = 1 + (cases.last_matter(company.id) or 0)
    claim.paper_document_no = said.document_no.strip()
    claim.grade = Grade.A
    claim.protected_from, claim.protected_until = said.protected_from, said.protected_until
    grace = int(Decimal(claim.params["expiry_grace_days"]))
    claim.hold_until = clock.end_of_day(said.protected_until + timedelta(days=grace))
    claim.verified_by_id, claim.verified_at = actor.user_id or None, clock.now()
    with db.unique("company_text", _("刚刚有单位取得了该企业的保护，请先裁定。")):
        ledger.place(claim, ClaimStatus.PROTECTED, holds=True)
    ledger.write(actor, claim, "paper", document_no=claim.paper_document_no)
    identity.open_company(actor, company.id, how="paper")
    day = said.protected_until.isoformat()
    telling.outcome(
        claim, "paper", _("市中心补录了 %(firm)s 的纸面保护，至 %(day)s。", firm=claim.company_words, day=day)
    )
