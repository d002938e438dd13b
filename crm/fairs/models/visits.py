"""The match list of a unit at an edition, its teams, and when which team goes to which booth."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Date, ForeignKey, Index, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.accounts.models import Org, User
from crm.fairs.models.editions import Edition
from crm.fairs.models.lists import Exhibitor
from crm.kit import clock
from crm.kit.db import Base, UtcDateTime, checked, enum_column, public_id_column


class Grade(StrEnum):
    """How much a visit is worth: A must be seen, B should, C when there is time."""

    A = "A"
    B = "B"
    C = "C"


class Team(Base):
    """Two or three people of a unit who walk together."""

    __tablename__ = "fair_teams"
    __table_args__ = (UniqueConstraint("edition_id", "org_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = public_id_column()
    edition_id: Mapped[int] = mapped_column(ForeignKey("editions.id"))
    org_id: Mapped[int] = mapped_column(ForeignKey("orgs.id"))
    name: Mapped[str] = mapped_column(String(20))
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    version: Mapped[int] = mapped_column(Integer, default=1)

    edition: Mapped[Edition] = relationship()
    org: Mapped[Org] = relationship()
    members: Mapped[list["TeamMember"]] = relationship(
        order_by="TeamMember.id", primaryjoin="and_(TeamMember.team_id == Team.id, TeamMember.left_at.is_(None))"
    )


class TeamMember(Base):
    """Somebody of a team; at one edition a person walks with one team."""

    __tablename__ = "fair_team_members"
    __table_args__ = (
        Index(
            *("uq_fair_team_members_once", "edition_id", "user_id"),
            unique=True,
            sqlite_where=text("left_at IS NULL"),
            postgresql_where=text("left_at IS NULL"),
        ),
        Index("ix_fair_team_members_team", "team_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("editions.id"))
    team_id: Mapped[int] = mapped_column(ForeignKey("fair_teams.id"))
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    left_at: Mapped[datetime | None] = mapped_column(UtcDateTime())

    user: Mapped[User] = relationship()


class MatchItem(Base):
    """A firm that a unit wants to meet (对接清单). ``rule_grade`` is the open rule's word, ``grade`` what holds.

    ``visit_at`` are minutes after midnight of ``visit_on``. ``assigned_at``: the centre gave this firm to the unit, which may
    then learn whether another unit has filed on it (S4). ``moved_by_id``: who last put it on, took it off, or set its team or slot.
    """

    __tablename__ = "match_items"
    __table_args__ = (
        UniqueConstraint("exhibitor_id", "org_id"),
        Index("ix_match_items_edition_org", "edition_id", "org_id"),
        Index("ix_match_items_team", "team_id", "visit_on", "visit_at"),
        checked("(visit_on IS NULL) = (visit_at IS NULL)", "a_slot_is_day_and_time"),
        checked("visit_on IS NULL OR team_id IS NOT NULL", "a_slot_has_a_team"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = public_id_column()
    edition_id: Mapped[int] = mapped_column(ForeignKey("editions.id"))
    exhibitor_id: Mapped[int] = mapped_column(ForeignKey("exhibitors.id"))
    org_id: Mapped[int] = mapped_column(ForeignKey("orgs.id"))
    rule_grade: Mapped[Grade] = enum_column(Grade, check_name="rule_grade")
    rule_reason: Mapped[str] = mapped_column(String(300), default="")
    grade: Mapped[Grade] = enum_column(Grade)
    grade_reason: Mapped[str] = mapped_column(String(200), default="")
    goal: Mapped[str] = mapped_column(String(200), default="")
    talking: Mapped[str] = mapped_column(Text, default="")
    team_id: Mapped[int | None] = mapped_column(ForeignKey("fair_teams.id"))
    visit_on: Mapped[date | None] = mapped_column(Date)
    visit_at: Mapped[int | None] = mapped_column(Integer)
    position: Mapped[int] = mapped_column(Integer, default=0)
    assigned_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    dropped_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    moved_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    moved_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    version: Mapped[int] = mapped_column(Integer, default=1)

    edition: Mapped[Edition] = relationship()
    exhibitor: Mapped[Exhibitor] = relationship()
    org: Mapped[Org] = relationship()
    team: Mapped[Team | None] = relationship()
    moved_by: Mapped[User | None] = relationship(foreign_keys=[moved_by_id])

    def mark_moved(self, user_id: int) -> None:
        """Keep who changed whether, by which team or when the firm is met: the plan page names it after the approval."""
        self.moved_by_id, self.moved_at = user_id or None, clock.now()
