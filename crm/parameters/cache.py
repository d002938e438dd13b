"""What was read once in a transaction need not be read again in it: the numbers and the calendar."""

from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import event

from crm.kit import db

T = TypeVar("T")
_CACHE = "parameters_cache"
# (database, when, years without a calendar): for the banner, beyond one request.
of_late: list[tuple[str, float, list[int]]] = []


def remembered(name: str, load: Callable[[], T]) -> T:
    """Return what ``load`` returned the first time in the session's present transaction."""
    store: dict[str, Any] = db.session().info.setdefault(_CACHE, {})
    if name not in store:
        store[name] = load()
    result: T = store[name]
    return result


def forget() -> None:
    """Drop what was read, because this transaction has changed it."""
    db.session().info.pop(_CACHE, None)
    of_late.clear()


@event.listens_for(db.CrmSession, "after_transaction_end")
def _ended(session: Any, transaction: Any) -> None:
    if transaction.parent is None:
        session.info.pop(_CACHE, None)
