"""Carriers: parks, zones, bases, their parcels and plants; and which organisation recruits for which."""

from abc import abstractmethod
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Boolean, Date, ForeignKey, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.accounts.models import Org
from crm.files.models import File
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
    FLEXIBLE = "flexible"  # 弹性出让
    SHARES = "shares"  # 作价出资（入股）


class SpaceStatus(StrEnum):
    """What its unit says of a parcel or plant; how much of it projects hold is counted beside it."""

    FREE = "free"  # 可供
    RESERVED = "reserved"  # 已预留
    TAKEN = "taken"  # 已供
    UNUSED = "unused"  # 批而未供、闲置


OFFERED = (SpaceStatus.FREE, SpaceStatus.UNUSED)


class Held:
    """How much of a place projects have reserved and been given, in its own unit: copies, written by the projects' room only."""

    status: Mapped[SpaceStatus] = enum_column(SpaceStatus, default=SpaceStatus.FREE)
    reserved: Mapped[Decimal] = mapped_column(Hundredths(), default=Decimal(0))
    given: Mapped[Decimal] = mapped_column(Hundredths(), default=Decimal(0))

    @property
    @abstractmethod
    def size(self) -> Decimal:
        """The whole of it, in its own unit."""

    @property
    def free(self) -> Decimal:
        """What a project can still have; nothing of a place that its unit does not offer."""
        return self.size - self.reserved - self.given if self.status in OFFERED else Decimal(0)

    @property
    def state(self) -> SpaceStatus:
        """The word a list shows: taken and reserved when nothing is left, else what the unit says."""
        if self.status not in OFFERED or self.free > 0:
            return self.status
        return SpaceStatus.RESERVED if self.reserved > 0 else SpaceStatus.TAKEN


class Parcel(Held, Base):
    """A piece of land. The standard-land figures (标准地) are what a project must reach: 万元/亩, 吨标准煤/万元, 容积率."""

    __tablename__ = "parcels"
    __table_args__ = (
        UniqueConstraint("carrier_id", "code"),
        checked("area_mu > 0", "some_area"),
        checked("reserved >= 0 AND given >= 0 AND reserved + given <= area_mu", "no_more_than_there_is"),
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
    segment_id: Mapped[int | None] = mapped_column(ForeignKey("segments.id"))
    standard: Mapped[bool] = mapped_column(Boolean, default=False)
    min_intensity: Mapped[Decimal | None] = mapped_column(Hundredths())
    min_tax_per_mu: Mapped[Decimal | None] = mapped_column(Hundredths())
    max_energy: Mapped[Decimal | None] = mapped_column(Hundredths())
    min_plot_ratio: Mapped[Decimal | None] = mapped_column(Hundredths())
    emission: Mapped[str] = mapped_column(String(200), default="")  # 排放要求: several substances, so in words
    available_on: Mapped[date | None] = mapped_column(Date)
    source: Mapped[str] = mapped_column(String(120), default="")
    is_sample: Mapped[bool] = mapped_column(Boolean, default=False)
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    version: Mapped[int] = mapped_column(Integer, default=1)

    carrier: Mapped[Carrier] = relationship()
    segment: Mapped[Segment | None] = relationship()

    @property
    def size(self) -> Decimal:
        """The whole area in 亩."""
        return self.area_mu


class PlantSpace(Held, Base):
    """A plant or floor that stands. Areas in square metres, heights in metres, loads in tonnes for a square metre."""

    __tablename__ = "plant_spaces"
    __table_args__ = (
        UniqueConstraint("carrier_id", "code"),
        checked("area_m2 > 0", "some_area"),
        checked("reserved >= 0 AND given >= 0 AND reserved + given <= area_m2", "no_more_than_there_is"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = public_id_column()
    carrier_id: Mapped[int] = mapped_column(ForeignKey("carriers.id"), index=True)
    code: Mapped[str] = mapped_column(String(30))
    name: Mapped[str] = mapped_column(String(80), default="")
    area_m2: Mapped[Decimal] = mapped_column(Hundredths())
    height_m: Mapped[Decimal | None] = mapped_column(Hundredths())
    load_t: Mapped[Decimal | None] = mapped_column(Hundredths())
    rent_cny: Mapped[Decimal | None] = mapped_column(Hundredths())  # yuan for a square metre and month
    segment_id: Mapped[int | None] = mapped_column(ForeignKey("segments.id"))
    available_on: Mapped[date | None] = mapped_column(Date)
    source: Mapped[str] = mapped_column(String(120), default="")
    is_sample: Mapped[bool] = mapped_column(Boolean, default=False)
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    version: Mapped[int] = mapped_column(Integer, default=1)

    carrier: Mapped[Carrier] = relationship()
    segment: Mapped[Segment | None] = relationship()

    @property
    def size(self) -> Decimal:
        """The whole area in square metres."""
        return self.area_m2


class PolicyLevel(StrEnum):
    """Who issued a policy. Source: plan, R123."""

    STATE = "state"  # 国家
    PROVINCE = "province"  # 省
    CITY = "city"  # 市
    DISTRICT = "district"  # 县市区


class PolicyOffer(Base):
    """A published policy with its document and validity: something to look up, never a promise of money to a firm."""

    __tablename__ = "policy_offers"
    __table_args__ = (
        UniqueConstraint("document_no"),
        checked("valid_to IS NULL OR valid_to >= valid_from", "ends_after_it_begins"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = public_id_column()
    title: Mapped[str] = mapped_column(String(120))
    level: Mapped[PolicyLevel] = enum_column(PolicyLevel)
    document_no: Mapped[str] = mapped_column(String(80))
    issuer: Mapped[str] = mapped_column(String(80))
    issued_on: Mapped[date | None] = mapped_column(Date)
    valid_from: Mapped[date] = mapped_column(Date)
    valid_to: Mapped[date | None] = mapped_column(Date)
    summary: Mapped[str] = mapped_column(Text, default="")
    file_id: Mapped[int | None] = mapped_column(ForeignKey("files.id"), unique=True)
    is_sample: Mapped[bool] = mapped_column(Boolean, default=False)
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime())
    version: Mapped[int] = mapped_column(Integer, default=1)

    file: Mapped[File | None] = relationship()
    segments: Mapped[list[Segment]] = relationship(secondary="policy_offer_segments", order_by=Segment.id)
    orgs: Mapped[list[Org]] = relationship(secondary="policy_offer_orgs", order_by=Org.id)
    measures: Mapped[list["PolicyMeasure"]] = relationship(order_by="PolicyMeasure.id", back_populates="policy")


class PolicyOfferSegment(Base):
    """A segment that a policy is for; one without any is for all."""

    __tablename__ = "policy_offer_segments"

    policy_id: Mapped[int] = mapped_column(ForeignKey("policy_offers.id"), primary_key=True)
    segment_id: Mapped[int] = mapped_column(ForeignKey("segments.id"), primary_key=True)


class PolicyOfferOrg(Base):
    """A unit in whose area a policy holds; one without any holds in the whole city."""

    __tablename__ = "policy_offer_orgs"

    policy_id: Mapped[int] = mapped_column(ForeignKey("policy_offers.id"), primary_key=True)
    org_id: Mapped[int] = mapped_column(ForeignKey("orgs.id"), primary_key=True)


class PolicyMeasure(Base):
    """One thing that a policy offers, quoted from it (支持事项); it may be for fewer segments than the whole document."""

    __tablename__ = "policy_measures"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = public_id_column()
    policy_id: Mapped[int] = mapped_column(ForeignKey("policy_offers.id"), index=True)
    clause: Mapped[str] = mapped_column(String(40), default="")  # 第几条
    title: Mapped[str] = mapped_column(String(120))
    words: Mapped[str] = mapped_column(Text, default="")
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime())
    version: Mapped[int] = mapped_column(Integer, default=1)

    policy: Mapped[PolicyOffer] = relationship(back_populates="measures")
    segments: Mapped[list[Segment]] = relationship(secondary="policy_measure_segments", order_by=Segment.id)


class PolicyMeasureSegment(Base):
    """A segment that a measure is for; one without any is for all that the policy is for."""

    __tablename__ = "policy_measure_segments"

    measure_id: Mapped[int] = mapped_column(ForeignKey("policy_measures.id"), primary_key=True)
    segment_id: Mapped[int] = mapped_column(ForeignKey("segments.id"), primary_key=True)
