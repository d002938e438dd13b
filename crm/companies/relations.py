"""How companies belong together: noted with source and date, by a unit for itself or by the centre for the city."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date

from sqlalchemy import ColumnElement, or_, select, true
from sqlalchemy.orm import aliased

from crm.accounts.models import Org, User
from crm.audit import service as audit
from crm.companies import facts, service
from crm.companies.models import TRADE_KINDS, Company, CompanyRelation, RelationKind
from crm.core.errors import Conflict, Invalid, NotFound
from crm.core.permissions import Permission
from crm.kit import clock, db
from crm.kit.access import Actor, authorize
from crm.kit.words import say as _

# Of these one company cannot be above and below another at once. A brand and a supplier may.
ORDERED = (RelationKind.PARENT, RelationKind.BRANCH, RelationKind.CONTROLLER)
_DEEPEST = 12
MOST_WAITING = 200


@dataclass(frozen=True, slots=True)
class Facts:
    """What is told of a relation: source, days, and of trade the product and whether firms here could supply it."""

    source: str = ""
    valid_on: date | None = None
    ended_on: date | None = None
    product: str = ""
    replaceable: bool = False


@dataclass(frozen=True, slots=True)
class Waiting:
    """A relation that serves one unit, between companies the whole city sees: the centre opens it or leaves it there."""

    row: CompanyRelation
    first: Company
    second: Company
    org: Org
    by: User | None


@db.transactional
def add_relation(
    actor: Actor,
    from_id: int,
    to_id: int,
    kind: RelationKind,
    *,
    source: str = "",
    valid_on: date | None = None,
    product: str = "",
    replaceable: bool = False,
) -> CompanyRelation:
    """Say that two companies belong together, ``from_id`` being the parent, controller, supplier ….

    A unit's relation serves that unit and the centre until the centre opens it. Raises NotFound, Conflict, Invalid.
    """
    authorize(actor, Permission.COMPANY_WRITE)
    if from_id == to_id:
        raise Conflict(_("一家企业不能与自己关联。"), "company")
    locked = {number: service.lock(actor, number) for number in sorted((from_id, to_id))}
    first, second = locked[from_id], locked[to_id]
    org_id = None if actor.is_center else actor.org_id
    known = select(CompanyRelation.id).where(
        CompanyRelation.from_id == from_id,
        CompanyRelation.to_id == to_id,
        CompanyRelation.kind == kind,
        or_(CompanyRelation.org_id.is_(None), CompanyRelation.org_id == org_id),
    )
    if db.session.scalar(known.limit(1)) is not None:
        raise Conflict(_("这条关联已经登记；已终止的可以更正，清空终止日期即恢复。"), "company")
    _refuse_circle(actor, first, second, kind)
    row = CompanyRelation(from_id=from_id, to_id=to_id, kind=kind, org_id=org_id, version=1)
    told = checked(kind, Facts(source, valid_on, None, product, replaceable))
    for name, value in asdict(told).items():
        setattr(row, name, value)
    row.by_id, row.at = None if actor.is_system else actor.user_id, clock.now()
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "company.relation_added", first, relation=second.name, kind=kind, source=row.source)
    return row


@db.transactional
def edit_relation(
    actor: Actor, company_id: int, relation_id: int, told: Facts, version: int | str | None
) -> CompanyRelation:
    """Correct what is told of a relation, end it or let it go on: the own unit's, or any for the centre.

    Raises NotFound, Stale, Invalid with its field.
    """
    authorize(actor, Permission.COMPANY_WRITE)
    company = service.lock(actor, company_id)
    row = own_relation(actor, company, relation_id)
    db.check_version(row, version)
    changes = audit.changed(row, asdict(checked(row.kind, told)))
    if not changes:
        return row
    for name, (_old, new) in changes.items():
        setattr(row, name, new)
    db.session.flush()
    first, other = _ends(company, row)
    audit.record(actor, "company.relation_edited", first, relation=other, kind=row.kind, **changes)
    return row


def checked(kind: RelationKind, told: Facts) -> Facts:
    """Return what may be stored of a relation of this kind. Raises Invalid with its field."""
    product = facts.clean_text(told.product, "product", 120)
    if kind not in TRADE_KINDS and (product or told.replaceable):
        raise Invalid(_("只有供应商、客户关系才填写产品和可本地替代。"), "product")
    if told.replaceable and not product:
        raise Invalid(_("请写明采购什么产品，才能判断本地能否替代。"), "product")
    if told.ended_on is not None and told.ended_on > clock.today():
        raise Invalid(_("终止日期不能晚于今天。"), "ended_on")
    if told.ended_on is not None and told.valid_on is not None and told.ended_on < told.valid_on:
        raise Invalid(_("终止日期不能早于生效日期。"), "ended_on")
    return replace(told, source=facts.clean_text(told.source, "source", 80), product=product)


@db.transactional
def open_relation(actor: Actor, company_id: int, relation_id: int) -> CompanyRelation:
    """Let a unit's relation serve the whole city: it then weighs on every report. Only the centre. Raises NotFound, Conflict."""
    authorize(actor, Permission.COMPANY_OPEN)
    company = service.lock(actor, company_id)
    row = own_relation(actor, company, relation_id)
    if row.org_id is None:
        return row
    same = (
        CompanyRelation.from_id == row.from_id,
        CompanyRelation.to_id == row.to_id,
        CompanyRelation.kind == row.kind,
        CompanyRelation.id != row.id,
    )
    others = db.session.scalars(select(CompanyRelation).where(*same)).all()
    ends = {end.id: end for end in db.session.scalars(select(Company).where(Company.id.in_((row.from_id, row.to_id))))}
    _refuse_circle(actor, ends[row.from_id], ends[row.to_id], row.kind)
    for other in others:
        db.session.delete(other)  # the units' own notes of it, and an open one it repeats
    row.org_id = None
    db.session.flush()
    audit.record(actor, "company.relation_opened", ends[row.from_id], relation=ends[row.to_id].name, kind=row.kind)
    return row


@db.transactional
def remove_relation(actor: Actor, company_id: int, relation_id: int) -> None:
    """Take a relation away: the own unit's, or any for the centre. Raises NotFound."""
    authorize(actor, Permission.COMPANY_WRITE)
    company = service.lock(actor, company_id)
    row = own_relation(actor, company, relation_id)
    first, other = _ends(company, row)
    audit.record(actor, "company.relation_removed", first, relation=(other, None), kind=(row.kind, None))
    db.session.delete(row)
    db.session.flush()


def own_relation(actor: Actor, company: Company, relation_id: int) -> CompanyRelation:
    """Return a relation of the company that the actor may change. Raises NotFound."""
    row = db.session.get(CompanyRelation, relation_id)
    if row is None or company.id not in (row.from_id, row.to_id):
        raise NotFound
    if not actor.is_center and row.org_id != actor.org_id:
        raise NotFound
    return row


def waiting(actor: Actor) -> list[Waiting]:
    """Return the units' relations between open companies, the latest first. For the centre."""
    authorize(actor, Permission.COMPANY_OPEN)
    first, second = aliased(Company), aliased(Company)
    query = (
        select(CompanyRelation, first, second, Org, User)
        .join(first, first.id == CompanyRelation.from_id)
        .join(second, second.id == CompanyRelation.to_id)
        .join(Org, Org.id == CompanyRelation.org_id)
        .outerjoin(User, User.id == CompanyRelation.by_id)
        .where(
            first.opened_at.is_not(None),
            second.opened_at.is_not(None),
            first.merged_into_id.is_(None),
            second.merged_into_id.is_(None),
        )
        .order_by(CompanyRelation.id.desc())
        .limit(MOST_WAITING)
    )
    return [Waiting(*row) for row in db.session.execute(query)]


def seen_by(actor: Actor) -> ColumnElement[bool]:
    """Relations the actor may know of: open ones and those that serve the own unit; all for the centre."""
    if actor.is_center:
        return true()
    return or_(CompanyRelation.org_id.is_(None), CompanyRelation.org_id == actor.org_id)


def _refuse_circle(actor: Actor, first: Company, second: Company, kind: RelationKind) -> None:
    """Nobody is above a company that is above it, over any number of steps; judged by what the actor may know (S1)."""
    if kind not in ORDERED:
        return
    over, level = {first.id}, {first.id}
    for _step in range(_DEEPEST):
        query = select(CompanyRelation.from_id).where(
            CompanyRelation.to_id.in_(level), CompanyRelation.kind.in_(ORDERED), _weighs(actor)
        )
        level = set(db.session.scalars(query)) - over
        if second.id in level:
            words = _(
                "“%(second)s”已登记为“%(first)s”的上级，不能又是它的下级。请先核对原来的关联。",
                second=second.name,
                first=first.name,
            )
            raise Conflict(words, "company")
        if not level:
            return
        over |= level


def _weighs(actor: Actor) -> ColumnElement[bool]:
    """For the city's relations only the city's count: one unit's mistake must not block the centre."""
    return CompanyRelation.org_id.is_(None) if actor.is_center else seen_by(actor)


def _ends(company: Company, row: CompanyRelation) -> tuple[Company, str]:
    """Return the first company of a relation, on which the trail notes it, and the name of the second."""
    ids: Sequence[int] = (row.from_id, row.to_id)
    rows = {one.id: one for one in db.session.scalars(select(Company).where(Company.id.in_(ids)))}
    return rows.get(row.from_id, company), rows[row.to_id].name if row.to_id in rows else ""
