"""projects: what the figures read of a project, in narrow rows that are kept as projects move."""

import sqlalchemy as sa
from alembic import op

from crm.kit import db

revision = "0036_project_figures"
down_revision = "0035_card_drafts"

_STAGES = (
    *("planning", "negotiating", "signed", "registered", "started", "in_production", "full_capacity"),
    *("roadshow", "incubating", "landed", "closed"),
)


def upgrade() -> None:
    """Add both tables and fill them from projects, moves and milestones."""
    op.create_table(
        "project_figures",
        sa.Column("project_id", sa.Integer(), nullable=False),
        *_of_whom(),
        sa.Column("light", _words("light", "ok", "warn", "bad", "hold"), nullable=False),
        sa.Column("close_reason", sa.String(length=30), nullable=False),
        sa.Column("amount_cny", db.Hundredths(), nullable=True),
        sa.Column("reached", sa.Integer(), nullable=False),
        sa.Column("entered_month", sa.Integer(), nullable=True),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("signed_cny", db.Hundredths(), nullable=True),
        sa.Column("started_on", sa.Date(), nullable=True),
        sa.Column("waiting_on", sa.Date(), nullable=True),
        *_keys("project_figures", "project_id"),
    )
    op.create_table(
        "project_stays",
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        *_of_whom(),
        sa.Column("entered_on", sa.Date(), nullable=False),
        sa.Column("left_on", sa.Date(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        *_keys("project_stays", "project_id", "seq"),
    )
    for statement in _filling(op.get_bind().dialect.name == "sqlite"):
        op.execute(statement)
    for name, (columns, where) in INDEXES.items():
        part = {} if where is None else {"sqlite_where": sa.text(where), "postgresql_where": sa.text(where)}
        op.create_index(name, name[3:].rpartition("_")[0], columns, **part)
    op.create_index("ix_fund_vouchers_sums", "fund_vouchers", ["on", "project_id", "voided_on", "amount_cny", "fdi_usd"])


def downgrade() -> None:
    """Remove both tables; all they hold can be computed."""
    op.drop_index("ix_fund_vouchers_sums", "fund_vouchers")
    op.drop_table("project_stays")
    op.drop_table("project_figures")


INDEXES = {
    "ix_project_figures_stock": (["moved", "org_id", "stage", "light", "close_reason", "amount_cny"], None),
    "ix_project_figures_fields": (["moved", "segment_id", "stage", "org_id", "light", "amount_cny"], None),
    "ix_project_figures_months": (["moved", "entered_month", "stage", "reached", "org_id", "segment_id"], None),
    "ix_project_figures_lines": (["moved", "org_id", "segment_id", "stage", "reached", "light"], None),
    "ix_project_figures_waiting": (
        ["moved", "org_id", "segment_id", "waiting_on", "amount_cny"],
        "waiting_on IS NOT NULL",
    ),
    "ix_project_figures_signed": (["moved", "signed_on", "org_id", "stage", "signed_cny"], None),
    "ix_project_figures_started": (["moved", "started_on", "org_id", "stage"], None),
    "ix_project_stays_days": (["moved", "stage", "days", "org_id", "segment_id"], None),
    "ix_project_stays_lines": (["moved", "org_id", "segment_id", "stage", "days"], None),
}


def _words(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def _of_whom() -> tuple[sa.Column, ...]:
    return (
        sa.Column("org_id", sa.Integer(), nullable=False),
        sa.Column("segment_id", sa.Integer(), nullable=True),
        sa.Column("moved", sa.Boolean(), nullable=False),
        sa.Column("stage", _words("stage", *_STAGES), nullable=False),
    )


def _keys(table: str, *primary: str) -> tuple[sa.Constraint, ...]:
    return (
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f(f"fk_{table}_project_id_projects"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["org_id"], ["orgs.id"], name=op.f(f"fk_{table}_org_id_orgs")),
        sa.ForeignKeyConstraint(["segment_id"], ["segments.id"], name=op.f(f"fk_{table}_segment_id_segments")),
        sa.PrimaryKeyConstraint(*primary, name=op.f(f"pk_{table}")),
    )


def _filling(sqlite: bool) -> tuple[str, str]:
    """As ``crm/projects/figures.py`` computed them when this was written."""
    entered = "(SELECT min(e.\"on\") FROM stage_moves e WHERE e.project_id = p.id AND e.to_stage = 'negotiating')"
    month = (
        f"CAST(strftime('%Y', {entered}) AS INTEGER) * 12 + CAST(strftime('%m', {entered}) AS INTEGER) - 1"
        if sqlite
        else f"CAST(extract(year FROM {entered}) * 12 + extract(month FROM {entered}) - 1 AS INTEGER)"
    )
    days = (
        'CAST(julianday(a."on") - julianday(m."on") AS INTEGER)' if sqlite else 'a."on" - m."on"'
    )
    amount = "CASE WHEN p.kind = 'expansion' THEN p.increment_cny ELSE coalesce({} p.invest_agreed_cny, p.invest_total_cny) END"

    def line(kind: str, column: str) -> str:
        return (
            f"(SELECT {column} FROM milestones l WHERE l.project_id = p.id AND l.kind = '{kind}'"
            " AND l.status = 'recognised')"
        )

    bits = {"signed": 2, "registered": 4, "started": 8, "in_production": 16}
    reached = " + ".join(
        f"CASE WHEN {line(kind, 'l.id')} IS NULL THEN 0 ELSE {bit} END" for kind, bit in bits.items()
    )
    figures = (
        "INSERT INTO project_figures (project_id, org_id, segment_id, moved, stage, light, close_reason, amount_cny,"
        " reached, entered_month, signed_on, signed_cny, started_on, waiting_on)"
        " SELECT p.id, p.org_id, n.segment_id, p.kind = 'relocation', p.stage, p.light, p.close_reason,"
        f" {amount.format('')}, CASE WHEN {entered} IS NULL THEN 0 ELSE 1 END + {reached}, {month},"
        f" {line('signed', 'l.recognised_on')}, {line('signed', amount.format('l.amount_cny,'))},"
        f" {line('started', 'l.recognised_on')},"
        f" CASE WHEN p.stage IN ('signed', 'registered') THEN {line('signed', 'l.recognised_on')} END"
        " FROM projects p LEFT JOIN nodes n ON n.id = p.node_id"
        " WHERE NOT (p.plan_code IS NOT NULL AND p.owner_id IS NULL)"
    )
    stays = (
        "INSERT INTO project_stays (project_id, seq, org_id, segment_id, moved, stage, entered_on, left_on, days)"
        " SELECT m.project_id, m.seq, p.org_id, n.segment_id, p.kind = 'relocation', m.to_stage,"
        f' m."on", a."on", {days} FROM stage_moves m JOIN projects p ON p.id = m.project_id'
        " JOIN stage_moves a ON a.project_id = m.project_id AND a.seq = m.seq + 1"
        " LEFT JOIN nodes n ON n.id = p.node_id WHERE NOT (p.plan_code IS NOT NULL AND p.owner_id IS NULL)"
    )
    return figures, stays
