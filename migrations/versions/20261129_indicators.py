"""What the city's statistics say of each line of the plan's table."""

import sqlalchemy as sa
from alembic import op

from crm.kit.db import Hundredths, UtcDateTime

revision = "0008_indicators"
down_revision = "0007_needs"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.create_table(
        "indicator_values",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=10), nullable=False),
        sa.Column("code", sa.String(length=10), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("value", Hundredths(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("withdrawn_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_indicator_values_by_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_indicator_values")),
        sa.UniqueConstraint("public_id", name=op.f("uq_indicator_values_public_id")),
    )
    op.create_index("ix_indicator_values_line", "indicator_values", ["code", "year"])


def downgrade() -> None:
    """Go back."""
    op.drop_table("indicator_values")
