"""After the fair: who follows a contact, what came of it, the lead it becomes; and the job that tells of late ones."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select

from crm.accounts import queries as accounts
from crm.audit import service as audit
from crm.companies import queries as companies
from crm.core.errors import Conflict, Forbidden, Invalid
from crm.core.permissions import Permission, Role
from crm.fairs import contact_labels as labels
from crm.fairs import met
from crm.fairs.models import ContactPair, ContactStatus, FairContact
from crm.fairs.service import capture
from crm.fairs.service.desk import FAR, firm_id, own_contact
from crm.kit import clock, db, jobs
from crm.kit.access import Actor, authorize
from crm.leads import service as leads
from crm.leads.models import Lead
from crm.notices.service import notify


@dataclass(frozen=True)
class FollowInput:
    """What came of a follow-up. ``over``: nothing more is to be done."""

    result: str
    over: bool = False
    next_step: str = ""
    next_on: date | None = None


@dataclass(frozen=True)
class Settlement:
    """How two contacts that look like one are settled: both stand, or the named one is withdrawn."""

    first: FairContact
    second: FairContact
    withdrawn: FairContact | None = None


@db.transactional
def assign(actor: Actor, row: FairContact, user_public_id: str) -> FairContact:
    """Say who of the unit follows a contact, and tell that person. Raises Invalid, Forbidden."""
    row = own_contact(actor, row)
    user = next((one for one in met.followers(row.org_id) if one.public_id == user_public_id), None)
    if user is None:
        raise Invalid(_("请从本单位在岗人员里选跟进人。"), field="follower")
    if user.id == row.follower_id:
        return row
    old = row.follower.name if row.follower is not None else ""
    row.follower_id, row.follower = user.id, user
    row.version += 1
    audit.record(actor, "fair_contact.assigned", row, org_id=row.org_id, follower=(old, user.name))
    if user.id != actor.user_id:
        text = _("%(who)s 请您跟进展会接触“%(firm)s”。", who=actor.name, firm=row.company_text)
        _tell(row, [user.id], "fair_contact.assigned", text, str(row.version))
    return row


@db.transactional
def follow(actor: Actor, row: FairContact, data: FollowInput, version: str) -> FairContact:
    """Note what came of a follow-up. Raises Stale, Invalid with its field, Conflict when a lead has come of it."""
    row = own_contact(actor, row)
    if row.status is ContactStatus.LEAD:
        raise Conflict(_("这条接触已转为线索，往来请记在线索里。"))
    if len(data.result.strip()) < 2:
        raise Invalid(_("请写一句跟进结果，例如“已通电话，约下周来访”。"), field="result")
    if not data.over and data.next_on is None:
        raise Invalid(_("继续跟进请填下一步日期；没有下一步就选“了结”。"), field="next_on")
    today = clock.today()
    if not data.over and data.next_on is not None and not today <= data.next_on <= today + FAR:
        raise Invalid(_("下一步日期应在今天以后两年以内。"), field="next_on")
    db.check_version(row, version)
    row.status = ContactStatus.CLOSED if data.over else ContactStatus.FOLLOWED
    row.follow_result = data.result.strip()[:400]
    row.next_step, row.next_on = ("", None) if data.over else (data.next_step, data.next_on)
    if row.followed_at is None:
        row.followed_at = clock.now()
    told = {"follow_result": row.follow_result, "next_step": row.next_step, "next_on": row.next_on}
    audit.record(actor, "fair_contact.closed" if data.over else "fair_contact.followed", row, org_id=row.org_id, **told)
    return row


@db.transactional
def reopen(actor: Actor, row: FairContact) -> FairContact:
    """Take up again a contact that was closed: it waits anew, from today."""
    row = own_contact(actor, row)
    if row.status is not ContactStatus.CLOSED:
        raise Conflict(_("这条接触没有了结，不需要重新打开。"))
    row.status = ContactStatus.OPEN
    row.due_on = capture.due_day(row.rating, clock.today())
    row.version += 1
    audit.record(actor, "fair_contact.reopened", row, org_id=row.org_id)
    return row


@db.transactional
def start_lead(actor: Actor, row: FairContact) -> Lead:
    """Return the lead of a contact: a draft filled from what was noted, once however often it is asked for. Never a claim."""
    row = own_contact(actor, row)
    authorize(actor, Permission.LEAD_WRITE)
    if row.lead is not None:
        return row.lead
    if row.org_id != actor.org_id:
        raise Forbidden(_("这条接触由其他单位登记，请由该单位转为线索。"))
    lead = leads.start_draft(actor, f"contact{row.public_id}{row.version}", _typed(actor, row))
    lead.is_sample = row.is_sample
    row.lead_id, row.lead = lead.id, lead
    row.version += 1
    audit.record(actor, "fair_contact.lead", row, org_id=row.org_id)
    return lead


def _typed(actor: Actor, row: FairContact) -> dict[str, str]:
    """What the form of the lead begins with."""
    firm = firm_id(row)
    company = companies.company_of(actor, firm) if firm is not None else None
    node = row.exhibitor.node if row.exhibitor is not None else None
    met_at = _("%(fair)s %(edition)s 现场接触。", fair=row.edition.fair.name, edition=row.edition.title)
    return {
        "company_text": row.company_text,
        "company_public_id": company.public_id if company is not None else "",
        "title": "",
        "content": "\n".join(filter(None, (met_at, labels.answers_in_words(row.answers), row.words))),
        "node": node.code if node is not None else "",
        "first_contact_on": row.met_on.isoformat(),
        "contact_way": "fair",
        "person_name": row.person_name,
        "person_title": row.person_title,
        "person_mobile": row.mobile,
    }


@db.transactional
def lead_registered(actor: Actor, lead: Lead) -> None:
    """The draft became a lead: its contacts wait for nothing any more. Joined to the hook of the leads room."""
    for row in _of_lead(lead):
        row.status, row.next_on = ContactStatus.LEAD, None
        row.followed_at = row.followed_at or clock.now()
        row.version += 1


@db.transactional
def lead_closed(actor: Actor, lead: Lead) -> None:
    """A draft was dropped before it became a lead: its contacts wait again. Joined to the hook of the leads room."""
    for row in _of_lead(lead):
        if row.status is not ContactStatus.LEAD:
            row.lead_id, row.lead = None, None
            row.version += 1


def _of_lead(lead: Lead) -> list[FairContact]:
    return list(db.session.scalars(select(FairContact).where(FairContact.lead_id == lead.id).with_for_update()))


@db.transactional
def settle(actor: Actor, pair: Settlement) -> None:
    """Settle two contacts that look like one. Raises Conflict when that was done, Invalid for those of two units."""
    first, second = sorted((own_contact(actor, pair.first), own_contact(actor, pair.second)), key=lambda one: one.id)
    if first.org_id != second.org_id or first.edition_id != second.edition_id or first.id == second.id:
        raise Invalid(_("只能处理本单位同一届的两条接触。"))
    settled = ContactPair(first_id=first.id, second_id=second.id, by_id=actor.user_id, at=clock.now())
    if pair.withdrawn is not None:
        settled.withdrawn_id = pair.withdrawn.id
        capture.withdraw(actor, pair.withdrawn)
    with db.unique("second_id", _("这两条刚被别人处理过，请刷新页面。")):
        db.session.add(settled)
    names = {"first": first.company_text, "second": second.company_text}
    audit.record(actor, "fair_contact.settled", first, org_id=first.org_id, **names)


def tell_late() -> int:
    """Tell those who follow of contacts that became overdue, and the heads of their units how many. The work of the job."""
    today = clock.today()
    found = db.session.scalars(select(FairContact.id).where(met.late(today)).order_by(FairContact.id)).all()
    orgs = Counter(org_id for org_id in map(_told_late, found) if org_id)
    with force_locale("zh_Hans_CN"):
        for org_id, number in sorted(orgs.items()):
            heads = [user.id for user in accounts.users_with(Role.MANAGER, org_id)]
            text = _("本单位新增 %(n)s 条展会接触超期未跟进。", n=number)
            url = "/fairs/contacts/?view=late"
            notify(heads, "fair_contact.unit_late", "org", str(org_id), text=text, url=url, period=str(today))
    return sum(orgs.values())


@db.transactional
def _told_late(number: int) -> int:
    today = clock.today()
    query = select(FairContact).where(FairContact.id == number, met.late(today)).with_for_update(of=FairContact)
    row = db.session.scalar(query.execution_options(populate_existing=True))
    due = met.waits_on(row) if row is not None else None
    if row is None or not jobs.run_once("fairs.late", str(due), row.public_id):
        return 0
    with force_locale("zh_Hans_CN"):
        text = _("展会接触“%(firm)s”已超期，原定 %(day)s 前跟进。", firm=row.company_text, day=due)
    _tell(row, [row.follower_id or row.owner_id], "fair_contact.late", text, str(due))
    return row.org_id


def _tell(row: FairContact, people: list[int], kind: str, text: str, period: str) -> None:
    notify(
        people, kind, "fair_contact", row.public_id, text=text, url=f"/fairs/contacts/{row.public_id}", period=period
    )
