"""Measure gaps and scores at size: computing all of them anew, and the click from a gap to its list of targets.

    python -m bench.gaps [--companies 100000] [--keep FOLDER] [--database URL]

A base as ``bench.pages`` builds it (``--keep`` uses one again), in which every company then stands on a node and a fifth each
has a signal and a customer here. Times are of the processor, with SQLite's own: they say the same on a machine that others use.
"""

import argparse
import logging
import random
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import structlog
from flask import Flask
from sqlalchemy import event, func, insert, select

from bench.pages import build, percentile, status_of
from crm import create_app
from crm.chains import refresh
from crm.companies.models import Company, CompanyNode, CompanyRelation
from crm.core.signals import SignalKind
from crm.kit import clock, db, planner
from crm.plan.models import Node
from crm.targets import scoring
from crm.targets.models import Score
from crm.watch.models import Signal

BAR_SECONDS, BAR_MS, BAR_STATEMENTS = 60, 60.0, 12
CHUNK = 2_000


def add_facts() -> None:
    """Put every company on a node; give a fifth of them a signal, another a customer here."""
    chance = random.Random(6)
    nodes = list(db.session.scalars(select(Node.id)))
    bare = select(Company.id).where(
        ~select(CompanyNode.company_id).where(CompanyNode.company_id == Company.id).exists()
    )
    _fill(
        CompanyNode,
        [{"company_id": n, "node_id": chance.choice(nodes), "weight": "main"} for n in db.session.scalars(bare)],
    )
    away = list(db.session.scalars(select(Company.id).where(Company.is_local.is_(False))))
    here = list(db.session.scalars(select(Company.id).where(Company.is_local).limit(200)))
    told = chance.sample(away, len(away) // 5)
    now, kinds = clock.now(), list(SignalKind)
    common = {"title": "测速用动态", "source": "测速", "created_at": now, "updated_at": now}
    days = {n: clock.today() - timedelta(days=chance.randrange(700)) for n in told}
    _fill(
        Signal,
        [
            {"company_id": n, "public_id": db.new_public_id(), "kind": chance.choice(kinds), "on": days[n], **common}
            for n in told
        ],
    )
    trade = chance.sample(away, len(away) // 5)
    _fill(
        CompanyRelation,
        [{"from_id": n, "to_id": chance.choice(here), "kind": "supplier", "source": "测速"} for n in trade],
    )
    planner.refresh()


def _fill(model: Any, rows: list[dict[str, Any]]) -> None:
    with db.transaction():
        for start in range(0, len(rows), CHUNK):
            db.session.execute(insert(model), rows[start : start + CHUNK])


def timed(words: str, work: Callable[[], Any]) -> float:
    """Run it and print how long it took."""
    wall, began = time.perf_counter(), time.process_time()
    told = work()
    took = time.process_time() - began
    print(f"| {words} | {took:.1f} s | {time.perf_counter() - wall:.1f} s | {told} |", flush=True)
    return took


def clicks(app: Flask, token: str) -> tuple[list[float], int]:
    """Open the list of each node, by one click from its gap; return the milliseconds and the most statements."""
    sent: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.upper().startswith(("BEGIN", "PRAGMA", "SAVEPOINT", "RELEASE", "SET ")):
            sent.append(statement)

    with app.app_context():
        codes = list(db.session.scalars(select(Node.code).order_by(Node.id)))
    event.listen(db.engine(), "before_cursor_execute", note)
    took, most = [], 0
    for code in codes[:3] + codes:
        sent.clear()
        began = time.process_time()
        status = status_of(app, f"/targets/nodes/{code}", token)
        took.append((time.process_time() - began) * 1000)
        assert status == 200, (code, status)
        most = max(most, len(sent))
    event.remove(db.engine(), "before_cursor_execute", note)
    return took[3:], most


def main() -> None:
    """Build, compute, click."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--companies", type=int, default=100_000)
    parser.add_argument("--keep", type=Path, help="keep the base in this folder, or use the one kept there")
    parser.add_argument("--database", help="an empty PostgreSQL database instead of SQLite")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="crm-bench-") as temporary:
        folder = (options.keep or Path(temporary)).resolve()
        settings = {"DATA_DIR": folder, "FILES_DIR": folder / "files", "SCHEDULER": False, "TESTING": True}
        app = create_app(settings | ({"DATABASE_URL": options.database} if options.database else {}))
        facts = build(app, options.companies, 0, 0)
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))  # of this process
        token = facts["tokens"]["officer"]
        with app.app_context():
            if not db.session.scalar(select(func.count()).select_from(Signal)):
                add_facts()
            print("| what | processor | clock | changed |\n|---|---|---|---|")
            worst = timed("all gaps, from nothing or as they stood", refresh.run)
            worst += timed("all scores", scoring.recompute_all)
            timed("all gaps again, nothing new", refresh.run)
            timed("all scores again, nothing new", scoring.recompute_all)
            planner.refresh()
            print(db.session.scalar(select(func.count()).select_from(Score)), "scores")
        times, most = clicks(app, token)
        print(
            f"gap → targets, {len(times)} nodes: p50 {percentile(times, 0.5):.0f}, p95 {percentile(times, 0.95):.0f} ms"
        )
        print(f"most statements {most}")
        good = worst <= BAR_SECONDS and percentile(times, 0.95) <= BAR_MS and most <= BAR_STATEMENTS
        print("within the bars" if good else "over a bar")


if __name__ == "__main__":
    main()
