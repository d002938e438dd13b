"""Figures of the start pages. Each counts within what its reader may see."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from flask import g
from sqlalchemy import ColumnElement, Select, case, func, select, true
from sqlalchemy.orm import joinedload

from crm.accounts.models import Org, User
from crm.audit.models import AuditEntry
from crm.claims import queries as claims
from crm.claims import queue
from crm.claims.models import Claim, ClaimStatus
from crm.core.permissions import UserKind
from crm.interactions.models import Interaction
from crm.kit import clock, db, registries
from crm.kit.access import Actor
from crm.kit.registries import DueItem
from crm.leads import queries as leads
from crm.leads.models import Lead, LeadStatus
from crm.notices import queries as notices
from crm.notices.models import Notice

MOST_ITEMS = 40
_ORDER = {"bad": 0, "warn": 1, "ok": 2, "hold": 3}


def due_items(actor: Actor, today: date) -> list[DueItem]:
    """Return what waits for the person, from every room: overdue first, then soon, at most 40."""
    found = [item for ask in registries.due_items for item in ask(actor, today)]
    found.sort(key=lambda i: (_ORDER.get(i.light, 2), i.due_on or date.max, i.title))
    return found[:MOST_ITEMS]


@dataclass(frozen=True)
class ClaimCounts:
    """Own claims by state, with the nearest end of protection."""

    verifying: int = 0
    protected: int = 0
    conflict: int = 0
    returned: int = 0
    registered: int = 0
    nearest: date | None = None


def _open_claims(actor: Actor) -> tuple[ColumnElement[bool], ...]:
    return claims.visible_to(actor), Claim.closed_at.is_(None)


def _by_state() -> list[ColumnElement[Any]]:
    """The columns of ``ClaimCounts``, in order."""
    states = ("verifying", "protected", "conflict", "returned", "registered")
    counts: list[ColumnElement[Any]] = [func.count().filter(Claim.status == ClaimStatus(state)) for state in states]
    return [*counts, func.min(case((Claim.status == ClaimStatus.PROTECTED, Claim.protected_until)))]


@dataclass(frozen=True)
class LeadFigures:
    """Own leads in words of work. Amounts in yuan."""

    open: int
    new_of_late: int
    amount_cny: Decimal
    contacts_of_late: int


def _lead_figures(actor: Actor) -> Select[Any]:
    week = clock.start_of_day(clock.today() - timedelta(days=7))
    met = select(func.count()).select_from(Interaction).where(Interaction.on >= clock.local(week).date())
    if not actor.is_center:
        met = met.where(Interaction.org_id == actor.org_id)
    # Apart, each off its own index: together they read every lead that the unit ever had.
    new = select(func.count()).where(leads.visible_to(actor), Lead.created_at >= week, Lead.status != LeadStatus.DRAFT)
    return select(
        func.count(), new.correlate(None).scalar_subquery(), func.sum(Lead.invest_total_cny), met.scalar_subquery()
    ).where(leads.visible_to(actor), leads.at_work())


@dataclass(frozen=True)
class UnitLine:
    """A unit's line on the centre's and the leaders' page. Amount in yuan."""

    name: str
    open_leads: int
    amount_cny: Decimal
    verifying: int
    protected: int
    conflict: int
    last_contact_on: date | None


def unit_lines(actor: Actor) -> list[UnitLine]:
    """Return a line for each recruiting unit below the reader: for the centre all, for leaders their subtree."""
    scope = Org.id.in_(list(actor.subtree)) if not actor.is_center else Org.retired_at.is_(None)
    work = (
        select(Lead.org_id, func.count().label("leads"), func.sum(Lead.invest_total_cny).label("amount"))
        .where(leads.at_work())
        .group_by(Lead.org_id)
        .subquery()
    )
    last = select(func.max(Lead.last_contact_on)).where(Lead.org_id == Org.id).scalar_subquery()
    held = (
        select(
            Claim.org_id,
            func.count().filter(Claim.status == ClaimStatus.VERIFYING).label("verifying"),
            func.count().filter(Claim.status == ClaimStatus.PROTECTED).label("protected"),
            func.count().filter(Claim.status == ClaimStatus.CONFLICT).label("conflict"),
        )
        .where(Claim.closed_at.is_(None))
        .group_by(Claim.org_id)
        .subquery()
    )
    rows = db.session.execute(
        select(Org.name, work.c.leads, work.c.amount, held.c.verifying, held.c.protected, held.c.conflict, last)
        .outerjoin(work, work.c.org_id == Org.id)
        .outerjoin(held, held.c.org_id == Org.id)
        .where(Org.recruits, Org.parent_id.is_not(None), scope, Org.kind.in_(["district", "zone"]))
        .order_by(func.coalesce(held.c.protected, 0).desc(), func.coalesce(work.c.leads, 0).desc(), Org.id)
    ).all()
    return [UnitLine(r[0], r[1] or 0, r[2] or Decimal(0), r[3] or 0, r[4] or 0, r[5] or 0, r[6]) for r in rows]


def latest_notices(actor: Actor, limit: int = 6) -> Sequence[Notice]:
    """Return the newest notices of the person; the count of unread ones, which every page shows, comes along."""
    rows, g.unread = notices.latest(actor, limit)
    return rows


@dataclass(frozen=True)
class DeskCounts:
    """What waits on the centre's desk."""

    waiting: int
    overdue: int
    cases: int
    samples: int


def desk_counts(actor: Actor) -> tuple[DeskCounts, ClaimCounts]:
    """Return what waits for verification and judgement, and the open claims by state: one statement."""
    return _desk(db.session.execute(_desk_figures(actor)).one())


def unit_figures(actor: Actor) -> tuple[DeskCounts, ClaimCounts, LeadFigures]:
    """Return ``desk_counts`` and the figures of the own unit's leads: one statement."""
    work = _lead_figures(actor).subquery()
    *desk, alive, new, amount, contacts = db.session.execute(
        _desk_figures(actor).add_columns(*work.c).join(work, true())
    ).one()
    return *_desk(desk), LeadFigures(alive, new, amount or Decimal(0), contacts)


def _desk_figures(actor: Actor) -> Select[Any]:
    waits = queue.to_verify(actor)
    late = func.count().filter(Claim.verify_due_on < clock.today())
    waiting = select(func.count().label("all"), late.label("late")).where(waits, claims.visible_to(actor)).subquery()
    held = select(*_by_state()).where(*_open_claims(actor)).subquery()
    asked = (queue.count_of_cases(actor), queue.count_of_requests(actor), queue.count_of_samples(actor))
    return select(*waiting.c, *asked, *held.c).select_from(waiting).join(held, true())


def _desk(row: Sequence[Any]) -> tuple[DeskCounts, ClaimCounts]:
    """The figures of a row of ``_desk_figures``; the count that the menu and a deputy's line show comes along."""
    g.desk_waiting = min(row[0] + row[2] + row[3], 99)
    return DeskCounts(row[0], row[1], row[2], row[4]), ClaimCounts(*row[5:])


def people_figures() -> dict[str, int]:
    """Return how many people there are, for the system administrator."""
    row = db.session.execute(
        select(
            func.count().filter(User.active),
            func.count().filter(User.active.is_(False)),
            func.count().filter(User.active, User.must_change_password),
            func.count().filter(User.kind != UserKind.BUSINESS),
        )
    ).one()
    return {"active": row[0], "disabled": row[1], "first": row[2], "officers": row[3]}


def trail_figures() -> dict[str, int]:
    """Return the length of the trail and today's acts, for the auditor."""
    today = clock.start_of_day(clock.today())
    row = db.session.execute(
        select(func.max(AuditEntry.seq), func.count().filter(AuditEntry.at >= today)).select_from(AuditEntry)
    ).one()
    return {"all": row[0] or 0, "today": row[1] or 0}


def own_work(actor: Actor, text: str, limit: int = 6) -> Sequence[Lead]:
    """Return leads of the own unit whose company or sentence holds the text, newest first."""
    query = select(Lead).where(
        leads.visible_to(actor),
        Lead.org_id == actor.org_id,
        Lead.company_text.icontains(text, autoescape=True) | Lead.title.icontains(text, autoescape=True),
    )
    return db.session.scalars(
        query.order_by(Lead.updated_at.desc(), Lead.id.desc()).limit(limit).options(joinedload(Lead.owner))
    ).all()
