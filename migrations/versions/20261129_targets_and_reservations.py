"""What units are to reach in a year; the foreign part of money in place; until when a place is set aside."""

from datetime import timedelta

import sqlalchemy as sa
from alembic import op

from crm.kit import clock, db

revision = "0027_targets_reservations"
down_revision = "0026_honour_rows"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    op.create_table(
        "unit_targets",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=10), nullable=False),
        sa.Column("org_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("signed_count", sa.Integer(), nullable=True),
        sa.Column("signed_cny", db.Hundredths(), nullable=True),
        sa.Column("started_count", sa.Integer(), nullable=True),
        sa.Column("funds_cny", db.Hundredths(), nullable=True),
        sa.Column("fdi_usd", db.Hundredths(), nullable=True),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("updated_at", db.UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_unit_targets_by_id_users")),
        sa.ForeignKeyConstraint(["org_id"], ["orgs.id"], name=op.f("fk_unit_targets_org_id_orgs")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_targets")),
        sa.UniqueConstraint("public_id", name=op.f("uq_unit_targets_public_id")),
        sa.UniqueConstraint("org_id", "year", name=op.f("uq_unit_targets_org_id_year")),
    )
    with op.batch_alter_table("fund_vouchers") as batch:
        batch.add_column(sa.Column("fdi_usd", db.Hundredths(), nullable=True))
        batch.create_index(op.f("ix_fund_vouchers_on"), ["on"])
    with op.batch_alter_table("allocations") as batch:
        batch.add_column(sa.Column("until_on", sa.Date(), nullable=True))
    # What is reserved already has the usual time from now on.
    allocations = sa.table("allocations", sa.column("until_on", sa.Date()), sa.column("status", sa.String()))
    until = clock.today() + timedelta(days=60)
    op.execute(allocations.update().where(allocations.c.status == "reserved").values(until_on=until))


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("allocations") as batch:
        batch.drop_column("until_on")
    with op.batch_alter_table("fund_vouchers") as batch:
        batch.drop_index(op.f("ix_fund_vouchers_on"))
        batch.drop_column("fdi_usd")
    op.drop_table("unit_targets")
