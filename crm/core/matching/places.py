"""Where two companies sit: the same, unknown or in conflict, at the finest level both sides name."""

from collections.abc import Sequence

import numpy as np

from crm.core.matching.groups import Groups
from crm.core.matching.pairs import Candidates, Question

COUNTY, CITY, PROVINCE, UNKNOWN = 3, 2, 1, 0
OTHER_COUNTY, OTHER_CITY, OTHER_PROVINCE = -1, -2, -3


def compare(own: tuple[str, str, str], other: tuple[str, str, str]) -> int:
    """Compare two places (province, city, county); negative is a conflict at that level."""
    if not own[0] or not other[0]:
        return UNKNOWN
    if own[0] != other[0]:
        return OTHER_PROVINCE
    if not own[1] or not other[1]:
        return PROVINCE
    if own[1] != other[1]:
        return OTHER_CITY
    if not own[2] or not other[2]:
        return CITY
    return COUNTY if own[2] == other[2] else OTHER_COUNTY


def relation(
    questions: Sequence[Question], candidates: Candidates, rows: Groups
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return, for each candidate, the relation to its text or record (the kinder one), to its text, to its record."""
    text: list[int] = []
    record: list[int] = []
    asked = candidates.asked[rows.starts].tolist()
    for number, start, size in zip(asked, rows.starts.tolist(), rows.sizes.tolist(), strict=True):
        own, end = questions[number].place, start + size
        if not own[0]:
            text += [UNKNOWN] * size
            record += [UNKNOWN] * size
            continue
        told = zip(candidates.prov[start:end], candidates.city[start:end], strict=True)
        text += [compare(own, (p, *_city(c))) if p else UNKNOWN for p, c in told]
        kept = zip(candidates.rprov[start:end], candidates.rcity[start:end], strict=True)
        record += [compare(own, (p, c, "")) if p else UNKNOWN for p, c in kept]
    kinder = [_kinder(t, r) for t, r in zip(text, record, strict=True)]
    return np.array(kinder), np.array(text), np.array(record)


def _kinder(text: int, record: int) -> int:
    if text == UNKNOWN or record == UNKNOWN:
        return text or record
    return max(text, record) if text != OTHER_COUNTY else text


def _city(city: str) -> tuple[str, str]:
    name, _, county = city.partition("/")
    return name, county
