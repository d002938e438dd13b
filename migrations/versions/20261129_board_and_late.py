"""The board ranks and sums within an index; what is late is found without reading the projects that are not."""

from alembic import op

revision = "0018_board_and_late"
down_revision = "0017_fairs"

BOARD = ["stage", "light", "stage_on", "org_id", "kind", "invest_total_cny", "increment_cny"]


def upgrade() -> None:
    """Go to this revision."""
    op.drop_index("ix_projects_stage_light", table_name="projects")
    op.create_index("ix_projects_board", "projects", BOARD)
    op.create_index("ix_projects_late", "projects", ["light", "org_id", "stage", "light_on"])


def downgrade() -> None:
    """Go back."""
    op.drop_index("ix_projects_late", table_name="projects")
    op.drop_index("ix_projects_board", table_name="projects")
    op.create_index("ix_projects_stage_light", "projects", ["stage", "light"])
