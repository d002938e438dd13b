"""Features of questions and their candidates, as one array: what the learned scorer looks at.

Many questions at once: the rows of all of them are compared column by column, each with its own question.
"""

from collections.abc import Callable, Sequence
from operator import contains, eq
from typing import Any

import numpy as np
from rapidfuzz import fuzz, process
from rapidfuzz.distance import JaroWinkler, LCSseq, Levenshtein, Prefix

from crm.core.matching.groups import Groups, gaps_to_best_other, groups
from crm.core.matching.latin import latin_features
from crm.core.matching.pairs import Candidates, Question
from crm.core.matching.places import relation
from crm.core.names.shape import replaced
from crm.core.names.sound import sound_codes

_KINDS = {"legal": 0, "short": 1, "english": 2, "former": 3, "brand": 1, "confirmed": 1}
_GAPS = ("cosine", "norm", "body", "core", "subsequence", "sound_body")


class _Asked:
    """The parts of each row's question, repeated row by row."""

    def __init__(self, questions: Sequence[Question], candidates: Candidates, rows: Groups) -> None:
        self._names = [questions[number].name for number in candidates.asked[rows.starts].tolist()]
        self._sizes = rows.sizes.tolist()
        self._rows = rows

    def texts(self, part: str) -> list[str]:
        """Return a part of the question for each row."""
        found: list[str] = []
        for name, size in zip(self._names, self._sizes, strict=True):
            found += [getattr(name, part)] * size
        return found

    def numbers(self, part: str) -> np.ndarray:
        """Return a number of the question for each row."""
        return np.array([getattr(name, part) for name in self._names])[self._rows.each]

    def lengths(self, part: str) -> np.ndarray:
        """Return the length of a part of the question for each row."""
        return np.array([len(getattr(name, part)) for name in self._names])[self._rows.each]


def features(questions: Sequence[Question], candidates: Candidates) -> dict[str, np.ndarray]:
    """Return the features by name, each with one value for each candidate."""
    if len(candidates.asked) != len(candidates):
        raise ValueError("every row answers a question")
    columns: dict[str, np.ndarray] = {}
    rows = groups(candidates.asked)
    asked = _Asked(questions, candidates, rows)
    _likeness(columns, asked, candidates)
    _containment(columns, asked, candidates)
    _marks(columns, asked, questions, candidates, rows)
    columns["rarity"] = np.log1p(np.array([one.same_core for one in questions]))[candidates.asked]
    columns.update(latin_features(questions, candidates, rows))
    _crowd(columns, candidates, rows)
    company = np.asarray(candidates.company_id)
    gaps = gaps_to_best_other(np.column_stack([columns[name] for name in _GAPS]), company, rows)
    for place, name in enumerate(_GAPS):
        columns[f"gap_{name}"] = gaps[:, place]
    return columns


def _compare(scorer: Callable[..., Any], own: Sequence[str], others: Sequence[str]) -> np.ndarray:
    return process.cpdist(own, others, scorer=scorer, dtype=np.float32)


def _lengths(texts: Sequence[str]) -> np.ndarray:
    return np.fromiter(map(len, texts), np.intp, len(texts))


def _sounds(texts: Sequence[str]) -> list[str]:
    told = {text: sound_codes(text) for text in set(texts)}
    return [told[text] for text in texts]


def _likeness(columns: dict[str, np.ndarray], asked: _Asked, candidates: Candidates) -> None:
    norm, head, body, core = (asked.texts(part) for part in ("norm", "head", "body", "core"))
    sound_body, sound_core = _sounds(body), _sounds(core)
    bodies, cores = _sounds(candidates.body), _sounds(candidates.core)
    columns["norm"] = _compare(fuzz.ratio, norm, candidates.norm)
    columns["partial"] = _compare(fuzz.partial_ratio, head, candidates.head)
    columns["head"] = _compare(fuzz.ratio, head, candidates.head)
    columns["body"] = _compare(fuzz.ratio, body, candidates.body)
    columns["core"] = _compare(fuzz.ratio, core, candidates.core)
    columns["line"] = _compare(fuzz.ratio, asked.texts("line"), candidates.line)
    columns["sound_body"] = _compare(fuzz.ratio, sound_body, bodies)
    columns["sound_core"] = _compare(fuzz.ratio, sound_core, cores)
    columns["winkler"] = _compare(JaroWinkler.similarity, body, candidates.body)
    columns["core_edits"] = _compare(Levenshtein.distance, core, candidates.core)
    columns["sound_edits"] = _compare(Levenshtein.distance, sound_core, cores)
    columns["body_edits"] = _compare(Levenshtein.distance, body, candidates.body)
    columns["prefix"] = _compare(Prefix.similarity, core, candidates.core)
    common = _compare(LCSseq.similarity, head, candidates.head)
    columns["subsequence"] = common / np.maximum(1, asked.lengths("head"))
    columns["covered"] = common / np.maximum(1, _lengths(candidates.head))
    within = _compare(LCSseq.similarity, body, candidates.norm)
    columns["body_within"] = within / np.maximum(1, asked.lengths("body"))
    # One character replaced by another; one missing or doubled is a slip of the keyboard.
    one_off = (columns["core_edits"] == 1) & (_lengths(candidates.core) == asked.lengths("core"))
    columns["look"] = np.zeros(len(candidates))
    for place in np.flatnonzero(one_off).tolist():
        columns["look"][place] = replaced(core[place], candidates.core[place])
    columns["one_other_sound"] = one_off & (columns["sound_edits"] > 0)
    columns["one_same_sound"] = one_off & (columns["sound_edits"] == 0)


def _containment(columns: dict[str, np.ndarray], asked: _Asked, candidates: Candidates) -> None:
    norm, head, body, core = (asked.texts(part) for part in ("norm", "head", "body", "core"))
    columns["same_norm"] = _pairwise(eq, candidates.norm, norm)
    columns["same_head"] = _pairwise(eq, candidates.head, head)
    columns["same_body"] = _pairwise(eq, candidates.body, body)
    columns["same_core"] = _pairwise(eq, candidates.core, core)
    columns["body_in"] = _pairwise(contains, candidates.norm, body)
    columns["has_body"] = _pairwise(contains, norm, candidates.body) & _there(candidates.body)
    columns["core_in"] = _pairwise(contains, candidates.body, core)
    columns["has_core"] = _pairwise(contains, body, candidates.core) & _there(candidates.core)


def _pairwise(test: Callable[[str, str], bool], one: Sequence[str], other: Sequence[str]) -> np.ndarray:
    return np.fromiter(map(test, one, other), bool, len(one))


def _there(texts: Sequence[str]) -> np.ndarray:
    return np.fromiter(map(bool, texts), bool, len(texts))


def _marks(
    columns: dict[str, np.ndarray], asked: _Asked, questions: Sequence[Question], candidates: Candidates, rows: Groups
) -> None:
    legal, grp = np.array(candidates.legal), np.array(candidates.grp)
    own_legal, own_grp = asked.numbers("legal"), asked.numbers("grp")
    columns["place"], columns["place_text"], columns["place_record"] = relation(questions, candidates, rows)
    told = np.array([(1 if one.name.prov else 0) + (2 if one.province else 0) for one in questions])
    columns["asked_place"] = told[candidates.asked]
    columns["asked_legal"] = own_legal
    columns["legal_differs"] = np.where(legal * own_legal == 0, 0, np.where(legal == own_legal, 1, -1))
    columns["by_shares"] = legal == 2
    columns["asked_group"] = own_grp
    columns["group_differs"] = np.where(grp == own_grp, 0, np.where(grp > 0, 1, -1))
    columns["branch"] = np.array(
        [_branch(own, other) for own, other in zip(asked.texts("branch"), candidates.branch, strict=True)]
    )
    columns["kind"] = np.array([_KINDS.get(k, 0) for k in candidates.kind])
    columns["asked_length"] = asked.lengths("norm")
    columns["asked_core"] = asked.lengths("core")
    columns["asked_line"] = asked.lengths("line")
    columns["core_length"] = _lengths(candidates.core)
    columns["longer"] = _lengths(candidates.body) - asked.lengths("body")


def _branch(own: str, other: str) -> int:
    if not own and not other:
        return 0
    if own == other:
        return 1
    return -2 if own and other else -1


def _crowd(columns: dict[str, np.ndarray], candidates: Candidates, rows: Groups) -> None:
    """How alone a candidate is: the hits of one rare core say more than one of ten."""
    asked, company = candidates.asked, np.asarray(candidates.company_id)
    columns["cosine"] = candidates.cosine
    columns["total"] = candidates.total
    columns["share_core"] = _owners(asked, candidates.core, company)
    columns["share_body"] = _owners(asked, candidates.body, company)
    columns["rank"] = rows.position()
    columns["rank_total"] = rows.rank(candidates.total)
    columns["of_best"] = candidates.cosine / np.maximum(1e-9, rows.best(candidates.cosine))
    columns["candidates"] = rows.sizes[rows.each]


def _owners(asked: np.ndarray, texts: Sequence[str], company: np.ndarray) -> np.ndarray:
    """Return, for each row, how many companies among those of its question have the text."""
    numbers: dict[str, int] = {}
    text = np.fromiter((numbers.setdefault(one, len(numbers)) for one in texts), np.int64, len(texts))
    key = asked * len(numbers) + text
    _, each = np.unique(key, return_inverse=True)
    order = np.lexsort((company, each))
    new = np.ones(len(order), bool)
    new[1:] = (each[order[1:]] != each[order[:-1]]) | (company[order[1:]] != company[order[:-1]])
    owners: np.ndarray = np.bincount(each[order], weights=new)[each]
    return owners
