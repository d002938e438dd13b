"""Carriers: parks, zones, bases; and which organisation recruits for which."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Boolean, ForeignKey, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.kit.db import Base, UtcDateTime, public_id_column
from crm.plan.models import Segment


class Carrier(Base):
    """A place that can take projects, or a district as the plan names it."""

    __tablename__ = "carriers"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = public_id_column()
    code: Mapped[str] = mapped_column(String(20), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    aliases: Mapped[list[Any]] = mapped_column(JSON, default=list)
    kind: Mapped[str] = mapped_column(String(30), index=True)
    level: Mapped[str] = mapped_column(String(20), default="")
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("carriers.id"))
    layout_role: Mapped[str] = mapped_column(String(20), default="")
    refs: Mapped[list[Any]] = mapped_column(JSON, default=list)
    notes: Mapped[str] = mapped_column(Text, default="")
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    named: Mapped[bool] = mapped_column(Boolean, default=True)
    version: Mapped[int] = mapped_column(Integer, default=1)

    parent: Mapped["Carrier | None"] = relationship(remote_side=[id])
    divisions: Mapped[list["CarrierDivision"]] = relationship(cascade="all, delete-orphan")
    segments: Mapped[list["CarrierSegment"]] = relationship(cascade="all, delete-orphan")
    orgs: Mapped[list["CarrierOrg"]] = relationship(cascade="all, delete-orphan")


class CarrierDivision(Base):
    """A division the carrier lies in (code of the plan's district, GB/T 2260 where there is one)."""

    __tablename__ = "carrier_divisions"

    carrier_id: Mapped[int] = mapped_column(ForeignKey("carriers.id"), primary_key=True)
    district_code: Mapped[str] = mapped_column(String(12), primary_key=True)
    gbt2260: Mapped[str] = mapped_column(String(6), default="")


class CarrierSegment(Base):
    """The plan's 产业分布: which segment belongs on which carrier. ``inferred`` where the table itself does not say so."""

    __tablename__ = "carrier_segments"

    carrier_id: Mapped[int] = mapped_column(ForeignKey("carriers.id"), primary_key=True)
    segment_id: Mapped[int] = mapped_column(ForeignKey("segments.id"), primary_key=True)
    inferred: Mapped[bool] = mapped_column(Boolean, default=False)
    as_written: Mapped[str] = mapped_column(String(120), default="")
    ref: Mapped[str] = mapped_column(String(20), default="")

    segment: Mapped[Segment] = relationship()


class CarrierOrg(Base):
    """Which unit recruits for the carrier."""

    __tablename__ = "carrier_orgs"

    carrier_id: Mapped[int] = mapped_column(ForeignKey("carriers.id"), primary_key=True)
    org_id: Mapped[int] = mapped_column(ForeignKey("orgs.id"), primary_key=True)
