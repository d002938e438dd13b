"""公海: matters that were once protected and are released, by name and node only (S4); and the rest before the former holder may return."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _
from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import aliased

from crm.claims.models import Claim, ClaimStatus
from crm.companies.models import Company
from crm.core import ending as rules
from crm.core.errors import Conflict
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.kit.tables import Column, write_xlsx
from crm.kit.web import Page
from crm.leads.models import Lead
from crm.parameters import queries as parameters
from crm.plan.models import Node

RELEASED = (ClaimStatus.EXPIRED, ClaimStatus.RECALLED)
# A protection given up by its unit ends too: taking it back at once would only turn its clock back (domain.md §3.8, 19).
_RESTS = (*RELEASED, ClaimStatus.WITHDRAWN)
SIZE = 50
MOST_ROWS = 5000


@dataclass(frozen=True)
class PoolRow:
    """One company and node of the pool. ``rests_until``: the own unit held it, and may report again from that day on."""

    company_id: int
    company_public_id: str
    name: str
    node: str
    rests_until: date | None = None


def check_cooldown(org_id: int, company_id: int) -> None:
    """Raise Conflict where this unit's own protection of the company ended less than the days of rest ago."""
    free_on = rests_until(org_id, [company_id]).get(company_id)
    if free_on is not None:
        raise Conflict(
            _("本单位对该企业的保护刚结束，%(day)s 起才可再次首报。其他单位现在就可以首报。", day=free_on.isoformat()),
            field="company_text",
        )


def rests_until(org_id: int, company_ids: Collection[int]) -> dict[int, date]:
    """Return, of these companies, those this unit may not report again yet, with the first day on which it may."""
    days, today = parameters.whole("reclaim_cooldown_days"), clock.today()
    if not company_ids or not days:
        return {}
    query = select(Claim.company_id, func.max(Claim.closed_at)).where(
        Claim.org_id == org_id,
        Claim.company_id.in_(list(company_ids)),
        Claim.status.in_(_RESTS),
        Claim.protected_from.is_not(None),
        Claim.closed_at.is_not(None),
    )
    found = db.session.execute(query.group_by(Claim.company_id))
    ends = {company_id: rules.free_again_on(clock.local(at).date(), days) for company_id, at in found if at}
    return {company_id: free_on for company_id, free_on in ends.items() if free_on > today}


def _released(text: str, node: str) -> Select[int, str, str, str, str]:
    """The pool as a query, the same for every reader: no unit, day, amount or number leaves here."""
    holder = aliased(Claim)
    held = select(holder.id).where(holder.company_id == Claim.company_id, holder.holds).correlate(Claim).exists()
    query = (
        select(Company.id, Company.public_id, Company.name, Node.code, Node.name)
        .select_from(Claim)
        .join(Company, Company.id == Claim.company_id)
        .join(Lead, Lead.id == Claim.lead_id)
        .outerjoin(Node, Node.id == Lead.node_id)
        .where(
            Claim.status.in_(RELEASED),
            Claim.protected_from.is_not(None),
            Company.opened_at.is_not(None),
            Company.merged_into_id.is_(None),
            ~held,
        )
        .distinct()
    )
    if text:
        words = text.strip()
        query = query.where(
            or_(Company.name.icontains(words, autoescape=True), Node.name.icontains(words, autoescape=True))
        )
    if node:
        query = query.where(and_(Node.code == node))
    return query


def page_of_pool(actor: Actor, text: str, node: str, number: int, size: int = SIZE) -> Page:
    """Return a page of the pool by node and name; the own unit's rest is shown to that unit alone."""
    query = _released(text, node)
    total = db.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    order = (Node.code.is_(None), Node.code, Company.name, Company.id)
    ordered = query.order_by(*order[1:]).offset((number - 1) * size).limit(size)
    rows = db.session.execute(ordered).all()
    rests = rests_until(actor.org_id, [row[0] for row in rows])
    items = [PoolRow(r[0], r[1], r[2], f"{r[3]} {r[4]}" if r[3] else "", rests.get(r[0])) for r in rows]
    return Page(items, number, size, total)


def nodes() -> list[tuple[str, str]]:
    """Return the nodes that the pool has rows of, for its filter."""
    found = _released("", "").with_only_columns(Node.code, Node.name).where(Node.code.is_not(None))
    return [(code, f"{code} {name}") for code, name in db.session.execute(found.order_by(Node.code)) if code]


def workbook(actor: Actor, text: str, node: str, reason: str) -> tuple[bytes, int]:
    """Return the pool as the page shows it, and its number of rows."""
    page = page_of_pool(actor, text, node, 1, MOST_ROWS)
    columns = [Column(_("企业"), width=40), Column(_("链条节点"), width=30)]
    at = clock.local(clock.now()).strftime("%Y-%m-%d %H:%M")
    note = _(
        "导出人：%(unit)s %(name)s　时间：%(at)s　用途：%(why)s",
        unit=actor.org_name,
        name=actor.name,
        at=at,
        why=reason,
    )
    return write_xlsx(columns, [(r.name, r.node) for r in page.items], title=_("公海"), note=note), len(page.items)
