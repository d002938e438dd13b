"""What the centre decided on two projects that may be one investment: the same (同一投资), or two."""

from datetime import datetime

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.accounts.models import User
from crm.kit.db import Base, UtcDateTime, public_id_column
from crm.projects.models.projects import Project


class ProjectTwin(Base):
    """A decision on a pair, the older project first; the newest word stands, each earlier one is in the trail."""

    __tablename__ = "project_twins"
    __table_args__ = (
        Index("uq_project_twins", "first_id", "second_id", unique=True),
        CheckConstraint("first_id < second_id", name="in_order"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = public_id_column()
    first_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    second_id: Mapped[int] = mapped_column(ForeignKey("projects.id"), index=True)
    same: Mapped[bool] = mapped_column(Boolean)
    reason: Mapped[str] = mapped_column(String(300))
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime())
    version: Mapped[int] = mapped_column(Integer, default=1)

    first: Mapped[Project] = relationship(foreign_keys=[first_id])
    second: Mapped[Project] = relationship(foreign_keys=[second_id])
    by: Mapped[User] = relationship()
