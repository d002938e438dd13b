"""What was met on the floor, and the passes of the phones that note it."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Boolean, Date, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.accounts.models import Org, User
from crm.companies.models import Company
from crm.fairs.models.editions import Edition
from crm.fairs.models.lists import Exhibitor
from crm.fairs.models.visits import Team
from crm.files.models import File
from crm.kit.db import Base, UtcDateTime, enum_column, public_id_column
from crm.leads.models import Lead
from crm.people.models import Person


class Rating(StrEnum):
    """How warm a contact is; it sets the clock of the follow-up: 1, 3 or 7 working days."""

    A = "A"
    B = "B"
    C = "C"


class ContactStatus(StrEnum):
    """What becomes of a contact after the fair."""

    OPEN = "open"
    FOLLOWED = "followed"
    LEAD = "lead"
    CLOSED = "closed"


class FairContact(Base):
    """Somebody who was met. ``client_uuid`` is the phone's key: sent twice, it is one row. Secret to the unit that met them.

    ``company_id`` is what a person chose; the firm of the exhibitor's row is reached through ``exhibitor``.
    ``captured_at`` is the phone's clock, ``received_at`` the server's; no order of contacts rests on the first.
    """

    __tablename__ = "fair_contacts"
    __table_args__ = (
        UniqueConstraint("owner_id", "client_uuid"),
        Index("ix_fair_contacts_edition_org", "edition_id", "org_id"),
        Index("ix_fair_contacts_due", "org_id", "status", "due_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = public_id_column()
    edition_id: Mapped[int] = mapped_column(ForeignKey("editions.id"))
    org_id: Mapped[int] = mapped_column(ForeignKey("orgs.id"))
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("fair_teams.id"))
    exhibitor_id: Mapped[int | None] = mapped_column(ForeignKey("exhibitors.id"), index=True)
    company_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id"), index=True)
    client_uuid: Mapped[str] = mapped_column(String(36))
    digest: Mapped[str] = mapped_column(String(64))
    form_version: Mapped[int] = mapped_column(Integer, default=1)
    company_text: Mapped[str] = mapped_column(String(200))
    person_name: Mapped[str] = mapped_column(String(40), default="")
    person_title: Mapped[str] = mapped_column(String(60), default="")
    mobile: Mapped[str] = mapped_column(String(30), default="")
    mobile_hmac: Mapped[str] = mapped_column(String(64), default="", index=True)
    email: Mapped[str] = mapped_column(String(120), default="")
    answers: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    words: Mapped[str] = mapped_column(Text, default="")
    rating: Mapped[Rating] = enum_column(Rating)
    next_step: Mapped[str] = mapped_column(String(200), default="")
    next_on: Mapped[date | None] = mapped_column(Date)
    consent: Mapped[bool] = mapped_column(Boolean, default=False)
    captured_at: Mapped[datetime] = mapped_column(UtcDateTime())
    received_at: Mapped[datetime] = mapped_column(UtcDateTime())
    met_on: Mapped[date] = mapped_column(Date)
    status: Mapped[ContactStatus] = enum_column(ContactStatus, default=ContactStatus.OPEN)
    due_on: Mapped[date] = mapped_column(Date)
    follower_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    followed_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    follow_result: Mapped[str] = mapped_column(String(400), default="")
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    lead_id: Mapped[int | None] = mapped_column(ForeignKey("leads.id"), index=True)
    photo_id: Mapped[int | None] = mapped_column(ForeignKey("files.id"), unique=True)
    # Until when somebody types the card off its photo, and the text of the code on it ("" when there is none to be read).
    taken_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    taken_until: Mapped[datetime | None] = mapped_column(UtcDateTime())
    typed_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    card_code: Mapped[str | None] = mapped_column(Text)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    is_sample: Mapped[bool] = mapped_column(Boolean, default=False)
    version: Mapped[int] = mapped_column(Integer, default=1)

    edition: Mapped[Edition] = relationship()
    org: Mapped[Org] = relationship()
    owner: Mapped[User] = relationship(foreign_keys=[owner_id])
    follower: Mapped[User | None] = relationship(foreign_keys=[follower_id])
    team: Mapped[Team | None] = relationship()
    exhibitor: Mapped[Exhibitor | None] = relationship()
    company: Mapped[Company | None] = relationship()
    person: Mapped[Person | None] = relationship()
    lead: Mapped[Lead | None] = relationship()
    photo: Mapped[File | None] = relationship()


class ContactPair(Base):
    """Two contacts that looked like one, settled by a person: both stand, or one was withdrawn for the other."""

    __tablename__ = "fair_contact_pairs"
    __table_args__ = (UniqueConstraint("first_id", "second_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    first_id: Mapped[int] = mapped_column(ForeignKey("fair_contacts.id"))
    second_id: Mapped[int] = mapped_column(ForeignKey("fair_contacts.id"), index=True)
    withdrawn_id: Mapped[int | None] = mapped_column(ForeignKey("fair_contacts.id"))
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime())


class FairPass(Base):
    """A phone on the floor: it opens one team's rows and the capture of one edition, seven days, revocable."""

    __tablename__ = "fair_passes"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = public_id_column()
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("editions.id"), index=True)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime())
    last_seen_at: Mapped[datetime] = mapped_column(UtcDateTime())
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime())
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    device: Mapped[str] = mapped_column(String(120), default="")

    user: Mapped[User] = relationship()
    edition: Mapped[Edition] = relationship()
