"""What is recognised of a project, its evidence, and the ledger of moves."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Date, ForeignKey, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.accounts.models import User
from crm.core.stages import ONCE_ONLY, MilestoneKind, Stage
from crm.files.models import File
from crm.kit.db import Base, Hundredths, UtcDateTime, checked, enum_column, public_id_column
from crm.projects.models.projects import Project


class MilestoneStatus(StrEnum):
    """A milestone counts only when recognised. A wrong one is adjusted by a new line, never rewritten."""

    SUBMITTED = "submitted"  # 待审核
    RETURNED = "returned"  # 已退回
    RECOGNISED = "recognised"  # 已认定
    ADJUSTED = "adjusted"  # 已调整
    WITHDRAWN = "withdrawn"  # 已撤回


_ONCE = ", ".join(f"'{kind.value}'" for kind in sorted(ONCE_ONLY))


class Milestone(Base):
    """An event with evidence. Figures count ``recognised_on``, the day of approval; ``event_on`` is the day it happened.

    The days of 发改, 经信 and 统计 stand apart because they differ. ``adjusts_id`` names the line that this one puts right;
    ``data`` keeps what only this kind carries (type of start, registered capital, approval number, reason of closing).
    """

    __tablename__ = "milestones"
    __table_args__ = (
        Index(
            "uq_milestones_once",
            "project_id",
            "kind",
            unique=True,
            sqlite_where=text(f"status = 'recognised' AND kind IN ({_ONCE})"),
            postgresql_where=text(f"status = 'recognised' AND kind IN ({_ONCE})"),
        ),
        Index(
            "uq_milestones_waiting",
            "project_id",
            "kind",
            unique=True,
            sqlite_where=text("status = 'submitted'"),
            postgresql_where=text("status = 'submitted'"),
        ),
        Index("ix_milestones_status", "status", "submitted_at"),
        Index("ix_milestones_kind_recognised", "kind", "recognised_on"),
        checked(
            "status NOT IN ('recognised', 'adjusted') OR (recognised_on IS NOT NULL AND recognised_by_id IS NOT NULL)",
            "recognised_by_somebody",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = public_id_column()
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"), index=True)
    kind: Mapped[MilestoneKind] = enum_column(MilestoneKind)
    status: Mapped[MilestoneStatus] = enum_column(MilestoneStatus)
    event_on: Mapped[date] = mapped_column(Date)
    fgw_on: Mapped[date | None] = mapped_column(Date)  # 发改
    jxw_on: Mapped[date | None] = mapped_column(Date)  # 经信
    tjj_on: Mapped[date | None] = mapped_column(Date)  # 统计
    amount_cny: Mapped[Decimal | None] = mapped_column(Hundredths())
    fixed_cny: Mapped[Decimal | None] = mapped_column(Hundredths())
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    note: Mapped[str] = mapped_column(Text, default="")
    submitted_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    submitted_at: Mapped[datetime] = mapped_column(UtcDateTime())
    recognised_on: Mapped[date | None] = mapped_column(Date)
    recognised_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    reason: Mapped[str] = mapped_column(String(300), default="")  # of a return or an adjustment
    adjusts_id: Mapped[int | None] = mapped_column(ForeignKey("milestones.id"))
    version: Mapped[int] = mapped_column(Integer, default=1)

    project: Mapped[Project] = relationship()
    submitted_by: Mapped[User] = relationship(foreign_keys=[submitted_by_id])
    recognised_by: Mapped[User | None] = relationship(foreign_keys=[recognised_by_id])
    files: Mapped[list["MilestoneFile"]] = relationship(order_by="MilestoneFile.id")


class MilestoneFile(Base):
    """Evidence of a milestone, or a file of the project as a whole (``milestone_id`` is null). ``kind`` as in ``FILE_NEEDS``."""

    __tablename__ = "milestone_files"

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"), index=True)
    milestone_id: Mapped[int | None] = mapped_column(ForeignKey("milestones.id"), index=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("files.id"), unique=True)
    kind: Mapped[str] = mapped_column(String(40), default="other")

    file: Mapped[File] = relationship()


class StageMove(Base):
    """A line of the project's course: which stage it entered, when and by whom. Durations and funnels are counted from here."""

    __tablename__ = "stage_moves"
    __table_args__ = (Index("ix_stage_moves_project", "project_id", "seq", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    seq: Mapped[int] = mapped_column(Integer)
    from_stage: Mapped[Stage | None] = enum_column(Stage, check_name="from_stage")
    to_stage: Mapped[Stage] = enum_column(Stage, check_name="to_stage")
    on: Mapped[date] = mapped_column("on", Date)
    at: Mapped[datetime] = mapped_column(UtcDateTime())
    by_id: Mapped[int] = mapped_column(Integer)
    by_words: Mapped[str] = mapped_column(String(120))
    reason: Mapped[str] = mapped_column(String(300), default="")
