"""Signals: dated facts about companies with their source. Shared by the city like every fact about a company."""

from datetime import date, datetime

from sqlalchemy import Boolean, Date, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.accounts.models import User
from crm.companies.models import Company
from crm.core.signals import SignalKind
from crm.kit.db import Base, UtcDateTime, enum_column, public_id_column
from crm.todos.models import Todo


class Signal(Base):
    """Something a company did or suffered. ``org_id``: the unit that entered it, which others do not read: it tells an interest.

    Withdrawn, it stays on record and counts nowhere.
    """

    __tablename__ = "signals"
    __table_args__ = (
        UniqueConstraint("company_id", "kind", "on", "title"),
        Index("ix_signals_on_id", "on", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = public_id_column()
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), index=True)
    org_id: Mapped[int | None] = mapped_column(ForeignKey("orgs.id"))
    kind: Mapped[SignalKind] = enum_column(SignalKind)
    on: Mapped[date] = mapped_column("on", Date)
    title: Mapped[str] = mapped_column(String(120))
    words: Mapped[str] = mapped_column(String(1000), default="")
    source: Mapped[str] = mapped_column(String(200))
    url: Mapped[str] = mapped_column(String(300), default="")
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime())
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    withdrawn_reason: Mapped[str] = mapped_column(String(200), default="")
    is_sample: Mapped[bool] = mapped_column(Boolean, default=False)
    version: Mapped[int] = mapped_column(Integer, default=1)

    company: Mapped[Company] = relationship()
    by: Mapped[User | None] = relationship()


class SignalTask(Base):
    """The task that a strong signal became for a person in charge; each person gets one."""

    __tablename__ = "signal_tasks"
    __table_args__ = (UniqueConstraint("signal_id", "owner_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    signal_id: Mapped[int] = mapped_column(ForeignKey("signals.id"))
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    todo_id: Mapped[int] = mapped_column(ForeignKey("todos.id"), unique=True)

    todo: Mapped[Todo] = relationship()
