"""What waits for a person because of first reports, for the start page."""

from collections.abc import Sequence
from datetime import date, timedelta

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, and_, or_, select, union
from sqlalchemy.orm import joinedload

from crm.claims import queue
from crm.claims.ending.models import ClaimRequest, RequestKind, RequestStatus
from crm.claims.models import Claim, ClaimStatus
from crm.claims.queries import visible_to
from crm.core.permissions import Permission, Role
from crm.kit import db
from crm.kit.access import Actor
from crm.kit.registries import DueItem

_SOON = 15


def due_items(actor: Actor, today: date) -> Sequence[DueItem]:
    """Return the claims of the own unit (of oneself, for an officer) that run out, are returned, or lack evidence."""
    if not actor.can(Permission.CLAIM_FILE) or actor.is_center:
        return []
    waits = or_(
        Claim.status.in_([ClaimStatus.RETURNED, ClaimStatus.REGISTERED, ClaimStatus.CONFLICT]),
        (Claim.status == ClaimStatus.PROTECTED) & (Claim.protected_until <= today + timedelta(days=_SOON)),
    )
    if Role.MANAGER not in actor.roles:
        waits = waits & (Claim.filer_id == actor.user_id)
    # The few that wait or are asked about, named first: as an OR of the outer join every claim of the unit is read, and every lead.
    waiting = select(Claim.id).where(visible_to(actor), Claim.closed_at.is_(None), waits).correlate(None)
    either = union(waiting, select(ClaimRequest.claim_id).join(Claim).where(_unheard(actor)).correlate(None)).subquery()
    query = (
        select(Claim, waits.label("waits"), ClaimRequest.id, ClaimRequest.hear_until)
        .outerjoin(ClaimRequest, and_(ClaimRequest.claim_id == Claim.id, _unheard(actor)))
        .where(visible_to(actor), Claim.closed_at.is_(None), Claim.id.in_(select(either.c[0])))
        .order_by(ClaimRequest.id.is_(None), Claim.filed_at)
    )
    rows = db.session.execute(query.limit(70).options(joinedload(Claim.lead))).all()
    hearings = [_hearing(claim, until, today) for claim, _waits, asked, until in rows if asked is not None]
    return [*hearings, *_in_place(actor), *(_item(claim, today) for claim, waiting, *_asked in rows if waiting)]


def _unheard(actor: Actor) -> ColumnElement[bool]:
    """Recalls of the unit's protections in which it was not heard yet: everybody of the unit may answer."""
    return and_(
        Claim.org_id == actor.org_id,
        ClaimRequest.kind == RequestKind.RECALL,
        ClaimRequest.status == RequestStatus.OPEN,
        ClaimRequest.answer == "",
    )


def _hearing(claim: Claim, until: date | None, today: date) -> DueItem:
    return DueItem(
        _("首谈备案"),
        claim.company_words,
        _("首谈备案 · %(title)s", title=claim.lead.title),
        _("保护被提出收回，请陈述意见"),
        f"/claims/{claim.public_id}",
        until,
        _light(until, today),
        button=_("去陈述"),
    )


def _in_place(actor: Actor) -> list[DueItem]:
    """For a deputy, whose menu has no desk: what waits to be verified in the manager's place."""
    if Role.OFFICER not in actor.roles or actor.roles & {Role.MANAGER, Role.CENTER, Role.OFFICE}:
        return []
    number = queue.waiting_count(actor)
    if not number:
        return []
    text = _("有 %(n)s 件待您代理核验", n=number)
    return [DueItem(_("代理核验"), _("核验台"), text, text, "/claims/desk", None, "warn", button=_("去核验"))]


def _item(claim: Claim, today: date) -> DueItem:
    url = f"/claims/{claim.public_id}"
    detail = _("首谈备案 · %(title)s", title=claim.lead.title)
    if claim.status is ClaimStatus.RETURNED:
        due = claim.repair_on
        return DueItem(
            _("首谈备案"),
            claim.company_words,
            detail,
            _("按退回意见补正"),
            url,
            due,
            _light(due, today),
            button=_("去补正"),
        )
    if claim.status is ClaimStatus.REGISTERED:
        due = claim.grace_due_on
        return DueItem(
            _("首谈备案"),
            claim.company_words,
            detail,
            _("补 1 份 A 级或 2 份 B 级证据"),
            url,
            due,
            _light(due, today),
            button=_("补证据"),
        )
    if claim.status is ClaimStatus.CONFLICT:
        return DueItem(
            _("首谈备案"),
            claim.company_words,
            detail,
            _("看首谈告知，决定协商、举证或移交"),
            url,
            None,
            "warn",
            button=_("看告知"),
        )
    due = claim.protected_until
    return DueItem(
        _("首谈备案"),
        claim.company_words,
        detail,
        _("保护将到期，推进签约"),
        url,
        due,
        _light(due, today),
        button=_("看备案"),
    )


def _light(due: date | None, today: date) -> str:
    if due is None:
        return "hold"
    left = (due - today).days
    return "bad" if left < 0 else "warn" if left <= 7 else "ok"
