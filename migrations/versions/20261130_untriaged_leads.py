"""leads: an index of those that nobody has judged, which the start page of a unit's head asks for."""

import sqlalchemy as sa
from alembic import op

revision = "0039_untriaged_leads"
down_revision = "0038_project_twins"


def upgrade() -> None:
    """Add it: without, the page read every lead of the city that was not reported."""
    waiting = sa.text("triaged_at IS NULL")
    op.create_index(
        "ix_leads_untriaged",
        "leads",
        ["org_id", "status", "claim_status", "registered_at"],
        sqlite_where=waiting,
        postgresql_where=waiting,
    )


def downgrade() -> None:
    """Take it away again."""
    op.drop_index("ix_leads_untriaged", "leads")
