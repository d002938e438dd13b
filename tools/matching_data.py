"""What the scorers learn from: labelled queries and their candidates, as the product's own retrieval brings them."""

import csv
import gzip
import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from sqlalchemy import select

from crm.companies.bulk import Record, load_companies
from crm.companies.comparison import Comparison, Typed, compare
from crm.companies.evaluate import fresh_database, read_registry, used_database
from crm.companies.lookup import EVERYTHING
from crm.companies.models import CompanySource
from crm.core.matching.trees import table
from crm.kit import db

SMALL_TRUE, SMALL_OTHER, CROWD = 1_200, 800, 100_000
_AT_ONCE = 50


@dataclass
class Labelled:
    """Features of all candidates of the asked queries on one base. ``query`` is the number of the query of each row.

    ``true``: the company meant. ``kin``: a row of the same brand core, where the query says so (``related_ids``).
    ``made``: comparisons by number of their first query, for judging; with ``starts`` of each query's rows in the table.
    """

    features: list[str]
    table: np.ndarray
    query: np.ndarray
    company: np.ndarray
    true: np.ndarray
    kin: np.ndarray
    asked: np.ndarray
    ids: dict[str, int]
    made: list[Comparison]

    def at(self, places: np.ndarray) -> "Labelled":
        """Return some of the rows."""
        rows = (self.table[places], self.query[places], self.company[places], self.true[places], self.kin[places])
        return Labelled(self.features, *rows, asked=self.asked, ids=self.ids, made=[])


def read(path: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def small_base(records: list[Record], queries: list[dict[str, str]]) -> list[Record]:
    """Return 2,000 companies, more than half of them asked for: as most installations start."""
    chance = random.Random(7)
    asked = sorted({q["truth_id"] for q in queries if q["truth_id"]})
    kept = set(chance.sample(asked, min(SMALL_TRUE, len(asked))))
    kept |= {r.external_id for r in chance.sample(records, min(SMALL_OTHER, len(records)))}
    return [r for r in records if r.external_id in kept]


def other_names(path: Path, count: int) -> Iterator[Record]:
    """Yield recombined names that stand in for a crowded base."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        made = (row["name"] for row in csv.DictReader(file) if row["is_real"] == "0")
        for number, name in enumerate(islice(made, count)):
            yield Record(f"made{number}", name)


def label(base: list[Record], queries: list[dict[str, str]], numbers: list[int], *, keep: bool = False) -> Labelled:
    """Load a base and compare the queries of these numbers; ``keep`` the comparisons too."""
    with fresh_database():
        ids = load_companies(base, source="registry", homonyms=True)
        return compared(ids, queries, numbers, keep=keep)


def label_in(base: Path, queries: list[dict[str, str]], numbers: list[int]) -> Labelled:
    """Compare the queries of these numbers in a filled base."""
    with used_database(f"sqlite:///{base}"):
        known = select(CompanySource.external_id, CompanySource.company_id).where(CompanySource.source == "registry")
        ids = dict(db.session.execute(known).tuples().all())
        return compared(ids, queries, numbers)


def compared(ids: dict[str, int], queries: list[dict[str, str]], numbers: list[int], *, keep: bool = False) -> Labelled:
    """Compare queries in the base in use, whose companies ``ids`` names by their id in the registry."""
    found = Labelled([], np.empty(0), *(np.empty(0, int) for _ in range(5)), ids=ids, made=[])
    tables, query, company, true, kin = [], [], [], [], []
    for start in range(0, len(numbers), _AT_ONCE):
        db.session.rollback()
        some = numbers[start : start + _AT_ONCE]
        typed = [Typed(q["text"], "", q["hint_province"], q["hint_city"]) for q in (queries[n] for n in some)]
        made = compare(EVERYTHING, typed)
        found.features = found.features or list(made.columns)
        tables.append(table(made.columns, found.features))
        own = np.array(some)[made.candidates.asked]
        rows = np.array(made.candidates.company_id)
        query.append(own)
        company.append(rows)
        right = {n: ids.get(queries[n]["truth_id"], -1) for n in some}
        related = {n: {ids.get(one, -1) for one in queries[n]["related_ids"].split("|")} for n in some}
        true.append(np.array([right[n] == c for n, c in zip(own.tolist(), rows.tolist(), strict=True)]))
        kin.append(np.array([c in related[n] for n, c in zip(own.tolist(), rows.tolist(), strict=True)]))
        if keep:
            found.made.append(made)
    found.table, found.query, found.company = np.concatenate(tables), np.concatenate(query), np.concatenate(company)
    found.true, found.kin, found.asked = np.concatenate(true), np.concatenate(kin), np.array(numbers)
    return found


def bases(folder: Path, scale: Path, queries: list[dict[str, str]]) -> dict[str, tuple[list[Record], int]]:
    """Return bases of three sizes, each with the step at which queries are asked there."""
    records = list(read_registry(folder / "registry.csv"))
    crowd = [*records, *other_names(scale, CROWD)]
    return {"registry": (records, 1), "small": (small_base(records, queries), 2), "crowd": (crowd, 2)}
