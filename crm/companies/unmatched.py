"""Rows of lists of honours whose company the base does not know: kept until a person says which it is, or makes it."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select, true

from crm.audit import service as audit
from crm.companies import details, service
from crm.companies.honours import HonourFilter
from crm.companies.models import Company, HonourRow
from crm.core import names
from crm.core.errors import Conflict, Invalid, NotFound
from crm.core.permissions import Permission
from crm.kit import clock, db
from crm.kit.access import Actor, authorize
from crm.kit.web import Page
from crm.kit.words import say as _

PAGE_SIZE = 30


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """Rows the actor may know of: those of the centre's lists and those the own unit brought; all for the centre."""
    if actor.is_center:
        return true()
    return or_(HonourRow.org_id.is_(None), HonourRow.org_id == actor.org_id)


def page_of_rows(actor: Actor, wanted: HonourFilter, number: int, *, dropped: bool = False) -> Page:
    """Return one page of rows that wait, by list and rank; or of those that nobody wants to settle."""
    where = [visible_to(actor), HonourRow.settled_at.is_(None)]
    where.append(HonourRow.dropped_reason != "" if dropped else HonourRow.dropped_reason == "")
    if wanted.kind:
        where.append(HonourRow.kind == wanted.kind)
    if wanted.year:
        where.append(HonourRow.year == wanted.year)
    where += [HonourRow.name.icontains(part, autoescape=True) for part in wanted.text.split()[:6]]
    total = db.session.scalar(select(func.count()).select_from(HonourRow).where(*where)) or 0
    query = select(HonourRow).where(*where).order_by(func.coalesce(HonourRow.year, 0).desc(), HonourRow.kind)
    query = query.order_by(HonourRow.rank.is_(None), HonourRow.rank, HonourRow.id)
    rows = db.session.scalars(query.limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)).all()
    return Page(list(rows), number, PAGE_SIZE, total)


def count_waiting(actor: Actor) -> int:
    """Return how many rows wait that the actor may see."""
    where = (visible_to(actor), HonourRow.settled_at.is_(None), HonourRow.dropped_reason == "")
    return db.session.scalar(select(func.count()).select_from(HonourRow).where(*where)) or 0


def get_row(actor: Actor, public_id: str) -> HonourRow:
    """Return a row. Raises NotFound."""
    row = db.session.scalar(select(HonourRow).where(HonourRow.public_id == public_id, visible_to(actor)))
    if row is None:
        raise NotFound
    return row


@db.transactional
def keep(actor: Actor, company: Mapping[str, Any], values: Mapping[str, Any], source: str) -> HonourRow | None:
    """Keep a row of a list; None when the same waits already. Called by the import, which has asked for the right."""
    org_id = None if actor.is_center else actor.org_id
    name = str(company.get("name", ""))[:200]
    same = (
        HonourRow.kind == values["kind"],
        HonourRow.org_id.is_(None) if org_id is None else HonourRow.org_id == org_id,
    )
    year = HonourRow.year == values["year"] if values["year"] is not None else HonourRow.year.is_(None)
    rows = db.session.scalars(select(HonourRow).where(*same, year, HonourRow.settled_at.is_(None), visible_to(actor)))
    if any(names.name_key(row.name) == names.name_key(name) for row in rows):
        return None
    told = {one: str(company.get(one, "") or "") for one in ("uscc", "province", "city")}
    told = {one: text[: 18 if one == "uscc" else 20] for one, text in told.items()}
    row = HonourRow(
        public_id=db.new_public_id(),
        org_id=org_id,
        name=name,
        source=source[:80],
        created_at=clock.now(),
        **told,
        **values,
    )
    db.session.add(row)
    db.session.flush()
    return row


@db.transactional
def settle(actor: Actor, row: HonourRow, company: Company | None) -> Company:
    """Say which company a row means; None makes a new one of it. The title is noted there.

    A row of the centre's list goes to an open company only, unless the centre itself
    settles it: else the city would lose it. Raises Conflict when somebody was faster or the title is noted already, Taken when the name or code leads to a company.
    """
    authorize(actor, Permission.COMPANY_WRITE)
    row = _open(actor, row)
    if row.org_id is None and not actor.is_center and (company is None or company.opened_at is None):
        raise Conflict(_("这份名单由市招商服务中心导入，只能认作已公开的企业；新企业请市中心登记。"), "company")
    if company is None:
        given: dict[str, Any] = {"province": row.province, "city": row.city}
        company = service.register_company(actor, name=row.name, uscc=row.uscc or None, source=row.source, **given)
    told: dict[str, Any] = {"level": row.level, "year": row.year, "valid_until": row.valid_until, "rank": row.rank}
    details.add_credential(actor, company.id, kind=row.kind, source=row.source, **told)
    row.settled_at, row.dropped_reason = clock.now(), ""
    audit.record(actor, "honour_row.settled", row, name=row.name, credential=row.kind)
    return company


@db.transactional
def drop(actor: Actor, row: HonourRow, reason: str) -> HonourRow:
    """Say that a row need not be settled, with the reason; it can be taken up again. Raises Invalid."""
    authorize(actor, Permission.COMPANY_WRITE)
    row = _open(actor, row)
    if len(reason.strip()) < 2:
        raise Invalid(_("请写明理由，一句话即可。"), "reason")
    row.dropped_reason = reason.strip()[:200]
    audit.record(actor, "honour_row.dropped", row, name=row.name, reason=row.dropped_reason)
    return row


@db.transactional
def take_up(actor: Actor, row: HonourRow) -> HonourRow:
    """Let a row that was dropped wait again; again changes nothing."""
    authorize(actor, Permission.COMPANY_WRITE)
    row = _open(actor, row)
    if row.dropped_reason:
        row.dropped_reason = ""
        audit.record(actor, "honour_row.taken_up", row, name=row.name)
    return row


def _open(actor: Actor, row: HonourRow) -> HonourRow:
    query = select(HonourRow).where(HonourRow.id == row.id, visible_to(actor)).with_for_update()
    locked = db.session.scalar(query.execution_options(populate_existing=True))
    if locked is None:
        raise NotFound
    if locked.settled_at is not None:
        raise Conflict(_("这一行已经认定过了，请刷新页面。"))
    return locked
