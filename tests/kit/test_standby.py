"""The process that stands by: a worker in an instant, gone with the server; without it one is started from nothing."""

import os
import subprocess
import sys
import textwrap
import time
from pathlib import Path

from crm.kit import clock, db, standby, tasks
from crm.kit.models import TaskStatus

ROOT = Path(__file__).resolve().parents[2]
# A server as gunicorn has it: the app loaded, the process that stands by forked, then a keeper in a thread.
SERVER = textwrap.dedent(
    """
    import sys, time
    from wsgi import app
    from crm.kit import standby, workers

    workers.IDLE_SECONDS = 0.5
    standby.begin(app)
    keeper = workers.Keeper(app, poll=0.05, forked=standby.start)
    keeper.start()
    print("up", flush=True)
    while sys.stdin.readline() == "who\\n":
        process = keeper.process
        print(type(process).__name__, process.pid, process.poll(), flush=True)
    keeper.stop()
    """
)


def _serve(sqlite, folder):
    environment = {**os.environ, "CRM_DATABASE_URL": sqlite, "CRM_DATA_DIR": str(folder)}
    return subprocess.Popen(
        [sys.executable, "-c", SERVER],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def _ask(server):
    server.stdin.write("who\n")
    server.stdin.flush()
    return server.stdout.readline().split()


def _until(wanted, seconds=30):
    deadline = time.monotonic() + seconds
    while not wanted():
        db.session.rollback()
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _lives(pid):
    state = Path(f"/proc/{pid}/stat")
    return state.exists() and state.read_text().rsplit(")", 1)[1].split()[0] != "Z"


def test_a_worker_is_there_at_once_and_all_end_with_the_server(sqlite, context, tmp_path):
    server = _serve(sqlite, tmp_path)
    try:
        assert server.stdout.readline() == "up\n"
        tasks.enqueue("imports.check", "nobatch")
        began = clock.now()
        _until(lambda: not tasks.state("imports.check", "nobatch").open)
        kind, pid, _code = _ask(server)
        assert tasks.state("imports.check", "nobatch").status is TaskStatus.FAILED  # there is no such batch
        assert kind == "Forked"
        assert (clock.now() - began).total_seconds() < 3  # from nothing it takes 4 s of processor

        _until(lambda: _ask(server)[2] == "0")  # it ends when nothing is left, and its keeper hears of it
        tasks.enqueue("imports.check", "another")
        _until(lambda: not tasks.state("imports.check", "another").open)
        later = int(_ask(server)[1])
        assert later != int(pid)
        standing = int(Path(f"/proc/{later}/stat").read_text().rsplit(")", 1)[1].split()[1])
        assert _lives(standing)
    finally:
        server.kill()
        server.wait()
        server.stdin.close()
        server.stdout.close()

    _until(lambda: not _lives(standing) and not _lives(later))


def test_without_it_there_is_no_fork_to_be_had():
    assert standby.start() is None
