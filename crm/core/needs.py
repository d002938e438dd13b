"""How far an element of a project is: what its three amounts say, and what they may not say."""

from decimal import Decimal


def standing(needed: Decimal, agreed: Decimal | None, delivered: Decimal | None) -> str:
    """Return open, agreed or delivered: the whole of what is needed must be agreed, or be there."""
    if delivered is not None and delivered >= needed:
        return "delivered"
    return "agreed" if agreed is not None and agreed >= needed else "open"


def gap(needed: Decimal, agreed: Decimal | None) -> Decimal:
    """Return what is neither agreed nor there yet."""
    return max(needed - (agreed or Decimal(0)), Decimal(0))


def fault(needed: Decimal | None, agreed: Decimal | None, delivered: Decimal | None) -> str:
    """Return the first field that contradicts the others, or an empty text: nothing is delivered that was not agreed."""
    if needed is None or needed <= 0:
        return "needed"
    return "delivered" if (delivered or 0) > (agreed or 0) else ""
