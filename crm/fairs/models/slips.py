"""Proof that somebody was met: 首谈确认单 on paper, numbered before the fair, and the visitor's own tap on a one-time page."""

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.accounts.models import Org, User
from crm.fairs.models.contacts import FairContact
from crm.fairs.models.editions import Edition
from crm.files.models import File
from crm.kit.db import Base, UtcDateTime, checked, public_id_column


class Slip(Base):
    """A numbered sheet of a unit for one edition: blank, then filled (its photo hangs on a contact), or void with a reason.

    ``public_id`` is what its code says: opaque, and worth nothing without a sign-in.
    """

    __tablename__ = "fair_slips"
    __table_args__ = (
        UniqueConstraint("edition_id", "number"),
        Index("ix_fair_slips_edition_org", "edition_id", "org_id"),
        checked("(contact_id IS NULL) = (photo_id IS NULL)", "a_filled_slip_has_its_photo"),
        checked("voided_at IS NULL OR contact_id IS NULL", "a_void_slip_proves_nothing"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = public_id_column()
    edition_id: Mapped[int] = mapped_column(ForeignKey("editions.id"))
    org_id: Mapped[int] = mapped_column(ForeignKey("orgs.id"))
    number: Mapped[int] = mapped_column(Integer)
    printed_at: Mapped[datetime] = mapped_column(UtcDateTime())
    printed_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("fair_contacts.id"), index=True)
    photo_id: Mapped[int | None] = mapped_column(ForeignKey("files.id"), unique=True)
    filled_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    filled_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    voided_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    void_reason: Mapped[str] = mapped_column(String(200), default="")
    is_sample: Mapped[bool] = mapped_column(Boolean, default=False)
    version: Mapped[int] = mapped_column(Integer, default=1)

    edition: Mapped[Edition] = relationship()
    org: Mapped[Org] = relationship()
    printed_by: Mapped[User] = relationship(foreign_keys=[printed_by_id])
    filled_by: Mapped[User | None] = relationship(foreign_keys=[filled_by_id])
    contact: Mapped[FairContact | None] = relationship()
    photo: Mapped[File | None] = relationship()

    @property
    def label(self) -> str:
        """The number as it stands on the sheet."""
        return f"{self.number:03d}"

    @property
    def state(self) -> str:
        """Return blank, filled or void."""
        if self.voided_at is not None:
            return "void"
        return "filled" if self.contact_id is not None else "blank"


class Tap(Base):
    """A one-time page for one contact, and what the visitor confirmed there. The token is stored as a hash alone.

    ``record`` is the text that later becomes the evidence, word for word; ``sha256`` is its hash at the moment of the tap.
    """

    __tablename__ = "fair_taps"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = public_id_column()
    contact_id: Mapped[int] = mapped_column(ForeignKey("fair_contacts.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    made_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime())
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime())
    tapped_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    name: Mapped[str] = mapped_column(String(40), default="")
    title: Mapped[str] = mapped_column(String(60), default="")
    record: Mapped[str] = mapped_column(Text, default="")
    sha256: Mapped[str] = mapped_column(String(64), default="")
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime())

    contact: Mapped[FairContact] = relationship()
    made_by: Mapped[User] = relationship()

    def state(self, now: datetime) -> str:
        """Return tapped, withdrawn, expired or open."""
        if self.withdrawn_at is not None:
            return "withdrawn"
        if self.tapped_at is not None:
            return "tapped"
        return "expired" if self.expires_at <= now else "open"
