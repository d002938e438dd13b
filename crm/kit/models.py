"""Tables of the tools: which jobs ran, which create form was already sent, what long work is on its way."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Boolean, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from crm.kit.db import Base, UtcDateTime, enum_column
from crm.kit.words import WordsText


class TaskStatus(StrEnum):
    """States of a piece of long work."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class JobRun(Base):
    """A job has its effect once for each (name, period, subject), whoever runs it (security.md I11)."""

    __tablename__ = "job_runs"
    __table_args__ = (UniqueConstraint("name", "period", "subject"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    period: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(40), default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime())


class OnceKey(Base):
    """The idempotency key of a create form that was accepted, and the address of what it made."""

    __tablename__ = "once_keys"

    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    url: Mapped[str] = mapped_column(String(300))
    at: Mapped[datetime] = mapped_column(UtcDateTime(), index=True)


class Task(Base):
    """Long work that a person asked for: one worker leases it, reports how far it is, and another goes on if it dies."""

    __tablename__ = "tasks"
    __table_args__ = (
        Index(
            "uq_tasks_open",
            "name",
            "subject",
            unique=True,
            sqlite_where=text("status IN ('waiting', 'running')"),
            postgresql_where=text("status IN ('waiting', 'running')"),
        ),
        Index("ix_tasks_due", "status", "run_at"),
        Index("ix_tasks_subject", "subject", "name"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    subject: Mapped[str] = mapped_column(String(40), default="")
    args: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    status: Mapped[TaskStatus] = enum_column(TaskStatus, default=TaskStatus.WAITING)
    done: Mapped[int] = mapped_column(Integer, default=0)
    total: Mapped[int] = mapped_column(Integer, default=0)
    words: Mapped[str] = mapped_column(String(200), default="")
    seconds_left: Mapped[int | None] = mapped_column(Integer)  # as the worker reckons at its last report
    error: Mapped[str] = mapped_column(WordsText, default="")
    user_id: Mapped[int | None] = mapped_column(Integer)  # whose rights it uses; null for the system
    stop: Mapped[bool] = mapped_column(Boolean, default=False)  # somebody asked it to end
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    lease_by: Mapped[str] = mapped_column(String(60), default="")
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime())
    run_at: Mapped[datetime] = mapped_column(UtcDateTime())
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
