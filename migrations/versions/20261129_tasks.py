"""Tasks of what a meeting told, taken back; who takes a next step over; hand-overs with their rows."""

import sqlalchemy as sa
from alembic import op

from crm.kit import db

revision = "0011_tasks"
down_revision = "0010_measures"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this revision."""
    with op.batch_alter_table("todos") as batch:
        batch.add_column(sa.Column("action_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("withdrawn_at", db.UtcDateTime(), nullable=True))
        batch.create_foreign_key(op.f("fk_todos_action_id_action_items"), "action_items", ["action_id"], ["id"])
        batch.create_index(op.f("ix_todos_action_id"), ["action_id"])
    with op.batch_alter_table("interactions") as batch:
        batch.add_column(sa.Column("next_for_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(op.f("fk_interactions_next_for_id_users"), "users", ["next_for_id"], ["id"])
    op.create_table(
        "handovers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=10), nullable=False),
        sa.Column("org_id", sa.Integer(), nullable=False),
        sa.Column("from_id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("at", db.UtcDateTime(), nullable=False),
        sa.Column("undone_at", db.UtcDateTime(), nullable=True),
        sa.Column("undone_by_id", sa.Integer(), nullable=True),
        sa.Column("is_sample", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_handovers_by_id_users")),
        sa.ForeignKeyConstraint(["from_id"], ["users.id"], name=op.f("fk_handovers_from_id_users")),
        sa.ForeignKeyConstraint(["org_id"], ["orgs.id"], name=op.f("fk_handovers_org_id_orgs")),
        sa.ForeignKeyConstraint(["undone_by_id"], ["users.id"], name=op.f("fk_handovers_undone_by_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handovers")),
        sa.UniqueConstraint("public_id", name=op.f("uq_handovers_public_id")),
    )
    op.create_index(op.f("ix_handovers_from_id"), "handovers", ["from_id"])
    op.create_index("ix_handovers_org_at", "handovers", ["org_id", "at"])
    op.create_table(
        "handover_rows",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("handover_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("row_id", sa.Integer(), nullable=False),
        sa.Column("to_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("back", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["handover_id"], ["handovers.id"], name=op.f("fk_handover_rows_handover_id_handovers")),
        sa.ForeignKeyConstraint(["to_id"], ["users.id"], name=op.f("fk_handover_rows_to_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover_rows")),
        sa.UniqueConstraint("handover_id", "kind", "row_id", name=op.f("uq_handover_rows_handover_id_kind_row_id")),
    )
    op.create_index(op.f("ix_handover_rows_to_id"), "handover_rows", ["to_id"])


def downgrade() -> None:
    """Go back."""
    op.drop_table("handover_rows")
    op.drop_table("handovers")
    with op.batch_alter_table("interactions") as batch:
        batch.drop_constraint(op.f("fk_interactions_next_for_id_users"), type_="foreignkey")
        batch.drop_column("next_for_id")
    with op.batch_alter_table("todos") as batch:
        batch.drop_constraint(op.f("fk_todos_action_id_action_items"), type_="foreignkey")
        batch.drop_index(op.f("ix_todos_action_id"))
        batch.drop_column("withdrawn_at")
        batch.drop_column("action_id")
