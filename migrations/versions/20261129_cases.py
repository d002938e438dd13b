"""cases to their end: opinions, appeals, choices of investors; transfers with what is shared; windows for talks of before."""

import sqlalchemy as sa
from alembic import op

from crm.kit import db

revision = "0013_cases"
down_revision = "0012_claims_ending"

OLD_KINDS = ('opened', 'consult', 'earlier', 'hand_over', 'note', 'decided')
NEW_KINDS = ('propose', 'agree', 'lapsed', 'choice', 'revoked', 'appeal', 'reviewed', 'escalated')


def _steps(after):
    """Let a step of a case be of these kinds; SQLite makes the table anew for it."""
    words = ', '.join(f"'{kind}'" for kind in after)
    if op.get_bind().dialect.name == 'postgresql':
        op.drop_constraint(op.f('ck_case_steps_step_kind'), 'case_steps', type_='check')
        op.create_check_constraint(op.f('ck_case_steps_step_kind'), 'case_steps', f'kind IN ({words})')
        return
    shape = sa.Table('case_steps', sa.MetaData(),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('seq', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum(*after, name=op.f('ck_case_steps_step_kind'), native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('at', db.UtcDateTime(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('by_words', sa.String(length=120), nullable=False),
    sa.Column('org_id', sa.Integer(), nullable=True),
    sa.Column('claim_id', sa.Integer(), nullable=True),
    sa.Column('text', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_case_steps_case_id_cases')),
    sa.ForeignKeyConstraint(['claim_id'], ['claims.id'], name=op.f('fk_case_steps_claim_id_claims')),
    sa.ForeignKeyConstraint(['org_id'], ['orgs.id'], name=op.f('fk_case_steps_org_id_orgs')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_steps')),
    sa.UniqueConstraint('case_id', 'seq', name=op.f('uq_case_steps_case_id_seq')),
    sa.Index(op.f('ix_case_steps_case_id'), 'case_id'),
    )
    with op.batch_alter_table('case_steps', copy_from=shape, recreate='always'):
        pass


def upgrade():
    op.create_table('stock_windows',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=10), nullable=False),
    sa.Column('kind', sa.Enum('stock', 'outage', name='window_kind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('title', sa.String(length=120), nullable=False),
    sa.Column('document_no', sa.String(length=80), nullable=False),
    sa.Column('opens_on', sa.Date(), nullable=False),
    sa.Column('closes_on', sa.Date(), nullable=False),
    sa.Column('starts_on', sa.Date(), nullable=False),
    sa.Column('opened_by_id', sa.Integer(), nullable=False),
    sa.Column('created_at', db.UtcDateTime(), nullable=False),
    sa.Column('closed_at', db.UtcDateTime(), nullable=True),
    sa.Column('closed_by_id', sa.Integer(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('closes_on >= opens_on AND starts_on > closes_on', name=op.f('ck_stock_windows_days_in_order')),
    sa.ForeignKeyConstraint(['closed_by_id'], ['users.id'], name=op.f('fk_stock_windows_closed_by_id_users')),
    sa.ForeignKeyConstraint(['opened_by_id'], ['users.id'], name=op.f('fk_stock_windows_opened_by_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stock_windows')),
    sa.UniqueConstraint('public_id', name=op.f('uq_stock_windows_public_id'))
    )
    op.create_index('uq_stock_windows_open', 'stock_windows', ['kind'], unique=True, sqlite_where=sa.text('closed_at IS NULL'), postgresql_where=sa.text('closed_at IS NULL'))
    op.create_table('case_opinions',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=10), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('instance', sa.Enum('first', 'appeal', name='instance', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('serial', sa.Integer(), nullable=False),
    sa.Column('decision', sa.String(length=30), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('points', sa.JSON(), nullable=False),
    sa.Column('facts', sa.JSON(), nullable=False),
    sa.Column('at', db.UtcDateTime(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('by_words', sa.String(length=120), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_case_opinions_case_id_cases')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_opinions')),
    sa.UniqueConstraint('case_id', 'instance', name=op.f('uq_case_opinions_case_id_instance')),
    sa.UniqueConstraint('public_id', name=op.f('uq_case_opinions_public_id')),
    sa.UniqueConstraint('year', 'serial', name=op.f('uq_case_opinions_year_serial'))
    )
    op.create_table('case_appeals',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=False),
    sa.Column('claim_id', sa.Integer(), nullable=False),
    sa.Column('status', sa.Enum('open', 'upheld', 'changed', 'withdrawn', name='appeal_status', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('filed_at', db.UtcDateTime(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('reason', sa.String(length=600), nullable=False),
    sa.Column('answer', sa.String(length=600), nullable=False),
    sa.Column('decided_at', db.UtcDateTime(), nullable=True),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.Column('told_at', db.UtcDateTime(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_case_appeals_case_id_cases')),
    sa.ForeignKeyConstraint(['claim_id'], ['claims.id'], name=op.f('fk_case_appeals_claim_id_claims')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['users.id'], name=op.f('fk_case_appeals_decided_by_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case_appeals')),
    sa.UniqueConstraint('case_id', name=op.f('uq_case_appeals_case_id'))
    )
    op.create_index(op.f('ix_case_appeals_claim_id'), 'case_appeals', ['claim_id'], unique=False)
    op.create_table('investor_choices',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=10), nullable=False),
    sa.Column('claim_id', sa.Integer(), nullable=False),
    sa.Column('case_id', sa.Integer(), nullable=True),
    sa.Column('org_id', sa.Integer(), nullable=False),
    sa.Column('chosen_org_id', sa.Integer(), nullable=False),
    sa.Column('stated_on', sa.Date(), nullable=False),
    sa.Column('signer', sa.String(length=60), nullable=False),
    sa.Column('file_id', sa.Integer(), nullable=False),
    sa.Column('entered_by_id', sa.Integer(), nullable=False),
    sa.Column('entered_at', db.UtcDateTime(), nullable=False),
    sa.Column('revoked_at', db.UtcDateTime(), nullable=True),
    sa.Column('revoked_by_id', sa.Integer(), nullable=True),
    sa.Column('revoked_on', sa.Date(), nullable=True),
    sa.Column('revoke_file_id', sa.Integer(), nullable=True),
    sa.CheckConstraint('(revoked_at IS NULL) = (revoke_file_id IS NULL)', name=op.f('ck_investor_choices_revoked_with_its_paper')),
    sa.CheckConstraint('(revoked_at IS NULL) = (revoked_by_id IS NULL)', name=op.f('ck_investor_choices_revoked_by_somebody')),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_investor_choices_case_id_cases')),
    sa.ForeignKeyConstraint(['chosen_org_id'], ['orgs.id'], name=op.f('fk_investor_choices_chosen_org_id_orgs')),
    sa.ForeignKeyConstraint(['claim_id'], ['claims.id'], name=op.f('fk_investor_choices_claim_id_claims')),
    sa.ForeignKeyConstraint(['entered_by_id'], ['users.id'], name=op.f('fk_investor_choices_entered_by_id_users')),
    sa.ForeignKeyConstraint(['file_id'], ['files.id'], name=op.f('fk_investor_choices_file_id_files')),
    sa.ForeignKeyConstraint(['org_id'], ['orgs.id'], name=op.f('fk_investor_choices_org_id_orgs')),
    sa.ForeignKeyConstraint(['revoke_file_id'], ['files.id'], name=op.f('fk_investor_choices_revoke_file_id_files')),
    sa.ForeignKeyConstraint(['revoked_by_id'], ['users.id'], name=op.f('fk_investor_choices_revoked_by_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_investor_choices')),
    sa.UniqueConstraint('file_id', name=op.f('uq_investor_choices_file_id')),
    sa.UniqueConstraint('public_id', name=op.f('uq_investor_choices_public_id')),
    sa.UniqueConstraint('revoke_file_id', name=op.f('uq_investor_choices_revoke_file_id'))
    )
    op.create_index(op.f('ix_investor_choices_case_id'), 'investor_choices', ['case_id'], unique=False)
    op.create_index(op.f('ix_investor_choices_claim_id'), 'investor_choices', ['claim_id'], unique=False)
    op.create_table('opinion_copies',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('opinion_id', sa.Integer(), nullable=False),
    sa.Column('audience', sa.Enum('archive', 'first', 'second', name='audience', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('file_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['file_id'], ['files.id'], name=op.f('fk_opinion_copies_file_id_files')),
    sa.ForeignKeyConstraint(['opinion_id'], ['case_opinions.id'], name=op.f('fk_opinion_copies_opinion_id_case_opinions')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_opinion_copies')),
    sa.UniqueConstraint('file_id', name=op.f('uq_opinion_copies_file_id')),
    sa.UniqueConstraint('opinion_id', 'audience', name=op.f('uq_opinion_copies_opinion_id_audience'))
    )
    op.create_table('stock_entries',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=10), nullable=False),
    sa.Column('window_id', sa.Integer(), nullable=False),
    sa.Column('org_id', sa.Integer(), nullable=False),
    sa.Column('lead_id', sa.Integer(), nullable=False),
    sa.Column('paper_no', sa.String(length=80), nullable=False),
    sa.Column('paper_on', sa.Date(), nullable=True),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('at', db.UtcDateTime(), nullable=False),
    sa.Column('withdrawn_at', db.UtcDateTime(), nullable=True),
    sa.Column('result', sa.String(length=300), nullable=False),
    sa.Column('claim_id', sa.Integer(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['users.id'], name=op.f('fk_stock_entries_by_id_users')),
    sa.ForeignKeyConstraint(['claim_id'], ['claims.id'], name=op.f('fk_stock_entries_claim_id_claims')),
    sa.ForeignKeyConstraint(['lead_id'], ['leads.id'], name=op.f('fk_stock_entries_lead_id_leads')),
    sa.ForeignKeyConstraint(['org_id'], ['orgs.id'], name=op.f('fk_stock_entries_org_id_orgs')),
    sa.ForeignKeyConstraint(['window_id'], ['stock_windows.id'], name=op.f('fk_stock_entries_window_id_stock_windows')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stock_entries')),
    sa.UniqueConstraint('claim_id', name=op.f('uq_stock_entries_claim_id')),
    sa.UniqueConstraint('lead_id', name=op.f('uq_stock_entries_lead_id')),
    sa.UniqueConstraint('public_id', name=op.f('uq_stock_entries_public_id'))
    )
    op.create_index(op.f('ix_stock_entries_window_id'), 'stock_entries', ['window_id'], unique=False)
    op.create_table('transfers',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=10), nullable=False),
    sa.Column('number', sa.String(length=20), nullable=False),
    sa.Column('claim_id', sa.Integer(), nullable=False),
    sa.Column('origin_org_id', sa.Integer(), nullable=False),
    sa.Column('host_org_id', sa.Integer(), nullable=True),
    sa.Column('reason', sa.Enum('plan', 'space', 'investor', 'expired', 'city', name='transfer_reason', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('reason_words', sa.String(length=400), nullable=False),
    sa.Column('status', sa.Enum('applied', 'offered', 'accepted', 'declined', 'lapsed', 'refused', 'withdrawn', name='transfer_status', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('words', sa.JSON(), nullable=False),
    sa.Column('was_status', sa.String(length=20), nullable=False),
    sa.Column('applied_at', db.UtcDateTime(), nullable=False),
    sa.Column('applied_by_id', sa.Integer(), nullable=False),
    sa.Column('offered_at', db.UtcDateTime(), nullable=True),
    sa.Column('offered_by_id', sa.Integer(), nullable=True),
    sa.Column('offer_words', sa.String(length=400), nullable=False),
    sa.Column('accept_due_on', sa.Date(), nullable=True),
    sa.Column('answered_at', db.UtcDateTime(), nullable=True),
    sa.Column('answered_by_id', sa.Integer(), nullable=True),
    sa.Column('answer_words', sa.String(length=400), nullable=False),
    sa.Column('informed_on', sa.Date(), nullable=True),
    sa.Column('new_claim_id', sa.Integer(), nullable=True),
    sa.Column('closed_at', db.UtcDateTime(), nullable=True),
    sa.Column('is_sample', sa.Boolean(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("status <> 'accepted' OR new_claim_id IS NOT NULL", name=op.f('ck_transfers_accepted_with_a_claim')),
    sa.CheckConstraint('host_org_id IS NULL OR host_org_id <> origin_org_id', name=op.f('ck_transfers_goes_elsewhere')),
    sa.ForeignKeyConstraint(['answered_by_id'], ['users.id'], name=op.f('fk_transfers_answered_by_id_users')),
    sa.ForeignKeyConstraint(['applied_by_id'], ['users.id'], name=op.f('fk_transfers_applied_by_id_users')),
    sa.ForeignKeyConstraint(['claim_id'], ['claims.id'], name=op.f('fk_transfers_claim_id_claims')),
    sa.ForeignKeyConstraint(['host_org_id'], ['orgs.id'], name=op.f('fk_transfers_host_org_id_orgs')),
    sa.ForeignKeyConstraint(['new_claim_id'], ['claims.id'], name=op.f('fk_transfers_new_claim_id_claims')),
    sa.ForeignKeyConstraint(['offered_by_id'], ['users.id'], name=op.f('fk_transfers_offered_by_id_users')),
    sa.ForeignKeyConstraint(['origin_org_id'], ['orgs.id'], name=op.f('fk_transfers_origin_org_id_orgs')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_transfers')),
    sa.UniqueConstraint('new_claim_id', name=op.f('uq_transfers_new_claim_id')),
    sa.UniqueConstraint('number', name=op.f('uq_transfers_number')),
    sa.UniqueConstraint('public_id', name=op.f('uq_transfers_public_id'))
    )
    op.create_index(op.f('ix_transfers_host_org_id'), 'transfers', ['host_org_id'], unique=False)
    op.create_index(op.f('ix_transfers_origin_org_id'), 'transfers', ['origin_org_id'], unique=False)
    op.create_index('ix_transfers_status_due', 'transfers', ['status', 'accept_due_on'], unique=False)
    op.create_index('uq_transfers_running', 'transfers', ['claim_id'], unique=True, sqlite_where=sa.text('closed_at IS NULL'), postgresql_where=sa.text('closed_at IS NULL'))
    op.create_table('benefit_agreements',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=10), nullable=False),
    sa.Column('number', sa.String(length=20), nullable=False),
    sa.Column('transfer_id', sa.Integer(), nullable=True),
    sa.Column('case_id', sa.Integer(), nullable=True),
    sa.Column('origin_org_id', sa.Integer(), nullable=False),
    sa.Column('host_org_id', sa.Integer(), nullable=False),
    sa.Column('status', sa.Enum('draft', 'signed', 'replaced', name='agreement_status', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('origin_by_id', sa.Integer(), nullable=True),
    sa.Column('origin_at', db.UtcDateTime(), nullable=True),
    sa.Column('host_by_id', sa.Integer(), nullable=True),
    sa.Column('host_at', db.UtcDateTime(), nullable=True),
    sa.Column('updated_at', db.UtcDateTime(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('(transfer_id IS NULL) <> (case_id IS NULL)', name=op.f('ck_benefit_agreements_for_one_thing')),
    sa.ForeignKeyConstraint(['case_id'], ['cases.id'], name=op.f('fk_benefit_agreements_case_id_cases')),
    sa.ForeignKeyConstraint(['host_by_id'], ['users.id'], name=op.f('fk_benefit_agreements_host_by_id_users')),
    sa.ForeignKeyConstraint(['host_org_id'], ['orgs.id'], name=op.f('fk_benefit_agreements_host_org_id_orgs')),
    sa.ForeignKeyConstraint(['origin_by_id'], ['users.id'], name=op.f('fk_benefit_agreements_origin_by_id_users')),
    sa.ForeignKeyConstraint(['origin_org_id'], ['orgs.id'], name=op.f('fk_benefit_agreements_origin_org_id_orgs')),
    sa.ForeignKeyConstraint(['transfer_id'], ['transfers.id'], name=op.f('fk_benefit_agreements_transfer_id_transfers')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_benefit_agreements')),
    sa.UniqueConstraint('case_id', name=op.f('uq_benefit_agreements_case_id')),
    sa.UniqueConstraint('number', name=op.f('uq_benefit_agreements_number')),
    sa.UniqueConstraint('public_id', name=op.f('uq_benefit_agreements_public_id')),
    sa.UniqueConstraint('transfer_id', name=op.f('uq_benefit_agreements_transfer_id'))
    )
    op.create_table('benefit_lines',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('agreement_id', sa.Integer(), nullable=False),
    sa.Column('metric', sa.Enum('assess', 'tax', 'invest', 'output', 'funds', name='metric', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('dual', sa.Boolean(), nullable=False),
    sa.Column('origin_percent', sa.Integer(), nullable=False),
    sa.Column('host_percent', sa.Integer(), nullable=False),
    sa.Column('years', sa.Integer(), nullable=False),
    sa.Column('basis', sa.String(length=120), nullable=False),
    sa.Column('settle', sa.Enum('once', 'quarter', 'year', name='settle', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.CheckConstraint('origin_percent BETWEEN 0 AND 100 AND host_percent BETWEEN 0 AND 100 AND ((dual AND origin_percent = 100 AND host_percent = 100) OR (NOT dual AND origin_percent + host_percent = 100))', name=op.f('ck_benefit_lines_adds_up')),
    sa.CheckConstraint('years BETWEEN 1 AND 20', name=op.f('ck_benefit_lines_some_years')),
    sa.ForeignKeyConstraint(['agreement_id'], ['benefit_agreements.id'], name=op.f('fk_benefit_lines_agreement_id_benefit_agreements')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_benefit_lines')),
    sa.UniqueConstraint('agreement_id', 'metric', name=op.f('uq_benefit_lines_agreement_id_metric'))
    )
    _steps(OLD_KINDS + NEW_KINDS)
    op.add_column('case_steps', sa.Column('decision', sa.String(length=30), nullable=False, server_default=''))
    op.add_column('cases', sa.Column('escalated_at', db.UtcDateTime(), nullable=True))


def downgrade():
    op.drop_column('cases', 'escalated_at')
    op.drop_column('case_steps', 'decision')
    steps = op.get_bind()
    words = ', '.join(f"'{kind}'" for kind in NEW_KINDS)
    steps.execute(sa.text(f"UPDATE case_steps SET kind = 'note' WHERE kind IN ({words})"))
    _steps(OLD_KINDS)
    op.drop_table('benefit_lines')
    op.drop_table('benefit_agreements')
    op.drop_index('uq_transfers_running', table_name='transfers', sqlite_where=sa.text('closed_at IS NULL'), postgresql_where=sa.text('closed_at IS NULL'))
    op.drop_index('ix_transfers_status_due', table_name='transfers')
    op.drop_index(op.f('ix_transfers_origin_org_id'), table_name='transfers')
    op.drop_index(op.f('ix_transfers_host_org_id'), table_name='transfers')
    op.drop_table('transfers')
    op.drop_index(op.f('ix_stock_entries_window_id'), table_name='stock_entries')
    op.drop_table('stock_entries')
    op.drop_table('opinion_copies')
    op.drop_index(op.f('ix_investor_choices_claim_id'), table_name='investor_choices')
    op.drop_index(op.f('ix_investor_choices_case_id'), table_name='investor_choices')
    op.drop_table('investor_choices')
    op.drop_index(op.f('ix_case_appeals_claim_id'), table_name='case_appeals')
    op.drop_table('case_appeals')
    op.drop_table('case_opinions')
    op.drop_index('uq_stock_windows_open', table_name='stock_windows', sqlite_where=sa.text('closed_at IS NULL'), postgresql_where=sa.text('closed_at IS NULL'))
    op.drop_table('stock_windows')
