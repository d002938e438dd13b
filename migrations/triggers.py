"""Append-only tables: what Alembic's autogenerate cannot see. Run after every upgrade."""

from sqlalchemy import Connection, inspect

APPEND_ONLY = ("audit_entries", "claim_events", "stage_moves", "case_opinions")

_PG_FUNCTION = """
CREATE OR REPLACE FUNCTION crm_append_only() RETURNS trigger AS $$
BEGIN
    RAISE EXCEPTION 'append-only: %% on %%', TG_OP, TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$ LANGUAGE plpgsql
"""


def create_triggers(connection: Connection) -> None:
    """Refuse UPDATE and DELETE (and TRUNCATE, where it exists) on the append-only tables."""
    tables = set(inspect(connection).get_table_names())
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(_PG_FUNCTION)
    for table in APPEND_ONLY:
        if table not in tables:
            continue
        if connection.dialect.name == "sqlite":
            for act in ("UPDATE", "DELETE"):
                connection.exec_driver_sql(
                    f"CREATE TRIGGER IF NOT EXISTS {table}_no_{act.lower()} BEFORE {act} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, 'append-only: {act} on {table}'); END"
                )
        else:
            connection.exec_driver_sql(
                f"CREATE OR REPLACE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION crm_append_only()"
            )
            connection.exec_driver_sql(
                f"CREATE OR REPLACE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION crm_append_only()"
            )


def drop_triggers(connection: Connection) -> None:
    """Take them away for the time of a migration, so that a batch rebuild may copy rows."""
    tables = set(inspect(connection).get_table_names())
    for table in APPEND_ONLY:
        if table not in tables:
            continue
        if connection.dialect.name == "sqlite":
            for act in ("update", "delete"):
                connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {table}_no_{act}")
        else:
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {table}_append_only ON {table}")
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {table}_no_truncate ON {table}")
