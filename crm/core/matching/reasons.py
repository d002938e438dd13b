"""Why a candidate is one: codes with values; the words are made in crm/companies/reasons.py."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from crm.core.matching import places
from crm.core.matching.pairs import Candidates, Question

CODES = (
    "uscc_equal",
    "uscc_differs",
    "key_equal",
    "alias_equal",
    "text_shared",
    "former_name",
    "english_name",
    "spelled",
    "core_equal",
    "core_sound",
    "core_one_char",
    "abbreviation",
    "contained",
    "place_equal",
    "place_differs",
    "line_equal",
    "line_differs",
    "legal_differs",
    "group_differs",
    "branch_differs",
    "alike",
)
_ALIKE = 60


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason; ``own`` is the typed side, ``other`` the stored one."""

    code: str
    own: str = ""
    other: str = ""


def describe(
    question: Question,
    candidates: Candidates,
    columns: Mapping[str, np.ndarray],
    place: int,
    rules: Sequence[str],
    shared: int,
) -> tuple[Reason, ...]:
    """Return the reasons for one candidate, the strongest first."""
    if "uscc_equal" in rules:
        return (Reason("uscc_equal"),)
    found: list[Reason] = []
    if rules and shared > 1:
        found.append(Reason("text_shared", other=str(shared)))
    if rules:
        found.append(Reason("key_equal" if "key_equal" in rules else "alias_equal", other=candidates.norm[place]))
    if candidates.kind[place] == "former":
        found.append(Reason("former_name"))
    found += _latin(columns, place) if question.name.lat else _core(question, candidates, columns, place)
    found += _place(question, candidates, columns, place)
    if not rules:
        found += _marks(question, candidates, columns, place)
    return tuple(found) or (Reason("alike"),)


def _latin(columns: Mapping[str, np.ndarray], place: int) -> list[Reason]:
    if columns["lat_ratio"][place] >= _ALIKE:
        return [Reason("english_name")]
    return [Reason("spelled")] if columns["spelled"][place] > 0 else []


def _core(question: Question, candidates: Candidates, columns: Mapping[str, np.ndarray], place: int) -> list[Reason]:
    own, other = question.name.core, candidates.core[place]
    if own == other:
        return [Reason("core_equal", own, other)] if own else []
    if columns["sound_edits"][place] == 0:
        return [Reason("core_sound", own, other)]
    if columns["core_edits"][place] == 1 and len(own) > 1:
        return [Reason("core_one_char", own, other)]
    if columns["body_in"][place]:
        return [Reason("contained", question.name.body, candidates.norm[place])]
    if columns["has_core"][place] and len(other) > 1:
        return [Reason("contained", other, question.name.norm)]
    if columns["subsequence"][place] == 1.0 and len(question.name.head) > 1:
        return [Reason("abbreviation", question.name.norm, candidates.norm[place])]
    return []


def _place(question: Question, candidates: Candidates, columns: Mapping[str, np.ndarray], place: int) -> list[Reason]:
    kind = columns["place"][place]
    if kind == places.UNKNOWN:
        return []
    own = "".join(dict.fromkeys(question.place))
    text = candidates.prov[place], *candidates.city[place].split("/")
    other = "".join(dict.fromkeys(text)) or "".join(dict.fromkeys((candidates.rprov[place], candidates.rcity[place])))
    return [Reason("place_equal" if kind > 0 else "place_differs", own, other)]


def _marks(question: Question, candidates: Candidates, columns: Mapping[str, np.ndarray], place: int) -> list[Reason]:
    name = question.name
    found = []
    if name.line and candidates.line[place]:
        same = name.line == candidates.line[place]
        found.append(Reason("line_equal" if same else "line_differs", name.line, candidates.line[place]))
    if columns["branch"][place] < 0:
        found.append(Reason("branch_differs", name.branch, candidates.branch[place]))
    if columns["group_differs"][place] != 0 and name.legal:
        found.append(Reason("group_differs"))
    if columns["legal_differs"][place] < 0:
        found.append(Reason("legal_differs"))
    return found
