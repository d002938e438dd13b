"""The same queries against the usual ways to find a company by name, side by side in one run, on one base.

    python -m bench.rivals [--database postgresql+psycopg://…] [--sample N]

Asked are the held-back 30 % of the labelled queries, or so many of them by chance; the threshold of each way is the one
with the best F1 on a third as many queries of the training part, that of the product is fixed in the program. pg_trgm
needs an empty PostgreSQL base.
"""

import argparse
import csv
import random
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rapidfuzz import fuzz, process

from bench.matching import DATA
from crm.companies.evaluate import fresh_database, load_registry
from crm.companies.similar import find_similar
from crm.core import names
from crm.core.matching.verdicts import SAME
from crm.kit import db
from crm.kit.access import Actor

Answer = list[tuple[str, float]]
Way = Callable[[dict[str, str]], Answer]
KINDS = ("new_company", "group_sibling", "lookalike_new")


@dataclass(frozen=True, slots=True)
class Result:
    """What one way reaches."""

    name: str
    first: float
    five: float
    precision: float
    recall: float
    alarms: tuple[float, ...]
    p50: float
    p95: float


def main() -> None:
    """Ask all ways and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", help="an empty PostgreSQL base, for pg_trgm")
    parser.add_argument("--sample", type=int, help="so many queries by chance")
    options = parser.parse_args()
    parts = {row["query_id"]: row["part"] for row in rows(DATA / "split.csv")}
    queries = rows(DATA / "queries.csv")
    held = [query for query in queries if parts[query["query_id"]] == "held"]
    train = [query for query in queries if parts[query["query_id"]] == "train"]
    chance = random.Random(1)
    held = chance.sample(held, min(options.sample or len(held), len(held)))
    tuned = chance.sample(train, len(held) // 3)
    stored = [(row["id"], text) for row in rows(DATA / "registry.csv") for text in texts(row)]
    print("| way | R@1 | R@5 | P | R | alarms new | sibling | look-alike | ms p50 / p95 |")
    print("|---|---|---|---|---|---|---|---|---|")
    ways = [
        ("exact text", exact(stored)),
        ("exact on a normal key", keyed(stored)),
        ("rapidfuzz WRatio over all", ratio(stored)),
    ]
    for name, way in ways:
        print(line(measure(name, way, tuned, held)), flush=True)
    with trigrams(stored) as way:
        print(line(measure("SQLite FTS5 trigram, bm25", way, tuned, held)), flush=True)
    if options.database:
        with similarity(options.database, stored) as way:
            print(line(measure("pg_trgm similarity", way, tuned, held)), flush=True)
    db.configure("sqlite://")
    with product() as way:
        print(line(measure("this program", way, [], held)), flush=True)


def rows(path: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def texts(row: dict[str, str]) -> list[str]:
    """Return all names of a company of the registry."""
    told = [row["name"], row["short_name"], row["english_name"], *row["former_names"].split("|")]
    return [text for text in told if text]


def exact(stored: list[tuple[str, str]]) -> Way:
    """Equal text."""
    known = {text: company for company, text in reversed(stored)}
    return lambda query: [(known[query["text"]], 1.0)] if query["text"] in known else []


def keyed(stored: list[tuple[str, str]]) -> Way:
    """Equal after full width, case, traditional characters, marks and the legal form."""
    known = {names.name_key(text): company for company, text in reversed(stored)}

    def way(query: dict[str, str]) -> Answer:
        key = names.name_key(query["text"])
        return [(known[key], 1.0)] if key in known else []

    return way


def ratio(stored: list[tuple[str, str]]) -> Way:
    """The best of all names by fuzz.WRatio, as many tutorials have it."""
    every = [text for _, text in stored]

    def way(query: dict[str, str]) -> Answer:
        found = process.extract(query["text"], every, scorer=fuzz.WRatio, limit=15)
        return companies([(stored[place][0], score) for _, score, place in found])

    return way


@contextmanager
def trigrams(stored: list[tuple[str, str]]) -> Iterator[Way]:
    """SQLite's full text index of trigrams, any of the query's trigrams, best bm25 first; short texts by LIKE."""
    with tempfile.TemporaryDirectory() as folder:
        base = sqlite3.connect(f"{folder}/fts.sqlite3")
        base.execute("create virtual table t using fts5(name, company unindexed, tokenize='trigram')")
        base.executemany("insert into t(company, name) values (?, ?)", stored)
        base.commit()

        def way(query: dict[str, str]) -> Answer:
            text = query["text"].replace('"', "")
            three = [text[n : n + 3] for n in range(len(text) - 2)]
            if not three:
                found = base.execute("select company, 1.0 from t where name like ? limit 15", (f"%{text}%",))
            else:
                asked = " OR ".join(f'"{one}"' for one in three)
                found = base.execute(
                    "select company, -bm25(t) from t where t match ? order by bm25(t) limit 15", (asked,)
                )
            return companies(found.fetchall())

        yield way
        base.close()


@contextmanager
def similarity(url: str, stored: list[tuple[str, str]]) -> Iterator[Way]:
    """PostgreSQL's trigram similarity over a GiST index, nearest first."""
    import psycopg
    from sqlalchemy import make_url

    known = make_url(url)
    parameters = {"user": known.username, "dbname": known.database, "host": known.query.get("host") or known.host}
    with psycopg.connect(**{k: v for k, v in parameters.items() if v}) as base:
        base.execute("create extension if not exists pg_trgm")
        base.execute("create temp table t (company text, name text)")
        with base.cursor().copy("copy t from stdin") as copy:
            for row in stored:
                copy.write_row(row)
        base.execute("create index on t using gist (name gist_trgm_ops)")
        base.execute("analyze t")
        asked = "select company, similarity(name, %s) from t order by name <-> %s limit 15"
        yield lambda query: companies(base.execute(asked, (query["text"], query["text"])).fetchall())
        base.rollback()


@contextmanager
def product() -> Iterator[Way]:
    """This program's own find_similar."""
    with fresh_database():
        external = {number: company for company, number in load_registry(DATA / "registry.csv").items()}
        actor = Actor.system()

        def way(query: dict[str, str]) -> Answer:
            db.session.rollback()
            found = find_similar(actor, query["text"], province=query["hint_province"], city=query["hint_city"])
            return [(external[one.company_id], one.score) for one in found]

        for typed in ("黄石", "huangshi", "黄石机械"):
            way({"text": typed, "hint_province": "", "hint_city": ""})
        yield way


def companies(found: list[tuple[str, float]]) -> Answer:
    """Keep the best name of each company, five companies."""
    best: dict[str, float] = {}
    for company, score in found:
        best.setdefault(company, score)
    return list(best.items())[:5]


def measure(name: str, way: Way, tuned: list[dict[str, str]], held: list[dict[str, str]]) -> Result:
    """Ask all queries and return the figures."""
    threshold = best_threshold([(query, way(query)) for query in tuned]) if tuned else SAME
    asked, taken = [], []
    for query in held:
        started = time.perf_counter()
        asked.append((query, way(query)))
        taken.append((time.perf_counter() - started) * 1000)
    positive = [(query, found) for query, found in asked if query["truth_id"]]
    first = sum(found[:1] != [] and found[0][0] == query["truth_id"] for query, found in positive)
    five = sum(query["truth_id"] in [company for company, _ in found] for query, found in positive)
    said = [(query, found) for query, found in asked if found and found[0][1] >= threshold]
    right = sum(found[0][0] == query["truth_id"] for query, found in said)
    alarms = tuple(
        sum(query["kind"] == kind for query, _ in said) / max(1, sum(query["kind"] == kind for query in held))
        for kind in KINDS
    )
    count = len(positive)
    p50, p95 = np.percentile(taken, [50, 95])
    return Result(name, first / count, five / count, right / max(1, len(said)), right / count, alarms, p50, p95)


def best_threshold(asked: list[tuple[dict[str, str], Answer]]) -> float:
    """Return the threshold with the best F1 of the first answer, as score.py picks it."""
    points = sorted(((found[0][1], found[0][0] == query["truth_id"]) for query, found in asked if found), reverse=True)
    count = sum(bool(query["truth_id"]) for query, _ in asked)
    best, chosen, right = 0.0, 1e9, 0
    for number, (score, true) in enumerate(points, start=1):
        right += true
        if number == len(points) or points[number][0] != score:
            f1 = 2 * right / (number + count)
            if f1 > best:
                best, chosen = f1, score
    return chosen


def line(one: Result) -> str:
    """Return a row of the table."""
    alarms = " | ".join(f"{share:.3f}" for share in one.alarms)
    return (
        f"| {one.name} | {one.first:.3f} | {one.five:.3f} | {one.precision:.3f} | {one.recall:.3f} | {alarms} "
        f"| {one.p50:.2f} / {one.p95:.2f} |"
    )


if __name__ == "__main__":
    main()
