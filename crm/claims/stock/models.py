"""A window in which talks of before are entered, and its entries. What an entry became is known at closing only."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Date, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.accounts.models import Org
from crm.claims.models import Claim
from crm.kit.db import Base, UtcDateTime, checked, enum_column, public_id_column
from crm.leads.models import Lead


class WindowKind(StrEnum):
    """Why reports are entered with dates of before."""

    STOCK = "stock"  # 存量登记期
    OUTAGE = "outage"  # 停电、停网后的纸面补录，由市中心录入


class Window(Base):
    """A dated window. ``closed_at`` is when its entries were compared, once; all protections start on ``starts_on``."""

    __tablename__ = "stock_windows"
    __table_args__ = (
        Index(
            "uq_stock_windows_open",
            "kind",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
        checked("closes_on >= opens_on AND starts_on > closes_on", "days_in_order"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = public_id_column()
    kind: Mapped[WindowKind] = enum_column(WindowKind)
    title: Mapped[str] = mapped_column(String(120))
    document_no: Mapped[str] = mapped_column(String(80))
    opens_on: Mapped[date] = mapped_column(Date)
    closes_on: Mapped[date] = mapped_column(Date)
    starts_on: Mapped[date] = mapped_column(Date)
    opened_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    version: Mapped[int] = mapped_column(Integer, default=1)


class WindowEntry(Base):
    """A talk entered in a window: its lead with paper evidence. ``claim_id`` follows at closing."""

    __tablename__ = "stock_entries"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = public_id_column()
    window_id: Mapped[int] = mapped_column(ForeignKey("stock_windows.id"), index=True)
    org_id: Mapped[int] = mapped_column(ForeignKey("orgs.id"))
    lead_id: Mapped[int] = mapped_column(ForeignKey("leads.id"), unique=True)
    paper_no: Mapped[str] = mapped_column(String(80), default="")
    paper_on: Mapped[date | None] = mapped_column(Date)  # when it was reported on paper during an outage
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime())
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    result: Mapped[str] = mapped_column(String(300), default="")  # why no claim came of it
    claim_id: Mapped[int | None] = mapped_column(ForeignKey("claims.id"), unique=True)
    version: Mapped[int] = mapped_column(Integer, default=1)

    window: Mapped[Window] = relationship()
    org: Mapped[Org] = relationship()
    lead: Mapped[Lead] = relationship()
    claim: Mapped[Claim | None] = relationship()
