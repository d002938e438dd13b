"""Train the scorers of find_similar on the training part of the labelled queries; write crm/core/data/matching.npz.

Needs scikit-learn and everything of requirements.txt, in a venv of its own (scikit-learn is no run-time dependency):

    python -m venv /tmp/venv-train && /tmp/venv-train/bin/pip install -r requirements.txt scikit-learn==1.9.1
    /tmp/venv-train/bin/python tools/train_matching.py tests/data/company-matching --scale scale_names.csv.gz [--base FILE]

Only queries of the part ``train`` (split.csv) are looked at. Candidates come from the product's own retrieval on bases of
several sizes: the registry, 2,000 of it as most installations start, the registry among 100,000 other names and, with
``--base``, an SQLite base that ``matching evaluate --crowd … --database sqlite:///FILE`` has filled.

Three scorers: ``pairs`` (a candidate beside its question), ``first`` (the best candidate beside the others) and ``kin``
(who belongs to the same group). What the later ones learn from are scores of folds that did not see the query. The printed table is of such folds too: thresholds in verdicts.py come from it, never from what is
kept back.
"""

import argparse
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent))

import matching_data as data
import matching_thresholds as thresholds
from matching_data import Labelled
from sklearn.ensemble import HistGradientBoostingClassifier
from split_queries import group, share

from crm.core.matching.stages import best_names, stage_columns
from crm.core.matching.trees import Forest, table
from crm.core.names.grams import VERSION
from crm.kit import db

OUT = Path(__file__).parents[1] / "crm" / "core" / "data" / "matching.npz"
PAIRS = {"max_iter": 160, "max_leaf_nodes": 31, "min_samples_leaf": 40}
FIRST = {"max_iter": 150, "max_leaf_nodes": 6, "min_samples_leaf": 20}
KIN = {"max_iter": 80, "max_leaf_nodes": 12, "min_samples_leaf": 30}
FOLDS, EARLY = 3, 40
KIN_KINDS = ("group_sibling", "lookalike_new", "new_company")


def main() -> None:
    """Read, compare, train, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--scale", type=Path, required=True)
    parser.add_argument("--base", type=Path, help="a filled SQLite base of a million names")
    options = parser.parse_args()
    db.configure("sqlite://")
    queries = data.read(options.folder / "queries.csv")
    parts = {row["query_id"]: row["part"] for row in data.read(options.folder / "split.csv")}
    numbers = [n for n, query in enumerate(queries) if parts[query["query_id"]] == "train"]
    bases = {
        name: data.label(base, queries, numbers[::step])
        for name, (base, step) in data.bases(options.folder, options.scale, queries).items()
    }
    if options.base:
        bases["million"] = data.label_in(options.base, queries, numbers[::3])
    known = {row["id"]: row["name"] for row in data.read(options.folder / "registry.csv")}
    fold = np.array([share(group(query, known) + "fold") % FOLDS for query in queries])
    np.savez_compressed(OUT, version=VERSION, **learn(bases, fold, queries))
    print(f"{OUT.name}: {OUT.stat().st_size / 1e3:.0f} kB")


def learn(bases: dict[str, Labelled], fold: np.ndarray, queries: list[dict[str, str]]) -> dict[str, object]:
    """Train all scorers; print what the folds say."""
    every = list(bases.values())
    scores = out_of_fold(every, fold)
    laid = arrays(fit_pairs(every), every[0].features, "pairs")
    laid |= {"pairs_early": EARLY, "pairs_hopeless": hopeless(laid, np.concatenate([o.table[o.true] for o in every]))}
    looked = list(zip(every, scores, strict=True))
    firsts = [second(one, score, firsts=True) for one, score in looked]
    found, first_scores = stage("first", firsts, [one.true for one in firsts], fold, FIRST)
    laid |= found
    others = [second(one, score, firsts=False) for one, score in looked]
    # Who belongs to whom is told of some kinds only; that the company meant is not merely related, of all.
    known = [one.true | np.array([queries[n]["kind"] in KIN_KINDS for n in one.query.tolist()]) for one in others]
    found, kin_scores = stage("kin", others, [one.kin & ~one.true for one in others], fold, KIN, known)
    for name, one, first, other, kin in zip(bases, firsts, first_scores, others, kin_scores, strict=True):
        thresholds.first(name, one, first, queries)
        thresholds.shown(name, one, first, other, kin, queries)
    return laid | found


def out_of_fold(every: list[Labelled], fold: np.ndarray) -> list[np.ndarray]:
    """Return for each base the scores of models that saw no query of the fold, on any base."""
    scores = [np.zeros(len(one.query)) for one in every]
    for number in range(FOLDS):
        model = fit_pairs([one.at(np.flatnonzero(fold[one.query] != number)) for one in every])
        for one, found in zip(every, scores, strict=True):
            rows = fold[one.query] == number
            found[rows] = model.predict_proba(one.table[rows])[:, 1]
    return scores


def fit_pairs(every: list[Labelled]) -> HistGradientBoostingClassifier:
    """Fit the scorer of pairs; of the rows that nobody would mix up a third stands for all."""
    chance = np.random.default_rng(0)
    tables, true, weights = [], [], []
    for one in every:
        at = {name: one.table[:, place] for place, name in enumerate(one.features)}
        easy = (at["rank"] > 12) & (at["rank_total"] > 8) & (at["sound_core"] < 60) & ~one.true
        kept = ~easy | (chance.random(len(easy)) < 1 / 3)
        tables.append(one.table[kept])
        true.append(one.true[kept])
        weights.append(np.where(easy[kept], 3.0, 1.0))
    return fit(np.concatenate(tables), np.concatenate(true), PAIRS, np.concatenate(weights))


def fit(
    rows: np.ndarray, true: np.ndarray, settings: dict[str, int], weights: np.ndarray | None = None
) -> HistGradientBoostingClassifier:
    """Fit one model."""
    model = HistGradientBoostingClassifier(
        **settings, learning_rate=0.1, l2_regularization=1.0, early_stopping=False, random_state=0
    )
    return model.fit(rows, true, sample_weight=weights)


def second(one: Labelled, scores: np.ndarray, *, firsts: bool) -> Labelled:
    """Return the rows that a stage sees, given the scores of the pairs: best names of companies, or the best alone."""
    columns = {name: one.table[:, place] for place, name in enumerate(one.features)}
    every = best_names(one.company, scores, np.cumsum(np.diff(one.query, prepend=-1) != 0))
    made = stage_columns(columns, scores, every, firsts=firsts)
    places = np.concatenate([best[:1] if firsts else best for best in every])
    return replace(one.at(places), features=list(made), table=table(made, list(made)))


def stage(
    name: str,
    every: list[Labelled],
    labels: list[np.ndarray],
    fold: np.ndarray,
    settings: dict[str, int],
    known: list[np.ndarray] | None = None,
) -> tuple[dict[str, object], list[np.ndarray]]:
    """Train one stage; return it and, for each base, the scores of folds that did not see the query.

    ``known``: the rows whose label is known, all by default.
    """
    rows, right = np.concatenate([one.table for one in every]), np.concatenate(labels)
    told = np.concatenate(known) if known else np.ones(len(rows), bool)
    part = fold[np.concatenate([one.query for one in every])]
    scores = np.zeros(len(rows))
    for number in range(FOLDS):
        inside, outside = (part != number) & told, part == number
        scores[outside] = fit(rows[inside], right[inside], settings).predict_proba(rows[outside])[:, 1]
    ends = np.cumsum([len(one.query) for one in every])[:-1]
    return arrays(fit(rows[told], right[told], settings), every[0].features, name), np.split(scores, ends)


def hopeless(laid: dict[str, object], true: np.ndarray) -> float:
    """Return the sum after the first trees that all but 3 of 1,000 true pairs pass."""
    own = {key.removeprefix("pairs_"): value for key, value in laid.items()}
    begun = Forest(**{**own, "roots": own["roots"][:EARLY]})
    return float(np.quantile(begun.raw(true), 0.003))


def arrays(model: HistGradientBoostingClassifier, labels: list[str], name: str) -> dict[str, object]:
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


if __name__ == "__main__":
    main()
