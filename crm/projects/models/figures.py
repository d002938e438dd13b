"""What the figures read of a project: copied facts in narrow rows, so that sums over all projects stay within one page's time."""

from datetime import date
from decimal import Decimal

from sqlalchemy import Boolean, Date, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from crm.core.stages import Stage
from crm.kit.db import Base, Hundredths, enum_column
from crm.projects.models.projects import Light


class ProjectFigure(Base):
    """A project as figures count it; ``crm/projects/figures.py`` alone writes it. What the plan names and nobody took over has none.

    ``moved``: 存量流转, which is counted apart. ``entered_month``: months since the year 0 of the first entry into 在谈. The days
    are those of recognition; ``signed_cny`` is the sum agreed at the signing, ``amount_cny`` what the project counts for now.
    """

    __tablename__ = "project_figures"
    __table_args__ = (
        Index("ix_project_figures_stock", "moved", "org_id", "stage", "light", "close_reason", "amount_cny"),
        Index("ix_project_figures_fields", "moved", "segment_id", "stage", "org_id", "light", "amount_cny"),
        Index("ix_project_figures_waiting", "moved", "stage", "signed_on", "org_id", "segment_id", "amount_cny"),
    )

    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True)
    org_id: Mapped[int] = mapped_column(ForeignKey("orgs.id"))
    segment_id: Mapped[int | None] = mapped_column(ForeignKey("segments.id"))
    moved: Mapped[bool] = mapped_column(Boolean)
    stage: Mapped[Stage] = enum_column(Stage)
    light: Mapped[Light] = enum_column(Light)
    close_reason: Mapped[str] = mapped_column(String(30))
    amount_cny: Mapped[Decimal | None] = mapped_column(Hundredths())
    signed_cny: Mapped[Decimal | None] = mapped_column(Hundredths())
    entered_month: Mapped[int | None] = mapped_column(Integer)
    signed_on: Mapped[date | None] = mapped_column(Date)
    registered_on: Mapped[date | None] = mapped_column(Date)
    started_on: Mapped[date | None] = mapped_column(Date)
    in_production_on: Mapped[date | None] = mapped_column(Date)


class ProjectStay(Base):
    """A stay in a stage that was left, one row for each: whoever went back to a stage has stayed there twice. Written as the figures are."""

    __tablename__ = "project_stays"
    __table_args__ = (Index("ix_project_stays_days", "moved", "stage", "days", "org_id", "segment_id"),)

    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True)
    seq: Mapped[int] = mapped_column(Integer, primary_key=True)
    org_id: Mapped[int] = mapped_column(ForeignKey("orgs.id"))
    segment_id: Mapped[int | None] = mapped_column(ForeignKey("segments.id"))
    moved: Mapped[bool] = mapped_column(Boolean)
    stage: Mapped[Stage] = enum_column(Stage)
    entered_on: Mapped[date] = mapped_column(Date)
    left_on: Mapped[date] = mapped_column(Date)
    days: Mapped[int] = mapped_column(Integer)
