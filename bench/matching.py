"""Quality and speed of find_similar on the kept-back 30 % of the labelled set, and speed among 100,000 companies.

    python -m bench.matching [--database URL] [--predictions FILE]

``--predictions FILE`` reports on what ``matching evaluate --split`` wrote and runs nothing.
"""

import argparse
import random
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from bench import verdicts
from crm.companies.bulk import Record, load_companies
from crm.companies.evaluate import Task, evaluate, fresh_database, read_registry
from crm.companies.similar import find_similar
from crm.core import names
from crm.kit import db
from crm.kit.access import Actor

DATA = Path(__file__).parents[1] / "tests" / "data" / "company-matching"
CROWD, ASKED = 100_000, 1_000
FORMS = ("有限公司", "有限责任公司", "股份有限公司", "集团有限公司")


def main() -> None:
    """Print the figures, one a line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", help="an empty database for the labelled set; SQLite by default")
    parser.add_argument("--predictions", type=Path, help="report on this file and run nothing")
    options = parser.parse_args()
    if options.predictions:
        print(*report(options.predictions), sep="\n")
        return
    db.configure("sqlite://")
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "predictions.csv"
        task = Task(DATA / "registry.csv", DATA / "queries.csv", out, options.database, split=DATA / "split.csv")
        print("kept-back part of the labelled set")
        print(*evaluate(task).lines(), *report(out), sep="\n")
    print(f"among {CROWD} companies")
    print(crowded())


def report(predictions: Path) -> list[str]:
    """Return the figures of the kept-back queries as lines."""
    held = verdicts.part(DATA / "split.csv", "held")
    labelled = verdicts.only(verdicts.read(DATA / "queries.csv", predictions), held)
    return [*verdicts.report(labelled), *verdicts.weighted(labelled), *verdicts.shown(labelled)]


def crowded() -> str:
    """Ask labelled queries among a crowd of recombined names; return the times."""
    chance = random.Random(20261122)
    records = list(read_registry(DATA / "registry.csv"))
    with (DATA / "queries.csv").open(encoding="utf-8") as file:
        texts = [line.split(",")[1] for line in file][1 : ASKED + 1]
    with fresh_database():
        load_companies([*records, *recombined(records, chance)], source="bench", homonyms=True)
        taken = []
        for text in ["黄石", *texts]:
            db.session.rollback()
            started = time.perf_counter()
            find_similar(Actor.system(), text)
            taken.append((time.perf_counter() - started) * 1000)
        p50, p95, p99 = np.percentile(taken[1:], [50, 95, 99])
    return f"ms per query  p50 {p50:.2f}  p95 {p95:.2f}  p99 {p99:.2f}"


def recombined(records: list[Record], chance: random.Random) -> Iterator[Record]:
    """Yield made names: place of one company, core of a second, line of a third."""
    parts = [names.parts(record.name) for record in chance.sample(records, 5_000)]
    for number in range(CROWD - len(records)):
        place, core, line = (chance.choice(parts) for _ in range(3))
        text = place.city.partition("/")[0] + core.core + line.line + chance.choice(FORMS)
        yield Record(f"made{number}", text)


if __name__ == "__main__":
    main()
