"""Notices: one row a person, an event and a period."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from crm.kit.db import Base, UtcDateTime, public_id_column


class Notice(Base):
    """Something a person should know. Its words hold only what that person may read."""

    __tablename__ = "notices"
    __table_args__ = (
        UniqueConstraint("user_id", "kind", "subject_kind", "subject_public_id", "period"),
        Index("ix_notices_user_unread", "user_id", "read_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = public_id_column()
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    kind: Mapped[str] = mapped_column(String(60))
    subject_kind: Mapped[str] = mapped_column(String(40))
    subject_public_id: Mapped[str] = mapped_column(String(10))
    period: Mapped[str] = mapped_column(String(20), default="")
    text: Mapped[str] = mapped_column(String(400))
    url: Mapped[str] = mapped_column(String(300))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime(), index=True)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
