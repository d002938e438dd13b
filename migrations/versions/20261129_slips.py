"""fairs: 首谈确认单, one-time pages for visitors, and the visit plan as approved."""

import sqlalchemy as sa
from alembic import op

from crm.kit import db

revision = "0029_slips"
down_revision = "0028_firms_here"


def _keys(table: str, *pairs: tuple[str, str]) -> tuple[sa.ForeignKeyConstraint, ...]:
    return tuple(
        sa.ForeignKeyConstraint([name], [f"{other}.id"], name=op.f(f"fk_{table}_{name}_{other}")) for name, other in pairs
    )


def upgrade():
    op.create_table(
        "fair_slips",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=10), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("org_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("printed_at", db.UtcDateTime(), nullable=False),
        sa.Column("printed_by_id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=True),
        sa.Column("photo_id", sa.Integer(), nullable=True),
        sa.Column("filled_at", db.UtcDateTime(), nullable=True),
        sa.Column("filled_by_id", sa.Integer(), nullable=True),
        sa.Column("voided_at", db.UtcDateTime(), nullable=True),
        sa.Column("void_reason", sa.String(length=200), nullable=False),
        sa.Column("is_sample", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(contact_id IS NULL) = (photo_id IS NULL)", name=op.f("ck_fair_slips_a_filled_slip_has_its_photo")
        ),
        sa.CheckConstraint(
            "voided_at IS NULL OR contact_id IS NULL", name=op.f("ck_fair_slips_a_void_slip_proves_nothing")
        ),
        *_keys(
            "fair_slips",
            *(("contact_id", "fair_contacts"), ("edition_id", "editions"), ("filled_by_id", "users")),
            *(("org_id", "orgs"), ("photo_id", "files"), ("printed_by_id", "users")),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fair_slips")),
        sa.UniqueConstraint("edition_id", "number", name=op.f("uq_fair_slips_edition_id_number")),
        sa.UniqueConstraint("photo_id", name=op.f("uq_fair_slips_photo_id")),
        sa.UniqueConstraint("public_id", name=op.f("uq_fair_slips_public_id")),
    )
    op.create_index(op.f("ix_fair_slips_contact_id"), "fair_slips", ["contact_id"])
    op.create_index("ix_fair_slips_edition_org", "fair_slips", ["edition_id", "org_id"])
    op.create_table(
        "fair_taps",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=10), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=False),
        sa.Column("made_at", db.UtcDateTime(), nullable=False),
        sa.Column("expires_at", db.UtcDateTime(), nullable=False),
        sa.Column("tapped_at", db.UtcDateTime(), nullable=True),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=60), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("withdrawn_at", db.UtcDateTime(), nullable=True),
        *_keys("fair_taps", ("contact_id", "fair_contacts"), ("made_by_id", "users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fair_taps")),
        sa.UniqueConstraint("public_id", name=op.f("uq_fair_taps_public_id")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_fair_taps_token_hash")),
    )
    op.create_index(op.f("ix_fair_taps_contact_id"), "fair_taps", ["contact_id"])
    op.create_index(op.f("ix_fair_taps_made_by_id"), "fair_taps", ["made_by_id"])
    op.create_table(
        "fair_plan_approvals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=10), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("approved_at", db.UtcDateTime(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.String(length=200), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("withdrawn_at", db.UtcDateTime(), nullable=True),
        *_keys("fair_plan_approvals", ("by_id", "users"), ("edition_id", "editions")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fair_plan_approvals")),
        sa.UniqueConstraint("public_id", name=op.f("uq_fair_plan_approvals_public_id")),
    )
    op.create_index(op.f("ix_fair_plan_approvals_edition_id"), "fair_plan_approvals", ["edition_id"])
    op.create_table(
        "fair_planned_visits",
        sa.Column("approval_id", sa.Integer(), nullable=False),
        sa.Column("exhibitor_id", sa.Integer(), nullable=False),
        sa.Column("org_id", sa.Integer(), nullable=False),
        *_keys(
            "fair_planned_visits",
            *(("approval_id", "fair_plan_approvals"), ("exhibitor_id", "exhibitors"), ("org_id", "orgs")),
        ),
        sa.PrimaryKeyConstraint("approval_id", "exhibitor_id", "org_id", name=op.f("pk_fair_planned_visits")),
    )
    op.create_index(op.f("ix_fair_planned_visits_exhibitor_id"), "fair_planned_visits", ["exhibitor_id"])


def downgrade():
    for table in ("fair_planned_visits", "fair_plan_approvals", "fair_taps", "fair_slips"):
        op.drop_table(table)
