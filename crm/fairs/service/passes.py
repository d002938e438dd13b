"""Opening a phone for the floor of an edition, and ending it again, from the phone or from the list."""

import secrets

from flask_babel import gettext as _

from crm.accounts.service.sign_ins import token_hash
from crm.audit import service as audit
from crm.core.errors import Conflict, Forbidden
from crm.core.permissions import Permission, Role
from crm.fairs import passes
from crm.fairs.models import Edition, FairPass
from crm.kit import clock, db
from crm.kit.access import Actor, authorize


@db.transactional
def open_pass(actor: Actor, edition: Edition, device: str) -> tuple[FairPass, str]:
    """Open this phone for an edition that the actor may see; returns the pass and the token of its cookie.

    Raises Forbidden, Conflict when the edition is cancelled.
    """
    authorize(actor, Permission.FAIR_WRITE)
    if actor.scope != "full":
        raise Forbidden(_("请先重新输入密码登录，再开通这部手机。"))
    if edition.cancelled_on is not None:
        raise Conflict(_("这一届已取消，请先恢复。"))
    now, token = clock.now(), secrets.token_urlsafe(32)
    row = FairPass(
        public_id=db.new_public_id(),
        token_hash=token_hash(token),
        user_id=actor.user_id,
        edition_id=edition.id,
        started_at=now,
        last_seen_at=now,
        expires_at=now + passes.LASTS,
        device=device[:120],
    )
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "fair_pass.opened", row, device=device)
    return row, token


@db.transactional
def end_pass(actor: Actor, row: FairPass) -> FairPass:
    """End a phone at once: the own, one of the unit by its head, any by the centre. What it holds unsent stays on it."""
    authorize(actor, Permission.FAIR_WRITE)
    row = db.session.get_one(FairPass, row.id, with_for_update=True, populate_existing=True)
    head = Role.MANAGER in actor.roles and row.user.org_id in actor.subtree
    if not (actor.is_center or head or row.user_id == actor.user_id):
        raise Forbidden(_("只能停用自己的手机；本单位其他人的由负责人停用。"))
    if row.ended_at is None:
        row.ended_at = clock.now()
        audit.record(actor, "fair_pass.ended", row, device=row.device)
    return row
