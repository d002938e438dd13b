"""One PostgreSQL database that goes from test to test: emptied in milliseconds where a new one takes a third of a second."""

from itertools import count

from sqlalchemy import Connection, create_engine, text

# What a test may change beside rows: tables, columns, indexes, rules of tables, triggers, functions. Each row knows who wrote it last.
_SHAPE = """
select coalesce(sum(hashtext(kind || place || stamp)::bigint), 0) from (
    select 'class' kind, oid::text place, xmin::text stamp from pg_class where relnamespace = 'public'::regnamespace and relkind <> 'S'
    union all select 'column', attrelid || '.' || attnum, a.xmin::text from pg_attribute a
        join pg_class c on c.oid = attrelid where relnamespace = 'public'::regnamespace and relkind <> 'S'
    union all select 'rule', oid::text, xmin::text from pg_constraint where connamespace = 'public'::regnamespace
    union all select 'trigger', t.oid::text, t.xmin::text from pg_trigger t
        join pg_class c on c.oid = tgrelid where relnamespace = 'public'::regnamespace
    union all select 'function', oid::text, xmin::text from pg_proc where pronamespace = 'public'::regnamespace
) shape
"""
# The same of a server of 15 or newer, in a tenth of the time: how often something was written to the catalogs that hold it.
_WRITTEN = """
select sum(pg_stat_get_tuples_inserted(oid) + pg_stat_get_tuples_updated(oid) + pg_stat_get_tuples_deleted(oid))::bigint
from pg_class where oid in ('pg_class'::regclass, 'pg_attribute'::regclass, 'pg_constraint'::regclass, 'pg_trigger'::regclass, 'pg_proc'::regclass)
"""
# Rows ever inserted, by table: what a server of 15 or newer counts the moment a connection ends. A table whose number stands still is empty.
_INSERTED = "select relname, pg_stat_get_tuples_inserted(oid) from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace"
_TABLES = "select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace order by relname"
_USED = "select sequencename, start_value from pg_sequences where schemaname = 'public' and last_value is not null"
_OTHERS = "select pg_terminate_backend(pid, 1000) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
_MANY = 20_000  # dead rows slow what comes after: a base that held so many is made anew


class Spare:
    """A database copied from one template. ``take()`` names it, empty, by an address of its own; ``give()`` brings it back."""

    def __init__(self, server: str, template: str, prefix: str) -> None:
        """Remember the server's URL (its ``postgres`` database), the template and how databases are to be called."""
        self.server, self.template, self.prefix = server, template, prefix
        self.names, self.uses, self.name, self.dead = count(), count(), "", 0
        self.admin = create_engine(server, isolation_level="AUTOCOMMIT")
        engine = create_engine(self._url(template))
        with engine.connect() as connection:
            self.tables = list(connection.scalars(text(_TABLES)))
            self.counts = connection.scalar(text("select current_setting('server_version_num')::int >= 150000"))
            self.ask_shape = text(_WRITTEN if self.counts else _SHAPE)
            self.kept = [name for name in self.tables if connection.scalar(text(f'select 1 from "{name}" limit 1'))]
        engine.dispose()

    def take(self) -> str:
        """Return the URL of an empty, migrated database. No two tests see the same URL: the product keeps things by it."""
        if not self.name:
            self.name = f"{self.prefix}_{next(self.names)}"
            self._do(f"CREATE DATABASE {self.name} TEMPLATE {self.template} STRATEGY FILE_COPY")
            self.inside = create_engine(self._url(self.name), pool_size=1)  # knows the tables from test to test
            with self.inside.connect() as connection:
                self.shape, self.dead = connection.scalar(self.ask_shape), 0
                self.inserted = dict(connection.execute(text(_INSERTED)).all())
        return f"{self._url(self.name)}&application_name=test{next(self.uses)}"

    def give(self) -> None:
        """Empty the database for the next test; drop it where its tables were changed, or where others write to it."""
        if not self._emptied():
            self._drop()

    def close(self) -> None:
        """Drop what is left."""
        if self.name:
            self._drop()
        self.admin.dispose()

    def _url(self, name: str) -> str:
        return self.server.replace("/postgres?", f"/{name}?")

    def _emptied(self) -> bool:
        with self.inside.connect() as connection:
            connection.execute(text(_OTHERS))
            connection.commit()  # what is counted is read once in a transaction
            if connection.scalar(self.ask_shape) != self.shape:
                return False
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")  # no trigger, no order of tables
            self.dead += self._delete(connection)
            for sequence, start in connection.execute(text(_USED)).all():
                connection.execute(text("select setval(:name, :start, false)"), {"name": sequence, "start": start})
            connection.commit()
            return self.dead < _MANY

    def _delete(self, connection: Connection) -> int:
        """Delete all rows in one message to the server; return their number."""
        inserted = dict(connection.execute(text(_INSERTED)).all())
        used = [one for one in self.tables if not self.counts or inserted[one] != self.inserted.get(one)]
        self.inserted = inserted
        if not used:
            return 0
        with connection.connection.cursor() as cursor:
            cursor.execute(
                "; ".join(f'DELETE FROM "{table}"' for table in used if table not in self.kept) or "select 1"
            )
            deleted = cursor.rowcount
            while cursor.nextset():
                deleted += cursor.rowcount
        return deleted

    def _drop(self) -> None:
        self.inside.dispose()
        self._do(f"DROP DATABASE {self.name} WITH (FORCE)")
        self.name = ""

    def _do(self, statement: str) -> None:
        with self.admin.connect() as connection:
            connection.exec_driver_sql(statement)
