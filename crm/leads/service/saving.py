"""Saving a lead: a draft keeps raw text and never refuses, a saved lead keeps what the rules ask."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from crm.audit import service as audit
from crm.companies import aliases, keys
from crm.companies import queries as companies
from crm.companies.models import Company
from crm.core import leads as rules
from crm.core.errors import Conflict, Invalid, NotFound, Stale, UserError
from crm.core.permissions import Permission
from crm.kit import clock, db, once
from crm.kit.access import Actor, authorize
from crm.kit.format import yi
from crm.kit.words import say as _
from crm.leads import hooks, queries, referrers
from crm.leads.models import ContactWay, Lead, LeadPerson, LeadStatus, ReferrerKind
from crm.leads.service.access import own_lead
from crm.parameters import queries as parameters
from crm.people import mobiles
from crm.people import service as people

TYPED_LIMIT = 60_000  # characters of one person's unsaved text
PLAIN = ("content", "invest_total_cny", "invest_fixed_cny", "area_mu", "site_wish", "referrer", "contact_way")


@dataclass(frozen=True)
class LeadInput:
    """What a person says about a lead. Amounts in yuan; node and channel by code; the company by text or picked row.

    ``company_typed``: what stood in the field when the row was picked. ``referrer_pick``: a key of ``referrers``, for the words in
    ``referrer``; words without a key keep the row that they had.
    """

    company_text: str
    title: str
    first_contact_on: date | None
    company_public_id: str = ""
    company_typed: str = ""
    uscc: str = ""
    content: str = ""
    node_code: str = ""
    invest_total_cny: Decimal | None = None
    invest_fixed_cny: Decimal | None = None
    area_mu: Decimal | None = None
    site_wish: str = ""
    project_code: str = ""
    channel_code: str = ""
    referrer: str = ""
    referrer_pick: str = ""
    referrer_kind: ReferrerKind | None = None
    contact_way: ContactWay | None = None
    person_name: str = ""
    person_title: str = ""
    person_mobile: str = ""


def faults(lead: Lead | None, data: LeadInput) -> list[UserError]:
    """Return everything that keeps the input from being saved, each with its field."""
    return [
        error
        for error in (_text_fault(data), _day_fault(lead, data), _amount_fault(data), _person_fault(data))
        if error
    ]


def _text_fault(data: LeadInput) -> UserError | None:
    if len(data.company_text.strip()) < 2:
        return Invalid(_("请填写企业名称：营业执照上的全称最稳妥，至少 2 个字。"), field="company_text")
    if not data.title.strip():
        return Invalid(_("请用一句话写明投资意向，例如“拟建减速器生产线”。"), field="title")
    return None


def _day_fault(lead: Lead | None, data: LeadInput) -> UserError | None:
    day, today = data.first_contact_on, clock.today()
    if day is None:
        return Invalid(_("请填写首次接触日期。"), field="first_contact_on")
    if day > today:
        return Invalid(
            _("今天是 %(today)s，接触日期不能在今天以后。", today=today.isoformat()), field="first_contact_on"
        )
    if lead is not None and lead.status is not LeadStatus.DRAFT and lead.first_contact_on == day:
        return None  # it was in time when it was first saved
    limit = int(parameters.value("backdate_max_days"))
    earliest = rules.earliest_contact(today, limit)
    if day < earliest:
        words = _(
            "早于 %(limit)s 天前（%(day)s），不能倒签。请填最近一次实质接触的日期。",
            limit=limit,
            day=earliest.isoformat(),
        )
        return Invalid(words, field="first_contact_on")
    return None


def _amount_fault(data: LeadInput) -> UserError | None:
    likely = rules.amount_problem(data.invest_fixed_cny, data.invest_total_cny)
    if likely is None:
        return None
    total = yi(data.invest_total_cny)
    if likely:
        words = _("不能大于计划总投资 %(total)s 亿元。是否应为 %(likely)s？", total=total, likely=yi(likely))
    else:
        words = _("不能大于计划总投资 %(total)s 亿元。请核对两个数。", total=total)
    return Invalid(words, field="invest_fixed")


def _person_fault(data: LeadInput) -> UserError | None:
    if data.person_mobile and not data.person_name:
        return Invalid(_("填了手机号，请一并填写对方姓名。"), field="person_name")
    return None


@db.transactional
def start_draft(actor: Actor, key: str, typed: Mapping[str, str] | None = None) -> Lead:
    """Return the lead of this person's form, a new draft if it made none yet. No company row is made for a draft (S0)."""
    authorize(actor, Permission.LEAD_WRITE)
    lead = queries.lead_of(actor, key)
    if lead is None:
        lead = _new(actor)
        once.remember(actor, key, lead.public_id, "lead")
        audit.record(actor, "lead.drafted", lead)
    if typed is not None:
        autosave(actor, lead, typed, None, key)
    return lead


def _new(actor: Actor) -> Lead:
    now = clock.now()
    lead = Lead(
        public_id=db.new_public_id(),
        org_id=actor.org_id,
        owner_id=actor.user_id,
        created_by_id=actor.user_id,
        status=LeadStatus.DRAFT,
        created_at=now,
        updated_at=now,
        files=[],
        people=[],
    )
    db.session.add(lead)
    db.session.flush()
    return lead


@db.transactional
def autosave(actor: Actor, lead: Lead, typed: Mapping[str, str], version: int | None, key: str | None = None) -> Lead:
    """Keep what a person typed, raw and unjudged. Raises Stale when somebody saved the lead since the form was filled.

    A late answer of a form that was submitted already changes nothing.
    """
    lead = own_lead(actor, lead)
    if once.find(actor, key, "sent"):
        return lead
    if version is not None and version != lead.version:
        raise Stale(_("这条线索刚被别人保存过。您的内容仍在本页；保存时会并排显示两份内容。"), current=lead)
    fields = {name: _plain(value) for name, value in typed.items()}
    while sum(map(len, fields.values())) > TYPED_LIMIT:
        longest = max(fields, key=lambda name: len(fields[name]))
        fields[longest] = fields[longest][: len(fields[longest]) // 2]
    kept = dict(lead.draft or {})
    kept[str(actor.user_id)] = {"at": clock.now().isoformat(), "version": lead.version, "fields": fields}
    lead.draft = kept
    if lead.status is LeadStatus.DRAFT:
        _show_typed(actor, lead, fields)
    db.session.flush()
    return lead


def _plain(value: str) -> str:
    """PostgreSQL takes no NUL, and UTF-8 no lone surrogate."""
    return value.replace("\0", "").encode("utf-8", "replace").decode()


def _show_typed(actor: Actor, lead: Lead, fields: Mapping[str, str]) -> None:
    """Let the list show a draft by what is in it; nothing is checked."""
    lead.company_text = fields.get("company_text", "").strip()[:200]
    lead.uscc_text = fields.get("uscc", "").strip()[:30]
    lead.title = fields.get("title", "").strip()[:120]
    picked = _picked(actor, fields.get("company_public_id", ""))
    lead.company_id = picked.id if picked else None
    lead.updated_at = clock.now()


@db.transactional
def discard_typed(actor: Actor, lead: Lead) -> None:
    """Forget what this person typed into a saved lead and did not save."""
    lead = own_lead(actor, lead)
    lead.draft = {who: what for who, what in (lead.draft or {}).items() if who != str(actor.user_id)} or None


@db.transactional
def save_lead(
    actor: Actor, lead: Lead | None, data: LeadInput, version: int | None = None, *, key: str | None = None
) -> Lead:
    """Save a new lead or another state of one, and return it. A draft becomes a lead that is followed.

    ``key`` is the form's: a form sent twice leads to the first record. Raises the first fault with its field,
    Stale when somebody saved the lead since the form was filled.
    """
    authorize(actor, Permission.LEAD_WRITE)
    lead = lead or queries.lead_of(actor, key)
    if lead is not None:
        lead = own_lead(actor, lead)
        if same_input(actor, lead, data):
            return lead
    for fault in faults(lead, data):
        raise fault
    if lead is None:
        lead = _new(actor)
        once.remember(actor, key, lead.public_id, "lead")
    else:
        _check_version(lead, version)
    _fill(actor, lead, data)
    if not once.find(actor, key, "sent"):
        once.remember(actor, key, lead.public_id, "sent")
    return lead


def _check_version(lead: Lead, version: int | None) -> None:
    if version is not None and version != lead.version:
        raise Stale(_("这条线索刚被别人改过。下面并排显示现在的内容和您填的内容，请核对后再保存。"), current=lead)
    lead.version += 1


def _fill(actor: Actor, lead: Lead, data: LeadInput) -> None:
    values = _values(actor, lead, data)
    changes = {
        name: value
        for name, value in audit.changed(lead, values).items()
        if name not in ("company_id", "node_id", "referrer_company_id", "referrer_person_id")
    }
    for name, value in values.items():
        setattr(lead, name, value)
    fresh = lead.status is LeadStatus.DRAFT
    if fresh:
        lead.status = LeadStatus.FOLLOWING
        lead.registered_at = clock.now()
        lead.draft = None
        audit.record(actor, "lead.registered", lead, org_id=lead.org_id, **{k: v[1] for k, v in changes.items()})
    else:
        lead.draft = {who: what for who, what in (lead.draft or {}).items() if who != str(actor.user_id)} or None
        audit.record(actor, "lead.changed", lead, org_id=lead.org_id, **changes)
    if data.person_name:
        _link_person(actor, lead, data)
    if not lead.claim_status:
        learn(actor, lead.company_id, data)
    lead.updated_at = clock.now()
    db.session.flush()
    if fresh:
        hooks.lead_registered(actor, lead)


def _values(actor: Actor, lead: Lead, data: LeadInput) -> dict[str, Any]:
    node, channel = queries.find_node(data.node_code), queries.find_channel(data.channel_code)
    values: dict[str, Any] = {name: getattr(data, name) for name in PLAIN}
    values.update(
        title=data.title.strip(),
        first_contact_on=data.first_contact_on,
        node_id=node.id if node else None,
        channel_id=channel.id if channel else None,
        project_code=data.project_code.strip() or None,
        **_referrer(actor, lead, data),
    )
    text, code = data.company_text.strip(), data.uscc.strip()
    if lead.claim_status:
        if (text, code) != (lead.company_text, lead.uscc_text):
            raise Conflict(_("已提交首报，企业不能在这里改；请用“更正企业”。"), field="company_text")
        return values
    company = find_company(actor, data)
    values.update(company_text=text, uscc_text=code, company_id=company.id if company else None)
    return values


def _referrer(actor: Actor, lead: Lead, data: LeadInput) -> dict[str, Any]:
    """The row behind the words, and what it is: as the person chose, else by the row, else by the name."""
    said = rules.referrer_kind(data.referrer)
    # Unchanged words keep their row: a body that was renamed or merged since goes by another name there.
    if data.referrer == lead.referrer and data.referrer_pick in ("", referrers.referrer_of(actor, lead).key):
        return {"referrer_kind": (data.referrer_kind or lead.referrer_kind or ReferrerKind(said)) if said else None}
    row = referrers.find_referrer(actor, data.referrer_pick, data.referrer)
    return {
        "referrer_company_id": row.company.id if row.company else None,
        "referrer_person_id": row.person.id if row.person else None,
        "referrer_kind": (data.referrer_kind or row.kind or ReferrerKind(said)) if said else None,
    }


def find_company(actor: Actor, data: LeadInput) -> Company | None:
    """Return the company that was picked, or the one visible row that the text or the code identifies; else None."""
    picked = _picked(actor, data.company_public_id)
    if picked is not None:
        return picked
    wanted = keys.keys_of(data.company_text, data.uscc or None)
    ids = [*keys.owners(wanted), *keys.waiting(wanted, companies.visible_to(actor))]
    seen = companies.companies_of(actor, ids)
    return next(iter(seen.values())) if len(seen) == 1 else None


def learn(actor: Actor, company_id: int | None, data: LeadInput) -> None:
    """Keep what was typed when a company was picked: the same text finds it at once the next time."""
    if not data.company_public_id or company_id is None:
        return
    company = companies.company_of(actor, company_id)
    if company is None or company.public_id != data.company_public_id:
        return
    aliases.confirm_typed(actor, company, data.company_typed, source="lead")
    if data.company_text.strip() != company.name:
        aliases.confirm(actor, company, data.company_text, source="lead")


def _picked(actor: Actor, public_id: str) -> Company | None:
    if not public_id:
        return None
    try:
        return companies.get_company(actor, public_id)
    except NotFound:
        return None  # merged or withdrawn meanwhile: the text still says who is meant


def _link_person(actor: Actor, lead: Lead, data: LeadInput) -> None:
    person = people.find_or_add(
        actor,
        name=data.person_name,
        title=data.person_title,
        mobile=data.person_mobile,
        company_id=lead.company_id,
        near={link.person_id for link in lead.people},
    )
    if person.id not in {link.person_id for link in lead.people}:
        lead.people.append(LeadPerson(person_id=person.id, person=person))


def same_input(actor: Actor, lead: Lead, data: LeadInput) -> bool:
    """Say whether the lead already says all that: a form sent twice, or saved without a change."""
    if lead.status is LeadStatus.DRAFT:
        return False
    plain = all((getattr(lead, name) or None) == (getattr(data, name) or None) for name in PLAIN)
    known = [link.person for link in lead.people]
    spoken = not data.person_name or any(
        p.name == data.person_name
        and (not data.person_title or p.title == data.person_title)
        and (not data.person_mobile or mobiles.normal(data.person_mobile) == p.mobile)
        for p in known
    )
    return (
        plain
        and spoken
        and lead.company_text == data.company_text.strip()
        and lead.uscc_text == data.uscc.strip()
        and lead.title == data.title.strip()
        and (data.referrer_kind is None or lead.referrer_kind == data.referrer_kind)
        and (not data.referrer_pick or data.referrer_pick == referrers.referrer_of(actor, lead).key)
        and lead.first_contact_on == data.first_contact_on
        and (lead.project_code or "") == data.project_code.strip()
        and (lead.node.code if lead.node else "") == data.node_code
        and (lead.channel.code if lead.channel else "") == data.channel_code
    )
