"""Measure the pages of figures alone: processor's milliseconds of a request, its statements' share, how many there are.

    python -m bench.figures --keep FOLDER [--database URL] [--looks 20] [--only WORD]

FOLDER holds a base as ``bench.pages`` builds it; it is built there when it is missing. On PostgreSQL the server's own work is not in the
processor's time of this process: there the clock is printed beside it.
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

from bench.pages import build, status_of
from crm import create_app
from crm.kit import clock, db, planner
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


def look(app: Flask, token: str, url: str, looks: int) -> tuple[list[float], list[float], float, int, int]:
    """Return processor's and clock's milliseconds of some looks after two warm ones, those of statements, their number, the status."""
    told, processor, clocks = Told(), [], []
    status = status_of(app, url, token)
    status_of(app, url, token)
    event.listen(db.engine(), "before_cursor_execute", told.before)
    event.listen(db.engine(), "after_cursor_execute", told.after)
    for _ in range(looks):
        began, at = time.process_time(), time.perf_counter()
        status_of(app, url, token)
        processor.append((time.process_time() - began) * 1000)
        clocks.append((time.perf_counter() - at) * 1000)
    event.remove(db.engine(), "before_cursor_execute", told.before)
    event.remove(db.engine(), "after_cursor_execute", told.after)
    return processor, clocks, told.seconds * 1000 / looks, told.count // looks, status


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
    print(f"{wrong} rows of figures mended")
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    month = f"{clock.today():%Y-%m}-01"
    print(
        "| page | who | statements | processor p50 | p95 | of it statements | clock p50 |\n|---|---|---|---|---|---|---|"
    )
    for url in PAGES:
        if options.only not in url:
            continue
        lines = []
        for person in ("center", "manager", "officer"):
            found = look(app, facts["tokens"][person], url.format(month=month), options.looks)
            if found[-1] == 200:
                lines.append((person, *found))
        if not lines:
            print(f"| {url} | nobody | | | | | |")
            continue
        person, processor, clocks, inside, count, _status = max(lines, key=lambda line: statistics.median(line[1]))
        p95 = sorted(processor)[int(len(processor) * 0.95)]
        print(
            f"| {url} | {person} | {count} | {statistics.median(processor):.0f} | {p95:.0f} | {inside:.0f} |"
            f" {statistics.median(clocks):.0f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
