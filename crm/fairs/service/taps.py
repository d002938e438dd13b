"""Opening a one-time page for a visitor, the visitor's answer, and taking a page or an answer back."""

import secrets

from flask_babel import gettext as _
from sqlalchemy import func, select

from crm.accounts.service.sign_ins import token_hash
from crm.audit import service as audit
from crm.core.errors import Conflict, Forbidden, Invalid, NotFound, TooMany
from crm.core.permissions import Permission
from crm.fairs import contacts, evidence, taps
from crm.fairs.models import FairContact, Tap
from crm.kit import clock, db
from crm.kit.access import Actor, authorize
from crm.kit.fields import one_line

MOST_AN_HOUR = 60  # pages that one person opens: a busy stand has one visitor a minute


@db.transactional
def open_tap(actor: Actor, contact: FairContact) -> tuple[Tap, str]:
    """Open a page for the visitor of a contact; returns it with its token. A page that waited is closed: one code at a time.

    Raises Forbidden, Conflict when the contact was taken back, TooMany.
    """
    row = _own(actor, contact)
    now = clock.now()
    query = select(func.count(Tap.id)).where(Tap.made_by_id == actor.user_id, Tap.made_at > now - taps.LASTS)
    if (db.session.scalar(query) or 0) >= MOST_AN_HOUR:
        raise TooMany(_("一小时内最多生成 %(n)s 个确认码，请稍后再试。", n=MOST_AN_HOUR))
    waiting = select(Tap).where(Tap.contact_id == row.id, Tap.tapped_at.is_(None), Tap.withdrawn_at.is_(None))
    for old in db.session.scalars(waiting.with_for_update(of=Tap)):
        old.withdrawn_at = now
    token = secrets.token_urlsafe(24)
    made = Tap(
        public_id=db.new_public_id(),
        contact_id=row.id,
        token_hash=token_hash(token),
        made_by_id=actor.user_id,
        made_at=now,
        expires_at=now + taps.LASTS,
    )
    db.session.add(made)
    db.session.flush()
    audit.record(actor, "tap.opened", made, org_id=row.org_id)
    return made, token


@db.transactional
def answer(token: str, *, name: str, title: str, agreed: bool, device: str) -> Tap:
    """Keep what a visitor confirms, once. Raises NotFound when the page is unknown, Conflict when it no longer waits, Invalid."""
    query = select(Tap).where(Tap.token_hash == token_hash(token)).with_for_update(of=Tap)
    found = db.session.scalar(query.execution_options(populate_existing=True))
    if found is None:
        raise NotFound
    row = taps.by_token(token)
    if row.state(clock.now()) != "open" or row.contact.withdrawn_at is not None:
        raise Conflict(_("这个确认页已经用过或过期，请让工作人员重新出示。"))
    name, title = one_line(name), one_line(title)
    if not 2 <= len(name) <= 40:
        raise Invalid(_("请填写您的姓名（2 到 40 个字）。"), field="name")
    if len(title) > 60:
        raise Invalid(_("职务最多 60 个字。"), field="title")
    if not agreed:
        raise Invalid(_("同意保存姓名后才能确认；不同意就直接关闭本页，什么都不会保存。"), field="agreed")
    row.name, row.title, row.tapped_at = name, title, clock.now()
    row.record = taps.record_of(row, one_line(device)[:120])
    row.sha256 = taps.sha256(row.record)
    db.session.flush()
    audit.record(Actor.system(), "tap.answered", row, org_id=row.contact.org_id, sha256=row.sha256)
    return row


@db.transactional
def withdraw(actor: Actor, contact: FairContact, tap: Tap) -> None:
    """Close a page that waits, or erase an answer on the visitor's wish. Raises Conflict once it is evidence of a lead."""
    row = _own(actor, contact)
    found = db.session.get_one(Tap, tap.id, with_for_update=True, populate_existing=True)
    if found.tapped_at is not None and evidence.is_given(row, found.sha256):
        raise Conflict(_("这份确认已作为线索的证据，不能撤回；请先在线索里移除（首报后封存，不能移除）。"))
    found.withdrawn_at = clock.now()
    if found.tapped_at is not None:
        found.name = found.title = found.record = ""
    audit.record(actor, "tap.withdrawn", found, org_id=row.org_id)


def _own(actor: Actor, contact: FairContact) -> FairContact:
    authorize(actor, Permission.FAIR_WRITE)
    row = db.session.get_one(FairContact, contact.id, with_for_update=True, populate_existing=True)
    if not contacts.may_change(actor, row):
        raise Forbidden(_("这条记录由别的小组登记，请联系登记人修改。"))
    if row.withdrawn_at is not None:
        raise Conflict(_("这条记录已删除，恢复后才能修改。"))
    return row
