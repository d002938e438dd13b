"""Scans for tests: run to the end in this process, and what they left behind."""

from sqlalchemy import select

from crm.duplicates import scans
from crm.duplicates.models import Cluster, ClusterMember, ClusterPair, ClusterStatus, Scan, ScanKind
from crm.duplicates.scanning import running
from crm.kit import db


def scan(kind: ScanKind = ScanKind.FULL) -> Scan:
    """Scan the base as a command would."""
    with db.transaction():
        number = scans.open_scan(kind).id
    assert running.run(number, lambda done, total: None)
    db.session.expire_all()
    return db.session.get_one(Scan, number)


def verdict_of(one, other) -> str:
    """What the last scan said of two companies; none when it did not put them together."""
    pair = sorted((one.id, other.id))
    query = (
        select(ClusterPair.verdict)
        .join(Cluster, Cluster.id == ClusterPair.cluster_id)
        .where(ClusterPair.left_id == pair[0], ClusterPair.right_id == pair[1], Cluster.status != ClusterStatus.GONE)
    )
    return db.session.scalar(query) or "none"


def reasons_of(one, other) -> set[str]:
    """Why."""
    pair = sorted((one.id, other.id))
    query = select(ClusterPair.reasons).where(ClusterPair.left_id == pair[0], ClusterPair.right_id == pair[1])
    return set((db.session.scalar(query) or "").split())


def clusters(*statuses: ClusterStatus) -> list[tuple[int, ...]]:
    """The members of the clusters in these states (all by default), sorted."""
    query = select(ClusterMember.cluster_id, ClusterMember.company_id).join(Cluster)
    if statuses:
        query = query.where(Cluster.status.in_(statuses))
    found: dict[int, list[int]] = {}
    for number, company in db.session.execute(query):
        found.setdefault(number, []).append(company)
    return sorted(tuple(sorted(members)) for members in found.values())


def everything() -> list[tuple]:
    """All that a finished scan wrote, without numbers that differ from run to run."""
    rows = db.session.execute(
        select(
            Cluster.fingerprint,
            Cluster.status,
            Cluster.verdict,
            Cluster.score,
            Cluster.size,
            ClusterPair.left_id,
            ClusterPair.right_id,
            ClusterPair.verdict,
            ClusterPair.score,
            ClusterPair.reasons,
        ).join(ClusterPair, ClusterPair.cluster_id == Cluster.id)
    )
    return sorted(tuple(row) for row in rows)
