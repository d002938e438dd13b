"""fair contacts: who types a card just now, when it was typed, and the code on it."""

import sqlalchemy as sa
from alembic import op

from crm.kit import db

revision = "0025_fair_cards"
down_revision = "0024_board_for_all"


def upgrade():
    with op.batch_alter_table("fair_contacts") as batch:
        batch.add_column(sa.Column("taken_by_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("taken_until", db.UtcDateTime(), nullable=True))
        batch.add_column(sa.Column("typed_at", db.UtcDateTime(), nullable=True))
        batch.add_column(sa.Column("card_code", sa.Text(), nullable=True))
        batch.create_foreign_key(op.f("fk_fair_contacts_taken_by_id_users"), "users", ["taken_by_id"], ["id"])


def downgrade():
    with op.batch_alter_table("fair_contacts") as batch:
        batch.drop_constraint(op.f("fk_fair_contacts_taken_by_id_users"), type_="foreignkey")
        for name in ("card_code", "typed_at", "taken_until", "taken_by_id"):
            batch.drop_column(name)
