"""Measure the pages of figures alone: processor's milliseconds of a request, its statements' share, how many there are.

    python -m bench.figures --keep FOLDER [--database URL] [--looks 20] [--only WORD]

FOLDER holds a base as ``bench.pages`` builds it; it is built there when it is missing. Beside the time as it came stands what it would be at
the best pace of the machine, by a fixed piece of work done right before each look; on a calm machine the two are one. On PostgreSQL the
server's own work is in neither: it is another process.
"""

import argparse
import logging
import statistics
import time
from pathlib import Path
from typing import Any

import structlog
from flask import Flask
from sqlalchemy import event

from bench.pace import best_pace, pace
from bench.pages import build, percentile, status_of
from crm import create_app
from crm.kit import clock, db, planner, process
from crm.projects import figures

PAGES = (
    "/start",
    "/ledgers/funnel",
    "/ledgers/funnel?segment=ROBOT",
    "/ledgers/funnel/panel",
    "/ledgers/funnel/rates",
    "/ledgers/stays?left=negotiating",
    "/ledgers/stays?left=signed&page=40",
    "/ledgers/projects?stage=negotiating",
    "/ledgers/projects?entered=1&reached=signed",
    "/ledgers/projects?waiting=3",
    "/ledgers/projects?light=bad&page=9",
    "/ledgers/not-started?waiting=3",
    "/ledgers/overview/{month}",
    "/ledgers/overview/{month}/rows?measure=signed_count",
    "/ledgers/months/{month}",
    "/ledgers/months/{month}?kind=framework",
    "/projects/",
    "/projects/board",
    "/projects/late",
    "/projects/{project}",
)


class Told:
    """What the statements of a request took: how many, and the seconds of the processor inside of them."""

    def __init__(self) -> None:
        self.count, self.seconds, self.began = 0, 0.0, 0.0

    def before(self, _conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        """Begin a statement."""
        self.count += not statement.upper().startswith(("BEGIN", "PRAGMA", "SAVEPOINT", "RELEASE", "SET "))
        self.began = time.process_time()

    def after(self, *_rest: Any) -> None:
        """End a statement."""
        self.seconds += time.process_time() - self.began


def look(app: Flask, token: str, url: str, looks: int, best: float) -> tuple[list[float], list[float], float, int, int]:
    """Return the processor's milliseconds of some looks after two warm ones, the same at the machine's best pace, statements, status."""
    told, processor, calm = Told(), [], []
    status = status_of(app, url, token)
    status_of(app, url, token)
    event.listen(db.engine(), "before_cursor_execute", told.before)
    event.listen(db.engine(), "after_cursor_execute", told.after)
    for _ in range(looks):
        slow = pace() / best
        began = time.process_time()
        status_of(app, url, token)
        processor.append((time.process_time() - began) * 1000)
        calm.append(processor[-1] / slow)
    event.remove(db.engine(), "before_cursor_execute", told.before)
    event.remove(db.engine(), "after_cursor_execute", told.after)
    return processor, calm, told.seconds * 1000 / looks, told.count // looks, status


def main() -> None:
    """Open each page as each person who may; print a line for the slowest."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keep", type=Path, required=True)
    parser.add_argument("--database")
    parser.add_argument("--looks", type=int, default=20)
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    settings = {"DATA_DIR": options.keep.resolve(), "SCHEDULER": False, "TESTING": True}
    app = create_app(settings | ({"DATABASE_URL": options.database} if options.database else {}))
    with clock.at(clock.now()):
        facts = build(app, 100_000, 20_000, 20_000)
    with app.app_context(), db.transaction():
        wrong = len(figures.check_copies(True))
    with app.app_context():
        planner.refresh()
    process.settle()  # as a worker of the server does
    print(f"{wrong} rows of figures mended")
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    month = f"{clock.today():%Y-%m}-01"
    best = best_pace()
    print(f"the piece of work takes {best:.1f} ms at best")
    print("| page | who | statements | processor p50 | p95 | at best pace p50 | p95 |\n|---|---|---|---|---|---|---|")
    for url in PAGES:
        if options.only not in url:
            continue
        lines = []
        for person in ("center", "manager", "officer"):
            found = look(
                app,
                facts["tokens"][person],
                url.format(month=month, project=facts["ids"]["project"]),
                options.looks,
                best,
            )
            if found[-1] == 200:
                lines.append((person, *found))
        if not lines:
            print(f"| {url} | nobody | | | | | |")
            continue
        person, processor, calm, _inside, count, _status = max(lines, key=lambda line: statistics.median(line[2]))
        times = " | ".join(
            f"{one:.0f}" for found in (processor, calm) for one in (percentile(found, 0.5), percentile(found, 0.95))
        )
        print(f"| {url} | {person} | {count} | {times} |", flush=True)


if __name__ == "__main__":
    main()
