"""Hand-overs: who gave whose work to whom, why, and each row that went."""

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.accounts.models import Org, User
from crm.kit.db import Base, UtcDateTime, public_id_column


class Handover(Base):
    """The work of one person of a unit given to others of the same unit, in one act."""

    __tablename__ = "handovers"
    __table_args__ = (Index("ix_handovers_org_at", "org_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = public_id_column()
    org_id: Mapped[int] = mapped_column(ForeignKey("orgs.id"))
    from_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    reason: Mapped[str] = mapped_column(String(300))
    at: Mapped[datetime] = mapped_column(UtcDateTime())
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    is_sample: Mapped[bool] = mapped_column(Boolean, default=False)

    org: Mapped[Org] = relationship()
    giver: Mapped[User] = relationship(foreign_keys=[from_id])
    by: Mapped[User] = relationship(foreign_keys=[by_id])
    rows: Mapped[list["HandoverRow"]] = relationship(order_by="HandoverRow.id")


class HandoverRow(Base):
    """One row that went: its kind and number, who took it, and the version it had afterwards. ``back``: given back by an undo."""

    __tablename__ = "handover_rows"
    __table_args__ = (UniqueConstraint("handover_id", "kind", "row_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    handover_id: Mapped[int] = mapped_column(ForeignKey("handovers.id"))
    kind: Mapped[str] = mapped_column(String(12))
    row_id: Mapped[int] = mapped_column(Integer)
    to_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    version: Mapped[int] = mapped_column(Integer)
    back: Mapped[bool] = mapped_column(Boolean, default=False)

    to: Mapped[User] = relationship()
