"""One change to all leads that a filter leaves: officer, node, source. Their next step is planned contact by contact."""

from dataclasses import dataclass, fields
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from crm.accounts import many
from crm.accounts import queries as accounts
from crm.accounts.many import Kind, Preview
from crm.accounts.models import BulkChange, User
from crm.audit import service as audit
from crm.core.errors import Invalid
from crm.core.permissions import Permission
from crm.kit import clock, db
from crm.kit.access import Actor, authorize
from crm.leads import listing, queries
from crm.leads.models import Lead, LeadStatus
from crm.leads.queries import visible_to
from crm.leads.service.access import is_own
from crm.notices.service import notify

OPEN = (LeadStatus.FILED, LeadStatus.FOLLOWING)


@dataclass(frozen=True)
class ManyInput:
    """What is to be the same in all of them; what is empty stays. The officer by public id, node and channel by code."""

    owner: str = ""
    node: str = ""
    channel: str = ""


def _put(actor: Actor, row: Lead, changes: dict[str, Any]) -> None:
    pairs = {name: (getattr(row, name), value) for name, value in changes.items()}
    for name, value in changes.items():
        setattr(row, name, value)
    row.version += 1
    row.updated_at = clock.now()
    audit.record(actor, "lead.changed", row, org_id=row.org_id, **pairs)


KIND = Kind(
    page="leads",
    subject="lead",
    model=Lead,
    permission=Permission.LEAD_WRITE,
    visible_to=visible_to,
    is_own=is_own,
    put=_put,
    title=lambda row: f"{row.company_text} · {row.title}",
)


def look_at_many(actor: Actor, wanted: listing.LeadFilter, data: ManyInput) -> Preview[Lead]:
    """Return what the change would do to all rows of the filter. Raises Invalid when nothing or too much is asked."""
    authorize(actor, Permission.LEAD_WRITE)
    if all(not getattr(data, one.name) for one in fields(data)):
        raise Invalid(_("请至少填一项要改的内容。"))
    new, to = _new(data)
    rows = listing.rows_of(actor, wanted, KIND.limit + 1)
    many.check_limit(KIND, rows)

    def refusal(row: Lead) -> str:
        if not is_own(actor, row):
            return _("由其他单位负责，只能由该单位修改")
        if row.status not in OPEN:
            return _("不在跟进中：草稿请先填完，已结束的请先恢复")
        if to is not None and accounts.unit_id_of(to.org_id) != row.org_id:
            return _("%(name)s不是该线索单位的人", name=to.name)
        if to is not None and row.owner_id not in (actor.user_id, to.id) and not actor.can(Permission.LEAD_TRIAGE):
            return _("只有负责人本人或单位负责人可以移交线索。")
        return ""

    def changes_of(row: Lead) -> dict[str, Any]:
        return {name: value for name, value in new.items() if getattr(row, name) != value}

    return many.preview(rows, changes_of, refusal, new)


@db.transactional
def change_many(actor: Actor, wanted: listing.LeadFilter, data: ManyInput, mark: str) -> BulkChange:
    """Do what was looked at, and tell the new officer once. Raises Conflict when a row came, went or changed since then."""
    seen = look_at_many(actor, wanted, data)
    change = many.carry_out(actor, KIND, seen, mark)
    given = [row for row, changes in seen.ready if "owner_id" in changes]
    if given and given[0].owner_id != actor.user_id:
        text = _("%(who)s 把 %(n)s 条线索交给您负责。", who=actor.name, n=len(given))
        period = change.public_id
        notify([given[0].owner_id], "lead.handed_over", "leads", "", text=text, url="/leads/?view=mine", period=period)
    return change


def _new(data: ManyInput) -> tuple[dict[str, Any], User | None]:
    """The new values, and who takes over. Raises Invalid for what the lists do not offer."""
    new: dict[str, Any] = {}
    to = None
    if data.owner:
        to = db.session.scalar(select(User).where(User.public_id == data.owner, User.active))
        if to is None:
            raise Invalid(_("请从本单位在岗人员里选。"), field="owner")
        new["owner_id"] = to.id
    if data.node:
        node = queries.find_node(data.node)
        if node is None:
            raise Invalid(_("请从列表中选择链条节点。"), field="node")
        new["node_id"] = node.id
    if data.channel:
        channel = queries.find_channel(data.channel)
        if channel is None:
            raise Invalid(_("请从列表中选择来源渠道。"), field="channel")
        new["channel_id"] = channel.id
    return new, to
