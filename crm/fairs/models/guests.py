"""Guests of an event of our own: who was invited, who said yes, who came through the door."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Boolean, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.accounts.models import Org, User
from crm.companies.models import Company
from crm.fairs.models.editions import Edition
from crm.kit.db import Base, UtcDateTime, enum_column, public_id_column


class GuestState(StrEnum):
    """What is known of a guest's coming."""

    INVITED = "invited"  # 已邀请
    ACCEPTED = "accepted"  # 确认参加
    DECLINED = "declined"  # 不能参加
    CAME = "came"  # 已签到


class Guest(Base):
    """Somebody invited to an edition by a unit, or who signed in at the door. Secret to that unit and the centre.

    ``token`` opens the guest's own page without a sign-in: what stands there is the event and the guest's own answer.
    """

    __tablename__ = "fair_guests"
    __table_args__ = (Index("ix_fair_guests_edition_org", "edition_id", "org_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = public_id_column()
    token: Mapped[str] = mapped_column(String(32), unique=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("editions.id"))
    org_id: Mapped[int] = mapped_column(ForeignKey("orgs.id"))
    company_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id"), index=True)
    company_text: Mapped[str] = mapped_column(String(200), default="")
    person_name: Mapped[str] = mapped_column(String(40), default="")
    person_title: Mapped[str] = mapped_column(String(60), default="")
    mobile: Mapped[str] = mapped_column(String(30), default="")
    mobile_hmac: Mapped[str] = mapped_column(String(64), default="", index=True)
    words: Mapped[str] = mapped_column(String(200), default="")
    state: Mapped[GuestState] = enum_column(GuestState, default=GuestState.INVITED)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    came_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    door_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    is_sample: Mapped[bool] = mapped_column(Boolean, default=False)
    version: Mapped[int] = mapped_column(Integer, default=1)

    edition: Mapped[Edition] = relationship()
    org: Mapped[Org] = relationship()
    company: Mapped[Company | None] = relationship()
    door: Mapped[User | None] = relationship(foreign_keys=[door_id])
