"""The real server: it gives way to a taken port, one worker leads, and what it said is saved survives kill -9."""

import http.client
import json
import random
import threading
import time

import pytest
from sqlalchemy import select

from crm.audit import chain
from crm.kit import db
from crm.leads.models import Lead
from tests.factories import make_org, make_user, sign_in_token
from tests.ops.server import Person, Server

WRITERS = 3
ROUNDS = [
    pytest.param("sqlite", 2, id="short-sqlite"),
    pytest.param("postgresql", 1, id="short-postgresql"),
    *(pytest.param(one, 20, id=f"soak-{one}", marks=pytest.mark.soak) for one in ("sqlite", "postgresql")),
]


@pytest.fixture
def server(store, tmp_path):
    running = Server(tmp_path, store)
    yield running
    if running.process is not None and running.process.poll() is None:
        running.kill()


def _register(server: Server, token: str, worker: str, saved: list[str]) -> None:
    """Register leads until the server is gone; remember those it said are saved."""
    number = 0
    try:
        person = Person(server.port, token)
        while True:
            number += 1
            name = f"珩锐装备{worker}第{number}有限公司"
            if person.register(name):
                saved.append(name)
    except (OSError, http.client.HTTPException):
        return


@pytest.mark.parametrize(("store", "rounds"), ROUNDS, indirect=["store"])
def test_what_the_server_said_is_saved_survives_its_kill(store, server, rounds):
    org = make_org()
    tokens = [sign_in_token(make_user(org=org)) for _ in range(WRITERS)]
    db.session.remove()
    db.engine().dispose()
    saved: list[str] = []

    for number in range(rounds):
        server.start(CRM_SCHEDULER="0")
        threads = [
            threading.Thread(target=_register, args=(server, token, f"{number}批{worker}号", saved))
            for worker, token in enumerate(tokens)
        ]
        before = len(saved)
        for thread in threads:
            thread.start()
        deadline = time.monotonic() + 30
        while len(saved) < before + WRITERS and time.monotonic() < deadline:
            time.sleep(0.02)
        time.sleep(random.uniform(0, 0.5))
        server.kill()
        for thread in threads:
            thread.join()
        assert len(saved) >= before + WRITERS, server.log.read_text()[-2000:]

    there = set(db.session.scalars(select(Lead.company_text)))
    assert set(saved) - there == set()
    assert chain.verify().sound
    print(f"{db.engine().dialect.name}: {rounds} kills of the server, {len(saved)} saved, 0 lost")


def test_a_taken_port_gives_way_one_worker_leads_and_it_stops_when_asked(sqlite, context, tmp_path):
    first = Server(tmp_path, sqlite)
    db.engine().dispose()
    first.start()
    (tmp_path / "second").mkdir()
    second = Server(tmp_path / "second", sqlite)
    asked = first.port
    second.port = asked + 1
    try:
        second.start(PORT=str(asked))
        time.sleep(1)
        told = second.log.read_text()
        leads = [line for line in (first.log.read_text() + told).splitlines() if '"leading"' in line]
    finally:
        codes = [server.stop() for server in (first, second)]

    assert f"Port {asked} is taken; using {asked + 1}" in told
    assert len({json.loads(line)["pid"] for line in leads}) == 1
    assert codes == [0, 0]
