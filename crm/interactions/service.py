"""Noting a contact, mending it the same day, ticking off what was to come next."""

from dataclasses import dataclass
from datetime import date, timedelta

from flask_babel import gettext as _
from sqlalchemy import func, select, update

from crm.audit import service as audit
from crm.companies.models import Company
from crm.core import interactions as rules
from crm.core.errors import Conflict, Forbidden, Invalid
from crm.core.permissions import Permission
from crm.interactions import queries
from crm.interactions.models import Interaction
from crm.kit import clock, db, once
from crm.kit.access import Actor, authorize
from crm.leads.models import ContactWay, Lead, LeadStatus
from crm.leads.service.access import own_lead
from crm.parameters import queries as parameters

RESULT_LIMIT = 2000
FAR = timedelta(days=730)


@dataclass(frozen=True)
class NoteInput:
    """What a person notes about a contact."""

    result: str
    on: date | None
    kind: ContactWay = ContactWay.CALL
    person_name: str = ""
    next_step: str = ""
    next_on: date | None = None


@db.transactional
def note(
    actor: Actor, data: NoteInput, *, lead: Lead | None = None, company: Company | None = None, key: str | None = None
) -> Interaction:
    """Note a contact on a lead or a company (记一笔). The lead's copies follow in the same transaction.

    Settles steps that were due; with a next day of its own, all earlier open steps of the lead.
    Raises Invalid with its field, once.Repeated for a form sent twice.
    """
    authorize(actor, Permission.LEAD_WRITE)
    if (lead is None) == (company is None):
        raise Invalid(_("请先选择线索或企业。"))
    if lead is not None:
        lead = own_lead(actor, lead)
        if lead.status not in (LeadStatus.FOLLOWING, LeadStatus.FILED):
            raise Conflict(_("这条线索不在跟进中，请先恢复跟进。"))
    check(data)
    row = Interaction(
        public_id=db.new_public_id(),
        org_id=lead.org_id if lead else actor.org_id,
        lead_id=lead.id if lead else None,
        company_id=company.id if company else None,
        by_id=actor.user_id or (lead.owner_id if lead else 0),
        created_at=clock.now(),
        is_sample=lead.is_sample if lead else False,
        result="",
    )
    _fill(actor, row, data)
    db.session.add(row)
    once.remember(actor, key, row.public_id, "interaction")
    db.session.flush()
    _settle_earlier(row)
    copy_to_lead(row.lead_id)
    audit.record(actor, "interaction.noted", row, org_id=row.org_id, result=data.result, next_on=data.next_on)
    return row


def check(data: NoteInput) -> None:
    """Raise Invalid for what cannot be noted."""
    today = clock.today()
    if not data.result.strip():
        raise Invalid(_("请写一句结果：谈了什么、对方怎么说。"), field="result")
    if len(data.result) > RESULT_LIMIT:
        raise Invalid(_("最多 %(limit)s 字，现在 %(n)s 字。", limit=RESULT_LIMIT, n=len(data.result)), field="result")
    if data.on is None:
        raise Invalid(_("请填写接触日期。"), field="on")
    if data.on > today:
        raise Invalid(_("今天是 %(today)s，已发生的接触不能在今天以后。", today=today.isoformat()), field="on")
    earliest = today - timedelta(days=parameters.whole("backdate_max_days"))
    if data.on < earliest:
        raise Invalid(_("早于 %(day)s 的接触不能补记。", day=earliest.isoformat()), field="on")
    if data.next_on is not None and data.next_on < today:
        raise Invalid(_("下一步日期应在今天（%(today)s）或以后。", today=today.isoformat()), field="next_on")
    if data.next_on is not None and data.next_on > today + FAR:
        raise Invalid(_("下一步日期超过两年，请核对年份。"), field="next_on")


def _fill(actor: Actor, row: Interaction, data: NoteInput) -> None:
    row.result, row.on, row.kind = data.result.strip(), data.on, data.kind  # type: ignore[assignment]
    row.person_name = data.person_name.strip()
    row.person_id = queries.person_of(actor, row.lead_id, row.person_name)
    row.next_step, row.next_on = data.next_step.strip(), data.next_on
    row.effective = rules.is_effective(row.person_name, row.result, row.next_step)


def _settle_earlier(row: Interaction) -> None:
    """A contact does what was due; one that names the next day replaces what was planned."""
    same = Interaction.lead_id == row.lead_id if row.lead_id else Interaction.company_id == row.company_id
    query = update(Interaction).where(
        same,
        Interaction.org_id == row.org_id,
        Interaction.id != row.id,
        Interaction.next_on.is_not(None),
        Interaction.next_done_at.is_(None),
    )
    if row.lead_id is None:
        query = query.where(Interaction.lead_id.is_(None), Interaction.by_id == row.by_id)
    if row.next_on is None:
        query = query.where(Interaction.next_on <= clock.local(row.created_at).date())
    db.session.execute(query.values(next_done_at=row.created_at), execution_options={"synchronize_session": "fetch"})


@db.transactional
def edit_note(actor: Actor, row: Interaction, data: NoteInput, version: int | None) -> Interaction:
    """Mend an own entry of today. Raises Stale for a second editor, Conflict when the day is over."""
    row = _fresh(actor, row)
    check(data)
    db.check_version(row, version)
    old = row.result
    _fill(actor, row, data)
    db.session.flush()
    _reopen_settled(row)
    _settle_earlier(row)
    copy_to_lead(row.lead_id)
    audit.record(actor, "interaction.changed", row, org_id=row.org_id, result=(old, row.result), next_on=data.next_on)
    return row


@db.transactional
def withdraw_note(actor: Actor, row: Interaction) -> None:
    """Take back an own entry of today; what it settled is open again."""
    row = _fresh(actor, row)
    row.withdrawn_at = clock.now()
    row.version += 1
    db.session.flush()
    _reopen_settled(row)
    copy_to_lead(row.lead_id)
    audit.record(actor, "interaction.withdrawn", row, org_id=row.org_id, result=(row.result, None))


def _fresh(actor: Actor, row: Interaction) -> Interaction:
    authorize(actor, Permission.LEAD_WRITE)
    query = (
        select(Interaction).where(Interaction.id == row.id, queries.visible_to(actor)).with_for_update(of=Interaction)
    )
    found = db.session.scalar(query.execution_options(populate_existing=True))
    if found is None:
        raise Conflict(_("这条往来已被撤回。"))
    if found.by_id != actor.user_id:
        raise Forbidden(_("只能修改自己记的往来。"))
    if not queries.is_fresh(actor, found):
        raise Conflict(_("只能当天修改或撤回。请另记一笔说明。"))
    return found


def _reopen_settled(row: Interaction) -> None:
    same = Interaction.lead_id == row.lead_id if row.lead_id else Interaction.company_id == row.company_id
    db.session.execute(
        update(Interaction).where(same, Interaction.next_done_at == row.created_at).values(next_done_at=None),
        execution_options={"synchronize_session": "fetch"},
    )


@db.transactional
def finish_step(actor: Actor, row: Interaction) -> None:
    """Tick off the next step of an entry; again changes nothing. The unit's people may."""
    authorize(actor, Permission.LEAD_WRITE)
    if row.org_id not in actor.subtree | {actor.org_id}:
        raise Forbidden(_("这条往来属于其他单位。"))
    if row.next_on is None or row.next_done_at is not None:
        return
    row.next_done_at = clock.now()
    db.session.flush()
    copy_to_lead(row.lead_id)
    audit.record(actor, "interaction.step_done", row, org_id=row.org_id, next_step=row.next_step)


@db.transactional
def drop_steps(actor: Actor, lead: Lead) -> None:
    """Nothing waits on a lead that was closed. Joined to the hook of the leads room."""
    db.session.execute(
        update(Interaction)
        .where(Interaction.lead_id == lead.id, Interaction.next_on.is_not(None), Interaction.next_done_at.is_(None))
        .values(next_done_at=clock.now()),
        execution_options={"synchronize_session": "fetch"},
    )
    copy_to_lead(lead.id)


def copy_to_lead(lead_id: int | None) -> None:
    """Write the copies by which the lead's list sorts and filters; only this room writes them."""
    if lead_id is None:
        return
    lead = db.session.get(Lead, lead_id)
    assert lead is not None
    lead.last_contact_on, lead.next_on, lead.next_step = _facts_of(lead_id)
    lead.updated_at = clock.now()
    db.session.flush()


def _facts_of(lead_id: int) -> tuple[date | None, date | None, str]:
    mine = (Interaction.lead_id == lead_id, Interaction.withdrawn_at.is_(None))
    last = db.session.scalar(select(func.max(Interaction.on)).where(*mine))
    coming = select(Interaction.next_on, Interaction.next_step).where(
        *mine, Interaction.next_on.is_not(None), Interaction.next_done_at.is_(None)
    )
    first = db.session.execute(coming.order_by(Interaction.next_on, Interaction.id.desc()).limit(1)).first()
    return (last, first[0], first[1]) if first else (last, None, "")


def check_copies(repair: bool) -> list[tuple[str, int, object, object]]:
    """Recompute ``leads.last_contact_on``, ``next_on`` and ``next_step``; return what differs, mending it on request."""
    kept = Interaction.withdrawn_at.is_(None)
    last = dict(
        db.session.execute(
            select(Interaction.lead_id, func.max(Interaction.on))
            .where(kept, Interaction.lead_id.is_not(None))
            .group_by(Interaction.lead_id)
        ).all()
    )
    open_steps = select(Interaction.lead_id, Interaction.next_on, Interaction.next_step).where(
        kept, Interaction.lead_id.is_not(None), Interaction.next_on.is_not(None), Interaction.next_done_at.is_(None)
    )
    coming: dict[int, tuple[date, str]] = {}
    for lead_id, day, step in db.session.execute(open_steps.order_by(Interaction.next_on.desc(), Interaction.id)):
        if lead_id is not None and day is not None:
            coming[lead_id] = (day, step)
    wrong: list[tuple[str, int, object, object]] = []
    for lead in db.session.scalars(select(Lead)):
        right = (last.get(lead.id), *(coming.get(lead.id) or (None, "")))
        stored = (lead.last_contact_on, lead.next_on, lead.next_step)
        if stored != right:
            wrong.append(("leads", lead.id, stored, right))
            if repair:
                lead.last_contact_on, lead.next_on, lead.next_step = right
    db.session.flush()
    return wrong
