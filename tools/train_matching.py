"""Train the scorer of find_similar and write crm/core/data/matching.npz. Honest figures come from folds.

Needs scikit-learn and everything of requirements.txt, in a venv of its own (scikit-learn is no run-time dependency):

    python -m venv /tmp/venv-train && /tmp/venv-train/bin/pip install -r requirements.txt scikit-learn==1.9.1
    /tmp/venv-train/bin/python tools/train_matching.py registry.csv queries.csv [--scale scale_names.csv.gz] [--folds]

Candidates come from the product's own retrieval, at three sizes of base: the registry, the registry among 100,000
other names (--scale), and a small base of 2,000, as most installations start. A fold holds out all queries whose
companies share a brand core, so nothing is learned by heart. ``--folds FILE`` also prints the held-out figures of each
base and writes the held-out verdicts on the registry, hard rules included, for score.py and tools/matching_report.py.
"""

import argparse
import csv
import gzip
import random
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.model_selection import GroupKFold

from crm.companies.bulk import Record, load_companies
from crm.companies.evaluate import fresh_database, read_registry
from crm.companies.lookup import EVERYTHING
from crm.companies.similar import Comparison, compare
from crm.core import names
from crm.core.names.grams import VERSION
from crm.kit import db

OUT = Path(__file__).parents[1] / "crm" / "core" / "data" / "matching.npz"
SETTINGS = {
    "max_iter": 160,
    "max_leaf_nodes": 31,
    "learning_rate": 0.1,
    "min_samples_leaf": 40,
    "l2_regularization": 1.0,
    "early_stopping": False,
    "random_state": 0,
}
SCALE, SMALL_TRUE, SMALL_OTHER = 100_000, 1_200, 800
EVERY = {"registry": 1, "small": 2, "scale": 2}
DUPLICATES = {"typo_homophone", "typo_shape", "typo_edit", "short_name", "core_short", "region_dropped", "region_added"}


@dataclass
class Pairs:
    """Features of all candidates of all queries on one base."""

    table: np.ndarray
    query: np.ndarray
    company: np.ndarray
    true: np.ndarray
    made: dict[int, Comparison]
    external: dict[int, str]


def main() -> None:
    """Read, compare, train, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("registry", type=Path)
    parser.add_argument("queries", type=Path)
    parser.add_argument("--scale", type=Path)
    parser.add_argument("--folds", type=Path)
    options = parser.parse_args()
    queries = list(csv.DictReader(options.queries.open(encoding="utf-8")))
    records = list(read_registry(options.registry))
    bases = {"registry": records, "small": small_base(records, queries)}
    if options.scale:
        bases["scale"] = records + other_names(options.scale)
    db.configure("sqlite://")
    pairs = {name: compared(base, queries, keep=name == "registry", every=EVERY[name]) for name, base in bases.items()}
    model = train([(p.table, p.true) for p in pairs.values()])
    np.savez_compressed(OUT, version=VERSION, **arrays(model, next(iter(pairs["registry"].made.values())).labels))
    print(f"{OUT.name}: {OUT.stat().st_size / 1e3:.0f} kB", flush=True)
    if options.folds:
        scores = held_out(pairs, queries, groups(queries, records))
        for name, p in pairs.items():
            figures(name, p, scores[name], queries)
        write(options.folds, pairs["registry"], scores["registry"], queries)


def small_base(records: list[Record], queries: list[dict[str, str]]) -> list[Record]:
    """Return 2,000 companies, more than half of them asked for."""
    chance = random.Random(7)
    asked = sorted({q["truth_id"] for q in queries if q["truth_id"]})
    kept = set(chance.sample(asked, min(SMALL_TRUE, len(asked))))
    kept |= {r.external_id for r in chance.sample(records, min(SMALL_OTHER, len(records)))}
    return [r for r in records if r.external_id in kept]


def other_names(path: Path) -> list[Record]:
    """Return recombined names that stand in for a crowded base."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        made = (row["name"] for row in csv.DictReader(file) if row["is_real"] == "0")
        return [Record(f"made{n}", name) for n, name in zip(range(SCALE), made, strict=False)]


def compared(base: list[Record], queries: list[dict[str, str]], *, keep: bool, every: int = 1) -> Pairs:
    """Load a base and compare each ``every``-th query with its candidates; ``keep`` what the hard rules need too."""
    tables, query, company, true = [], [], [], []
    kept: dict[int, Comparison] = {}
    with fresh_database():
        ids = load_companies(base, source="registry", homonyms=True)
        for number, row in enumerate(queries):
            if number % every:
                continue
            db.session.rollback()
            made = compare(EVERYTHING, row["text"], province=row["hint_province"], city=row["hint_city"])
            if not made.rows:
                continue
            right = ids.get(row["truth_id"], -1)
            tables.append(made.table)
            query += [number] * len(made.rows)
            company += made.candidates.company_id
            true += [one == right for one in made.candidates.company_id]
            if keep:
                kept[number] = made
    external = {number: external for external, number in ids.items()}
    return Pairs(np.concatenate(tables), np.array(query), np.array(company), np.array(true), kept, external)


def train(parts: list[tuple[np.ndarray, np.ndarray]]) -> HistGradientBoostingClassifier:
    """Fit one model on all bases together."""
    table, true = np.concatenate([t for t, _ in parts]), np.concatenate([y for _, y in parts])
    return HistGradientBoostingClassifier(**SETTINGS).fit(table, true)


def arrays(model: HistGradientBoostingClassifier, labels: list[str], name: str = "pairs") -> dict[str, object]:
    """Lay the trees out as crm.core.matching.trees walks them: leaves point to themselves."""
    feature, threshold, left, right, value, roots, depth = [], [], [], [], [], [], 0
    for (tree,) in model._predictors:
        start = len(feature)
        roots.append(start)
        for number, node in enumerate(tree.nodes):
            leaf = bool(node["is_leaf"])
            here = start + number
            feature.append(0 if leaf else int(node["feature_idx"]))
            threshold.append(0.0 if leaf else float(node["num_threshold"]))
            left.append(here if leaf else start + int(node["left"]))
            right.append(here if leaf else start + int(node["right"]))
            value.append(float(node["value"]) if leaf else 0.0)
            depth = max(depth, int(node["depth"]))
    laid = {
        "features": np.array(labels),
        "feature": np.array(feature, np.int16),
        "threshold": np.array(threshold),
        "left": np.array(left, np.int32),
        "right": np.array(right, np.int32),
        "value": np.array(value, np.float32),
        "roots": np.array(roots, np.int32),
        "baseline": float(model._baseline_prediction.ravel()[0]),
        "depth": depth,
    }
    return {f"{name}_{key}": array for key, array in laid.items()}


def groups(queries: list[dict[str, str]], records: list[Record]) -> np.ndarray:
    """Return the fold group of each query: the brand core of the company meant, or of the sister, or of the text."""
    known = {r.external_id: r.name for r in records}
    meant = [q["truth_id"] or q["related_ids"].partition("|")[0] for q in queries]
    cores = [names.parts(known[m] if m else q["text"]).core for m, q in zip(meant, queries, strict=True)]
    return np.unique(cores, return_inverse=True)[1]


def held_out(pairs: dict[str, Pairs], queries: list[dict[str, str]], group: np.ndarray) -> dict[str, np.ndarray]:
    """Return the scores of five folds: each query by a model that saw no query of its group, on any base."""
    scores = {name: np.zeros(len(p.query)) for name, p in pairs.items()}
    for inside, _ in GroupKFold(5, shuffle=True, random_state=1).split(queries, groups=group):
        chosen = {name: np.isin(p.query, inside) for name, p in pairs.items()}
        model = train([(p.table[chosen[name]], p.true[chosen[name]]) for name, p in pairs.items()])
        for name, p in pairs.items():
            scores[name][~chosen[name]] = model.predict_proba(p.table[~chosen[name]])[:, 1]
    return scores


def write(path: Path, pairs: Pairs, scores: np.ndarray, queries: list[dict[str, str]]) -> None:
    """Write the held-out verdicts as ``matching evaluate`` writes its own."""
    starts = np.searchsorted(pairs.query, np.arange(len(queries) + 1))
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(["query_id", "rank", "candidate_id", "score", "verdict"])
        for number, row in enumerate(queries):
            if number not in pairs.made:
                continue
            judged = pairs.made[number].judge(scores[starts[number] : starts[number + 1]])
            for rank, one in enumerate(judged, start=1):
                writer.writerow(
                    [row["query_id"], rank, pairs.external[one.company_id], f"{one.score:.6f}", one.verdict]
                )


def figures(name: str, pairs: Pairs, scores: np.ndarray, queries: list[dict[str, str]]) -> None:
    """Print recall, and precision and false alarms for some thresholds."""
    asked = np.arange(len(queries)) % EVERY[name] == 0
    positive = asked & np.array([bool(q["truth_id"]) for q in queries])
    if name == "small":
        positive = np.isin(np.arange(len(queries)), pairs.query[pairs.true])
    kind = np.array([q["kind"] if a else "" for q, a in zip(queries, asked, strict=True)])
    first, right, within, caught = (np.zeros(len(queries)) for _ in range(4))
    ranks: dict[int, list[int]] = {}
    for place in np.lexsort((-scores, pairs.query)):
        ranks.setdefault(int(pairs.query[place]), []).append(int(place))
    for number, places in ranks.items():
        five = list({int(pairs.company[p]): p for p in reversed(places)}.values())[::-1][:5]
        first[number], right[number] = scores[five[0]], pairs.true[five[0]]
        within[number] = any(pairs.true[p] for p in five)
        caught[number] = max((scores[p] for p in five if pairs.true[p]), default=0.0)
    print(f"{name}: R@1 {right[positive].mean():.4f}  R@5 {within[positive].mean():.4f}")
    for threshold in (0.1, 0.5, 0.7, 0.8, 0.85, 0.9):
        hit = first >= threshold
        alarms = "  ".join(
            f"{k} {hit[(kind == k) & ~positive].mean():.3f}" for k in ("new_company", "group_sibling", "lookalike_new")
        )
        precision, recall = right[hit].mean(), (right * hit)[positive].mean()
        held = (caught >= threshold)[np.isin(kind, list(DUPLICATES)) & positive].mean()
        print(f"  from {threshold:.2f}  P {precision:.4f}  R {recall:.4f}  alarms {alarms}  duplicates met {held:.4f}")


if __name__ == "__main__":
    main()
