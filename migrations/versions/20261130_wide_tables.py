"""projects, companies: indexes by which wide tables and maps are summed without reading or sorting their rows."""

import sqlalchemy as sa
from alembic import op

revision = "0044_wide_tables"
down_revision = "0043_appeal_back"


def upgrade() -> None:
    """Add them."""
    columns = ["stage", "light", "moved", "reached", "amount_cny", "org_id", "segment_id"]
    op.create_index("ix_project_figures_progress", "project_figures", columns)
    due = sa.text("formal_due_on IS NOT NULL")
    op.create_index("ix_projects_formal_due", "projects", ["formal_due_on"], sqlite_where=due, postgresql_where=due)
    place = ["country", "province", "city"]
    known = ["opened_at", "entered_org_id", "retired_at", "merged_into_id"]
    op.create_index("ix_companies_targets", "companies", ["is_target", *place, *known])
    op.drop_index("ix_companies_is_target", "companies")
    here = sa.text("city = '武汉'")
    op.create_index("ix_companies_wuhan", "companies", ["city"], sqlite_where=here, postgresql_where=here)
    op.drop_index("ix_company_names_org", "company_names")
    own = sa.text("org_id IS NOT NULL")
    op.create_index("ix_company_names_org", "company_names", ["org_id"], sqlite_where=own, postgresql_where=own)


def downgrade() -> None:
    """Take them away again."""
    op.drop_index("ix_company_names_org", "company_names")
    op.create_index("ix_company_names_org", "company_names", ["org_id"])
    op.drop_index("ix_companies_wuhan", "companies")
    op.create_index("ix_companies_is_target", "companies", ["is_target"])
    op.drop_index("ix_companies_targets", "companies")
    op.drop_index("ix_projects_formal_due", "projects")
    op.drop_index("ix_project_figures_progress", "project_figures")
