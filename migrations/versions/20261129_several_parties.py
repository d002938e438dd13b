"""A case of three or more parties: what it gave each, a copy of the opinion for each, an agreement with each that shares."""

import sqlalchemy as sa
from alembic import op

revision = "0031_several_parties"
down_revision = "0030_promise_checks"


def upgrade() -> None:
    """Go to this revision."""
    op.add_column("case_parties", sa.Column("outcome", sa.String(10), nullable=False, server_default=""))
    with op.batch_alter_table("opinion_copies") as table:
        table.add_column(sa.Column("side", sa.Integer(), nullable=False, server_default="0"))
        table.drop_constraint("uq_opinion_copies_opinion_id_audience", type_="unique")
        table.create_unique_constraint("uq_opinion_copies_opinion_id_audience_side", ["opinion_id", "audience", "side"])
    op.execute("UPDATE opinion_copies SET side = 1 WHERE audience = 'second'")
    with op.batch_alter_table("benefit_agreements") as table:
        table.drop_constraint("uq_benefit_agreements_case_id", type_="unique")
        table.create_unique_constraint("uq_benefit_agreements_case_id_origin_org_id", ["case_id", "origin_org_id"])


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("benefit_agreements") as table:
        table.drop_constraint("uq_benefit_agreements_case_id_origin_org_id", type_="unique")
        table.create_unique_constraint("uq_benefit_agreements_case_id", ["case_id"])
    with op.batch_alter_table("opinion_copies") as table:
        table.drop_constraint("uq_opinion_copies_opinion_id_audience_side", type_="unique")
        table.drop_column("side")
        table.create_unique_constraint("uq_opinion_copies_opinion_id_audience", ["opinion_id", "audience"])
    with op.batch_alter_table("case_parties") as table:
        table.drop_column("outcome")
