"""Notices: one row a person, an event and a period."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Boolean, ForeignKey, Index, Integer, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from crm.kit.db import Base, UtcDateTime, enum_column, public_id_column


class Topic(StrEnum):
    """What a notice is about, as a person chooses."""

    DUTY = "duty"  # 待我办理
    OUTCOME = "outcome"  # 办理结果
    CLOCK = "clock"  # 期限提醒
    CASE = "case"  # 案件
    ASKED = "asked"  # 他单位查询与首报
    OTHER = "other"


class Way(StrEnum):
    """How a person hears of it: at once by the bell, once a day, or not at all."""

    NOW = "now"
    DIGEST = "digest"
    OFF = "off"


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
    quiet: Mapped[bool] = mapped_column(
        Boolean, default=False, server_default=false()
    )  # told by the digest, not by the bell


class NoticeSetting(Base):
    """How a person wants to hear of a topic, where that differs from the usual way."""

    __tablename__ = "notice_settings"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    topic: Mapped[Topic] = enum_column(Topic, primary_key=True)
    way: Mapped[Way] = enum_column(Way)


class NoticeProfile(Base):
    """Whether a person wants the daily digest, and the mail address it also goes to (if the installation sends mail)."""

    __tablename__ = "notice_profiles"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True, autoincrement=False)
    digest: Mapped[bool] = mapped_column(Boolean, default=True)
    mail: Mapped[str] = mapped_column(String(120), default="")
    version: Mapped[int] = mapped_column(Integer, default=1)
