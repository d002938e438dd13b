"""Land that is offered: what a standard plot asks of emissions; the day a policy was issued."""

import sqlalchemy as sa
from alembic import op

revision = "0009_land_offered"
down_revision = "0008_indicators"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.add_column("parcels", sa.Column("emission", sa.String(length=200), nullable=False, server_default=""))
    op.add_column("policy_offers", sa.Column("issued_on", sa.Date(), nullable=True))


def downgrade() -> None:
    """Go back."""
    op.drop_column("policy_offers", "issued_on")
    op.drop_column("parcels", "emission")
