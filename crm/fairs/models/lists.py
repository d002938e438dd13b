"""Exhibitor lists: each firm of an edition as the organiser wrote it, and which company of the base it may be."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Float, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from crm.companies.models import Company
from crm.core import booths
from crm.core.booths import Booth
from crm.imports.models import ImportBatch
from crm.kit.db import Base, UtcDateTime, enum_column, public_id_column
from crm.plan.models import Node


class ListVerdict(StrEnum):
    """How a firm of a list stands to a company of the base."""

    LIKELY = "likely"  # 疑似同一
    RELATED = "related"  # 关联企业


class EditionList(Base):
    """A list that was brought to an edition: the batch of the import engine that reads and writes it."""

    __tablename__ = "edition_lists"

    id: Mapped[int] = mapped_column(primary_key=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("editions.id"), index=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("import_batches.id"), unique=True)
    source: Mapped[str] = mapped_column(String(80), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())

    batch: Mapped[ImportBatch] = relationship()


class Exhibitor(Base):
    """A firm that exhibits. ``booth`` is the text as written; ``hall``, ``aisle`` and ``stand`` are read from it.

    ``walk`` follows from these three: lists, routes and paper sort by it, and nobody sets it.

    ``company_id`` may lead to a row that not everybody sees (S0): show it through ``companies.visible_to`` only.
    """

    __tablename__ = "exhibitors"
    __table_args__ = (
        UniqueConstraint("edition_id", "name_key"),
        Index("ix_exhibitors_walk", "edition_id", "walk"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str] = public_id_column()
    edition_id: Mapped[int] = mapped_column(ForeignKey("editions.id"))
    list_id: Mapped[int | None] = mapped_column(ForeignKey("edition_lists.id"))
    row_no: Mapped[int] = mapped_column(Integer, default=0)
    name_key: Mapped[str] = mapped_column(String(200))
    name: Mapped[str] = mapped_column(String(200))
    english_name: Mapped[str] = mapped_column(String(200), default="")
    uscc: Mapped[str] = mapped_column(String(18), default="")
    booth: Mapped[str] = mapped_column(String(200), default="")
    hall: Mapped[str] = mapped_column(String(20), default="")
    aisle: Mapped[str] = mapped_column(String(10), default="")
    stand: Mapped[int] = mapped_column(Integer, default=0)
    walk: Mapped[str] = mapped_column(String(40), default=booths.walk(Booth()))
    products: Mapped[str] = mapped_column(Text, default="")
    category: Mapped[str] = mapped_column(String(200), default="")
    country: Mapped[str] = mapped_column(String(40), default="")
    province: Mapped[str] = mapped_column(String(20), default="")
    city: Mapped[str] = mapped_column(String(20), default="")
    website: Mapped[str] = mapped_column(String(200), default="")
    node_id: Mapped[int | None] = mapped_column(ForeignKey("nodes.id"))
    gap: Mapped[str] = mapped_column(String(12), default="")
    node_guessed: Mapped[bool] = mapped_column(default=False)
    company_id: Mapped[int | None] = mapped_column(ForeignKey("companies.id"), index=True)
    raw: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    version: Mapped[int] = mapped_column(Integer, default=1)

    company: Mapped[Company | None] = relationship()
    node: Mapped[Node | None] = relationship()
    candidates: Mapped[list["ExhibitorCandidate"]] = relationship(order_by="ExhibitorCandidate.score.desc()")

    @validates("hall", "aisle", "stand")
    def _walked(self, name: str, value: str | int) -> str | int:
        place: dict[str, str | int] = {
            "hall": self.hall or "",
            "aisle": self.aisle or "",
            "stand": self.stand or 0,
            name: value,
        }
        self.walk = booths.walk(Booth(str(place["hall"]), str(place["aisle"]), int(place["stand"])))
        return value


class ExhibitorCandidate(Base):
    """A company that a firm of the list may be, or belong to: shown to those who may see that company."""

    __tablename__ = "exhibitor_candidates"
    __table_args__ = (UniqueConstraint("exhibitor_id", "company_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    exhibitor_id: Mapped[int] = mapped_column(ForeignKey("exhibitors.id"))
    company_id: Mapped[int] = mapped_column(ForeignKey("companies.id"), index=True)
    verdict: Mapped[ListVerdict] = enum_column(ListVerdict)
    score: Mapped[float] = mapped_column(Float, default=0.0)
    reasons: Mapped[list[Any]] = mapped_column(JSON, default=list)

    company: Mapped[Company] = relationship()
