"""The list of leads: which rows, in which order, a page at a time, and the same rows for a spreadsheet."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import joinedload

from crm.accounts.models import User
from crm.companies.models import Company
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.kit.web import Page
from crm.leads.fields import one_line
from crm.leads.models import Lead, LeadStatus
from crm.leads.queries import visible_to
from crm.plan.models import Node

PAGE_SIZE = 30
TOTAL_CAP = 10_000
EXPORT_LIMIT = 5_000
SOON_DAYS = 15
VIEWS = ("", "mine", "triage", "draft", "all")

# What may be sorted by; anything else falls back to the newest change.
SORTS: dict[str, Any] = {
    "updated": Lead.updated_at,
    "contact": Lead.last_contact_on,
    "first": Lead.first_contact_on,
    "next": Lead.next_on,
    "hold": Lead.hold_until,
    "invest": Lead.invest_total_cny,
}


@dataclass(frozen=True)
class LeadFilter:
    """What the list is narrowed to. ``soon``: the hold ends within 15 days. Unknown values narrow to nothing or are ignored."""

    view: str = ""
    text: str = ""
    status: str = ""
    owner: str = ""
    node: str = ""
    claim: str = ""
    org: str = ""
    soon: bool = False
    sort: str = "-updated"

    @classmethod
    def of(cls, args: Mapping[str, str]) -> "LeadFilter":
        """Return what an address asks for; unknown sorts and views fall back to the usual ones."""
        view, sort = args.get("view", ""), args.get("sort", "-updated")
        return cls(
            view=view if view in VIEWS else "",
            text=one_line(args.get("q", ""))[:100],
            status=args.get("status", ""),
            owner=one_line(args.get("owner", ""))[:10],
            node=one_line(args.get("node", ""))[:12],
            claim=one_line(args.get("claim", ""))[:20],
            org=args.get("org", "")[:8],
            soon=args.get("soon") == "1",
            sort=sort if sort.removeprefix("-") in SORTS else "-updated",
        )


def page_of_leads(actor: Actor, wanted: LeadFilter, number: int) -> Page:
    """Return one page of visible leads. The total is exact up to 10,000."""
    query = _narrowed(actor, wanted)
    ids = query.with_only_columns(Lead.id).limit(TOTAL_CAP + 1).subquery()
    total = db.session.scalar(select(func.count()).select_from(ids)) or 0
    rows = _loaded(_sorted(query, wanted.sort)).limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)
    return Page(list(db.session.scalars(rows)), number, PAGE_SIZE, min(total, TOTAL_CAP), capped=total > TOTAL_CAP)


def rows_for_export(actor: Actor, wanted: LeadFilter) -> Sequence[Lead]:
    """Return the rows that the list shows, all pages, up to the limit."""
    return db.session.scalars(_loaded(_sorted(_narrowed(actor, wanted), wanted.sort)).limit(EXPORT_LIMIT)).all()


def rows_of(actor: Actor, wanted: LeadFilter, most: int) -> Sequence[Lead]:
    """Return the rows of the filter, at most so many, in the order of the list."""
    return db.session.scalars(_loaded(_sorted(_narrowed(actor, wanted), wanted.sort)).limit(most)).all()


def _loaded(query: Select[Lead]) -> Select[Lead]:
    return query.options(
        joinedload(Lead.company),
        joinedload(Lead.node),
        joinedload(Lead.channel),
        joinedload(Lead.owner),
        joinedload(Lead.org),
    )


def _narrowed(actor: Actor, wanted: LeadFilter) -> Select[Lead]:
    query = select(Lead).where(visible_to(actor), _view(actor, wanted))
    if wanted.text:
        query = query.where(_text(wanted.text))
    if wanted.status in set(LeadStatus):
        query = query.where(Lead.status == wanted.status)
    if wanted.owner:
        query = query.where(Lead.owner_id.in_(select(User.id).where(User.public_id == wanted.owner)))
    if wanted.node:
        query = query.where(Lead.node_id.in_(select(Node.id).where(Node.code == wanted.node)))
    if wanted.claim:
        query = query.where(Lead.claim_status == ("" if wanted.claim == "none" else wanted.claim))
    if wanted.org.isascii() and wanted.org.isdigit() and len(wanted.org) < 9:
        query = query.where(Lead.org_id == int(wanted.org))
    if wanted.soon:
        edge = clock.now() + timedelta(days=SOON_DAYS)
        query = query.where(Lead.hold, Lead.hold_until.is_not(None), Lead.hold_until <= edge)
    return query


def _view(actor: Actor, wanted: LeadFilter) -> ColumnElement[bool]:
    open_ones = Lead.status.in_((LeadStatus.FILED, LeadStatus.FOLLOWING))
    if wanted.view == "mine":
        return and_(open_ones, Lead.owner_id == actor.user_id)
    if wanted.view == "draft":
        return and_(Lead.status == LeadStatus.DRAFT, Lead.owner_id == actor.user_id)
    if wanted.view == "triage":
        return and_(open_ones, Lead.triaged_at.is_(None))
    saved = Lead.status != LeadStatus.DRAFT
    return saved if wanted.view == "all" or wanted.status else open_ones


def _text(words: str) -> ColumnElement[bool]:
    """Every word somewhere in the company as typed or stored, the sentence or the code."""
    parts = [part for part in words.split() if part][:6]
    return and_(
        *(
            or_(
                Lead.company_text.icontains(part, autoescape=True),
                Lead.title.icontains(part, autoescape=True),
                Lead.uscc_text == part.upper(),
                Lead.company.has(Company.name.icontains(part, autoescape=True)),
            )
            for part in parts
        )
    )


def _sorted(query: Select[Lead], sort: str) -> Select[Lead]:
    """Unknown values stand last, both ways."""
    column = SORTS.get(sort.removeprefix("-"), Lead.updated_at)
    down = sort.startswith("-") or sort.removeprefix("-") not in SORTS
    order = [column.desc() if down else column.asc(), Lead.id.desc()]
    return query.order_by(*order) if column is Lead.updated_at else query.order_by(column.is_(None), *order)
