"""Places in a company name: provinces, cities and counties, written with or without 省, 市, 县, 区."""

import csv
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

LEVELS = {"country": 0, "province": 1, "city": 2, "county": 3}
_COUNTRY = ("中国", "中华")
_LONGEST = 11


@dataclass(frozen=True, slots=True)
class Place:
    """A division as it can stand in a name; ``form`` is the short written form."""

    form: str
    level: int
    province: str
    city: str
    county: str


@dataclass(frozen=True, slots=True)
class Found:
    """Places read off a text, from the coarse to the fine, and what is left of it."""

    province: str = ""
    city: str = ""
    county: str = ""
    first: str = ""
    rest: str = ""


@cache
def _table() -> dict[str, list[tuple[Place, bool]]]:
    """Written form → places; the flag says whether the form may be read at the front without brackets."""
    table: dict[str, list[tuple[Place, bool]]] = defaultdict(list)
    text = files("crm.core.data").joinpath("regions.csv").read_text("utf-8")
    for row in csv.DictReader(text.splitlines()):
        level = LEVELS[row["level"]]
        county = row["short"] if level == 3 else ""
        place = Place(row["short"], level, row["province"], row["city"], county)
        table[row["full"]].append((place, True))
        if row["short"] != row["full"]:
            table[row["short"]].append((place, row["bare"] == "1"))
            ending = {1: "省", 2: "市"}.get(level)
            if ending and row["short"] + ending != row["full"]:
                table[row["short"] + ending].append((place, True))
    return dict(table)


@cache
def _lengths() -> dict[str, tuple[int, ...]]:
    """First two characters → lengths of the forms that begin so, longest first."""
    lengths: dict[str, set[int]] = defaultdict(set)
    for form in _table():
        lengths[form[:2]].add(len(form))
    return {start: tuple(sorted(found, reverse=True)) for start, found in lengths.items()}


def read_front(text: str, keep: int = 2) -> Found:
    """Read places at the front of a text, coarse to fine and each inside the last, leaving at least ``keep`` characters."""
    found = Found(rest=text)
    level = 0
    while (place := _longest(found.rest, level, found, keep)) is not None:
        chosen, length = place
        found = Found(
            chosen.province or found.province,
            chosen.city or found.city,
            chosen.county,
            found.first or chosen.form,
            found.rest[length:],
        )
        level = chosen.level
    return found


def read_back(text: str, keep: int = 2) -> Found:
    """Read one province or city at the very end of a text (鑫沣科技大连), leaving at least ``keep`` characters."""
    for length in range(min(_LONGEST, len(text) - keep), 1, -1):
        ending = text[-length:]
        if ending in _COUNTRY:
            return Found(rest=text[:-length])
        for place, _ in _table().get(ending, ()):
            if place.level <= 2:
                return Found(place.province, place.city, "", place.form, text[:-length])
    return Found(rest=text)


def read_whole(text: str) -> Found | None:
    """Read a text that is nothing but places (what stands in brackets); None if it is anything else."""
    if text in _COUNTRY:
        return Found()
    found = Found(rest=text)
    level = 0
    while found.rest:
        place = _longest(found.rest, level, found, 0, bare=True)
        if place is None:
            return None
        chosen, length = place
        found = Found(
            chosen.province or found.province,
            chosen.city or found.city,
            chosen.county,
            found.first or chosen.form,
            found.rest[length:],
        )
        level = chosen.level
    return found


def plain(name: str) -> str:
    """Return the short form of a place in a record or a hint: 黄石市 → 黄石, 湖北省 → 湖北."""
    for place, _ in _table().get(name, ()):
        return place.form
    return name


@cache
def by_pinyin() -> dict[str, tuple[str, str]]:
    """Pinyin of provinces and cities → (province, city); a spelling that two places share is left out."""
    from crm.core.names.sound import pinyin

    found: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for form, places in _table().items():
        for place, _ in places:
            if form == place.form and place.level <= 2:
                found[pinyin(form).replace(" ", "")].add((place.province, place.city))
    found["shaanxi"] = {("陕西", "")}
    found["shanxi"] = {("山西", "")}
    return {spelling: next(iter(where)) for spelling, where in found.items() if len(where) == 1}


def _longest(text: str, level: int, found: Found, keep: int, *, bare: bool = False) -> tuple[Place, int] | None:
    for length in _lengths().get(text[:2], ()):
        if len(text) - length < keep or len(text) < length:
            continue
        for place, readable in _table().get(text[:length], ()):
            inside = (not found.province or place.province == found.province) and (
                not found.city or place.city == found.city or place.city == ""
            )
            if (readable or bare) and inside and place.level > level:
                return place, length
    return None
