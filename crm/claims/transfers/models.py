"""Transfers of claims between units, and what the two governments share. Never a benefit of a firm."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Boolean, Date, ForeignKey, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.accounts.models import Org, User
from crm.claims.models import Case, Claim
from crm.kit.db import Base, UtcDateTime, checked, enum_column, public_id_column


class TransferReason(StrEnum):
    """Why a claim goes to another unit. Source: domain.md §3.7."""

    PLAN = "plan"  # 规划不符
    SPACE = "space"  # 无地、能耗、环境容量
    INVESTOR = "investor"  # 投资方意愿
    EXPIRED = "expired"  # 保护期满
    CITY = "city"  # 市级统筹


class TransferStatus(StrEnum):
    """States of a transfer."""

    APPLIED = "applied"  # 待市中心提名
    OFFERED = "offered"  # 待承接
    ACCEPTED = "accepted"  # 已承接
    DECLINED = "declined"  # 已谢绝
    LAPSED = "lapsed"  # 逾期未答
    REFUSED = "refused"  # 市中心不同意
    WITHDRAWN = "withdrawn"  # 已撤回


RUNNING = (TransferStatus.APPLIED, TransferStatus.OFFERED, TransferStatus.DECLINED, TransferStatus.LAPSED)


class Metric(StrEnum):
    """What two units share. ``ASSESS`` is credit for the assessment; the others are figures or revenue between governments."""

    ASSESS = "assess"  # 考核计分
    TAX = "tax"  # 税收县级留成
    INVEST = "invest"  # 固定资产投资（考核口径）
    OUTPUT = "output"  # 产值（考核口径）
    FUNDS = "funds"  # 到位资金（考核口径）


class Settle(StrEnum):
    """How often it is settled."""

    ONCE = "once"
    QUARTER = "quarter"
    YEAR = "year"


class AgreementStatus(StrEnum):
    """States of an agreement on benefits."""

    DRAFT = "draft"  # 起草中
    SIGNED = "signed"  # 双方已确认
    REPLACED = "replaced"  # 已由新协议代替


class Transfer(Base):
    """A claim on its way from ``origin`` to ``host``. ``words`` keeps the proposal of the plan as it was shown."""

    __tablename__ = "transfers"
    __table_args__ = (
        Index(
            "uq_transfers_running",
            "claim_id",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index("ix_transfers_status_due", "status", "accept_due_on"),
        checked("host_org_id IS NULL OR host_org_id <> origin_org_id", "goes_elsewhere"),
        checked("status <> 'accepted' OR new_claim_id IS NOT NULL", "accepted_with_a_claim"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = public_id_column()
    number: Mapped[str] = mapped_column(String(20), unique=True)
    claim_id: Mapped[int] = mapped_column(ForeignKey("claims.id"))
    origin_org_id: Mapped[int] = mapped_column(ForeignKey("orgs.id"), index=True)
    host_org_id: Mapped[int | None] = mapped_column(ForeignKey("orgs.id"), index=True)
    reason: Mapped[TransferReason] = enum_column(TransferReason)
    reason_words: Mapped[str] = mapped_column(String(400))
    status: Mapped[TransferStatus] = enum_column(TransferStatus)
    words: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    was_status: Mapped[str] = mapped_column(String(20), default="")  # of the claim, to go back to
    applied_at: Mapped[datetime] = mapped_column(UtcDateTime())
    applied_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    offered_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    offered_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    offer_words: Mapped[str] = mapped_column(String(400), default="")
    accept_due_on: Mapped[date | None] = mapped_column(Date)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    answer_words: Mapped[str] = mapped_column(String(400), default="")
    informed_on: Mapped[date | None] = mapped_column(Date)
    new_claim_id: Mapped[int | None] = mapped_column(ForeignKey("claims.id"), unique=True)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    is_sample: Mapped[bool] = mapped_column(Boolean, default=False)
    version: Mapped[int] = mapped_column(Integer, default=1)

    claim: Mapped[Claim] = relationship(foreign_keys=[claim_id])
    new_claim: Mapped[Claim | None] = relationship(foreign_keys=[new_claim_id])
    origin: Mapped[Org] = relationship(foreign_keys=[origin_org_id])
    host: Mapped[Org | None] = relationship(foreign_keys=[host_org_id])
    applied_by: Mapped[User] = relationship(foreign_keys=[applied_by_id])


class BenefitAgreement(Base):
    """What origin and host share: one for a transfer, or for a case decided as sharing. Both confirm before it counts."""

    __tablename__ = "benefit_agreements"
    __table_args__ = (
        checked("(transfer_id IS NULL) <> (case_id IS NULL)", "for_one_thing"),
        UniqueConstraint("case_id", "origin_org_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = public_id_column()
    number: Mapped[str] = mapped_column(String(20), unique=True)
    transfer_id: Mapped[int | None] = mapped_column(ForeignKey("transfers.id"), unique=True)
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"))
    origin_org_id: Mapped[int] = mapped_column(ForeignKey("orgs.id"))
    host_org_id: Mapped[int] = mapped_column(ForeignKey("orgs.id"))
    status: Mapped[AgreementStatus] = enum_column(AgreementStatus, default=AgreementStatus.DRAFT)
    origin_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    origin_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    host_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    host_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime())
    version: Mapped[int] = mapped_column(Integer, default=1)

    origin: Mapped[Org] = relationship(foreign_keys=[origin_org_id])
    host: Mapped[Org] = relationship(foreign_keys=[host_org_id])
    transfer: Mapped[Transfer | None] = relationship()
    case: Mapped[Case | None] = relationship()
    lines: Mapped[list["BenefitLine"]] = relationship(order_by="BenefitLine.id", cascade="all, delete-orphan")


class BenefitLine(Base):
    """A metric: shares that add up to the whole, or both in full (dual), for so many years, on a stated basis."""

    __tablename__ = "benefit_lines"
    __table_args__ = (
        UniqueConstraint("agreement_id", "metric"),
        checked(
            "origin_percent BETWEEN 0 AND 100 AND host_percent BETWEEN 0 AND 100 AND "
            "((dual AND origin_percent = 100 AND host_percent = 100) OR (NOT dual AND origin_percent + host_percent = 100))",
            "adds_up",
        ),
        checked("years BETWEEN 1 AND 20", "some_years"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    agreement_id: Mapped[int] = mapped_column(ForeignKey("benefit_agreements.id"))
    metric: Mapped[Metric] = enum_column(Metric)
    dual: Mapped[bool] = mapped_column(Boolean, default=False)
    origin_percent: Mapped[int] = mapped_column(Integer)
    host_percent: Mapped[int] = mapped_column(Integer)
    years: Mapped[int] = mapped_column(Integer)
    basis: Mapped[str] = mapped_column(String(120))
    settle: Mapped[Settle] = enum_column(Settle)
