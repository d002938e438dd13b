"""Dated contacts: who was spoken to, with what result, and what comes next."""

from datetime import date, datetime

from sqlalchemy import Boolean, Date, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.accounts.models import Org, User
from crm.companies.models import Company
from crm.kit.db import Base, UtcDateTime, enum_column, public_id_column
from crm.leads.models import ContactWay, Lead


class Interaction(Base):
    """A contact (记一笔). ``effective``: a named person at the company and a result or next step (domain.md §2.2).

    ``next_done_at`` of a step that a later contact settled is the moment of that contact. Withdrawn rows count nowhere.
    """

    __tablename__ = "interactions"
    __table_args__ = (
        Index("ix_interactions_lead", "lead_id", "on"),
        Index("ix_interactions_company_org", "company_id", "org_id"),
        Index("ix_interactions_org_on", "org_id", "on"),
        Index("ix_interactions_by_next", "by_id", "next_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = public_id_column()
    org_id: Mapped[int] = mapped_column(ForeignKey("orgs.id"))
    company_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id"))
    lead_id: Mapped[int | None] = mapped_column(ForeignKey("leads.id"))
    kind: Mapped[ContactWay] = enum_column(ContactWay)
    on: Mapped[date] = mapped_column("on", Date)
    person_name: Mapped[str] = mapped_column(String(40), default="")
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    result: Mapped[str] = mapped_column(Text)
    next_step: Mapped[str] = mapped_column(String(200), default="")
    next_on: Mapped[date | None] = mapped_column(Date)
    next_done_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    effective: Mapped[bool] = mapped_column(Boolean, default=False)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    is_sample: Mapped[bool] = mapped_column(Boolean, default=False)
    version: Mapped[int] = mapped_column(Integer, default=1)

    org: Mapped[Org] = relationship()
    company: Mapped[Company | None] = relationship()
    lead: Mapped[Lead | None] = relationship()
    by: Mapped[User] = relationship()
