"""Features of a question and each of its candidates, as one array: what the learned scorer looks at."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from rapidfuzz import fuzz, process
from rapidfuzz.distance import JaroWinkler, LCSseq, Levenshtein, Prefix

from crm.core.matching.latin import latin_features
from crm.core.matching.pairs import Candidates, Question
from crm.core.matching.places import relation
from crm.core.names.sound import sound_codes

_KINDS = {"legal": 0, "short": 1, "english": 2, "former": 3, "brand": 1, "confirmed": 1}
_GAPS = ("cosine", "norm", "body", "core", "subsequence", "sound_body")


def features(question: Question, candidates: Candidates) -> tuple[np.ndarray, list[str]]:
    """Return an array with one row for each candidate, and the names of its columns."""
    columns: dict[str, np.ndarray] = {}
    _likeness(columns, question, candidates)
    _containment(columns, question, candidates)
    _marks(columns, question, candidates)
    _crowd(columns, question, candidates)
    columns.update(latin_features(question, candidates))
    company = np.asarray(candidates.company_id)
    for name in _GAPS:
        columns[f"gap_{name}"] = gap_to_best_other(columns[name], company)
    return np.column_stack(list(columns.values())).astype(np.float32), list(columns)


def gap_to_best_other(values: np.ndarray, company: np.ndarray) -> np.ndarray:
    """Return how far each value lies above the best value of any other company."""
    if len(values) == 0:
        return values
    order = np.argsort(-values, kind="stable")
    best = order[0]
    others = order[company[order] != company[best]]
    second = values[others[0]] if len(others) else 0.0
    return np.where(company == company[best], values - second, values - values[best])


def _compare(scorer: Callable[..., Any], text: str, others: Sequence[str]) -> np.ndarray:
    return process.cdist([text], others, scorer=scorer, dtype=np.float32)[0]


def _likeness(columns: dict[str, np.ndarray], question: Question, candidates: Candidates) -> None:
    name = question.name
    sound_body, sound_core = sound_codes(name.body), sound_codes(name.core)
    bodies, cores = [sound_codes(b) for b in candidates.body], [sound_codes(c) for c in candidates.core]
    columns["cosine"] = candidates.cosine
    columns["total"] = candidates.total
    columns["norm"] = _compare(fuzz.ratio, name.norm, candidates.norm)
    columns["partial"] = _compare(fuzz.partial_ratio, name.head, candidates.head)
    columns["head"] = _compare(fuzz.ratio, name.head, candidates.head)
    columns["body"] = _compare(fuzz.ratio, name.body, candidates.body)
    columns["core"] = _compare(fuzz.ratio, name.core, candidates.core)
    columns["line"] = _compare(fuzz.ratio, name.line, candidates.line)
    columns["sound_body"] = _compare(fuzz.ratio, sound_body, bodies)
    columns["sound_core"] = _compare(fuzz.ratio, sound_core, cores)
    columns["winkler"] = _compare(JaroWinkler.similarity, name.body, candidates.body)
    columns["core_edits"] = _compare(Levenshtein.distance, name.core, candidates.core)
    columns["sound_edits"] = _compare(Levenshtein.distance, sound_core, cores)
    columns["body_edits"] = _compare(Levenshtein.distance, name.body, candidates.body)
    columns["prefix"] = _compare(Prefix.similarity, name.core, candidates.core)
    common = _compare(LCSseq.similarity, name.head, candidates.head)
    columns["subsequence"] = common / max(1, len(name.head))
    columns["covered"] = common / np.maximum(1, [len(h) for h in candidates.head])
    within = _compare(LCSseq.similarity, name.body, candidates.norm)
    columns["body_within"] = within / max(1, len(name.body))
    # One character replaced by another; one missing or doubled is a slip of the keyboard.
    one_off = (columns["core_edits"] == 1) & (np.array([len(c) for c in candidates.core]) == len(name.core))
    columns["one_other_sound"] = one_off & (columns["sound_edits"] > 0)
    columns["one_same_sound"] = one_off & (columns["sound_edits"] == 0)


def _containment(columns: dict[str, np.ndarray], question: Question, candidates: Candidates) -> None:
    name = question.name
    columns["same_norm"] = np.array([n == name.norm for n in candidates.norm])
    columns["same_head"] = np.array([h == name.head for h in candidates.head])
    columns["same_body"] = np.array([b == name.body for b in candidates.body])
    columns["same_core"] = np.array([c == name.core for c in candidates.core])
    columns["body_in"] = np.array([name.body in n for n in candidates.norm])
    columns["has_body"] = np.array([bool(b) and b in name.norm for b in candidates.body])
    columns["core_in"] = np.array([name.core in b for b in candidates.body])
    columns["has_core"] = np.array([bool(c) and c in name.body for c in candidates.core])


def _marks(columns: dict[str, np.ndarray], question: Question, candidates: Candidates) -> None:
    name = question.name
    legal, grp = np.array(candidates.legal), np.array(candidates.grp)
    columns["place"], columns["place_text"], columns["place_record"] = relation(question, candidates)
    columns["asked_place"] = np.full(len(candidates), (1 if name.prov else 0) + (2 if question.province else 0))
    columns["asked_legal"] = np.full(len(candidates), name.legal)
    columns["legal_differs"] = np.where(legal * name.legal == 0, 0, np.where(legal == name.legal, 1, -1))
    columns["by_shares"] = legal == 2
    columns["asked_group"] = np.full(len(candidates), name.grp)
    columns["group_differs"] = np.where(grp == name.grp, 0, np.where(grp > 0, 1, -1))
    columns["branch"] = np.array([_branch(name.branch, b) for b in candidates.branch])
    columns["kind"] = np.array([_KINDS.get(k, 0) for k in candidates.kind])
    columns["asked_length"] = np.full(len(candidates), len(name.norm))
    columns["asked_core"] = np.full(len(candidates), len(name.core))
    columns["asked_line"] = np.full(len(candidates), len(name.line))
    columns["core_length"] = np.array([len(c) for c in candidates.core])
    columns["longer"] = np.array([len(b) for b in candidates.body]) - len(name.body)


def _branch(own: str, other: str) -> int:
    if not own and not other:
        return 0
    if own == other:
        return 1
    return -2 if own and other else -1


def _crowd(columns: dict[str, np.ndarray], question: Question, candidates: Candidates) -> None:
    """How alone a candidate is: the hits of one rare core say more than one of ten."""
    company = candidates.company_id
    cores: dict[str, set[int]] = {}
    bodies: dict[str, set[int]] = {}
    for core, body, owner in zip(candidates.core, candidates.body, company, strict=True):
        cores.setdefault(core, set()).add(owner)
        bodies.setdefault(body, set()).add(owner)
    columns["share_core"] = np.array([len(cores[c]) for c in candidates.core])
    columns["share_body"] = np.array([len(bodies[b]) for b in candidates.body])
    columns["rarity"] = np.full(len(candidates), np.log1p(question.same_core))
    columns["rank"] = np.arange(len(candidates))
    columns["rank_total"] = np.argsort(np.argsort(-candidates.total, kind="stable"), kind="stable")
    top = candidates.cosine.max(initial=1e-9)
    columns["of_best"] = candidates.cosine / top
    columns["candidates"] = np.full(len(candidates), len(candidates))
