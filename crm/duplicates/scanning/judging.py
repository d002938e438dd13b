"""From scores and hard facts to verdicts: 同一 only by a code, a key or a strong fact that nothing contradicts."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from crm.duplicates.scanning.blocks import Found
from crm.duplicates.scanning.columns import Base
from crm.duplicates.scanning.facts import Facts, among, packed
from crm.duplicates.scanning.likeness import Likeness

LIKELY = 0.20
"""From this probability on a person looks: precision .88, recall .98 of what was injected (tools/train_scanning.py)."""
WITH_FACT = 0.05
"""The same where an address, a telephone or a web site is shared."""
CLOSE = 0.80
"""From this probability on a shared address, telephone or web site makes 疑似 into 同一."""
NONE, RELATED, SAME_OR_NOT, SAME = range(4)
WORDS = {SAME_OR_NOT: "likely", SAME: "same"}
_CERTAIN, _BY_KEY, _BY_FACT, _BY_NAME = 1.0, 0.999, 0.99, 0.98


@dataclass(slots=True)
class Evidence:
    """Facts of pairs of names, a column each."""

    pair: np.ndarray
    same_code: np.ndarray
    other_code: np.ndarray
    same_key: np.ndarray
    same_name: np.ndarray
    same_address: np.ndarray
    same_phone: np.ndarray
    same_site: np.ndarray
    same_day: np.ndarray
    other_day: np.ndarray
    apart: np.ndarray
    settled: np.ndarray


def evidence(base: Base, facts: Facts, found: Found) -> Evidence:
    """Look the facts of pairs up."""
    names, companies = base.names, base.companies
    one, other = names.company[found.one], names.company[found.other]
    pair = packed(one, other)

    def equal(values: np.ndarray) -> np.ndarray:
        return np.asarray((values[one] == values[other]) & (values[one] > 0))

    def unequal(values: np.ndarray) -> np.ndarray:
        return np.asarray((values[one] != values[other]) & (values[one] > 0) & (values[other] > 0))

    return Evidence(
        pair=pair,
        same_code=equal(companies.code) | among(pair, facts.codes),
        other_code=unequal(companies.code),
        same_key=among(pair, facts.keys),
        same_name=(names.norm[found.one] == names.norm[found.other]) & (names.norm[found.one] > 0),
        same_address=equal(companies.address) & among(pair, facts.shared),
        same_phone=among(pair, facts.phones),
        same_site=equal(companies.website) & among(pair, facts.shared),
        same_day=equal(companies.founded),
        other_day=unequal(companies.founded),
        apart=among(pair, facts.apart),
        settled=among(pair, facts.settled),
    )


def judge(likeness: Likeness, scores: np.ndarray, told: Evidence) -> tuple[np.ndarray, np.ndarray]:
    """Return verdict and score of each pair."""
    elsewhere = likeness["place"] < 0
    fact = told.same_address | told.same_phone | told.same_site
    against = told.other_code | told.other_day | elsewhere
    marked = likeness["group_differs"] | (likeness["branch"] < 0) | (likeness["lines"] < 0)
    near = (scores >= CLOSE) & (likeness["sound_body_edits"] <= 1)
    by_code = told.same_code & ~(elsewhere & (scores < WITH_FACT))
    by_key = told.same_key & ~against
    by_fact = fact & near & ~against & ~marked
    doubtful = told.same_code | told.same_key
    doubtful |= (scores >= np.where(fact, WITH_FACT, LIKELY)) & ~told.other_code
    sisters = likeness["same_core"] | (scores >= LIKELY)
    verdict = np.select(
        [by_code | by_key | by_fact, doubtful, sisters], [SAME, SAME_OR_NOT, RELATED], default=NONE
    ).astype(np.int8)
    verdict[told.settled | (told.apart & ~told.same_code)] = NONE
    floor = np.select([by_code, by_key, by_fact], [_CERTAIN, _BY_KEY, _BY_FACT], default=0.0)
    capped = np.where(verdict == SAME, floor, np.minimum(scores, _BY_NAME))
    return verdict, np.where((verdict == SAME_OR_NOT) & doubtful, np.maximum(capped, WITH_FACT), capped)


Test = Callable[[Likeness, Evidence], np.ndarray]
_REASONS: dict[str, Test] = {
    "uscc_equal": lambda _, told: told.same_code,
    "uscc_differs": lambda _, told: told.other_code,
    "key_equal": lambda _, told: told.same_key,
    "alias_equal": lambda _, told: told.same_name & ~told.same_key,
    "phone_equal": lambda _, told: told.same_phone,
    "address_equal": lambda _, told: told.same_address,
    "website_equal": lambda _, told: told.same_site,
    "founded_equal": lambda _, told: told.same_day,
    "founded_differs": lambda _, told: told.other_day,
    "former_name": lambda like, _: like["formers"] > 0,
    "english_name": lambda like, _: like["latin"] > 1,
    "core_equal": lambda like, _: like["same_core"],
    "core_sound": lambda like, _: (like["sound_edits"] == 0) & ~like["same_core"],
    "core_one_char": lambda like, _: (like["core_edits"] == 1) & (like["sound_edits"] > 0) & (like["short_core"] > 1),
    "contained": lambda like, _: like["within"] & ~like["same_body"],
    "abbreviation": lambda like, _: (like["of_shorter"] == 1) & ~like["within"] & (like["short_body"] > 1),
    "place_equal": lambda like, _: like["place"] > 0,
    "place_differs": lambda like, _: like["place"] < 0,
    "line_equal": lambda like, _: (like["lines"] > 0) & (like["short_body"] > like["short_core"]),
    "line_differs": lambda like, _: like["lines"] < 0,
    "legal_differs": lambda like, _: like["legal"] < 0,
    "group_differs": lambda like, _: like["group_differs"],
    "branch_differs": lambda like, _: like["branch"] < 0,
}


def reasons(likeness: Likeness, told: Evidence, rows: np.ndarray) -> list[str]:
    """Return the reason codes of the chosen rows, sorted and separated by blanks."""
    columns = {code: np.asarray(test(likeness, told))[rows] for code, test in sorted(_REASONS.items())}
    return [" ".join(code for code, column in columns.items() if column[n])[:200] or "alike" for n in range(len(rows))]
