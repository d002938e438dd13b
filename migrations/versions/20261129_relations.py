"""What is traded and until when; who introduced whom; acquaintances; tasks made of purchases and of signals."""

import sqlalchemy as sa
from alembic import op

from crm.kit import db

revision = "0022_relations"
down_revision = "0021_target_lists"
branch_labels = None
depends_on = None

_BEFORE = ("parent", "branch", "controller", "brand", "supplier", "customer", "member", "portfolio", "mandate")
_AFTER = (*_BEFORE, "introducer")
_CHECK = "ck_company_relations_relation_kind"


def _kinds(after: tuple[str, ...], *more: sa.Column) -> None:
    """Let a relation be of these kinds; SQLite makes the table anew for it. ``more``: the columns that came with this revision."""
    if op.get_bind().dialect.name == "postgresql":
        words = ", ".join(f"'{kind}'" for kind in after)
        op.drop_constraint(op.f(_CHECK), "company_relations", type_="check")
        op.create_check_constraint(op.f(_CHECK), "company_relations", f"kind IN ({words})")
        return
    kind = sa.Enum(*after, name=op.f(_CHECK), native_enum=False, create_constraint=True, length=40)
    one, two, org, by = (
        sa.ForeignKeyConstraint([name], [f"{table}.id"], name=op.f(f"fk_company_relations_{name}_{table}"))
        for name, table in (("from_id", "companies"), ("to_id", "companies"), ("org_id", "orgs"), ("by_id", "users"))
    )
    shape = sa.Table(
        "company_relations",
        sa.MetaData(),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("from_id", sa.Integer(), nullable=False),
        sa.Column("to_id", sa.Integer(), nullable=False),
        sa.Column("org_id", sa.Integer(), nullable=True),
        sa.Column("kind", kind, nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("valid_on", sa.Date(), nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("at", db.UtcDateTime(), nullable=True),
        *more,
        *(one, two, org, by),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_company_relations")),
        sa.UniqueConstraint(
            "from_id", "to_id", "kind", "org_id", name=op.f("uq_company_relations_from_id_to_id_kind_org_id")
        ),
        sa.Index(op.f("ix_company_relations_to_id"), "to_id"),
    )
    with op.batch_alter_table("company_relations", copy_from=shape, recreate="always"):
        pass


def _columns() -> tuple[sa.Column, ...]:
    return (
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("product", sa.String(length=120), nullable=False, server_default=""),
        sa.Column("replaceable", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("version", sa.Integer(), nullable=False, server_default="1"),
    )


def upgrade() -> None:
    """Go to this revision."""
    for column in _columns():
        op.add_column("company_relations", column)
    _kinds(_AFTER, *_columns())
    op.create_table(
        "acquaintances",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=10), nullable=False),
        sa.Column("org_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("other_person_id", sa.Integer(), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                *("colleague", "schoolmate", "townsman", "partner", "friend"),
                name="acquaintance_kind",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("source", sa.String(length=120), nullable=False),
        sa.Column("known_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("withdrawn_at", db.UtcDateTime(), nullable=True),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", db.UtcDateTime(), nullable=False),
        sa.Column("is_sample", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(other_person_id IS NULL) <> (user_id IS NULL)", name=op.f("ck_acquaintances_knows_one")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_acquaintances_by_id_users")),
        sa.ForeignKeyConstraint(["org_id"], ["orgs.id"], name=op.f("fk_acquaintances_org_id_orgs")),
        sa.ForeignKeyConstraint(
            ["other_person_id"], ["people.id"], name=op.f("fk_acquaintances_other_person_id_people")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_acquaintances_person_id_people")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_acquaintances_user_id_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_acquaintances")),
        sa.UniqueConstraint("public_id", name=op.f("uq_acquaintances_public_id")),
    )
    op.create_index(op.f("ix_acquaintances_person_id"), "acquaintances", ["person_id"])
    op.create_index(op.f("ix_acquaintances_other_person_id"), "acquaintances", ["other_person_id"])
    op.create_table(
        "fill_tasks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("relation_id", sa.Integer(), nullable=True),
        sa.Column("todo_id", sa.Integer(), nullable=False),
        sa.Column("node_id", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_fill_tasks_by_id_users")),
        sa.ForeignKeyConstraint(["node_id"], ["nodes.id"], name=op.f("fk_fill_tasks_node_id_nodes")),
        sa.ForeignKeyConstraint(
            ["relation_id"],
            ["company_relations.id"],
            name=op.f("fk_fill_tasks_relation_id_company_relations"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["todo_id"], ["todos.id"], name=op.f("fk_fill_tasks_todo_id_todos")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fill_tasks")),
        sa.UniqueConstraint("relation_id", name=op.f("uq_fill_tasks_relation_id")),
        sa.UniqueConstraint("todo_id", name=op.f("uq_fill_tasks_todo_id")),
    )
    op.create_index(op.f("ix_fill_tasks_node_id"), "fill_tasks", ["node_id"])
    op.create_table(
        "signal_tasks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("signal_id", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("todo_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name=op.f("fk_signal_tasks_owner_id_users")),
        sa.ForeignKeyConstraint(["signal_id"], ["signals.id"], name=op.f("fk_signal_tasks_signal_id_signals")),
        sa.ForeignKeyConstraint(["todo_id"], ["todos.id"], name=op.f("fk_signal_tasks_todo_id_todos")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signal_tasks")),
        sa.UniqueConstraint("signal_id", "owner_id", name=op.f("uq_signal_tasks_signal_id_owner_id")),
        sa.UniqueConstraint("todo_id", name=op.f("uq_signal_tasks_todo_id")),
    )


def downgrade() -> None:
    """Go back to the revision before."""
    for table in ("signal_tasks", "fill_tasks", "acquaintances"):
        op.drop_table(table)
    op.execute("DELETE FROM company_relations WHERE kind = 'introducer'")
    _kinds(_BEFORE, *_columns())
    for name in ("version", "replaceable", "product", "ended_on"):
        op.drop_column("company_relations", name)
