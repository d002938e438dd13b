"""honours: the place on a ranking, and rows of lists whose company nobody knows yet."""

import sqlalchemy as sa
from alembic import op

from crm.kit import db

revision = "0026_honour_rows"
down_revision = "0025_fair_cards"


def upgrade():
    op.add_column('credentials', sa.Column('rank', sa.Integer(), nullable=True))
    op.create_table('honour_rows',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=10), nullable=False),
    sa.Column('org_id', sa.Integer(), nullable=True),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('uscc', sa.String(length=18), nullable=False),
    sa.Column('province', sa.String(length=20), nullable=False),
    sa.Column('city', sa.String(length=20), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('level', sa.String(length=20), nullable=False),
    sa.Column('year', sa.Integer(), nullable=True),
    sa.Column('rank', sa.Integer(), nullable=True),
    sa.Column('valid_until', sa.Date(), nullable=True),
    sa.Column('source', sa.String(length=80), nullable=False),
    sa.Column('created_at', db.UtcDateTime(), nullable=False),
    sa.Column('settled_at', db.UtcDateTime(), nullable=True),
    sa.Column('dropped_reason', sa.String(length=200), nullable=False),
    sa.ForeignKeyConstraint(['org_id'], ['orgs.id'], name=op.f('fk_honour_rows_org_id_orgs')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_honour_rows')),
    sa.UniqueConstraint('public_id', name=op.f('uq_honour_rows_public_id'))
    )
    op.create_index('ix_honour_rows_kind', 'honour_rows', ['kind', 'year'], unique=False)
    op.create_index(op.f('ix_honour_rows_org_id'), 'honour_rows', ['org_id'], unique=False)


def downgrade():
    op.drop_table('honour_rows')
    with op.batch_alter_table('credentials') as batch_op:
        batch_op.drop_column('rank')
