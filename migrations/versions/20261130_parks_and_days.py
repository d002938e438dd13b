"""indexes for like projects in several parks and for the days that projects plan."""

from alembic import op

revision = "0041_parks_and_days"
down_revision = "0040_bounded_desks"

PARKS = ["node_id", "carrier_id", "stage", "org_id", "plan_code", "owner_id", "lead_official_id"]
DAYS = ("sign", "start", "production")


def upgrade() -> None:
    """Add them: projects are counted by node and park off one, and a calendar of six weeks reads the projects of these alone."""
    op.create_index("ix_projects_parks", "projects", PARKS)
    for day in DAYS:
        op.create_index(f"ix_projects_planned_{day}", "projects", [f"planned_{day}_on"])


def downgrade() -> None:
    """Take them away again."""
    for day in DAYS:
        op.drop_index(f"ix_projects_planned_{day}", "projects")
    op.drop_index("ix_projects_parks", "projects")
