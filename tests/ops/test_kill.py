"""What was acknowledged is still there after kill -9 (security.md I13): of the writers, and of the database server."""

import multiprocessing
import os
import random
import signal
import time
from collections.abc import Callable

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError

from crm.accounts.models import Org, OrgKind
from crm.audit import chain
from crm.audit import service as audit
from crm.kit import db
from crm.kit.access import Actor
from crm.kit.migrate import upgrade
from tests.ops.cluster import Cluster

WRITERS = 3
ROUNDS = [pytest.param(3, id="short"), pytest.param(20, id="soak", marks=pytest.mark.soak)]


def _write(url: str, worker: str, acknowledge: int) -> None:
    """Register one organisation after another, each with its line in the trail; say its code once it is committed."""
    db.configure(url)
    number = 0
    while True:
        number += 1
        code = f"{worker}-{number}"
        try:
            with db.transaction():
                org = Org(code=code, name=f"单位 {code}", kind=OrgKind.DISTRICT)
                db.session.add(org)
                db.session.flush()
                audit.record(Actor.system(), "org.created", org, name=org.name)
        except OperationalError:
            os._exit(0)  # the server is gone: this one was not acknowledged
        os.write(acknowledge, f"{code}\n".encode())


def _round(url: str, number: int, kill: Callable[[list[int]], None]) -> set[str]:
    """Let the writers run for a moment, kill, and return the codes that were acknowledged."""
    db.session.remove()
    db.engine().dispose()
    context = multiprocessing.get_context("fork")
    reader, writer = os.pipe()
    processes = [
        context.Process(target=_write, args=(url, f"{number}.{worker}", writer), daemon=True)
        for worker in range(WRITERS)
    ]
    for process in processes:
        process.start()
    os.close(writer)
    received = os.read(reader, 65536)  # the first acknowledgement: all are at work, or about to be
    time.sleep(random.uniform(0.1, 0.6))
    kill([process.pid for process in processes if process.pid])
    while part := os.read(reader, 65536):
        received += part
    os.close(reader)
    for process in processes:
        process.join()
    # A line cut by the kill was not acknowledged as a whole.
    return set(received.decode().rpartition("\n")[0].splitlines())


def _kill_writers(pids: list[int]) -> None:
    for pid in pids:
        os.kill(pid, signal.SIGKILL)


def _lost(acknowledged: set[str]) -> set[str]:
    return acknowledged - set(db.session.scalars(select(Org.code)))


@pytest.mark.parametrize("rounds", ROUNDS)
def test_no_acknowledged_write_is_lost_when_writers_are_killed(store, rounds):
    acknowledged: set[str] = set()
    for number in range(rounds):
        acknowledged |= _round(store, number, _kill_writers)
        db.configure(store)

        assert _lost(acknowledged) == set()
        db.session.remove()

    assert len(acknowledged) >= rounds
    assert chain.verify().sound
    if db.is_sqlite():
        assert db.session.execute(text("PRAGMA integrity_check")).scalar() == "ok"
        assert db.session.execute(text("PRAGMA foreign_key_check")).all() == []
    print(f"{db.engine().dialect.name}: {rounds} kills, {len(acknowledged)} acknowledged, 0 lost")


@pytest.mark.parametrize("rounds", ROUNDS)
def test_no_acknowledged_write_is_lost_when_the_database_server_is_killed(app, context, rounds):
    cluster = Cluster()
    try:
        cluster.start()
        db.configure(cluster.url)
        upgrade()
        acknowledged: set[str] = set()
        for number in range(rounds):
            acknowledged |= _round(cluster.url, number, lambda _pids: cluster.kill())
            cluster.start()
            db.configure(cluster.url)

            assert _lost(acknowledged) == set()
            db.session.remove()

        assert len(acknowledged) >= rounds
        assert chain.verify().sound
        print(f"postgresql server: {rounds} kills, {len(acknowledged)} acknowledged, 0 lost")
    finally:
        db.session.remove()
        db.engine().dispose()
        cluster.remove()
