"""The present state of claims, rebuilt from their ledger: each event carries what it changed, and the sum of them is the claim."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from sqlalchemy import select

from crm.claims.models import Claim, ClaimEvent
from crm.kit import db
from crm.kit.db import Hundredths, UtcDateTime

# What is not the claim's course: its keys, the marks of reminders, and the counter of edits.
APART = frozenset({"id", "public_id", "version", "overdue_told_at", "is_sample"})
COLUMNS = tuple(column for column in Claim.__table__.columns if column.key not in APART)
STATE = "set"
_CHUNK = 500


def encode(value: Any) -> Any:
    """Return a value as it stands in an event."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    return value


def live(claim: Claim) -> dict[str, Any]:
    """Return the state of a claim as its row has it."""
    return {column.key: encode(getattr(claim, column.key)) for column in COLUMNS}


def fold(events: Iterable[ClaimEvent]) -> dict[str, Any]:
    """Return the state that the events of one claim, in order, add up to; empty when none of them carries any."""
    state: dict[str, Any] = {}
    for event in events:
        state.update(event.data.get(STATE, {}))
    return state


def change(before: dict[str, Any], claim: Claim) -> dict[str, Any]:
    """Return what differs from a former state: what the next event carries."""
    return {name: value for name, value in live(claim).items() if name not in before or before[name] != value}


def differences(claim_ids: Sequence[int] | None = None) -> list[tuple[Claim, dict[str, tuple[Any, Any]]]]:
    """Return the claims whose row is not what their ledger adds up to, with (row, ledger) for each column that differs."""
    found = []
    for claims in _chunks(claim_ids):
        events: dict[int, list[ClaimEvent]] = {claim.id: [] for claim in claims}
        query = select(ClaimEvent).where(ClaimEvent.claim_id.in_(events)).order_by(ClaimEvent.claim_id, ClaimEvent.seq)
        for event in db.session.scalars(query):
            events[event.claim_id].append(event)
        for claim in claims:
            state = fold(events[claim.id])
            wrong = {
                name: (value, state.get(name)) for name, value in live(claim).items() if state.get(name, ...) != value
            }
            if wrong:
                found.append((claim, wrong))
    return found


def _chunks(claim_ids: Sequence[int] | None) -> Iterable[Sequence[Claim]]:
    last = 0
    while True:
        query = select(Claim).where(Claim.id > last).order_by(Claim.id).limit(_CHUNK)
        if claim_ids is not None:
            query = query.where(Claim.id.in_(claim_ids))
        rows = db.session.scalars(query.execution_options(populate_existing=True)).all()
        if not rows:
            return
        yield rows
        last = rows[-1].id


def apply(claim: Claim, state: dict[str, Any]) -> None:
    """Write the state of the ledger into the row."""
    for column in COLUMNS:
        if column.key in state:
            setattr(claim, column.key, _decode(column.type, state[column.key]))


def _decode(kind: Any, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(kind, UtcDateTime):
        return datetime.fromisoformat(value)
    if isinstance(kind, Hundredths):
        return Decimal(value)
    enum_class = getattr(kind, "enum_class", None)
    if enum_class is not None:
        return enum_class(value)
    if getattr(kind, "python_type", None) is date:
        return date.fromisoformat(value)
    return value
