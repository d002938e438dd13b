"""interactions ways: on SQLite the older, narrower CHECK of the ways of contact goes; the wider one stays alone."""

from alembic import op

revision = '0004_ways'
down_revision = '0003_pipeline'

WAYS = ('visit', 'reception', 'call', 'online', 'fair', 'message', 'cloud_talk', 'cloud_visit', 'cloud_signing')


def upgrade():
    # The copy of a table that SQLite makes carries its CHECKs along, so the rebuilding before this one left both there.
    if op.get_bind().dialect.name != 'sqlite':
        return
    words = ', '.join(f"'{way}'" for way in WAYS)
    for table, column in (('leads', 'contact_way'), ('interactions', 'kind')):
        name = op.f(f'ck_{table}_contact_way')
        with op.batch_alter_table(table, schema=None, recreate='always') as batch_op:
            batch_op.drop_constraint(name, type_='check')
            batch_op.create_check_constraint(name, f'{column} IN ({words})')


def downgrade():
    """Nothing to bring back: the wider CHECK was there already."""
