"""Target lists, the companies on them, the units that take them, and what each unit is to reach."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.accounts.models import Org
from crm.companies.models import Company
from crm.kit.db import Base, UtcDateTime, enum_column, public_id_column

_STANDING = text("withdrawn_at IS NULL")
_FIRST = text("withdrawn_at IS NULL AND reason = ''")


class ListKind(StrEnum):
    """What a list is. A campaign is a fixed list whose targets are given to units."""

    FIXED = "fixed"  # 固定清单
    LIVING = "living"  # 动态清单
    CAMPAIGN = "campaign"  # 专项


class TargetList(Base):
    """A unit's list of targets; ``org_id`` is the unit whose secret it is. Archived, it stays on record.

    ``filters`` are those of the page it was made from: a living list is computed from them each time it is read.
    """

    __tablename__ = "target_lists"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = public_id_column()
    org_id: Mapped[int] = mapped_column(ForeignKey("orgs.id"), index=True)
    kind: Mapped[ListKind] = enum_column(ListKind)
    name: Mapped[str] = mapped_column(String(80))
    purpose: Mapped[str] = mapped_column(String(300), default="")
    filters: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    due_on: Mapped[date | None] = mapped_column(Date)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime())
    archived_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    archived_reason: Mapped[str] = mapped_column(String(200), default="")
    is_sample: Mapped[bool] = mapped_column(Boolean, default=False)
    version: Mapped[int] = mapped_column(Integer, default=1)

    org: Mapped[Org] = relationship()


class TargetItem(Base):
    """A company on a list, once; ``org_id`` is the list's. Taken off, the row stays, so that it can be put back with its note."""

    __tablename__ = "target_items"
    __table_args__ = (UniqueConstraint("list_id", "company_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    list_id: Mapped[int] = mapped_column(ForeignKey("target_lists.id"))
    org_id: Mapped[int] = mapped_column(ForeignKey("orgs.id"))
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), index=True)
    note: Mapped[str] = mapped_column(String(300), default="")
    added_at: Mapped[datetime] = mapped_column(UtcDateTime())
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime())

    list: Mapped[TargetList] = relationship()
    company: Mapped[Company] = relationship()


class Assignment(Base):
    """A unit that takes a target of a campaign. A second unit beside the first is the centre's word, with its ``reason``."""

    __tablename__ = "assignments"
    __table_args__ = (
        Index(
            "uq_assignments_unit", "item_id", "org_id", unique=True, sqlite_where=_STANDING, postgresql_where=_STANDING
        ),
        Index("uq_assignments_one", "item_id", unique=True, sqlite_where=_FIRST, postgresql_where=_FIRST),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = public_id_column()
    item_id: Mapped[int] = mapped_column(ForeignKey("target_items.id"), index=True)
    org_id: Mapped[int] = mapped_column(ForeignKey("orgs.id"), index=True)
    due_on: Mapped[date | None] = mapped_column(Date)
    reason: Mapped[str] = mapped_column(String(300), default="")
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime())
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    withdrawn_reason: Mapped[str] = mapped_column(String(200), default="")

    item: Mapped[TargetItem] = relationship()
    org: Mapped[Org] = relationship()


class CampaignGoal(Base):
    """What a unit is to reach in a campaign, and by when; 0 asks for nothing."""

    __tablename__ = "campaign_goals"
    __table_args__ = (
        UniqueConstraint("list_id", "org_id"),
        CheckConstraint("contacts >= 0 AND leads >= 0 AND signed >= 0", name="goals_are_not_negative"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    list_id: Mapped[int] = mapped_column(ForeignKey("target_lists.id"))
    org_id: Mapped[int] = mapped_column(ForeignKey("orgs.id"), index=True)
    contacts: Mapped[int] = mapped_column(Integer, default=0)
    leads: Mapped[int] = mapped_column(Integer, default=0)
    signed: Mapped[int] = mapped_column(Integer, default=0)
    due_on: Mapped[date | None] = mapped_column(Date)
    version: Mapped[int] = mapped_column(Integer, default=1)

    org: Mapped[Org] = relationship()
