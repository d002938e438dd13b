"""Split the labelled queries into the part that the scorer learns from and the part that it is judged by.

    .venv/bin/python tools/split_queries.py tests/data/company-matching

Writes split.csv (query_id, part): 70 % ``train``, 30 % ``held``. All queries of one brand core go to the same part (of
the company meant, else of its sister, else of the text), by a hash of the core: the same in every run.
"""

import csv
import sys
from hashlib import sha256
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from crm.core import names

TRAIN = 70


def main() -> None:
    """Read the queries, write the split."""
    folder = Path(sys.argv[1])
    known = {row["id"]: row["name"] for row in rows(folder / "registry.csv")}
    with (folder / "split.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["query_id", "part"])
        for query in rows(folder / "queries.csv"):
            writer.writerow([query["query_id"], "train" if share(group(query, known)) < TRAIN else "held"])


def rows(path: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def group(query: dict[str, str], known: dict[str, str]) -> str:
    """Return the brand core that a query is about."""
    meant = query["truth_id"] or query["related_ids"].partition("|")[0]
    return names.parts(known[meant] if meant else query["text"]).core


def share(core: str) -> int:
    """Return a number from 0 to 99 that depends on the core alone."""
    return int.from_bytes(sha256(core.encode()).digest()[:4], "big") % 100


if __name__ == "__main__":
    main()
