"""Tables of the tools: which jobs ran, which create form was already sent."""

from datetime import datetime

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from crm.kit.db import Base, UtcDateTime


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
