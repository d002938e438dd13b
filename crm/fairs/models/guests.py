"""Guests of an event of our own: who was invited, who said yes, who came through the door; and the projects that sign there."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Boolean, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.accounts.models import Org, User
from crm.companies.models import Company
from crm.fairs.models.contacts import FairContact
from crm.fairs.models.editions import Edition
from crm.kit.db import Base, UtcDateTime, checked, enum_column, public_id_column
from crm.people.models import Person
from crm.projects.models import Project


class GuestState(StrEnum):
    """What is known of a guest's coming. 未到 is no state: whoever did not come when the event is over, stayed away."""

    PLANNED = "planned"  # 拟邀
    INVITED = "invited"  # 已邀
    ACCEPTED = "accepted"  # 确认参加
    DECLINED = "declined"  # 谢绝
    CAME = "came"  # 到场


class Guest(Base):
    """Somebody invited to an edition by a unit, or who signed in at the door. Secret to that unit and the centre.

    ``token`` opens the guest's own page without a sign-in: what stands there is the event and the guest's own answer.
    ``state`` follows from ``came_at``, ``accepted`` and ``invited_at``; only the service writes it. ``answered_by_id`` is null
    when the guest answered on that page.
    """

    __tablename__ = "fair_guests"
    __table_args__ = (
        Index("ix_fair_guests_edition_org", "edition_id", "org_id"),
        checked("companions BETWEEN 0 AND 20", "few_companions"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = public_id_column()
    token: Mapped[str] = mapped_column(String(32), unique=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("editions.id"))
    org_id: Mapped[int] = mapped_column(ForeignKey("orgs.id"))
    company_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("fair_contacts.id"), index=True)
    company_text: Mapped[str] = mapped_column(String(200), default="")
    person_name: Mapped[str] = mapped_column(String(40), default="")
    person_title: Mapped[str] = mapped_column(String(60), default="")
    mobile: Mapped[str] = mapped_column(String(30), default="")
    mobile_hmac: Mapped[str] = mapped_column(String(64), default="", index=True)
    seat: Mapped[str] = mapped_column(String(20), default="")
    companions: Mapped[int] = mapped_column(Integer, default=0)
    words: Mapped[str] = mapped_column(String(200), default="")
    walk_in: Mapped[bool] = mapped_column(Boolean, default=False)
    state: Mapped[GuestState] = enum_column(GuestState, default=GuestState.PLANNED)
    invited_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    invited_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    accepted: Mapped[bool | None] = mapped_column(Boolean)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
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
    person: Mapped[Person | None] = relationship()
    contact: Mapped[FairContact | None] = relationship()
    inviter: Mapped[User | None] = relationship(foreign_keys=[invited_by_id])
    answerer: Mapped[User | None] = relationship(foreign_keys=[answered_by_id])
    door: Mapped[User | None] = relationship(foreign_keys=[door_id])

    def shown(self, today: date) -> str:
        """Return the state as it is told: also ``absent`` when the event is over, and ``withdrawn``."""
        if self.withdrawn_at is not None:
            return "withdrawn"
        stays = self.state in (GuestState.INVITED, GuestState.ACCEPTED)
        return "absent" if stays and self.edition.state(today) == "over" else self.state.value


class Signing(Base):
    """A project that signs at an event (集中签约), put there by the unit that carries it. What it amounts to, the project says."""

    __tablename__ = "edition_signings"
    __table_args__ = (UniqueConstraint("edition_id", "project_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = public_id_column()
    edition_id: Mapped[int] = mapped_column(ForeignKey("editions.id"))
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"), index=True)
    org_id: Mapped[int] = mapped_column(ForeignKey("orgs.id"))
    signers: Mapped[str] = mapped_column(String(120), default="")
    position: Mapped[int] = mapped_column(Integer, default=0)
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime())

    project: Mapped[Project] = relationship()
    org: Mapped[Org] = relationship()
