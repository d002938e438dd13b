"""Whom the unit knows already: contacts at companies, for a guest list to be chosen from; narrowed by text or by a target list."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, exists, func, or_, select

from crm.companies import queries as companies
from crm.companies.models import Company
from crm.core import names
from crm.core.permissions import Permission
from crm.fairs import guests
from crm.fairs.models import Edition, Guest
from crm.kit import db
from crm.kit.access import Actor
from crm.kit.fields import one_line, public_id
from crm.kit.web import Page
from crm.people import queries as contacts
from crm.people.models import Person
from crm.targets import queries as targets
from crm.targets.lists import members
from crm.targets.lists import queries as lists
from crm.targets.lists.models import ListKind, TargetItem, TargetList

PAGE_SIZE = 20
MOST = 500  # guests at once: more of them are not looked through before they are written
MOST_LISTS = 60
_OF_LIVING = (
    5_000  # companies of a living list that are looked through: all of them are refused beyond MOST, never cut to it
)


@dataclass(frozen=True)
class KnownFilter:
    """What the companies are narrowed to; unknown values narrow nothing."""

    text: str = ""
    target_list: str = ""

    @classmethod
    def of(cls, args: Mapping[str, str]) -> "KnownFilter":
        """Return what an address asks for."""
        return cls(one_line(args.get("q", ""))[:60], public_id(args.get("list")))


@dataclass(frozen=True)
class Known:
    """A person of a company. ``listed``: stands on the guest list already."""

    person: Person
    listed: bool


@dataclass(frozen=True)
class Firm:
    """A company with the people the actor may know of there. Of one without people the firm itself can be invited."""

    company: Company
    people: Sequence[Known] = field(default_factory=list)
    listed: bool = False


@dataclass(frozen=True)
class Choice:
    """What is to be invited: a person at a company, or the company alone."""

    company: Company
    person: Person | None = None


def lists_to_choose(actor: Actor) -> Sequence[TargetList]:
    """Return the target lists that the actor may read, the one last changed first."""
    if not actor.can(Permission.LIST_READ):
        return ()
    query = select(TargetList).where(lists.visible_to(actor), TargetList.archived_at.is_(None))
    return db.session.scalars(query.order_by(TargetList.updated_at.desc()).limit(MOST_LISTS)).all()


def page_of_firms(actor: Actor, edition: Edition, wanted: KnownFilter, number: int) -> Page:
    """Return one page of companies with their people: those with a known person, on a target list all of them."""
    where = _where(actor, wanted)
    total = db.session.scalar(select(func.count(Company.id)).where(*where)) or 0
    query = select(Company).where(*where).order_by(Company.name_pinyin, Company.id)
    rows = db.session.scalars(query.limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE)).all()
    return Page(_with_people(actor, edition, rows), number, PAGE_SIZE, total)


def all_of(actor: Actor, wanted: KnownFilter) -> list[Choice]:
    """Return everybody whom the filter leaves, and the companies without people, up to one more than may be taken at once."""
    query = select(Company).where(*_where(actor, wanted)).order_by(Company.name_pinyin, Company.id)
    rows = db.session.scalars(query.limit(MOST + 1)).all()
    people = _people(actor, rows)
    found: list[Choice] = []
    for company in rows:
        found += [Choice(company, one) for one in people.get(company.id, ())] or [Choice(company)]
    return found


def chosen(actor: Actor, people: Sequence[str], firms: Sequence[str]) -> list[Choice]:
    """Return what was ticked, as far as the actor may see it."""
    asked = {one for one in map(public_id, people) if one}
    query = select(Person, Company).join(Company, Company.id == Person.company_id)
    query = query.where(Person.public_id.in_(asked), contacts.visible_to(actor), companies.visible_to(actor))
    rows = db.session.execute(query.order_by(Company.name_pinyin, Company.id, Person.id).limit(MOST + 1)).all()
    found = [Choice(company, person) for person, company in rows] if asked else []
    alone = {one for one in map(public_id, firms) if one}
    mine = select(Company).where(Company.public_id.in_(alone), companies.visible_to(actor))
    return found + [Choice(one) for one in db.session.scalars(mine.order_by(Company.name_pinyin).limit(MOST + 1))]


def _where(actor: Actor, wanted: KnownFilter) -> list[ColumnElement[bool]]:
    knows = exists().where(Person.company_id == Company.id, contacts.visible_to(actor))
    found: list[ColumnElement[bool]] = [companies.visible_to(actor)]
    if wanted.target_list:
        found.append(Company.id.in_(_on_list(actor, lists.get_list(actor, wanted.target_list))))
    else:
        found.append(knows)
    for part in wanted.text.split()[:4]:
        by_name = Person.name.icontains(part, autoescape=True) | Person.title.icontains(part, autoescape=True)
        said = exists().where(Person.company_id == Company.id, contacts.visible_to(actor), by_name)
        found.append(or_(Company.name.icontains(part, autoescape=True), said))
    return found


def _on_list(actor: Actor, row: TargetList) -> Any:
    """Return the ids of the companies on a list: a statement for a fixed one, the numbers themselves for a living one."""
    if row.kind is ListKind.LIVING:
        return targets.ids_of(actor, members.filter_of(row), _OF_LIVING)
    on = select(TargetItem.company_id).where(TargetItem.list_id == row.id, TargetItem.removed_at.is_(None))
    return on.where(lists.items_visible_to(actor))


def _people(actor: Actor, rows: Sequence[Company]) -> dict[int, list[Person]]:
    ids = [company.id for company in rows]
    query = select(Person).where(Person.company_id.in_(ids), contacts.visible_to(actor)).order_by(Person.id)
    found: dict[int, list[Person]] = {}
    for person in db.session.scalars(query) if ids else ():
        if person.company_id is not None:
            found.setdefault(person.company_id, []).append(person)
    return found


def _with_people(actor: Actor, edition: Edition, rows: Sequence[Company]) -> list[Firm]:
    people = _people(actor, rows)
    there = _listed(actor, edition, rows, people)
    found = []
    for company in rows:
        key = names.name_key(company.name) or company.name
        known = [Known(one, (one.name, key) in there or one.public_id in there) for one in people.get(company.id, ())]
        found.append(Firm(company, known, ("", key) in there))
    return found


def _listed(
    actor: Actor, edition: Edition, rows: Sequence[Company], people: Mapping[int, Sequence[Person]]
) -> set[object]:
    """Return who of them stands on the unit's guest list: public ids of people, and (name, key of the firm)."""
    ids = {one.id: one.public_id for some in people.values() for one in some}
    said = {one.name for some in people.values() for one in some} | {""}
    query = select(Guest.person_id, Guest.person_name, Guest.company_text).where(
        Guest.edition_id == edition.id, Guest.org_id == actor.org_id, guests.STANDS, guests.visible_to(actor)
    )
    query = query.where(or_(Guest.person_id.in_(ids), Guest.person_name.in_(said)))
    found: set[object] = set()
    for person_id, name, firm in db.session.execute(query) if rows else ():
        found.add((name, names.name_key(firm) or firm))
        if person_id in ids:
            found.add(ids[person_id])
    return found
