"""What is judged before signing: admission by a grid, fair competition and the other checks."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Boolean, Date, ForeignKey, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.accounts.models import User
from crm.files.models import File
from crm.kit.db import Base, UtcDateTime, enum_column, public_id_column


class CheckKind(StrEnum):
    """A check by a department."""

    FAIR = "fair"  # 公平竞争审查
    ENVIRONMENT = "environment"  # 环评
    ENERGY = "energy"  # 能评
    SAFETY = "safety"  # 安评
    LAND = "land"  # 用地
    COUNTERSIGN = "countersign"  # 限定入园会签


class CheckResult(StrEnum):
    """What came of a check."""

    PENDING = "pending"  # 办理中
    PASSED = "passed"  # 通过
    FAILED = "failed"  # 不通过


class AdmissionReview(Base):
    """A filled-in grid. Each review is a new version; the latest counts. ``grid`` keeps indicator, weight, points and why.

    ``vetoes`` holds the codes of one-vote vetoes that apply; any of them fails the review whatever the total says.
    """

    __tablename__ = "admission_reviews"
    __table_args__ = (UniqueConstraint("project_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = public_id_column()
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"), index=True)
    number: Mapped[int] = mapped_column(Integer)
    grid: Mapped[list[Any]] = mapped_column(JSON, default=list)
    vetoes: Mapped[list[Any]] = mapped_column(JSON, default=list)
    total: Mapped[int] = mapped_column(Integer)  # tenths of a point
    passed: Mapped[bool] = mapped_column(Boolean)
    conclusion: Mapped[str] = mapped_column(Text, default="")
    reviewed_on: Mapped[date] = mapped_column(Date)
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())

    by: Mapped[User] = relationship()


class GateCheck(Base):
    """A check of a project: reviewer, day, conclusion, file. A later line of a kind replaces the earlier one in force."""

    __tablename__ = "gate_checks"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = public_id_column()
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"), index=True)
    kind: Mapped[CheckKind] = enum_column(CheckKind)
    result: Mapped[CheckResult] = enum_column(CheckResult, default=CheckResult.PENDING)
    reviewer: Mapped[str] = mapped_column(String(80), default="")
    document_no: Mapped[str] = mapped_column(String(80), default="")
    on: Mapped[date] = mapped_column("on", Date)
    words: Mapped[str] = mapped_column(String(400), default="")
    file_id: Mapped[int | None] = mapped_column(ForeignKey("files.id"), unique=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())

    by: Mapped[User] = relationship()
    file: Mapped[File | None] = relationship()
