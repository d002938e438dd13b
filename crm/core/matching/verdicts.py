"""From scores to the four verdicts: hard rules in front and behind, and which candidates are worth showing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from crm.core.matching.pairs import Candidates, Question
from crm.core.matching.reasons import Reason, describe

SAME = 0.85
"""From this score on one company; found by folds on the labelled set, aim: precision .988 (tools/train_matching.py)."""
LIKELY = 0.10
"""From this score on a person must look; so low because a duplicate held back costs less than two holders."""
FLOOR = 0.004
"""Below this score a candidate shows only if it is related."""
_JUST_BELOW = 0.01
_CERTAIN, _EQUAL = 1.0, 0.999
_FIRST_BY_SCORE, _SISTERS = 3, 2
_A_SISTER = 1.5


class Verdict(StrEnum):
    """What a candidate is to the typed text. 未发现 is an empty list."""

    SAME = "same"
    LIKELY = "likely"
    RELATED = "related"


class Rule(StrEnum):
    """What identifies a candidate beyond likeness."""

    USCC = "uscc_equal"
    KEY = "key_equal"
    ALIAS = "alias_equal"


@dataclass(frozen=True, slots=True)
class Judged:
    """A company found, its best name (``place`` in the candidates), and what is said of it."""

    company_id: int
    place: int
    score: float
    verdict: Verdict
    reasons: tuple[Reason, ...]


def judge(
    question: Question,
    candidates: Candidates,
    columns: Mapping[str, np.ndarray],
    scores: np.ndarray,
    identified: Mapping[int, frozenset[Rule]],
    *,
    other_code: frozenset[int] = frozenset(),
    limit: int = 5,
) -> list[Judged]:
    """Judge every company and return the ones to show: the best by score and the best related, ``limit`` in all.

    ``identified``: companies that a code, key or alias equals. ``other_code``: companies whose code is not the typed one.
    """
    sharing = {rule: [c for c, rules in identified.items() if rule in rules] for rule in Rule}
    judged: list[Judged] = []
    for place in _best_names(candidates, scores, identified):
        company = candidates.company_id[place]
        rules = identified.get(company, frozenset())
        shared = _shared_by(rules, sharing)
        score = _bounded(float(scores[place]), rules, shared, _capped(columns, place), company in other_code)
        reasons = describe(question, candidates, columns, place, [rule.value for rule in rules], shared)
        if company in other_code:
            reasons = (Reason("uscc_differs"), *reasons)
        judged.append(Judged(company, place, score, _verdict(score), reasons))
    judged = _one_same(judged, identified)
    judged.sort(key=lambda j: (-j.score, -float(candidates.cosine[j.place]), j.company_id))
    return _shown(judged, columns, limit)


def relatedness(columns: Mapping[str, np.ndarray]) -> np.ndarray:
    """Return how much a candidate looks like a sister, a look-alike, or a name typed in part."""
    same_sound = (columns["sound_edits"] == 0) & (columns["core_edits"] > 0)
    contained = (columns["has_core"] > 0) & (columns["core_length"] >= 2)
    return (
        2.0 * (columns["same_core"] > 0)
        + 1.2 * same_sound
        + 0.8 * ((columns["one_other_sound"] > 0) & (columns["asked_core"] >= 2))
        + columns["sound_body"] / 100
        + 0.5 * contained
        + 1.2 * ((columns["prefix"] >= 2) & (columns["same_core"] == 0))
        + 1.2 * ((columns["body_in"] > 0) & (columns["asked_length"] >= 2))
        + 0.2 * (columns["place"] > 0)
    )


def _best_names(candidates: Candidates, scores: np.ndarray, identified: Mapping[int, frozenset[Rule]]) -> list[int]:
    """Return, for each company, the place of its best name."""
    best: dict[int, int] = {}
    for place in np.argsort(-scores, kind="stable"):
        best.setdefault(candidates.company_id[int(place)], int(place))
    return list(best.values())


def _one_same(judged: list[Judged], identified: Mapping[int, frozenset[Rule]]) -> list[Judged]:
    """Let one company at most be the same: the one that a code or key names, else a person must choose."""
    same = [one for one in judged if one.verdict is Verdict.SAME]
    if len(same) < 2:
        return judged
    for rule in Rule:
        named = [one.company_id for one in same if rule in identified.get(one.company_id, ())]
        if named:
            break
    stays = named[0] if len(named) == 1 else None
    return [
        replace(one, score=min(one.score, SAME - _JUST_BELOW), verdict=Verdict.LIKELY)
        if one.verdict is Verdict.SAME and one.company_id != stays
        else one
        for one in judged
    ]


def _shared_by(rules: frozenset[Rule], sharing: Mapping[Rule, Sequence[int]]) -> int:
    """Return how many companies the strongest identifying fact leads to; 0 if there is none."""
    for rule in (Rule.USCC, Rule.KEY, Rule.ALIAS):
        if rule in rules:
            return len(sharing[rule])
    return 0


def _capped(columns: Mapping[str, np.ndarray], place: int) -> bool:
    """Tell whether a hard rule forbids ``same``: another place, branch, group mark or a core one sound away."""
    marks_differ = (
        columns["group_differs"][place] != 0 and columns["asked_legal"][place] > 0 and columns["kind"][place] in (0, 3)
    )
    return bool(
        columns["place"][place] < 0
        or columns["branch"][place] < 0
        or marks_differ
        or columns["one_other_sound"][place] > 0
    )


def _bounded(score: float, rules: frozenset[Rule], shared: int, capped: bool, other_code: bool) -> float:
    if Rule.USCC in rules:
        return _CERTAIN if shared == 1 else SAME - _JUST_BELOW
    if other_code:
        return min(score, SAME - _JUST_BELOW)
    if rules and shared > 1:
        return min(max(score, LIKELY), SAME - _JUST_BELOW)
    if Rule.KEY in rules or (Rule.ALIAS in rules and not capped):
        return _EQUAL
    return min(score, SAME - _JUST_BELOW) if capped else min(score, _EQUAL)


def _verdict(score: float) -> Verdict:
    if score >= SAME:
        return Verdict.SAME
    return Verdict.LIKELY if score >= LIKELY else Verdict.RELATED


def _shown(judged: list[Judged], columns: Mapping[str, np.ndarray], limit: int) -> list[Judged]:
    """Keep all that may be the same, but at least three by score; then sisters; then what is left."""
    related = relatedness(columns)
    by_score = [
        one for n, one in enumerate(judged) if one.score >= LIKELY or (one.score >= FLOOR and n < _FIRST_BY_SCORE)
    ]
    shown = by_score[:limit]
    rest = [one for one in judged if one not in shown]
    sisters = [one for one in rest if related[one.place] >= _A_SISTER]
    shown += sorted(sisters, key=lambda one: -related[one.place])[: min(_SISTERS, limit - len(shown))]
    shown += [one for one in rest if one not in shown and one.score >= FLOOR][: limit - len(shown)]
    return sorted(shown, key=judged.index)
