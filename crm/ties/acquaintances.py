"""Whom our contacts know: noted with source and day, corrected, ended, taken back; secret to the unit like the contacts."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import joinedload

from crm.accounts import queries as accounts
from crm.accounts.models import User
from crm.audit import service as audit
from crm.companies.models import Company
from crm.core.errors import Conflict, Invalid, NotFound
from crm.core.permissions import Permission
from crm.kit import clock, db
from crm.kit.access import Actor, authorize
from crm.people import queries as people
from crm.people.models import Person
from crm.ties import labels
from crm.ties.models import Acquaintance, AcquaintanceKind

MOST = 300
WHOLE = (joinedload(Acquaintance.person), joinedload(Acquaintance.other), joinedload(Acquaintance.user))


def visible_to(actor: Actor) -> ColumnElement[bool]:
    """The acquaintances this actor may know of: those whose people are the actor's to see; withdrawn ones are nobody's."""
    seen = select(Person.id).where(people.visible_to(actor))
    return and_(
        Acquaintance.withdrawn_at.is_(None),
        Acquaintance.person_id.in_(seen),
        or_(Acquaintance.other_person_id.is_(None), Acquaintance.other_person_id.in_(seen)),
    )


def in_force() -> ColumnElement[bool]:
    """Those that hold today."""
    return or_(Acquaintance.ended_on.is_(None), Acquaintance.ended_on > clock.today())


def of_ids(actor: Actor, ids: Collection[int]) -> Sequence[Acquaintance]:
    """Return the visible ones among these, with their people."""
    query = select(Acquaintance).where(Acquaintance.id.in_(ids), visible_to(actor)).options(*WHOLE)
    return db.session.scalars(query).all()


def at_company(actor: Actor, company: Company) -> Sequence[Acquaintance]:
    """Return whom the unit's contacts at a company know, those in force first."""
    here = select(Person.id).where(Person.company_id == company.id, people.visible_to(actor))
    mine = or_(Acquaintance.person_id.in_(here), Acquaintance.other_person_id.in_(here))
    query = select(Acquaintance).where(mine, visible_to(actor)).options(*WHOLE)
    return db.session.scalars(query.order_by(Acquaintance.ended_on.is_not(None), Acquaintance.id).limit(MOST)).all()


def get_acquaintance(actor: Actor, public_id: str) -> Acquaintance:
    """Return one with its people. Raises NotFound."""
    query = select(Acquaintance).where(Acquaintance.public_id == public_id, visible_to(actor)).options(*WHOLE)
    row = db.session.scalar(query)
    if row is None:
        raise NotFound
    return row


def others(actor: Actor) -> list[tuple[str, str]]:
    """Return whom a contact may know, as choices: colleagues of the own unit, then the unit's other contacts."""
    colleagues = [(f"u:{user.public_id}", _("同事 %(name)s", name=user.name)) for user in _colleagues(actor)]
    query = select(Person, Company.name).outerjoin(Company, Company.id == Person.company_id)
    query = query.where(people.visible_to(actor)).order_by(Person.id.desc()).limit(MOST)
    rows = db.session.execute(query)
    return [*colleagues, *((f"p:{one.public_id}", " · ".join(filter(None, (one.name, firm)))) for one, firm in rows)]


def _colleagues(actor: Actor) -> list[User]:
    return accounts.users_of_unit(accounts.unit_id_of(actor.org_id))


@dataclass(frozen=True)
class Told:
    """What is told of an acquaintance."""

    kind: AcquaintanceKind
    source: str = ""
    known_on: date | None = None
    ended_on: date | None = None


@db.transactional
def note(actor: Actor, person: Person, other: str, told: Told, *, is_sample: bool = False) -> Acquaintance:
    """Note that a contact knows another one (``p:`` and its public id) or a colleague (``u:``). Raises Invalid, Conflict."""
    authorize(actor, Permission.LEAD_WRITE)
    _check(told)
    row = Acquaintance(public_id=db.new_public_id(), org_id=person.org_id, person_id=person.id, version=1)
    row.by_id, row.at, row.is_sample = actor.user_id, clock.now(), is_sample
    sort, _colon, public_id = other.partition(":")
    if sort == "u":
        user = next((one for one in _colleagues(actor) if one.public_id == public_id), None)
        row.user_id = user.id if user else None
    elif sort == "p":
        row.other_person_id = people.get_person(actor, public_id).id
    if row.user_id is None and row.other_person_id is None:
        raise Invalid(_("请选择认识的人。"), "other")
    if row.other_person_id == person.id:
        raise Invalid(_("请选择另一个人。"), "other")
    if _twin(row) is not None:
        raise Conflict(_("这两个人认识已经登记过。"), "other")
    _fill(row, told)
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "acquaintance.noted", row, org_id=row.org_id, person=person.name, kind=told.kind)
    return row


@db.transactional
def edit(actor: Actor, row: Acquaintance, told: Told, version: int | str | None) -> Acquaintance:
    """Correct what is told, end it or let it go on. Raises Stale, Invalid."""
    authorize(actor, Permission.LEAD_WRITE)
    row = get_acquaintance(actor, row.public_id)
    db.check_version(row, version)
    _check(told)
    changes = audit.changed(row, {name: getattr(told, name) for name in ("kind", "source", "known_on", "ended_on")})
    _fill(row, told)
    audit.record(actor, "acquaintance.edited", row, org_id=row.org_id, **changes)
    return row


@db.transactional
def withdraw(actor: Actor, row: Acquaintance) -> None:
    """Take it back: it was not so. It stays on record and counts nowhere."""
    authorize(actor, Permission.LEAD_WRITE)
    row = get_acquaintance(actor, row.public_id)
    row.withdrawn_at = clock.now()
    row.version += 1
    audit.record(actor, "acquaintance.withdrawn", row, org_id=row.org_id)


def words_of(row: Acquaintance) -> str:
    """Return in one sentence who knows whom, and whence."""
    kind = str(labels.ACQUAINTANCE[row.kind])
    if row.user is not None:
        return _("本单位%(user)s认识%(name)s（%(kind)s）", user=row.user.name, name=row.person.name, kind=kind)
    other = row.other.name if row.other else ""
    return _("%(one)s认识%(other)s（%(kind)s）", one=row.person.name, other=other, kind=kind)


def _twin(row: Acquaintance) -> Acquaintance | None:
    """Return the same acquaintance, told from either end."""
    same = and_(Acquaintance.person_id == row.person_id, Acquaintance.user_id == row.user_id)
    if row.other_person_id is not None:
        pair = (row.person_id, row.other_person_id)
        same = and_(Acquaintance.person_id.in_(pair), Acquaintance.other_person_id.in_(pair))
    return db.session.scalar(select(Acquaintance).where(same, Acquaintance.withdrawn_at.is_(None)).limit(1))


def _check(told: Told) -> None:
    for day, name in ((told.known_on, "known_on"), (told.ended_on, "ended_on")):
        if day is not None and day > clock.today():
            raise Invalid(_("日期不能晚于今天。"), name)
    if told.known_on and told.ended_on and told.ended_on < told.known_on:
        raise Invalid(_("终止日期不能早于相识日期。"), "ended_on")


def _fill(row: Acquaintance, told: Told) -> None:
    row.kind, row.source = told.kind, told.source.strip()[:120]
    row.known_on, row.ended_on = told.known_on, told.ended_on
