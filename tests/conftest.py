"""Real databases for every test: a migrated template is copied, so each test starts empty in milliseconds."""

import fcntl
import functools
import gc
import os
import pickle
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import Engine, create_engine, event, text
from werkzeug.datastructures import Headers

from crm import create_app
from crm.accounts import passwords
from crm.carriers import loader as carriers_loader
from crm.kit import db
from crm.kit.migrate import upgrade
from crm.plan import loader as plan_loader
from crm.plan import source
from crm.projects import loader as projects_loader
from tests.factories import LIGHT_HASHER, sign_in_token
from tests.spare import Spare

PRODUCT_HASHER = passwords._hasher
_first: dict[str, Engine] = {}


def _engine_with_memory(url: str, **options: object) -> Engine:
    """An engine that knows the statements earlier tests compiled: each test has a base of its own, a quarter of the time was compiling."""
    engine = create_engine(url, query_cache_size=5_000, **options)
    if engine.dialect.name not in _first:
        engine.connect().close()  # a dialect knows its server only after the first connection
        _first[engine.dialect.name] = engine
    first = _first[engine.dialect.name]
    engine.dialect, engine._compiled_cache = first.dialect, first._compiled_cache
    return engine


db.create_engine = _engine_with_memory


@functools.cache
def _pickled_seeds() -> bytes:
    return pickle.dumps(source.read())


def _seeds(folder: Path = source.FOLDER) -> source.Source:
    """The seeds of the plan, which no test changes: parsed once, and each load has its own copy. Those of a test are read as ever."""
    return pickle.loads(_pickled_seeds()) if folder == source.FOLDER else source.read(folder)


for _loader in (plan_loader, carriers_loader, projects_loader):
    _loader.read = _seeds


@pytest.fixture(scope="session")
def pg_server() -> Iterator[str]:
    """A PostgreSQL of this machine in a temporary folder, without a service; or the one named in CRM_TEST_PG_URL."""
    given = os.environ.get("CRM_TEST_PG_URL")
    if given:
        yield given
        return
    bindir = subprocess.check_output(["pg_config", "--bindir"], text=True).strip()
    folder = tempfile.mkdtemp(prefix="crmpg-")
    prefix: list[str] = []
    if os.geteuid() == 0:
        owner = pwd.getpwnam("postgres")
        os.chown(folder, owner.pw_uid, owner.pw_gid)
        prefix = ["runuser", "-u", "postgres", "--"]

    def run(*args: str) -> None:
        subprocess.run([*prefix, *args], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd=os.sep)

    run(
        f"{bindir}/initdb",
        "-D",
        f"{folder}/data",
        "-A",
        "trust",
        "-U",
        "crm",
        "-E",
        "UTF8",
        "--locale=C.UTF-8",
        "--no-sync",
    )
    options = f"-k {folder} -c listen_addresses='' -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c autovacuum=off"
    run(f"{bindir}/pg_ctl", "-D", f"{folder}/data", "-w", "-s", "-l", f"{folder}/log", "-o", options, "start")
    try:
        yield f"postgresql+psycopg://crm@/postgres?host={folder}"
    finally:
        run(f"{bindir}/pg_ctl", "-D", f"{folder}/data", "-m", "immediate", "-s", "stop")
        shutil.rmtree(folder, ignore_errors=True)


class Browser(FlaskClient):
    """A client that carries the token of its forms, as a page of ours would: pass ``token=False`` to leave it out."""

    def open(self, *args: object, token: bool = True, **options: object) -> object:
        """Send a request."""
        if token and options.get("method") in ("POST", "PUT", "PATCH", "DELETE"):
            with self.session_transaction() as session:
                raw = session.setdefault("csrf_token", "a" * 40)
            key = self.application.config["SECRET_KEY"]
            headers = Headers(options.pop("headers", None))
            headers.setdefault("X-CSRFToken", URLSafeTimedSerializer(key, salt="wtf-csrf-token").dumps(raw))
            options["headers"] = headers
        return super().open(*args, **options)


def _pg_execute(server: str, statement: str) -> None:
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


def _of_this_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that all workers of this run share."""
    folder = tmp_path_factory.getbasetemp()
    return folder.parent if os.environ.get("PYTEST_XDIST_WORKER") else folder


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The application; each test points it at a database of its own."""
    folder = tmp_path_factory.mktemp("app")
    application = create_app(
        {
            "TESTING": True,
            "DATA_DIR": folder,
            "FILES_DIR": folder / "files",
            "DATABASE_URL": f"sqlite:///{folder / 'unused.sqlite3'}",
            "SECRET_KEY": "only for tests",
            "SCHEDULER": False,
            "DEVELOPMENT": True,
            "PROPAGATE_EXCEPTIONS": False,
            "TRAP_HTTP_EXCEPTIONS": False,
            "SERVER_NAME": None,
        }
    )
    application.test_client_class = Browser
    passwords._hasher = LIGHT_HASHER
    compiled = _of_this_run(tmp_path_factory) / "templates"
    compiled.mkdir(exist_ok=True)
    application.jinja_env.bytecode_cache = FileSystemBytecodeCache(str(compiled))
    gc.collect()
    gc.freeze()  # as a server does (crm/kit/process.py): what is loaded stays, and is not looked through again
    gc.set_threshold(25_000, 20, 20)
    return application


@pytest.fixture(scope="session")
def sqlite_template(app: Flask, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file: the first worker makes it, the others wait for it."""
    path = _of_this_run(tmp_path_factory) / "template.sqlite3"
    with path.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if path.exists():
            return path
        making = path.with_suffix(".making")
        db.configure(f"sqlite:///{making}")
        upgrade()
        with db.engine().connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        db.engine().dispose()
        making.rename(path)
    return path


@pytest.fixture(scope="session")
def pg_template(app: Flask, pg_server: str) -> str:
    """A migrated, empty PostgreSQL database; returns its name."""
    name = f"crm_template_{os.getpid()}"
    _pg_execute(pg_server, f"CREATE DATABASE {name}")
    db.configure(pg_server.replace("/postgres?", f"/{name}?"))
    upgrade()
    db.engine().dispose()
    return name


def _sqlite_store(template: Path, folder: Path) -> str:
    path = folder / "test.sqlite3"
    shutil.copy(template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def context(app: Flask) -> Iterator[None]:
    """An application context, so that services run as in a command."""
    with app.app_context():
        yield


@pytest.fixture
def sqlite(sqlite_template: Path, tmp_path: Path) -> Iterator[str]:
    """An empty migrated SQLite database, in use by the app. Yields its URL."""
    url = _sqlite_store(sqlite_template, tmp_path)
    db.configure(url)
    yield url
    db.session.remove()
    db.engine().dispose()


@pytest.fixture(scope="session")
def pg_spare(pg_template: str, pg_server: str) -> Iterator[Spare]:
    """The PostgreSQL database that goes from test to test."""
    spare = Spare(pg_server, pg_template, f"crm_test_{os.getpid()}")
    yield spare
    spare.close()


@pytest.fixture
def postgresql(pg_spare: Spare) -> Iterator[str]:
    """An empty migrated PostgreSQL database, in use by the app. Yields its URL."""
    url = pg_spare.take()
    db.configure(url)
    yield url
    db.session.remove()
    db.engine().dispose()
    pg_spare.give()


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, context: None) -> Iterator[str]:
    """Both databases in turn: what a service test asks for. Yields the URL."""
    yield request.getfixturevalue(request.param)
    db.session.remove()


@pytest.fixture
def client(app: Flask, sqlite: str) -> FlaskClient:
    """A browser without pictures, signed out, on an empty SQLite base."""
    return app.test_client()


@pytest.fixture
def sign_in(app: Flask, sqlite: str) -> Callable[..., FlaskClient]:
    """``sign_in(user)`` → a client in which that person is signed in (by the product's own server-side sign-in)."""

    def enter(user: object, *, scope: str = "full") -> FlaskClient:
        client = app.test_client()
        client.set_cookie("crm_sign_in", sign_in_token(user, scope=scope))
        return client

    return enter


@pytest.fixture
def statements() -> Iterator[list[str]]:
    """The SQL statements sent while the test runs (transaction words left out)."""
    sent: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.upper().startswith(("BEGIN", "PRAGMA", "SAVEPOINT", "RELEASE")):
            sent.append(statement)

    engine = db.engine()
    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)
