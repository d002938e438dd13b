"""Scans of the whole base, clusters of what may be one company, merges and every row they moved."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Float, ForeignKey, Index, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.accounts.models import Org, User
from crm.companies.models import Company
from crm.kit.db import Base, UtcDateTime, enum_column, public_id_column


class ScanKind(StrEnum):
    """Whether a scan looks at every company or only at what changed since the last one."""

    FULL = "full"
    CHANGED = "changed"


class ScanStatus(StrEnum):
    """States of a scan."""

    RUNNING = "running"
    DONE = "done"
    CANCELLED = "cancelled"
    FAILED = "failed"


class ClusterStatus(StrEnum):
    """States of a cluster on the desk."""

    OPEN = "open"
    LATER = "later"
    SETTLED = "settled"
    GONE = "gone"  # a later scan no longer finds it


class PairDecision(StrEnum):
    """What a person says of a pair."""

    SAME = "same"
    DIFFERENT = "different"
    RELATED = "related"


class MergeStatus(StrEnum):
    """States of a merge. A unit proposes, the city centre does."""

    PROPOSED = "proposed"
    DECLINED = "declined"
    DONE = "done"
    UNDONE = "undone"
    WITHDRAWN = "withdrawn"  # by the unit that proposed it


class Scan(Base):
    """A run over the base. ``cursor`` is how far it has come, so that it goes on after a crash."""

    __tablename__ = "scans"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = public_id_column()
    kind: Mapped[ScanKind] = enum_column(ScanKind)
    status: Mapped[ScanStatus] = enum_column(ScanStatus, default=ScanStatus.RUNNING)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime())
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    since: Mapped[datetime | None] = mapped_column(UtcDateTime())
    cursor: Mapped[int] = mapped_column(Integer, default=0)
    total: Mapped[int] = mapped_column(Integer, default=0)
    counts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    matcher: Mapped[str] = mapped_column(String(40), default="")  # version of the scorer


class ScanPair(Base):
    """A pair that a running scan has found so far: working rows, gone when its clusters are written.

    No foreign keys to companies: a merge meanwhile moves nothing here, and the clusters are made of living companies only.
    """

    __tablename__ = "scan_pairs"

    scan_id: Mapped[int] = mapped_column(ForeignKey("scans.id"), primary_key=True)
    left_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    right_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    verdict: Mapped[str] = mapped_column(String(20))
    score: Mapped[float] = mapped_column(Float)
    reasons: Mapped[str] = mapped_column(String(200), default="")


class Cluster(Base):
    """Companies that may be one. ``fingerprint`` names the set of members: the same set is not put twice."""

    __tablename__ = "clusters"
    __table_args__ = (Index("ix_clusters_desk", "status", "verdict", "score"), UniqueConstraint("fingerprint"))

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = public_id_column()
    scan_id: Mapped[int] = mapped_column(ForeignKey("scans.id"), index=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    status: Mapped[ClusterStatus] = enum_column(ClusterStatus, default=ClusterStatus.OPEN)
    verdict: Mapped[str] = mapped_column(String(20))  # the strongest of its pairs
    score: Mapped[float] = mapped_column(Float)
    size: Mapped[int] = mapped_column(Integer)
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    later_until: Mapped[datetime | None] = mapped_column(UtcDateTime())
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    version: Mapped[int] = mapped_column(Integer, default=1)

    scan: Mapped[Scan] = relationship()
    assignee: Mapped[User | None] = relationship(foreign_keys=[assignee_id])
    members: Mapped[list["ClusterMember"]] = relationship()
    pairs: Mapped[list["ClusterPair"]] = relationship()


class ClusterMember(Base):
    """A company in a cluster."""

    __tablename__ = "cluster_members"

    cluster_id: Mapped[int] = mapped_column(ForeignKey("clusters.id"), primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), primary_key=True, index=True)

    company: Mapped[Company] = relationship()


class ClusterPair(Base):
    """Two companies of a cluster, what the matcher says of them and why, and what a person said."""

    __tablename__ = "cluster_pairs"
    __table_args__ = (
        UniqueConstraint("cluster_id", "left_id", "right_id"),
        Index("ix_cluster_pairs_decision", "decision", "reasons"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    cluster_id: Mapped[int] = mapped_column(ForeignKey("clusters.id"), index=True)
    left_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), index=True)
    right_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), index=True)
    verdict: Mapped[str] = mapped_column(String(20))
    score: Mapped[float] = mapped_column(Float)
    reasons: Mapped[str] = mapped_column(String(200), default="")  # codes, sorted, separated by blanks
    decision: Mapped[PairDecision | None] = enum_column(PairDecision)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime())


class Merge(Base):
    """One company goes into another. ``choices``: field → whose value was taken; ``before``: the fields of both as they were."""

    __tablename__ = "merges"
    __table_args__ = (
        Index("ix_merges_status", "status", "id"),
        # A company is in one living merge as the loser, and has one open proposal with the same survivor.
        Index(
            "uq_merges_loser",
            "loser_id",
            unique=True,
            sqlite_where=text("status = 'done'"),
            postgresql_where=text("status = 'done'"),
        ),
        Index(
            "uq_merges_proposal",
            "winner_id",
            "loser_id",
            "org_id",
            unique=True,
            sqlite_where=text("status = 'proposed'"),
            postgresql_where=text("status = 'proposed'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = public_id_column()
    winner_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), index=True)
    loser_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), index=True)
    status: Mapped[MergeStatus] = enum_column(MergeStatus)
    org_id: Mapped[int] = mapped_column(ForeignKey("orgs.id"))  # who proposed; the centre's own for its own
    reason: Mapped[str] = mapped_column(String(400), default="")
    answer: Mapped[str] = mapped_column(String(400), default="")
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime())
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    undo_until: Mapped[datetime | None] = mapped_column(UtcDateTime())
    cluster_id: Mapped[int | None] = mapped_column(ForeignKey("clusters.id"), index=True)
    choices: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    before: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    kept: Mapped[list[Any]] = mapped_column(JSON, default=list)  # what the undo left, since it was changed later
    version: Mapped[int] = mapped_column(Integer, default=1)

    winner: Mapped[Company] = relationship(foreign_keys=[winner_id])
    loser: Mapped[Company] = relationship(foreign_keys=[loser_id])
    org: Mapped[Org] = relationship()
    proposed_by: Mapped[User] = relationship(foreign_keys=[proposed_by_id])
    decided_by: Mapped[User | None] = relationship(foreign_keys=[decided_by_id])
    undone_by: Mapped[User | None] = relationship(foreign_keys=[undone_by_id])


class MergeMove(Base):
    """One column of one row that a merge changed. ``act`` is move, change or drop; a dropped twin keeps its whole row in ``old``."""

    __tablename__ = "merge_moves"

    merge_id: Mapped[int] = mapped_column(ForeignKey("merges.id"), primary_key=True)
    table: Mapped[str] = mapped_column("table", String(40), primary_key=True)
    row_id: Mapped[str] = mapped_column(String(80), primary_key=True)
    column: Mapped[str] = mapped_column("column", String(40), primary_key=True)
    act: Mapped[str] = mapped_column(String(10))
    old: Mapped[Any | None] = mapped_column(JSON)
    new: Mapped[Any | None] = mapped_column(JSON)
    note: Mapped[str] = mapped_column(Text, default="")
