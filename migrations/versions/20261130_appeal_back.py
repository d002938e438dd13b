"""a step of a case may say that an appeal was taken back."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from crm.kit import db

revision = "0043_appeal_back"
down_revision = "0042_water_step"

BEFORE = (
    *("opened", "consult", "earlier", "hand_over", "note", "decided", "propose", "agree", "lapsed"),
    *("choice", "revoked", "appeal", "reviewed", "escalated"),
)
CHECK = "ck_case_steps_step_kind"


def upgrade() -> None:
    """Let a step be of the new kind."""
    _kinds((*BEFORE, "appeal_back"))


def downgrade() -> None:
    """What was taken back stays a note."""
    op.execute("UPDATE case_steps SET kind = 'note' WHERE kind = 'appeal_back'")
    _kinds(BEFORE)


def _kinds(kinds: Sequence[str]) -> None:
    """Let a step of a case be of these kinds; SQLite makes the table anew for it."""
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(op.f(CHECK), "case_steps", type_="check")
        words = ", ".join(f"'{kind}'" for kind in kinds)
        op.create_check_constraint(op.f(CHECK), "case_steps", f"kind IN ({words})")
        return
    with op.batch_alter_table("case_steps", copy_from=_shape(kinds), recreate="always"):
        pass


def _shape(kinds: Sequence[str]) -> sa.Table:
    kind = sa.Enum(*kinds, name=op.f(CHECK), native_enum=False, create_constraint=True, length=40)
    return sa.Table(
        "case_steps",
        sa.MetaData(),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", kind, nullable=False),
        sa.Column("at", db.UtcDateTime(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("by_words", sa.String(length=120), nullable=False),
        sa.Column("org_id", sa.Integer(), nullable=True),
        sa.Column("claim_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("decision", sa.String(length=30), nullable=False, server_default=""),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_case_steps_case_id_cases")),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name=op.f("fk_case_steps_claim_id_claims")),
        sa.ForeignKeyConstraint(["org_id"], ["orgs.id"], name=op.f("fk_case_steps_org_id_orgs")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_steps")),
        sa.UniqueConstraint("case_id", "seq", name=op.f("uq_case_steps_case_id_seq")),
        sa.Index(op.f("ix_case_steps_case_id"), "case_id"),
    )
