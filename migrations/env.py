"""Runs migrations on SQLite and PostgreSQL alike. Batch mode on SQLite drops a table's triggers: they are made again."""

from alembic import context
from sqlalchemy import Connection

import crm.models
from crm.kit import db
from migrations.triggers import create_triggers, drop_triggers


def render_item(kind, thing, autogen):
    """Write our column types by their plain SQL types."""
    if kind == "type" and type(thing).__module__ == "crm.kit.db":
        autogen.imports.add("from crm.kit import db")
        return f"db.{type(thing).__name__}()"
    return False


def run(connection: Connection) -> None:
    """Migrate with foreign keys off on SQLite (a rebuilt parent would lose its children), then check them."""
    sqlite = connection.dialect.name == "sqlite"
    context.configure(
        connection=connection,
        target_metadata=crm.models.metadata,
        render_as_batch=True,
        compare_type=True,
        render_item=render_item,
        transaction_per_migration=False,
    )
    with context.begin_transaction():
        if not sqlite:
            # Two servers starting at once: the second waits, then finds nothing to do.
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7201421)")
        drop_triggers(connection)
        if context.config.attributes.get("empty"):
            empty(connection)
        context.run_migrations()
        create_triggers(connection)
        if sqlite and connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall():
            raise RuntimeError("a migration left rows that point nowhere")


def empty(connection: Connection) -> None:
    """Take every row out: a base of half-made samples is begun again, and a step that rebuilds tables asks for empty ones."""
    names = [f'"{table.name}"' for table in crm.models.metadata.sorted_tables]
    if connection.dialect.name == "sqlite":
        for name in names:
            connection.exec_driver_sql(f"DELETE FROM {name}")
    else:
        connection.exec_driver_sql(f"TRUNCATE {', '.join(names)} CASCADE")


def main() -> None:
    """Use the connection handed in by a command or test, else open one."""
    given = context.config.attributes.get("connection")
    if given is not None:
        run(given)
        return
    engine = db.engine()
    sqlite = engine.dialect.name == "sqlite"
    with engine.execution_options(crm_write=True).connect() as connection:
        if sqlite:
            raw = connection.connection.dbapi_connection
            raw.execute("PRAGMA foreign_keys=OFF")
        try:
            run(connection)
            connection.commit()
        finally:
            if sqlite:
                connection.rollback()
                raw.execute("PRAGMA foreign_keys=ON")


main()
