"""The plan as data: codes that stay across editions, and the dated words of each edition beside them."""

from datetime import date
from typing import Any

from sqlalchemy import JSON, Boolean, Date, ForeignKey, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.kit.db import Base


class Plan(Base):
    """An edition, such as 十四五."""

    __tablename__ = "plans"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(20), unique=True)
    title: Mapped[str] = mapped_column(String(120))
    issuer: Mapped[str] = mapped_column(String(80))
    issued_on: Mapped[str] = mapped_column(String(10))
    year_from: Mapped[int] = mapped_column(Integer)
    year_to: Mapped[int] = mapped_column(Integer)
    current: Mapped[bool] = mapped_column(Boolean, default=False)


class Section(Base):
    """A chapter of an edition: what every evidence refers to."""

    __tablename__ = "sections"
    __table_args__ = (UniqueConstraint("plan_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plans.id"))
    code: Mapped[str] = mapped_column(String(12))
    title: Mapped[str] = mapped_column(String(120))


class Segment(Base):
    """One of the eight fields of "5+2+1"; the code stays across editions."""

    __tablename__ = "segments"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(10), unique=True)
    name: Mapped[str] = mapped_column(String(60))
    name_en: Mapped[str] = mapped_column(String(80))


class PlanSegment(Base):
    """What an edition says of a segment. Outputs in 亿元."""

    __tablename__ = "plan_segments"
    __table_args__ = (UniqueConstraint("plan_id", "segment_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plans.id"))
    segment_id: Mapped[int] = mapped_column(ForeignKey("segments.id"))
    group_code: Mapped[str] = mapped_column(String(20))
    group_name: Mapped[str] = mapped_column(String(40))
    position: Mapped[int] = mapped_column(Integer)
    priority: Mapped[int] = mapped_column(Integer)
    output_2020: Mapped[str | None] = mapped_column(String(20))
    target_2025: Mapped[str | None] = mapped_column(String(20))
    growth: Mapped[str | None] = mapped_column(String(20))
    direction: Mapped[str] = mapped_column(Text, default="")
    vision: Mapped[str] = mapped_column(Text, default="")
    leads: Mapped[list[Any]] = mapped_column(JSON, default=list)
    keywords: Mapped[list[Any]] = mapped_column(JSON, default=list)
    refs: Mapped[list[Any]] = mapped_column(JSON, default=list)

    segment: Mapped[Segment] = relationship()


class Node(Base):
    """A link of an industry chain; the code stays across editions, so links from companies survive a new one."""

    __tablename__ = "nodes"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(12), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    name_en: Mapped[str] = mapped_column(String(120))
    segment_id: Mapped[int] = mapped_column(ForeignKey("segments.id"), index=True)

    segment: Mapped[Segment] = relationship()


class PlanNode(Base):
    """What an edition says of a node: tier, gap type, priority, products, evidence by chapter. ``gap`` is 建链/补链/强链 as build, fill, strengthen."""

    __tablename__ = "plan_nodes"
    __table_args__ = (UniqueConstraint("plan_id", "node_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plans.id"))
    node_id: Mapped[int] = mapped_column(ForeignKey("nodes.id"), index=True)
    branch: Mapped[str] = mapped_column(String(10), default="")
    tier: Mapped[str] = mapped_column(String(12), index=True)
    gap: Mapped[str] = mapped_column(String(12), index=True)
    priority: Mapped[int] = mapped_column(Integer)
    local_strength: Mapped[str] = mapped_column(String(12), default="none")
    inferred: Mapped[bool] = mapped_column(Boolean, default=False)
    products: Mapped[list[Any]] = mapped_column(JSON, default=list)
    products_inferred: Mapped[list[Any]] = mapped_column(JSON, default=list)
    local_companies: Mapped[list[Any]] = mapped_column(JSON, default=list)
    local_companies_inferred: Mapped[list[Any]] = mapped_column(JSON, default=list)
    target_companies: Mapped[list[Any]] = mapped_column(JSON, default=list)
    institutions: Mapped[list[Any]] = mapped_column(JSON, default=list)
    plan_verbs: Mapped[list[Any]] = mapped_column(JSON, default=list)
    evidence: Mapped[list[Any]] = mapped_column(JSON, default=list)
    keywords: Mapped[list[Any]] = mapped_column(JSON, default=list)
    gbt4754: Mapped[list[Any]] = mapped_column(JSON, default=list)
    note: Mapped[str] = mapped_column(Text, default="")

    node: Mapped[Node] = relationship()


class PlanEdge(Base):
    """A node supplies another, in an edition."""

    __tablename__ = "plan_edges"

    plan_id: Mapped[int] = mapped_column(ForeignKey("plans.id"), primary_key=True)
    from_id: Mapped[int] = mapped_column(ForeignKey("nodes.id"), primary_key=True)
    to_id: Mapped[int] = mapped_column(ForeignKey("nodes.id"), primary_key=True, index=True)


class Channel(Base):
    """A way in which investors are found."""

    __tablename__ = "channels"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(20), unique=True)
    name: Mapped[str] = mapped_column(String(60))
    group: Mapped[str] = mapped_column("channel_group", String(20))
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class Region(Base):
    """A region that investors come from."""

    __tablename__ = "regions"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(20), unique=True)
    name: Mapped[str] = mapped_column(String(60))
    name_en: Mapped[str] = mapped_column(String(80), default="")
    tier: Mapped[int | None] = mapped_column(Integer)
    provinces: Mapped[list[Any]] = mapped_column(JSON, default=list)
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class Policy(Base):
    """An offer to investors that the plan names. Never a promise of tax or money to a named firm."""

    __tablename__ = "policies"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(20), unique=True)
    kind: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(120))
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class PlanFair(Base):
    """A fair that the plan names."""

    __tablename__ = "plan_fairs"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(10), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class PlanIndicator(Base):
    """A line of the plan's table of targets, as printed."""

    __tablename__ = "plan_indicators"
    __table_args__ = (UniqueConstraint("plan_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plans.id"))
    code: Mapped[str] = mapped_column(String(10))
    name: Mapped[str] = mapped_column(String(120))
    unit: Mapped[str] = mapped_column(String(20), default="")
    target_text: Mapped[str] = mapped_column(String(60), default="")
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class PlanRecord(Base):
    """Other material of the edition (projects, institutions, profiles, advantages), kept whole until its room needs it."""

    __tablename__ = "plan_records"
    __table_args__ = (UniqueConstraint("plan_id", "kind", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plans.id"))
    kind: Mapped[str] = mapped_column(String(30))
    code: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(120))
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class PlanVersion(Base):
    """Which seed files are loaded: their common fingerprint, so that a second start loads nothing."""

    __tablename__ = "plan_versions"

    plan_id: Mapped[int] = mapped_column(ForeignKey("plans.id"), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    loaded_on: Mapped[date] = mapped_column(Date)
