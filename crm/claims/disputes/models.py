"""What a dispute leaves behind: opinions with their copies, an appeal, the investor's stated choice."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Date, ForeignKey, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.accounts.models import Org, User
from crm.claims.models import Case, Claim
from crm.files.models import File
from crm.kit.db import Base, UtcDateTime, checked, enum_column, public_id_column


class Instance(StrEnum):
    """Who spoke: the arbiter, or the leading group's office on appeal."""

    FIRST = "first"
    APPEAL = "appeal"


class Audience(StrEnum):
    """For whom a copy of an opinion is written: the archive reads both sides, a party its own."""

    ARCHIVE = "archive"
    FIRST = "first"
    SECOND = "second"


class AppealStatus(StrEnum):
    """States of an appeal."""

    OPEN = "open"  # 复核中
    UPHELD = "upheld"  # 维持
    CHANGED = "changed"  # 变更
    WITHDRAWN = "withdrawn"  # 撤回


class Opinion(Base):
    """A numbered 《首谈权认定意见书》; triggers refuse UPDATE and DELETE. ``points`` holds side → criterion → number and words."""

    __tablename__ = "case_opinions"
    __table_args__ = (UniqueConstraint("year", "serial"), UniqueConstraint("case_id", "instance"))

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = public_id_column()
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"))
    instance: Mapped[Instance] = enum_column(Instance)
    year: Mapped[int] = mapped_column(Integer)
    serial: Mapped[int] = mapped_column(Integer)
    decision: Mapped[str] = mapped_column(String(30))
    reason: Mapped[str] = mapped_column(Text)
    points: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    at: Mapped[datetime] = mapped_column(UtcDateTime())
    by_id: Mapped[int] = mapped_column(Integer)
    by_words: Mapped[str] = mapped_column(String(120))

    case: Mapped[Case] = relationship()
    copies: Mapped[list["OpinionCopy"]] = relationship(order_by="OpinionCopy.id", back_populates="opinion")

    @property
    def number(self) -> str:
        """The number as printed, such as 黄招首谈〔2026〕3号."""
        return f"黄招首谈〔{self.year}〕{self.serial}号"


class OpinionCopy(Base):
    """The opinion for one reader as a Word file, sealed. ``side``: whose copy, 0 for the archive's too."""

    __tablename__ = "opinion_copies"
    __table_args__ = (UniqueConstraint("opinion_id", "audience", "side"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    opinion_id: Mapped[int] = mapped_column(ForeignKey("case_opinions.id"))
    audience: Mapped[Audience] = enum_column(Audience)
    side: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    file_id: Mapped[int] = mapped_column(ForeignKey("files.id"), unique=True)

    opinion: Mapped[Opinion] = relationship(back_populates="copies")
    file: Mapped[File] = relationship()
    print: Mapped["OpinionPrint | None"] = relationship()


class OpinionPrint(Base):
    """The same copy as a PDF file, sealed; laid out a moment after the decision."""

    __tablename__ = "opinion_prints"

    copy_id: Mapped[int] = mapped_column(ForeignKey("opinion_copies.id"), primary_key=True, autoincrement=False)
    file_id: Mapped[int] = mapped_column(ForeignKey("files.id"), unique=True)

    file: Mapped[File] = relationship()


class Appeal(Base):
    """A party asks the leading group to look again: decided once a case. One taken back may be filed again, in the same row."""

    __tablename__ = "case_appeals"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), unique=True)
    claim_id: Mapped[int] = mapped_column(ForeignKey("claims.id"), index=True)
    status: Mapped[AppealStatus] = enum_column(AppealStatus, default=AppealStatus.OPEN)
    filed_at: Mapped[datetime] = mapped_column(UtcDateTime())
    due_on: Mapped[date] = mapped_column(Date)
    reason: Mapped[str] = mapped_column(String(600))
    answer: Mapped[str] = mapped_column(String(600), default="")
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    told_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    version: Mapped[int] = mapped_column(Integer, default=1)

    claim: Mapped[Claim] = relationship()
    decided_by: Mapped[User | None] = relationship()


class InvestorChoice(Base):
    """The investor's stamped word on which unit it prefers. Entered by a claim's unit, revoked by a second paper."""

    __tablename__ = "investor_choices"
    __table_args__ = (
        checked("(revoked_at IS NULL) = (revoke_file_id IS NULL)", "revoked_with_its_paper"),
        checked("(revoked_at IS NULL) = (revoked_by_id IS NULL)", "revoked_by_somebody"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = public_id_column()
    claim_id: Mapped[int] = mapped_column(ForeignKey("claims.id"), index=True)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"), index=True)
    org_id: Mapped[int] = mapped_column(ForeignKey("orgs.id"))  # whose claim it stands on
    chosen_org_id: Mapped[int] = mapped_column(ForeignKey("orgs.id"))
    stated_on: Mapped[date] = mapped_column(Date)
    signer: Mapped[str] = mapped_column(String(60))
    file_id: Mapped[int] = mapped_column(ForeignKey("files.id"), unique=True)
    entered_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    entered_at: Mapped[datetime] = mapped_column(UtcDateTime())
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    revoked_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    revoked_on: Mapped[date | None] = mapped_column(Date)
    revoke_file_id: Mapped[int | None] = mapped_column(ForeignKey("files.id"), unique=True)

    chosen_org: Mapped[Org] = relationship(foreign_keys=[chosen_org_id])
    file: Mapped[File] = relationship(foreign_keys=[file_id])
    revoke_file: Mapped[File | None] = relationship(foreign_keys=[revoke_file_id])
