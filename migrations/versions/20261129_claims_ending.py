"""claims to their end: what is asked about a protection, deputies of verifiers; numbers by four eyes; settings of notices."""

import sqlalchemy as sa
from alembic import op

from crm.kit import db

revision = "0012_claims_ending"
down_revision = "0011_tasks"


def upgrade():
    op.create_table('deputies',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=10), nullable=False),
    sa.Column('org_id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('for_user_id', sa.Integer(), nullable=False),
    sa.Column('from_on', sa.Date(), nullable=False),
    sa.Column('until_on', sa.Date(), nullable=False),
    sa.Column('reason', sa.String(length=120), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('created_at', db.UtcDateTime(), nullable=False),
    sa.Column('ended_at', db.UtcDateTime(), nullable=True),
    sa.Column('ended_by_id', sa.Integer(), nullable=True),
    sa.CheckConstraint('until_on >= from_on', name=op.f('ck_deputies_ends_after_it_begins')),
    sa.ForeignKeyConstraint(['by_id'], ['users.id'], name=op.f('fk_deputies_by_id_users')),
    sa.ForeignKeyConstraint(['ended_by_id'], ['users.id'], name=op.f('fk_deputies_ended_by_id_users')),
    sa.ForeignKeyConstraint(['for_user_id'], ['users.id'], name=op.f('fk_deputies_for_user_id_users')),
    sa.ForeignKeyConstraint(['org_id'], ['orgs.id'], name=op.f('fk_deputies_org_id_orgs')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_deputies_user_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_deputies')),
    sa.UniqueConstraint('public_id', name=op.f('uq_deputies_public_id'))
    )
    with op.batch_alter_table('deputies', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_deputies_org_id'), ['org_id'], unique=False)
        batch_op.create_index('ix_deputies_user_days', ['user_id', 'from_on', 'until_on'], unique=False)

    op.create_table('notice_profiles',
    sa.Column('user_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('digest', sa.Boolean(), nullable=False),
    sa.Column('mail', sa.String(length=120), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_notice_profiles_user_id_users')),
    sa.PrimaryKeyConstraint('user_id', name=op.f('pk_notice_profiles'))
    )
    op.create_table('notice_settings',
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('topic', sa.Enum('duty', 'outcome', 'clock', 'case', 'asked', 'other', name='topic', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('way', sa.Enum('now', 'digest', 'off', name='way', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_notice_settings_user_id_users')),
    sa.PrimaryKeyConstraint('user_id', 'topic', name=op.f('pk_notice_settings'))
    )
    op.create_table('parameter_proposals',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=10), nullable=False),
    sa.Column('key', sa.String(length=60), nullable=False),
    sa.Column('value', sa.String(length=60), nullable=False),
    sa.Column('effective_on', sa.Date(), nullable=False),
    sa.Column('document_no', sa.String(length=80), nullable=False),
    sa.Column('file_id', sa.Integer(), nullable=True),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('status', sa.Enum('open', 'approved', 'refused', 'withdrawn', name='proposal_status', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('proposed_by_id', sa.Integer(), nullable=False),
    sa.Column('proposed_at', db.UtcDateTime(), nullable=False),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.Column('decided_at', db.UtcDateTime(), nullable=True),
    sa.Column('decision_reason', sa.String(length=200), nullable=False),
    sa.Column('parameter_id', sa.Integer(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("status <> 'approved' OR decided_by_id <> proposed_by_id", name=op.f('ck_parameter_proposals_four_eyes')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['users.id'], name=op.f('fk_parameter_proposals_decided_by_id_users')),
    sa.ForeignKeyConstraint(['file_id'], ['files.id'], name=op.f('fk_parameter_proposals_file_id_files')),
    sa.ForeignKeyConstraint(['parameter_id'], ['parameters.id'], name=op.f('fk_parameter_proposals_parameter_id_parameters')),
    sa.ForeignKeyConstraint(['proposed_by_id'], ['users.id'], name=op.f('fk_parameter_proposals_proposed_by_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_parameter_proposals')),
    sa.UniqueConstraint('file_id', name=op.f('uq_parameter_proposals_file_id')),
    sa.UniqueConstraint('parameter_id', name=op.f('uq_parameter_proposals_parameter_id')),
    sa.UniqueConstraint('public_id', name=op.f('uq_parameter_proposals_public_id'))
    )
    with op.batch_alter_table('parameter_proposals', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_parameter_proposals_key'), ['key'], unique=False)
        batch_op.create_index('uq_parameter_proposals_open', ['key'], unique=True, sqlite_where=sa.text("status = 'open'"), postgresql_where=sa.text("status = 'open'"))

    op.create_table('claim_requests',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=10), nullable=False),
    sa.Column('claim_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('extend', 'pause', 'recall', name='request_kind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('status', sa.Enum('open', 'granted', 'refused', 'withdrawn', 'dropped', name='request_status', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('ground', sa.Enum('eia', 'land', 'energy', 'force_majeure', name='ground', native_enum=False, create_constraint=True, length=40), nullable=True),
    sa.Column('reason', sa.String(length=400), nullable=False),
    sa.Column('days', sa.Integer(), nullable=False),
    sa.Column('from_on', sa.Date(), nullable=True),
    sa.Column('until_on', sa.Date(), nullable=True),
    sa.Column('ended_on', sa.Date(), nullable=True),
    sa.Column('followups', sa.Integer(), nullable=False),
    sa.Column('meetings', sa.Integer(), nullable=False),
    sa.Column('hear_until', sa.Date(), nullable=True),
    sa.Column('answer', sa.String(length=400), nullable=False),
    sa.Column('answered_by_id', sa.Integer(), nullable=True),
    sa.Column('answered_at', db.UtcDateTime(), nullable=True),
    sa.Column('asked_by_id', sa.Integer(), nullable=True),
    sa.Column('asked_at', db.UtcDateTime(), nullable=False),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.Column('decided_at', db.UtcDateTime(), nullable=True),
    sa.Column('decision_reason', sa.String(length=400), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('until_on IS NULL OR from_on IS NULL OR until_on >= from_on', name=op.f('ck_claim_requests_ends_after_it_begins')),
    sa.ForeignKeyConstraint(['answered_by_id'], ['users.id'], name=op.f('fk_claim_requests_answered_by_id_users')),
    sa.ForeignKeyConstraint(['asked_by_id'], ['users.id'], name=op.f('fk_claim_requests_asked_by_id_users')),
    sa.ForeignKeyConstraint(['claim_id'], ['claims.id'], name=op.f('fk_claim_requests_claim_id_claims')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['users.id'], name=op.f('fk_claim_requests_decided_by_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_claim_requests')),
    sa.UniqueConstraint('public_id', name=op.f('uq_claim_requests_public_id'))
    )
    with op.batch_alter_table('claim_requests', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_claim_requests_claim_id'), ['claim_id'], unique=False)
        batch_op.create_index('ix_claim_requests_status', ['status', 'asked_at'], unique=False)
        batch_op.create_index('uq_claim_requests_open', ['claim_id', 'kind'], unique=True, sqlite_where=sa.text("status = 'open'"), postgresql_where=sa.text("status = 'open'"))

    with op.batch_alter_table('notices', schema=None) as batch_op:
        batch_op.add_column(sa.Column('quiet', sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_index('ix_claim_events_kind_at', 'claim_events', ['kind', 'at'], unique=False)


def downgrade():
    op.drop_index('ix_claim_events_kind_at', table_name='claim_events')
    with op.batch_alter_table('notices', schema=None) as batch_op:
        batch_op.drop_column('quiet')

    with op.batch_alter_table('claim_requests', schema=None) as batch_op:
        batch_op.drop_index('uq_claim_requests_open', sqlite_where=sa.text("status = 'open'"), postgresql_where=sa.text("status = 'open'"))
        batch_op.drop_index('ix_claim_requests_status')
        batch_op.drop_index(batch_op.f('ix_claim_requests_claim_id'))

    op.drop_table('claim_requests')
    with op.batch_alter_table('parameter_proposals', schema=None) as batch_op:
        batch_op.drop_index('uq_parameter_proposals_open', sqlite_where=sa.text("status = 'open'"), postgresql_where=sa.text("status = 'open'"))
        batch_op.drop_index(batch_op.f('ix_parameter_proposals_key'))

    op.drop_table('parameter_proposals')
    op.drop_table('notice_settings')
    op.drop_table('notice_profiles')
    with op.batch_alter_table('deputies', schema=None) as batch_op:
        batch_op.drop_index('ix_deputies_user_days')
        batch_op.drop_index(batch_op.f('ix_deputies_org_id'))

    op.drop_table('deputies')
