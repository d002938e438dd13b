"""Gaps of the chain and their history, what people say of nodes, and proposals of where companies stand."""

import sqlalchemy as sa
from alembic import op
from crm.kit import db

revision = "0014_chains"
down_revision = "0013_cases"


def upgrade():
    op.create_table('gap_history',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('plan_id', sa.Integer(), nullable=False),
    sa.Column('node_id', sa.Integer(), nullable=False),
    sa.Column('on', sa.Date(), nullable=False),
    sa.Column('type', sa.Enum('build', 'fill', 'strengthen', 'extend', 'complete', name='gap_type', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('level', sa.Enum('empty', 'thin', 'full', name='level', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('score', db.Hundredths(), nullable=False),
    sa.Column('local_n', sa.Integer(), nullable=False),
    sa.Column('lead_n', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['node_id'], ['nodes.id'], name=op.f('fk_gap_history_node_id_nodes')),
    sa.ForeignKeyConstraint(['plan_id'], ['plans.id'], name=op.f('fk_gap_history_plan_id_plans')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_gap_history')),
    sa.UniqueConstraint('plan_id', 'node_id', 'on', name=op.f('uq_gap_history_plan_id_node_id_on'))
    )
    with op.batch_alter_table('gap_history', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_gap_history_node_id'), ['node_id'], unique=False)

    op.create_table('gap_overrides',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('node_id', sa.Integer(), nullable=False),
    sa.Column('type', sa.Enum('build', 'fill', 'strengthen', 'extend', 'complete', name='gap_type', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('computed', sa.Enum('build', 'fill', 'strengthen', 'extend', 'complete', name='computed_gap_type', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('reason', sa.String(length=300), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('at', db.UtcDateTime(), nullable=False),
    sa.Column('withdrawn_by_id', sa.Integer(), nullable=True),
    sa.Column('withdrawn_at', db.UtcDateTime(), nullable=True),
    sa.Column('withdrawn_reason', sa.String(length=300), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['users.id'], name=op.f('fk_gap_overrides_by_id_users')),
    sa.ForeignKeyConstraint(['node_id'], ['nodes.id'], name=op.f('fk_gap_overrides_node_id_nodes')),
    sa.ForeignKeyConstraint(['withdrawn_by_id'], ['users.id'], name=op.f('fk_gap_overrides_withdrawn_by_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_gap_overrides'))
    )
    with op.batch_alter_table('gap_overrides', schema=None) as batch_op:
        batch_op.create_index('uq_gap_overrides_standing', ['node_id'], unique=True, sqlite_where=sa.text('withdrawn_at IS NULL'), postgresql_where=sa.text('withdrawn_at IS NULL'))

    op.create_table('gaps',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('plan_id', sa.Integer(), nullable=False),
    sa.Column('node_id', sa.Integer(), nullable=False),
    sa.Column('type', sa.Enum('build', 'fill', 'strengthen', 'extend', 'complete', name='gap_type', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('level', sa.Enum('empty', 'thin', 'full', name='level', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('score', db.Hundredths(), nullable=False),
    sa.Column('known', sa.Integer(), nullable=False),
    sa.Column('local_n', sa.Integer(), nullable=False),
    sa.Column('side_n', sa.Integer(), nullable=False),
    sa.Column('lead_n', sa.Integer(), nullable=False),
    sa.Column('landing_n', sa.Integer(), nullable=False),
    sa.Column('inputs', sa.JSON(), nullable=False),
    sa.Column('reasons', sa.JSON(), nullable=False),
    sa.Column('since', sa.Date(), nullable=False),
    sa.ForeignKeyConstraint(['node_id'], ['nodes.id'], name=op.f('fk_gaps_node_id_nodes')),
    sa.ForeignKeyConstraint(['plan_id'], ['plans.id'], name=op.f('fk_gaps_plan_id_plans')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_gaps')),
    sa.UniqueConstraint('plan_id', 'node_id', name=op.f('uq_gaps_plan_id_node_id'))
    )
    with op.batch_alter_table('gaps', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_gaps_node_id'), ['node_id'], unique=False)

    op.create_table('node_care',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('node_id', sa.Integer(), nullable=False),
    sa.Column('steward_id', sa.Integer(), nullable=True),
    sa.Column('checked_on', sa.Date(), nullable=True),
    sa.Column('capacity_cny', db.Hundredths(), nullable=True),
    sa.Column('capacity_source', sa.String(length=200), nullable=False),
    sa.Column('capacity_on', sa.Date(), nullable=True),
    sa.Column('demand_cny', db.Hundredths(), nullable=True),
    sa.Column('demand_source', sa.String(length=200), nullable=False),
    sa.Column('demand_on', sa.Date(), nullable=True),
    sa.Column('import_percent', db.Hundredths(), nullable=True),
    sa.Column('import_source', sa.String(length=200), nullable=False),
    sa.Column('import_on', sa.Date(), nullable=True),
    sa.Column('updated_at', db.UtcDateTime(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['node_id'], ['nodes.id'], name=op.f('fk_node_care_node_id_nodes')),
    sa.ForeignKeyConstraint(['steward_id'], ['users.id'], name=op.f('fk_node_care_steward_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_node_care')),
    sa.UniqueConstraint('node_id', name=op.f('uq_node_care_node_id'))
    )
    op.create_table('node_edits',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('plan_id', sa.Integer(), nullable=False),
    sa.Column('node_id', sa.Integer(), nullable=False),
    sa.Column('field', sa.String(length=30), nullable=False),
    sa.Column('value', sa.JSON(), nullable=False),
    sa.Column('before', sa.JSON(), nullable=False),
    sa.Column('reason', sa.String(length=300), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('at', db.UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['users.id'], name=op.f('fk_node_edits_by_id_users')),
    sa.ForeignKeyConstraint(['node_id'], ['nodes.id'], name=op.f('fk_node_edits_node_id_nodes')),
    sa.ForeignKeyConstraint(['plan_id'], ['plans.id'], name=op.f('fk_node_edits_plan_id_plans')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_node_edits')),
    sa.UniqueConstraint('plan_id', 'node_id', 'field', name=op.f('uq_node_edits_plan_id_node_id_field'))
    )
    op.create_table('placement_runs',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=10), nullable=False),
    sa.Column('org_id', sa.Integer(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('at', db.UtcDateTime(), nullable=False),
    sa.Column('scope', sa.String(length=40), nullable=False),
    sa.Column('status', sa.Enum('running', 'done', 'undone', name='run_status', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('last_id', sa.Integer(), nullable=False),
    sa.Column('looked', sa.Integer(), nullable=False),
    sa.Column('placed', sa.Integer(), nullable=False),
    sa.Column('asked', sa.Integer(), nullable=False),
    sa.Column('unknown', sa.Integer(), nullable=False),
    sa.Column('undone_at', db.UtcDateTime(), nullable=True),
    sa.Column('undone_by_id', sa.Integer(), nullable=True),
    sa.Column('kept', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['users.id'], name=op.f('fk_placement_runs_by_id_users')),
    sa.ForeignKeyConstraint(['org_id'], ['orgs.id'], name=op.f('fk_placement_runs_org_id_orgs')),
    sa.ForeignKeyConstraint(['undone_by_id'], ['users.id'], name=op.f('fk_placement_runs_undone_by_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_placement_runs')),
    sa.UniqueConstraint('public_id', name=op.f('uq_placement_runs_public_id'))
    )
    with op.batch_alter_table('placement_runs', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_placement_runs_org_id'), ['org_id'], unique=False)

    op.create_table('placements',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('company_id', sa.Integer(), nullable=False),
    sa.Column('node_id', sa.Integer(), nullable=False),
    sa.Column('run_id', sa.Integer(), nullable=True),
    sa.Column('weight', sa.Enum('main', 'side', name='node_weight', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('confidence', sa.Integer(), nullable=False),
    sa.Column('hits', sa.JSON(), nullable=False),
    sa.Column('status', sa.Enum('proposed', 'placed', 'confirmed', 'rejected', 'set_aside', name='placement_status', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=True),
    sa.Column('at', db.UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['users.id'], name=op.f('fk_placements_by_id_users')),
    sa.ForeignKeyConstraint(['company_id'], ['companies.id'], name=op.f('fk_placements_company_id_companies')),
    sa.ForeignKeyConstraint(['node_id'], ['nodes.id'], name=op.f('fk_placements_node_id_nodes')),
    sa.ForeignKeyConstraint(['run_id'], ['placement_runs.id'], name=op.f('fk_placements_run_id_placement_runs')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_placements')),
    sa.UniqueConstraint('company_id', 'node_id', name=op.f('uq_placements_company_id_node_id'))
    )
    with op.batch_alter_table('placements', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_placements_node_id'), ['node_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_placements_run_id'), ['run_id'], unique=False)
        batch_op.create_index('ix_placements_status_company', ['status', 'company_id'], unique=False)



def downgrade():
    with op.batch_alter_table('placements', schema=None) as batch_op:
        batch_op.drop_index('ix_placements_status_company')
        batch_op.drop_index(batch_op.f('ix_placements_run_id'))
        batch_op.drop_index(batch_op.f('ix_placements_node_id'))

    op.drop_table('placements')
    with op.batch_alter_table('placement_runs', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_placement_runs_org_id'))

    op.drop_table('placement_runs')
    op.drop_table('node_edits')
    op.drop_table('node_care')
    with op.batch_alter_table('gaps', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_gaps_node_id'))

    op.drop_table('gaps')
    with op.batch_alter_table('gap_overrides', schema=None) as batch_op:
        batch_op.drop_index('uq_gap_overrides_standing', sqlite_where=sa.text('withdrawn_at IS NULL'), postgresql_where=sa.text('withdrawn_at IS NULL'))

    op.drop_table('gap_overrides')
    with op.batch_alter_table('gap_history', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_gap_history_node_id'))

    op.drop_table('gap_history')
