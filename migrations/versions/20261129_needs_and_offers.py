"""needs and offers: what projects hold of a place, how far an allocation is, steam, shares for land, published policies."""

import sqlalchemy as sa
from alembic import op

from crm.kit import db

revision = '0007_needs'
down_revision = '0006_waiting_steps'
# Made anew rather than altered: nothing could be entered in them yet, and SQLite cannot widen a CHECK in place.
EMPTY = ('allocations', 'needs', 'plant_spaces', 'parcels')


def _drop_empty():
    for table in EMPTY:
        if op.get_bind().execute(sa.text(f'SELECT count(*) FROM {table}')).scalar():
            raise RuntimeError(f'{table} holds rows: export them before this step and bring them back after it')
    for table in EMPTY:
        op.drop_table(table)


def upgrade():
    _drop_empty()
    op.create_table('parcels',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=10), nullable=False),
    sa.Column('carrier_id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=30), nullable=False),
    sa.Column('place', sa.String(length=120), nullable=False),
    sa.Column('area_mu', db.Hundredths(), nullable=False),
    sa.Column('supply_mode', sa.Enum('sale', 'long_lease', 'lease_first', 'lease_and_sale', 'flexible', 'shares', name='supply_mode', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('lease_years', sa.Integer(), nullable=True),
    sa.Column('segment_id', sa.Integer(), nullable=True),
    sa.Column('standard', sa.Boolean(), nullable=False),
    sa.Column('min_intensity', db.Hundredths(), nullable=True),
    sa.Column('min_tax_per_mu', db.Hundredths(), nullable=True),
    sa.Column('max_energy', db.Hundredths(), nullable=True),
    sa.Column('min_plot_ratio', db.Hundredths(), nullable=True),
    sa.Column('available_on', sa.Date(), nullable=True),
    sa.Column('source', sa.String(length=120), nullable=False),
    sa.Column('is_sample', sa.Boolean(), nullable=False),
    sa.Column('retired_at', db.UtcDateTime(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('status', sa.Enum('free', 'reserved', 'taken', 'unused', name='space_status', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('reserved', db.Hundredths(), nullable=False),
    sa.Column('given', db.Hundredths(), nullable=False),
    sa.CheckConstraint('area_mu > 0', name=op.f('ck_parcels_some_area')),
    sa.CheckConstraint('lease_years IS NULL OR (lease_years BETWEEN 5 AND 20)', name=op.f('ck_parcels_lease_of_5_to_20_years')),
    sa.CheckConstraint('reserved >= 0 AND given >= 0 AND reserved + given <= area_mu', name=op.f('ck_parcels_no_more_than_there_is')),
    sa.ForeignKeyConstraint(['carrier_id'], ['carriers.id'], name=op.f('fk_parcels_carrier_id_carriers')),
    sa.ForeignKeyConstraint(['segment_id'], ['segments.id'], name=op.f('fk_parcels_segment_id_segments')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_parcels')),
    sa.UniqueConstraint('carrier_id', 'code', name=op.f('uq_parcels_carrier_id_code')),
    sa.UniqueConstraint('public_id', name=op.f('uq_parcels_public_id'))
    )
    op.create_index(op.f('ix_parcels_carrier_id'), 'parcels', ['carrier_id'], unique=False)
    op.create_table('plant_spaces',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=10), nullable=False),
    sa.Column('carrier_id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=30), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('area_m2', db.Hundredths(), nullable=False),
    sa.Column('height_m', db.Hundredths(), nullable=True),
    sa.Column('load_t', db.Hundredths(), nullable=True),
    sa.Column('rent_cny', db.Hundredths(), nullable=True),
    sa.Column('segment_id', sa.Integer(), nullable=True),
    sa.Column('available_on', sa.Date(), nullable=True),
    sa.Column('source', sa.String(length=120), nullable=False),
    sa.Column('is_sample', sa.Boolean(), nullable=False),
    sa.Column('retired_at', db.UtcDateTime(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('status', sa.Enum('free', 'reserved', 'taken', 'unused', name='space_status', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('reserved', db.Hundredths(), nullable=False),
    sa.Column('given', db.Hundredths(), nullable=False),
    sa.CheckConstraint('area_m2 > 0', name=op.f('ck_plant_spaces_some_area')),
    sa.CheckConstraint('reserved >= 0 AND given >= 0 AND reserved + given <= area_m2', name=op.f('ck_plant_spaces_no_more_than_there_is')),
    sa.ForeignKeyConstraint(['carrier_id'], ['carriers.id'], name=op.f('fk_plant_spaces_carrier_id_carriers')),
    sa.ForeignKeyConstraint(['segment_id'], ['segments.id'], name=op.f('fk_plant_spaces_segment_id_segments')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_plant_spaces')),
    sa.UniqueConstraint('carrier_id', 'code', name=op.f('uq_plant_spaces_carrier_id_code')),
    sa.UniqueConstraint('public_id', name=op.f('uq_plant_spaces_public_id'))
    )
    op.create_index(op.f('ix_plant_spaces_carrier_id'), 'plant_spaces', ['carrier_id'], unique=False)
    op.create_table('policy_offers',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=10), nullable=False),
    sa.Column('title', sa.String(length=120), nullable=False),
    sa.Column('level', sa.Enum('state', 'province', 'city', 'district', name='policy_level', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('document_no', sa.String(length=80), nullable=False),
    sa.Column('issuer', sa.String(length=80), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('valid_to', sa.Date(), nullable=True),
    sa.Column('summary', sa.Text(), nullable=False),
    sa.Column('file_id', sa.Integer(), nullable=True),
    sa.Column('is_sample', sa.Boolean(), nullable=False),
    sa.Column('retired_at', db.UtcDateTime(), nullable=True),
    sa.Column('updated_at', db.UtcDateTime(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('valid_to IS NULL OR valid_to >= valid_from', name=op.f('ck_policy_offers_ends_after_it_begins')),
    sa.ForeignKeyConstraint(['file_id'], ['files.id'], name=op.f('fk_policy_offers_file_id_files')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_policy_offers')),
    sa.UniqueConstraint('document_no', name=op.f('uq_policy_offers_document_no')),
    sa.UniqueConstraint('file_id', name=op.f('uq_policy_offers_file_id')),
    sa.UniqueConstraint('public_id', name=op.f('uq_policy_offers_public_id'))
    )
    op.create_table('policy_offer_segments',
    sa.Column('policy_id', sa.Integer(), nullable=False),
    sa.Column('segment_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['policy_id'], ['policy_offers.id'], name=op.f('fk_policy_offer_segments_policy_id_policy_offers')),
    sa.ForeignKeyConstraint(['segment_id'], ['segments.id'], name=op.f('fk_policy_offer_segments_segment_id_segments')),
    sa.PrimaryKeyConstraint('policy_id', 'segment_id', name=op.f('pk_policy_offer_segments'))
    )
    op.create_table('policy_offer_orgs',
    sa.Column('policy_id', sa.Integer(), nullable=False),
    sa.Column('org_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['org_id'], ['orgs.id'], name=op.f('fk_policy_offer_orgs_org_id_orgs')),
    sa.ForeignKeyConstraint(['policy_id'], ['policy_offers.id'], name=op.f('fk_policy_offer_orgs_policy_id_policy_offers')),
    sa.PrimaryKeyConstraint('policy_id', 'org_id', name=op.f('pk_policy_offer_orgs'))
    )
    op.create_table('needs',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=10), nullable=False),
    sa.Column('project_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('land', 'plant', 'power', 'water', 'gas', 'steam', 'labour', 'energy', 'funds', name='need_kind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('status', sa.Enum('open', 'agreed', 'delivered', 'dropped', name='need_status', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('needed', db.Hundredths(), nullable=False),
    sa.Column('agreed', db.Hundredths(), nullable=True),
    sa.Column('delivered', db.Hundredths(), nullable=True),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('words', sa.String(length=200), nullable=False),
    sa.Column('updated_at', db.UtcDateTime(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['project_id'], ['projects.id'], name=op.f('fk_needs_project_id_projects')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_needs')),
    sa.UniqueConstraint('project_id', 'kind', name=op.f('uq_needs_project_id_kind')),
    sa.UniqueConstraint('public_id', name=op.f('uq_needs_public_id'))
    )
    op.create_index(op.f('ix_needs_project_id'), 'needs', ['project_id'], unique=False)
    op.create_table('allocations',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=10), nullable=False),
    sa.Column('need_id', sa.Integer(), nullable=False),
    sa.Column('parcel_id', sa.Integer(), nullable=True),
    sa.Column('plant_id', sa.Integer(), nullable=True),
    sa.Column('amount', db.Hundredths(), nullable=False),
    sa.Column('status', sa.Enum('reserved', 'agreed', 'delivered', 'released', name='allocation_status', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('created_at', db.UtcDateTime(), nullable=False),
    sa.Column('changed_at', db.UtcDateTime(), nullable=False),
    sa.Column('ended_at', db.UtcDateTime(), nullable=True),
    sa.CheckConstraint('(parcel_id IS NULL) <> (plant_id IS NULL)', name=op.f('ck_allocations_one_place')),
    sa.CheckConstraint('amount > 0', name=op.f('ck_allocations_some_area')),
    sa.ForeignKeyConstraint(['by_id'], ['users.id'], name=op.f('fk_allocations_by_id_users')),
    sa.ForeignKeyConstraint(['need_id'], ['needs.id'], name=op.f('fk_allocations_need_id_needs')),
    sa.ForeignKeyConstraint(['parcel_id'], ['parcels.id'], name=op.f('fk_allocations_parcel_id_parcels')),
    sa.ForeignKeyConstraint(['plant_id'], ['plant_spaces.id'], name=op.f('fk_allocations_plant_id_plant_spaces')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_allocations')),
    sa.UniqueConstraint('public_id', name=op.f('uq_allocations_public_id'))
    )
    op.create_index(op.f('ix_allocations_need_id'), 'allocations', ['need_id'], unique=False)
    op.create_index(op.f('ix_allocations_parcel_id'), 'allocations', ['parcel_id'], unique=False)
    op.create_index(op.f('ix_allocations_plant_id'), 'allocations', ['plant_id'], unique=False)


def downgrade():
    op.drop_table('policy_offer_orgs')
    op.drop_table('policy_offer_segments')
    op.drop_table('policy_offers')
    _drop_empty()
    op.create_table('parcels',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=10), nullable=False),
    sa.Column('carrier_id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=30), nullable=False),
    sa.Column('place', sa.String(length=120), nullable=False),
    sa.Column('area_mu', db.Hundredths(), nullable=False),
    sa.Column('supply_mode', sa.Enum('sale', 'long_lease', 'lease_first', 'lease_and_sale', 'flexible', name='supply_mode', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('lease_years', sa.Integer(), nullable=True),
    sa.Column('status', sa.Enum('free', 'reserved', 'taken', 'unused', name='space_status', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('segment_id', sa.Integer(), nullable=True),
    sa.Column('standard', sa.Boolean(), nullable=False),
    sa.Column('min_intensity', db.Hundredths(), nullable=True),
    sa.Column('min_tax_per_mu', db.Hundredths(), nullable=True),
    sa.Column('max_energy', db.Hundredths(), nullable=True),
    sa.Column('available_on', sa.Date(), nullable=True),
    sa.Column('source', sa.String(length=120), nullable=False),
    sa.Column('is_sample', sa.Boolean(), nullable=False),
    sa.Column('retired_at', db.UtcDateTime(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('area_mu > 0', name=op.f('ck_parcels_some_area')),
    sa.CheckConstraint('lease_years IS NULL OR (lease_years BETWEEN 5 AND 20)', name=op.f('ck_parcels_lease_of_5_to_20_years')),
    sa.ForeignKeyConstraint(['carrier_id'], ['carriers.id'], name=op.f('fk_parcels_carrier_id_carriers')),
    sa.ForeignKeyConstraint(['segment_id'], ['segments.id'], name=op.f('fk_parcels_segment_id_segments')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_parcels')),
    sa.UniqueConstraint('carrier_id', 'code', name=op.f('uq_parcels_carrier_id_code')),
    sa.UniqueConstraint('public_id', name=op.f('uq_parcels_public_id'))
    )
    with op.batch_alter_table('parcels', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_parcels_carrier_id'), ['carrier_id'], unique=False)
    op.create_table('plant_spaces',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=10), nullable=False),
    sa.Column('carrier_id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=30), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('area_m2', db.Hundredths(), nullable=False),
    sa.Column('height_m', db.Hundredths(), nullable=True),
    sa.Column('load_t', db.Hundredths(), nullable=True),
    sa.Column('rent_cny', db.Hundredths(), nullable=True),
    sa.Column('status', sa.Enum('free', 'reserved', 'taken', 'unused', name='space_status', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('segment_id', sa.Integer(), nullable=True),
    sa.Column('available_on', sa.Date(), nullable=True),
    sa.Column('source', sa.String(length=120), nullable=False),
    sa.Column('is_sample', sa.Boolean(), nullable=False),
    sa.Column('retired_at', db.UtcDateTime(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('area_m2 > 0', name=op.f('ck_plant_spaces_some_area')),
    sa.ForeignKeyConstraint(['carrier_id'], ['carriers.id'], name=op.f('fk_plant_spaces_carrier_id_carriers')),
    sa.ForeignKeyConstraint(['segment_id'], ['segments.id'], name=op.f('fk_plant_spaces_segment_id_segments')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_plant_spaces')),
    sa.UniqueConstraint('carrier_id', 'code', name=op.f('uq_plant_spaces_carrier_id_code')),
    sa.UniqueConstraint('public_id', name=op.f('uq_plant_spaces_public_id'))
    )
    with op.batch_alter_table('plant_spaces', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_plant_spaces_carrier_id'), ['carrier_id'], unique=False)
    op.create_table('needs',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=10), nullable=False),
    sa.Column('project_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('land', 'plant', 'power', 'water', 'gas', 'labour', 'energy', 'funds', name='need_kind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('status', sa.Enum('open', 'agreed', 'delivered', 'dropped', name='need_status', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('needed', db.Hundredths(), nullable=False),
    sa.Column('agreed', db.Hundredths(), nullable=True),
    sa.Column('delivered', db.Hundredths(), nullable=True),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('words', sa.String(length=200), nullable=False),
    sa.Column('updated_at', db.UtcDateTime(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['project_id'], ['projects.id'], name=op.f('fk_needs_project_id_projects')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_needs')),
    sa.UniqueConstraint('project_id', 'kind', name=op.f('uq_needs_project_id_kind')),
    sa.UniqueConstraint('public_id', name=op.f('uq_needs_public_id'))
    )
    with op.batch_alter_table('needs', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_needs_project_id'), ['project_id'], unique=False)
    op.create_table('allocations',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=10), nullable=False),
    sa.Column('need_id', sa.Integer(), nullable=False),
    sa.Column('parcel_id', sa.Integer(), nullable=True),
    sa.Column('plant_id', sa.Integer(), nullable=True),
    sa.Column('amount', db.Hundredths(), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('created_at', db.UtcDateTime(), nullable=False),
    sa.Column('ended_at', db.UtcDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['by_id'], ['users.id'], name=op.f('fk_allocations_by_id_users')),
    sa.ForeignKeyConstraint(['need_id'], ['needs.id'], name=op.f('fk_allocations_need_id_needs')),
    sa.ForeignKeyConstraint(['parcel_id'], ['parcels.id'], name=op.f('fk_allocations_parcel_id_parcels')),
    sa.ForeignKeyConstraint(['plant_id'], ['plant_spaces.id'], name=op.f('fk_allocations_plant_id_plant_spaces')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_allocations')),
    sa.UniqueConstraint('public_id', name=op.f('uq_allocations_public_id'))
    )
    with op.batch_alter_table('allocations', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_allocations_need_id'), ['need_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_allocations_parcel_id'), ['parcel_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_allocations_plant_id'), ['plant_id'], unique=False)
