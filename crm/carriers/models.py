"""Carriers: parks, zones, bases, their parcels and plants; and which organisation recruits for which."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Boolean, Date, ForeignKey, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.kit.db import Base, Hundredths, UtcDateTime, checked, enum_column, public_id_column
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


class SupplyMode(StrEnum):
    """How land is supplied. Source: plan, R098."""

    SALE = "sale"  # 出让
    LONG_LEASE = "long_lease"  # 长期租赁，5–20 年
    LEASE_FIRST = "lease_first"  # 先租后让
    LEASE_AND_SALE = "lease_and_sale"  # 租让结合
    FLEXIBLE = "flexible"  # 弹性年期


class SpaceStatus(StrEnum):
    """Whether a parcel or plant can be had. What is allocated is counted from the projects."""

    FREE = "free"  # 可供
    RESERVED = "reserved"  # 已预留
    TAKEN = "taken"  # 已供
    UNUSED = "unused"  # 批而未供、闲置


class Parcel(Base):
    """A piece of land. The standard-land figures (标准地) are the least a project must promise: 万元/亩, 吨标准煤/万元."""

    __tablename__ = "parcels"
    __table_args__ = (
        UniqueConstraint("carrier_id", "code"),
        checked("area_mu > 0", "some_area"),
        checked(
            "lease_years IS NULL OR (lease_years BETWEEN 5 AND 20)",
            "lease_of_5_to_20_years",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = public_id_column()
    carrier_id: Mapped[int] = mapped_column(ForeignKey("carriers.id"), index=True)
    code: Mapped[str] = mapped_column(String(30))
    place: Mapped[str] = mapped_column(String(120), default="")
    area_mu: Mapped[Decimal] = mapped_column(Hundredths())
    supply_mode: Mapped[SupplyMode] = enum_column(SupplyMode, default=SupplyMode.SALE)
    lease_years: Mapped[int | None] = mapped_column(Integer)
    status: Mapped[SpaceStatus] = enum_column(SpaceStatus, default=SpaceStatus.FREE)
    segment_id: Mapped[int | None] = mapped_column(ForeignKey("segments.id"))
    standard: Mapped[bool] = mapped_column(Boolean, default=False)
    min_intensity: Mapped[Decimal | None] = mapped_column(Hundredths())
    min_tax_per_mu: Mapped[Decimal | None] = mapped_column(Hundredths())
    max_energy: Mapped[Decimal | None] = mapped_column(Hundredths())
    available_on: Mapped[date | None] = mapped_column(Date)
    source: Mapped[str] = mapped_column(String(120), default="")
    is_sample: Mapped[bool] = mapped_column(Boolean, default=False)
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    version: Mapped[int] = mapped_column(Integer, default=1)

    carrier: Mapped[Carrier] = relationship()
    segment: Mapped[Segment | None] = relationship()


class PlantSpace(Base):
    """A plant or floor that stands. Areas in square metres, heights in metres, loads in tonnes for a square metre."""

    __tablename__ = "plant_spaces"
    __table_args__ = (UniqueConstraint("carrier_id", "code"), checked("area_m2 > 0", "some_area"))

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = public_id_column()
    carrier_id: Mapped[int] = mapped_column(ForeignKey("carriers.id"), index=True)
    code: Mapped[str] = mapped_column(String(30))
    name: Mapped[str] = mapped_column(String(80), default="")
    area_m2: Mapped[Decimal] = mapped_column(Hundredths())
    height_m: Mapped[Decimal | None] = mapped_column(Hundredths())
    load_t: Mapped[Decimal | None] = mapped_column(Hundredths())
    rent_cny: Mapped[Decimal | None] = mapped_column(Hundredths())  # yuan for a square metre and month
    status: Mapped[SpaceStatus] = enum_column(SpaceStatus, default=SpaceStatus.FREE)
    segment_id: Mapped[int | None] = mapped_column(ForeignKey("segments.id"))
    available_on: Mapped[date | None] = mapped_column(Date)
    source: Mapped[str] = mapped_column(String(120), default="")
    is_sample: Mapped[bool] = mapped_column(Boolean, default=False)
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    version: Mapped[int] = mapped_column(Integer, default=1)

    carrier: Mapped[Carrier] = relationship()
    segment: Mapped[Segment | None] = relationship()
