"""indexes that the desks and lists of first reports read instead of the whole table."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0037_claim_desks"
down_revision = "0036_project_figures"

OPEN = "closed_at IS NULL"


def upgrade() -> None:
    """Add the indexes; the one of events also carries the claim, so that a month is counted off it alone."""
    op.create_index("ix_claims_org_filed", "claims", ["org_id", "filed_at", "id"])
    op.create_index("ix_claims_state_filed", "claims", ["status", "filed_at", "id"])
    op.create_index("ix_claims_open", "claims", ["org_id", "status", "protected_until"], **_where(OPEN))
    op.create_index("ix_claims_open_until", "claims", ["protected_until", "id"], **_where(OPEN))
    op.create_index(
        "ix_claims_samples", "claims", ["sampled", "verified_at"], **_where(f"{OPEN} AND sample_passed IS NULL")
    )
    released = "status IN ('expired', 'recalled') AND protected_from IS NOT NULL"
    op.create_index("ix_claims_released", "claims", ["company_id", "lead_id"], **_where(released))
    op.create_index("ix_claims_lead_id", "claims", ["lead_id"])
    op.drop_index("ix_claims_filed", "claims")
    op.create_index("ix_claims_filed", "claims", ["filed_at", "id", "company_words", "number"])
    op.drop_index("ix_claim_events_kind_at", "claim_events")
    op.create_index("ix_claim_events_kind_at", "claim_events", ["kind", "at", "claim_id"])
    figures = ["org_id", "status", "invest_total_cny", "last_contact_on", "created_at"]
    op.create_index("ix_leads_figures", "leads", figures)
    op.create_index("ix_leads_node_id", "leads", ["node_id"])


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def downgrade() -> None:
    """Take them away again."""
    op.drop_index("ix_leads_node_id", "leads")
    op.drop_index("ix_leads_figures", "leads")
    op.drop_index("ix_claim_events_kind_at", "claim_events")
    op.create_index("ix_claim_events_kind_at", "claim_events", ["kind", "at"])
    op.drop_index("ix_claims_filed", "claims")
    op.create_index("ix_claims_filed", "claims", ["filed_at", "id"])
    for name in ("lead_id", "released", "samples", "open_until", "open", "state_filed", "org_filed"):
        op.drop_index(f"ix_claims_{name}", "claims")
