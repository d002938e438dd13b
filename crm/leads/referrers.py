"""Who referred a lead: a contact of the own unit or a body of the base, found while one types, kept beside the words."""

from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import and_, literal_column, select

from crm.companies import labels as company_words
from crm.companies import queries as companies
from crm.companies.models import Company, Entity
from crm.companies.similar import find_similar
from crm.kit import db
from crm.kit.access import Actor
from crm.kit.fields import public_id
from crm.leads.models import Lead, ReferrerKind
from crm.people import queries as people
from crm.people.models import Person

SHOWN = 8
PEOPLE = 4  # of them at the most
LONGEST = 60  # characters of the words
KIND = {
    Entity.ENTERPRISE: ReferrerKind.COMPANY,
    Entity.CHAMBER: ReferrerKind.CHAMBER,
    Entity.FUND: ReferrerKind.AGENCY,
    Entity.AGENCY: ReferrerKind.AGENCY,
}


@dataclass(frozen=True)
class Candidate:
    """Whom a text may mean: ``key`` names the row, ``about`` says what it is."""

    key: str
    name: str
    about: str


@dataclass(frozen=True)
class Referrer:
    """The row that stands behind the words, if there is one."""

    company: Company | None = None
    person: Person | None = None

    @property
    def key(self) -> str:
        """What names the row in a form."""
        if self.company is not None:
            return f"c:{self.company.public_id}"
        return f"p:{self.person.public_id}" if self.person is not None else ""

    @property
    def kind(self) -> ReferrerKind | None:
        """What it is; None where only the words can say it."""
        if self.company is not None:
            return KIND.get(self.company.entity)
        return ReferrerKind.PERSON if self.person is not None else None


def candidates(actor: Actor, text: str) -> list[Candidate]:
    """Return contacts of the own unit, then bodies, then firms: a function of the text, the open rows and the own unit's (S1)."""
    if len(text) < 2:
        return []
    found = _contacts(actor, text)
    ids = [*_bodies(actor, text), *(one.company_id for one in find_similar(actor, text, limit=SHOWN))]
    ids = list(dict.fromkeys(ids))
    rows = companies.companies_of(actor, ids)
    seen = [rows[one] for one in ids if one in rows and rows[one].retired_at is None]
    seen.sort(key=lambda row: row.entity is Entity.ENTERPRISE)  # a stable sort: the likest first among each
    found += [Candidate(f"c:{row.public_id}", row.name[:LONGEST], _about(row)) for row in seen]
    return found[:SHOWN]


def _contacts(actor: Actor, text: str) -> list[Candidate]:
    seen = and_(Company.id == Person.company_id, companies.visible_to(actor))
    query = select(Person, Company.name).outerjoin(Company, seen)
    query = query.where(people.visible_to(actor), Person.org_id == actor.org_id)
    query = query.where(Person.name.icontains(text, autoescape=True)).order_by(Person.id.desc()).limit(PEOPLE)
    return [
        Candidate(
            f"p:{person.public_id}",
            person.name,
            " · ".join(filter(None, (_("本单位联系人"), firm or "", person.title))),
        )
        for person, firm in db.session.execute(query)
    ]


def _bodies(actor: Actor, text: str) -> list[int]:
    """Return bodies by a part of their name, which may be as plain as 商会: they are few, and an index holds them alone."""
    # Literally as the index says it: SQLite does not use it for a value that is bound.
    query = select(Company.id).where(literal_column("companies.entity <> 'enterprise'"), companies.visible_to(actor))
    query = query.where(Company.name.icontains(text, autoescape=True), Company.merged_into_id.is_(None))
    return list(db.session.scalars(query.order_by(Company.id).limit(SHOWN)))


def _about(row: Company) -> str:
    return " · ".join(filter(None, (str(company_words.ENTITY[row.entity]), row.province, row.city)))


def find_referrer(actor: Actor, key: str, text: str) -> Referrer:
    """Return the row that was picked, if the actor may know it and the words still name it; else nothing, and the words stay."""
    sort, _colon, number = key.partition(":")
    if sort == "c":
        company = companies.find_company(actor, public_id(number))
        return Referrer(company=company) if company is not None and company.name[:LONGEST] == text else Referrer()
    if sort == "p" and public_id(number):
        query = select(Person).where(Person.public_id == number, Person.org_id == actor.org_id)
        person = db.session.scalar(query.where(people.visible_to(actor)))
        return Referrer(person=person) if person is not None and person.name == text else Referrer()
    return Referrer()


def referrer_of(actor: Actor, lead: Lead) -> Referrer:
    """Return the row behind the words of a lead, as far as its reader may know it."""
    if lead.referrer_company_id is not None:
        return Referrer(company=companies.company_of(actor, lead.referrer_company_id))
    if lead.referrer_person_id is not None:
        query = select(Person).where(Person.id == lead.referrer_person_id, people.visible_to(actor))
        return Referrer(person=db.session.scalar(query))
    return Referrer()
