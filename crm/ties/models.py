"""Whom people know, and the tasks that replaceable purchases became."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Boolean, Date, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.accounts.models import User
from crm.companies.models import CompanyRelation
from crm.kit.db import Base, UtcDateTime, checked, enum_column, public_id_column
from crm.people.models import Person
from crm.plan.models import Node
from crm.todos.models import Todo


class AcquaintanceKind(StrEnum):
    """Whence two people know each other."""

    COLLEAGUE = "colleague"
    SCHOOLMATE = "schoolmate"
    TOWNSMAN = "townsman"
    PARTNER = "partner"
    FRIEND = "friend"


class Acquaintance(Base):
    """A contact knows another contact, or a colleague of ours. Secret to the unit ``org_id`` like the contact itself."""

    __tablename__ = "acquaintances"
    __table_args__ = (checked("(other_person_id IS NULL) <> (user_id IS NULL)", "knows_one"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = public_id_column()
    org_id: Mapped[int] = mapped_column(ForeignKey("orgs.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    other_person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    kind: Mapped[AcquaintanceKind] = enum_column(AcquaintanceKind)
    source: Mapped[str] = mapped_column(String(120), default="")
    known_on: Mapped[date | None] = mapped_column(Date)
    ended_on: Mapped[date | None] = mapped_column(Date)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime())
    is_sample: Mapped[bool] = mapped_column(Boolean, default=False)
    version: Mapped[int] = mapped_column(Integer, default=1)

    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    other: Mapped[Person | None] = relationship(foreign_keys=[other_person_id])
    user: Mapped[User | None] = relationship(foreign_keys=[user_id])


class FillTask(Base):
    """The task that a replaceable purchase became. ``relation_id`` is null when the relation was taken away since."""

    __tablename__ = "fill_tasks"

    id: Mapped[int] = mapped_column(primary_key=True)
    relation_id: Mapped[int | None] = mapped_column(
        ForeignKey("company_relations.id", ondelete="SET NULL"), unique=True
    )
    todo_id: Mapped[int] = mapped_column(ForeignKey("todos.id"), unique=True)
    node_id: Mapped[int] = mapped_column(ForeignKey("nodes.id"), index=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime())

    relation: Mapped[CompanyRelation | None] = relationship()
    todo: Mapped[Todo] = relationship()
    node: Mapped[Node] = relationship()
