"""What a policy offers, one by one, and for which segments."""

import sqlalchemy as sa
from alembic import op

from crm.kit import db

revision = "0010_measures"
down_revision = "0009_land_offered"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.create_table(
        "policy_measures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=10), nullable=False),
        sa.Column("policy_id", sa.Integer(), nullable=False),
        sa.Column("clause", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("retired_at", db.UtcDateTime(), nullable=True),
        sa.Column("updated_at", db.UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["policy_id"], ["policy_offers.id"], name=op.f("fk_policy_measures_policy_id_policy_offers")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_measures")),
        sa.UniqueConstraint("public_id", name=op.f("uq_policy_measures_public_id")),
    )
    op.create_index(op.f("ix_policy_measures_policy_id"), "policy_measures", ["policy_id"], unique=False)
    op.create_table(
        "policy_measure_segments",
        sa.Column("measure_id", sa.Integer(), nullable=False),
        sa.Column("segment_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["measure_id"], ["policy_measures.id"], name=op.f("fk_policy_measure_segments_measure_id_policy_measures")
        ),
        sa.ForeignKeyConstraint(
            ["segment_id"], ["segments.id"], name=op.f("fk_policy_measure_segments_segment_id_segments")
        ),
        sa.PrimaryKeyConstraint("measure_id", "segment_id", name=op.f("pk_policy_measure_segments")),
    )


def downgrade() -> None:
    """Go back."""
    op.drop_table("policy_measure_segments")
    op.drop_index(op.f("ix_policy_measures_policy_id"), table_name="policy_measures")
    op.drop_table("policy_measures")
