"""bulk changes: what was changed in many rows at once, kept so that it can be taken back."""

import sqlalchemy as sa
from alembic import op

from crm.kit import db

revision = '0005_bulk_changes'
down_revision = '0004_ways'


def upgrade():
    op.create_table('bulk_changes',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=10), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('page', sa.String(length=20), nullable=False),
    sa.Column('words', sa.String(length=300), nullable=False),
    sa.Column('rows', sa.JSON(), nullable=False),
    sa.Column('at', db.UtcDateTime(), nullable=False),
    sa.Column('undone_at', db.UtcDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['by_id'], ['users.id'], name=op.f('fk_bulk_changes_by_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_bulk_changes')),
    sa.UniqueConstraint('public_id', name=op.f('uq_bulk_changes_public_id'))
    )
    with op.batch_alter_table('bulk_changes', schema=None) as batch_op:
        batch_op.create_index('ix_bulk_changes_by', ['by_id', 'at'], unique=False)


def downgrade():
    op.drop_table('bulk_changes')
