"""Next steps that wait are found without reading every contact of a unit."""

import sqlalchemy as sa
from alembic import op

revision = "0006_waiting_steps"
down_revision = "0005_bulk_changes"
branch_labels = None
depends_on = None

WAITING = sa.text("next_on IS NOT NULL AND next_done_at IS NULL")


def upgrade() -> None:
    """Go to this revision."""
    op.create_index(
        "ix_interactions_waiting",
        "interactions",
        ["org_id", "next_on"],
        sqlite_where=WAITING,
        postgresql_where=WAITING,
    )


def downgrade() -> None:
    """Go back."""
    op.drop_index("ix_interactions_waiting", table_name="interactions")
