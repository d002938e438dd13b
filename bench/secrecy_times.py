"""Does the time of an answer tell what another unit does? The same questions while a firm is held, not held, and recalled.

    python -m bench.secrecy_times [--asks 200] [--companies 3000] [--database URL]

One officer types, checks and lists one firm's name; between the asks another unit's protection comes and goes, in random order.
Last, a name that another unit alone has entered, or nobody, in turns as well. Answers must be equal to the byte, and the
medians differ by at most 5 ms (S1). Both are printed: the clock, and the processor's time of this process, with
the server's own on PostgreSQL: on a machine that others use too only that says anything.
"""

import argparse
import logging
import random
import re
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import structlog
from flask import Flask
from sqlalchemy import select, text, update

from bench import scale
from crm import create_app, seeding
from crm.accounts.models import Org, User
from crm.claims import paper
from crm.claims.models import Claim, ClaimStatus
from crm.companies import identity
from crm.companies.models import Company
from crm.core.permissions import Role
from crm.kit import clock, db, planner
from crm.kit.access import Actor
from crm.kit.migrate import upgrade
from crm.leads.models import Lead
from tests.factories import make_actor, sign_in_token

BAR_MS = 5.0
ROUND = 10
WAYS = ("/companies/typing?q={}", "/companies/check?q={}", "/companies/?q={}")
UNOPENED = "鄂州曜枢精密装备有限公司"
# What differs at each request by design.
_PASSING = re.compile(r'name="([a-z-]*-)?(csrf_token|once)"[^>]*value="[^"]*"|content="[^"]{60,}"|\d\d-\d\d \d\d:\d\d')

SERVERS: list[int] = []  # process ids at PostgreSQL: what it works for an answer is time of the answer

Times = dict[tuple[str, str], list[tuple[float, float]]]


def main() -> None:
    """Fill a base, ask, print the table; end with 1 when an answer or a median tells."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--asks", type=int, default=200)
    parser.add_argument("--companies", type=int, default=3000)
    parser.add_argument("--database", help="an empty PostgreSQL database instead of SQLite")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="crm-bench-") as temporary:
        folder = Path(temporary)
        settings = {"DATA_DIR": folder, "FILES_DIR": folder / "files", "SCHEDULER": False, "TESTING": True}
        app = create_app(settings | ({"DATABASE_URL": options.database} if options.database else {}))
        with clock.at(clock.now()):
            told = measure(app, options.companies, options.asks)
        db.engine().dispose()
    sys.exit(1 if told else 0)


def measure(app: Flask, companies: int, asks: int) -> bool:
    """Ask everything; returns whether anything told."""
    with app.app_context():
        upgrade()
        seeding.fill_reference(lambda line: None)
        scale.fill(companies, companies // 10, companies // 50)
        planner.refresh()
        asker, claim, firm, elsewhere = _subjects()
        token, name = sign_in_token(asker), db.session.get_one(Company, firm).name
        db.session.remove()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    client = app.test_client()
    client.set_cookie("crm_sign_in", token)
    times: Times = defaultdict(list)
    bodies: dict[str, set[str]] = defaultdict(set)
    for way in WAYS:
        client.get(way.format(name))
    with app.app_context():
        _find_servers()
        db.session.remove()
    states = ["held", "not held", "recalled"]
    chance = random.Random(5)
    for _ in range(asks // ROUND):
        chance.shuffle(states)
        for state in states:
            with app.app_context():
                _put(claim, firm, elsewhere, state)
                db.session.remove()
            _ask(client, name, state, ROUND, times, bodies)
    unopened(app, client, asks, chance, times, bodies)
    return _print(times, bodies)


def unopened(
    app: Flask, client: Any, asks: int, chance: random.Random, times: Times, bodies: dict[str, set[str]]
) -> None:
    """Ask for a name while another unit has entered it and while nobody has, in turns of random order."""
    with app.app_context():
        holder = _holder()
        db.session.remove()
    for way in WAYS:
        client.get(way.format(UNOPENED))
    states = ["nobody's", "another's unopened"]
    for _ in range(asks // ROUND):
        chance.shuffle(states)
        for state in states:
            with app.app_context():
                _enter(holder, state != "nobody's")
                db.session.remove()
            _ask(client, UNOPENED, state, ROUND, times, bodies)


@db.transactional
def _enter(holder: Actor, there: bool) -> None:
    """Let the name be entered by that unit, or by nobody: then the row and all that hangs on it goes."""
    found = db.session.scalar(select(Company.id).where(Company.name == UNOPENED))
    if there and found is None:
        identity.find_or_make(holder, name=UNOPENED, uscc=None)
    elif not there and found is not None:
        for table in reversed(Company.metadata.sorted_tables):
            for column in table.columns:
                if any(key.column is Company.__table__.c.id for key in column.foreign_keys):
                    db.session.execute(table.delete().where(column == found))
        db.session.execute(Company.__table__.delete().where(Company.__table__.c.id == found))


def _holder() -> Actor:
    unit = db.session.scalars(select(Org).where(Org.recruits).order_by(Org.id)).first()
    actor: Actor = make_actor(Role.MANAGER, org=unit)
    return actor


def _subjects() -> tuple[User, int, int, int]:
    """Return the asker, the claim that comes and goes, its firm, and a firm where it stands meanwhile."""
    units = db.session.scalars(select(Org).where(Org.recruits).order_by(Org.id)).all()
    asker = db.session.scalars(select(User).where(User.org_id == units[1].id).order_by(User.id)).first()
    assert asker is not None
    free = select(Company).where(Company.opened_at.is_not(None), Company.id.not_in(select(Claim.company_id)))
    firm, elsewhere = db.session.scalars(free.order_by(Company.id.desc()).limit(2))
    today = clock.today()
    days: Sequence[date] = (today - timedelta(days=10), today, today + timedelta(days=90))
    said = paper.Paper(units[0].public_id, firm.name, "", "减速器产线", None, *days, "黄招办〔2026〕1号")
    center = db.session.scalars(select(Org).where(Org.kind == "city_center")).first()
    made = paper.enter(make_actor(Role.CENTER, org=center), said)
    return asker, made.id, made.company_id, elsewhere.id


@db.transactional
def _put(claim_id: int, firm: int, elsewhere: int, state: str) -> None:
    """Let another unit's protection stand on the firm, nowhere near it, or recalled."""
    there = elsewhere if state == "not held" else firm
    gone = state == "recalled"
    values: dict[str, Any] = {"company_id": there, "holds": not gone}
    values |= {
        "status": ClaimStatus.RECALLED if gone else ClaimStatus.PROTECTED,
        "closed_at": clock.now() if gone else None,
    }
    lead_id = db.session.get_one(Claim, claim_id).lead_id
    db.session.execute(update(Claim).where(Claim.id == claim_id).values(values))
    db.session.execute(update(Lead).where(Lead.id == lead_id).values(company_id=there, hold=not gone))


def _ask(client: Any, name: str, state: str, count: int, times: Times, bodies: dict[str, set[str]]) -> None:
    for way in WAYS:
        for _ in range(count):
            began, used = time.perf_counter(), _processor_s()
            answer = client.get(way.format(name))
            spent = (1000 * (time.perf_counter() - began), 1000 * (_processor_s() - used))
            assert answer.status_code == 200, (way, answer.status_code)
            times[_kind(name, way), state].append(spent)
            bodies[_kind(name, way)].add(_PASSING.sub("", answer.text))


def _processor_s() -> float:
    """Return the seconds of processor this process has had, and those of its connections' processes at a server on this machine."""
    ran = (Path(f"/proc/{pid}/schedstat").read_text().split()[0] for pid in SERVERS)
    return time.process_time() + sum(int(one) for one in ran) / 1e9


def _find_servers() -> None:
    if not db.is_sqlite():
        words = (
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend'"
        )
        SERVERS[:] = db.session.scalars(text(words)).all()


def _kind(name: str, way: str) -> str:
    return way.partition("?")[0] + (" (unopened)" if name == UNOPENED else "")


def _print(times: Times, bodies: dict[str, set[str]]) -> bool:
    told = False
    print("| question | median ms by the clock | of the processor | greatest difference | answers |")
    print("|---|---|---|---|---|")
    for kind, seen in bodies.items():
        rows = {state: spent for (one, state), spent in times.items() if one == kind}
        clocks, cpus = (
            {state: statistics.median(pair[which] for pair in spent) for state, spent in rows.items()}
            for which in (0, 1)
        )
        apart = max(clocks.values()) - min(clocks.values()), max(cpus.values()) - min(cpus.values())
        told = told or apart[0] > BAR_MS or len(seen) > 1
        words = [", ".join(f"{state} {value:.1f}" for state, value in found.items()) for found in (clocks, cpus)]
        alike = "equal" if len(seen) == 1 else f"{len(seen)} different"
        print(f"| {kind} | {words[0]} | {words[1]} | {apart[0]:.1f} / {apart[1]:.1f} | {alike} |")
    return told


if __name__ == "__main__":
    main()
