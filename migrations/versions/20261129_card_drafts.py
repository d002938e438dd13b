"""what was recognised on the photos of cards, until they are typed."""

import sqlalchemy as sa
from alembic import op

from crm.kit import db

revision = "0035_card_drafts"
down_revision = "0034_walk"


def upgrade() -> None:
    """Add the table."""
    state = sa.Enum(
        *("waiting", "read", "failed"), name="draft_state", native_enum=False, create_constraint=True, length=40
    )
    op.create_table(
        "card_drafts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("state", state, nullable=False),
        sa.Column("accurate", sa.Boolean(), nullable=False),
        sa.Column("picture", sa.JSON(), nullable=False),
        sa.Column("lines", sa.JSON(), nullable=False),
        sa.Column("error", sa.String(length=20), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("made_at", db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["fair_contacts.id"], name=op.f("fk_card_drafts_contact_id_fair_contacts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_card_drafts")),
        sa.UniqueConstraint("contact_id", name=op.f("uq_card_drafts_contact_id")),
    )


def downgrade() -> None:
    """Remove the table; the photos stay."""
    op.drop_table("card_drafts")
