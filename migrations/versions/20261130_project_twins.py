"""projects: two that are one investment, as the centre decides it; the figures keep who counts instead."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0038_project_twins"
down_revision = "0037_claim_desks"

TWIN = "same_org_id"
SAME = "same_as_id IS NOT NULL"
FIGURES, STAYS = "project_figures", "project_stays"
WAITING = "waiting_on IS NOT NULL"
# name: (table, columns before, columns now, condition). Each holds a sum of the reports whole.
INDEXES: dict[str, tuple[str, list[str], list[str], str | None]] = {
    "ix_project_figures_stock": (
        FIGURES,
        ["moved", "org_id", "stage", "light", "close_reason", "amount_cny"],
        ["moved", "org_id", "stage", "light", "close_reason", TWIN, "amount_cny"],
        None,
    ),
    "ix_project_figures_fields": (
        FIGURES,
        ["moved", "segment_id", "stage", "org_id", "light", "amount_cny"],
        ["moved", "segment_id", "stage", "org_id", "light", "amount_cny", TWIN],
        None,
    ),
    "ix_project_figures_months": (
        FIGURES,
        ["moved", "entered_month", "stage", "reached", "org_id", "segment_id"],
        ["moved", "entered_month", "stage", "reached", "org_id", "segment_id", TWIN],
        None,
    ),
    "ix_project_figures_lines": (
        FIGURES,
        ["moved", "org_id", "segment_id", "stage", "reached", "light"],
        ["moved", "org_id", "segment_id", "stage", "reached", TWIN, "light"],
        None,
    ),
    "ix_project_figures_waiting": (
        FIGURES,
        ["moved", "org_id", "segment_id", "waiting_on", "amount_cny"],
        ["moved", "org_id", "segment_id", TWIN, "waiting_on", "amount_cny"],
        WAITING,
    ),
    "ix_project_figures_signed": (
        FIGURES,
        ["moved", "signed_on", "org_id", "stage", "signed_cny"],
        ["moved", "signed_on", "org_id", "stage", "signed_cny", TWIN],
        None,
    ),
    "ix_project_figures_started": (
        FIGURES,
        ["moved", "started_on", "org_id", "stage"],
        ["moved", "started_on", "org_id", "stage", TWIN],
        None,
    ),
    "ix_project_stays_days": (
        STAYS,
        ["moved", "stage", "days", "org_id", "segment_id"],
        ["moved", "stage", "days", "org_id", "segment_id", TWIN],
        None,
    ),
    "ix_project_stays_lines": (
        STAYS,
        ["moved", "org_id", "segment_id", "stage", "days"],
        ["moved", "org_id", "segment_id", "stage", TWIN, "days"],
        None,
    ),
}


def upgrade() -> None:
    """Add the decisions and what is kept of them. Nothing is decided yet, so no figure changes."""
    op.create_table(
        "project_twins",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=10), nullable=False),
        sa.Column("first_id", sa.Integer(), nullable=False),
        sa.Column("second_id", sa.Integer(), nullable=False),
        sa.Column("same", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("first_id < second_id", name=op.f("ck_project_twins_in_order")),
        sa.ForeignKeyConstraint(["first_id"], ["projects.id"], name=op.f("fk_project_twins_first_id_projects")),
        sa.ForeignKeyConstraint(["second_id"], ["projects.id"], name=op.f("fk_project_twins_second_id_projects")),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_project_twins_by_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project_twins")),
        sa.UniqueConstraint("public_id", name=op.f("uq_project_twins_public_id")),
    )
    op.create_index("uq_project_twins", "project_twins", ["first_id", "second_id"], unique=True)
    op.create_index(op.f("ix_project_twins_second_id"), "project_twins", ["second_id"])
    _add_key("projects", "same_as_id", "projects")
    op.create_index("ix_projects_same_as", "projects", ["same_as_id"], **_where(SAME))
    for table in (FIGURES, STAYS):
        _add_key(table, TWIN, "orgs")
    for name, (table, _before, now, condition) in INDEXES.items():
        op.drop_index(name, table)
        op.create_index(name, table, now, **_where(condition))
    op.create_index("ix_project_figures_twins", FIGURES, [TWIN], **_where(f"{TWIN} IS NOT NULL"))


def downgrade() -> None:
    """Take it away again: every project counts."""
    op.drop_index("ix_project_figures_twins", FIGURES)
    for name, (table, before, _now, condition) in INDEXES.items():
        op.drop_index(name, table)
        op.create_index(name, table, before, **_where(condition))
    for table in (FIGURES, STAYS):
        op.drop_column(table, TWIN)
    op.drop_index("ix_projects_same_as", "projects")
    op.drop_column("projects", "same_as_id")
    op.drop_table("project_twins")


def _add_key(table: str, column: str, of: str) -> None:
    """Add a foreign key in the words that both databases take: without them SQLite would copy the whole table."""
    key = f"CONSTRAINT fk_{table}_{column}_{of} REFERENCES {of} (id)"
    op.execute(f"ALTER TABLE {table} ADD COLUMN {column} INTEGER {key}")


def _where(condition: str | None) -> dict[str, Any]:
    return {} if condition is None else {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}
