"""Later work: jobs declared in code, run by one elected process; an effect happens once, whoever runs it (security.md I11).

The list of jobs lives in memory only, because a shared job store runs a job once in each process. Who holds the lock
leads: a file beside the SQLite file, an advisory lock on PostgreSQL. Both end with the process that held them.
"""

import fcntl
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import IO, Any

import structlog
from flask import Flask
from sqlalchemy import Connection, delete, select, text
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from crm.kit import clock, db, planner, standby, tasks, workers
from crm.kit.models import JobRun, OnceKey

log = structlog.get_logger("jobs")
LOCK_NUMBER = 7201422
RETRY_SECONDS = 5.0  # for so long nobody leads after a restart: the old server held the lock to its end
RUNS_KEPT = timedelta(days=30)
EFFECTS_KEPT = timedelta(days=400)
FORMS_KEPT = timedelta(days=30)


@dataclass(frozen=True)
class Job:
    """A named piece of work: every so many minutes, or daily at a time of day in Asia/Shanghai. Safe to run twice."""

    name: str
    function: Callable[[], Any]
    minutes: int | None = None
    daily: time | None = None

    def period(self, moment: datetime) -> str:
        """Return the name of the stretch of time that ``moment`` lies in; a job is due once in each."""
        if self.daily is not None:
            here = clock.local(moment)
            day = here.date() if here.time() >= self.daily else here.date() - timedelta(days=1)
            return day.isoformat()
        seconds = (self.minutes or 1) * 60
        return f"{int(moment.timestamp()) // seconds * seconds}"

    @property
    def rhythm(self) -> str:
        """When it runs, for the list of jobs."""
        return f"daily at {self.daily:%H:%M}" if self.daily else f"every {self.minutes} min"


declared: dict[str, Job] = {}


def declare(name: str, function: Callable[[], Any], *, minutes: int | None = None, daily: time | None = None) -> None:
    """Add a job; a room calls this in its ``register``. ``function`` takes nothing and opens its own transactions."""
    if (minutes is None) == (daily is None):
        raise ValueError("a job runs every so many minutes or daily at a time")
    declared[name] = Job(name, function, minutes, daily)


def run_once(name: str, period: str, subject: str = "") -> bool:
    """Claim the effect (name, period, subject) inside the caller's transaction; False when it was had before.

    The mark and the effect are committed together: after a crash between them both are missing, and a second try has both.
    """
    mark = JobRun(name=name, period=period, subject=subject, at=clock.now())
    nested = db.session.begin_nested()
    try:
        db.session.add(mark)
        db.session.flush()
        nested.commit()
    except IntegrityError:
        nested.rollback()
        return False
    return True


def run(app: Flask, name: str) -> None:
    """Run a job now, in this process, and note that its period is served."""
    job = declared[name]
    with app.app_context():
        moment = clock.now()
        job.function()
        with db.transaction():
            run_once(job.name, job.period(moment), "")


def run_quietly(app: Flask, name: str) -> None:
    """Run a job; a failure is logged and the next period tries again."""
    try:
        run(app, name)
        log.info("job", name=name)
    except Exception as error:  # one broken job must not end the others; the log carries the reason
        log.exception("job failed", name=name, kind=type(error).__name__)


def last_runs() -> dict[str, datetime]:
    """Return when each job was last finished."""
    rows = db.session.execute(select(JobRun.name, JobRun.at).where(JobRun.subject == "").order_by(JobRun.at))
    return {name: at for name, at in rows if name in declared}


def overdue(moment: datetime) -> list[Job]:
    """Return the jobs whose present period nobody has served: what a new leader catches up on."""
    query = select(JobRun.name, JobRun.period).where(JobRun.subject == "", JobRun.name.in_(declared))
    served = {tuple(row) for row in db.session.execute(query)}
    return [job for job in declared.values() if (job.name, job.period(moment)) not in served]


def forget_old_marks() -> None:
    """Remove marks of runs, effects and create forms that no longer guard anything."""
    now = clock.now()
    with db.transaction():
        db.session.execute(delete(OnceKey).where(OnceKey.at < now - FORMS_KEPT))
        db.session.execute(delete(JobRun).where(JobRun.subject == "", JobRun.at < now - RUNS_KEPT))
        db.session.execute(delete(JobRun).where(JobRun.at < now - EFFECTS_KEPT))


class Lead:
    """The right to run the jobs, held by one process of all that share a database."""

    def __init__(self) -> None:
        self.file: IO[str] | None = None
        self.connection: Connection | None = None

    def take(self) -> bool:
        """Try to take the lead, or see whether it is still held."""
        if self.file is not None or (self.connection is not None and self._alive()):
            return True
        return self._take_file() if db.is_sqlite() else self._take_advisory()

    def release(self) -> None:
        """Let another process lead."""
        if self.file is not None:
            self.file.close()
            self.file = None
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def _take_file(self) -> bool:
        handle = open(f"{db.engine().url.database}.jobs", "a")  # noqa: SIM115 - kept open: closing lets go
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            handle.close()
            return False
        self.file = handle
        return True

    def _take_advisory(self) -> bool:
        connection = db.engine().connect().execution_options(isolation_level="AUTOCOMMIT")
        if connection.execute(text("SELECT pg_try_advisory_lock(:n)"), {"n": LOCK_NUMBER}).scalar():
            self.connection = connection
            return True
        connection.close()
        return False

    def _alive(self) -> bool:
        assert self.connection is not None
        try:
            self.connection.execute(text("SELECT 1"))
        except SQLAlchemyError:
            self.connection.invalidate()  # the server dropped us, and the lock with us
            self.release()
            return False
        return True


class Runner:
    """A thread of each process that stands for election and, once it leads, keeps the clock of the jobs."""

    def __init__(self, app: Flask, retry: float = RETRY_SECONDS) -> None:
        self.app, self.retry = app, retry
        self.lead, self.stopped = Lead(), threading.Event()
        self.scheduler: Any = None
        self.keeper: workers.Keeper | None = None
        self.thread = threading.Thread(target=self._stand, name="jobs", daemon=True)

    def _stand(self) -> None:
        while not self.stopped.is_set():
            try:
                leads = self.lead.take()
            except (SQLAlchemyError, OSError) as error:
                log.warning("election failed", kind=type(error).__name__)
                leads = False
            if leads and self.scheduler is None:
                log.info("leading", pid=os.getpid())
                self._begin()
            elif not leads and self.scheduler is not None:
                self._end()
            self.stopped.wait(self.retry)
        self._end()
        self.lead.release()

    def _begin(self) -> None:
        from apscheduler.executors.pool import ThreadPoolExecutor
        from apscheduler.schedulers.background import BackgroundScheduler

        self.scheduler = BackgroundScheduler(
            timezone=clock.LOCAL,
            executors={"default": ThreadPoolExecutor(1)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": 3600},
        )
        with self.app.app_context():
            late = {job.name for job in overdue(clock.now())}
        for job in declared.values():
            when = (
                {"trigger": "cron", "hour": job.daily.hour, "minute": job.daily.minute}
                if job.daily
                else {"trigger": "interval", "minutes": job.minutes}
            )
            first = {"next_run_time": datetime.now(clock.LOCAL)} if job.name in late else {}
            self.scheduler.add_job(run_quietly, id=job.name, args=[self.app, job.name], **when, **first)
        self.scheduler.start()
        self.keeper = workers.Keeper(self.app, forked=standby.start)
        self.keeper.start()

    def _end(self) -> None:
        if self.keeper is not None:
            self.keeper.stop()
            self.keeper = None
        if self.scheduler is not None:
            self.scheduler.shutdown(wait=True)
            self.scheduler = None


_runner: list[Runner] = []


def start(app: Flask, retry: float = RETRY_SECONDS) -> None:
    """Let this process stand for election, unless the setting SCHEDULER is off."""
    if app.config["SCHEDULER"] and not _runner:
        _runner.append(Runner(app, retry))
        _runner[0].thread.start()


def stop() -> None:
    """Stop the jobs of this process and let go of the lead."""
    while _runner:
        runner = _runner.pop()
        runner.stopped.set()
        runner.thread.join(timeout=20)


declare("kit.marks", forget_old_marks, daily=time(3, 20))
declare("kit.tasks", tasks.forget_old, daily=time(3, 25))
declare("kit.planner", planner.refresh, daily=time(3, 40))
