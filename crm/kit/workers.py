"""The process that does long work: started by whoever leads the jobs, so that the web server keeps its processor and memory."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Protocol

import structlog
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from crm import config
from crm.kit import tasks

log = structlog.get_logger("tasks")
POLL_SECONDS = 1.0
IDLE_SECONDS = 20.0
NICE = 5
PAUSE_AFTER_FAILURE = 15.0


class Process(Protocol):
    """A worker process as its keeper sees it."""

    returncode: int | None

    def poll(self) -> int | None:
        """Return how it ended, None while it lives."""

    def terminate(self) -> None:
        """Ask it to end."""


def _nobody() -> Process | None:
    return None


class Keeper:
    """A thread of the leading process: sees that work is due and keeps one worker process for it.

    ``forked``: has one forked by the process that stands by, or answers None; then one is started from nothing.
    """

    def __init__(self, app: Flask, poll: float = POLL_SECONDS, forked: Callable[[], Process | None] = _nobody) -> None:
        self.app, self.poll, self.forked = app, poll, forked
        self.stopped = threading.Event()
        self.process: Process | None = None
        self.thread = threading.Thread(target=self._keep, name="tasks", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self.thread.start()

    def stop(self) -> None:
        """End watching, and ask the worker to let go of its task after the present step; another worker goes on with it."""
        self.stopped.set()
        self.thread.join(timeout=5)
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def _keep(self) -> None:
        while not self.stopped.wait(self.poll):
            try:
                if self.process is None or self.process.poll() is not None:
                    self._watch()
            except (SQLAlchemyError, OSError) as error:
                log.warning("tasks not looked for", kind=type(error).__name__)

    def _watch(self) -> None:
        if self.process is not None and self.process.returncode:
            log.warning("worker failed", code=self.process.returncode)
            self.process = None
            self.stopped.wait(PAUSE_AFTER_FAILURE)
        elif tasks.is_due():
            self.process = self.forked() or _anew(self.app)


def _anew(app: Flask) -> Process:
    """Start a worker from nothing, which takes seconds: where no loaded process stands by (crm/kit/standby.py)."""
    python = [sys.executable, "-m", "flask", "--app", "wsgi", "tasks", "work", f"--idle={IDLE_SECONDS}"]
    nothing = subprocess.DEVNULL
    return subprocess.Popen(
        ["nice", "-n", str(NICE), *python], cwd=config.ROOT, env=environment(app), stdin=nothing, stdout=nothing
    )


def environment(app: Flask) -> dict[str, str]:
    """Return the environment in which a worker meets the same base as the server."""
    return {
        **os.environ,
        "CRM_DATA_DIR": str(app.config["DATA_DIR"]),
        "CRM_DATABASE_URL": str(app.config["DATABASE_URL"]),
        "CRM_FILES_DIR": str(app.config["FILES_DIR"]),
        "CRM_SCHEDULER": "0",
    }


def run(app: Flask, idle: float) -> int:
    """Work in this process until nothing was due for ``idle`` seconds; SIGTERM ends it between two steps."""

    def end(_number: int, _frame: object) -> None:
        tasks.ending.set()

    before = signal.signal(signal.SIGTERM, end)
    try:
        return tasks.work(app, idle)
    finally:
        signal.signal(signal.SIGTERM, before)
