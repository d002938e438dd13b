"""One PostgreSQL database that goes from test to test: emptied in milliseconds where a new one takes a third of a second."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
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
# Rows ever inserted, by table: what a server of 15 or newer counts the moment a connection ends. A table whose number stands still is empty.
_INSERTED = "select relname, pg_stat_get_tuples_inserted(oid) from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace"
_TABLES = "select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace order by relname"
_USED = "select sequencename, start_value from pg_sequences where schemaname = 'public' and last_value is not null"
_OTHERS = "select pg_terminate_backend(pid, 1000) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
_MANY = 20_000  # dead rows slow what comes after: a base that held so many is made anew


class Spare:
    """Databases copied from one template. ``take()`` names an empty one, ``give(name)`` brings it back."""

    def __init__(self, server: str, template: str, prefix: str) -> None:
        """Remember the server's URL (its ``postgres`` database), the template and how databases are to be called."""
        self.server, self.template, self.prefix = server, template, prefix
        self.names, self.spare, self.dead = count(), "", 0
        self.admin = create_engine(server, isolation_level="AUTOCOMMIT")
        with self._in(template) as connection:
            self.tables = list(connection.scalars(text(_TABLES)))
            self.counts = connection.scalar(text("select current_setting('server_version_num')::int >= 150000"))
            self.kept = [name for name in self.tables if connection.scalar(text(f'select 1 from "{name}" limit 1'))]

    def url(self, name: str) -> str:
        """Return the URL of a database of this server."""
        return self.server.replace("/postgres?", f"/{name}?")

    def take(self) -> str:
        """Return the name of an empty, migrated database. No two tests see the same name."""
        name = f"{self.prefix}_{next(self.names)}"
        if self.spare:
            self._wait_until_left(self.spare)
            self._do(f"ALTER DATABASE {self.spare} RENAME TO {name}")
            self.spare = ""
        else:
            self._do(f"CREATE DATABASE {name} TEMPLATE {self.template} STRATEGY FILE_COPY")
            with self._in(name) as connection:
                self.shape, self.dead = connection.scalar(text(_SHAPE)), 0
                self.inserted = dict(connection.execute(text(_INSERTED)).all())
        return name

    def give(self, name: str) -> None:
        """Empty a database for the next test; drop it where its tables were changed, or where others write to it."""
        if self._emptied(name):
            self.spare = name
        else:
            self._do(f"DROP DATABASE {name} WITH (FORCE)")

    def close(self) -> None:
        """Drop what is left."""
        if self.spare:
            self._do(f"DROP DATABASE {self.spare} WITH (FORCE)")
        self.admin.dispose()

    def _emptied(self, name: str) -> bool:
        with self._in(name) as connection:
            connection.execute(text(_OTHERS))
            if connection.scalar(text(_SHAPE)) != self.shape:
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

    @contextmanager
    def _in(self, name: str) -> Iterator[Connection]:
        engine = create_engine(self.url(name))
        with engine.connect() as connection:
            yield connection
        engine.dispose()

    def _wait_until_left(self, name: str) -> None:
        """Wait for the end of the last connection: a server that finds one at a renaming sleeps for a tenth of a second."""
        with self.admin.connect() as connection:
            for _ in range(100):
                if not connection.scalar(
                    text("select count(*) from pg_stat_activity where datname = :name"), {"name": name}
                ):
                    return
                time.sleep(0.002)

    def _do(self, statement: str) -> None:
        with self.admin.connect() as connection:
            connection.exec_driver_sql(statement)
