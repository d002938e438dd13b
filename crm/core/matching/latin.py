"""Features for names typed in Latin letters: against stored English names, and against the sound of Chinese ones."""

from collections.abc import Sequence

import numpy as np
from rapidfuzz import fuzz, process

from crm.core.matching.groups import Groups
from crm.core.matching.pairs import Candidates, Question
from crm.core.names.grams import glosses
from crm.core.names.regions import by_pinyin
from crm.core.names.sound import syllable

_AGAINST = ("spelled", "spelled_core", "glossed", "untold", "letters")
_NAMES = ("latin", "lat_ratio", "lat_sort", "lat_set", "lat_prefix", *_AGAINST)


def latin_features(questions: Sequence[Question], candidates: Candidates, rows: Groups) -> dict[str, np.ndarray]:
    """Return the Latin columns; zeros where the question is Chinese."""
    found = {name: np.zeros(len(candidates), np.float32) for name in _NAMES}
    asked = candidates.asked[rows.starts].tolist()
    for number, start, size in zip(asked, rows.starts.tolist(), rows.sizes.tolist(), strict=True):
        if questions[number].name.lat:
            _fill(found, questions[number].name.lat, candidates, start, start + size)
    return found


def _fill(found: dict[str, np.ndarray], asked: str, candidates: Candidates, start: int, end: int) -> None:
    """Fill the rows of one question that is typed in Latin letters."""
    words = asked.split()[:12]
    found["latin"][start:end] = 1
    for name, scorer in (
        ("lat_ratio", fuzz.ratio),
        ("lat_sort", fuzz.token_sort_ratio),
        ("lat_set", fuzz.token_set_ratio),
    ):
        others = candidates.lat[start:end]
        found[name][start:end] = process.cdist([asked], others, scorer=scorer, dtype=np.float32)[0]
    for i in range(start, end):
        if candidates.lat[i]:
            theirs = candidates.lat[i].split()
            found["lat_prefix"][i] = sum(1 for a, b in zip(words, theirs, strict=False) if a == b) / len(words)
            continue
        text = (candidates.prov[i] or candidates.rprov[i], candidates.city[i].partition("/")[0] or candidates.rcity[i])
        values = _against(words, candidates.head[i], candidates.core[i], text)
        for name, value in zip(_AGAINST, values, strict=True):
            found[name][i] = value


def _against(
    words: list[str], head: str, core: str, place: tuple[str, str]
) -> tuple[float, float, float, float, float]:
    """Return shares: words that spell a piece of the name, syllables of the core so told, words glossed, untold; initials."""
    sounds = [syllable(c) for c in head]
    told: set[int] = set()
    spelled = glossed = 0
    for word in words:
        span = _span(word, sounds)
        if span is not None:
            spelled += 1
            told.update(range(*span))
        elif any(g in head for g in glosses().get(word, ())) or by_pinyin().get(word, ("?", ""))[0] == place[0]:
            glossed += 1
    start = head.find(core)
    core_told = sum(1 for i in range(start, start + len(core)) if i in told) if start >= 0 else 0
    letters = "".join(s[:1] for s in sounds)
    acronym = max((len(w) for w in words if 2 <= len(w) <= 5 and w in letters), default=0)
    untold = len(words) - spelled - glossed
    return (
        spelled / len(words),
        core_told / max(1, len(core)),
        glossed / len(words),
        untold / len(words),
        float(acronym),
    )


def _span(word: str, sounds: list[str]) -> tuple[int, int] | None:
    """Find syllables that follow each other and together spell the word."""
    if len(word) < 2:
        return None
    for start in range(len(sounds)):
        if not sounds[start] or not word.startswith(sounds[start]):
            continue
        end, rest = start, word
        while end < len(sounds) and sounds[end] and rest.startswith(sounds[end]):
            rest = rest[len(sounds[end]) :]
            end += 1
            if not rest:
                return start, end
    return None
