"""scores: cards in versions, the fit of each company and of each of its nodes, words against them."""

import sqlalchemy as sa
from alembic import op

from crm.kit import db

revision = "0016_scores"
down_revision = "0015_signals"


def upgrade():
    op.create_table('score_cards',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('card', sa.Enum('big', 'new', name='card', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('weights', sa.JSON(), nullable=False),
    sa.Column('document_no', sa.String(length=80), nullable=False),
    sa.Column('reason', sa.String(length=300), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=True),
    sa.Column('at', db.UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['users.id'], name=op.f('fk_score_cards_by_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_score_cards')),
    sa.UniqueConstraint('card', 'number', name=op.f('uq_score_cards_card_number'))
    )
    op.create_table('node_scores',
    sa.Column('company_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('node_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('shown_tenths', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['node_id'], ['nodes.id'], name=op.f('fk_node_scores_node_id_nodes')),
    sa.PrimaryKeyConstraint('company_id', 'node_id', name=op.f('pk_node_scores'))
    )
    op.create_index('ix_node_scores_order', 'node_scores', ['node_id', 'shown_tenths', 'company_id'], unique=False)
    op.create_table('score_overrides',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('company_id', sa.Integer(), nullable=False),
    sa.Column('tenths', sa.Integer(), nullable=False),
    sa.Column('computed_tenths', sa.Integer(), nullable=False),
    sa.Column('reason', sa.String(length=300), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('at', db.UtcDateTime(), nullable=False),
    sa.Column('withdrawn_by_id', sa.Integer(), nullable=True),
    sa.Column('withdrawn_at', db.UtcDateTime(), nullable=True),
    sa.Column('withdrawn_reason', sa.String(length=300), nullable=False),
    sa.CheckConstraint('tenths BETWEEN 0 AND 1000', name=op.f('ck_score_overrides_within_a_hundred')),
    sa.ForeignKeyConstraint(['by_id'], ['users.id'], name=op.f('fk_score_overrides_by_id_users')),
    sa.ForeignKeyConstraint(['company_id'], ['companies.id'], name=op.f('fk_score_overrides_company_id_companies')),
    sa.ForeignKeyConstraint(['withdrawn_by_id'], ['users.id'], name=op.f('fk_score_overrides_withdrawn_by_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_score_overrides'))
    )
    op.create_index('uq_score_overrides_standing', 'score_overrides', ['company_id'], unique=True, sqlite_where=sa.text('withdrawn_at IS NULL'), postgresql_where=sa.text('withdrawn_at IS NULL'))
    op.create_table('scores',
    sa.Column('company_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('card', sa.Enum('big', 'new', name='card', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('tenths', sa.Integer(), nullable=False),
    sa.Column('shown_tenths', sa.Integer(), nullable=False),
    sa.Column('confidence', sa.Integer(), nullable=False),
    sa.Column('deducted', sa.Integer(), nullable=False),
    sa.Column('veto', sa.Boolean(), nullable=False),
    sa.Column('shares', sa.String(length=60), nullable=False),
    sa.Column('known', sa.String(length=10), nullable=False),
    sa.Column('computed_at', db.UtcDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('company_id', name=op.f('pk_scores'))
    )
    op.create_index('ix_scores_shown', 'scores', ['shown_tenths', 'company_id'], unique=False)


def downgrade():
    op.drop_index('ix_scores_shown', table_name='scores')
    op.drop_table('scores')
    op.drop_index('uq_score_overrides_standing', table_name='score_overrides', sqlite_where=sa.text('withdrawn_at IS NULL'), postgresql_where=sa.text('withdrawn_at IS NULL'))
    op.drop_table('score_overrides')
    op.drop_index('ix_node_scores_order', table_name='node_scores')
    op.drop_table('node_scores')
    op.drop_table('score_cards')
