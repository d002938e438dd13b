"""fairs: where a booth lies on the way; the team and slot that a plan was approved with, and who moved a visit last."""

import re

import sqlalchemy as sa
from alembic import op

from crm.kit import db

revision = "0034_walk"
down_revision = "0033_referrers"

_HALL = re.compile(r"^([^0-9]*)([0-9]*)(?:\.([0-9]+))?(.*)$", re.DOTALL)


def upgrade():
    op.add_column(
        "exhibitors", sa.Column("walk", sa.String(length=40), nullable=False, server_default="2" + "0" * 25)
    )
    rows = sa.table("exhibitors", *map(sa.column, ("id", "hall", "aisle", "stand", "walk")))
    change = sa.update(rows).where(rows.c.id == sa.bindparam("row")).values(walk=sa.bindparam("way"))
    bind = op.get_bind()
    found = bind.execute(sa.select(rows.c.id, rows.c.hall, rows.c.aisle, rows.c.stand)).all()
    if found:
        bind.execute(change, [{"row": number, "way": _walk(*place)} for number, *place in found])
    op.drop_index("ix_exhibitors_place", "exhibitors")
    op.create_index("ix_exhibitors_walk", "exhibitors", ["edition_id", "walk"])
    with op.batch_alter_table("fair_planned_visits") as batch:
        batch.add_column(sa.Column("team_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("visit_on", sa.Date(), nullable=True))
        batch.add_column(sa.Column("visit_at", sa.Integer(), nullable=True))
        batch.create_foreign_key(op.f("fk_fair_planned_visits_team_id_fair_teams"), "fair_teams", ["team_id"], ["id"])
    with op.batch_alter_table("match_items") as batch:
        batch.add_column(sa.Column("moved_by_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("moved_at", db.UtcDateTime(), nullable=True))
        batch.create_foreign_key(op.f("fk_match_items_moved_by_id_users"), "users", ["moved_by_id"], ["id"])


def downgrade():
    """Go back. What the plan was approved with beside the firm, and who moved a visit, is lost."""
    for table, other, names in (
        ("match_items", "users", ("moved_by_id", "moved_at")),
        ("fair_planned_visits", "fair_teams", ("team_id", "visit_on", "visit_at")),
    ):
        with op.batch_alter_table(table) as batch:
            batch.drop_constraint(op.f(f"fk_{table}_{names[0]}_{other}"), type_="foreignkey")
            for name in names:
                batch.drop_column(name)
    op.drop_index("ix_exhibitors_walk", "exhibitors")
    op.create_index("ix_exhibitors_place", "exhibitors", ["edition_id", "hall", "aisle", "stand"])
    with op.batch_alter_table("exhibitors") as batch:
        batch.drop_column("walk")


def _walk(hall: str, aisle: str, stand: int) -> str:
    """As ``crm.core.booths.walk`` was when this was written."""
    rank = 0 if hall else 1 if aisle or stand else 2
    letters, number, section, rest = _HALL.match(hall).groups()
    plain = [re.sub(r"[\W_]", "", one) for one in (letters, rest, aisle)]
    place = f"{plain[0][:6]:0>6}{min(int(number or 0), 9999):04d}{min(int(section or 0), 999):03d}"
    return f"{rank}{place}{plain[1][:4]:0<4}{plain[2][:3]:0>3}{min(stand, 99_999):05d}"
