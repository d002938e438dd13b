"""The index of the board also says who may see a project: no reader's board reads the table for its figures."""

from alembic import op

revision = "0024_board_for_all"
down_revision = "0023_formal_due"

NARROW = ["stage", "light", "stage_on", "org_id", "kind", "invest_total_cny", "increment_cny"]
BOARD = ["stage", "light", "stage_on", "id", "org_id", "lead_official_id", "owner_id", "plan_code", *NARROW[4:]]


def upgrade() -> None:
    """Go to this revision."""
    op.drop_index("ix_projects_board", table_name="projects")
    op.create_index("ix_projects_board", "projects", BOARD)


def downgrade() -> None:
    """Go back."""
    op.drop_index("ix_projects_board", table_name="projects")
    op.create_index("ix_projects_board", "projects", NARROW)
