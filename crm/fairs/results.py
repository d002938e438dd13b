"""What an edition brought: visits, effective contacts, leads, talks, signings and their cost, nobody counted twice."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import and_, select
from sqlalchemy.orm import joinedload

from crm.accounts.models import Org
from crm.core import followups as rules
from crm.core.errors import Forbidden
from crm.core.permissions import Permission
from crm.core.stages import MilestoneKind
from crm.fairs.evening import firm_key
from crm.fairs.met import STANDS
from crm.fairs.models import Edition, FairContact, FairCost
from crm.fairs.queries import own
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.leads import queries as of_leads
from crm.leads.models import Lead, LeadStatus
from crm.projects import once
from crm.projects import queries as of_projects
from crm.projects.figures import agreed
from crm.projects.models import Milestone, MilestoneStatus, Project
from crm.projects.once import Investments

HORIZONS = (30, 90, 180)
LISTS = ("visits", "firms", "effective", "leads", "talks", "signed")  # what a figure opens
KINDS = ("visits", "effective", "leads", "talks", "signed")


@dataclass(frozen=True)
class Trace:
    """A contact and what came of it."""

    contact: FairContact
    lead: Lead | None
    project: Project | None
    signed: Milestone | None


@dataclass(frozen=True)
class Figures:
    """What some contacts brought. Firms, leads, projects and signings count once, whoever met them."""

    visits: int = 0
    firms: int = 0
    effective: int = 0
    leads: int = 0
    talks: int = 0
    signed: int = 0
    signed_cny: Decimal = Decimal(0)
    cost_cny: Decimal = Decimal(0)
    twice: int = 0  # projects in talks that are the same investment as another of them, left out of the sum

    @property
    def cost_per_lead(self) -> Decimal | None:
        """The cost of a lead in whole yuan; None when nothing was spent or no lead came."""
        return (self.cost_cny / self.leads).quantize(Decimal(1)) if self.leads and self.cost_cny else None


@dataclass(frozen=True)
class Line:
    """The figures of a team, of a unit or of an edition; ``key`` finds its rows."""

    words: str
    key: str
    figures: Figures
    edition: Edition | None = None


def check(actor: Actor) -> None:
    """Raise Forbidden unless the actor may read figures of fairs: who works with them, heads and leaders."""
    if not actor.can(Permission.FAIR_WRITE) and not actor.can(Permission.FIGURES_READ):
        raise Forbidden("您无权查看展会成效。如确有需要，请联系本单位负责人。")


def horizon_of(text: str) -> int:
    """Return 30, 90 or 180 as an address asks for; 0: up to today."""
    return int(text) if text in {str(one) for one in HORIZONS} else 0


def last_day(edition: Edition, horizon: int) -> date | None:
    """Return the day up to which results count; None: up to today."""
    ended = edition.ends_on or edition.starts_on
    return ended + timedelta(days=horizon) if horizon and ended is not None else None


def traces(actor: Actor, *editions: Edition) -> list[Trace]:
    """Return the counted contacts of editions in the actor's scope, each with its lead, project and recognised signing."""
    check(actor)
    registered = and_(Lead.id == FairContact.lead_id, Lead.status != LeadStatus.DRAFT)
    begun = and_(Project.lead_id == Lead.id, of_projects.NEW)
    recognised = and_(
        Milestone.project_id == Project.id,
        Milestone.kind == MilestoneKind.SIGNED,
        Milestone.status == MilestoneStatus.RECOGNISED,
    )
    query = (
        select(FairContact, Lead, Project, Milestone)
        .outerjoin(Lead, registered)
        .outerjoin(Project, begun)
        .outerjoin(Milestone, recognised)
        .where(FairContact.edition_id.in_([one.id for one in editions]), STANDS, own(actor, FairContact.org_id))
        .options(joinedload(FairContact.team), joinedload(FairContact.org), joinedload(FairContact.exhibitor))
        .order_by(FairContact.id)
    )
    return [Trace(*row) for row in db.session.execute(query)]


def costs(actor: Actor, *editions: Edition) -> list[tuple[int, int, Decimal]]:
    """Return what was spent in the actor's scope: edition, unit, yuan."""
    query = select(FairCost.edition_id, FairCost.org_id, FairCost.amount_cny).where(FairCost.withdrawn_at.is_(None))
    query = query.where(FairCost.edition_id.in_([one.id for one in editions]), own(actor, FairCost.org_id))
    return [(edition, org, amount) for edition, org, amount in db.session.execute(query)]


def is_counted(trace: Trace, kind: str, until: date | None) -> bool:
    """Say whether a contact counts under a figure by a day."""
    row, last = trace.contact, until or clock.today()
    if kind == "effective":
        return rules.is_effective(
            rating=row.rating.value, person=row.person_name, reachable=bool(row.mobile or row.email)
        )
    if kind == "leads":
        return trace.lead is not None and _day(trace.lead.registered_at or trace.lead.created_at) <= last
    if kind == "talks":
        return trace.project is not None and _day(trace.project.created_at) <= last
    if kind == "signed":
        return trace.signed is not None and (trace.signed.recognised_on or date.max) <= last
    return True


def investments(actor: Actor, rows: Sequence[Trace]) -> Investments:
    """Return which projects behind contacts are one investment, for sums over units; a unit's and a team's line counts all its own."""
    return once.investments(actor, [row.project for row in rows if row.project is not None])


def figures(
    rows: Sequence[Trace],
    until: date | None,
    cost_cny: Decimal = Decimal(0),
    whole: Investments = Investments(),
) -> Figures:
    """Return the figures of some contacts by a day; ``whole``: over several units, where an investment counts once."""
    of = {kind: [row for row in rows if is_counted(row, kind, until)] for kind in KINDS}
    talks = {one.project.id for one in of["talks"] if one.project is not None}
    signed = {
        one.project.id: agreed(one.project, one.signed) or Decimal(0) for one in of["signed"] if one.project is not None
    }
    counted = whole.counted(signed)
    return Figures(
        visits=len({one.contact.id for one in rows}),
        firms=len({firm_key(one.contact) for one in rows}),
        effective=len({_person(one.contact) for one in of["effective"]}),
        leads=len({one.lead.id for one in of["leads"] if one.lead is not None}),
        talks=len(whole.counted(talks)),
        signed=len(counted),
        signed_cny=sum((signed[one] for one in counted), Decimal(0)),
        cost_cny=cost_cny,
        twice=len(talks) - len(whole.counted(talks)),
    )


def _person(row: FairContact) -> tuple[str, str]:
    """Whom an effective contact is with: the same number, or the same name of one firm, is one person."""
    return ("m", row.mobile_hmac) if row.mobile_hmac else (firm_key(row), row.person_name)


def _day(moment: object) -> date:
    return clock.local(moment).date()  # type: ignore[arg-type]


def by_team(rows: Sequence[Trace], until: date | None) -> list[Line]:
    """Return the figures of each team, those without a team last; of several units each with its unit: 一组 is in many."""
    many = len({row.contact.org_id for row in rows}) > 1

    def name(row: FairContact) -> tuple[str, str]:
        if row.team is None:
            return "", "none"
        return (f"{row.org.name} · {row.team.name}" if many else row.team.name), row.team.public_id

    return _lines(rows, until, name, {})


def by_unit(rows: Sequence[Trace], until: date | None, spent: Sequence[tuple[int, int, Decimal]]) -> list[Line]:
    """Return the figures of each unit with what it spent; also of one that spent and met nobody, so that the lines add up."""
    names = {row.contact.org_id: (row.contact.org.name, row.contact.org.public_id) for row in rows}
    only_spent = {org_id for _edition, org_id, _amount in spent} - names.keys()
    if only_spent:
        query = select(Org.id, Org.name, Org.public_id).where(Org.id.in_(only_spent))
        names |= {number: (name, key) for number, name, key in db.session.execute(query)}
    cost: dict[str, Decimal] = {}
    for _edition, org_id, amount in spent:
        key = names[org_id][1]
        cost[key] = cost.get(key, Decimal(0)) + amount
    also = [names[org_id] for org_id in only_spent]
    return _lines(rows, until, lambda row: (row.org.name, row.org.public_id), cost, also)


def _lines(
    rows: Sequence[Trace],
    until: date | None,
    name: Callable[[FairContact], tuple[str, str]],
    cost: dict[str, Decimal],
    also: Sequence[tuple[str, str]] = (),
) -> list[Line]:
    groups: dict[tuple[str, str], list[Trace]] = {key: [] for key in also}
    for row in rows:
        groups.setdefault(name(row.contact), []).append(row)
    order = sorted(groups, key=lambda key: (key[1] == "none", key[0]))
    return [Line(key[0], key[1], figures(groups[key], until, cost.get(key[1], Decimal(0)))) for key in order]


def over_years(actor: Actor, editions: Sequence[Edition], horizon: int) -> list[Line]:
    """Return the figures of each edition that brought or cost something, as the list stands."""
    rows, spent = traces(actor, *editions), costs(actor, *editions)
    found = []
    for edition in editions:
        own_rows = [row for row in rows if row.contact.edition_id == edition.id]
        cost = sum((amount for edition_id, _org, amount in spent if edition_id == edition.id), Decimal(0))
        if own_rows or cost:
            line = figures(own_rows, last_day(edition, horizon), cost, investments(actor, own_rows))
            found.append(Line(edition.title, edition.public_id, line, edition))
    return found


def seen(actor: Actor, rows: Sequence[Trace]) -> tuple[set[int], set[int]]:
    """Return the ids of the leads and projects of these that the actor may read: another unit may hold them by now."""
    leads = {row.lead.id for row in rows if row.lead is not None}
    works = {row.project.id for row in rows if row.project is not None}
    first = select(Lead.id).where(Lead.id.in_(leads), of_leads.visible_to(actor))
    second = select(Project.id).where(Project.id.in_(works), of_projects.visible_to(actor))
    return set(db.session.scalars(first)) if leads else set(), set(db.session.scalars(second)) if works else set()


def narrowed(rows: Sequence[Trace], kind: str, until: date | None, *, team: str = "", unit: str = "") -> list[Trace]:
    """Return the contacts behind a figure, as its link names them; for ``firms`` the first one with each firm."""
    found = [row for row in rows if is_counted(row, kind if kind in KINDS else "visits", until)]
    if team:
        found = [r for r in found if (r.contact.team.public_id if r.contact.team is not None else "none") == team]
    found = [row for row in found if not unit or row.contact.org.public_id == unit]
    return list({firm_key(row.contact): row for row in reversed(found)}.values())[::-1] if kind == "firms" else found
