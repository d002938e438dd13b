"""First reports. A claim competes for a matter of a company; the database lets one hold it (model.md §4)."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Boolean, Date, ForeignKey, Index, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.accounts.models import Org, User
from crm.companies.models import Company
from crm.files.models import File
from crm.kit import clock
from crm.kit.db import Base, Hundredths, UtcDateTime, checked, enum_column, public_id_column
from crm.leads.models import Grade, Lead


class ClaimStatus(StrEnum):
    """States of a claim. Extension and grace are dates, not states."""

    REGISTERED = "registered"  # 已登记 (grade C)
    VERIFYING = "verifying"  # 待核验
    RETURNED = "returned"  # 退回待补
    PROTECTED = "protected"  # 受保护
    TRANSFERRING = "transferring"  # 流转中
    OWNED = "owned"  # 已签约
    CONFLICT = "conflict"  # 待裁定
    REJECTED = "rejected"  # 不予认定
    EXPIRED = "expired"  # 已到期
    RECALLED = "recalled"  # 已收回
    WITHDRAWN = "withdrawn"  # 已撤回
    TRANSFERRED = "transferred"  # 已流转
    LOST = "lost"  # 未获认定
    ASSISTING = "assisting"  # 协助


class MatchLevel(StrEnum):
    """How surely two reports are about the same project. Source: domain.md §3.4."""

    L1 = "L1"
    L2 = "L2"
    L3 = "L3"


class CaseKind(StrEnum):
    """Why the centre must judge."""

    CONFLICT = "conflict"  # two units, the same matter
    SIMILAR = "similar"  # found only through 疑似同一 or the group (L3)
    GROUP = "group"
    KEYS = "keys"  # keys lead to two companies, or a code joins two records
    HOSTED = "hosted"  # another unit reports a firm that is settled here
    EARLIER = "earlier"  # the second filer says it was first


class CaseStatus(StrEnum):
    """States of a case."""

    OPEN = "open"
    CONSULTING = "consulting"
    DECIDED = "decided"


class StepKind(StrEnum):
    """What happened in a case."""

    OPENED = "opened"
    CONSULT = "consult"
    EARLIER = "earlier"
    HAND_OVER = "hand_over"
    NOTE = "note"
    DECIDED = "decided"
    PROPOSE = "propose"  # how the two might agree
    AGREE = "agree"
    LAPSED = "lapsed"  # the consultation ended without agreement
    CHOICE = "choice"  # the investor's stated choice
    REVOKED = "revoked"
    APPEAL = "appeal"
    APPEAL_BACK = "appeal_back"  # the appeal was taken back
    REVIEWED = "reviewed"
    ESCALATED = "escalated"


class LookUpResult(StrEnum):
    """The three answers of 可报吗 (S2)."""

    FREE = "free"
    TAKEN = "taken"
    JUDGE = "judge"


HOLDING = (
    ClaimStatus.VERIFYING,
    ClaimStatus.RETURNED,
    ClaimStatus.PROTECTED,
    ClaimStatus.TRANSFERRING,
    ClaimStatus.OWNED,
)
_HOLDING_SQL = ", ".join(f"'{s.value}'" for s in HOLDING)
RELEASED = (ClaimStatus.EXPIRED, ClaimStatus.RECALLED)
# In these words the index has it: SQLite takes a partial index only for a condition that says the same without parameters.
RELEASED_SQL = "status IN ('expired', 'recalled') AND protected_from IS NOT NULL"
_OPEN = "closed_at IS NULL"


def _where(condition: str) -> dict[str, Any]:
    """Return the condition of a partial index for both databases."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


class Claim(Base):
    """A first report. ``company_id`` is the identity it competes for (the owner of the key), which the filer may not be able to see.

    ``hold_until`` = protection's last instant + grace; null while provisional. ``params`` keeps the numbers it was decided by.
    """

    __tablename__ = "claims"
    __table_args__ = (
        Index(
            "uq_claims_holder",
            "company_id",
            "matter_no",
            unique=True,
            sqlite_where=text("holds"),
            postgresql_where=text("holds"),
        ),
        Index(
            "uq_claims_project",
            "project_code",
            unique=True,
            sqlite_where=text("holds AND project_code IS NOT NULL"),
            postgresql_where=text("holds AND project_code IS NOT NULL"),
        ),
        Index(
            "uq_claims_open_lead",
            "lead_id",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index("ix_claims_org_status", "org_id", "status", "filed_at"),
        Index("ix_claims_status_due", "status", "verify_due_on"),
        # A piece of a name is looked for in the index, which is a tenth of the table.
        Index("ix_claims_filed", "filed_at", "id", "company_words", "number"),
        # The orders of the ledger: of one unit, and of one state.
        Index("ix_claims_org_filed", "org_id", "filed_at", "id"),
        Index("ix_claims_state_filed", "status", "filed_at", "id"),
        # What is not ended, a part that does not grow with the years: figures of a unit, what ends soon, samples.
        Index("ix_claims_open", "org_id", "status", "protected_until", "closed_at", **_where(_OPEN)),
        Index("ix_claims_open_until", "protected_until", "id", **_where(_OPEN)),
        Index("ix_claims_unit", "id", "org_id"),  # from a month's events to their units
        Index("ix_claims_samples", "sampled", "verified_at", **_where(f"{_OPEN} AND sample_passed IS NULL")),
        Index("ix_claims_released", "company_id", "lead_id", **_where(RELEASED_SQL)),
        checked(
            f"NOT holds OR (matter_no IS NOT NULL AND closed_at IS NULL AND status IN ({_HOLDING_SQL}))",
            "holder_is_alive",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = public_id_column()
    number: Mapped[str] = mapped_column(String(20), unique=True)
    lead_id: Mapped[int] = mapped_column(ForeignKey("leads.id"), index=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), index=True)
    org_id: Mapped[int] = mapped_column(ForeignKey("orgs.id"))
    filer_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    company_words: Mapped[str] = mapped_column(String(200))  # as the filer typed it
    matter_no: Mapped[int | None] = mapped_column(Integer)
    holds: Mapped[bool] = mapped_column(Boolean, default=False)
    status: Mapped[ClaimStatus] = enum_column(ClaimStatus)
    level: Mapped[MatchLevel | None] = enum_column(MatchLevel)
    basis: Mapped[str] = mapped_column(String(60), default="")
    small: Mapped[bool] = mapped_column(Boolean, default=True)
    sampled: Mapped[bool] = mapped_column(Boolean, default=False)
    sample_passed: Mapped[bool | None] = mapped_column(Boolean)
    grade: Mapped[Grade] = enum_column(Grade)
    project_code: Mapped[str | None] = mapped_column(String(40))
    invest_total_cny: Mapped[Decimal | None] = mapped_column(Hundredths())
    digest: Mapped[str] = mapped_column(String(64), default="")
    first_contact_on: Mapped[date] = mapped_column(Date)
    filed_at: Mapped[datetime] = mapped_column(UtcDateTime())
    effective_at: Mapped[datetime] = mapped_column(UtcDateTime())
    verify_due_on: Mapped[date | None] = mapped_column(Date)
    grace_due_on: Mapped[date | None] = mapped_column(Date)
    repair_due: Mapped[datetime | None] = mapped_column(UtcDateTime())
    overdue_told_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    verified_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    verified_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    protected_from: Mapped[date | None] = mapped_column(Date)
    protected_until: Mapped[date | None] = mapped_column(Date)  # the last protected day, Asia/Shanghai
    hold_until: Mapped[datetime | None] = mapped_column(UtcDateTime(), index=True)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    decision_reason: Mapped[str] = mapped_column(String(400), default="")
    paper_document_no: Mapped[str] = mapped_column(String(80), default="")
    params: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    is_sample: Mapped[bool] = mapped_column(Boolean, default=False)
    version: Mapped[int] = mapped_column(Integer, default=1)

    lead: Mapped[Lead] = relationship()
    company: Mapped[Company] = relationship()
    org: Mapped[Org] = relationship()
    filer: Mapped[User] = relationship(foreign_keys=[filer_id])
    verified_by: Mapped[User | None] = relationship(foreign_keys=[verified_by_id])
    events: Mapped[list["ClaimEvent"]] = relationship(order_by="ClaimEvent.seq")

    @property
    def repair_on(self) -> date | None:
        """The last day on which a repair counts; ``repair_due`` is the 24:00 that ends it."""
        return clock.local(self.repair_due - timedelta(seconds=1)).date() if self.repair_due else None


class ClaimEvent(Base):
    """A line of the ledger; triggers refuse UPDATE and DELETE. The claim is its projection."""

    __tablename__ = "claim_events"
    __table_args__ = (Index("ix_claim_events_kind_at", "kind", "at", "claim_id"),)

    claim_id: Mapped[int] = mapped_column(ForeignKey("claims.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(Integer, primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    at: Mapped[datetime] = mapped_column(UtcDateTime())
    by_id: Mapped[int] = mapped_column(Integer)
    by_words: Mapped[str] = mapped_column(String(120))
    reason: Mapped[str] = mapped_column(Text, default="")
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class ClaimPiece(Base):
    """A pair of neighbouring characters of a reported name, as a number, by unit: no search reads another unit's (S1)."""

    __tablename__ = "claim_pieces"
    __table_args__ = ({"sqlite_with_rowid": False},)

    piece: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    org_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    claim_id: Mapped[int] = mapped_column(ForeignKey("claims.id"), primary_key=True, autoincrement=False)


class Case(Base):
    """A question the centre must settle. ``due_on`` is a working day."""

    __tablename__ = "cases"
    __table_args__ = (
        Index("ix_cases_status_due", "status", "due_on"),
        Index("ix_cases_decided", "decided_at", "status", **_where("decided_at IS NOT NULL")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = public_id_column()
    number: Mapped[str] = mapped_column(String(20), unique=True)
    kind: Mapped[CaseKind] = enum_column(CaseKind)
    level: Mapped[MatchLevel | None] = enum_column(MatchLevel)
    basis: Mapped[str] = mapped_column(String(60), default="")
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), index=True)
    other_company_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id"))
    matter_no: Mapped[int | None] = mapped_column(Integer)
    status: Mapped[CaseStatus] = enum_column(CaseStatus, default=CaseStatus.OPEN)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime())
    due_on: Mapped[date] = mapped_column(Date)
    decision: Mapped[str] = mapped_column(String(30), default="")
    reason: Mapped[str] = mapped_column(String(600), default="")
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    escalated_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    version: Mapped[int] = mapped_column(Integer, default=1)

    company: Mapped[Company] = relationship(foreign_keys=[company_id])
    other_company: Mapped[Company | None] = relationship(foreign_keys=[other_company_id])
    parties: Mapped[list["CaseParty"]] = relationship(order_by="CaseParty.side")
    steps: Mapped[list["CaseStep"]] = relationship(order_by="CaseStep.seq")
    decided_by: Mapped[User | None] = relationship()


class CaseParty(Base):
    """A claim in a case: side 0 held first, or met the firm first. ``outcome``: what a case of three or more parties gave it."""

    __tablename__ = "case_parties"

    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    claim_id: Mapped[int] = mapped_column(ForeignKey("claims.id"), primary_key=True, index=True)
    side: Mapped[int] = mapped_column(Integer)
    outcome: Mapped[str] = mapped_column(String(10), default="", server_default="")

    claim: Mapped[Claim] = relationship()


class CaseStep(Base):
    """What a party or the centre did in a case. ``org_id`` says whose words these are; the other side does not read them.

    ``decision`` is what a step proposes, agrees to or settles: a word of the fixed list, which both sides read.
    """

    __tablename__ = "case_steps"
    __table_args__ = (UniqueConstraint("case_id", "seq"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    seq: Mapped[int] = mapped_column(Integer)
    kind: Mapped[StepKind] = enum_column(StepKind)
    at: Mapped[datetime] = mapped_column(UtcDateTime())
    by_id: Mapped[int] = mapped_column(Integer)
    by_words: Mapped[str] = mapped_column(String(120))
    org_id: Mapped[int | None] = mapped_column(ForeignKey("orgs.id"))
    claim_id: Mapped[int | None] = mapped_column(ForeignKey("claims.id"))
    text: Mapped[str] = mapped_column(Text, default="")
    decision: Mapped[str] = mapped_column(String(30), default="", server_default="")


class CaseFile(Base):
    """Evidence handed in with a step of a case."""

    __tablename__ = "case_files"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(ForeignKey("cases.id"), index=True)
    step_id: Mapped[int] = mapped_column(ForeignKey("case_steps.id"))
    file_id: Mapped[int] = mapped_column(ForeignKey("files.id"), unique=True)
    org_id: Mapped[int] = mapped_column(ForeignKey("orgs.id"))

    file: Mapped[File] = relationship()


class LookUp(Base):
    """A counted question 可报吗: the log and the limit. ``identity`` is the key asked about, for firms the base does not hold."""

    __tablename__ = "look_ups"
    __table_args__ = (
        Index("ix_look_ups_user_at", "user_id", "at"),
        Index("ix_look_ups_org_at", "org_id", "at"),
        Index("ix_look_ups_company", "company_id", "at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    org_id: Mapped[int] = mapped_column(ForeignKey("orgs.id"))
    company_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id"))
    identity: Mapped[str] = mapped_column(String(220))
    words: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime] = mapped_column(UtcDateTime())
    counted: Mapped[bool] = mapped_column(Boolean, default=True)
    result: Mapped[LookUpResult] = enum_column(LookUpResult)
