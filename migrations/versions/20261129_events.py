"""own events: guests with their answers and who took them, the order of an agenda, projects that sign."""

import sqlalchemy as sa
from alembic import op

from crm.kit import db

revision = "0032_events"
down_revision = "0031_several_parties"

_BEFORE = ("invited", "accepted", "declined", "came")
_AFTER = ("planned", *_BEFORE)


def _guests(states: tuple[str, ...], *more: sa.Column, users: tuple[str, ...], also: tuple[tuple[str, str], ...]) -> None:
    keys = (
        *((name, "users") for name in users),
        *(("company_id", "companies"), ("edition_id", "editions"), ("org_id", "orgs")),
        *also,
    )
    state = sa.Enum(*states, name="guest_state", native_enum=False, create_constraint=True, length=40)
    op.create_table(
        "fair_guests",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=10), nullable=False),
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("org_id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=True),
        sa.Column("company_text", sa.String(length=200), nullable=False),
        sa.Column("person_name", sa.String(length=40), nullable=False),
        sa.Column("person_title", sa.String(length=60), nullable=False),
        sa.Column("mobile", sa.String(length=30), nullable=False),
        sa.Column("mobile_hmac", sa.String(length=64), nullable=False),
        sa.Column("words", sa.String(length=200), nullable=False),
        sa.Column("state", state, nullable=False),
        sa.Column("answered_at", db.UtcDateTime(), nullable=True),
        sa.Column("came_at", db.UtcDateTime(), nullable=True),
        sa.Column("door_id", sa.Integer(), nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", db.UtcDateTime(), nullable=False),
        sa.Column("withdrawn_at", db.UtcDateTime(), nullable=True),
        sa.Column("is_sample", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *more,
        *(
            sa.ForeignKeyConstraint([name], [f"{table}.id"], name=op.f(f"fk_fair_guests_{name}_{table}"))
            for name, table in keys
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fair_guests")),
        sa.UniqueConstraint("public_id", name=op.f("uq_fair_guests_public_id")),
        sa.UniqueConstraint("token", name=op.f("uq_fair_guests_token")),
    )
    op.create_index(op.f("ix_fair_guests_company_id"), "fair_guests", ["company_id"])
    op.create_index("ix_fair_guests_edition_org", "fair_guests", ["edition_id", "org_id"])
    op.create_index(op.f("ix_fair_guests_mobile_hmac"), "fair_guests", ["mobile_hmac"])
    for name, _table in also:
        op.create_index(op.f(f"ix_fair_guests_{name}"), "fair_guests", [name])


def upgrade():
    """Go to this revision. Nothing has written guests until now, so their table is made anew."""
    op.drop_table("fair_guests")
    _guests(
        _AFTER,
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("contact_id", sa.Integer(), nullable=True),
        sa.Column("seat", sa.String(length=20), nullable=False),
        sa.Column("companions", sa.Integer(), nullable=False),
        sa.Column("walk_in", sa.Boolean(), nullable=False),
        sa.Column("invited_at", db.UtcDateTime(), nullable=True),
        sa.Column("invited_by_id", sa.Integer(), nullable=True),
        sa.Column("accepted", sa.Boolean(), nullable=True),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("companions BETWEEN 0 AND 20", name=op.f("ck_fair_guests_few_companions")),
        users=("by_id", "door_id", "invited_by_id", "answered_by_id"),
        also=(("person_id", "people"), ("contact_id", "fair_contacts")),
    )
    op.create_table(
        "edition_signings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=10), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("org_id", sa.Integer(), nullable=False),
        sa.Column("signers", sa.String(length=120), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("created_at", db.UtcDateTime(), nullable=False),
        sa.Column("withdrawn_at", db.UtcDateTime(), nullable=True),
        *(
            sa.ForeignKeyConstraint([name], [f"{table}.id"], name=op.f(f"fk_edition_signings_{name}_{table}"))
            for name, table in (
                *(("by_id", "users"), ("edition_id", "editions")),
                *(("org_id", "orgs"), ("project_id", "projects")),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_edition_signings")),
        sa.UniqueConstraint("public_id", name=op.f("uq_edition_signings_public_id")),
        sa.UniqueConstraint("edition_id", "project_id", name=op.f("uq_edition_signings_edition_id_project_id")),
    )
    op.create_index(op.f("ix_edition_signings_project_id"), "edition_signings", ["project_id"])
    op.add_column("agenda_items", sa.Column("position", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("agenda_items", sa.Column("version", sa.Integer(), nullable=False, server_default="1"))


def downgrade():
    """Go back. What guests there are goes with the table."""
    with op.batch_alter_table("agenda_items") as batch:
        batch.drop_column("version")
        batch.drop_column("position")
    op.drop_table("edition_signings")
    op.drop_table("fair_guests")
    _guests(_BEFORE, users=("by_id", "door_id"), also=())
