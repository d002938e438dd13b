"""Rules for a contact after the fair: how soon it is followed, which one counts, when two look like one. Source: domain.md §5."""

from collections.abc import Iterable, Mapping

# rating → the parameter that says how many working days may pass until the first follow-up
FOLLOW_KEYS: Mapping[str, str] = {"A": "fair_follow_a_wd", "B": "fair_follow_b_wd", "C": "fair_follow_c_wd"}
EFFECTIVE_RATINGS = frozenset({"A", "B"})


def is_effective(*, rating: str, person: str, reachable: bool) -> bool:
    """Say whether a contact counts as 有效客商: a named person who can be reached, rated A or B."""
    return rating in EFFECTIVE_RATINGS and bool(person) and reachable


def doubles(rows: Iterable[tuple[int, str, str, str]]) -> list[tuple[int, int, str]]:
    """Return pairs that may be one contact as (first, second, why): ``mobile`` or ``name``.

    ``rows`` are (id, hash of the mobile, key of the firm, name of the person). A row meets its nearest earlier like, so that
    three of one number make two pairs, not three.
    """
    by_mobile: dict[str, int] = {}
    by_name: dict[tuple[str, str], int] = {}
    found: list[tuple[int, int, str]] = []
    for number, mobile, firm, person in sorted(rows):
        other = by_mobile.get(mobile) if mobile else None
        named = by_name.get((firm, person)) if firm and person else None
        if other is not None:
            found.append((other, number, "mobile"))
        elif named is not None:
            found.append((named, number, "name"))
        if mobile:
            by_mobile[mobile] = number
        if firm and person:
            by_name[(firm, person)] = number
    return found
