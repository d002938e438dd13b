"""The shortest ways of acquaintance from us to a company: level by level, one statement each, of what the reader may see.

Ways begin at a contact of the own unit, a firm here, or a body of our home; they end after ``MOST_STEPS`` companies.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, literal, select, union_all
from sqlalchemy.orm import aliased

from crm.companies import queries as companies
from crm.companies.models import Company, CompanyRelation, Entity
from crm.companies.relations import seen_by
from crm.kit import db
from crm.kit.access import Actor
from crm.leads.models import Lead
from crm.people import queries as people
from crm.people.models import Person
from crm.ties import acquaintances, referrals
from crm.ties.models import Acquaintance

Row = CompanyRelation | Acquaintance | Lead

MOST_STEPS = 3  # companies between us and the target
MOST_LINKS = 400  # read at each level
MOST_WAYS = 6  # shown
HOME = ("黄石", "湖北", "楚商")


class Start(StrEnum):
    """Why a way may begin at a company, the strongest first."""

    CONTACT = "contact"  # 本单位联系人
    REFERRER = "referrer"  # 曾向本单位引荐企业的机构、企业
    LOCAL = "local"  # 本地企业
    BODY = "body"  # 家乡商会、本地基金与机构


@dataclass(frozen=True)
class Link:
    """A step from ``near`` to ``far``, seen from us: a relation between companies, two people who know each other, or a lead.

    Of a lead one end is the firm that it is about, the other its referrer: a body, or the firm of a contact.
    """

    near: int
    far: int
    row: Row

    @property
    def personal(self) -> bool:
        """Whether it is people who know each other."""
        return isinstance(self.row, Acquaintance)

    @property
    def referral(self) -> bool:
        """Whether one end was referred to us by the other."""
        return isinstance(self.row, Lead)

    @property
    def day(self) -> date | None:
        """Since when it holds."""
        if isinstance(self.row, Lead):
            return self.row.first_contact_on
        return self.row.known_on if isinstance(self.row, Acquaintance) else self.row.valid_on


@dataclass(frozen=True)
class Way:
    """A way: where it begins and why, and its steps to the target."""

    start: Start
    first: int
    links: tuple[Link, ...]


@dataclass
class Found:
    """What was found: ways of the same, smallest length; the companies on them; contacts at their beginnings."""

    target: Company
    ways: list[Way] = field(default_factory=list)
    companies: dict[int, Company] = field(default_factory=dict)
    contacts: dict[int, list[tuple[Person, Acquaintance | None]]] = field(default_factory=dict)
    referrals: dict[int, Lead] = field(default_factory=dict)
    cut: bool = False  # more links were there than are read
    more: int = 0  # ways beyond those shown

    @property
    def steps(self) -> int:
        """How many companies stand before the target on each way."""
        return len(self.ways[0].links) if self.ways else 0


def ways_to(actor: Actor, target: Company) -> Found:
    """Return the shortest ways. At most ``MOST_STEPS`` + 6 statements."""
    found = Found(target, companies={target.id: target})
    starts = _starts(actor, target)
    links: dict[int, list[tuple[int, str, int]]] = {}
    level = {target.id}
    for _step in range(MOST_STEPS):
        if starts or not level:
            break
        level, starts = _next(actor, found, level, links)
    if starts:
        rows = _rows(actor, [(kind, ref) for several in links.values() for _near, kind, ref in several])
        order = sorted(starts, key=lambda number: (list(Start).index(starts[number]), number))
        ways = [Way(starts[one], one, tuple(chain)) for one in order for chain in _chains(one, links, rows)]
        found.ways, found.more = ways[:MOST_WAYS], max(0, len(ways) - MOST_WAYS)
        found.referrals = referrals.latest(actor, {way.first for way in found.ways if way.start is Start.REFERRER})
        found.contacts = _contacts(actor, {way.first for way in found.ways if way.start is Start.CONTACT})
    return found


def _starts(actor: Actor, target: Company) -> dict[int, Start]:
    """The target itself is known by a contact of ours or by what it referred to us: being here is no acquaintance with itself."""
    asked = select(_known(actor, Company.id), referrals.by(actor, Company.id)).where(Company.id == target.id)
    known, referred = db.session.execute(asked).one()
    start = Start.CONTACT if known else Start.REFERRER if referred else None
    return {target.id: start} if start else {}


def _next(
    actor: Actor, found: Found, level: set[int], links: dict[int, list[tuple[int, str, int]]]
) -> tuple[set[int], dict[int, Start]]:
    """Go one step further from the target; return the companies reached anew, and those at which a way may begin."""
    edges = union_all(*_edges(actor, level)).subquery()
    query = (
        select(edges.c.near, edges.c.kind, edges.c.ref, Company)
        .add_columns(_known(actor, Company.id), referrals.by(actor, Company.id))
        .join(Company, Company.id == edges.c.far)
        .where(companies.visible_to(actor), Company.retired_at.is_(None), Company.id.not_in(set(found.companies)))
        .order_by(Company.id, edges.c.kind, edges.c.ref)
        .limit(MOST_LINKS + 1)
    )
    rows = db.session.execute(query).all()
    found.cut = found.cut or len(rows) > MOST_LINKS
    reached, starts = set(), {}
    for near, kind, ref, company, known, referred in rows[:MOST_LINKS]:
        reached.add(company.id)
        found.companies[company.id] = company
        links.setdefault(company.id, []).append((near, kind, ref))
        start = Start.CONTACT if known else Start.REFERRER if referred else _open_start(company)
        if start is not None:
            starts[company.id] = start
    return reached, starts


def _edges(actor: Actor, level: set[int]) -> Iterator[Any]:
    """Yield the links at these companies: (near, far, kind, id of the row), both ways."""
    one, other = CompanyRelation.from_id, CompanyRelation.to_id
    for near, far in ((one, other), (other, one)):
        columns = (
            near.label("near"),
            far.label("far"),
            literal("relation").label("kind"),
            CompanyRelation.id.label("ref"),
        )
        yield select(*columns).where(near.in_(level), far.not_in(level), seen_by(actor), companies.in_force())
    yield from referrals.edges(actor, level)
    mine, theirs = aliased(Person), aliased(Person)
    for near_id, far_id in (
        (Acquaintance.person_id, Acquaintance.other_person_id),
        (Acquaintance.other_person_id, Acquaintance.person_id),
    ):
        ends = (mine.company_id.label("near"), theirs.company_id.label("far"))
        query = select(*ends, literal("people").label("kind"), Acquaintance.id.label("ref"))
        query = query.join(mine, mine.id == near_id).join(theirs, theirs.id == far_id)
        yield query.where(
            mine.company_id.in_(level),
            theirs.company_id.is_not(None),
            mine.company_id != theirs.company_id,
            acquaintances.visible_to(actor),
            acquaintances.in_force(),
        )


def _known(actor: Actor, company_id: Any) -> ColumnElement[bool]:
    """Whether the reader's unit has a contact at the company."""
    return exists().where(Person.company_id == company_id, people.visible_to(actor))


def _open_start(company: Company) -> Start | None:
    if company.is_local or company.host_org_id is not None:
        return Start.LOCAL
    home = company.city == HOME[0] or any(word in company.name for word in HOME)
    return Start.BODY if company.entity is not Entity.ENTERPRISE and home else None


def _rows(actor: Actor, wanted: Sequence[tuple[str, int]]) -> dict[tuple[str, int], Row]:
    """Return the rows of links. Three statements."""
    related = select(CompanyRelation).where(
        CompanyRelation.id.in_({ref for kind, ref in wanted if kind == "relation"}), seen_by(actor)
    )
    found: dict[tuple[str, int], Row] = {("relation", row.id): row for row in db.session.scalars(related)}
    known = {ref for kind, ref in wanted if kind == "people"}
    for row in acquaintances.of_ids(actor, known) if known else ():
        found[("people", row.id)] = row
    told = {ref for kind, ref in wanted if kind == referrals.KIND}
    for lead in referrals.of_ids(actor, told) if told else ():
        found[(referrals.KIND, lead.id)] = lead
    return found


def _chains(
    start: int,
    links: dict[int, list[tuple[int, str, int]]],
    rows: dict[tuple[str, int], Row],
) -> list[list[Link]]:
    """Return the ways from a company back to the target; of several links between two companies the first is told."""
    chains: list[list[Link]] = [[]]
    while any(_end(chain, start) in links for chain in chains):
        longer = []
        for chain in chains:
            here = _end(chain, start)
            nears: dict[int, tuple[str, int]] = {}
            for near, kind, ref in links[here]:
                if (kind, ref) in rows:
                    nears.setdefault(near, (kind, ref))
            longer += [[*chain, Link(here, near, rows[key])] for near, key in nears.items()]
        chains = longer[: 10 * MOST_WAYS]
    return chains


def _end(chain: Sequence[Link], start: int) -> int:
    return chain[-1].far if chain else start


def _contacts(actor: Actor, company_ids: set[int]) -> dict[int, list[tuple[Person, Acquaintance | None]]]:
    """Return the unit's contacts at these companies, each with the colleague of ours who knows them. One statement."""
    found: dict[int, list[tuple[Person, Acquaintance | None]]] = {}
    if not company_ids:
        return found
    ours = and_(
        Acquaintance.person_id == Person.id,
        Acquaintance.user_id.is_not(None),
        acquaintances.visible_to(actor),
        acquaintances.in_force(),
    )
    query = select(Person, Acquaintance).outerjoin(Acquaintance, ours)
    query = query.where(Person.company_id.in_(company_ids), people.visible_to(actor)).order_by(
        Acquaintance.id.is_(None), Person.id.desc()
    )
    for person, known in db.session.execute(query.options(*acquaintances.WHOLE)):
        several = found.setdefault(person.company_id or 0, [])
        if len(several) < 3 and all(one.id != person.id for one, _known in several):
            several.append((person, known))
    return found
