"""What the name index of this base was built with (``matching_state``): version of the grams, size, how far a rebuild is."""

import logging
from collections.abc import Mapping
from weakref import WeakSet

from sqlalchemy import Engine, func, select

from crm.companies.models import CompanyName, MatchingState
from crm.core.names.grams import VERSION
from crm.kit import db

GRAMS = "grams"
OPEN_NAMES = "open_names"
REBUILT_TO = "rebuilt_to"

_log = logging.getLogger(__name__)
_warned: WeakSet[Engine] = WeakSet()


def check(state: Mapping[str, str]) -> None:
    """Warn once if the stored grams are of another version than the asked ones: then names are hardly found."""
    if state.get(GRAMS, str(VERSION)) == str(VERSION) and REBUILT_TO not in state:
        return
    if db.engine() not in _warned:
        _warned.add(db.engine())
        _log.warning(
            "The name index is of version %s, the program's of version %s: similar names are not all found. "
            "Run: flask --app wsgi matching reindex",
            state.get(GRAMS, "unfinished"),
            VERSION,
        )


def open_names(state: Mapping[str, str]) -> int:
    """Return how many open names the base had when they were last counted. Never of unopened ones (S1)."""
    return int(state.get(OPEN_NAMES, 0))


def note(key: str, value: str | int) -> None:
    """Write one value. Call inside a transaction."""
    db.session.merge(MatchingState(key=key, value=str(value)))
    db.session.flush()


def forget(key: str) -> None:
    """Take one value away. Call inside a transaction."""
    if (row := db.session.get(MatchingState, key)) is not None:
        db.session.delete(row)
        db.session.flush()


def value(key: str) -> str | None:
    """Return one value."""
    row = db.session.get(MatchingState, key)
    return row.value if row else None


@db.transactional
def count_open_names() -> int:
    """Count the open names and note it: the size of the base decides how far a question looks. Also runs every night."""
    count = db.session.scalar(select(func.count()).select_from(CompanyName).where(CompanyName.org_id.is_(None))) or 0
    note(OPEN_NAMES, count)
    return count
