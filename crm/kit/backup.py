"""Back up and restore the database with its files, while the server runs (security.md I23).

A backup is one folder: the database, the files, and a manifest with the hash of every part and the rows of every table.
"""

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import Connection, create_engine, inspect, text

from crm.kit import clock, db, planner
from crm.kit.migrate import alembic_config, upgrade

FORMAT = 1
MANIFEST = "manifest.json"
KEY = "secret.key"
NAMES = {"sqlite": "database.sqlite3", "postgresql": "database.dump"}


class BackupError(Exception):
    """The backup or the target is not fit; says what to do."""


def make_backup(folder: Path, files_dir: Path, data_dir: Path) -> dict[str, Any]:
    """Write a backup into ``folder``, which must not exist or be empty; return its manifest. Complete, or not there at all.

    The key beside the data goes along: stored fingerprints of telephone numbers are made with it.
    """
    if folder.exists() and any(folder.iterdir()):
        raise BackupError(f"{folder} is not empty; name a new folder for each backup.")
    work = folder.with_name(f".{folder.name}.{os.getpid()}")
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(mode=0o700, parents=True)
    try:
        # Files come before and after the snapshot: one removed meanwhile is in the first pass, a new one in the second.
        _copy_files(files_dir, work / "files")
        tables, revision = _snapshot(work)
        _copy_files(files_dir, work / "files")
        if (data_dir / KEY).is_file():
            _write(work / KEY, (data_dir / KEY).read_bytes())
        manifest = {
            "format": FORMAT,
            "made_at": clock.now().isoformat(),
            "database": db.engine().dialect.name,
            "migration": revision,
            "tables": tables,
            "parts": {name: _sha256(work / name) for name in _parts(work)},
        }
        _write(work / MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1).encode())
        if folder.exists():
            folder.rmdir()
        work.rename(folder)
        _sync(folder.parent)
    except BaseException:
        shutil.rmtree(work, ignore_errors=True)
        raise
    return manifest


def check_backup(folder: Path) -> dict[str, Any]:
    """Return the manifest after comparing every part with it. Raises BackupError at the first difference."""
    try:
        manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BackupError(f"{folder} holds no readable {MANIFEST}: not a backup, or not a complete one.") from error
    if manifest.get("format") != FORMAT:
        raise BackupError(f"The backup has format {manifest.get('format')}; this version reads {FORMAT}.")
    for name, known in manifest["parts"].items():
        path = folder / name
        if not path.is_file():
            raise BackupError(f"{name} is missing from the backup.")
        if _sha256(path) != known:
            raise BackupError(f"{name} is not what was backed up: its hash differs.")
    return manifest


def restore_backup(folder: Path, files_dir: Path, data_dir: Path, *, force: bool = False) -> dict[str, Any]:
    """Put a backup in the place of the present base; return its manifest. The base is the old or the new one, never a mix.

    Raises BackupError when the base is not empty and ``force`` is not given.
    """
    manifest = check_backup(folder)
    kind = db.engine().dialect.name
    if manifest["database"] != kind:
        raise BackupError(f"The backup is of {manifest['database']}, the base in use is {kind}.")
    _check_revision(manifest["migration"])
    if not force and (_has_rows() or _has_files(files_dir)):
        raise BackupError("The base is not empty. To replace everything in it, say --force.")
    _copy_files(folder / "files", files_dir)
    if KEY in manifest["parts"]:
        _write(data_dir / KEY, (folder / KEY).read_bytes())
    source = folder / NAMES[kind]
    _restore_sqlite(source) if kind == "sqlite" else _restore_postgresql(source)
    with db.engine().connect() as connection:
        found = _count_rows(connection)
    if found != manifest["tables"]:
        raise BackupError("The restored base does not hold the rows of the manifest. Restore it again.")
    upgrade()
    planner.refresh()
    keep = {Path(name).relative_to("files") for name in manifest["parts"] if name.startswith("files/")}
    for path in _files_of(files_dir):
        if path.relative_to(files_dir) not in keep:
            path.unlink()
    return manifest


# -- the database ------------------------------------------------------------------------------------------------------


def _snapshot(work: Path) -> tuple[dict[str, int], str | None]:
    """Write the database into ``work`` as of one instant; return rows by table and the migration, of that same instant."""
    if db.is_sqlite():
        target = work / NAMES["sqlite"]
        with closing(sqlite3.connect(str(db.engine().url.database), isolation_level=None)) as live:
            live.execute("PRAGMA busy_timeout=10000")
            live.execute("VACUUM INTO ?", (str(target),))
        target.chmod(0o600)
        _sync(target)
        copy = create_engine(f"sqlite:///{target}")
        with copy.connect() as connection:
            if connection.execute(text("PRAGMA quick_check")).scalar() != "ok":
                raise BackupError("The copy of the database is damaged. Check the disk.")
            facts = _count_rows(connection), _revision(connection)
        copy.dispose()
        return facts
    isolated = db.engine().execution_options(isolation_level="REPEATABLE READ")
    with isolated.connect() as connection:
        snapshot = connection.execute(text("SELECT pg_export_snapshot()")).scalar()
        target = work / NAMES["postgresql"]
        _pg("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}", f"--file={target}")
        target.chmod(0o600)
        return _count_rows(connection), _revision(connection)


def _restore_sqlite(source: Path) -> None:
    """Write the copy over the live base in one transaction: a running server sees the old base or the new one."""
    db.session.remove()
    db.engine().dispose()
    with (
        closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as copy,
        closing(sqlite3.connect(str(db.engine().url.database))) as live,
    ):
        live.execute("PRAGMA busy_timeout=10000")
        live.execute("PRAGMA synchronous=FULL")
        copy.backup(live)


def _restore_postgresql(source: Path) -> None:
    """Replace the schema by the dump, in one transaction."""
    db.session.remove()
    db.engine().dispose()
    statements = (
        "DROP SCHEMA public CASCADE",
        "CREATE SCHEMA public",
        "ALTER SCHEMA public OWNER TO pg_database_owner",
        "GRANT USAGE ON SCHEMA public TO PUBLIC",
    )
    with tempfile.TemporaryDirectory() as folder:  # mode 700
        script = Path(folder) / "restore.sql"
        _pg("pg_restore", "--no-owner", "--no-privileges", f"--file={script}", str(source), connect=False)
        _pg(
            *("psql", "--quiet", "--no-psqlrc", "--single-transaction", "--set=ON_ERROR_STOP=1", "--output=/dev/null"),
            *(f"--command={statement}" for statement in statements),
            f"--file={script}",
        )


def _pg(program: str, *arguments: str, connect: bool = True) -> None:
    """Run a program of PostgreSQL on the base in use. The password travels in the environment, never in the arguments."""
    url = db.engine().url
    address = url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    environment = {**os.environ, **({"PGPASSWORD": str(url.password)} if url.password else {})}
    call = [_pg_program(program), *([f"--dbname={address}"] if connect else []), *arguments]
    with _mode_600():
        done = subprocess.run(call, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BackupError(f"{program} failed: {done.stderr.strip()[-600:]}")


def _pg_program(program: str) -> str:
    found = shutil.which(program)
    if found:
        return found
    config = shutil.which("pg_config")
    if config:
        bindir = subprocess.run([config, "--bindir"], capture_output=True, text=True, check=False).stdout.strip()
        if bindir and (Path(bindir) / program).is_file():
            return str(Path(bindir) / program)
    raise BackupError(f"{program} is missing on this machine. Install it:  sudo apt-get install postgresql-client")


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _check_revision(revision: str | None) -> None:
    try:
        if revision is not None:
            ScriptDirectory.from_config(alembic_config()).get_revision(revision)
    except CommandError as error:
        raise BackupError(f"The backup was made by a newer version (migration {revision}). Upgrade first.") from error


def _count_rows(connection: Connection) -> dict[str, int]:
    quote = connection.dialect.identifier_preparer.quote
    tables = sorted(inspect(connection).get_table_names())
    return {t: connection.execute(text(f"SELECT count(*) FROM {quote(t)}")).scalar_one() for t in tables}


def _has_rows() -> bool:
    with db.engine().connect() as connection:
        return any(
            rows for table, rows in _count_rows(connection).items() if table not in ("alembic_version", "audit_head")
        )


# -- files -------------------------------------------------------------------------------------------------------------


def _files_of(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
        if path.is_file() and not path.name.startswith(".") and path.suffix != ".part":  # those are still being written
            yield path


def _has_files(folder: Path) -> bool:
    return next(_files_of(folder), None) is not None


def _copy_files(source: Path, target: Path) -> None:
    """Copy what is not there yet. Stored files never change, so a name that exists is the same file."""
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    for path in _files_of(source):
        copy = target / path.relative_to(source)
        if not copy.exists():
            copy.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            try:
                _write(copy, path.read_bytes())
            except FileNotFoundError:
                continue  # removed a moment ago, and its row with it


def _parts(work: Path) -> list[str]:
    return [str(path.relative_to(work)) for path in _files_of(work)]


def _write(path: Path, content: bytes) -> None:
    temporary = path.with_name(f".{path.name}")
    with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as handle:
        handle.write(content)
        handle.flush()
        os.fsync(handle.fileno())
    temporary.rename(path)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sha256(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


@contextmanager
def _mode_600() -> Iterator[None]:
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)
