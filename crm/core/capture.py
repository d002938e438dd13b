"""A contact noted at a stand: on which day it counts, by when it must be followed up, and what makes two sendings the same."""

import hashlib
import json
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

# A phone may wait this long for a network; an older day is its clock's mistake.
LONGEST_WAIT = timedelta(days=14)


def met_on(captured: date, received: date, first: date | None, last: date | None) -> date:
    """Return the day on which a contact counts as made.

    The phone's day if it can be true: not after the day of receipt, not long before it, and within the fair's days when
    those are known. Otherwise the day of receipt, brought into the fair's days when the fair is over. Who spoke first
    never rests on this day alone: contacts of one fair on one day count as simultaneous.
    """
    end = last or first
    possible = received - LONGEST_WAIT <= captured <= received
    if first is None or end is None:
        return captured if possible else received
    if possible and first <= captured <= end:
        return captured
    return end if received > end and captured > end else received


def digest(body: Mapping[str, Any]) -> str:
    """Return what equal bodies share, whatever the order of their keys."""
    text = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
