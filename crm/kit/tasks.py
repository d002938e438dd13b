"""Long work that a person asked for: leased by one worker, done in a process of its own, gone on with when that one dies.

A room declares what it can do; a service enqueues it in the transaction of the request. The process that leads the jobs
sees it within a second and has one worker forked by the process that stands by (crm/kit/standby.py); it ends when nothing
is left to do. Without that process, and by hand: ``flask --app wsgi tasks work``.
The function must be safe to begin again: it is, when each of its steps commits together with the mark that it is done.
"""

import os
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import structlog
from flask import Flask
from sqlalchemy import and_, delete, func, or_, select, update
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from crm.core.errors import Conflict, UserError
from crm.kit import clock, db, refusals
from crm.kit.models import Task, TaskStatus
from crm.kit.words import say as _

log = structlog.get_logger("tasks")
LEASE = timedelta(seconds=30)
HEARTBEAT_SECONDS = 8.0
REPORT_SECONDS = 0.5
IDLE_POLL_SECONDS = 0.3
TURN_SECONDS = 5.0  # so long one piece may keep others waiting; then it goes to the end of the line, and on from there
ATTEMPTS = 5
KEPT = timedelta(days=90)
OPEN = (TaskStatus.WAITING, TaskStatus.RUNNING)


class Cancelled(Exception):
    """Somebody asked for the end of this work; ``Running.report`` raises it between two steps."""


class Interrupted(Exception):
    """This worker is asked to end, or lost its lease; another goes on with the work."""


@dataclass(frozen=True)
class State:
    """How far a piece of work is. ``seconds_left`` is a guess, None as long as there is nothing to guess from."""

    status: TaskStatus
    done: int = 0
    total: int = 0
    words: str = ""
    error: str = ""
    seconds_left: int | None = None
    stopping: bool = False
    ahead: int = 0  # while it waits: how many pieces of work are before it

    @property
    def open(self) -> bool:
        """Whether it waits or runs."""
        return self.status in OPEN

    @property
    def percent(self) -> int:
        """Return how much is done, 0 to 100."""
        return min(100, self.done * 100 // self.total) if self.total else 0


@dataclass(frozen=True)
class Work:
    """A kind of work. ``failed`` is called with subject and words, in the transaction that notes the failure."""

    name: str
    function: Callable[["Running"], None]
    failed: Callable[[str, str], None] | None = None


declared: dict[str, Work] = {}
ending = threading.Event()  # set when this worker is asked to end


def declare(
    name: str, function: Callable[["Running"], None], *, failed: Callable[[str, str], None] | None = None
) -> None:
    """Add a kind of work; a room calls this in its ``register``. ``function`` opens its own transactions."""
    declared[name] = Work(name, function, failed)


@db.transactional
def enqueue(name: str, subject: str = "", args: Mapping[str, Any] | None = None, user_id: int | None = None) -> Task:
    """Ask for work, in the caller's transaction; work of this name and subject that is still open is answered instead."""
    if name not in declared:
        raise KeyError(name)
    now = clock.now()
    task = Task(name=name, subject=subject, args=dict(args or {}), user_id=user_id, run_at=now, created_at=now)
    try:
        with db.unique("subject", ""):
            db.session.add(task)
    except Conflict:
        query = select(Task).where(Task.name == name, Task.subject == subject, Task.status.in_(OPEN))
        return db.session.scalars(query).one()
    return task


def state(name: str, subject: str = "") -> State | None:
    """Return how far the last work of this name and subject is, None if there never was one."""
    columns = (Task.status, Task.done, Task.total, Task.words, Task.error, Task.seconds_left, Task.stop)
    query = select(*columns, Task.run_at).where(Task.name == name, Task.subject == subject)
    row = db.session.execute(query.order_by(Task.id.desc()).limit(1)).one_or_none()
    if row is None:
        return None
    told = State(*row[:-1])
    if told.status is not TaskStatus.WAITING:
        return told
    before = or_(Task.status == TaskStatus.RUNNING, and_(Task.status == TaskStatus.WAITING, Task.run_at < row.run_at))
    return replace(told, ahead=db.session.scalar(select(func.count()).select_from(Task).where(before)) or 0)


@db.transactional
def cancel(name: str, subject: str = "") -> bool:
    """Ask open work to end. True when a worker is at it and ends it after its present step; False when nothing runs."""
    mine = (Task.name == name, Task.subject == subject)
    gone = {"status": TaskStatus.CANCELLED, "stop": True, "finished_at": clock.now()}
    db.session.execute(update(Task).where(*mine, Task.status == TaskStatus.WAITING).values(gone))
    running = db.session.execute(update(Task).where(*mine, Task.status == TaskStatus.RUNNING).values(stop=True))
    return bool(running.rowcount)  # type: ignore[attr-defined]


def is_due() -> bool:
    """Say whether some work waits for a worker. Reads only, beside every session."""
    with db.engine().connect() as connection:
        return connection.execute(select(Task.id).where(_due(clock.now())).limit(1)).first() is not None


def newest(limit: int) -> list[Task]:
    """Return the last tasks, the newest first."""
    return list(db.session.scalars(select(Task).order_by(Task.id.desc()).limit(limit)))


def forget_old() -> None:
    """Remove work that ended long ago."""
    with db.transaction():
        db.session.execute(delete(Task).where(Task.finished_at < clock.now() - KEPT))


def _due(now: datetime) -> Any:
    waiting = and_(Task.status == TaskStatus.WAITING, Task.run_at <= now)
    orphaned = and_(Task.status == TaskStatus.RUNNING, Task.lease_until < now)
    return and_(Task.name.in_(declared), or_(waiting, orphaned))


@dataclass
class Running:
    """Work in the hands of this worker."""

    id: int
    name: str
    subject: str
    args: Mapping[str, Any]
    user_id: int | None
    lease_by: str
    attempts: int
    _began: float = field(default_factory=time.monotonic)
    _first: int | None = None
    _said: float = 0.0
    _stop: bool = False
    _lost: bool = False
    _over: threading.Event = field(default_factory=threading.Event)

    def report(self, done: int, total: int, words: str = "") -> None:
        """Say how far it is, between two steps and outside of a transaction.

        Raises Cancelled when somebody asked for the end, Interrupted when this worker should let go, or when it had its
        turn and others wait.
        """
        if db.session().info.get("in_transaction"):
            raise RuntimeError("a report is a write of its own: end the transaction first")
        db.session.rollback()
        self._check()
        if self._first is None:
            self._first = done
        now = time.monotonic()
        if now - self._said < REPORT_SECONDS and done < total:
            return
        self._said = now
        steps = done - self._first
        left = round((now - self._began) / steps * (total - done)) if steps > 0 else None
        said = {"done": done, "total": total, "words": words[:200], "seconds_left": left}
        # Who gets on may be interrupted as often as it happens; only dying at the same place again and again ends it.
        self._renew(said | ({"attempts": 1} if steps > 0 else {}))
        self._check()
        if steps > 0 and done < total and now - self._began > TURN_SECONDS and is_due():
            raise Interrupted

    def _check(self) -> None:
        if self._stop:
            raise Cancelled
        if self._lost or ending.is_set():
            raise Interrupted

    def _renew(self, values: Mapping[str, Any]) -> None:
        mine = (Task.id == self.id, Task.lease_by == self.lease_by, Task.status == TaskStatus.RUNNING)
        values = {**values, "lease_until": clock.now() + LEASE}
        with db.side_write() as session:
            row = session.execute(update(Task).where(*mine).values(values).returning(Task.stop)).first()
        self._lost = row is None
        self._stop = bool(row and row.stop)

    def _beat(self) -> None:
        """Keep the lease while a step takes long. Runs in a thread."""
        while not self._over.wait(HEARTBEAT_SECONDS):
            try:
                self._renew({})
            except SQLAlchemyError as error:  # the next beat may do better; the lease lasts three of them
                log.warning("heartbeat failed", task=self.id, kind=type(error).__name__)


def work(app: Flask, until_idle: float = 0.0) -> int:
    """Do what is due, one piece after another, until nothing was due for so many seconds. Returns how many were taken up."""
    taken, idle_since = 0, time.monotonic()
    while not ending.is_set():
        with app.app_context():
            running = _claim() if is_due() else None
            if running is not None:
                taken += 1
                _run(running)
                idle_since = time.monotonic()
                continue
        if time.monotonic() - idle_since >= until_idle:
            break
        ending.wait(IDLE_POLL_SECONDS)
    return taken


@db.transactional
def _claim() -> Running | None:
    now = clock.now()
    query = select(Task).where(_due(now)).order_by(Task.run_at, Task.id).limit(1).with_for_update(skip_locked=True)
    task = db.session.scalar(query.execution_options(populate_existing=True))
    if task is None:
        return None
    if task.attempts >= ATTEMPTS:
        _fail(task, _("多次中断，已停止。请再试一次；仍不行请联系系统管理员。"))
        return None
    task.attempts += 1
    task.status = TaskStatus.RUNNING
    task.lease_by = f"{os.getpid()}-{secrets.token_hex(4)}"
    task.lease_until = now + LEASE
    return Running(task.id, task.name, task.subject, task.args, task.user_id, task.lease_by, task.attempts)


def _run(running: Running) -> None:
    """Do one piece; whatever happens, the task says so."""
    beat = threading.Thread(target=running._beat, name="lease", daemon=True)
    beat.start()
    log.info("task", name=running.name, id=running.id, attempt=running.attempts)
    try:
        declared[running.name].function(running)
        _end(running, TaskStatus.DONE)
    except Cancelled:
        _end(running, TaskStatus.CANCELLED)
    except Interrupted:
        _end(running, TaskStatus.WAITING)
    except UserError as error:
        _end(running, TaskStatus.FAILED, refusals.kept_words(error))
    except OperationalError as error:  # the database was busy or away: the same again a little later
        log.warning("task put off", name=running.name, id=running.id, kind=type(error.orig).__name__)
        _end(running, TaskStatus.WAITING, wait=timedelta(seconds=2**running.attempts), counted=True)
    except Exception as error:  # one broken task must not end the worker; the log carries the reason
        log.exception("task failed", name=running.name, id=running.id, kind=type(error).__name__)
        number = secrets.token_hex(3)
        log.error("task error number", id=running.id, number=number)
        _end(running, TaskStatus.FAILED, _("系统错误，编号 %(number)s。请把编号告诉系统管理员。", number=number))
    finally:
        running._over.set()
        beat.join()
        db.session.remove()


def _end(
    running: Running, status: TaskStatus, error: str = "", *, wait: timedelta = timedelta(0), counted: bool = False
) -> None:
    db.session.rollback()
    with db.transaction():
        query = select(Task).where(Task.id == running.id, Task.lease_by == running.lease_by).with_for_update()
        task = db.session.scalar(query.execution_options(populate_existing=True))
        if task is None or task.status is not TaskStatus.RUNNING:
            return  # taken over by another worker, who answers for it now
        if status is TaskStatus.FAILED:
            _fail(task, error)
            return
        task.status, task.lease_by, task.lease_until = status, "", None
        if status is TaskStatus.WAITING:
            task.run_at = clock.now() + wait
            task.attempts -= 0 if counted else 1
        else:
            task.finished_at = clock.now()
            task.seconds_left = None


def _fail(task: Task, words: str) -> None:
    task.status, task.error, task.finished_at = TaskStatus.FAILED, words, clock.now()
    task.lease_by, task.lease_until = "", None
    failed = declared[task.name].failed
    if failed is not None:
        failed(task.subject, words)
