"""From scores to the four verdicts: hard rules in front and behind, and which candidates are worth showing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np

from crm.core.matching.pairs import Candidates, Question
from crm.core.matching.reasons import Reason, describe
from crm.core.matching.stages import SecondLook

SAME = 0.85
"""From this score on one company; found by folds on the labelled set, aim: precision .992 (tools/train_matching.py)."""
LIKELY = 0.15
"""From this score on a person must look; so low because a duplicate held back costs less than two holders."""
FLOOR = 0.05
"""From this score on a faint trace is shown among the related."""
JUST_BELOW = 0.01
CROWDED_SAME, CROWDED_FLOOR = 0.88, 0.001
"""The same two where a question looks far, among more than 300,000 names: more firms look alike, and a likeness is shared by
many. Found at 1,000,000 companies on the training part: precision .996 as with fewer (.994 from .85 on), R@5 .930 → .940."""
_CERTAIN, _EQUAL = 1.0, 0.999
_SISTERS = 2
_LOOK_ALIKE = 0.5
_LONG_BRAND = 3  # so many first characters of two cores in common are no chance
KIN, BELONGS = 0.02, 0.3
"""From these scores of the kin stage on a company is shown as related, and is so rather than 疑似 if that score is higher."""
_CAPPED_BY = ("place", "branch", "group_differs", "asked_legal", "kind", "one_other_sound", "look")


@dataclass(frozen=True, slots=True)
class Bounds:
    """From which scores on a company is ``same``, and a faint trace is shown."""

    same: float = SAME
    floor: float = FLOOR


QUIET, CROWDED = Bounds(), Bounds(CROWDED_SAME, CROWDED_FLOOR)


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


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the companies beside their likeness.

    ``identified``: companies that a code, key or alias equals. ``other_code``: companies whose code is not the typed one.
    ``bounds``: what the size of the base asks of a score.
    """

    identified: Mapping[int, frozenset[Rule]] = field(default_factory=dict)
    other_code: frozenset[int] = frozenset()
    bounds: Bounds = QUIET


@dataclass(slots=True)
class _Weighed:
    """A company under judgement."""

    company_id: int
    place: int
    score: float
    verdict: Verdict
    shared: int
    kin: float


def judge(
    question: Question,
    candidates: Candidates,
    columns: Mapping[str, np.ndarray],
    scores: np.ndarray,
    known: Known,
    second: SecondLook,
    *,
    limit: int = 5,
) -> list[Judged]:
    """Judge every company of one question and return the ones to show, ``limit`` in all.

    ``scores`` and ``columns`` are of all rows; ``second`` says which of them are this question's, and how they stand.
    """
    weighed = _weigh(candidates, columns, scores, known, second)
    _one_same(weighed, known.identified)
    weighed.sort(key=lambda one: -one.score)
    return [_told(one, question, candidates, columns, known) for one in _shown(weighed, known.bounds, limit)]


def _weigh(
    candidates: Candidates,
    columns: Mapping[str, np.ndarray],
    scores: np.ndarray,
    known: Known,
    second: SecondLook,
) -> list[_Weighed]:
    """Take each company by its best name and bound its score by the hard rules.

    The best candidate has the score of the second look; no other rises above it, or to ``same``, by likeness alone.
    """
    best = second.best
    held, same = capped(columns, best), known.bounds.same
    bounded = np.minimum(scores[best], min(second.first, same - JUST_BELOW))
    rivalled = held[0] or bool(((scores[best[1:]] >= same) & ~held[1:]).any())
    bounded[0] = min(second.first, same - JUST_BELOW if rivalled else _EQUAL)
    sharing = {rule: sum(rule in rules for rules in known.identified.values()) for rule in Rule}
    kins = np.maximum(second.kin, np.where(columns["prefix"][best] >= _LONG_BRAND, KIN, 0.0)).tolist()
    weighed = []
    for place, score, kin, is_held in zip(best.tolist(), bounded.tolist(), kins, held.tolist(), strict=True):
        company, shared = candidates.company_id[place], 0
        if (rules := known.identified.get(company)) or company in known.other_code:
            shared = _shared_by(rules or frozenset(), sharing)
            ceiling = same - JUST_BELOW
            score = _ruled(score, rules or frozenset(), shared, ceiling, is_held, company in known.other_code)
            kin = 0.0 if rules else kin
        if score >= known.bounds.floor or kin >= KIN:  # else never shown
            weighed.append(_Weighed(company, place, score, _verdict(score, kin, same), shared, kin))
    return weighed


def _told(
    one: _Weighed, question: Question, candidates: Candidates, columns: Mapping[str, np.ndarray], known: Known
) -> Judged:
    rules = [rule.value for rule in known.identified.get(one.company_id, ())]
    place = _named(one, question, candidates, columns) if rules else one.place
    reasons = describe(question, candidates, columns, place, rules, one.shared)
    if one.company_id in known.other_code:
        reasons = (Reason("uscc_differs"), *reasons)
    return Judged(one.company_id, place, one.score, one.verdict, reasons)


def _named(one: _Weighed, question: Question, candidates: Candidates, columns: Mapping[str, np.ndarray]) -> int:
    """Return where the very name stands that was typed: a former name that sounds alike may score a hair higher."""
    if candidates.norm[one.place] == question.name.norm:
        return one.place
    asked = candidates.asked[one.place]
    same = (
        place
        for place in np.flatnonzero(candidates.asked == asked).tolist()
        if candidates.company_id[place] == one.company_id and candidates.norm[place] == question.name.norm
    )
    return next(same, one.place)


def _one_same(weighed: list[_Weighed], identified: Mapping[int, frozenset[Rule]]) -> None:
    """Let one company at most be the same: the one that a code or key names, else a person must choose."""
    same = [one for one in weighed if one.verdict is Verdict.SAME]
    if len(same) < 2:
        return
    for rule in Rule:
        named = [one.company_id for one in same if rule in identified.get(one.company_id, ())]
        if named:
            break
    stays = named[0] if len(named) == 1 else None
    for one in same:
        if one.company_id != stays:
            one.score, one.verdict = min(one.score, SAME - JUST_BELOW), Verdict.LIKELY


def _shared_by(rules: frozenset[Rule], sharing: Mapping[Rule, int]) -> int:
    """Return how many companies the strongest identifying fact leads to; 0 if there is none."""
    return next((sharing[rule] for rule in Rule if rule in rules), 0)


def capped(columns: Mapping[str, np.ndarray], own: np.ndarray) -> np.ndarray:
    """Tell where a hard rule forbids ``same``: another place, branch, group mark, or a core that differs by a character.

    Not where the two characters sound or look alike: that is a slip.
    """
    at = {name: columns[name][own] for name in _CAPPED_BY}
    named = (at["kind"] == 0) | (at["kind"] == 3)
    marks_differ = (at["group_differs"] != 0) & (at["asked_legal"] > 0) & named
    other_core = (at["one_other_sound"] > 0) & (at["look"] < _LOOK_ALIKE)
    held: np.ndarray = (at["place"] < 0) | (at["branch"] < 0) | marks_differ | other_core
    return held


def _ruled(score: float, rules: frozenset[Rule], shared: int, ceiling: float, capped: bool, other_code: bool) -> float:
    """Bound the score of a company that a code, key or alias speaks for or against; ``ceiling``: just below ``same``."""
    if Rule.USCC in rules:
        return _CERTAIN if shared == 1 else ceiling
    if other_code:
        return min(score, ceiling)
    if shared > 1:
        return min(max(score, LIKELY), ceiling)
    return _EQUAL if Rule.KEY in rules or (Rule.ALIAS in rules and not capped) else score


def _verdict(score: float, kin: float, same: float) -> Verdict:
    """Say what a company is; one that belongs to the group rather than is the one meant is related."""
    if score >= same:
        return Verdict.SAME
    return Verdict.LIKELY if score >= LIKELY and not (kin >= BELONGS and kin > score) else Verdict.RELATED


def _shown(weighed: list[_Weighed], bounds: Bounds, limit: int) -> list[_Weighed]:
    """Show all that may be the same, then who belongs to the same group, then a faint trace of the best ones."""
    shown = [one for one in weighed if one.verdict is not Verdict.RELATED][:limit]
    rest = [one for one in weighed if one.verdict is Verdict.RELATED]
    sisters = sorted((one for one in rest if one.kin >= KIN), key=lambda one: -one.kin)
    faint = [one for one in rest if one.score >= bounds.floor and one.kin < KIN]
    shown += sisters[: min(_SISTERS, limit - len(shown))]
    shown += faint[: max(0, limit - len(shown))]
    shown += sisters[_SISTERS : _SISTERS + max(0, limit - len(shown))]
    place = {one.company_id: n for n, one in enumerate(weighed)}
    return sorted(shown, key=lambda one: place[one.company_id])
