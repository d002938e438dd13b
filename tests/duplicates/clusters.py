"""Clusters for tests: what a scan would have found."""

from itertools import combinations, count
from typing import Any

from crm.duplicates.models import Cluster, ClusterMember, ClusterPair, Scan, ScanKind, ScanStatus
from crm.kit import clock, db
from tests.factories import make_company

_numbers = count(1)


def make_cluster(*companies: Any, score: float = 0.9, verdict: str = "likely", reasons: str = "core_equal") -> Cluster:
    """A cluster of these companies (two new ones when none is named), each pair suspected."""
    n = next(_numbers)
    members = companies or (make_company(f"苏州衡锐{n}传动有限公司"), make_company(f"苏州恒锐{n}传动有限公司"))
    now = clock.now()
    with db.transaction():
        scan = Scan(kind=ScanKind.FULL, status=ScanStatus.DONE, started_at=now, finished_at=now)
        cluster = Cluster(
            scan=scan, fingerprint=f"f{n}", verdict=verdict, score=score, size=len(members), created_at=now
        )
        db.session.add(cluster)
        db.session.flush()
        for one in members:
            db.session.add(ClusterMember(cluster_id=cluster.id, company_id=one.id))
        for a, b in combinations(sorted(one.id for one in members), 2):
            db.session.add(
                ClusterPair(cluster_id=cluster.id, left_id=a, right_id=b, verdict=verdict, score=score, reasons=reasons)
            )
    return cluster
