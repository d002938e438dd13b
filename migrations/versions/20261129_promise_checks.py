"""A task may be the check of a promise: entering the check ends it."""

import sqlalchemy as sa
from alembic import op

revision = "0030_promise_checks"
down_revision = "0029_slips"


def upgrade() -> None:
    """Go to this revision."""
    with op.batch_alter_table("todos") as batch:
        batch.add_column(sa.Column("promise_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(op.f("fk_todos_promise_id_project_promises"), "project_promises", ["promise_id"], ["id"])
        batch.create_index(op.f("ix_todos_promise_id"), ["promise_id"])


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("todos") as batch:
        batch.drop_index(op.f("ix_todos_promise_id"))
        batch.drop_constraint(op.f("fk_todos_promise_id_project_promises"), type_="foreignkey")
        batch.drop_column("promise_id")
