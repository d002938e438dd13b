"""Service after signing: one window, papers, joint approval, survey and acceptance, promise and check, the four zeros."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Date, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.accounts.models import User
from crm.files.models import File
from crm.kit.db import Base, UtcDateTime, enum_column, public_id_column
from crm.projects.models.projects import Project


class StepGroup(StrEnum):
    """Where a step belongs."""

    PAPER = "paper"  # 材料清单
    APPROVAL = "approval"  # 联合审批
    SURVEY = "survey"  # 联合踏勘
    ACCEPTANCE = "acceptance"  # 联合验收
    PROMISE = "promise"  # 先建后验：承诺与验收
    ZERO = "zero"  # 四零


class StepStatus(StrEnum):
    """How far a step is."""

    OPEN = "open"  # 待办
    RUNNING = "running"  # 办理中
    DONE = "done"  # 已办结
    FAULTY = "faulty"  # 需整改
    DROPPED = "dropped"  # 不需要


class ServiceStep(Base):
    """A paper, a task of a department, or a check. ``days`` is what the department may take, in working days."""

    __tablename__ = "service_steps"
    __table_args__ = (Index("ix_service_steps_due", "status", "due_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = public_id_column()
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"), index=True)
    group: Mapped[StepGroup] = enum_column(StepGroup, name="step_group")
    title: Mapped[str] = mapped_column(String(80))
    department: Mapped[str] = mapped_column(String(40), default="")
    days: Mapped[int | None] = mapped_column(Integer)
    status: Mapped[StepStatus] = enum_column(StepStatus, default=StepStatus.OPEN)
    started_on: Mapped[date | None] = mapped_column(Date)
    due_on: Mapped[date | None] = mapped_column(Date)
    done_on: Mapped[date | None] = mapped_column(Date)
    result: Mapped[str] = mapped_column(String(300), default="")
    external_no: Mapped[str] = mapped_column(String(60), default="")  # of the city's approval platform (R068)
    file_id: Mapped[int | None] = mapped_column(ForeignKey("files.id"), unique=True)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime())
    version: Mapped[int] = mapped_column(Integer, default=1)

    project: Mapped[Project] = relationship()
    by: Mapped[User | None] = relationship()
    file: Mapped[File | None] = relationship()
