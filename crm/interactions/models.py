"""Dated contacts: who was spoken to, with what result, and what comes next."""

from datetime import date, datetime

from sqlalchemy import Boolean, Date, ForeignKey, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.accounts.models import Org, User
from crm.companies.models import Company
from crm.files.models import File
from crm.kit.db import Base, UtcDateTime, enum_column, public_id_column
from crm.leads.models import ContactWay, Lead
from crm.projects.models import Project


class Interaction(Base):
    """A contact (记一笔). ``effective``: a named person at the company and a result or next step (domain.md §2.2).

    ``next_done_at`` of a step that a later contact settled is the moment of that contact. Withdrawn rows count nowhere.
    """

    __tablename__ = "interactions"
    __table_args__ = (
        Index("ix_interactions_lead", "lead_id", "on"),
        Index("ix_interactions_project", "project_id", "on"),
        Index("ix_interactions_company_org", "company_id", "org_id"),
        Index("ix_interactions_org_on", "org_id", "on"),
        Index("ix_interactions_by_next", "by_id", "next_on"),
        Index(
            *("ix_interactions_waiting", "org_id", "next_on"),
            sqlite_where=text("next_on IS NOT NULL AND next_done_at IS NULL"),
            postgresql_where=text("next_on IS NOT NULL AND next_done_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = public_id_column()
    org_id: Mapped[int] = mapped_column(ForeignKey("orgs.id"))
    company_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id"))
    lead_id: Mapped[int | None] = mapped_column(ForeignKey("leads.id"))
    project_id: Mapped[int | None] = mapped_column(ForeignKey("projects.id"))
    kind: Mapped[ContactWay] = enum_column(ContactWay)
    on: Mapped[date] = mapped_column("on", Date)
    person_name: Mapped[str] = mapped_column(String(40), default="")
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    place: Mapped[str] = mapped_column(String(80), default="")
    our_side: Mapped[str] = mapped_column(String(200), default="")  # who took part for us, as read in the ledger
    led_by_official: Mapped[bool] = mapped_column(Boolean, default=False)  # a leader went or received in person (R061)
    result: Mapped[str] = mapped_column(Text)
    next_step: Mapped[str] = mapped_column(String(200), default="")
    next_on: Mapped[date | None] = mapped_column(Date)
    next_done_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    next_for_id: Mapped[int | None] = mapped_column(
        ForeignKey("users.id")
    )  # who took the next step over; else ``by_id``
    effective: Mapped[bool] = mapped_column(Boolean, default=False)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    is_sample: Mapped[bool] = mapped_column(Boolean, default=False)
    version: Mapped[int] = mapped_column(Integer, default=1)

    org: Mapped[Org] = relationship()
    company: Mapped[Company | None] = relationship()
    lead: Mapped[Lead | None] = relationship()
    project: Mapped[Project | None] = relationship()
    by: Mapped[User] = relationship(foreign_keys=[by_id])
    people: Mapped[list["InteractionPerson"]] = relationship(order_by="InteractionPerson.id")
    files: Mapped[list["InteractionFile"]] = relationship(order_by="InteractionFile.id")


class InteractionPerson(Base):
    """Somebody who took part: a person of the company (theirs) or of ours. Secret like the contact itself."""

    __tablename__ = "interaction_people"

    id: Mapped[int] = mapped_column(primary_key=True)
    interaction_id: Mapped[int] = mapped_column(ForeignKey("interactions.id"), index=True)
    ours: Mapped[bool] = mapped_column(Boolean)
    name: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(40), default="")
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))


class InteractionFile(Base):
    """A photo or a paper of a contact."""

    __tablename__ = "interaction_files"

    id: Mapped[int] = mapped_column(primary_key=True)
    interaction_id: Mapped[int] = mapped_column(ForeignKey("interactions.id"), index=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("files.id"), unique=True)

    file: Mapped[File] = relationship()
