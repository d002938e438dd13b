"""A process that stands by to become the worker: forked from the loaded server before it has threads, sockets and connections.

Starting Python and the app anew takes 4 s of processor, and took up to 48 s beside others; a fork of what is loaded takes
milliseconds and shares its memory. Whoever leads the jobs asks for a worker over a socket that the processes of the server
inherit; when the last of them is gone, the process that stands by ends.
"""

import os
import select
import signal
import socket
import sys
from typing import NoReturn

import structlog
from flask import Flask

from crm.kit import db, workers

log = structlog.get_logger("tasks")
ANSWER_SECONDS = 10.0
_REAP_SECONDS = 0.5
_MOST_FILES = 4096


class StandBy:
    """The server's end: asks for workers, hears when one has ended."""

    def __init__(self, ours: socket.socket) -> None:
        self.ours = ours
        self.gone = False
        self.ended: dict[int, int] = {}

    def start(self) -> "Forked | None":
        """Have a worker forked; None when nobody stands by any more."""
        self.hear()  # of workers that an earlier leader asked for
        if self.gone:
            return None
        try:
            self.ours.send(b"work")
        except OSError:
            self.gone = True
            return None
        while select.select([self.ours], [], [], ANSWER_SECONDS)[0]:
            word, pid, *_rest = self._next() or ("", 0)
            if word == "began":
                return Forked(self, pid)
            if not word:
                break
        log.warning("nobody stands by for the worker")
        self.gone = True
        return None

    def hear(self) -> None:
        """Take in which workers have ended, without waiting."""
        while not self.gone and select.select([self.ours], [], [], 0)[0]:
            self._next()

    def _next(self) -> tuple[str, int, int] | None:
        try:
            told = self.ours.recv(64).decode().split()
        except OSError:
            told = []
        if not told:
            self.gone = True
            return None
        word, pid, code = told[0], int(told[1]), int(told[2])
        if word == "ended":
            self.ended[pid] = code
        return word, pid, code


class Forked:
    """A worker that was forked, with as much of ``subprocess.Popen`` as its keeper wants."""

    def __init__(self, standby: StandBy, pid: int) -> None:
        self.standby, self.pid = standby, pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """Return how the worker ended, None while it lives."""
        if self.returncode is None:
            self.standby.hear()
            self.returncode = self.standby.ended.pop(self.pid, None)
        if self.returncode is None and self.standby.gone and not _lives(self.pid):
            self.returncode = 0
        return self.returncode

    def terminate(self) -> None:
        """Ask the worker to let go of its task after the present step."""
        if self.poll() is None and _lives(self.pid):
            os.kill(self.pid, signal.SIGTERM)


_standing: list[StandBy] = []


def begin(app: Flask) -> None:
    """Let a process stand by. Call in the master of the server, the app loaded, before its first thread and connection."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    if os.fork() == 0:
        _stand_by(app, theirs)
    theirs.close()
    _standing[:] = [StandBy(ours)]


def start() -> Forked | None:
    """Have a worker forked by the process that stands by; None where there is none."""
    return _standing[0].start() if _standing else None


def _stand_by(app: Flask, theirs: socket.socket) -> NoReturn:
    """Fork a worker for each word from the server, until nobody is there to send one."""
    # Ctrl+C reaches everybody at the terminal; this one ends with the server.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.closerange(3, theirs.fileno())
    os.closerange(theirs.fileno() + 1, _MOST_FILES)
    children: set[int] = set()
    try:
        while True:
            if select.select([theirs], [], [], _REAP_SECONDS if children else None)[0]:
                if not theirs.recv(64):
                    break
                pid = os.fork()
                if pid == 0:
                    theirs.close()
                    _work(app)
                children.add(pid)
                theirs.send(f"began {pid} 0".encode())
            for pid in list(children):
                ended, status = os.waitpid(pid, os.WNOHANG)
                if ended:
                    children.discard(pid)
                    theirs.send(f"ended {pid} {os.waitstatus_to_exitcode(status)}".encode())
    except OSError:  # the server went away between two words
        pass
    os._exit(0)


def _work(app: Flask) -> NoReturn:
    """Be the worker."""
    code = 0
    try:
        os.nice(workers.NICE)
        nothing = os.open(os.devnull, os.O_RDWR)
        os.dup2(nothing, 0)
        os.dup2(nothing, 1)
        db.engine().dispose(close=False)
        workers.run(app, workers.IDLE_SECONDS)
        db.engine().dispose()
    except BaseException as error:  # the keeper hears the code, the log has the reason
        log.exception("worker ended", kind=type(error).__name__)
        code = 1
    sys.stderr.flush()
    os._exit(code)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True
