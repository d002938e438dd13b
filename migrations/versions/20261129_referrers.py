"""A referrer may be a contact or a body of the base, beside the words that name it."""

import sqlalchemy as sa
from alembic import op

revision = "0033_referrers"
down_revision = "0032_events"
branch_labels = None
depends_on = None

_BODIES = sa.text("entity <> 'enterprise'")
_KEYS = (("referrer_company_id", "companies"), ("referrer_person_id", "people"))


def upgrade() -> None:
    """Go to this revision."""
    with op.batch_alter_table("leads") as batch:
        for name, table in _KEYS:
            batch.add_column(sa.Column(name, sa.Integer(), nullable=True))
            batch.create_foreign_key(op.f(f"fk_leads_{name}_{table}"), table, [name], ["id"])
            batch.create_index(op.f(f"ix_leads_{name}"), [name])
    op.create_index("ix_companies_bodies", "companies", ["id"], sqlite_where=_BODIES, postgresql_where=_BODIES)


def downgrade() -> None:
    """Go back."""
    op.drop_index("ix_companies_bodies", table_name="companies")
    with op.batch_alter_table("leads") as batch:
        for name, table in reversed(_KEYS):
            batch.drop_index(op.f(f"ix_leads_{name}"))
            batch.drop_constraint(op.f(f"fk_leads_{name}_{table}"), type_="foreignkey")
            batch.drop_column(name)
