"""The database: one engine, one scoped session, transactions that nest, promises turned into sentences."""

import functools
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, ParamSpec, TypeVar

from flask import Flask, has_request_context, request
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ColumnElement,
    Date,
    DateTime,
    Engine,
    Enum,
    MetaData,
    Numeric,
    String,
    create_engine,
    event,
    func,
    type_coerce,
)
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, scoped_session, sessionmaker
from sqlalchemy.types import TypeDecorator

from crm.core.errors import Conflict, Stale

P = ParamSpec("P")
R = TypeVar("R")
ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"
PUBLIC_ID_LENGTH = 10


class Base(DeclarativeBase):
    """The mother of all tables; names its constraints so that migrations can find them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant, stored in UTC. SQLite has no time zone: what comes back is said to be UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        """Refuse naive times; store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        """Give back an aware UTC time."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Hundredths(TypeDecorator[Decimal]):
    """A number with two decimals (yuan, mu), exact on both databases: SQLite has no decimals, so it stores hundredths."""

    impl = Numeric(18, 2)
    cache_ok = True

    def load_dialect_impl(self, dialect: Any) -> Any:
        """Integers of fen on SQLite, NUMERIC elsewhere."""
        return dialect.type_descriptor(BigInteger() if dialect.name == "sqlite" else Numeric(18, 2))

    def process_bind_param(self, value: Decimal | None, dialect: Any) -> Any:
        """Round to fen."""
        if value is None:
            return None
        exact = Decimal(value).quantize(Decimal("0.01"))
        return int(exact * 100) if dialect.name == "sqlite" else exact

    def process_result_value(self, value: Any, dialect: Any) -> Decimal | None:
        """Give back yuan."""
        if value is None:
            return None
        return Decimal(value) / 100 if dialect.name == "sqlite" else Decimal(value)


def new_public_id() -> str:
    """Return 10 random base32 characters: what a URL shows instead of a number (security.md I25)."""
    return "".join(secrets.choice(ALPHABET) for _ in range(PUBLIC_ID_LENGTH))


def public_id_column() -> Mapped[str]:
    """A column for the id that URLs carry."""
    return mapped_column(String(PUBLIC_ID_LENGTH), unique=True, default=new_public_id)


def enum_column(kind: type[StrEnum], **options: Any) -> Any:
    """A text column that takes the values of ``kind`` only, by a CHECK."""
    words = Enum(
        kind,
        native_enum=False,
        create_constraint=True,
        length=40,
        values_callable=lambda e: [m.value for m in e],
        name=options.pop("check_name", None) or _snake(kind.__name__),
    )
    return mapped_column(words, **options)


def _snake(name: str) -> str:
    return "".join("_" + c.lower() if c.isupper() else c for c in name).lstrip("_")


class _State:
    engine: Engine | None = None
    writer: Engine | None = None


_state = _State()


class CrmSession(Session):
    """Reads begin as readers and everything else as a writer (BEGIN IMMEDIATE on SQLite): stack.md §2."""

    def get_bind(self, *args: Any, **kwargs: Any) -> Engine:  # type: ignore[override]
        """Choose by the request's method; CLI, jobs and tests write."""
        assert _state.engine is not None and _state.writer is not None, "kit.db.configure was not called"
        if self.info.get("side"):
            return _state.writer
        safe = has_request_context() and request.method in ("GET", "HEAD", "OPTIONS")
        return _state.engine if safe or _reading.get() else _state.writer


_reading: ContextVar[bool] = ContextVar("reading", default=False)
_main = scoped_session(sessionmaker(class_=CrmSession, expire_on_commit=False))
_side = scoped_session(sessionmaker(class_=CrmSession, expire_on_commit=False, info={"side": True}))
session = _main


def configure(url: str) -> Engine:
    """Point the sessions at a database; an earlier engine is closed."""
    session.remove()
    if _state.engine is not None:
        _state.engine.dispose()
    options: dict[str, Any] = {"pool_pre_ping": True} if not url.startswith("sqlite") else {}
    # What is logged of a failed statement holds no values: they are names, numbers and notes of people.
    engine = create_engine(url, hide_parameters=True, **options)
    if engine.dialect.name == "sqlite":
        _listen_sqlite(engine)
    else:
        _listen_postgresql(engine)
    _state.engine = engine
    _state.writer = engine.execution_options(crm_write=True)
    return engine


def _listen_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def pragmas(dbapi: Any, _record: Any) -> None:
        dbapi.isolation_level = None  # we send BEGIN ourselves; this also makes DDL transactional
        for pragma in (
            "busy_timeout=10000",
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "cache_size=-20000",
            "temp_store=MEMORY",
            "mmap_size=268435456",
        ):
            dbapi.execute("PRAGMA " + pragma)

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        write = connection.get_execution_options().get("crm_write")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


def _listen_postgresql(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def settings(dbapi: Any, _record: Any) -> None:
        with dbapi.cursor() as cursor:
            cursor.execute("SET jit = off")
            cursor.execute("SET TIME ZONE 'UTC'")
        dbapi.commit()


def engine() -> Engine:
    """Return the engine in use."""
    assert _state.engine is not None, "kit.db.configure was not called"
    return _state.engine


def is_sqlite() -> bool:
    """Say whether the embedded database is in use."""
    return engine().dialect.name == "sqlite"


def days_after(day: Any, days: int) -> ColumnElement[date | None]:
    """Return the day so many days after that of a column, to compare and sort by: SQLite keeps days as text and adds otherwise."""
    return type_coerce(func.date(day, f"{days:+} days") if is_sqlite() else day + days, Date)


def init(app: Flask) -> None:
    """Connect the app to its database and give each request its own session."""
    configure(app.config["DATABASE_URL"])

    @app.teardown_appcontext
    def remove(_error: BaseException | None) -> None:
        session.remove()


@contextmanager
def transaction() -> Iterator[None]:
    """Commit on success, roll back on any error. Inner calls join the outer one. Also serves as a decorator."""
    current = session()
    if current.info.get("in_transaction"):
        yield
        return
    current.info["in_transaction"] = True
    try:
        yield
        for hook in before_commit:
            hook()
        current.commit()
    except BaseException:
        current.rollback()
        raise
    finally:
        current.info.pop("in_transaction", None)
        current.info.pop("pending_audit", None)


# Called as the last act before COMMIT: the audit chain locks its head only then (model.md §5).
before_commit: list[Callable[[], None]] = []


@contextmanager
def reading() -> Iterator[None]:
    """Let the session only read inside the block, outside of a GET too: long work must not hold SQLite's one place to write."""
    current = session()
    if current.info.get("in_transaction"):
        raise RuntimeError("a transaction that writes is open")
    current.rollback()
    token = _reading.set(True)
    try:
        yield
    finally:
        _reading.reset(token)
        session.rollback()


@contextmanager
def unique(field: Any, message: str) -> Iterator[None]:
    """Turn a broken unique key into a ``Conflict`` on the field. Opens a savepoint, so that PostgreSQL goes on."""
    name = getattr(field, "key", field)
    nested = session.begin_nested()
    try:
        yield
        session.flush()
        nested.commit()
    except IntegrityError as error:
        nested.rollback()
        raise Conflict(message, field=name) from error
    except BaseException:
        if nested.is_active:
            nested.rollback()
        raise


@contextmanager
def side_write() -> Iterator[Session]:
    """A short write of its own beside a reading request (last seen, look-up, download log)."""
    other = _side()
    try:
        yield other
        other.commit()
    except BaseException:
        other.rollback()
        raise
    finally:
        _side.remove()


def check_version(row: Any, version: int | str | None) -> None:
    """Raise Stale when somebody saved ``row`` since the form was filled, else count the version up.

    A text that is no version fits none; None asks for no check.
    """
    if version is not None and str(version) != str(row.version):
        raise Stale("这条记录刚被别人改过。下面是现在的内容，请核对后再保存。", current=row)
    row.version = row.version + 1


def checked(condition: str, name: str) -> CheckConstraint:
    """A named CHECK."""
    return CheckConstraint(condition, name=name)


_TRIES = 3
# What PostgreSQL says to the one of two transactions that it gave up so that the other may go on.
_GIVEN_UP = ("40P01", "40001")


def transactional(function: Callable[P, R]) -> Callable[P, R]:
    """Run a service function in a transaction: the whole of it again when a deadlock chose it, never a part of it."""

    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        for tried in range(1, _TRIES + 1):
            outermost = not session().info.get("in_transaction")
            try:
                with transaction():
                    return function(*args, **kwargs)
            except OperationalError as error:
                given_up = getattr(error.orig, "sqlstate", None) in _GIVEN_UP
                if not (outermost and given_up) or tried == _TRIES:
                    raise
        raise AssertionError("unreachable")

    return run
