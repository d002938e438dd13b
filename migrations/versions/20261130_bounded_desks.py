"""indexes and pieces of names by which the desks of first reports read what they show, however many reports were ever filed."""

from collections.abc import Iterator
from typing import Any
from zlib import crc32

import sqlalchemy as sa
from alembic import op

revision = "0040_bounded_desks"
down_revision = "0039_untriaged_leads"

CHUNK = 2_000
FIGURES = ["org_id", "status", "invest_total_cny", "last_contact_on", "created_at"]


def upgrade() -> None:
    """Add them, and fill in the pieces of the names that were reported."""
    op.drop_index("ix_leads_figures", "leads")
    at_work = _where("status IN ('following', 'filed')")
    op.create_index("ix_leads_at_work", "leads", ["org_id", "invest_total_cny", "status"], **at_work)
    op.create_index("ix_leads_contact", "leads", ["org_id", "last_contact_on"])
    op.create_index("ix_leads_created", "leads", ["org_id", "created_at", "status"])
    op.create_index("ix_claims_unit", "claims", ["id", "org_id"])
    op.create_index("ix_cases_decided", "cases", ["decided_at", "status"], **_where("decided_at IS NOT NULL"))
    pieces = op.create_table(
        "claim_pieces",
        sa.Column("piece", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("org_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("claim_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["claim_id"], ["claims.id"], name=op.f("fk_claim_pieces_claim_id_claims")),
        sa.PrimaryKeyConstraint("piece", "org_id", "claim_id", name=op.f("pk_claim_pieces")),
        sqlite_with_rowid=False,
    )
    for rows in _names():
        found = [
            {"piece": piece, "org_id": org, "claim_id": one} for one, org, words in rows for piece in _pieces(words)
        ]
        if found:
            op.bulk_insert(pieces, found)


def _names() -> Iterator[list[Any]]:
    claims = sa.table("claims", *(sa.column(name) for name in ("id", "org_id", "company_words")))
    last, connection = 0, op.get_bind()
    query = sa.select(claims.c.id, claims.c.org_id, claims.c.company_words).order_by(claims.c.id).limit(CHUNK)
    while rows := list(connection.execute(query.where(claims.c.id > last))):
        yield rows
        last = rows[-1][0]


def _pieces(words: str) -> set[int]:
    """As ``crm.claims.pieces`` had it when this was written."""
    low = [char.lower() for char in words]
    numbers = {crc32(f"n{one}{two}".encode("utf-8", "ignore")) for one, two in zip(low, low[1:], strict=False)}
    return {number - (1 << 32) if number >= 1 << 31 else number for number in numbers}


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def downgrade() -> None:
    """Take them away again."""
    op.drop_table("claim_pieces")
    op.drop_index("ix_cases_decided", "cases")
    op.drop_index("ix_claims_unit", "claims")
    for name in ("created", "contact", "at_work"):
        op.drop_index(f"ix_leads_{name}", "leads")
    op.create_index("ix_leads_figures", "leads", FIGURES)
