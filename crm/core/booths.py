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
_HALL_BEFORE = re.compile(r"^([A-Z]?\d{1,2}(?:\.\d)?)[-·\s]*(?=[A-Z]\d)")
_HALL_DASH = re.compile(r"^([A-Z]\d{1,2}|\d{1,2}(?:\.\d)?)[-·\s]+(?=[A-Z]{0,2}\d)")
_PLACE = re.compile(r"([A-Z]{0,3})[-\s]*(\d{1,5})")


def read_booth(text: str, hall: str = "") -> Booth:
    """Return hall, aisle and stand of a booth number; ``hall`` is what a column of its own says. Unknown parts are empty."""
    said = " ".join(_WORDS.sub(" ", unicodedata.normalize("NFKC", text).upper()).split()).lstrip(" :;,.")
    found = _HALL_SAID.match(said) or _HALL_BEFORE.match(said) or _HALL_DASH.match(said)
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


def read_hall(text: str) -> str:
    """Return the short form of a hall: 2号馆 → 2, Hall N3 → N3."""
    said = _WORDS.sub("", unicodedata.normalize("NFKC", text).upper())
    return re.sub(r"\s|号?馆|号?厅", "", said)[:20]


def order(booth: Booth) -> tuple[int, str, str, int]:
    """Return a key that sorts booths as one walks: hall, aisle, stand; what cannot be read last."""
    number = re.sub(r"\D", "", booth.hall.split(".")[0])
    return (0 if booth.hall or booth.aisle or booth.stand else 1, f"{number:>4}{booth.hall}", booth.aisle, booth.stand)
