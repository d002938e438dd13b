"""The clusters that a scan writes: new ones put, known ones kept, what is no longer found marked as gone.

Every step is short and may be repeated: a scan that died goes on from its pairs and comes to the same clusters.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy import delete, insert, or_, select, update

from crm.companies import decisions
from crm.companies.models import Company
from crm.duplicates.models import (
    Cluster,
    ClusterMember,
    ClusterPair,
    ClusterStatus,
    ScanPair,
)
from crm.duplicates.scanning.clusters import Edge, Group, fingerprint, groups
from crm.kit import clock, db

WAITING = (ClusterStatus.OPEN, ClusterStatus.LATER)
_AT_ONCE = 200
_IDS = 500


@dataclass(slots=True)
class Written:
    """What became of the clusters."""

    groups: int = 0
    new: int = 0
    gone: int = 0
    cut: int = 0
    kept: set[int] = field(default_factory=set)


def write_clusters(scan_id: int, changed: set[int] | None, step: Callable[[], None]) -> Written:
    """Make clusters of the pairs of a scan. ``changed``: the companies looked at, None if all were.

    ``step`` is called between two transactions.
    """
    edges = _edges(scan_id)
    waiting = _waiting_members()
    if changed is not None:
        looked_at = changed | _dead_members() | {one for edge in edges for one in (edge.left, edge.right)}
        waiting = {number: members for number, members in waiting.items() if not looked_at.isdisjoint(members)}
        edges += _known_edges(waiting, {(edge.left, edge.right) for edge in edges}, changed)
    edges = _among_living(edges)
    found = groups(edges)
    written = Written(groups=len(found), cut=len(edges) - sum(len(group.edges) for group in found))
    before = {one: number for number, members in waiting.items() for one in members}
    for start in range(0, len(found), _AT_ONCE):
        step()
        _write(scan_id, found[start : start + _AT_ONCE], before, written)
    written.gone = _let_go([number for number in waiting if number not in written.kept])
    return written


def drop_pairs(scan_id: int) -> None:
    """Clear the working rows of a scan away, in short steps."""
    while True:
        with db.transaction():
            lefts = select(ScanPair.left_id).where(ScanPair.scan_id == scan_id).order_by(ScanPair.left_id)
            last = db.session.scalars(lefts.limit(5_000)).all()
            if not last:
                return
            db.session.execute(delete(ScanPair).where(ScanPair.scan_id == scan_id, ScanPair.left_id <= last[-1]))


def _edges(scan_id: int) -> list[Edge]:
    columns = (ScanPair.left_id, ScanPair.right_id, ScanPair.verdict, ScanPair.score, ScanPair.reasons)
    with db.engine().connect() as connection:
        return [Edge(*row) for row in connection.execute(select(*columns).where(ScanPair.scan_id == scan_id))]


def _waiting_members() -> dict[int, list[int]]:
    """Return the members of the clusters that nobody has settled."""
    query = (
        select(ClusterMember.cluster_id, ClusterMember.company_id)
        .join(Cluster, Cluster.id == ClusterMember.cluster_id)
        .where(Cluster.status.in_(WAITING))
        .order_by(ClusterMember.cluster_id, ClusterMember.company_id)
    )
    found: dict[int, list[int]] = {}
    with db.engine().connect() as connection:
        for number, company in connection.execute(query):
            found.setdefault(number, []).append(company)
    return found


def _dead_members() -> set[int]:
    """Return the members of waiting clusters that were merged or retired since."""
    query = (
        select(ClusterMember.company_id)
        .join(Cluster, Cluster.id == ClusterMember.cluster_id)
        .join(Company, Company.id == ClusterMember.company_id)
        .where(Cluster.status.in_(WAITING), or_(Company.merged_into_id.is_not(None), Company.retired_at.is_not(None)))
    )
    with db.engine().connect() as connection:
        return set(connection.execute(query).scalars())


def _known_edges(clusters: Collection[int], have: set[tuple[int, int]], changed: set[int]) -> list[Edge]:
    """Return the undecided pairs of waiting clusters of which neither company was looked at anew."""
    columns = (ClusterPair.left_id, ClusterPair.right_id, ClusterPair.verdict, ClusterPair.score, ClusterPair.reasons)
    known: dict[tuple[int, int], Edge] = {}
    for part in _parts(sorted(clusters)):
        query = select(*columns).where(ClusterPair.cluster_id.in_(part), ClusterPair.decision.is_(None))
        with db.engine().connect() as connection:
            for row in connection.execute(query):
                edge = Edge(*row)
                pair = (edge.left, edge.right)
                if pair not in have and changed.isdisjoint(pair):
                    known[pair] = edge
    return list(known.values())


def _among_living(edges: list[Edge]) -> list[Edge]:
    """Leave out what was merged, retired or told apart while the scan ran."""
    ids = sorted({one for edge in edges for one in (edge.left, edge.right)})
    living: set[int] = set()
    apart: dict[tuple[int, int], str] = {}
    for part in _parts(ids):
        alive = (Company.id.in_(part), Company.merged_into_id.is_(None), Company.retired_at.is_(None))
        with db.engine().connect() as connection:
            living |= set(connection.execute(select(Company.id).where(*alive)).scalars())
        apart |= _told_apart(part)
    return [edge for edge in edges if {edge.left, edge.right} <= living and (edge.left, edge.right) not in apart]


def _told_apart(ids: Sequence[int]) -> dict[tuple[int, int], str]:
    try:
        return decisions.rejected_pairs(ids)
    finally:
        db.session.rollback()


def _write(scan_id: int, found: Sequence[Group], before: dict[int, int], written: Written) -> None:
    """Write some groups in one transaction."""
    with db.transaction():
        ids = [one for group in found for one in group.members]
        known_by = {one: said for part in _parts(ids) for one, said in decisions.prints_of(part).items()}
        marks = [fingerprint(group.members, known_by) for group in found]
        earlier = _locked(marks, sorted({before[one] for one in ids if one in before}))
        members = _members([row.id for row in earlier])
        by_mark = {row.fingerprint: row for row in earlier}
        by_set = {tuple(members[row.id]): row for row in earlier if row.status in WAITING}
        chosen: list[tuple[Cluster, Group]] = []
        for group, mark in zip(found, marks, strict=True):
            row = by_mark.get(mark) or by_set.get(tuple(group.members))
            if row is not None and row.status is ClusterStatus.SETTLED:
                continue
            if row is None or row.status is ClusterStatus.GONE:
                written.new += 1
            if row is None:
                before_it = [one for one in earlier if not members[one.id].keys().isdisjoint(group.members)]
                row = Cluster(size=len(group.members), assignee_id=_assignee(before_it), created_at=clock.now())
            elif row.status is ClusterStatus.GONE:
                row.status = ClusterStatus.OPEN
            row.fingerprint, row.verdict, row.score, row.scan_id = mark, group.verdict, group.score, scan_id
            chosen.append((row, group))
        db.session.add_all(row for row, _ in chosen)
        db.session.flush()
        written.kept |= {row.id for row, _ in chosen}
        _put_members([(row, group) for row, group in chosen if row.id not in members])
        _put_pairs(chosen)


def _locked(marks: list[str], numbers: list[int]) -> list[Cluster]:
    query = select(Cluster).where(or_(Cluster.fingerprint.in_(marks), Cluster.id.in_(numbers))).order_by(Cluster.id)
    return list(db.session.scalars(query.with_for_update().execution_options(populate_existing=True)))


def _members(numbers: Sequence[int]) -> dict[int, dict[int, None]]:
    """Return who is in these clusters, in order."""
    found: dict[int, dict[int, None]] = {number: {} for number in numbers}
    query = select(ClusterMember.cluster_id, ClusterMember.company_id).where(ClusterMember.cluster_id.in_(numbers))
    for number, company in db.session.execute(query.order_by(ClusterMember.company_id)):
        found[number][company] = None
    return found


def _assignee(earlier: Sequence[Cluster]) -> int | None:
    """Return who had one of the clusters that went into a new one."""
    return next((one.assignee_id for one in earlier if one.status in WAITING and one.assignee_id), None)


def _put_members(chosen: Sequence[tuple[Cluster, Group]]) -> None:
    rows = [{"cluster_id": row.id, "company_id": one} for row, group in chosen for one in group.members]
    if rows:
        db.session.execute(insert(ClusterMember), rows)


def _put_pairs(chosen: Sequence[tuple[Cluster, Group]]) -> None:
    """Bring the pairs of clusters up to date; what a person decided stays."""
    query = select(ClusterPair).where(ClusterPair.cluster_id.in_([row.id for row, _ in chosen]))
    known = {(row.cluster_id, row.left_id, row.right_id): row for row in db.session.scalars(query)}
    fresh = []
    for cluster, group in chosen:
        for edge in group.edges:
            row = known.pop((cluster.id, edge.left, edge.right), None)
            if row is None:
                values = {"verdict": edge.verdict, "score": edge.score, "reasons": edge.reasons}
                fresh.append({"cluster_id": cluster.id, "left_id": edge.left, "right_id": edge.right, **values})
            elif row.decision is None:
                row.verdict, row.score, row.reasons = edge.verdict, edge.score, edge.reasons
    for row in known.values():
        if row.decision is None:
            db.session.delete(row)
    db.session.flush()
    if fresh:
        db.session.execute(insert(ClusterPair), fresh)


def _let_go(numbers: Sequence[int]) -> int:
    """Mark clusters that are no longer found; what a person settled meanwhile stays settled."""
    count = 0
    for part in _parts(numbers):
        with db.transaction():
            still = update(Cluster).where(Cluster.id.in_(part), Cluster.status.in_(WAITING))
            done = db.session.execute(still.values(status=ClusterStatus.GONE))
            count += done.rowcount  # type: ignore[attr-defined]
    return count


def _parts(numbers: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(numbers), _IDS):
        yield numbers[start : start + _IDS]
