"""Leads: investment intentions that are not yet judged, with their evidence."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Boolean, Date, ForeignKey, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from crm.accounts.models import Org, User
from crm.companies.models import Company
from crm.core import leads as rules
from crm.files.models import File
from crm.kit import clock
from crm.kit.db import Base, Hundredths, UtcDateTime, enum_column, public_id_column
from crm.people.models import Person
from crm.plan.models import Channel, Node


class LeadStatus(StrEnum):
    """Where a lead stands. Protection is not a state of the lead but a claim on it."""

    DRAFT = "draft"  # 草稿
    FILED = "filed"  # 已首报
    FOLLOWING = "following"  # 跟进中
    DECLINED = "declined"  # 不跟进
    REFERRED = "referred"  # 已转办
    CONVERTED = "converted"  # 已转项目
    CLOSED = "closed"  # 已关闭


class ContactWay(StrEnum):
    """How the contact took place."""

    VISIT = "visit"  # 上门拜访
    RECEPTION = "reception"  # 来访接待
    CALL = "call"  # 电话
    ONLINE = "online"  # 线上
    FAIR = "fair"  # 展会
    MESSAGE = "message"  # 微信、邮件
    CLOUD_TALK = "cloud_talk"  # 云洽谈
    CLOUD_VISIT = "cloud_visit"  # 云考察
    CLOUD_SIGNING = "cloud_signing"  # 云签约


class ReferrerKind(StrEnum):
    """What a referrer is. Officials in office are none that a reward is bound to (domain.md §2.3)."""

    PERSON = "person"  # 个人
    CHAMBER = "chamber"  # 商会、协会
    COMPANY = "company"  # 企业（以商招商）
    AGENCY = "agency"  # 中介、基金
    PUBLIC = "public"  # 公职人员、政府部门


class Grade(StrEnum):
    """How much a piece of evidence proves. Source: domain.md §3.3."""

    A = "A"
    B = "B"
    C = "C"


# What units work on, in the words of its index: SQLite takes the index only where a statement says the same.
AT_WORK_SQL = "status IN ('following', 'filed')"


class Lead(Base):
    """An intention to invest. ``company_text`` is what this unit typed; ``company_id`` the row this unit may see.

    ``hold``, ``hold_until`` and ``claim_status`` are copies that only ``claims`` writes.
    ``last_contact_on``, ``next_on`` and ``next_step`` are copies that only ``interactions`` writes. ``draft`` keeps what each
    person typed and did not save yet, by user id.
    """

    __tablename__ = "leads"
    __table_args__ = (
        Index("ix_leads_org_status", "org_id", "status", "updated_at"),
        Index("ix_leads_owner_next", "owner_id", "next_on"),
        Index("ix_leads_updated", "updated_at", "id"),
        # What the start pages add up by unit, read off the index alone.
        Index(
            "ix_leads_untriaged",
            *("org_id", "status", "claim_status", "registered_at"),
            sqlite_where=text("triaged_at IS NULL"),
            postgresql_where=text("triaged_at IS NULL"),
        ),
        Index(
            "ix_leads_at_work",
            *("org_id", "invest_total_cny", "status"),
            sqlite_where=text(AT_WORK_SQL),
            postgresql_where=text(AT_WORK_SQL),
        ),
        Index("ix_leads_contact", "org_id", "last_contact_on"),
        Index("ix_leads_created", "org_id", "created_at", "status"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = public_id_column()
    org_id: Mapped[int] = mapped_column(ForeignKey("orgs.id"))
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    company_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id"), index=True)
    company_text: Mapped[str] = mapped_column(String(200), default="")
    uscc_text: Mapped[str] = mapped_column(String(30), default="")
    draft: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    title: Mapped[str] = mapped_column(String(120), default="")
    content: Mapped[str] = mapped_column(Text, default="")
    node_id: Mapped[int | None] = mapped_column(ForeignKey("nodes.id"), index=True)
    invest_total_cny: Mapped[Decimal | None] = mapped_column(Hundredths())
    invest_fixed_cny: Mapped[Decimal | None] = mapped_column(Hundredths())
    area_mu: Mapped[Decimal | None] = mapped_column(Hundredths())
    site_wish: Mapped[str] = mapped_column(String(120), default="")
    project_code: Mapped[str | None] = mapped_column(String(40))
    channel_id: Mapped[int | None] = mapped_column(ForeignKey("channels.id"))
    referrer: Mapped[str] = mapped_column(String(60), default="")
    referrer_kind: Mapped[ReferrerKind | None] = enum_column(ReferrerKind)
    referrer_key: Mapped[str] = mapped_column(String(60), default="", server_default="")
    referrer_company_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id"), index=True)
    referrer_person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    first_contact_on: Mapped[date | None] = mapped_column(Date)
    contact_way: Mapped[ContactWay | None] = enum_column(ContactWay)
    status: Mapped[LeadStatus] = enum_column(LeadStatus, default=LeadStatus.DRAFT)
    triage_reason: Mapped[str] = mapped_column(String(300), default="")
    triaged_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    triaged_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    hold: Mapped[bool] = mapped_column(Boolean, default=False)
    hold_until: Mapped[datetime | None] = mapped_column(UtcDateTime())
    claim_status: Mapped[str] = mapped_column(String(20), default="", index=True)
    last_contact_on: Mapped[date | None] = mapped_column(Date)
    next_on: Mapped[date | None] = mapped_column(Date)
    next_step: Mapped[str] = mapped_column(String(200), default="")
    registered_at: Mapped[datetime | None] = mapped_column(
        UtcDateTime()
    )  # left the draft; the triage clock runs from here
    is_sample: Mapped[bool] = mapped_column(Boolean, default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime())
    version: Mapped[int] = mapped_column(Integer, default=1)

    org: Mapped[Org] = relationship(foreign_keys=[org_id])
    owner: Mapped[User] = relationship(foreign_keys=[owner_id])
    company: Mapped[Company | None] = relationship(foreign_keys=[company_id])
    node: Mapped[Node | None] = relationship()
    channel: Mapped[Channel | None] = relationship()
    referrer_person: Mapped[Person | None] = relationship(foreign_keys=[referrer_person_id])
    files: Mapped[list["LeadFile"]] = relationship(back_populates="lead", order_by="LeadFile.id")
    people: Mapped[list["LeadPerson"]] = relationship(order_by="LeadPerson.person_id")

    @validates("referrer")
    def _same_referrer(self, _name: str, text: str) -> str:
        """Whoever writes the name keeps its key and, unless a person chose one, its kind."""
        if self.referrer_kind is None or self.referrer_kind == rules.referrer_kind(self.referrer or ""):
            kind = rules.referrer_kind(text)
            self.referrer_kind = ReferrerKind(kind) if kind else None
        self.referrer_key = rules.referrer_key(text)
        return text

    @property
    def last_day_held(self) -> date | None:
        """The last Shanghai day of the hold, grace included: ``hold_until`` is 24:00 of it."""
        return clock.local(self.hold_until - timedelta(seconds=1)).date() if self.hold_until else None


class LeadFile(Base):
    """A piece of evidence of a lead. Sealed at filing: from then on it stays as it is."""

    __tablename__ = "lead_files"

    id: Mapped[int] = mapped_column(primary_key=True)
    lead_id: Mapped[int] = mapped_column(ForeignKey("leads.id"), index=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("files.id"), unique=True)
    grade: Mapped[Grade] = enum_column(Grade, default=Grade.C)
    kind: Mapped[str] = mapped_column(String(40), default="")
    sha256: Mapped[str] = mapped_column(String(64))
    sealed_at: Mapped[datetime | None] = mapped_column(UtcDateTime())

    lead: Mapped[Lead] = relationship(back_populates="files")
    file: Mapped[File] = relationship()


class LeadPerson(Base):
    """Whom the unit speaks to about a lead."""

    __tablename__ = "lead_people"

    lead_id: Mapped[int] = mapped_column(ForeignKey("leads.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), primary_key=True)

    person: Mapped[Person] = relationship()
