"""Target lists, the companies on them, and the units that take them."""

from datetime import date, datetime

from sqlalchemy import Boolean, Date, ForeignKey, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.accounts.models import Org
from crm.companies.models import Company
from crm.kit.db import Base, UtcDateTime, public_id_column

_STANDING = text("withdrawn_at IS NULL")


class TargetList(Base):
    """A unit's list of targets; ``org_id`` is the unit whose secret it is. Withdrawn, it stays on record."""

    __tablename__ = "target_lists"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = public_id_column()
    org_id: Mapped[int] = mapped_column(ForeignKey("orgs.id"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    purpose: Mapped[str] = mapped_column(String(300), default="")
    due_on: Mapped[date | None] = mapped_column(Date)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime())
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    withdrawn_reason: Mapped[str] = mapped_column(String(200), default="")
    is_sample: Mapped[bool] = mapped_column(Boolean, default=False)
    version: Mapped[int] = mapped_column(Integer, default=1)

    org: Mapped[Org] = relationship()


class TargetItem(Base):
    """A company on a list, once. Taken off, the row stays, so that it can be put back with its note."""

    __tablename__ = "target_items"
    __table_args__ = (UniqueConstraint("list_id", "company_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    list_id: Mapped[int] = mapped_column(ForeignKey("target_lists.id"))
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), index=True)
    note: Mapped[str] = mapped_column(String(300), default="")
    added_at: Mapped[datetime] = mapped_column(UtcDateTime())
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime())

    list: Mapped[TargetList] = relationship()
    company: Mapped[Company] = relationship()


class Assignment(Base):
    """A unit that takes a target of a list. A second unit beside the first is the centre's word, with its ``reason``."""

    __tablename__ = "assignments"
    __table_args__ = (
        Index(
            "uq_assignments_unit", "item_id", "org_id", unique=True, sqlite_where=_STANDING, postgresql_where=_STANDING
        ),
        Index(
            "uq_assignments_one",
            "item_id",
            unique=True,
            sqlite_where=text("withdrawn_at IS NULL AND reason = ''"),
            postgresql_where=text("withdrawn_at IS NULL AND reason = ''"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("target_items.id"), index=True)
    org_id: Mapped[int] = mapped_column(ForeignKey("orgs.id"), index=True)
    reason: Mapped[str] = mapped_column(String(300), default="")
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime())
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime())

    item: Mapped[TargetItem] = relationship()
    org: Mapped[Org] = relationship()
