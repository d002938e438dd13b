"""What is asked about a running protection, and who may verify in another's place for some days."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Date, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.accounts.models import Org, User
from crm.claims.models import Claim
from crm.kit.db import Base, UtcDateTime, checked, enum_column, public_id_column


class RequestKind(StrEnum):
    """What is asked."""

    EXTEND = "extend"  # 延期
    PAUSE = "pause"  # 暂停计时
    RECALL = "recall"  # 收回


class RequestStatus(StrEnum):
    """How far it is. A request whose claim ended otherwise is dropped."""

    OPEN = "open"
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    DROPPED = "dropped"


class Ground(StrEnum):
    """What stops a clock: a step that waits at a government office, or force majeure. Source: domain.md §2.2."""

    EIA = "eia"  # 环评
    LAND = "land"  # 用地
    ENERGY = "energy"  # 能评
    FORCE_MAJEURE = "force_majeure"


class ClaimRequest(Base):
    """An extension or a pause that the holder asks for, or a recall that is proposed; decided by a person who did not ask.

    ``followups`` and ``meetings`` are what the system counted when it was asked. A pause holds from ``from_on`` to
    ``until_on``, or to ``ended_on`` if it ended early. A recall is not decided before ``answer`` or the end of ``hear_until``.
    """

    __tablename__ = "claim_requests"
    __table_args__ = (
        Index(
            "uq_claim_requests_open",
            "claim_id",
            "kind",
            unique=True,
            sqlite_where=text("status = 'open'"),
            postgresql_where=text("status = 'open'"),
        ),
        Index("ix_claim_requests_status", "status", "asked_at"),
        checked("until_on IS NULL OR from_on IS NULL OR until_on >= from_on", "ends_after_it_begins"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = public_id_column()
    claim_id: Mapped[int] = mapped_column(ForeignKey("claims.id"), index=True)
    kind: Mapped[RequestKind] = enum_column(RequestKind)
    status: Mapped[RequestStatus] = enum_column(RequestStatus, default=RequestStatus.OPEN)
    ground: Mapped[Ground | None] = enum_column(Ground)
    reason: Mapped[str] = mapped_column(String(400), default="")
    days: Mapped[int] = mapped_column(Integer, default=0)
    from_on: Mapped[date | None] = mapped_column(Date)
    until_on: Mapped[date | None] = mapped_column(Date)
    ended_on: Mapped[date | None] = mapped_column(Date)
    followups: Mapped[int] = mapped_column(Integer, default=0)
    meetings: Mapped[int] = mapped_column(Integer, default=0)
    hear_until: Mapped[date | None] = mapped_column(Date)
    answer: Mapped[str] = mapped_column(String(400), default="")
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))  # nobody: the system proposed it
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime())
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    decision_reason: Mapped[str] = mapped_column(String(400), default="")
    version: Mapped[int] = mapped_column(Integer, default=1)

    claim: Mapped[Claim] = relationship()
    asked_by: Mapped[User | None] = relationship(foreign_keys=[asked_by_id])
    decided_by: Mapped[User | None] = relationship(foreign_keys=[decided_by_id])
    answered_by: Mapped[User | None] = relationship(foreign_keys=[answered_by_id])

    @property
    def last_paused_on(self) -> date | None:
        """The last day on which a granted pause stops the clock."""
        return self.ended_on or self.until_on


class Deputy(Base):
    """A colleague who verifies in the place of a unit's manager from a day to a day, both included."""

    __tablename__ = "deputies"
    __table_args__ = (
        Index("ix_deputies_user_days", "user_id", "from_on", "until_on"),
        checked("until_on >= from_on", "ends_after_it_begins"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = public_id_column()
    org_id: Mapped[int] = mapped_column(ForeignKey("orgs.id"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    for_user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    from_on: Mapped[date] = mapped_column(Date)
    until_on: Mapped[date] = mapped_column(Date)
    reason: Mapped[str] = mapped_column(String(120), default="")
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    org: Mapped[Org] = relationship()
    user: Mapped[User] = relationship(foreign_keys=[user_id])
    for_user: Mapped[User] = relationship(foreign_keys=[for_user_id])
