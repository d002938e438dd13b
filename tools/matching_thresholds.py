"""What the folds say of thresholds: tables from which SAME, LIKELY, FLOOR and KIN of verdicts.py are chosen."""

import numpy as np
from matching_data import Labelled

BELONGS = 0.3
DUPLICATES = ("typo_homophone", "typo_shape", "typo_edit", "short_name", "core_short", "region_dropped", "region_added")
ALARMS = ("new_company", "group_sibling", "lookalike_new")


def first(name: str, one: Labelled, scores: np.ndarray, queries: list[dict[str, str]]) -> None:
    """Print precision, recall and alarms of ``same`` for the best candidate, before and after the hard caps."""
    asked = one.asked
    kind, positive = _kinds(queries, asked)
    count = positive.sum()
    free = ~_capped(one)
    print(f"{name}: best candidate right {one.true.sum() / count:.4f}")
    for threshold in (0.6, 0.7, 0.75, 0.8, 0.85, 0.88, 0.9, 0.92, 0.94, 0.96):
        for word, allowed in (("open", np.ones(len(scores), bool)), ("capped", free)):
            hit = (scores >= threshold) & allowed
            of = np.array([queries[n]["kind"] for n in one.query[hit & ~one.true].tolist()])
            alarms = "  ".join(f"{k} {(of == k).sum() / max(1, (kind == k).sum()):.4f}" for k in ALARMS)
            right = (hit & one.true).sum()
            print(f"  same from {threshold:.2f} {word}: P {right / hit.sum():.4f} R {right / count:.4f}  {alarms}")


def shown(
    name: str, firsts: Labelled, first: np.ndarray, some: Labelled, kin: np.ndarray, queries: list[dict[str, str]]
) -> None:
    """Print, for triples of thresholds, what new companies are shown, which sisters and duplicates are met, and recall."""
    kind, positive = _kinds(queries, firsts.asked)
    best = dict(zip(firsts.query.tolist(), first.tolist(), strict=True))
    top = np.array([best[n] for n in some.query.tolist()])
    own = np.array([queries[n]["kind"] for n in some.query.tolist()])
    order = some.table[:, some.features.index("order")]
    score = np.where(order == 0, top, np.minimum(some.table[:, some.features.index("score")], top))
    for likely in (0.15, 0.3):
        alike = (score >= likely) & ~((kin >= BELONGS) & (kin > score))
        met = np.unique(some.query[alike & some.true & np.isin(own, DUPLICATES)]).size / np.isin(kind, DUPLICATES).sum()
        for least in (0.01, 0.02, 0.05):
            related = (kin >= least) & ~alike
            for floor in (0.03, 0.05, 0.07):
                any_ = alike | related | ((score >= floor) & (order < 5))
                new = np.unique(some.query[(own == "new_company") & any_]).size / (kind == "new_company").sum()
                held = np.unique(some.query[(own == "new_company") & alike]).size / (kind == "new_company").sum()
                sisters = np.unique(some.query[(own == "group_sibling") & related & some.kin]).size
                one = (some.true & any_ & (order == 0)).sum() / positive.sum()
                five = np.unique(some.query[some.true & any_]).size / positive.sum()
                print(
                    f"{name} likely {likely} kin {least} floor {floor}: new any {new:.3f} withheld {held:.3f} "
                    f"sisters {sisters / (kind == 'group_sibling').sum():.3f} met {met:.3f} R@1 {one:.4f} R@5 {five:.4f}"
                )


def _kinds(queries: list[dict[str, str]], asked: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    kind = np.array([queries[n]["kind"] for n in asked.tolist()])
    return kind, np.array([bool(queries[n]["truth_id"]) for n in asked.tolist()])


def _capped(one: Labelled) -> np.ndarray:
    at = {name: one.table[:, place] for place, name in enumerate(one.features)}
    named = (at["kind"] == 0) | (at["kind"] == 3)
    marks = (at["group_differs"] != 0) & (at["asked_legal"] > 0) & named
    other = (at["one_other_sound"] > 0) & (at["look"] < 0.5)
    return (at["place"] < 0) | (at["branch"] < 0) | marks | other
