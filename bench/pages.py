"""Measure every page under load: 100,000 companies, 20,000 leads, 20,000 projects; 8 clients with a pause of 1 s.

    python -m bench.pages [--companies 100000] [--leads 20000] [--projects 20000] [--clients 8] [--seconds 90] [--keep FOLDER] [--database URL]

Server time comes from the request log (view and template, inside the worker); statements from a second look at each page
in one process. Everybody who may opens a page. Spreadsheets and health pages are left out.
"""

import argparse
import http.client
import json
import logging
import os
import random
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import structlog
from flask import Flask
from sqlalchemy import event, select

from bench import scale
from crm import create_app, seeding
from crm.accounts.models import Org, User
from crm.carriers.models import Carrier
from crm.claims.models import Case, Claim, ClaimStatus
from crm.companies.models import Company
from crm.interactions.models import Interaction
from crm.kit import clock, db, planner
from crm.kit.migrate import upgrade
from crm.leads.models import Lead
from crm.notices.models import Notice
from crm.plan.models import Node, Segment
from crm.projects.models import Project
from tests.factories import sign_in_token

ROOT = Path(__file__).resolve().parent.parent
LEFT_OUT = ("static", "health", "styleguide")
HEAVY = ("export", "xlsx", "download", "verify")
BARS = {"p95_ms": 60.0, "statements": 12}
# The same page asked in other ways: (endpoint, query); %s is replaced by a piece of a company's name.
ALSO = (
    ("companies.index", "q=%s"),
    ("companies.index", "page=1500"),
    ("companies.index", "sort=-updated"),
    ("companies.typing", "q=%s"),
    ("leads.index", "q=%s"),
    ("leads.index", "page=40"),
)


@dataclass(frozen=True)
class Visit:
    """A page as one person opens it."""

    endpoint: str
    url: str
    person: str


def build(app: Flask, companies: int, leads: int, projects: int) -> dict[str, Any]:
    """Fill the base unless it was kept; return people's tokens, ids for addresses and pieces of names."""
    with app.app_context():
        upgrade()
        facts = app.config["DATA_DIR"] / "bench.json"
        if not facts.exists():
            began = time.perf_counter()
            with hasty():
                seeding.fill_reference(lambda line: None)
                people = scale.fill(companies, leads, projects)
            planner.refresh()  # as the daily job does
            facts.write_text(json.dumps({name: person.id for name, person in people.items()}))
            print(f"filled in {time.perf_counter() - began:.0f} s", flush=True)
        people = {name: db.session.get_one(User, number) for name, number in json.loads(facts.read_text()).items()}
        tokens = {name: sign_in_token(person) for name, person in people.items()}
        return {"tokens": tokens, "ids": ids_of(people["officer"]), "words": words()}


@contextmanager
def hasty() -> Iterator[None]:
    """Let SQLite wait for no disk inside the block: a base that is filled again when the machine dies needs no promise."""

    def off(dbapi: Any, _record: Any) -> None:
        dbapi.execute("PRAGMA synchronous=OFF")

    if not db.is_sqlite():
        yield
        return
    db.session.remove()
    db.engine().dispose()
    event.listen(db.engine(), "connect", off)
    try:
        yield
    finally:
        event.remove(db.engine(), "connect", off)
        db.session.remove()
        db.engine().dispose()


def ids_of(officer: User) -> dict[str, str]:
    """Return a public id or code for each name that stands in an address; leads and claims of the officer's own unit."""
    one = db.session.scalar
    own = select(Lead.public_id).where(Lead.owner_id == officer.id)
    user = select(User.public_id).where(User.kind == "business")
    queries = {
        "company": select(Company.public_id).where(Company.opened_at.is_not(None)).order_by(Company.id.desc()),
        "lead": own.where(Lead.hold),
        "claim": select(Claim.public_id).where(Claim.org_id == officer.org_id, Claim.status == ClaimStatus.PROTECTED),
        "case": select(Case.public_id),
        "user": user,
        "person": user,
        "org": select(Org.public_id),
        "notice": select(Notice.public_id).where(Notice.user_id == officer.id),
        "carrier": select(Carrier.public_id),
        "project": select(Project.public_id).where(Project.owner_id == officer.id),
        "interaction": select(Interaction.public_id).where(Interaction.by_id == officer.id),
        "segment": select(Segment.code),
        "node": select(Node.code),
    }
    fixed = {"year": "2026", "day": "2026-11-20", "parameter": "protection_days"}
    return fixed | {name: str(value) for name, query in queries.items() if (value := one(query.limit(1))) is not None}


def words() -> list[str]:
    """Return names of companies, to be typed in part."""
    return list(db.session.scalars(select(Company.name).where(Company.id % 997 == 3).limit(200)))


def visits(app: Flask, facts: dict[str, Any]) -> tuple[list[Visit], list[str]]:
    """Return every page as each person who may opens it, and the endpoints nobody could open."""
    found, missed = [], []
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.endpoint):
        name = rule.endpoint
        if "GET" not in rule.methods or name.split(".")[0] in LEFT_OUT or any(word in rule.rule for word in HEAVY):
            continue
        if not rule.arguments <= set(facts["ids"]):
            missed.append(f"{name} ({', '.join(sorted(rule.arguments - set(facts['ids'])))})")
            continue
        url = rule.rule
        for argument in rule.arguments:
            url = re.sub(rf"<([^<>]*:)?{argument}>", facts["ids"][argument], url)
        answers = {p: status_of(app, url, token) for p, token in facts["tokens"].items()}
        people = [p for p, status in answers.items() if status == 200]
        if not people:
            missed.append(f"{name} {sorted(set(answers.values()))}")
        found += [Visit(name, url, person) for person in people]
        found += [Visit(name, f"{url}?{query}", people[0]) for endpoint, query in ALSO if endpoint == name and people]
    return found, missed


def status_of(app: Flask, url: str, token: str) -> int:
    """Open a page in this process; return its status."""
    client = app.test_client()
    client.set_cookie("crm_sign_in", token)
    with client.get(url) as response:
        return response.status_code


def count_statements(app: Flask, pages: list[Visit], facts: dict[str, Any]) -> dict[str, tuple[int, float]]:
    """Return the most statements that an endpoint sent, and the most milliseconds of processor (with SQLite's own) it took.

    The processor's time says the same on a machine that others use at the same time; the clock does not.
    """
    sent: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.upper().startswith(("BEGIN", "PRAGMA", "SAVEPOINT", "RELEASE", "SET ")):
            sent.append(statement)

    event.listen(db.engine(), "before_cursor_execute", note)
    most: dict[str, tuple[int, float]] = {}
    for page in pages:
        url = typed(page.url, facts["words"], random.Random(1))
        status_of(app, url, facts["tokens"][page.person])
        sent.clear()
        began = time.process_time()
        status_of(app, url, facts["tokens"][page.person])
        took, (count, longest) = (time.process_time() - began) * 1000, most.get(page.endpoint, (0, 0.0))
        most[page.endpoint] = max(count, len(sent)), max(longest, took)
    event.remove(db.engine(), "before_cursor_execute", note)
    return most


def typed(url: str, names: list[str], chance: random.Random) -> str:
    """Put a piece of a company's name where the address asks for one."""
    if "%s" not in url:
        return url
    name = chance.choice(names)
    return url.replace("%s", quote(name[: chance.randrange(2, 9)]))


class Client(threading.Thread):
    """Opens pages in random order, one after another, with a pause between them."""

    def __init__(self, port: int, pages: list[Visit], facts: dict[str, Any], until: float, number: int) -> None:
        super().__init__(daemon=True)
        self.port, self.pages, self.facts, self.until = port, pages, facts, until
        self.chance, self.failed, self.done = random.Random(number), [], 0

    def run(self) -> None:
        """Go round until the time is over."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        time.sleep(self.chance.random())
        while time.monotonic() < self.until:
            page = self.chance.choice(self.pages)
            headers = {"Cookie": f"crm_sign_in={self.facts['tokens'][page.person]}"}
            connection.request("GET", typed(page.url, self.facts["words"], self.chance), headers=headers)
            answer = connection.getresponse()
            answer.read()
            self.done += 1
            if answer.status != 200:
                self.failed.append(f"{page.endpoint} {answer.status}")
            time.sleep(1)
        connection.close()


def serve(folder: Path, database: str | None, port: int, log: Path) -> subprocess.Popen[bytes]:
    """Start the real server; return when it answers."""
    environment = {**os.environ, "CRM_DATA_DIR": str(folder), "CRM_SCHEDULER": "0", "PORT": str(port)}
    if database:
        environment["CRM_DATABASE_URL"] = database
    command = [sys.executable, "-m", "gunicorn", "-c", "gunicorn.conf.py", "wsgi:app"]
    with log.open("wb") as out:
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=out)
    for _ in range(300):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/healthz")
            connection.getresponse().read()
            return server
        except OSError:
            time.sleep(0.1)
    server.terminate()
    sys.exit(log.read_text()[-2000:])


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def times(log: Path, skip: int) -> dict[str, list[float]]:
    """Return the server's milliseconds by endpoint, from the log after its first ``skip`` bytes."""
    found: dict[str, list[float]] = defaultdict(list)
    for line in log.read_bytes()[skip:].decode(errors="replace").splitlines():
        if line.startswith("{") and '"request"' in line:
            entry = json.loads(line)
            if entry.get("endpoint") and entry["endpoint"].split(".")[0] not in LEFT_OUT:
                found[entry["endpoint"]].append(entry["ms"])
    return found


def percentile(values: list[float], share: float) -> float:
    """Return the value that ``share`` of all stay below."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def report(found: dict[str, list[float]], statements: dict[str, tuple[int, float]]) -> bool:
    """Print a table, slowest first; return whether every page keeps the bars."""
    print("| page | requests | p50 ms | p95 ms | max ms | statements | processor ms |\n|---|---|---|---|---|---|---|")
    good = True
    for name, values in sorted(found.items(), key=lambda item: -percentile(item[1], 0.95)):
        p95, (sent, cpu) = percentile(values, 0.95), statements.get(name, (0, 0.0))
        keeps = p95 <= BARS["p95_ms"] and sent <= BARS["statements"]
        good = good and keeps
        line = f"| {name} | {len(values)} | {statistics.median(values):.0f} | {p95:.0f} | {max(values):.0f} | {sent} | {cpu:.0f} |"
        print(line + ("" if keeps else " over the bar"))
    every = [value for values in found.values() for value in values]
    print(
        f"| all | {len(every)} | {statistics.median(every):.0f} | {percentile(every, 0.95):.0f} | {max(every):.0f} | | |"
    )
    return good


def main() -> None:
    """Build, serve, load, report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (
        ("companies", 100_000),
        ("leads", 20_000),
        ("projects", 20_000),
        ("clients", 8),
        ("seconds", 90),
    ):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--keep", type=Path, help="keep the base in this folder, or use the one kept there")
    parser.add_argument("--database", help="an empty PostgreSQL database instead of SQLite")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="crm-bench-") as temporary:
        folder = (options.keep or Path(temporary)).resolve()
        settings = {"DATA_DIR": folder, "FILES_DIR": folder / "files", "SCHEDULER": False, "TESTING": True}
        app = create_app(settings | ({"DATABASE_URL": options.database} if options.database else {}))
        with clock.at(clock.now()):
            facts = build(app, options.companies, options.leads, options.projects)
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))  # of this process
        pages, missed = visits(app, facts)
        statements = count_statements(app, pages, facts)
        db.engine().dispose()
        slow = sorted(statements.items(), key=lambda item: -item[1][1])[:25]
        print("alone, most processor ms: " + ", ".join(f"{name} {ms:.0f}" for name, (_sent, ms) in slow), flush=True)
        print(f"{len(pages)} pages; not opened: {', '.join(missed) or 'none'}", flush=True)
        port, log = free_port(), folder / "server.log"
        server = serve(folder, options.database, port, log)
        try:
            for page in [*pages, *pages, *pages]:
                once(port, page, facts)
            skip = log.stat().st_size
            until = time.monotonic() + options.seconds
            clients = [Client(port, pages, facts, until, number) for number in range(1, options.clients + 1)]
            for client in clients:
                client.start()
            for client in clients:
                client.join()
        finally:
            server.terminate()
            server.wait()
        failed = sorted({failure for client in clients for failure in client.failed})
        good = report(times(log, skip), statements)
        print("failed: " + ", ".join(failed) if failed else "every answer was 200")
    sys.exit(not good or bool(failed))


def once(port: int, page: Visit, facts: dict[str, Any]) -> None:
    """Open a page once, to warm the workers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    url = typed(page.url, facts["words"], random.Random(7))
    connection.request("GET", url, headers={"Cookie": f"crm_sign_in={facts['tokens'][page.person]}"})
    connection.getresponse().read()
    connection.close()


if __name__ == "__main__":
    main()
