"""Numbers that a document sets, each with the day from which it holds; and the days that are worked."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Boolean, CheckConstraint, Date, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.files.models import File
from crm.kit.db import Base, UtcDateTime, enum_column, public_id_column


class ParameterStatus(StrEnum):
    """A draft applies too, and is marked 参数未经文件确认; effective ones carry a 文号."""

    DRAFT = "draft"
    EFFECTIVE = "effective"


class Parameter(Base):
    """One value of a key from a day on. The latest row not after the day counts."""

    __tablename__ = "parameters"
    __table_args__ = (
        Index(
            "uq_parameters_effective",
            "key",
            "effective_on",
            unique=True,
            sqlite_where=text("status = 'effective'"),
            postgresql_where=text("status = 'effective'"),
        ),
        Index("ix_parameters_key_day", "key", "effective_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = public_id_column()
    key: Mapped[str] = mapped_column(String(60))
    value: Mapped[str] = mapped_column(String(60))
    unit: Mapped[str] = mapped_column(String(20))
    effective_on: Mapped[date] = mapped_column(Date)
    document_no: Mapped[str] = mapped_column(String(80), default="")
    status: Mapped[ParameterStatus] = enum_column(ParameterStatus)
    proposed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    proposed_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    version: Mapped[int] = mapped_column(Integer, default=1)


class ProposalStatus(StrEnum):
    """A proposal waits for a second person, or was approved, refused or taken back."""

    OPEN = "open"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class ParameterProposal(Base):
    """A new value that one person proposes and another approves; only then it is a ``Parameter``. ``file_id`` is its document."""

    __tablename__ = "parameter_proposals"
    __table_args__ = (
        Index(
            "uq_parameter_proposals_open",
            "key",
            unique=True,
            sqlite_where=text("status = 'open'"),
            postgresql_where=text("status = 'open'"),
        ),
        CheckConstraint("status <> 'approved' OR decided_by_id <> proposed_by_id", name="four_eyes"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = public_id_column()
    key: Mapped[str] = mapped_column(String(60), index=True)
    value: Mapped[str] = mapped_column(String(60))
    effective_on: Mapped[date] = mapped_column(Date)
    document_no: Mapped[str] = mapped_column(String(80), default="")
    file_id: Mapped[int | None] = mapped_column(ForeignKey("files.id"), unique=True)
    reason: Mapped[str] = mapped_column(String(200), default="")
    status: Mapped[ProposalStatus] = enum_column(ProposalStatus, default=ProposalStatus.OPEN)
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime())
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    decision_reason: Mapped[str] = mapped_column(String(200), default="")
    parameter_id: Mapped[int | None] = mapped_column(ForeignKey("parameters.id"), unique=True)
    version: Mapped[int] = mapped_column(Integer, default=1)

    file: Mapped[File | None] = relationship()


class CalendarDay(Base):
    """A day that differs from Monday–Friday, or any day the calendar states: worked or not, and who says so."""

    __tablename__ = "calendar_days"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    working: Mapped[bool] = mapped_column(Boolean)
    name: Mapped[str] = mapped_column(String(40), default="")
    source: Mapped[str] = mapped_column(String(80), default="")


class CalendarYear(Base):
    """A year whose calendar is complete; a missing year is a visible warning and falls back to Monday–Friday."""

    __tablename__ = "calendar_years"

    year: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    source: Mapped[str] = mapped_column(String(80))
