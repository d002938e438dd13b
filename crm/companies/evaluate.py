"""Measure find_similar on labelled files: a fresh database, the product's own tables, one question after another."""

import csv
import gzip
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from sqlalchemy import func, insert, select, text

from crm.companies.bulk import Record, load_companies
from crm.companies.index import name_values, store_in_bulk
from crm.companies.models import Company, CompanyKey, KeyKind, NameKind
from crm.companies.similar import find_similar
from crm.core import names
from crm.core.errors import Invalid
from crm.kit import clock, db
from crm.kit.access import Actor
from crm.kit.migrate import upgrade

RANKS = 5
_PIECE = 20_000


@dataclass(frozen=True, slots=True)
class Measured:
    """What one run showed. ``times`` and ``own``: ms per query by the clock, and of this process's own computing."""

    companies: int
    queries: int
    build_seconds: float
    times: tuple[float, float, float]
    own: tuple[float, float, float]
    database_bytes: int

    def lines(self) -> list[str]:
        """Return the figures as they are printed."""
        return [
            f"companies {self.companies}  queries {self.queries}",
            f"build {self.build_seconds:.1f} s",
            "ms per query  p50 {:.2f}  p95 {:.2f}  p99 {:.2f}".format(*self.times),
            "of it computing here  p50 {:.2f}  p95 {:.2f}  p99 {:.2f}".format(*self.own),
            f"database {self.database_bytes / 1e6:.1f} MB",
        ]


@dataclass(frozen=True, slots=True)
class Task:
    """What to measure. ``crowd``: names that fill the base up to ``limit`` companies. ``part``: ask these queries only."""

    registry: Path
    queries: Path
    out: Path
    database: str | None = None
    crowd: Path | None = None
    limit: int = 1_000_000
    split: Path | None = None
    part: str = "held"


def evaluate(task: Task) -> Measured:
    """Load a registry, ask find_similar for every query and write query_id, rank, candidate_id, score, verdict.

    The database must be empty; without one named it is a temporary SQLite file. Columns of the files: see
    tests/data/company-matching/README.md. Raises Invalid if the database holds companies.
    """
    with fresh_database(task.database):
        started = time.perf_counter()
        ids = load_registry(task.registry)
        if task.crowd is not None:
            ids |= load_crowd(task.crowd, task.limit - len(ids))
        build = time.perf_counter() - started
        taken = _ask(list(_queries(task)), task.out, {number: external for external, number in ids.items()})
        times, own = (_percentiles([one[n] for one in taken]) for n in (0, 1))
        return Measured(len(ids), len(taken), build, times, own, _size())


def _percentiles(seconds: Sequence[float]) -> tuple[float, float, float]:
    p50, p95, p99 = np.percentile(np.array(seconds or [0.0]) * 1000, [50, 95, 99]).tolist()
    return p50, p95, p99


def _queries(task: Task) -> Iterator[dict[str, str]]:
    """Yield the queries to ask: all, or those of one part of the split."""
    chosen = None
    if task.split is not None:
        with task.split.open(encoding="utf-8-sig", newline="") as file:
            chosen = {row["query_id"] for row in csv.DictReader(file) if row["part"] == task.part}
    with task.queries.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            if chosen is None or row["query_id"] in chosen:
                yield row


@contextmanager
def fresh_database(database_url: str | None = None) -> Iterator[None]:
    """Use an empty migrated database for a while, then the one before again. Raises Invalid if it holds companies."""
    with (
        tempfile.TemporaryDirectory(prefix="matching-") as folder,
        used_database(database_url or f"sqlite:///{folder}/matching.sqlite3"),
    ):
        upgrade()
        if db.session.scalar(select(func.count()).select_from(Company)):
            raise Invalid("数据库不是空的，请换一个空库。")
        yield


@contextmanager
def used_database(database_url: str) -> Iterator[None]:
    """Use a database for a while, then the one before again."""
    before = db.engine().url.render_as_string(hide_password=False)
    try:
        db.configure(database_url)
        yield
    finally:
        db.session.remove()
        db.configure(before)


def load_registry(path: Path, *, source: str = "registry") -> dict[str, int]:
    """Load a registry file, equal legal names as homonyms; return its ids → company ids."""
    ids = load_companies(read_registry(path), source=source, homonyms=True)
    if not db.is_sqlite():
        db.session.execute(text("analyze"))
        db.session.commit()
    return ids


def load_crowd(path: Path, count: int) -> dict[str, int]:
    """Load names of companies that are not in the registry (``is_real`` 0), in pieces; return their ids.

    Named, keyed and indexed like any other, but without pinyin, which finding a typed name does not read.
    """
    found: dict[str, int] = {}
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        made = islice((row["name"] for row in csv.DictReader(file) if row["is_real"] == "0"), max(0, count))
        while piece := list(islice(made, _PIECE)):
            ids = _store_crowd(piece)
            found |= {f"crowd{len(found) + number}": one for number, one in enumerate(ids)}
    if not db.is_sqlite():
        db.session.execute(text("analyze"))
        db.session.commit()
    return found


@db.transactional
def _store_crowd(texts: Sequence[str]) -> range:
    first = (db.session.scalar(select(func.max(Company.id))) or 0) + 1
    ids, now = range(first, first + len(texts)), clock.now()
    dates = {"opened_at": now, "created_at": now, "updated_at": now}
    connection = db.session.connection()
    connection.execute(
        insert(Company),
        [{"id": one, "name": name, "name_pinyin": "", **dates} for one, name in zip(ids, texts, strict=True)],
    )
    keys = {names.name_key(name): one for one, name in zip(ids, texts, strict=True)}
    taken = {key for chunk in batches(list(keys), 500) for key in _taken(chunk)}
    rows = [{"kind": "name", "key": key, "company_id": one} for key, one in keys.items() if key not in taken]
    connection.execute(insert(CompanyKey), rows)
    store_in_bulk(
        (one, [name_values(name, NameKind.LEGAL, spelled=False)]) for one, name in zip(ids, texts, strict=True)
    )
    return ids


def batches(items: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    """Yield the items in pieces."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def _taken(keys: Sequence[str]) -> Iterator[str]:
    yield from db.session.scalars(
        select(CompanyKey.key).where(CompanyKey.kind == KeyKind.NAME, CompanyKey.key.in_(keys))
    )


def read_registry(path: Path) -> Iterator[Record]:
    """Yield the rows of a registry file."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from map(_record, csv.DictReader(file))


def _record(row: dict[str, str]) -> Record:
    return Record(
        external_id=row["id"],
        name=row["name"],
        short_name=row.get("short_name") or "",
        english_name=row.get("english_name") or "",
        former_names=tuple(filter(None, (row.get("former_names") or "").split("|"))),
        province=row.get("province") or "",
        city=row.get("city") or "",
        industry=row.get("industry") or "",
        uscc=row.get("uscc") or "",
    )


def _ask(queries: Sequence[dict[str, str]], out_path: Path, external: dict[int, str]) -> list[tuple[float, float]]:
    actor = Actor.system()
    for typed in ("黄石", "黄石机械有限公司", "huangshi"):
        find_similar(actor, typed)  # the first questions load tables and trees
    taken = []
    with out_path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(["query_id", "rank", "candidate_id", "score", "verdict"])
        for row in queries:
            db.session.rollback()
            started, computed = time.perf_counter(), time.process_time()
            found = find_similar(
                actor, row["text"], province=row.get("hint_province"), city=row.get("hint_city"), limit=RANKS
            )
            taken.append((time.perf_counter() - started, time.process_time() - computed))
            for rank, one in enumerate(found, start=1):
                writer.writerow([row["query_id"], rank, external[one.company_id], f"{one.score:.6f}", one.verdict])
    return taken


def _size() -> int:
    """Return the bytes of the database in use."""
    if db.is_sqlite():
        pages = db.session.scalar(text("pragma page_count")) or 0
        return int(pages) * int(db.session.scalar(text("pragma page_size")) or 0)
    return int(db.session.scalar(text("select pg_database_size(current_database())")) or 0)
