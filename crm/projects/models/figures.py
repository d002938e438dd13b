"""What the figures read of a project: copied facts in narrow rows, so that sums over all projects stay within one page's time."""

from datetime import date
from decimal import Decimal
from enum import IntEnum

from sqlalchemy import Boolean, Date, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from crm.core.stages import Stage
from crm.kit.db import Base, Hundredths, enum_column
from crm.projects.models.projects import Light


class Reached(IntEnum):
    """What a project came to at any time, whatever it is now: entered 在谈, then the milestones that the funnel counts."""

    NEGOTIATING = 1
    SIGNED = 2
    REGISTERED = 4
    STARTED = 8
    IN_PRODUCTION = 16


# With these a unit's line is summed whole and the city's once, within one index.
TWIN = "same_org_id"
TWINS = text("same_org_id IS NOT NULL")


class ProjectFigure(Base):
    """A project as figures count it; ``crm/projects/figures.py`` alone writes it. What the plan names and nobody took over has none.

    ``moved``: 存量流转, which is counted apart. ``same_org_id``: another project is the same investment and counts for the city
    instead of this one; the unit which that one counts for. ``reached`` adds up ``Reached``. ``entered_month``: months since the year 0 of the first
    entry into 在谈. Days are those of recognition; ``waiting_on`` is that of the signing of what has not started. ``signed_cny`` is the
    sum agreed at the signing, ``amount_cny`` what the project counts for now.
    """

    __tablename__ = "project_figures"
    # Each index holds a sum of the reports whole and in its order of grouping: a look reads neither the rows nor sorts them.
    __table_args__ = (
        Index("ix_project_figures_stock", *("moved", "org_id", "stage", "light", "close_reason", TWIN, "amount_cny")),
        Index("ix_project_figures_fields", *("moved", "segment_id", "stage", "org_id", "light", "amount_cny", TWIN)),
        Index(
            "ix_project_figures_months", *("moved", "entered_month", "stage", "reached", "org_id", "segment_id", TWIN)
        ),
        Index("ix_project_figures_lines", *("moved", "org_id", "segment_id", "stage", "reached", TWIN, "light")),
        Index(
            "ix_project_figures_waiting",
            *("moved", "org_id", "segment_id", TWIN, "waiting_on", "amount_cny"),
            sqlite_where=text("waiting_on IS NOT NULL"),
            postgresql_where=text("waiting_on IS NOT NULL"),
        ),
        Index("ix_project_figures_signed", *("moved", "signed_on", "org_id", "stage", "signed_cny", TWIN)),
        Index("ix_project_figures_started", *("moved", "started_on", "org_id", "stage", TWIN)),
        Index(
            "ix_project_figures_progress", *("stage", "light", "moved", "reached", "amount_cny", "org_id", "segment_id")
        ),
        Index("ix_project_figures_twins", TWIN, sqlite_where=TWINS, postgresql_where=TWINS),
    )

    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True)
    org_id: Mapped[int] = mapped_column(ForeignKey("orgs.id"))
    segment_id: Mapped[int | None] = mapped_column(ForeignKey("segments.id"))
    moved: Mapped[bool] = mapped_column(Boolean)
    same_org_id: Mapped[int | None] = mapped_column(ForeignKey("orgs.id"))
    stage: Mapped[Stage] = enum_column(Stage)
    light: Mapped[Light] = enum_column(Light)
    close_reason: Mapped[str] = mapped_column(String(30))
    amount_cny: Mapped[Decimal | None] = mapped_column(Hundredths())
    reached: Mapped[int] = mapped_column(Integer)
    entered_month: Mapped[int | None] = mapped_column(Integer)
    signed_on: Mapped[date | None] = mapped_column(Date)
    signed_cny: Mapped[Decimal | None] = mapped_column(Hundredths())
    started_on: Mapped[date | None] = mapped_column(Date)
    waiting_on: Mapped[date | None] = mapped_column(Date)


class ProjectStay(Base):
    """A stay in a stage that was left, one row for each: whoever went back to a stage has stayed there twice. Written as the figures are."""

    __tablename__ = "project_stays"
    __table_args__ = (
        Index("ix_project_stays_days", *("moved", "stage", "days", "org_id", "segment_id", TWIN)),
        Index("ix_project_stays_lines", *("moved", "org_id", "segment_id", "stage", TWIN, "days")),
    )

    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True)
    seq: Mapped[int] = mapped_column(Integer, primary_key=True)
    org_id: Mapped[int] = mapped_column(ForeignKey("orgs.id"))
    segment_id: Mapped[int | None] = mapped_column(ForeignKey("segments.id"))
    moved: Mapped[bool] = mapped_column(Boolean)
    same_org_id: Mapped[int | None] = mapped_column(ForeignKey("orgs.id"))
    stage: Mapped[Stage] = enum_column(Stage)
    entered_on: Mapped[date] = mapped_column(Date)
    left_on: Mapped[date] = mapped_column(Date)
    days: Mapped[int] = mapped_column(Integer)
