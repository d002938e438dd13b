"""fair contacts: the chosen company, doubles that were settled; guests of an event."""

import sqlalchemy as sa
from alembic import op

from crm.kit import db

revision = "0020_fair_contacts"
down_revision = "0019_opinion_prints"


def upgrade():
    with op.batch_alter_table("fair_contacts") as batch:
        batch.add_column(sa.Column("company_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(op.f("fk_fair_contacts_company_id_companies"), "companies", ["company_id"], ["id"])
        batch.create_index(op.f("ix_fair_contacts_company_id"), ["company_id"])
    op.create_table(
        "fair_contact_pairs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("first_id", sa.Integer(), nullable=False),
        sa.Column("second_id", sa.Integer(), nullable=False),
        sa.Column("withdrawn_id", sa.Integer(), nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["first_id"], ["fair_contacts.id"], name=op.f("fk_fair_contact_pairs_first_id_fair_contacts")
        ),
        sa.ForeignKeyConstraint(
            ["second_id"], ["fair_contacts.id"], name=op.f("fk_fair_contact_pairs_second_id_fair_contacts")
        ),
        sa.ForeignKeyConstraint(
            ["withdrawn_id"], ["fair_contacts.id"], name=op.f("fk_fair_contact_pairs_withdrawn_id_fair_contacts")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_fair_contact_pairs_by_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fair_contact_pairs")),
        sa.UniqueConstraint("first_id", "second_id", name=op.f("uq_fair_contact_pairs_first_id_second_id")),
    )
    op.create_index(op.f("ix_fair_contact_pairs_second_id"), "fair_contact_pairs", ["second_id"])
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
        sa.Column(
            "state",
            sa.Enum(
                *("invited", "accepted", "declined", "came"),
                name="guest_state",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("answered_at", db.UtcDateTime(), nullable=True),
        sa.Column("came_at", db.UtcDateTime(), nullable=True),
        sa.Column("door_id", sa.Integer(), nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", db.UtcDateTime(), nullable=False),
        sa.Column("withdrawn_at", db.UtcDateTime(), nullable=True),
        sa.Column("is_sample", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_fair_guests_by_id_users")),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name=op.f("fk_fair_guests_company_id_companies")),
        sa.ForeignKeyConstraint(["door_id"], ["users.id"], name=op.f("fk_fair_guests_door_id_users")),
        sa.ForeignKeyConstraint(["edition_id"], ["editions.id"], name=op.f("fk_fair_guests_edition_id_editions")),
        sa.ForeignKeyConstraint(["org_id"], ["orgs.id"], name=op.f("fk_fair_guests_org_id_orgs")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fair_guests")),
        sa.UniqueConstraint("public_id", name=op.f("uq_fair_guests_public_id")),
        sa.UniqueConstraint("token", name=op.f("uq_fair_guests_token")),
    )
    op.create_index(op.f("ix_fair_guests_company_id"), "fair_guests", ["company_id"])
    op.create_index("ix_fair_guests_edition_org", "fair_guests", ["edition_id", "org_id"])
    op.create_index(op.f("ix_fair_guests_mobile_hmac"), "fair_guests", ["mobile_hmac"])


def downgrade():
    op.drop_table("fair_guests")
    op.drop_table("fair_contact_pairs")
    with op.batch_alter_table("fair_contacts") as batch:
        batch.drop_index(op.f("ix_fair_contacts_company_id"))
        batch.drop_constraint(op.f("fk_fair_contacts_company_id_companies"), type_="foreignkey")
        batch.drop_column("company_id")
