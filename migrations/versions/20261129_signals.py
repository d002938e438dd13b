"""signals: dated facts about companies with their source."""

import sqlalchemy as sa
from alembic import op

from crm.kit import db

revision = "0015_signals"
down_revision = "0014_chains"


def upgrade():
    op.create_table('signals',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=10), nullable=False),
    sa.Column('company_id', sa.Integer(), nullable=False),
    sa.Column('org_id', sa.Integer(), nullable=True),
    sa.Column('kind', sa.Enum('funds', 'eia', 'land', 'expansion', 'relocation', 'subsidiary', 'financing', 'hiring', 'dishonest', 'bankrupt', 'unlawful', 'executed', 'pollution', 'abnormal', name='signal_kind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('on', sa.Date(), nullable=False),
    sa.Column('title', sa.String(length=120), nullable=False),
    sa.Column('words', sa.String(length=1000), nullable=False),
    sa.Column('source', sa.String(length=200), nullable=False),
    sa.Column('url', sa.String(length=300), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=True),
    sa.Column('created_at', db.UtcDateTime(), nullable=False),
    sa.Column('updated_at', db.UtcDateTime(), nullable=False),
    sa.Column('withdrawn_at', db.UtcDateTime(), nullable=True),
    sa.Column('withdrawn_reason', sa.String(length=200), nullable=False),
    sa.Column('is_sample', sa.Boolean(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['users.id'], name=op.f('fk_signals_by_id_users')),
    sa.ForeignKeyConstraint(['company_id'], ['companies.id'], name=op.f('fk_signals_company_id_companies')),
    sa.ForeignKeyConstraint(['org_id'], ['orgs.id'], name=op.f('fk_signals_org_id_orgs')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_signals')),
    sa.UniqueConstraint('company_id', 'kind', 'on', 'title', name=op.f('uq_signals_company_id_kind_on_title')),
    sa.UniqueConstraint('public_id', name=op.f('uq_signals_public_id'))
    )
    op.create_index(op.f('ix_signals_company_id'), 'signals', ['company_id'], unique=False)
    op.create_index('ix_signals_on_id', 'signals', ['on', 'id'], unique=False)


def downgrade():
    op.drop_index('ix_signals_on_id', table_name='signals')
    op.drop_index(op.f('ix_signals_company_id'), table_name='signals')
    op.drop_table('signals')
