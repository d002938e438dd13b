"""The firms here are found without the others: a map of the chains names them at each look."""

from alembic import op
from sqlalchemy import text

revision = "0028_firms_here"
down_revision = "0027_targets_reservations"


def upgrade() -> None:
    """Go to this revision."""
    op.create_index(
        "ix_companies_here",
        "companies",
        ["id"],
        sqlite_where=text("is_local IS 1 OR host_org_id IS NOT NULL"),
        postgresql_where=text("is_local IS true OR host_org_id IS NOT NULL"),
    )


def downgrade() -> None:
    """Go back."""
    op.drop_index("ix_companies_here", table_name="companies")
