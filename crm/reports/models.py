"""Ledgers as they were issued: a unit's week, its lines, and frozen reports."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Boolean, Date, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.accounts.models import Org, User
from crm.kit.db import Base, Hundredths, UtcDateTime, enum_column, public_id_column
from crm.projects.models import Project


class ReportKind(StrEnum):
    """A report that is issued and then stays."""

    WEEK = "week"  # 周台账
    MONTH = "month"  # 月度明细


class LedgerWeek(Base):
    """A unit's week of the ledger (周台账). ``monday`` names it; ``frozen_at`` ends all rewriting: later changes are lines of their own."""

    __tablename__ = "ledger_weeks"
    __table_args__ = (UniqueConstraint("org_id", "monday"), Index("ix_ledger_weeks_monday", "monday"))

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = public_id_column()
    org_id: Mapped[int] = mapped_column(ForeignKey("orgs.id"))
    monday: Mapped[date] = mapped_column(Date)
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    frozen_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    version: Mapped[int] = mapped_column(Integer, default=1)

    org: Mapped[Org] = relationship()
    confirmed_by: Mapped[User | None] = relationship()
    lines: Mapped[list["LedgerLine"]] = relationship(order_by="LedgerLine.position")


class LedgerLine(Base):
    """A project's line. ``progress`` is what the week's contacts say unless the officer shortened it (``edited``).

    ``quiet_weeks`` counts the weeks without an effective contact up to this one; ``reason`` is asked for from the fourth on.
    ``snapshot`` holds the row as issued, written at freezing; ``adjusts`` marks a line added after that.
    """

    __tablename__ = "ledger_lines"
    __table_args__ = (Index("ix_ledger_lines_week", "week_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = public_id_column()
    week_id: Mapped[int] = mapped_column(ForeignKey("ledger_weeks.id"))
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"), index=True)
    position: Mapped[int] = mapped_column(Integer)
    progress: Mapped[str] = mapped_column(String(1000), default="")
    edited: Mapped[bool] = mapped_column(Boolean, default=False)
    quiet_weeks: Mapped[int] = mapped_column(Integer, default=0)
    reason: Mapped[str] = mapped_column(String(300), default="")
    adjusts: Mapped[bool] = mapped_column(Boolean, default=False)
    snapshot: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime())
    version: Mapped[int] = mapped_column(Integer, default=1)

    project: Mapped[Project] = relationship()


class IssuedReport(Base):
    """A frozen snapshot of a report; a correction is the next revision, the earlier one stays."""

    __tablename__ = "issued_reports"
    __table_args__ = (UniqueConstraint("kind", "period", "revision"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = public_id_column()
    kind: Mapped[ReportKind] = enum_column(ReportKind)
    period: Mapped[str] = mapped_column(String(20))
    revision: Mapped[int] = mapped_column(Integer, default=1)
    title: Mapped[str] = mapped_column(String(120))
    rows: Mapped[list[Any]] = mapped_column(JSON, default=list)
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime())
    issued_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class IndicatorValue(Base):
    """What the city's statistics say of a line of the plan's table in one year. The latest that was not withdrawn counts."""

    __tablename__ = "indicator_values"
    __table_args__ = (Index("ix_indicator_values_line", "code", "year"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = public_id_column()
    code: Mapped[str] = mapped_column(String(10))  # of the line in the plan, the same in every edition
    year: Mapped[int] = mapped_column(Integer)
    value: Mapped[Decimal] = mapped_column(Hundredths())
    on: Mapped[date] = mapped_column("on", Date)
    source: Mapped[str] = mapped_column(String(200))
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime())
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime())

    by: Mapped[User] = relationship()


class UnitTarget(Base):
    """What a unit is to reach in a year (年度目标); ``source`` names the document that sets it. An empty field is no target."""

    __tablename__ = "unit_targets"
    __table_args__ = (UniqueConstraint("org_id", "year"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = public_id_column()
    org_id: Mapped[int] = mapped_column(ForeignKey("orgs.id"))
    year: Mapped[int] = mapped_column(Integer)
    signed_count: Mapped[int | None] = mapped_column(Integer)
    signed_cny: Mapped[Decimal | None] = mapped_column(Hundredths())
    started_count: Mapped[int | None] = mapped_column(Integer)
    funds_cny: Mapped[Decimal | None] = mapped_column(Hundredths())
    fdi_usd: Mapped[Decimal | None] = mapped_column(Hundredths())
    source: Mapped[str] = mapped_column(String(200))
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime())
    version: Mapped[int] = mapped_column(Integer, default=1)

    by: Mapped[User] = relationship()
