"""target lists: companies on a unit's list, the units that take them, and what each unit is to reach."""

import sqlalchemy as sa
from alembic import op

from crm.kit import db

revision = "0021_target_lists"
down_revision = "0020_fair_contacts"


def upgrade():
    op.create_table('target_lists',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=10), nullable=False),
    sa.Column('org_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('fixed', 'living', 'campaign', name='list_kind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('purpose', sa.String(length=300), nullable=False),
    sa.Column('filters', sa.JSON(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('by_id', sa.Integer(), nullable=True),
    sa.Column('created_at', db.UtcDateTime(), nullable=False),
    sa.Column('updated_at', db.UtcDateTime(), nullable=False),
    sa.Column('archived_at', db.UtcDateTime(), nullable=True),
    sa.Column('archived_reason', sa.String(length=200), nullable=False),
    sa.Column('is_sample', sa.Boolean(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['users.id'], name=op.f('fk_target_lists_by_id_users')),
    sa.ForeignKeyConstraint(['org_id'], ['orgs.id'], name=op.f('fk_target_lists_org_id_orgs')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_target_lists')),
    sa.UniqueConstraint('public_id', name=op.f('uq_target_lists_public_id'))
    )
    op.create_index(op.f('ix_target_lists_org_id'), 'target_lists', ['org_id'], unique=False)
    op.create_table('target_items',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('list_id', sa.Integer(), nullable=False),
    sa.Column('org_id', sa.Integer(), nullable=False),
    sa.Column('company_id', sa.Integer(), nullable=False),
    sa.Column('note', sa.String(length=300), nullable=False),
    sa.Column('added_at', db.UtcDateTime(), nullable=False),
    sa.Column('removed_at', db.UtcDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['company_id'], ['companies.id'], name=op.f('fk_target_items_company_id_companies')),
    sa.ForeignKeyConstraint(['list_id'], ['target_lists.id'], name=op.f('fk_target_items_list_id_target_lists')),
    sa.ForeignKeyConstraint(['org_id'], ['orgs.id'], name=op.f('fk_target_items_org_id_orgs')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_target_items')),
    sa.UniqueConstraint('list_id', 'company_id', name=op.f('uq_target_items_list_id_company_id'))
    )
    op.create_index(op.f('ix_target_items_company_id'), 'target_items', ['company_id'], unique=False)
    op.create_table('assignments',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=10), nullable=False),
    sa.Column('item_id', sa.Integer(), nullable=False),
    sa.Column('org_id', sa.Integer(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('reason', sa.String(length=300), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=True),
    sa.Column('at', db.UtcDateTime(), nullable=False),
    sa.Column('withdrawn_at', db.UtcDateTime(), nullable=True),
    sa.Column('withdrawn_reason', sa.String(length=200), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['users.id'], name=op.f('fk_assignments_by_id_users')),
    sa.ForeignKeyConstraint(['item_id'], ['target_items.id'], name=op.f('fk_assignments_item_id_target_items')),
    sa.ForeignKeyConstraint(['org_id'], ['orgs.id'], name=op.f('fk_assignments_org_id_orgs')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_assignments')),
    sa.UniqueConstraint('public_id', name=op.f('uq_assignments_public_id'))
    )
    op.create_index(op.f('ix_assignments_item_id'), 'assignments', ['item_id'], unique=False)
    op.create_index(op.f('ix_assignments_org_id'), 'assignments', ['org_id'], unique=False)
    standing = sa.text('withdrawn_at IS NULL')
    op.create_index('uq_assignments_unit', 'assignments', ['item_id', 'org_id'], unique=True, sqlite_where=standing, postgresql_where=standing)
    first = sa.text("withdrawn_at IS NULL AND reason = ''")
    op.create_index('uq_assignments_one', 'assignments', ['item_id'], unique=True, sqlite_where=first, postgresql_where=first)
    op.create_table('campaign_goals',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('list_id', sa.Integer(), nullable=False),
    sa.Column('org_id', sa.Integer(), nullable=False),
    sa.Column('contacts', sa.Integer(), nullable=False),
    sa.Column('leads', sa.Integer(), nullable=False),
    sa.Column('signed', sa.Integer(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('contacts >= 0 AND leads >= 0 AND signed >= 0', name=op.f('ck_campaign_goals_goals_are_not_negative')),
    sa.ForeignKeyConstraint(['list_id'], ['target_lists.id'], name=op.f('fk_campaign_goals_list_id_target_lists')),
    sa.ForeignKeyConstraint(['org_id'], ['orgs.id'], name=op.f('fk_campaign_goals_org_id_orgs')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_campaign_goals')),
    sa.UniqueConstraint('list_id', 'org_id', name=op.f('uq_campaign_goals_list_id_org_id'))
    )
    op.create_index(op.f('ix_campaign_goals_org_id'), 'campaign_goals', ['org_id'], unique=False)


def downgrade():
    op.drop_table('campaign_goals')
    op.drop_table('assignments')
    op.drop_table('target_items')
    op.drop_table('target_lists')
