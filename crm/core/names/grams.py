"""Grams: the short keys under which a stored name is found again. They depend on everything else in this package.

Change any rule or table of it and the stored grams no longer meet the asked ones: raise VERSION, then build the
name index again (``flask --app wsgi matching reindex``).
"""

import csv
from collections.abc import Iterable
from functools import cache, lru_cache
from importlib.resources import files
from itertools import pairwise
from zlib import crc32

from crm.core.names.parts import Parts
from crm.core.names.sound import spelled, syllables

VERSION = 2
_HEAD = 14
_SKIP_STARTS = 8
_SOUND = 5
_PIECES = (2, 3, 4, 5)
_WORDS = 12


def gram(family: str, text: str) -> int:
    """Return the gram's number: crc32 of family letter + text as signed 32 bit, the same in every process."""
    number = crc32((family + text).encode("utf-8", "ignore"))
    return number - (1 << 32) if number >= 1 << 31 else number


def stored_grams(name: Parts, rprov: str = "", rcity: str = "", *, spelled_out: bool = True) -> set[int]:
    """Return the grams of a stored name. ``rprov`` and ``rcity``: seat in the company record, if the text names no place.

    ``spelled_out``: also the pinyin of core and place as Latin words (legal and former names).
    """
    if name.lat:
        return {gram("w", word) for word in _words(name.lat)} | {gram("x", name.norm)}
    found = {gram("c", pair) for pair in _adjacent(name.head[:_HEAD])}
    found |= {gram("c", pair) for pair in _skips(name.head[:_HEAD])}
    found |= {gram("p", pair) for pair in _sound_pairs(name.body)}
    found.add(gram("x", name.norm))
    if name.core:
        found.add(gram("k", name.core))
    core = spelled(name.core)
    places = _places(name, rprov, rcity)
    found |= {gram("v", place + core) for place in places}
    found |= {gram("w", word) for word in _latin_words(name.body)}
    if spelled_out:
        found |= {gram("w", spelled(name.core[:n])) for n in _PIECES if n <= max(2, len(name.core))}
        found |= {gram("w", place) for place in places}
    return found


def asked_grams(name: Parts) -> dict[int, float]:
    """Return the grams a typed name asks for, each with its weight."""
    return _latin_asked(name) if name.lat else _chinese_asked(name)


def piece_grams(piece: str) -> tuple[int, ...]:
    """Return one or two grams that every name has in whose first characters this piece of Chinese stands; none for other texts."""
    if len(piece) < 2 or piece.isascii():
        return ()
    return tuple({gram("c", piece[:2]), gram("c", piece[-2:])})


def identity_grams(name: Parts) -> set[int]:
    """Return those of the asked grams that nearly identify a name: whole text, core, place with core."""
    grams = {gram("x", name.norm), gram("k", name.core)}
    if name.lat:
        return grams | {gram("v", text) for text in _joined(name.lat.split()[:_WORDS])}
    return grams | {gram("v", place + spelled(name.core)) for place in _places(name, "", "")}


@cache
def glosses() -> dict[str, tuple[str, ...]]:
    """Trade words of English names → Chinese words (robotics → 机器人)."""
    text = files("crm.core.data").joinpath("glosses.csv").read_text("utf-8")
    return {row["latin"]: tuple(row["chinese"].split()) for row in csv.DictReader(text.splitlines())}


def _chinese_asked(name: Parts) -> dict[int, float]:
    asked: dict[int, float] = {}
    head = name.head[:_HEAD]
    _ask(asked, "c", _skips(head), 0.4)
    _ask(asked, "c", _adjacent(head), 1.0)
    _ask(asked, "p", _sound_pairs(name.body), 0.7)
    _ask(asked, "w", _latin_words(name.body), 1.0)
    _ask(asked, "k", [name.core] if name.core else [], 0.5)
    _ask(asked, "v", [place + spelled(name.core) for place in _places(name, "", "")], 0.5)
    _ask(asked, "x", [name.norm] if name.norm else [], 1.0)
    return asked


def _latin_asked(name: Parts) -> dict[int, float]:
    words = name.lat.split()[:_WORDS]
    asked: dict[int, float] = {}
    for word in words:
        for chinese in glosses().get(word, ()):
            _ask(asked, "c", _adjacent(chinese), 0.3)
    joined = [a + b for a, b in pairwise(words)]
    _ask(asked, "w", [w for w in words if len(w) > 1 or len(words) == 1] + joined, 1.0)
    _ask(asked, "v", _joined(words), 1.2)
    _ask(asked, "x", [name.norm], 1.0)
    return asked


def _joined(words: list[str]) -> list[str]:
    """Two and three words that follow each other, written together: what place + core look like in Latin letters."""
    threes = [a + b + c for a, b, c in zip(words, words[1:], words[2:], strict=False)]
    return [a + b for a, b in pairwise(words)] + threes


def _ask(asked: dict[int, float], family: str, texts: Iterable[str], weight: float) -> None:
    for text in texts:
        number = gram(family, text)
        asked[number] = max(weight, asked.get(number, 0.0))


def _adjacent(text: str) -> list[str]:
    return [text] if len(text) == 1 else [text[i : i + 2] for i in range(len(text) - 1)]


def _skips(text: str) -> list[str]:
    return [text[i] + text[i + d] for d in (2, 3) for i in range(min(_SKIP_STARTS, len(text) - d))]


def _sound_pairs(body: str) -> list[str]:
    sounds = syllables(body[:_SOUND])
    return [f"{a} {b}" for a, b in pairwise(sounds)] or sounds


def _places(name: Parts, rprov: str, rcity: str) -> list[str]:
    """Spellings of the places a name may be called by: the text's, else the record's."""
    city = name.city.partition("/")[0]
    chosen = [place for place in (name.prov, city) if place] or [place for place in (rprov, rcity) if place]
    return [_spelled_place(place) for place in dict.fromkeys(chosen)]


@lru_cache(maxsize=1000)
def _spelled_place(place: str) -> str:
    return {"陕西": "shaanxi", "重庆": "chongqing", "厦门": "xiamen"}.get(place) or spelled(place)


def _words(lat: str) -> list[str]:
    words = lat.split()[:16]
    return words + [a + b for a, b in pairwise(words)]


def _latin_words(body: str) -> list[str]:
    """Latin words inside a Chinese name: ABB贝利 → abb."""
    words = "".join(c if c.isascii() and c.isalnum() else " " for c in body).split()
    return [w for w in words if len(w) > 1]
