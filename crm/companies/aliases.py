"""Names that teach themselves: what a person confirms a text to mean is kept as a name of the company.

A unit's confirmation serves that unit and the centre until the centre opens it (S1); the centre's serves the city.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, String, and_, cast, func, or_, select
from sqlalchemy.orm import joinedload

from crm.accounts.models import Org, User
from crm.audit import service as audit
from crm.companies import decisions, details, facts, index, keys, queries, service
from crm.companies.models import Company, CompanyName, NameDecision, NameKind
from crm.core import names
from crm.core import uscc as codes
from crm.core.errors import Forbidden, Invalid, NotFound
from crm.core.names.general import is_general
from crm.core.permissions import Permission
from crm.kit import clock, db
from crm.kit.access import Actor, authorize
from crm.kit.web import Page

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Waiting:
    """A name that serves one unit, on a company the whole city sees: the centre opens it or leaves it there."""

    row: CompanyName
    company: Company
    org: Org
    by: User | None


@db.transactional
def confirm(actor: Actor, company: Company, text: str, *, source: str) -> CompanyName | None:
    """Keep that a text means this company, because a person said so. ``source``: where, a key of ``labels.SOURCE``.

    None when nothing is to be learned: the text is a name of the company already, leads to it by its key, is too
    short or general for one company, or is the legal or a former name of another one that the actor sees.
    Raises Forbidden, NotFound when the actor may not know of the company.
    """
    if not (actor.can(Permission.COMPANY_WRITE) or actor.can(Permission.IMPORT_COMPANIES) or actor.is_system):
        raise Forbidden
    if not queries.may_see(actor, company):
        raise NotFound
    try:
        text = facts.clean_name(text, "text")
    except Invalid:
        return None
    if not _teaches(actor, company, text):
        return None
    company = service.lock(actor, company.id)
    if _known(actor, company.id, names.normal(text)):
        return None
    row = index.store_name(company, text, NameKind.CONFIRMED, org_id=details.serves(actor), source=source[:80])
    row.by_id, row.at = None if actor.is_system else actor.user_id, clock.now()
    db.session.flush()
    decisions.forget_text(actor, text, company)
    if row.org_id is None:
        details.drop_copies(row)
    audit.record(actor, "company.alias_confirmed", company, alias=text, source=source)
    return row


def confirm_typed(actor: Actor, company: Company, typed: str, *, source: str) -> CompanyName | None:
    """Keep what somebody had typed when picking the company; a name only begun is no name, and None is returned."""
    if _is_begun(actor, company, typed):
        return None
    return confirm(actor, company, typed, source=source)


@db.transactional
def unlearn(actor: Actor, company: Company, texts: Sequence[str]) -> None:
    """Take the own unit's confirmed texts back from a company: it was the wrong one."""
    if not queries.may_see(actor, company):
        return
    norms = {names.normal(text) for text in texts}
    query = select(CompanyName).where(
        CompanyName.company_id == company.id,
        CompanyName.kind == NameKind.CONFIRMED,
        CompanyName.norm.in_(norms),
        CompanyName.org_id == details.serves(actor),
    )
    for row in db.session.scalars(query).all():
        details.remove_name(actor, company.id, row.id)


def waiting(actor: Actor, number: int) -> Page:
    """Return a page of the units' names that wait to be opened, the latest first. For the centre."""
    authorize(actor, Permission.COMPANY_OPEN)
    conditions = _wait(actor)
    count = select(func.count()).select_from(CompanyName).join(Company, Company.id == CompanyName.company_id)
    total = db.session.scalar(count.where(*conditions)) or 0
    query = (
        select(CompanyName, Org, User)
        .join(Company, Company.id == CompanyName.company_id)
        .join(Org, Org.id == CompanyName.org_id)
        .outerjoin(User, User.id == CompanyName.by_id)
        .options(joinedload(CompanyName.company))
        .where(*conditions)
        .order_by(CompanyName.id.desc())
        .limit(PAGE_SIZE)
        .offset((number - 1) * PAGE_SIZE)
    )
    rows = [Waiting(row, row.company, org, by) for row, org, by in db.session.execute(query)]
    return Page(rows, number, PAGE_SIZE, total)


def waiting_ids(actor: Actor) -> Sequence[int]:
    """Return the ids of all names that wait to be opened."""
    query = select(CompanyName.id).join(Company, Company.id == CompanyName.company_id)
    return db.session.scalars(query.where(*_wait(actor))).all()


@db.transactional
def open_many(actor: Actor, name_ids: Sequence[int]) -> int:
    """Open these names to the city; return how many were. What is open or gone meanwhile is passed over."""
    authorize(actor, Permission.COMPANY_OPEN)
    opened = 0
    for row in _rows(actor, name_ids):
        details.open_name(actor, row.company_id, row.id)
        opened += 1
    return opened


@db.transactional
def keep_many(actor: Actor, name_ids: Sequence[int]) -> int:
    """Leave these names with their units, and do not ask again; return how many."""
    authorize(actor, Permission.COMPANY_OPEN)
    kept = 0
    for row in _rows(actor, name_ids):
        decisions.keep_private(actor, row.norm, row.company_id)
        audit.record(actor, "company.alias_kept", row.company, alias=row.text)
        kept += 1
    return kept


def _rows(actor: Actor, name_ids: Sequence[int]) -> list[CompanyName]:
    query = (
        select(CompanyName)
        .join(Company, Company.id == CompanyName.company_id)
        .options(joinedload(CompanyName.company))
        .where(CompanyName.id.in_(list(name_ids)), *_wait(actor))
        .order_by(CompanyName.company_id, CompanyName.id)
    )
    return list(db.session.scalars(query))


def _wait(actor: Actor) -> list[ColumnElement[bool]]:
    kept = select(NameDecision.id).where(
        NameDecision.org_id.is_(None),
        NameDecision.verdict == decisions.KEPT,
        NameDecision.left == "kept:" + CompanyName.norm,
        NameDecision.right == "company:" + cast(CompanyName.company_id, String),
    )
    return [
        queries.visible_to(actor),
        CompanyName.org_id.is_not(None),
        CompanyName.kind != NameKind.LEGAL,
        Company.opened_at.is_not(None),
        ~kept.exists(),
    ]


def _teaches(actor: Actor, company: Company, text: str) -> bool:
    """Say whether a text says enough, and does not already lead to this or another company by its key."""
    if is_general(text) or codes.looks_like_code(text):
        return False
    if _known(actor, company.id, names.normal(text)):
        return False
    key = keys.name_key(text)
    return not (key and queries.companies_of(actor, keys.owners([key])))


def _known(actor: Actor, company_id: int, norm: str) -> bool:
    """The centre's word is new as long as only units have the name."""
    seen = CompanyName.org_id.is_(None) if actor.is_center else queries.names_seen_by(actor)
    legal = and_(CompanyName.kind == NameKind.LEGAL, queries.names_seen_by(actor))
    query = select(CompanyName.id).where(
        CompanyName.company_id == company_id, CompanyName.norm == norm, or_(seen, legal)
    )
    return db.session.scalar(query.limit(1)) is not None


def _is_begun(actor: Actor, company: Company, typed: str) -> bool:
    """Say whether a typed text only begins a name of the company (苏州绎), or spells a part of it (yiheng, szyh)."""
    said = names.parts(typed)
    bare = said.norm.replace(" ", "")
    for row in queries.names_of(actor, company):
        if row.norm == said.norm or (said.core and said.core == row.core):
            continue
        if any(form.startswith(bare) for form in (row.norm.replace(" ", ""), row.head, row.body)):
            return True
        if bare.isascii() and names.has_han(row.text) and (bare in row.pinyin.replace(" ", "") or bare in row.initials):
            return True
    return False


__all__ = ["Waiting", "confirm", "confirm_typed", "keep_many", "open_many", "unlearn", "waiting", "waiting_ids"]
