"""What the review desk shows: clusters that wait, two companies side by side, how often each reason was right."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Integer, and_, cast, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from crm.companies.models import Company, CompanyName, Credential, FactSource
from crm.duplicates.models import Cluster, ClusterMember, ClusterPair, ClusterStatus, PairDecision
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.kit.web import Page

SIZE = 20
TABS = ("waiting", "mine", "later", "settled")
COUNT_CAP = 1_000
_FRESH = timedelta(minutes=1)
# database → when, how many clusters waited: for the menu.
_of_late: dict[str, tuple[datetime, int]] = {}
FIELDS = (
    "name",
    "uscc",
    "reg_no",
    "entity",
    "country",
    "province",
    "city",
    "address",
    "website",
    "industry",
    "products",
    "founded_on",
    "capital_cny",
    "revenue_cny",
    "employees",
    "listing",
    "scope",
)
"""Facts in the order in which they tell two companies apart; the merge page offers the same."""


def waiting() -> ColumnElement[bool]:
    """Which clusters wait for a person: open ones, and those put off until now."""
    due = and_(Cluster.status == ClusterStatus.LATER, Cluster.later_until <= clock.now())
    return or_(Cluster.status == ClusterStatus.OPEN, due)


def in_tab(actor: Actor, tab: str) -> ColumnElement[bool]:
    """Which clusters a tab holds."""
    if tab == "mine":
        return and_(waiting(), Cluster.assignee_id == actor.user_id)
    if tab == "later":
        return and_(Cluster.status == ClusterStatus.LATER, Cluster.later_until > clock.now())
    if tab == "settled":
        return Cluster.status == ClusterStatus.SETTLED
    return waiting()


def page_of_clusters(actor: Actor, tab: str, verdict: str, number: int) -> Page:
    """Return a page of clusters, the surest first; the settled ones newest first. Members come with their companies."""
    where = [in_tab(actor, tab)]
    if verdict:
        where.append(Cluster.verdict == verdict)
    bounded = select(Cluster.id).where(*where).limit(COUNT_CAP).subquery()
    total = db.session.scalar(select(func.count()).select_from(bounded)) or 0
    if tab == "waiting" and not verdict:
        _note_count(total)
    # "same" sorts after "likely": the surest come first.
    order = (
        (Cluster.settled_at.desc(), Cluster.id.desc())
        if tab == "settled"
        else (
            Cluster.verdict.desc(),
            Cluster.score.desc(),
            Cluster.id,
        )
    )
    query = (
        select(Cluster)
        .where(*where)
        .order_by(*order)
        .limit(SIZE)
        .offset((number - 1) * SIZE)
        .options(
            joinedload(Cluster.assignee),
            _with_companies(),
        )
    )
    return Page(list(db.session.scalars(query).unique()), number, SIZE, total, total >= COUNT_CAP)


def _with_companies() -> Any:
    company = joinedload(ClusterMember.company, innerjoin=True)
    return selectinload(Cluster.members).options(company.joinedload(Company.entered_org))


def waiting_count(_actor: Actor) -> int:
    """Return how many clusters wait, counted up to 99; every page of the centre shows it, so it may be a minute old."""
    key, now = str(db.engine().url), clock.now()
    if key not in _of_late or abs(now - _of_late[key][0]) > _FRESH:
        bounded = select(Cluster.id).where(waiting()).limit(99).subquery()
        _note_count(db.session.scalar(select(func.count()).select_from(bounded)) or 0)
    return _of_late[key][1]


def _note_count(count: int) -> None:
    _of_late[str(db.engine().url)] = (clock.now(), min(count, 99))


def find_cluster(public_id: str) -> Cluster | None:
    """Return a cluster with its members; only the desk of the centre asks."""
    query = (
        select(Cluster)
        .where(Cluster.public_id == public_id)
        .options(
            joinedload(Cluster.assignee),
            _with_companies(),
        )
    )
    return db.session.scalars(query).unique().one_or_none()


def pairs_of(cluster: Cluster) -> list[ClusterPair]:
    """Return the pairs of a cluster, the surest first."""
    return list(
        db.session.scalars(
            select(ClusterPair)
            .where(ClusterPair.cluster_id == cluster.id)
            .order_by(ClusterPair.score.desc(), ClusterPair.id)
        )
    )


def living(cluster: Cluster) -> dict[int, Company]:
    """Return the members that still stand for themselves: neither merged nor retired."""
    members = (one.company for one in cluster.members)
    return {one.id: one for one in members if one.merged_into_id is None and one.retired_at is None}


def open_pairs(cluster: Cluster, pairs: Sequence[ClusterPair]) -> list[ClusterPair]:
    """Return the pairs nobody has decided, of members that still stand for themselves."""
    alive = living(cluster)
    return [one for one in pairs if one.decision is None and one.left_id in alive and one.right_id in alive]


@dataclass
class Side:
    """One company of a pair, with what it takes to judge it."""

    company: Company
    names: list[CompanyName]
    credentials: list[Credential]
    sources: dict[str, FactSource]


@dataclass(frozen=True)
class Line:
    """A fact of both. ``verdict`` is diff, missing (one side is empty), same or none (both are empty)."""

    field: str
    left: Any
    right: Any
    verdict: str
    left_source: FactSource | None
    right_source: FactSource | None


_ORDER = {"diff": 0, "missing": 1, "same": 2, "none": 3}


def sides(left: Company, right: Company) -> tuple[Side, Side]:
    """Return two companies with names, credentials and the sources of their facts: three statements."""
    found = {one.id: Side(one, [], [], {}) for one in (left, right)}
    for name in db.session.scalars(
        select(CompanyName).where(CompanyName.company_id.in_(found)).order_by(CompanyName.id)
    ):
        found[name.company_id].names.append(name)
    for title in db.session.scalars(
        select(Credential).where(Credential.company_id.in_(found)).order_by(Credential.year.desc())
    ):
        found[title.company_id].credentials.append(title)
    for source in db.session.scalars(select(FactSource).where(FactSource.company_id.in_(found))):
        found[source.company_id].sources[source.field] = source
    return found[left.id], found[right.id]


def lines(left: Side, right: Side) -> list[Line]:
    """Compare the facts: those that differ first, then those one side lacks, then equal ones; empty ones are left out."""
    found = []
    for field in FIELDS:
        a, b = getattr(left.company, field), getattr(right.company, field)
        verdict = _compared(a, b)
        if verdict != "none":
            found.append(Line(field, a, b, verdict, left.sources.get(field), right.sources.get(field)))
    return sorted(found, key=lambda one: _ORDER[one.verdict])


def _compared(a: Any, b: Any) -> str:
    empty = (None, "")
    if a in empty and b in empty:
        return "none"
    if a in empty or b in empty:
        return "missing"
    return "same" if a == b else "diff"


@dataclass(frozen=True)
class Tally:
    """How people decided the pairs that carry a reason (or lie in a band of scores)."""

    what: str
    same: int
    different: int
    related: int

    @property
    def decided(self) -> int:
        """All of them."""
        return self.same + self.different + self.related

    @property
    def precision(self) -> float:
        """Share of 同一 among the decided."""
        return self.same / self.decided if self.decided else 0.0


def tallies() -> tuple[list[Tally], list[Tally], list[Tally]]:
    """Return what people decided, by reason, by verdict of the matcher, by band of its score: one grouped statement."""
    band = (
        cast(func.floor(ClusterPair.score * 20), Integer)
        if not db.is_sqlite()
        else cast(ClusterPair.score * 20, Integer)
    )
    rows = db.session.execute(
        select(ClusterPair.reasons, ClusterPair.verdict, band, ClusterPair.decision, func.count())
        .where(ClusterPair.decision.is_not(None))
        .group_by(ClusterPair.reasons, ClusterPair.verdict, band, ClusterPair.decision)
    ).all()
    by_reason: dict[str, dict[PairDecision, int]] = {}
    by_verdict: dict[str, dict[PairDecision, int]] = {}
    by_band: dict[str, dict[PairDecision, int]] = {}
    for reasons, verdict, step, decision, count in rows:
        assert decision is not None
        for code in reasons.split():
            _add(by_reason, code, decision, count)
        _add(by_verdict, verdict, decision, count)
        _add(by_band, f"{int(step or 0) / 20:.2f}", decision, count)
    return (
        sorted(_tallied(by_reason), key=lambda one: (-one.decided, one.what)),
        sorted(_tallied(by_verdict), key=lambda one: -one.precision),
        sorted(_tallied(by_band), key=lambda one: one.what, reverse=True),
    )


def _add(table: dict[str, dict[PairDecision, int]], key: str, decision: PairDecision, count: int) -> None:
    row = table.setdefault(key, {})
    row[decision] = row.get(decision, 0) + count


def _tallied(table: dict[str, dict[PairDecision, int]]) -> list[Tally]:
    said = (PairDecision.SAME, PairDecision.DIFFERENT, PairDecision.RELATED)
    return [Tally(key, *(row.get(one, 0) for one in said)) for key, row in table.items()]


def better(left: Side, right: Side) -> str:
    """Propose which one stays: "left" or "right". With a code rather than without, open, more known about it, the elder."""

    def worth(side: Side) -> tuple[Any, ...]:
        company = side.company
        known = sum(getattr(company, field) not in (None, "") for field in FIELDS)
        return (bool(company.uscc), company.opened_at is not None, known, -company.id)

    return "left" if worth(left) >= worth(right) else "right"
