"""Fairs and events, their editions, and what a unit brings to an edition and pays for it."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import Boolean, Date, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.accounts.models import Org, User
from crm.companies.models import Company
from crm.kit.db import Base, Hundredths, UtcDateTime, checked, enum_column, public_id_column
from crm.plan.models import PlanFair


class FairKind(StrEnum):
    """What kind of event it is: others' exhibitions, and events of our own."""

    EXHIBITION = "exhibition"  # 展会
    PROMOTION = "promotion"  # 推介会
    FORUM = "forum"  # 论坛
    SIGNING = "signing"  # 集中签约
    MATCHING = "matching"  # 企业对接会
    OTHER = "other"


class CostKind(StrEnum):
    """What money went to."""

    BOOTH = "booth"
    TRAVEL = "travel"
    EVENT = "event"
    PRINT = "print"
    OTHER = "other"


class Fair(Base):
    """A series of editions, of the plan or added by a unit. ``shared``: the whole city sees it, else its unit and the centre."""

    __tablename__ = "fairs"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = public_id_column()
    name: Mapped[str] = mapped_column(String(120))
    kind: Mapped[FairKind] = enum_column(FairKind)
    city: Mapped[str] = mapped_column(String(40), default="")
    organiser: Mapped[str] = mapped_column(String(120), default="")
    words: Mapped[str] = mapped_column(String(400), default="")
    plan_fair_id: Mapped[int | None] = mapped_column(ForeignKey("plan_fairs.id"), unique=True)
    org_id: Mapped[int] = mapped_column(ForeignKey("orgs.id"), index=True)
    shared: Mapped[bool] = mapped_column(Boolean, default=False)
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    is_sample: Mapped[bool] = mapped_column(Boolean, default=False)
    version: Mapped[int] = mapped_column(Integer, default=1)

    org: Mapped[Org] = relationship()
    plan_fair: Mapped[PlanFair | None] = relationship()


class Edition(Base):
    """One holding of a fair (一届). Its days are 待确认 until somebody confirms them and says by which source."""

    __tablename__ = "editions"
    __table_args__ = (
        checked("ends_on IS NULL OR (starts_on IS NOT NULL AND ends_on >= starts_on)", "ends_after_it_begins"),
        checked("NOT confirmed OR (ends_on IS NOT NULL AND source <> '')", "confirmed_days_have_a_source"),
        Index("ix_editions_year", "year", "starts_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = public_id_column()
    fair_id: Mapped[int] = mapped_column(ForeignKey("fairs.id"), index=True)
    org_id: Mapped[int] = mapped_column(ForeignKey("orgs.id"), index=True)
    title: Mapped[str] = mapped_column(String(80))
    year: Mapped[int] = mapped_column(Integer)
    starts_on: Mapped[date | None] = mapped_column(Date)
    ends_on: Mapped[date | None] = mapped_column(Date)
    confirmed: Mapped[bool] = mapped_column(Boolean, default=False)
    source: Mapped[str] = mapped_column(String(200), default="")
    confirmed_on: Mapped[date | None] = mapped_column(Date)
    city: Mapped[str] = mapped_column(String(40), default="")
    venue: Mapped[str] = mapped_column(String(80), default="")
    purpose: Mapped[str] = mapped_column(Text, default="")
    budget_cny: Mapped[Decimal | None] = mapped_column(Hundredths())
    review: Mapped[str] = mapped_column(Text, default="")
    review_on: Mapped[date | None] = mapped_column(Date)
    cancelled_on: Mapped[date | None] = mapped_column(Date)
    cancel_reason: Mapped[str] = mapped_column(String(200), default="")
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    is_sample: Mapped[bool] = mapped_column(Boolean, default=False)
    version: Mapped[int] = mapped_column(Integer, default=1)

    fair: Mapped[Fair] = relationship()
    org: Mapped[Org] = relationship()
    by: Mapped[User | None] = relationship()

    def state(self, today: date) -> str:
        """Return cancelled, undated, coming, on or over."""
        if self.cancelled_on is not None:
            return "cancelled"
        if self.starts_on is None:
            return "undated"
        if today < self.starts_on:
            return "coming"
        return "over" if today > (self.ends_on or self.starts_on) else "on"


class AgendaItem(Base):
    """A point of the agenda of an edition. ``position`` is its place within its day."""

    __tablename__ = "agenda_items"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = public_id_column()
    edition_id: Mapped[int] = mapped_column(ForeignKey("editions.id"), index=True)
    held_on: Mapped[date | None] = mapped_column(Date)
    starts: Mapped[str] = mapped_column(String(5), default="")
    position: Mapped[int] = mapped_column(Integer, default=0)
    title: Mapped[str] = mapped_column(String(120))
    place: Mapped[str] = mapped_column(String(80), default="")
    speaker: Mapped[str] = mapped_column(String(80), default="")
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    version: Mapped[int] = mapped_column(Integer, default=1)


class EditionFirm(Base):
    """A company of ours that exhibits, brought by a unit."""

    __tablename__ = "edition_firms"
    __table_args__ = (UniqueConstraint("edition_id", "company_id", "org_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = public_id_column()
    edition_id: Mapped[int] = mapped_column(ForeignKey("editions.id"))
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), index=True)
    org_id: Mapped[int] = mapped_column(ForeignKey("orgs.id"))
    booth: Mapped[str] = mapped_column(String(40), default="")
    words: Mapped[str] = mapped_column(String(200), default="")
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime())

    company: Mapped[Company] = relationship()
    org: Mapped[Org] = relationship()


class FairCost(Base):
    """Money that a unit spent on an edition."""

    __tablename__ = "fair_costs"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = public_id_column()
    edition_id: Mapped[int] = mapped_column(ForeignKey("editions.id"), index=True)
    org_id: Mapped[int] = mapped_column(ForeignKey("orgs.id"))
    kind: Mapped[CostKind] = enum_column(CostKind)
    amount_cny: Mapped[Decimal] = mapped_column(Hundredths())
    spent_on: Mapped[date | None] = mapped_column(Date)
    words: Mapped[str] = mapped_column(String(200), default="")
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime())

    org: Mapped[Org] = relationship()
