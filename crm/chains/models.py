"""Gaps as they are and were, what people say of a node, and proposals of where companies stand. Gaps are copies: see ``refresh``."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Date, ForeignKey, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.accounts.models import User
from crm.companies.models import Company, NodeWeight
from crm.core.gaps import GapType, Level
from crm.kit.db import Base, Hundredths, UtcDateTime, enum_column, public_id_column
from crm.plan.models import Node


class Gap(Base):
    """The gap of a node in an edition, computed; only ``refresh`` writes it. ``inputs`` and ``reasons`` are what it was computed of.

    ``score`` is 0–100 over the known parts, ``known`` their share of the weights in percent; ``since`` the day it became so.
    """

    __tablename__ = "gaps"
    __table_args__ = (UniqueConstraint("plan_id", "node_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plans.id"))
    node_id: Mapped[int] = mapped_column(ForeignKey("nodes.id"), index=True)
    type: Mapped[GapType] = enum_column(GapType)
    level: Mapped[Level] = enum_column(Level)
    score: Mapped[Decimal] = mapped_column(Hundredths())
    known: Mapped[int] = mapped_column(Integer)
    local_n: Mapped[int] = mapped_column(Integer)
    side_n: Mapped[int] = mapped_column(Integer)
    lead_n: Mapped[int] = mapped_column(Integer)
    landing_n: Mapped[int] = mapped_column(Integer)
    inputs: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    reasons: Mapped[list[Any]] = mapped_column(JSON, default=list)
    since: Mapped[date] = mapped_column(Date)

    node: Mapped[Node] = relationship()


class GapDay(Base):
    """What the gap of a node was at the end of a day on which it changed: the line of months is drawn from these."""

    __tablename__ = "gap_history"
    __table_args__ = (UniqueConstraint("plan_id", "node_id", "on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plans.id"))
    node_id: Mapped[int] = mapped_column(ForeignKey("nodes.id"), index=True)
    on: Mapped[date] = mapped_column(Date)
    type: Mapped[GapType] = enum_column(GapType)
    level: Mapped[Level] = enum_column(Level)
    score: Mapped[Decimal] = mapped_column(Hundredths())
    local_n: Mapped[int] = mapped_column(Integer)
    lead_n: Mapped[int] = mapped_column(Integer)


class GapOverride(Base):
    """A person's word against the rule, with the reason; the computed type stays beside it. Withdrawn, it stays on record."""

    __tablename__ = "gap_overrides"
    __table_args__ = (
        Index(
            "uq_gap_overrides_standing",
            "node_id",
            unique=True,
            sqlite_where=text("withdrawn_at IS NULL"),
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    node_id: Mapped[int] = mapped_column(ForeignKey("nodes.id"))
    type: Mapped[GapType] = enum_column(GapType)
    computed: Mapped[GapType] = enum_column(GapType, check_name="computed_gap_type")
    reason: Mapped[str] = mapped_column(String(300))
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime())
    withdrawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    withdrawn_reason: Mapped[str] = mapped_column(String(300), default="")

    by: Mapped[User] = relationship(foreign_keys=[by_id])
    withdrawn_by: Mapped[User | None] = relationship(foreign_keys=[withdrawn_by_id])


class NodeCare(Base):
    """Who looks after a node, when it was last looked through, and what only people know of it. Amounts in yuan a year."""

    __tablename__ = "node_care"
    __table_args__ = (UniqueConstraint("node_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    node_id: Mapped[int] = mapped_column(ForeignKey("nodes.id"))
    steward_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    checked_on: Mapped[date | None] = mapped_column(Date)
    capacity_cny: Mapped[Decimal | None] = mapped_column(Hundredths())
    capacity_source: Mapped[str] = mapped_column(String(200), default="")
    capacity_on: Mapped[date | None] = mapped_column(Date)
    demand_cny: Mapped[Decimal | None] = mapped_column(Hundredths())
    demand_source: Mapped[str] = mapped_column(String(200), default="")
    demand_on: Mapped[date | None] = mapped_column(Date)
    import_percent: Mapped[Decimal | None] = mapped_column(Hundredths())
    import_source: Mapped[str] = mapped_column(String(200), default="")
    import_on: Mapped[date | None] = mapped_column(Date)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime())
    version: Mapped[int] = mapped_column(Integer, default=1)

    steward: Mapped[User | None] = relationship()


class NodeEdit(Base):
    """A word of the edition that people corrected: kept apart, so that loading the plan again does not undo it.

    ``field`` is a column of the node in the plan, or ``feeds`` (codes of the nodes it supplies). ``before`` is what the files said.
    """

    __tablename__ = "node_edits"
    __table_args__ = (UniqueConstraint("plan_id", "node_id", "field"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plans.id"))
    node_id: Mapped[int] = mapped_column(ForeignKey("nodes.id"))
    field: Mapped[str] = mapped_column(String(30))
    value: Mapped[Any] = mapped_column(JSON)
    before: Mapped[Any] = mapped_column(JSON)
    reason: Mapped[str] = mapped_column(String(300), default="")
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime())

    by: Mapped[User] = relationship()


class RunStatus(StrEnum):
    """How far a placing of many is."""

    RUNNING = "running"
    DONE = "done"
    UNDONE = "undone"


class PlacementRun(Base):
    """A placing of many companies at once. ``org_id``: the unit that asked; it and the centre see it."""

    __tablename__ = "placement_runs"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = public_id_column()
    org_id: Mapped[int] = mapped_column(ForeignKey("orgs.id"), index=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime())
    scope: Mapped[str] = mapped_column(
        String(40), default=""
    )  # an import batch's public id; '' = all that are not placed
    status: Mapped[RunStatus] = enum_column(RunStatus, default=RunStatus.RUNNING)
    last_id: Mapped[int] = mapped_column(Integer, default=0)  # companies up to here are done
    looked: Mapped[int] = mapped_column(Integer, default=0)
    placed: Mapped[int] = mapped_column(Integer, default=0)
    asked: Mapped[int] = mapped_column(Integer, default=0)
    unknown: Mapped[int] = mapped_column(Integer, default=0)
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    kept: Mapped[int] = mapped_column(Integer, default=0)  # undone, but changed since: left as they are

    by: Mapped[User] = relationship(foreign_keys=[by_id])


class PlacementStatus(StrEnum):
    """What became of a proposal."""

    PROPOSED = "proposed"
    PLACED = "placed"  # by a run, because it was sure
    CONFIRMED = "confirmed"  # by a person
    REJECTED = "rejected"
    SET_ASIDE = "set_aside"  # the person could not tell


class Placement(Base):
    """A proposal that a company stands on a node, with the words it rests on. ``confidence`` in percent."""

    __tablename__ = "placements"
    __table_args__ = (
        UniqueConstraint("company_id", "node_id"),
        Index("ix_placements_status_company", "status", "company_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    node_id: Mapped[int] = mapped_column(ForeignKey("nodes.id"), index=True)
    run_id: Mapped[int | None] = mapped_column(ForeignKey("placement_runs.id"), index=True)
    weight: Mapped[NodeWeight] = enum_column(NodeWeight, default=NodeWeight.MAIN)
    confidence: Mapped[int] = mapped_column(Integer)
    hits: Mapped[list[Any]] = mapped_column(JSON, default=list)
    status: Mapped[PlacementStatus] = enum_column(PlacementStatus, default=PlacementStatus.PROPOSED)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime())

    company: Mapped[Company] = relationship()
    node: Mapped[Node] = relationship()
