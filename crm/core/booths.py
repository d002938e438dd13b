"""Reading booth numbers: hall, aisle and stand, so that a route can be walked. The text as written is kept beside them."""

import re
import unicodedata
from typing import NamedTuple


class Booth(NamedTuple):
    """Where a booth is: 9.1D30-31 is hall 9.1, aisle D, stand 30."""

    hall: str = ""
    aisle: str = ""
    stand: int = 0


_WORDS = re.compile(r"HALL|PAVILION|BOOTH|STAND|NO\.?|展位号?|展台号?|摊位号?|第\d期", re.IGNORECASE)
# N3馆A12, 2号馆 C16, 9.1D30, B2-2C16, H1-205, A01
_HALL_SAID = re.compile(r"^([A-Z]?\d{1,2}(?:\.\d)?|[A-Z])(?:号?馆|厅|H(?![A-Z0-9]))[-\s]*")
_HALL_BEFORE = re.compile(r"^([A-Z]?\d{1,2}(?:\.\d)?)[-·\s]*(?=[A-Z]{1,2}(?:区|排)?\s?\d)")
_HALL_DASH = re.compile(r"^([A-Z]\d{1,2}|\d{1,2}(?:\.\d)?)[-·\s]+(?=[A-Z]{0,2}\d)")
_RANGE = re.compile(r"^[A-Z]{1,2}(\d{2,4})-(\d{2,4})(?!\d)")
_RANGE_SAID = re.compile(r"^([A-Z]{1,2})(\d{1,4})-\1(\d{1,4})(?!\d)")  # A12-A15
_HALL_ALONE = re.compile(
    r"[NSEW东南西北]?\d{1,2}(?:\.\d)?(?:号?馆|号?厅|H)|[A-Z](?:馆|厅)|[NSEW]\d{1,2}|\d{1,2}\.\d|[A-Z]\d{1,2}(?:馆|厅)"
)
# 9.1 → no letters, 9, 1; N3 → N, 3; 8A → 8 and A behind it
_HALL_PARTS = re.compile(r"^([^0-9]*)([0-9]*)(?:\.([0-9]+))?(.*)$", re.DOTALL)
_PLACE = re.compile(r"([A-Z]{0,3})(?:区|排)?[-\s]*(\d{1,5})")


def read_booth(text: str, hall: str = "") -> Booth:
    """Return hall, aisle and stand of a booth number; ``hall`` is what a column of its own says. Unknown parts are empty."""
    said = " ".join(_WORDS.sub(" ", unicodedata.normalize("NFKC", text).upper()).split()).lstrip(" :;,.")
    found = _HALL_SAID.match(said) or _before(said)
    known = read_hall(hall)
    rest = said
    if found:
        rest = said[found.end() :]
        known = known or found[1]
        # B2 · 2C16: the hall stands twice.
        again = _HALL_BEFORE.match(rest)
        if again and known.endswith(again[1]):
            rest = rest[again.end() :]
    place = _PLACE.search(rest)
    return Booth(known, place[1], min(int(place[2]), 99_999)) if place else Booth(known)


def _before(said: str) -> re.Match[str] | None:
    """H1-205 is hall H1, but A12-A15 and D30-31 are booths of a row: its letter again, or as many digits; the second larger."""
    again = _RANGE_SAID.match(said)
    if again and int(again[2]) < int(again[3]):
        return None
    found = _HALL_BEFORE.match(said)
    if found:
        return found
    span = _RANGE.match(said)
    if span and len(span[1]) == len(span[2]) and span[1] < span[2]:
        return None
    return _HALL_DASH.match(said)


def hall_in(title: str) -> str:
    """Return the title of a sheet if it is the name of a hall and nothing else (9.1馆, N3, Hall 5), as it stands; else empty."""
    bare = "".join(unicodedata.normalize("NFKC", title).upper().split())
    said = re.sub(r"^(?:HALL|PAVILION|展馆|展厅|馆)", "", bare)
    named = said != bare and re.fullmatch(r"[A-Z]|[A-Z]?\d{1,2}(?:\.\d)?", said) is not None
    return title.strip() if named or _HALL_ALONE.fullmatch(said) else ""


def read_hall(text: str) -> str:
    """Return the short form of a hall: 2号馆 → 2, Hall N3 → N3."""
    said = _WORDS.sub("", unicodedata.normalize("NFKC", text).upper())
    return re.sub(r"\s|号?馆|号?厅", "", said)[:20]


def walk(booth: Booth) -> str:
    """Return a text of 26 signs that sorts booths as one walks, in any database and in Python alike.

    Halls by their letter, then by number (9.1, 9.2, 10); in a hall the rows A to Z before AA; in a row by the first number.
    What has no hall comes after the halls, what cannot be read at all last. Every part has its width and is filled up with 0,
    which stands before letters in every collation.
    """
    rank = 0 if booth.hall else 1 if booth.aisle or booth.stand else 2
    letters, number, section, rest = _HALL_PARTS.match(booth.hall).groups()  # type: ignore[union-attr]
    hall = f"{_plain(letters)[:6]:0>6}{min(int(number or 0), 9999):04d}{min(int(section or 0), 999):03d}"
    return f"{rank}{hall}{_plain(rest)[:4]:0<4}{_plain(booth.aisle)[:3]:0>3}{min(booth.stand, 99_999):05d}"


def _plain(text: str) -> str:
    return re.sub(r"[\W_]", "", text)
