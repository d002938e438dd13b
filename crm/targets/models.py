"""Score cards in versions, scores as copies of the facts, and what people say against them."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Boolean, ForeignKey, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.accounts.models import User
from crm.core.fit import Card
from crm.kit.db import Base, UtcDateTime, checked, enum_column


class ScoreCard(Base):
    """The weights of a card in one version. The newest counts; earlier ones stay to be read. ``weights``: factor → points."""

    __tablename__ = "score_cards"
    __table_args__ = (UniqueConstraint("card", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    card: Mapped[Card] = enum_column(Card)
    number: Mapped[int] = mapped_column(Integer)
    weights: Mapped[dict[str, Any]] = mapped_column(JSON)
    document_no: Mapped[str] = mapped_column(String(80), default="")
    reason: Mapped[str] = mapped_column(String(300), default="")
    by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime())

    by: Mapped[User | None] = relationship()


class Score(Base):
    """The fit of a company as computed; only ``scoring`` writes it. No row: local, retired or merged, so no target.

    ``tenths`` is the score by the rule, ``shown_tenths`` what counts in lists (a person's word before the rule). ``shares`` are
    the seven factors in thousandths, ``known`` the letters 1 and 0 in the same order.
    """

    __tablename__ = "scores"
    __table_args__ = (Index("ix_scores_shown", "shown_tenths", "company_id"),)

    # No foreign key: a copy must not stand in the way of undoing an import; what is left behind, the next run removes.
    company_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    card: Mapped[Card] = enum_column(Card)
    tenths: Mapped[int] = mapped_column(Integer)
    shown_tenths: Mapped[int] = mapped_column(Integer)
    confidence: Mapped[int] = mapped_column(Integer)
    deducted: Mapped[int] = mapped_column(Integer)
    veto: Mapped[bool] = mapped_column(Boolean)
    shares: Mapped[str] = mapped_column(String(60))
    known: Mapped[str] = mapped_column(String(10))
    computed_at: Mapped[datetime] = mapped_column(UtcDateTime())


class NodeScore(Base):
    """The same score once more for each node of the company, so that the list of a node is read in order of an index."""

    __tablename__ = "node_scores"
    __table_args__ = (Index("ix_node_scores_order", "node_id", "shown_tenths", "company_id"),)

    company_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)  # as above
    node_id: Mapped[int] = mapped_column(ForeignKey("nodes.id"), primary_key=True, autoincrement=False)
    shown_tenths: Mapped[int] = mapped_column(Integer)


class ScoreOverride(Base):
    """The centre's word against the rule, with the reason; the computed score stays beside it. Withdrawn, it stays on record."""

    __tablename__ = "score_overrides"
    __table_args__ = (
        checked("tenths BETWEEN 0 AND 1000", "within_a_hundred"),
        Index(
            "uq_score_overrides_standing",
            "company_id",
            unique=True,
            sqlite_where=text("withdrawn_at IS NULL"),
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"))
    tenths: Mapped[int] = mapped_column(Integer)
    computed_tenths: Mapped[int] = mapped_column(Integer)
    reason: Mapped[str] = mapped_column(String(300))
    by_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime())
    withdrawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    withdrawn_reason: Mapped[str] = mapped_column(String(300), default="")

    by: Mapped[User] = relationship(foreign_keys=[by_id])
