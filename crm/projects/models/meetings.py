"""Problems of projects, the review meetings that take them up, and the actions these hand out."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Date, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.accounts.models import Org, User
from crm.kit.db import Base, UtcDateTime, enum_column, public_id_column
from crm.projects.models.projects import Project


class IssueKind(StrEnum):
    """What a problem is about. Source: plan, R121."""

    LAND = "land"  # 用地
    ENVIRONMENT = "environment"  # 环评
    FUNDS = "funds"  # 资金
    LABOUR = "labour"  # 用工
    APPROVAL = "approval"  # 审批手续
    SUPPLY = "supply"  # 水电气热
    TRAFFIC = "traffic"  # 道路交通
    OTHER = "other"  # 其他


class IssueStatus(StrEnum):
    """How far a problem is."""

    OPEN = "open"  # 待解决
    SOLVED = "solved"  # 已解决
    DROPPED = "dropped"  # 不再处理


class MeetingStatus(StrEnum):
    """How far a meeting is."""

    PLANNED = "planned"  # 筹备
    HELD = "held"  # 已召开
    CANCELLED = "cancelled"  # 已取消


class Issue(Base):
    """A problem of a project. ``level``: whom it was escalated to: 0 owner, 1 head of the unit, 2 city centre, 3 city leader."""

    __tablename__ = "issues"
    __table_args__ = (Index("ix_issues_status_due", "status", "due_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = public_id_column()
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"), index=True)
    kind: Mapped[IssueKind] = enum_column(IssueKind)
    status: Mapped[IssueStatus] = enum_column(IssueStatus, default=IssueStatus.OPEN)
    title: Mapped[str] = mapped_column(String(120))
    words: Mapped[str] = mapped_column(Text, default="")
    department: Mapped[str] = mapped_column(String(40), default="")
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    due_on: Mapped[date] = mapped_column(Date)
    level: Mapped[int] = mapped_column(Integer, default=0)
    escalated_on: Mapped[date | None] = mapped_column(Date)
    opened_on: Mapped[date] = mapped_column(Date)
    solved_on: Mapped[date | None] = mapped_column(Date)
    solution: Mapped[str] = mapped_column(String(300), default="")
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime())
    version: Mapped[int] = mapped_column(Integer, default=1)

    project: Mapped[Project] = relationship()
    owner: Mapped[User] = relationship(foreign_keys=[owner_id])


class Meeting(Base):
    """A review meeting (调度会) of the centre or the leading group's office: its list, its decisions."""

    __tablename__ = "meetings"
    __table_args__ = (Index("ix_meetings_held", "held_on", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = public_id_column()
    number: Mapped[str] = mapped_column(String(20), unique=True)
    title: Mapped[str] = mapped_column(String(120))
    held_on: Mapped[date] = mapped_column(Date)
    place: Mapped[str] = mapped_column(String(80), default="")
    chair: Mapped[str] = mapped_column(String(60), default="")
    attendees: Mapped[str] = mapped_column(String(400), default="")
    status: Mapped[MeetingStatus] = enum_column(MeetingStatus, default=MeetingStatus.PLANNED)
    words: Mapped[str] = mapped_column(Text, default="")
    org_id: Mapped[int] = mapped_column(ForeignKey("orgs.id"))
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    version: Mapped[int] = mapped_column(Integer, default=1)

    items: Mapped[list["MeetingItem"]] = relationship(order_by="MeetingItem.position")


class MeetingItem(Base):
    """A project on the list of a meeting: why it is there, and what was decided."""

    __tablename__ = "meeting_items"
    __table_args__ = (UniqueConstraint("meeting_id", "project_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = public_id_column()
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meetings.id"))
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"), index=True)
    position: Mapped[int] = mapped_column(Integer)
    why: Mapped[str] = mapped_column(String(200), default="")
    decision: Mapped[str] = mapped_column(Text, default="")

    meeting: Mapped[Meeting] = relationship(back_populates="items")
    project: Mapped[Project] = relationship()
    actions: Mapped[list["ActionItem"]] = relationship(order_by="ActionItem.id")


class ActionItem(Base):
    """What a meeting told a unit to do. Open ones come back to the next meeting."""

    __tablename__ = "action_items"
    __table_args__ = (Index("ix_action_items_org_due", "org_id", "done_on", "due_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = public_id_column()
    item_id: Mapped[int] = mapped_column(ForeignKey("meeting_items.id"), index=True)
    org_id: Mapped[int] = mapped_column(ForeignKey("orgs.id"))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    words: Mapped[str] = mapped_column(String(300))
    due_on: Mapped[date] = mapped_column(Date)
    done_on: Mapped[date | None] = mapped_column(Date)
    result: Mapped[str] = mapped_column(String(300), default="")
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())

    item: Mapped[MeetingItem] = relationship(back_populates="actions")
    org: Mapped[Org] = relationship()
    owner: Mapped[User | None] = relationship(foreign_keys=[owner_id])
