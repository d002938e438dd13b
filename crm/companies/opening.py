"""What the city centre looks through: rows that only their unit sees, and keys that two rows claim (S0, S6)."""

from dataclasses import dataclass

from sqlalchemy import and_, func, select
from sqlalchemy.orm import aliased, joinedload

from crm.companies import queries
from crm.companies.models import Company, CompanyKey, KeyKind, PendingKey
from crm.kit import db
from crm.kit.access import Actor
from crm.kit.web import Page

PAGE_SIZE = 30
_MOST = 50


@dataclass(frozen=True, slots=True)
class Collision:
    """A key that ``company`` should carry and that ``holder`` owns (None when it has become free)."""

    company: Company
    holder: Company | None
    kind: KeyKind
    key: str


def page_of_unopened(actor: Actor, number: int) -> Page:
    """Return a page of the rows that are not open, the latest first."""
    conditions = (queries.visible_to(actor), Company.opened_at.is_(None))
    total = db.session.scalar(select(func.count()).select_from(Company).where(*conditions)) or 0
    query = (
        select(Company)
        .options(joinedload(Company.entered_org), joinedload(Company.entered_by))
        .where(*conditions)
        .order_by(Company.created_at.desc(), Company.id.desc())
        .limit(PAGE_SIZE)
        .offset((number - 1) * PAGE_SIZE)
    )
    return Page(list(db.session.scalars(query)), number, PAGE_SIZE, total)


def collisions() -> list[Collision]:
    """Return the keys that wait, with the rows on both sides. For the city centre only."""
    holder = aliased(Company)
    owned = and_(CompanyKey.kind == PendingKey.kind, CompanyKey.key == PendingKey.key)
    query = (
        select(Company, holder, PendingKey.kind, PendingKey.key)
        .select_from(PendingKey)
        .join(Company, Company.id == PendingKey.company_id)
        .outerjoin(CompanyKey, owned)
        .outerjoin(holder, holder.id == CompanyKey.company_id)
        .options(joinedload(Company.entered_org), joinedload(holder.entered_org))
        .where(Company.merged_into_id.is_(None))
        .order_by(Company.created_at.desc())
        .limit(_MOST)
    )
    return [Collision(row[0], row[1], row[2], row[3]) for row in db.session.execute(query)]
