"""What find_similar misses of the held-back queries, by kind, and which of it no name could tell.

    flask --app wsgi matching evaluate --registry … --queries … --split … --out predictions.csv
    python -m bench.misses predictions.csv

A miss (the company meant is not the first) is *not in the name* when nothing of the text stands in any stored name of
the company, as letters, sound or spelling: a renamed firm, an English brand. It is *shared* when the company that came
first is at least as like the text as the one meant: several companies are called so. The rest could be found.
"""

import argparse
from collections import Counter, defaultdict
from pathlib import Path

import numpy as np

from bench import verdicts
from bench.matching import DATA
from bench.rivals import rows, texts
from crm.core.matching.features import features
from crm.core.matching.pairs import COLUMNS, Candidates, ask
from crm.core.names import parts
from crm.core.names.regions import plain

TOLD, LATIN, SOUND = 0.5, 60, 50


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("predictions", type=Path)
    options = parser.parse_args()
    held = {row["query_id"] for row in rows(DATA / "split.csv") if row["part"] == "held"}
    labelled = verdicts.read(DATA / "queries.csv", options.predictions)
    known = {row["id"]: row for row in rows(DATA / "registry.csv")}
    asked: Counter[str] = Counter()
    missed: dict[str, Counter[str]] = defaultdict(Counter)
    for number, query in labelled.queries.items():
        if number in held and query["truth_id"]:
            asked[query["kind"]] += 1
            found = [company for company, _ in labelled.found[number]]
            if found[:1] != [query["truth_id"]]:
                missed[query["kind"]][why(query, known, found)] += 1
    print("| kind | asked | missed | not in the name | shared by several | could be found |")
    print("|---|---|---|---|---|---|")
    for kind, told in sorted(missed.items(), key=lambda one: -one[1].total()):
        print(f"| {kind} | {asked[kind]} | {told.total()} | {told['unsaid']} | {told['shared']} | {told['open']} |")
    every = Counter[str]()
    for told in missed.values():
        every += told
    print(f"| all | {asked.total()} | {every.total()} | {every['unsaid']} | {every['shared']} | {every['open']} |")


def why(query: dict[str, str], known: dict[str, dict[str, str]], found: list[str]) -> str:
    """Say why the company meant does not come first: ``unsaid``, ``shared`` or ``open``."""
    meant = likeness(query, known[query["truth_id"]])
    if not said(meant):
        return "unsaid"
    if found and np.max(likeness(query, known[found[0]])["whole"]) >= np.max(meant["whole"]):
        return "shared"
    return "open"


def said(columns: dict[str, np.ndarray]) -> bool:
    """Say whether any stored name has a part of the text."""
    if columns["latin"].any():
        return bool((columns["spelled_core"] > 0).any() or (columns["lat_set"] >= LATIN).any())
    return bool((columns["subsequence"] >= TOLD).any() or (columns["sound_body"] >= SOUND).any())


def likeness(query: dict[str, str], row: dict[str, str]) -> dict[str, np.ndarray]:
    """Compare a query with all names of a company; ``whole`` sums up how like they are."""
    question = ask(parts(query["text"]), province=query["hint_province"], city=query["hint_city"])
    every = texts(row)
    told = []
    for number, text in enumerate(every):
        name = parts(text)
        fixed = {"name_id": number, "company_id": 1, "kind": "legal" if number == 0 else "short"}
        fixed |= {"rprov": plain(row["province"]), "rcity": plain(row["city"])}
        told.append([fixed[column] if column in fixed else getattr(name, column) for column in COLUMNS])
    columns = dict(zip(COLUMNS, map(list, zip(*told, strict=True)), strict=True))
    level = np.ones(len(every))
    found = features([question], Candidates(**columns, cosine=level, total=level, asked=np.zeros(len(every), np.intp)))
    latin = found["lat_set"] / 100 + found["spelled_core"] + found["spelled"]
    return {**found, "whole": np.where(found["latin"] > 0, latin, found["subsequence"] + found["sound_body"] / 100)}


if __name__ == "__main__":
    main()
