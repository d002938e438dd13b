"""公海: matters that were once protected and are released, by name and node only (S4); and the rest before the former holder may return."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, and_, func, or_, select, text, union_all
from sqlalchemy.orm import aliased

from crm.claims.models import RELEASED, RELEASED_SQL, Claim, ClaimStatus
from crm.companies.models import Company
from crm.core import ending as rules
from crm.core.errors import Conflict
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.kit.paging import page_of_ids
from crm.kit.tables import Column, write_xlsx
from crm.kit.web import Page
from crm.leads.models import Lead
from crm.parameters import queries as parameters
from crm.plan.models import Node

_SQL = RELEASED_SQL.replace(" AND ", " AND claims.")
_FEW = 2000  # companies
_RARE = 500  # companies that have a word in their names
# A protection given up by its unit ends too: taking it back at once would only turn its clock back (domain.md §3.8, 19).
_RESTS = (*RELEASED, ClaimStatus.WITHDRAWN)
SIZE = 50
MOST_ROWS = 5000


@dataclass(frozen=True)
class PoolRow:
    """One company of the pool with its nodes. ``rests_until``: the own unit held it, and may report again from that day on."""

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


def _released(node: str = "") -> Select[int]:
    """The companies of protections that ended, the same for every reader: no unit, day, amount or number leaves here."""
    query = select(Claim.company_id).where(text(f"claims.{_SQL}"))
    if node:
        query = query.join(Lead, Lead.id == Claim.lead_id).join(Node, Node.id == Lead.node_id).where(Node.code == node)
    return query


def _open_and_free(company_id: Any) -> ColumnElement[bool]:
    """Whether everybody may see the company, and nobody holds it now."""
    holder, company = aliased(Claim), aliased(Company)
    seen = select(company.id).where(company.id == company_id, company.opened_at.is_not(None))
    held = select(holder.id).where(holder.company_id == company_id, holder.holds)
    return and_(seen.where(company.merged_into_id.is_(None)).exists(), ~held.exists())


def _companies(words: str, node: str) -> Select[int]:
    """The pool as a query of company ids by name.

    Where it holds many, companies are walked by name until the page is full; where it holds few, they are looked up one by one.
    """
    there = _released(node)
    among = Company.id.in_(there) if _few(there) else there.where(Claim.company_id == Company.id).exists()
    held = select(Claim.id).where(Claim.company_id == Company.id, Claim.holds).exists()
    query = select(Company.id).where(Company.opened_at.is_not(None), Company.merged_into_id.is_(None), among, ~held)
    if words:
        query = query.where(_meant_by(words))
    return query.order_by(Company.name_pinyin, Company.id)


def _few(query: Select[int]) -> bool:
    """Whether a query has so few rows that they are looked up one by one: counted no further than that."""
    some = db.session.scalar(select(func.count()).select_from(query.limit(_FEW + 1).subquery()))
    return (some or 0) <= _FEW


def _meant_by(words: str) -> ColumnElement[bool]:
    """Companies by a piece of the name, or by the name of a node that something of theirs was released on.

    A rare word is looked for first and its companies then asked one by one; one that most names have is met soon on the walk by name.
    """
    fits = Company.name.icontains(words, autoescape=True)
    found = db.session.scalars(select(Company.id).where(fits).limit(_RARE + 1)).all()
    by_name = select(Company.id).where(Company.id.in_(found)) if len(found) <= _RARE else None
    meant = db.session.scalars(select(Node.id).where(Node.name.icontains(words, autoescape=True))).all()
    if not meant:
        return fits if by_name is None else Company.id.in_(found)
    # From the leads of a few nodes outwards: as an inner join every released protection is read for its node.
    one = and_(Claim.lead_id == Lead.id, text(f"claims.{_SQL}"))
    named = select(Claim.company_id).select_from(Lead).outerjoin(Claim, one).where(Lead.node_id.in_(meant))
    return or_(fits, Company.id.in_(named)) if by_name is None else Company.id.in_(union_all(by_name, named))


def page_of_pool(actor: Actor, words: str, node: str, number: int, size: int = SIZE) -> Page:
    """Return a page of the pool by name; the own unit's rest is shown to that unit alone. The total is counted up to 1,000."""
    ids, total, capped = page_of_ids(_companies(words.strip(), node), number, size)
    rests = rests_until(actor.org_id, ids)
    rows = {
        one.id: one
        for one in db.session.execute(select(Company.id, Company.public_id, Company.name).where(Company.id.in_(ids)))
    }
    meant = _nodes_of(ids)
    items = [
        PoolRow(one, rows[one].public_id, rows[one].name, "；".join(meant.get(one, [])), rests.get(one)) for one in ids
    ]
    return Page(items, number, size, total, capped=capped)


def _nodes_of(ids: Collection[int]) -> dict[int, list[str]]:
    """Return the nodes of what was released, by company."""
    query = _released().join(Lead, Lead.id == Claim.lead_id).join(Node, Node.id == Lead.node_id)
    query = query.where(Claim.company_id.in_(ids))
    rows = query.with_only_columns(Claim.company_id, Node.code, Node.name).distinct().order_by(Node.code)
    found: dict[int, list[str]] = {}
    for company_id, code, name in db.session.execute(rows) if ids else ():
        found.setdefault(company_id, []).append(f"{code} {name}")
    return found


def nodes() -> list[tuple[str, str]]:
    """Return the nodes that the pool has rows of, for its filter: of each node the first row is looked for, no more."""
    first = _released().join(Lead, Lead.id == Claim.lead_id).where(Lead.node_id == Node.id)
    there = first.where(_open_and_free(Claim.company_id)).correlate(Node).exists()
    query = select(Node.code, Node.name).where(there).order_by(Node.code)
    return [(code, f"{code} {name}") for code, name in db.session.execute(query)]


def workbook(actor: Actor, words: str, node: str, reason: str) -> tuple[bytes, int]:
    """Return the pool as the page shows it, and its number of rows."""
    page = page_of_pool(actor, words, node, 1, MOST_ROWS)
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
