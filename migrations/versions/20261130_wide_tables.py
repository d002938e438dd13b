"""projects: indexes by which the table of large projects is summed without sorting it, and what owes a formal agreement is found."""

import sqlalchemy as sa
from alembic import op

revision = "0041_wide_tables"
down_revision = "0040_bounded_desks"


def upgrade() -> None:
    """Add them."""
    columns = ["stage", "light", "moved", "reached", "amount_cny", "org_id", "segment_id"]
    op.create_index("ix_project_figures_progress", "project_figures", columns)
    due = sa.text("formal_due_on IS NOT NULL")
    op.create_index("ix_projects_formal_due", "projects", ["formal_due_on"], sqlite_where=due, postgresql_where=due)


def downgrade() -> None:
    """Take them away again."""
    op.drop_index("ix_projects_formal_due", "projects")
    op.drop_index("ix_project_figures_progress", "project_figures")
