"""The evening at a fair: what each team brought, whom nobody has visited yet, which contacts look like one."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from crm.core import followups as rules
from crm.core import names
from crm.fairs import met
from crm.fairs.contacts import visible_to
from crm.fairs.models import ContactPair, Edition, Exhibitor, FairContact, Grade, MatchItem, Rating, Team
from crm.fairs.queries import own
from crm.kit import clock, db
from crm.kit.access import Actor

MOST_OPEN = 300


@dataclass
class TeamLine:
    """What a team brought on a day, or without a day in the whole fair. ``team``: None for those who walk alone."""

    team: Team | None
    words: str
    people: Counter[str] = field(default_factory=Counter)
    firms: set[str] = field(default_factory=set)
    effective: int = 0

    @property
    def total(self) -> int:
        """All contacts of the team."""
        return self.people.total()


@dataclass(frozen=True)
class Double:
    """Two contacts that look like one, and why: ``mobile`` or ``name``."""

    first: FairContact
    second: FairContact
    why: str


def standing(actor: Actor, edition: Edition) -> Sequence[FairContact]:
    """Return the contacts of an edition that count and that the actor may read."""
    query = select(FairContact).where(FairContact.edition_id == edition.id, met.STANDS, visible_to(actor))
    loads = (joinedload(FairContact.owner), joinedload(FairContact.team), joinedload(FairContact.org))
    more = (joinedload(FairContact.exhibitor), joinedload(FairContact.follower))
    return db.session.scalars(query.options(*loads, *more).order_by(FairContact.id)).all()


def days_of(edition: Edition) -> list[date]:
    """Return the days of an edition up to today, the latest first."""
    if edition.starts_on is None:
        return []
    last = min(edition.ends_on or edition.starts_on, clock.today())
    return [last - timedelta(days=n) for n in range(max(0, (last - edition.starts_on).days) + 1)][:60]


def firm_key(row: FairContact) -> str:
    """Return what contacts of one firm share: the company of the base, else the row of the list, else the text in one form."""
    if row.company_id or (row.exhibitor is not None and row.exhibitor.company_id):
        return f"c{row.company_id or (row.exhibitor.company_id if row.exhibitor is not None else 0)}"
    return f"e{row.exhibitor_id}" if row.exhibitor_id else f"t{names.name_key(row.company_text) or row.company_text}"


def by_team(rows: Sequence[FairContact], day: date | None) -> list[TeamLine]:
    """Return a line for each team that brought something, by unit and name; ``day`` counts that day alone."""
    lines: dict[tuple[int, int], TeamLine] = {}
    for row in rows:
        if day is not None and row.met_on != day:
            continue
        key = (row.org_id, row.team_id or 0)
        line = lines.setdefault(key, TeamLine(row.team, row.org.name))
        line.people[row.rating.value] += 1
        line.firms.add(firm_key(row))
        reachable = bool(row.mobile or row.email)
        line.effective += rules.is_effective(rating=row.rating.value, person=row.person_name, reachable=reachable)
    return [lines[key] for key in sorted(lines, key=lambda key: (key[0], key[1] == 0, key[1]))]


def not_visited(actor: Actor, edition: Edition) -> Sequence[MatchItem]:
    """Return the firms graded A on the actor's match lists that nobody of the unit has met yet, by place."""
    seen = select(FairContact.id).where(FairContact.exhibitor_id == MatchItem.exhibitor_id, met.STANDS)
    seen = seen.where(FairContact.org_id == MatchItem.org_id, FairContact.edition_id == edition.id)
    query = (
        select(MatchItem)
        .join(MatchItem.exhibitor)
        .where(MatchItem.edition_id == edition.id, MatchItem.grade == Grade.A)
    )
    query = query.where(own(actor, MatchItem.org_id), MatchItem.dropped_at.is_(None), Exhibitor.removed_at.is_(None))
    query = query.where(~seen.exists()).options(joinedload(MatchItem.exhibitor), joinedload(MatchItem.team))
    return db.session.scalars(query.order_by(Exhibitor.walk, MatchItem.id).limit(MOST_OPEN)).all()


def doubles(rows: Sequence[FairContact]) -> list[Double]:
    """Return pairs of these contacts that look like one, within a unit, without those that a person has settled."""
    by_id = {row.id: row for row in rows}
    keys = [
        (
            row.id,
            f"{row.org_id}:{row.mobile_hmac}" if row.mobile_hmac else "",
            f"{row.org_id}:{firm_key(row)}",
            names.name_key(row.person_name) or row.person_name,
        )
        for row in rows
    ]
    found = rules.doubles(keys)
    if not found:
        return []
    query = select(ContactPair.first_id, ContactPair.second_id).where(
        ContactPair.second_id.in_({two for _o, two, _w in found})
    )
    settled = {(first, second) for first, second in db.session.execute(query)}
    return [Double(by_id[one], by_id[two], why) for one, two, why in found if (one, two) not in settled]


def without_follower(rows: Sequence[FairContact]) -> list[FairContact]:
    """Return the contacts that wait and have nobody to follow them, the warm ones first."""
    open_ones = [row for row in rows if row.follower_id is None and met.waits_on(row) is not None]
    return sorted(open_ones, key=lambda row: (list(Rating).index(row.rating), row.due_on, row.id))[:MOST_OPEN]
