"""Which lead an actor may change, and the row as it is now."""

from sqlalchemy import select

from crm.core.errors import Forbidden, NotFound
from crm.core.permissions import Permission, Role
from crm.kit import db
from crm.kit.access import Actor, authorize
from crm.kit.words import say as _
from crm.leads.models import Lead
from crm.leads.queries import visible_to


def is_own(actor: Actor, lead: Lead) -> bool:
    """Say whether the lead belongs to the actor's unit (a manager's subtree): reading it is not enough to change it."""
    if actor.is_system:
        return True
    if lead.org_id == actor.org_id:
        return actor.can(Permission.LEAD_WRITE)
    return Role.MANAGER in actor.roles and lead.org_id in actor.subtree


def own_lead(actor: Actor, lead: Lead) -> Lead:
    """Return the lead as it is now, locked, for a change by its unit. Raises Forbidden for the centre's look at others."""
    authorize(actor, Permission.LEAD_WRITE)
    row = locked(actor, lead)
    if not is_own(actor, row):
        raise Forbidden(_("这条线索属于其他单位，只能由该单位修改。"))
    return row


def locked(actor: Actor, lead: Lead) -> Lead:
    """Return the lead as it is now, locked for this transaction. Raises NotFound when it is not this actor's to see."""
    query = select(Lead).where(Lead.id == lead.id, visible_to(actor)).with_for_update(of=Lead, key_share=True)
    row = db.session.scalar(query.execution_options(populate_existing=True))
    if row is None:
        raise NotFound(_("没有找到这条线索，或您无权查看。"))
    return row
