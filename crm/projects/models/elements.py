"""What a project needs and gets: land, power, funds; what it promised and what became of it."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import Date, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.accounts.models import User
from crm.carriers.models import Parcel, PlantSpace
from crm.files.models import File
from crm.kit.db import Base, Hundredths, UtcDateTime, checked, enum_column, public_id_column
from crm.projects.models.projects import Project


class NeedKind(StrEnum):
    """An element that a project asks for; its unit is fixed by the kind."""

    LAND = "land"  # 用地，亩
    PLANT = "plant"  # 厂房，平方米
    POWER = "power"  # 用电，kVA
    WATER = "water"  # 用水，吨/日
    GAS = "gas"  # 用气，立方米/日
    STEAM = "steam"  # 蒸汽，吨/小时
    LABOUR = "labour"  # 用工，人
    ENERGY = "energy"  # 能耗指标，吨标准煤/年
    FUNDS = "funds"  # 资金，万元


class NeedStatus(StrEnum):
    """How far an element is."""

    OPEN = "open"  # 待落实
    AGREED = "agreed"  # 已约定
    DELIVERED = "delivered"  # 已落实
    DROPPED = "dropped"  # 不再需要


class AllocationStatus(StrEnum):
    """How far a place is on its way to a project."""

    RESERVED = "reserved"  # 已预留
    AGREED = "agreed"  # 已约定
    DELIVERED = "delivered"  # 已交付
    RELEASED = "released"  # 已释放


# Places that a project has, in whatever state.
HOLDING = (AllocationStatus.RESERVED, AllocationStatus.AGREED, AllocationStatus.DELIVERED)


class PromiseKind(StrEnum):
    """What the investor promised in the agreement, or a standard-land figure (标准地)."""

    FIXED = "fixed"  # 固定资产投资，万元
    OUTPUT = "output"  # 年产值，万元
    TAX = "tax"  # 年税收，万元
    JOBS = "jobs"  # 就业，人
    INTENSITY = "intensity"  # 投资强度，万元/亩
    TAX_PER_MU = "tax_per_mu"  # 亩均税收，万元/亩
    OUTPUT_PER_MU = "output_per_mu"  # 亩均产值，万元/亩
    ENERGY_PER_OUTPUT = "energy_per_output"  # 单位产值能耗，吨标准煤/万元


class Need(Base):
    """An element: how much is needed, agreed and delivered, in the unit of its kind."""

    __tablename__ = "needs"
    __table_args__ = (UniqueConstraint("project_id", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = public_id_column()
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"), index=True)
    kind: Mapped[NeedKind] = enum_column(NeedKind)
    status: Mapped[NeedStatus] = enum_column(NeedStatus, default=NeedStatus.OPEN)
    needed: Mapped[Decimal] = mapped_column(Hundredths())
    agreed: Mapped[Decimal | None] = mapped_column(Hundredths())
    delivered: Mapped[Decimal | None] = mapped_column(Hundredths())
    due_on: Mapped[date | None] = mapped_column(Date)
    words: Mapped[str] = mapped_column(String(200), default="")
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime())
    version: Mapped[int] = mapped_column(Integer, default=1)

    project: Mapped[Project] = relationship()
    allocations: Mapped[list["Allocation"]] = relationship(order_by="Allocation.id", back_populates="need")


class Allocation(Base):
    """A parcel or a plant, or a part of it, set aside for a need. ``changed_at`` is the day of its present status.

    ``until_on`` is the last day of a reservation; what is agreed or delivered has none.
    """

    __tablename__ = "allocations"
    __table_args__ = (
        checked("amount > 0", "some_area"),
        checked("(parcel_id IS NULL) <> (plant_id IS NULL)", "one_place"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = public_id_column()
    need_id: Mapped[int] = mapped_column(ForeignKey("needs.id"), index=True)
    parcel_id: Mapped[int | None] = mapped_column(ForeignKey("parcels.id"), index=True)
    plant_id: Mapped[int | None] = mapped_column(ForeignKey("plant_spaces.id"), index=True)
    amount: Mapped[Decimal] = mapped_column(Hundredths())
    status: Mapped[AllocationStatus] = enum_column(AllocationStatus, default=AllocationStatus.RESERVED)
    until_on: Mapped[date | None] = mapped_column(Date)
    reason: Mapped[str] = mapped_column(String(200), default="")
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime())
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime())

    parcel: Mapped[Parcel | None] = relationship()
    plant: Mapped[PlantSpace | None] = relationship()
    need: Mapped[Need] = relationship(back_populates="allocations")

    @property
    def place(self) -> Parcel | PlantSpace:
        """The parcel or the plant."""
        found = self.parcel or self.plant
        assert found is not None
        return found


class ProjectPromise(Base):
    """A promise against its result, in the unit of its kind. Which year the result is of stands beside it."""

    __tablename__ = "project_promises"
    __table_args__ = (UniqueConstraint("project_id", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = public_id_column()
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"), index=True)
    kind: Mapped[PromiseKind] = enum_column(PromiseKind)
    promised: Mapped[Decimal | None] = mapped_column(Hundredths())
    due_on: Mapped[date | None] = mapped_column(Date)
    result: Mapped[Decimal | None] = mapped_column(Hundredths())
    result_year: Mapped[int | None] = mapped_column(Integer)
    result_on: Mapped[date | None] = mapped_column(Date)
    source: Mapped[str] = mapped_column(String(120), default="")
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime())
    version: Mapped[int] = mapped_column(Integer, default=1)

    project: Mapped[Project] = relationship()


class FundVoucher(Base):
    """Money in place, by voucher. ``kind`` is transfer, capital, invoice or equipment; ``voided_on`` takes it out with a reason.

    ``fdi_usd`` is the part of it that counts as utilised foreign capital (实际利用外资), in US dollars.
    """

    __tablename__ = "fund_vouchers"
    # The overview sums a year within the index.
    __table_args__ = (Index("ix_fund_vouchers_sums", "on", "project_id", "voided_on", "amount_cny", "fdi_usd"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = public_id_column()
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"), index=True)
    on: Mapped[date] = mapped_column("on", Date, index=True)
    kind: Mapped[str] = mapped_column(String(20))
    amount_cny: Mapped[Decimal] = mapped_column(Hundredths())
    fdi_usd: Mapped[Decimal | None] = mapped_column(Hundredths())
    voucher_no: Mapped[str] = mapped_column(String(60), default="")
    file_id: Mapped[int | None] = mapped_column(ForeignKey("files.id"), unique=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    voided_on: Mapped[date | None] = mapped_column(Date)
    void_reason: Mapped[str] = mapped_column(String(200), default="")

    project: Mapped[Project] = relationship()
    by: Mapped[User] = relationship()
    file: Mapped[File | None] = relationship()
