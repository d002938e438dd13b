"""What waits for a person in this room: drafts left lying, leads nobody has judged."""

from collections.abc import Sequence
from datetime import date, timedelta

from flask_babel import gettext as _
from sqlalchemy import and_, or_, select

from crm.core.permissions import Permission
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.kit.registries import DueItem
from crm.leads.models import Lead, LeadStatus
from crm.leads.queries import visible_to
from crm.parameters import calendar
from crm.parameters import queries as parameters

DRAFT_DAYS = 3
MOST = 50


def due_items(actor: Actor, today: date) -> Sequence[DueItem]:
    """Return the person's drafts older than three days, and for those who judge, leads past ``triage_wd``."""
    if not actor.can(Permission.LEAD_WRITE):
        return []
    limit = parameters.whole("triage_wd")
    old = clock.start_of_day(today - timedelta(days=DRAFT_DAYS))
    draft = and_(Lead.status == LeadStatus.DRAFT, Lead.owner_id == actor.user_id, Lead.updated_at < old)
    judged = draft
    if actor.can(Permission.LEAD_TRIAGE):
        latest = clock.end_of_day(calendar.add_working_days(today, -limit))
        untriaged = and_(
            Lead.status == LeadStatus.FOLLOWING,  # a first report is the decision to follow
            Lead.claim_status == "",
            Lead.triaged_at.is_(None),
            Lead.registered_at < latest,
            Lead.org_id.in_(actor.subtree | {actor.org_id}),
        )
        judged = or_(draft, untriaged)
    rows = db.session.scalars(select(Lead).where(visible_to(actor), judged).order_by(Lead.updated_at).limit(MOST))
    return [_item(lead, today, limit) for lead in rows]


def _item(lead: Lead, today: date, limit: int) -> DueItem:
    url = f"/leads/{lead.public_id}"
    if lead.status is LeadStatus.DRAFT:
        return DueItem(
            kind="lead.draft",
            title=lead.company_text or _("（未填企业）"),
            detail=lead.title,
            todo=_("草稿搁置 %(n)s 天", n=(today - clock.local(lead.updated_at).date()).days),
            url=f"{url}/edit",
            due_on=None,
            light="warn",
            button=_("继续填写"),
        )
    assert lead.registered_at is not None
    due = calendar.add_working_days(clock.local(lead.registered_at).date(), limit)
    return DueItem(
        kind="lead.triage",
        title=lead.company_text,
        detail=lead.title,
        todo=_("请研判：跟进、不跟进或转办"),
        url=f"{url}#triage",
        due_on=due,
        light="bad" if due < today else "warn",
        button=_("研判线索"),
    )
