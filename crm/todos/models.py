"""Tasks: what is to be done, by whom, until when, about what."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Date, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.accounts.models import Org, User
from crm.companies.models import Company
from crm.kit import clock
from crm.kit.db import Base, UtcDateTime, public_id_column
from crm.leads.models import Lead
from crm.projects.models import ActionItem, Project


class TodoState(StrEnum):
    """How far a task is; read off its moments, not stored."""

    OPEN = "open"  # 待办
    DONE = "done"  # 已办结
    WITHDRAWN = "withdrawn"  # 已撤回


class Todo(Base):
    """A task that one person set another, or oneself: on a lead, a project, a company or what a meeting told, or free.

    ``org_id`` is the unit of its owner. At most one of the four subjects is named.
    """

    __tablename__ = "todos"
    __table_args__ = (
        Index("ix_todos_owner_due", "owner_id", "done_at", "due_on"),
        Index("ix_todos_org_due", "org_id", "done_at", "due_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = public_id_column()
    org_id: Mapped[int] = mapped_column(ForeignKey("orgs.id"))
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    title: Mapped[str] = mapped_column(String(120))
    words: Mapped[str] = mapped_column(String(400), default="")
    due_on: Mapped[date] = mapped_column(Date)
    company_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id"), index=True)
    lead_id: Mapped[int | None] = mapped_column(ForeignKey("leads.id"), index=True)
    project_id: Mapped[int | None] = mapped_column(ForeignKey("projects.id"), index=True)
    action_id: Mapped[int | None] = mapped_column(ForeignKey("action_items.id"), index=True)
    promise_id: Mapped[int | None] = mapped_column(ForeignKey("project_promises.id"), index=True)  # whose check it is
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    result: Mapped[str] = mapped_column(String(200), default="")
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    is_sample: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(Integer, default=1)

    org: Mapped[Org] = relationship()
    owner: Mapped[User] = relationship(foreign_keys=[owner_id])
    by: Mapped[User] = relationship(foreign_keys=[by_id])
    company: Mapped[Company | None] = relationship()
    lead: Mapped[Lead | None] = relationship()
    project: Mapped[Project | None] = relationship()
    action: Mapped[ActionItem | None] = relationship()

    @property
    def state(self) -> TodoState:
        """How far the task is."""
        if self.withdrawn_at is not None:
            return TodoState.WITHDRAWN
        return TodoState.DONE if self.done_at is not None else TodoState.OPEN

    @property
    def days_late(self) -> int:
        """How many days an open task is past its day; 0 when it is not."""
        return max(0, (clock.today() - self.due_on).days) if self.state is TodoState.OPEN else 0
