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
    Scan,
    ScanKind,
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


def write_clusters(scan: Scan, changed: Collection[int], step: Callable[[int, int], None]) -> Written:
    """Make clusters of the pairs of a scan. ``changed``: the companies looked at, if not all were.

    ``step`` is told how many of how many groups are written, between two transactions.
    """
    edges = _edges(scan.id)
    waiting = _waiting_members()
    if scan.kind is ScanKind.CHANGED:
        looked_at = set(changed) | {one for edge in edges for one in (edge.left, edge.right)}
        waiting = {number: members for number, members in waiting.items() if not looked_at.isdisjoint(members)}
        edges += _known_edges(waiting, {(edge.left, edge.right) for edge in edges}, set(changed))
    edges = _among_living(edges)
    found = groups(edges)
    written = Written(groups=len(found), cut=len(edges) - sum(len(group.edges) for group in found))
    before = {one: number for number, members in waiting.items() for one in members}
    for start in range(0, len(found), _AT_ONCE):
        step(start, len(found))
        _write(scan, found[start : start + _AT_ONCE], before, written)
    step(len(found), len(found))
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


def _write(scan: Scan, found: Sequence[Group], before: dict[int, int], written: Written) -> None:
    """Write some groups in one transaction."""
    with db.transaction():
        ids = [one for group in found for one in group.members]
        known_by = {one: said for part in _parts(ids) for one, said in decisions.prints_of(part).items()}
        marks = {id(group): fingerprint(group.members, known_by) for group in found}
        earlier = {before[one] for one in ids if one in before}
        rows = _locked(list(marks.values()), sorted(earlier))
        by_mark = {row.fingerprint: row for row in rows}
        by_id = {row.id: row for row in rows}
        for group in found:
            _put(scan, group, marks[id(group)], by_mark, by_id, before, written)


def _locked(marks: list[str], numbers: list[int]) -> list[Cluster]:
    query = select(Cluster).where(or_(Cluster.fingerprint.in_(marks), Cluster.id.in_(numbers))).order_by(Cluster.id)
    return list(db.session.scalars(query.with_for_update().execution_options(populate_existing=True)))


def _put(
    scan: Scan,
    group: Group,
    mark: str,
    by_mark: dict[str, Cluster],
    by_id: dict[int, Cluster],
    before: dict[int, int],
    written: Written,
) -> None:
    row = by_mark.get(mark)
    if row is not None and row.status is ClusterStatus.SETTLED:
        return
    old = sorted({before[one] for one in group.members if one in before})
    if row is None:
        row = next((by_id[number] for number in old if _same_members(by_id.get(number), group)), None)
    if row is None:
        row = _new(scan, group, mark, [by_id[number] for number in old if number in by_id])
        written.new += 1
    elif row.status is ClusterStatus.GONE:
        row.status = ClusterStatus.OPEN
        written.new += 1
    row.fingerprint, row.verdict, row.score, row.scan_id = mark, group.verdict, group.score, scan.id
    written.kept.add(row.id)
    _put_pairs(row.id, group.edges)


def _same_members(row: Cluster | None, group: Group) -> bool:
    """Tell whether a waiting cluster is of the same companies, of which one has changed since."""
    if row is None or row.status not in WAITING or row.size != len(group.members):
        return False
    query = select(ClusterMember.company_id).where(ClusterMember.cluster_id == row.id)
    return sorted(db.session.scalars(query)) == group.members


def _new(scan: Scan, group: Group, mark: str, earlier: list[Cluster]) -> Cluster:
    """Open a cluster; who had one of those that went into it, has this one."""
    assignee = next((one.assignee_id for one in earlier if one.status in WAITING and one.assignee_id), None)
    row = Cluster(
        scan_id=scan.id,
        fingerprint=mark,
        verdict=group.verdict,
        score=group.score,
        size=len(group.members),
        assignee_id=assignee,
        created_at=clock.now(),
    )
    db.session.add(row)
    db.session.flush()
    members = [{"cluster_id": row.id, "company_id": one} for one in group.members]
    db.session.execute(insert(ClusterMember), members)
    return row


def _put_pairs(cluster_id: int, edges: Sequence[Edge]) -> None:
    """Bring the pairs of a cluster up to date; what a person decided stays."""
    rows = db.session.scalars(select(ClusterPair).where(ClusterPair.cluster_id == cluster_id)).all()
    known = {(row.left_id, row.right_id): row for row in rows}
    fresh = []
    for edge in edges:
        row = known.pop((edge.left, edge.right), None)
        if row is None:
            values = {"verdict": edge.verdict, "score": edge.score, "reasons": edge.reasons}
            fresh.append({"cluster_id": cluster_id, "left_id": edge.left, "right_id": edge.right, **values})
        elif row.decision is None:
            row.verdict, row.score, row.reasons = edge.verdict, edge.score, edge.reasons
    for row in known.values():
        if row.decision is None:
            db.session.delete(row)
    if fresh:
        db.session.execute(insert(ClusterPair), fresh)
    db.session.flush()


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
