"""The newest migration equals the models; what Alembic cannot compare is in test_promises.py."""

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text

import crm.models
from crm.kit import db
from crm.kit.migrate import alembic_config


def test_the_newest_migration_equals_the_models(store):
    with db.engine().connect() as connection:
        differences = compare_metadata(
            MigrationContext.configure(connection, opts={"compare_type": True}), crm.models.metadata
        )

    assert differences == []


def test_migrations_go_down_and_up_again(store):
    command.downgrade(alembic_config(), "base")
    command.upgrade(alembic_config(), "head")

    with db.engine().connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM claims")).scalar() == 0
