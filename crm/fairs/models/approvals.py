"""The visit plan as it was approved before a fair: which unit was to meet which firm. It settles who is presumed first."""

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.accounts.models import Org, User
from crm.fairs.models.editions import Edition
from crm.fairs.models.lists import Exhibitor
from crm.fairs.models.visits import Team
from crm.kit.db import Base, UtcDateTime, public_id_column


class PlanApproval(Base):
    """An approval of an edition's visit plan. Approved again, the newer one holds; withdrawn, it never was."""

    __tablename__ = "fair_plan_approvals"

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = public_id_column()
    edition_id: Mapped[int] = mapped_column(ForeignKey("editions.id"), index=True)
    approved_at: Mapped[datetime] = mapped_column(UtcDateTime())
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    words: Mapped[str] = mapped_column(String(200), default="")
    rows: Mapped[int] = mapped_column(Integer, default=0)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime())

    edition: Mapped[Edition] = relationship()
    by: Mapped[User] = relationship()


class PlannedVisit(Base):
    """A line of an approved plan: this unit was to meet this firm, and by which team when, if that was set. Never changed afterwards."""

    __tablename__ = "fair_planned_visits"

    approval_id: Mapped[int] = mapped_column(ForeignKey("fair_plan_approvals.id"), primary_key=True)
    exhibitor_id: Mapped[int] = mapped_column(ForeignKey("exhibitors.id"), primary_key=True, index=True)
    org_id: Mapped[int] = mapped_column(ForeignKey("orgs.id"), primary_key=True)
    team_id: Mapped[int | None] = mapped_column(ForeignKey("fair_teams.id"))
    visit_on: Mapped[date | None] = mapped_column(Date)
    visit_at: Mapped[int | None] = mapped_column(Integer)

    approval: Mapped[PlanApproval] = relationship()
    exhibitor: Mapped[Exhibitor] = relationship()
    org: Mapped[Org] = relationship()
    team: Mapped[Team | None] = relationship()
