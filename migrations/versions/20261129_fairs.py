"""trade fairs: editions, exhibitor lists, match lists, teams, contacts of the floor and the passes of its phones."""

import sqlalchemy as sa
from alembic import op

from crm.kit import db

revision = "0017_fairs"
down_revision = "0016_scores"


def upgrade():
    """Go to this revision."""
    op.create_table('fairs',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=10), nullable=False),
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('kind', sa.Enum('exhibition', 'promotion', 'forum', 'signing', 'matching', 'other', name='fair_kind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('city', sa.String(length=40), nullable=False),
    sa.Column('organiser', sa.String(length=120), nullable=False),
    sa.Column('words', sa.String(length=400), nullable=False),
    sa.Column('plan_fair_id', sa.Integer(), nullable=True),
    sa.Column('org_id', sa.Integer(), nullable=False),
    sa.Column('shared', sa.Boolean(), nullable=False),
    sa.Column('retired_at', db.UtcDateTime(), nullable=True),
    sa.Column('created_at', db.UtcDateTime(), nullable=False),
    sa.Column('is_sample', sa.Boolean(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['org_id'], ['orgs.id'], name=op.f('fk_fairs_org_id_orgs')),
    sa.ForeignKeyConstraint(['plan_fair_id'], ['plan_fairs.id'], name=op.f('fk_fairs_plan_fair_id_plan_fairs')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_fairs')),
    sa.UniqueConstraint('plan_fair_id', name=op.f('uq_fairs_plan_fair_id')),
    sa.UniqueConstraint('public_id', name=op.f('uq_fairs_public_id'))
    )
    op.create_index(op.f('ix_fairs_org_id'), 'fairs', ['org_id'], unique=False)
    op.create_table('editions',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=10), nullable=False),
    sa.Column('fair_id', sa.Integer(), nullable=False),
    sa.Column('org_id', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=80), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('starts_on', sa.Date(), nullable=True),
    sa.Column('ends_on', sa.Date(), nullable=True),
    sa.Column('confirmed', sa.Boolean(), nullable=False),
    sa.Column('source', sa.String(length=200), nullable=False),
    sa.Column('confirmed_on', sa.Date(), nullable=True),
    sa.Column('city', sa.String(length=40), nullable=False),
    sa.Column('venue', sa.String(length=80), nullable=False),
    sa.Column('purpose', sa.Text(), nullable=False),
    sa.Column('budget_cny', db.Hundredths(precision=18, scale=2), nullable=True),
    sa.Column('review', sa.Text(), nullable=False),
    sa.Column('review_on', sa.Date(), nullable=True),
    sa.Column('cancelled_on', sa.Date(), nullable=True),
    sa.Column('cancel_reason', sa.String(length=200), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=True),
    sa.Column('created_at', db.UtcDateTime(), nullable=False),
    sa.Column('is_sample', sa.Boolean(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("NOT confirmed OR (ends_on IS NOT NULL AND source <> '')", name=op.f('ck_editions_confirmed_days_have_a_source')),
    sa.CheckConstraint('ends_on IS NULL OR (starts_on IS NOT NULL AND ends_on >= starts_on)', name=op.f('ck_editions_ends_after_it_begins')),
    sa.ForeignKeyConstraint(['by_id'], ['users.id'], name=op.f('fk_editions_by_id_users')),
    sa.ForeignKeyConstraint(['fair_id'], ['fairs.id'], name=op.f('fk_editions_fair_id_fairs')),
    sa.ForeignKeyConstraint(['org_id'], ['orgs.id'], name=op.f('fk_editions_org_id_orgs')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_editions')),
    sa.UniqueConstraint('public_id', name=op.f('uq_editions_public_id'))
    )
    op.create_index(op.f('ix_editions_fair_id'), 'editions', ['fair_id'], unique=False)
    op.create_index(op.f('ix_editions_org_id'), 'editions', ['org_id'], unique=False)
    op.create_index('ix_editions_year', 'editions', ['year', 'starts_on'], unique=False)
    op.create_table('agenda_items',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=10), nullable=False),
    sa.Column('edition_id', sa.Integer(), nullable=False),
    sa.Column('held_on', sa.Date(), nullable=True),
    sa.Column('starts', sa.String(length=5), nullable=False),
    sa.Column('title', sa.String(length=120), nullable=False),
    sa.Column('place', sa.String(length=80), nullable=False),
    sa.Column('speaker', sa.String(length=80), nullable=False),
    sa.Column('withdrawn_at', db.UtcDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['edition_id'], ['editions.id'], name=op.f('fk_agenda_items_edition_id_editions')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_agenda_items')),
    sa.UniqueConstraint('public_id', name=op.f('uq_agenda_items_public_id'))
    )
    op.create_index(op.f('ix_agenda_items_edition_id'), 'agenda_items', ['edition_id'], unique=False)
    op.create_table('edition_firms',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=10), nullable=False),
    sa.Column('edition_id', sa.Integer(), nullable=False),
    sa.Column('company_id', sa.Integer(), nullable=False),
    sa.Column('org_id', sa.Integer(), nullable=False),
    sa.Column('booth', sa.String(length=40), nullable=False),
    sa.Column('words', sa.String(length=200), nullable=False),
    sa.Column('withdrawn_at', db.UtcDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['company_id'], ['companies.id'], name=op.f('fk_edition_firms_company_id_companies')),
    sa.ForeignKeyConstraint(['edition_id'], ['editions.id'], name=op.f('fk_edition_firms_edition_id_editions')),
    sa.ForeignKeyConstraint(['org_id'], ['orgs.id'], name=op.f('fk_edition_firms_org_id_orgs')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_edition_firms')),
    sa.UniqueConstraint('edition_id', 'company_id', 'org_id', name=op.f('uq_edition_firms_edition_id_company_id_org_id')),
    sa.UniqueConstraint('public_id', name=op.f('uq_edition_firms_public_id'))
    )
    op.create_index(op.f('ix_edition_firms_company_id'), 'edition_firms', ['company_id'], unique=False)
    op.create_table('fair_costs',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=10), nullable=False),
    sa.Column('edition_id', sa.Integer(), nullable=False),
    sa.Column('org_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('booth', 'travel', 'event', 'print', 'other', name='cost_kind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('amount_cny', db.Hundredths(precision=18, scale=2), nullable=False),
    sa.Column('spent_on', sa.Date(), nullable=True),
    sa.Column('words', sa.String(length=200), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('created_at', db.UtcDateTime(), nullable=False),
    sa.Column('withdrawn_at', db.UtcDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['by_id'], ['users.id'], name=op.f('fk_fair_costs_by_id_users')),
    sa.ForeignKeyConstraint(['edition_id'], ['editions.id'], name=op.f('fk_fair_costs_edition_id_editions')),
    sa.ForeignKeyConstraint(['org_id'], ['orgs.id'], name=op.f('fk_fair_costs_org_id_orgs')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_fair_costs')),
    sa.UniqueConstraint('public_id', name=op.f('uq_fair_costs_public_id'))
    )
    op.create_index(op.f('ix_fair_costs_edition_id'), 'fair_costs', ['edition_id'], unique=False)
    op.create_table('fair_passes',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=10), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('edition_id', sa.Integer(), nullable=False),
    sa.Column('started_at', db.UtcDateTime(), nullable=False),
    sa.Column('last_seen_at', db.UtcDateTime(), nullable=False),
    sa.Column('expires_at', db.UtcDateTime(), nullable=False),
    sa.Column('ended_at', db.UtcDateTime(), nullable=True),
    sa.Column('device', sa.String(length=120), nullable=False),
    sa.ForeignKeyConstraint(['edition_id'], ['editions.id'], name=op.f('fk_fair_passes_edition_id_editions')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_fair_passes_user_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_fair_passes')),
    sa.UniqueConstraint('public_id', name=op.f('uq_fair_passes_public_id')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_fair_passes_token_hash'))
    )
    op.create_index(op.f('ix_fair_passes_edition_id'), 'fair_passes', ['edition_id'], unique=False)
    op.create_index(op.f('ix_fair_passes_user_id'), 'fair_passes', ['user_id'], unique=False)
    op.create_table('fair_teams',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=10), nullable=False),
    sa.Column('edition_id', sa.Integer(), nullable=False),
    sa.Column('org_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=20), nullable=False),
    sa.Column('retired_at', db.UtcDateTime(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['edition_id'], ['editions.id'], name=op.f('fk_fair_teams_edition_id_editions')),
    sa.ForeignKeyConstraint(['org_id'], ['orgs.id'], name=op.f('fk_fair_teams_org_id_orgs')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_fair_teams')),
    sa.UniqueConstraint('edition_id', 'org_id', 'name', name=op.f('uq_fair_teams_edition_id_org_id_name')),
    sa.UniqueConstraint('public_id', name=op.f('uq_fair_teams_public_id'))
    )
    op.create_table('edition_lists',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('edition_id', sa.Integer(), nullable=False),
    sa.Column('batch_id', sa.Integer(), nullable=False),
    sa.Column('source', sa.String(length=80), nullable=False),
    sa.Column('created_at', db.UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['batch_id'], ['import_batches.id'], name=op.f('fk_edition_lists_batch_id_import_batches')),
    sa.ForeignKeyConstraint(['edition_id'], ['editions.id'], name=op.f('fk_edition_lists_edition_id_editions')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_edition_lists')),
    sa.UniqueConstraint('batch_id', name=op.f('uq_edition_lists_batch_id'))
    )
    op.create_index(op.f('ix_edition_lists_edition_id'), 'edition_lists', ['edition_id'], unique=False)
    op.create_table('fair_team_members',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('edition_id', sa.Integer(), nullable=False),
    sa.Column('team_id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('left_at', db.UtcDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['edition_id'], ['editions.id'], name=op.f('fk_fair_team_members_edition_id_editions')),
    sa.ForeignKeyConstraint(['team_id'], ['fair_teams.id'], name=op.f('fk_fair_team_members_team_id_fair_teams')),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_fair_team_members_user_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_fair_team_members'))
    )
    op.create_index('ix_fair_team_members_team', 'fair_team_members', ['team_id'], unique=False)
    op.create_index('uq_fair_team_members_once', 'fair_team_members', ['edition_id', 'user_id'], unique=True, sqlite_where=sa.text('left_at IS NULL'), postgresql_where=sa.text('left_at IS NULL'))
    op.create_table('exhibitors',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=10), nullable=False),
    sa.Column('edition_id', sa.Integer(), nullable=False),
    sa.Column('list_id', sa.Integer(), nullable=True),
    sa.Column('row_no', sa.Integer(), nullable=False),
    sa.Column('name_key', sa.String(length=200), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('english_name', sa.String(length=200), nullable=False),
    sa.Column('uscc', sa.String(length=18), nullable=False),
    sa.Column('booth', sa.String(length=200), nullable=False),
    sa.Column('hall', sa.String(length=20), nullable=False),
    sa.Column('aisle', sa.String(length=10), nullable=False),
    sa.Column('stand', sa.Integer(), nullable=False),
    sa.Column('products', sa.Text(), nullable=False),
    sa.Column('category', sa.String(length=200), nullable=False),
    sa.Column('country', sa.String(length=40), nullable=False),
    sa.Column('province', sa.String(length=20), nullable=False),
    sa.Column('city', sa.String(length=20), nullable=False),
    sa.Column('website', sa.String(length=200), nullable=False),
    sa.Column('node_id', sa.Integer(), nullable=True),
    sa.Column('gap', sa.String(length=12), nullable=False),
    sa.Column('node_guessed', sa.Boolean(), nullable=False),
    sa.Column('company_id', sa.Integer(), nullable=True),
    sa.Column('raw', sa.JSON(), nullable=False),
    sa.Column('removed_at', db.UtcDateTime(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['company_id'], ['companies.id'], name=op.f('fk_exhibitors_company_id_companies')),
    sa.ForeignKeyConstraint(['edition_id'], ['editions.id'], name=op.f('fk_exhibitors_edition_id_editions')),
    sa.ForeignKeyConstraint(['list_id'], ['edition_lists.id'], name=op.f('fk_exhibitors_list_id_edition_lists')),
    sa.ForeignKeyConstraint(['node_id'], ['nodes.id'], name=op.f('fk_exhibitors_node_id_nodes')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_exhibitors')),
    sa.UniqueConstraint('edition_id', 'name_key', name=op.f('uq_exhibitors_edition_id_name_key')),
    sa.UniqueConstraint('public_id', name=op.f('uq_exhibitors_public_id'))
    )
    op.create_index(op.f('ix_exhibitors_company_id'), 'exhibitors', ['company_id'], unique=False)
    op.create_index('ix_exhibitors_place', 'exhibitors', ['edition_id', 'hall', 'aisle', 'stand'], unique=False)
    op.create_table('exhibitor_candidates',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('exhibitor_id', sa.Integer(), nullable=False),
    sa.Column('company_id', sa.Integer(), nullable=False),
    sa.Column('verdict', sa.Enum('likely', 'related', name='list_verdict', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('score', sa.Float(), nullable=False),
    sa.Column('reasons', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['company_id'], ['companies.id'], name=op.f('fk_exhibitor_candidates_company_id_companies')),
    sa.ForeignKeyConstraint(['exhibitor_id'], ['exhibitors.id'], name=op.f('fk_exhibitor_candidates_exhibitor_id_exhibitors')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_exhibitor_candidates')),
    sa.UniqueConstraint('exhibitor_id', 'company_id', name=op.f('uq_exhibitor_candidates_exhibitor_id_company_id'))
    )
    op.create_index(op.f('ix_exhibitor_candidates_company_id'), 'exhibitor_candidates', ['company_id'], unique=False)
    op.create_table('fair_contacts',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=10), nullable=False),
    sa.Column('edition_id', sa.Integer(), nullable=False),
    sa.Column('org_id', sa.Integer(), nullable=False),
    sa.Column('owner_id', sa.Integer(), nullable=False),
    sa.Column('team_id', sa.Integer(), nullable=True),
    sa.Column('exhibitor_id', sa.Integer(), nullable=True),
    sa.Column('client_uuid', sa.String(length=36), nullable=False),
    sa.Column('digest', sa.String(length=64), nullable=False),
    sa.Column('form_version', sa.Integer(), nullable=False),
    sa.Column('company_text', sa.String(length=200), nullable=False),
    sa.Column('person_name', sa.String(length=40), nullable=False),
    sa.Column('person_title', sa.String(length=60), nullable=False),
    sa.Column('mobile', sa.String(length=30), nullable=False),
    sa.Column('mobile_hmac', sa.String(length=64), nullable=False),
    sa.Column('email', sa.String(length=120), nullable=False),
    sa.Column('answers', sa.JSON(), nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('rating', sa.Enum('A', 'B', 'C', name='rating', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('next_step', sa.String(length=200), nullable=False),
    sa.Column('next_on', sa.Date(), nullable=True),
    sa.Column('consent', sa.Boolean(), nullable=False),
    sa.Column('captured_at', db.UtcDateTime(), nullable=False),
    sa.Column('received_at', db.UtcDateTime(), nullable=False),
    sa.Column('met_on', sa.Date(), nullable=False),
    sa.Column('status', sa.Enum('open', 'followed', 'lead', 'closed', name='contact_status', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('follower_id', sa.Integer(), nullable=True),
    sa.Column('followed_at', db.UtcDateTime(), nullable=True),
    sa.Column('follow_result', sa.String(length=400), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('lead_id', sa.Integer(), nullable=True),
    sa.Column('photo_id', sa.Integer(), nullable=True),
    sa.Column('withdrawn_at', db.UtcDateTime(), nullable=True),
    sa.Column('is_sample', sa.Boolean(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['edition_id'], ['editions.id'], name=op.f('fk_fair_contacts_edition_id_editions')),
    sa.ForeignKeyConstraint(['exhibitor_id'], ['exhibitors.id'], name=op.f('fk_fair_contacts_exhibitor_id_exhibitors')),
    sa.ForeignKeyConstraint(['follower_id'], ['users.id'], name=op.f('fk_fair_contacts_follower_id_users')),
    sa.ForeignKeyConstraint(['lead_id'], ['leads.id'], name=op.f('fk_fair_contacts_lead_id_leads')),
    sa.ForeignKeyConstraint(['org_id'], ['orgs.id'], name=op.f('fk_fair_contacts_org_id_orgs')),
    sa.ForeignKeyConstraint(['owner_id'], ['users.id'], name=op.f('fk_fair_contacts_owner_id_users')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_fair_contacts_person_id_people')),
    sa.ForeignKeyConstraint(['photo_id'], ['files.id'], name=op.f('fk_fair_contacts_photo_id_files')),
    sa.ForeignKeyConstraint(['team_id'], ['fair_teams.id'], name=op.f('fk_fair_contacts_team_id_fair_teams')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_fair_contacts')),
    sa.UniqueConstraint('owner_id', 'client_uuid', name=op.f('uq_fair_contacts_owner_id_client_uuid')),
    sa.UniqueConstraint('photo_id', name=op.f('uq_fair_contacts_photo_id')),
    sa.UniqueConstraint('public_id', name=op.f('uq_fair_contacts_public_id'))
    )
    op.create_index('ix_fair_contacts_due', 'fair_contacts', ['org_id', 'status', 'due_on'], unique=False)
    op.create_index('ix_fair_contacts_edition_org', 'fair_contacts', ['edition_id', 'org_id'], unique=False)
    op.create_index(op.f('ix_fair_contacts_exhibitor_id'), 'fair_contacts', ['exhibitor_id'], unique=False)
    op.create_index(op.f('ix_fair_contacts_lead_id'), 'fair_contacts', ['lead_id'], unique=False)
    op.create_index(op.f('ix_fair_contacts_mobile_hmac'), 'fair_contacts', ['mobile_hmac'], unique=False)
    op.create_table('match_items',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=10), nullable=False),
    sa.Column('edition_id', sa.Integer(), nullable=False),
    sa.Column('exhibitor_id', sa.Integer(), nullable=False),
    sa.Column('org_id', sa.Integer(), nullable=False),
    sa.Column('rule_grade', sa.Enum('A', 'B', 'C', name='rule_grade', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('rule_reason', sa.String(length=300), nullable=False),
    sa.Column('grade', sa.Enum('A', 'B', 'C', name='grade', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('grade_reason', sa.String(length=200), nullable=False),
    sa.Column('goal', sa.String(length=200), nullable=False),
    sa.Column('talking', sa.Text(), nullable=False),
    sa.Column('team_id', sa.Integer(), nullable=True),
    sa.Column('visit_on', sa.Date(), nullable=True),
    sa.Column('visit_at', sa.Integer(), nullable=True),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('assigned_at', db.UtcDateTime(), nullable=True),
    sa.Column('dropped_at', db.UtcDateTime(), nullable=True),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('created_at', db.UtcDateTime(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('(visit_on IS NULL) = (visit_at IS NULL)', name=op.f('ck_match_items_a_slot_is_day_and_time')),
    sa.CheckConstraint('visit_on IS NULL OR team_id IS NOT NULL', name=op.f('ck_match_items_a_slot_has_a_team')),
    sa.ForeignKeyConstraint(['by_id'], ['users.id'], name=op.f('fk_match_items_by_id_users')),
    sa.ForeignKeyConstraint(['edition_id'], ['editions.id'], name=op.f('fk_match_items_edition_id_editions')),
    sa.ForeignKeyConstraint(['exhibitor_id'], ['exhibitors.id'], name=op.f('fk_match_items_exhibitor_id_exhibitors')),
    sa.ForeignKeyConstraint(['org_id'], ['orgs.id'], name=op.f('fk_match_items_org_id_orgs')),
    sa.ForeignKeyConstraint(['team_id'], ['fair_teams.id'], name=op.f('fk_match_items_team_id_fair_teams')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_match_items')),
    sa.UniqueConstraint('exhibitor_id', 'org_id', name=op.f('uq_match_items_exhibitor_id_org_id')),
    sa.UniqueConstraint('public_id', name=op.f('uq_match_items_public_id'))
    )
    op.create_index('ix_match_items_edition_org', 'match_items', ['edition_id', 'org_id'], unique=False)
    op.create_index('ix_match_items_team', 'match_items', ['team_id', 'visit_on', 'visit_at'], unique=False)


def downgrade():
    """Go back to the revision before."""
    op.drop_table('match_items')
    op.drop_table('fair_contacts')
    op.drop_table('exhibitor_candidates')
    op.drop_table('exhibitors')
    op.drop_table('fair_team_members')
    op.drop_table('edition_lists')
    op.drop_table('fair_teams')
    op.drop_table('fair_passes')
    op.drop_table('fair_costs')
    op.drop_table('edition_firms')
    op.drop_table('agenda_items')
    op.drop_table('editions')
    op.drop_table('fairs')
