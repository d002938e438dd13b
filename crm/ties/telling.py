"""A way of acquaintance in words: a sentence for each step with its source and day, and short words for the picture."""

from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _

from crm.companies import labels as company_words
from crm.companies.models import Company, CompanyRelation
from crm.leads.models import Lead
from crm.people.models import Person
from crm.ties import labels
from crm.ties.models import Acquaintance
from crm.ties.paths import Found, Link, Start, Way


@dataclass(frozen=True)
class Step:
    """A step: from where (0: us) to which company, in a sentence and in short; source and day."""

    near: int
    far: int
    words: str
    short: str
    source: str
    day: date | None
    private: bool = False


def steps_of(found: Found, way: Way) -> list[Step]:
    """Return the steps of a way, the first from us."""
    return [_first(found, way), *(_step(found, link) for link in way.links)]


def _first(found: Found, way: Way) -> Step:
    company = found.companies[way.first]
    if way.start is Start.CONTACT:
        return _contact(found, company)
    if way.start is Start.REFERRER:
        return _referrer(found, company)
    if way.start is Start.LOCAL:
        words = _("%(name)s在黄石，可直接走访", name=company.name)
        return Step(0, company.id, words, _("本地企业"), _("企业库"), None)
    words = _("%(name)s是与黄石有渊源的机构，可先联系", name=company.name)
    return Step(0, company.id, words, str(company_words.ENTITY[company.entity]), _("企业库"), None)


def _contact(found: Found, company: Company) -> Step:
    several = found.contacts.get(company.id, [])
    if not several:
        return Step(0, company.id, _("本单位在%(name)s有联系人", name=company.name), _("联系人"), "", None, True)
    person, known = several[0]
    who = " ".join(filter(None, (person.name, person.title)))
    if known is not None and known.user is not None:
        kind = str(labels.ACQUAINTANCE[known.kind])
        words = _(
            "本单位%(user)s认识%(name)s的%(who)s（%(kind)s）",
            user=known.user.name,
            name=company.name,
            who=who,
            kind=kind,
        )
        return Step(0, company.id, words, kind, known.source or _("未写"), known.known_on, True)
    words = _("本单位在%(name)s的联系人是%(who)s", name=company.name, who=who)
    return Step(0, company.id, words, _("联系人"), _("联系人档案"), person.created_at.date(), True)


def _referrer(found: Found, company: Company) -> Step:
    lead = found.referrals.get(company.id)
    firm = lead.company_text if lead is not None else ""
    words = _("%(name)s曾引荐%(firm)s，可先联系", name=company.name, firm=firm or _("其他企业"))
    return Step(0, company.id, words, _("曾引荐"), _("线索登记"), lead.first_contact_on if lead else None, True)


def _step(found: Found, link: Link) -> Step:
    near, far = found.companies[link.near], found.companies[link.far]
    if isinstance(link.row, Lead):
        return _referral(link.row, near, far)
    if isinstance(link.row, Acquaintance):
        return _between_people(link.row, near, far)
    return _between_companies(link.row, near, far)


def _between_companies(row: CompanyRelation, near: Company, far: Company) -> Step:
    table = company_words.RELATION if row.from_id == near.id else company_words.RELATION_BACK
    what = str(table[row.kind])
    words = _("%(near)s是%(far)s的%(what)s", near=near.name, far=far.name, what=what)
    if row.product:
        words += _("（%(product)s）", product=row.product)
    source = company_words.source_words(row.source) or _("未写")
    return Step(near.id, far.id, words, what, source, row.valid_on, row.org_id is not None)


def _referral(row: Lead, near: Company, far: Company) -> Step:
    """One end is the firm of the lead, the other who referred it: the body itself, or the firm of the contact."""
    person = row.referrer_person
    referrer, firm = (near, far) if row.company_id == far.id else (far, near)
    who = _who(person, referrer) if person is not None else referrer.name
    words = _("%(who)s引荐了%(firm)s", who=who, firm=firm.name)
    return Step(near.id, far.id, words, _("引荐"), _("线索登记"), row.first_contact_on, True)


def _between_people(row: Acquaintance, near: Company, far: Company) -> Step:
    pair = [one for one in (row.person, row.other) if one is not None]
    pair.sort(key=lambda one: one.company_id != near.id)
    kind = str(labels.ACQUAINTANCE[row.kind])
    first, second = (_who(one, firm) for one, firm in zip(pair, (near, far), strict=True))
    words = _("%(first)s认识%(second)s（%(kind)s）", first=first, second=second, kind=kind)
    return Step(near.id, far.id, words, kind, row.source or _("未写"), row.known_on, True)


def _who(person: Person, company: Company) -> str:
    return _("%(company)s的%(name)s", company=company.name, name=" ".join(filter(None, (person.name, person.title))))
