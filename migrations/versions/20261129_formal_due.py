"""When a framework agreement must have become a formal one; a referrer says what it is and is found again."""

from unicodedata import normalize

import sqlalchemy as sa
from alembic import op

revision = "0023_formal_due"
down_revision = "0022_relations"
branch_labels = None
depends_on = None


LEADS = sa.table("leads", sa.column("id"), sa.column("referrer"), sa.column("referrer_key"))


def upgrade() -> None:
    """Go to this revision. What a referrer is stays open where a name alone was written; its key is made."""
    op.add_column("projects", sa.Column("formal_due_on", sa.Date(), nullable=True))
    with op.batch_alter_table("leads") as batch:
        kinds = ("person", "chamber", "company", "agency", "public")
        kind = sa.Enum(*kinds, name="referrer_kind", native_enum=False, create_constraint=True, length=40)
        batch.add_column(sa.Column("referrer_kind", kind, nullable=True))
        batch.add_column(sa.Column("referrer_key", sa.String(length=60), server_default="", nullable=False))
    connection = op.get_bind()
    for lead_id, name in connection.execute(sa.select(LEADS.c.id, LEADS.c.referrer).where(LEADS.c.referrer != "")).all():
        key = "".join(normalize("NFKC", name).casefold().split())[:60]
        connection.execute(LEADS.update().where(LEADS.c.id == lead_id).values(referrer_key=key))


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("leads") as batch:
        batch.drop_column("referrer_key")
        batch.drop_constraint(op.f("ck_leads_referrer_kind"), type_="check")
        batch.drop_column("referrer_kind")
    op.drop_column("projects", "formal_due_on")
