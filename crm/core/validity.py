"""From when until when a published text holds, said of a day."""

from datetime import date, timedelta

SOON_DAYS = 30


def standing(first: date, last: date | None, today: date) -> str:
    """Return coming, valid, ending (its last day is within 30 days) or ended; the last day still counts."""
    if today < first:
        return "coming"
    if last is None:
        return "valid"
    if today > last:
        return "ended"
    return "ending" if last - today <= timedelta(days=SOON_DAYS) else "valid"
