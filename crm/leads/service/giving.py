"""A lead made for a unit by somebody else: on paper, from a window, by a leader's word, through a transfer."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _

from crm.accounts import queries as accounts
from crm.accounts.models import User
from crm.audit import service as audit
from crm.core.errors import Conflict
from crm.core.permissions import Role
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.leads.models import Lead, LeadStatus


def heads_of(org_id: int, *, field: str) -> Sequence[User]:
    """Return who gets a unit's new lead: its managers, else its officers. Raises Conflict beside ``field`` when it has nobody."""
    people = accounts.users_with(Role.MANAGER, org_id) or accounts.users_with(Role.OFFICER, org_id)
    if not people:
        raise Conflict(_("该单位还没有人员账号，请先由系统管理员添加。"), field=field)
    return people


def make_for(actor: Actor, org_id: int, *, field: str, **values: Any) -> Lead:
    """Register a lead of the unit; who acts for the own unit owns it, else the unit's head until it is given on.

    The caller has checked the right to do so and runs the transaction. Raises Conflict beside ``field`` for a unit without people.
    """
    own = actor.org_id == org_id and not actor.is_system
    owner_id = actor.user_id if own else heads_of(org_id, field=field)[0].id
    now = clock.now()
    lead = Lead(
        public_id=db.new_public_id(),
        org_id=org_id,
        owner_id=owner_id,
        created_by_id=actor.user_id or owner_id,
        status=LeadStatus.FOLLOWING,
        registered_at=now,
        created_at=now,
        updated_at=now,
        files=[],
        people=[],
        **values,
    )
    db.session.add(lead)
    db.session.flush()
    audit.record(actor, "lead.registered", lead, org_id=org_id)
    return lead
