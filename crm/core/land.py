"""Land and plants: which way of supply has years, what a place still has, how a place fits what a project asks for."""

from decimal import Decimal

M2_PER_MU = Decimal(10_000) / 15
LEAST_YEARS, MOST_YEARS = 5, 20
# Source: plan, R098. A long lease is nothing without its years; the others may say theirs; a sale for the whole term has none.
YEARS_NEEDED = frozenset({"long_lease"})
YEARS_ALLOWED = YEARS_NEEDED | {"lease_first", "lease_and_sale", "flexible"}


def years_fault(mode: str, years: int | None) -> str:
    """Return what is wrong with the years of a way of supply: missing, needless, range, or an empty text."""
    if years is None:
        return "missing" if mode in YEARS_NEEDED else ""
    if mode not in YEARS_ALLOWED:
        return "needless"
    return "" if LEAST_YEARS <= years <= MOST_YEARS else "range"


def square_metres(area_mu: Decimal) -> Decimal:
    """Return an area of 亩 in whole square metres: 15 亩 are 10,000."""
    return (area_mu * M2_PER_MU).quantize(Decimal(1))
