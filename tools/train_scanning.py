"""Train the scorer of the scan and write crm/core/data/scanning.npz. Figures come from the half that it has not seen.

Needs scikit-learn and everything of requirements.txt, in a venv of its own (scikit-learn is no run-time dependency):

    python -m venv /tmp/venv-train && /tmp/venv-train/bin/pip install -r requirements.txt scikit-learn==1.9.1
    /tmp/venv-train/bin/python tools/train_scanning.py registry.csv queries.csv scale_names.csv.gz [--report]

One half of the registry (even ids), recombined names from the end of the list, and a tenth of both written down again
(bench/injection.py); the labelled texts about that half are rows too: those that mean a company are its duplicates,
those that mean none (new firms, sisters, look-alikes) are companies of their own. ``--report`` prints how the other half
fares, made the same way with other recombined names and another seed.
"""

import argparse
import csv
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from sklearn.ensemble import HistGradientBoostingClassifier

from bench import crowd
from bench.injection import Injection, Row
from crm.companies.bulk import Record
from crm.companies.evaluate import read_registry
from crm.duplicates.scanning import blocks
from crm.duplicates.scanning.columns import Base, read_base
from crm.duplicates.scanning.scorer import PATH, VERSION, Finder, forest
from crm.kit import db
from crm.kit.migrate import upgrade
from tools.train_matching import arrays

SETTINGS = {
    "max_iter": 200,
    "max_leaf_nodes": 31,
    "learning_rate": 0.1,
    "min_samples_leaf": 40,
    "l2_regularization": 1.0,
    "early_stopping": False,
    "random_state": 0,
}
OTHERS, FROM_TRAIN, FROM_REPORT = 70_000, 1_100_000, 1_020_000
CHUNK = 4_096
EARLY, COUNTS = 40, 0.02


@dataclass
class Pairs:
    """Features of the pairs found in a base, which companies they join, whether these are one, and what was to be found."""

    table: np.ndarray
    labels: list[str]
    joined: np.ndarray
    true: np.ndarray
    wanted: dict[int, str]


def main() -> None:
    """Make the bases, train, write, report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("registry", "queries", "scale"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--report", action="store_true")
    options = parser.parse_args()
    seen = made(options, even=True, seed=11, begin=FROM_TRAIN)
    model = HistGradientBoostingClassifier(**SETTINGS).fit(seen.table, seen.true)
    laid = arrays(model, seen.labels, "pairs")
    np.savez_compressed(PATH, version=VERSION, early=0, hopeless=0.0, **laid)
    forest.cache_clear()
    np.savez_compressed(PATH, version=VERSION, early=EARLY, hopeless=hopeless(seen.table), **laid)
    print(
        f"{PATH.name}: {PATH.stat().st_size / 1e3:.0f} kB, {len(seen.true)} pairs, {seen.true.sum()} true", flush=True
    )
    if options.report:
        other = made(options, even=False, seed=12, begin=FROM_REPORT)
        report(other, model.predict_proba(other.table)[:, 1])


def hopeless(table: np.ndarray) -> float:
    """Return the sum after the first trees below which one pair in ten thousand still comes to count."""
    whole = forest()
    first = replace(whole, roots=whole.roots[:EARLY])
    counts = whole.raw(table) >= np.log(COUNTS / (1 - COUNTS))
    return float(np.quantile(first.raw(table[counts]), 1e-4))


def made(options: argparse.Namespace, *, even: bool, seed: int, begin: int) -> Pairs:
    """Build a base of one half and return the pairs that the scan finds in it."""
    base = half(options, even=even, seed=seed, begin=begin)
    with tempfile.TemporaryDirectory(prefix="scanning-") as folder:
        db.configure(f"sqlite:///{folder}/base.sqlite3")
        upgrade()
        ids = crowd.store(base)
        truth = {(ids[row.of], ids[row.record.external_id]): row.kind for row in base if row.of}
        meant = {ids[row.record.external_id]: ids[row.of or row.record.external_id] for row in base}
        return found_in(read_base(), truth, meant)


def half(options: argparse.Namespace, *, even: bool, seed: int, begin: int) -> list[Row]:
    """Return the rows of a base: half the registry, other names, what is injected, and the labelled texts."""
    inject = Injection(seed)
    kept = [one for one in read_registry(options.registry) if (int(one.external_id[1:]) % 2 == 0) == even]
    others = [one for one, _ in zip(crowd.recombined(options.scale, begin), range(OTHERS), strict=False)]
    rows = [inject.original(one) for one in kept + others]
    rows += inject.duplicates(rows, len(rows) // 10) + labelled(
        options.queries, {one.external_id for one in kept}, even=even
    )
    inject.chance.shuffle(rows)
    return rows


def labelled(path: Path, kept: set[str], *, even: bool) -> list[Row]:
    """Return the labelled texts about these companies, and half of those about none, as rows."""
    found = []
    for number, row in enumerate(csv.DictReader(path.open(encoding="utf-8"))):
        about = row["truth_id"] or row["related_ids"].partition("|")[0]
        if row["kind"] == "exact" or (about not in kept if about else (number % 2 == 0) != even):
            continue
        record = Record(row["query_id"], row["text"], province=row["hint_province"], city=row["hint_city"])
        found.append(Row(record, of=row["truth_id"], kind=f"labelled:{row['kind']}"))
    return found


def found_in(base: Base, truth: dict[tuple[int, int], str], meant: dict[int, int]) -> Pairs:
    """Run retrieval and features over a base. ``meant``: company id → the original; two rows of one original are one."""
    finder = Finder(base)
    tables, joined, labels = [], [], []
    for start in range(0, len(base.names), CHUNK):
        asked = np.arange(start, min(start + CHUNK, len(base.names)))
        found = blocks.pairs(finder.blocks, base.names, asked, finder.bonus, everything=False)
        made = finder.compare(found)
        tables.append(made.table())
        labels = list(made.columns)
        joined.append(finder.joined(found))
    wanted = {min(pair) << 32 | max(pair): kind for pair, kind in truth.items()}
    every = np.concatenate(joined)
    original = np.zeros(max(meant) + 1, np.int64)
    original[list(meant)] = list(meant.values())
    true = original[every >> 32] == original[every & 0xFFFFFFFF]
    return Pairs(np.concatenate(tables), labels, every, true, wanted)


def report(pairs: Pairs, scores: np.ndarray) -> None:
    """Print, for some thresholds, precision and recall over pairs of companies, and recall by kind."""
    order = np.argsort(pairs.joined, kind="stable")
    joined, starts = np.unique(pairs.joined[order], return_index=True)
    best, true = np.maximum.reduceat(scores[order], starts), pairs.true[order][starts]
    for at in (0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.7, 0.9):
        said = best >= at
        hit = set(joined[said & true].tolist())
        made = [one for one, kind in pairs.wanted.items() if not kind.startswith("labelled")]
        real = [one for one, kind in pairs.wanted.items() if kind.startswith("labelled")]
        shares = [sum(one in hit for one in part) / max(1, len(part)) for part in (made, real)]
        print(
            f"from {at:.2f}: P {true[said].mean():.3f}  R injected {shares[0]:.3f}  R labelled {shares[1]:.3f}  pairs {said.sum()}"
        )
    hit = set(joined[(best >= 0.2) & true].tolist())
    kinds: dict[str, list[bool]] = {}
    for one, kind in pairs.wanted.items():
        kinds.setdefault(kind.split()[0], []).append(one in hit)
    for kind, told in sorted(kinds.items()):
        print(f"  {kind:<28} {sum(told) / len(told):.3f} of {len(told)}")


if __name__ == "__main__":
    main()
