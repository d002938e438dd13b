"""Recording what people do, in the transaction in which they do it (security.md I14)."""

import re
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from sqlalchemy import delete, event, inspect, select
from sqlalchemy.orm import Session, SessionTransaction

from crm.audit import chain
from crm.audit.models import AuditEntry, AuditValue
from crm.kit import clock, db
from crm.kit.access import Actor

# A subject without a row of its own: (kind, id, public id).
Subject = tuple[str, int | None, str]
PENDING = "pending_audit"


def record(actor: Actor, action: str, subject: Any, *, org_id: int | None = None, **changes: Any) -> None:
    """Record an act. Call it inside the transaction of the act; it is written as the last statement before COMMIT.

    ``subject`` is a row or (kind, id, public id). ``changes`` are (old, new) pairs or a single new value, in words a
    person can read; they go to the erasable values, the chain holds the names of the fields only. ``org_id`` names
    the unit it concerns when that is not the actor's own.
    """
    current = db.session()
    if not current.info.get("in_transaction"):
        raise RuntimeError("audit.record outside of a transaction")
    entry = _entry(actor, action, subject, org_id, changes)
    current.info.setdefault(PENDING, []).append((entry, _savepoints(current)))


def record_aside(actor: Actor, action: str, subject: Any, *, org_id: int | None = None, **changes: Any) -> None:
    """Record an act of reading (a phone number shown, a file downloaded) beside a GET, in a transaction of its own."""
    entry = _entry(actor, action, subject, org_id, changes)
    with db.side_write() as session:
        chain.append(session, [_settled(entry)])


def changed(row: Any, values: dict[str, Any]) -> dict[str, Any]:
    """Return (old, new) for those values that differ from the row's."""
    return {name: (getattr(row, name), new) for name, new in values.items() if getattr(row, name) != new}


@db.transactional
def erase_values(actor: Actor, subject_kind: str, subject_id: int, public_id: str = "") -> None:
    """Erase the readable values of one subject: a person's data are to go. The acts stay, and the chain still holds.

    The caller has authorized it.
    """
    entries = select(AuditEntry.id).where(AuditEntry.subject_kind == subject_kind, AuditEntry.subject_id == subject_id)
    db.session.execute(delete(AuditValue).where(AuditValue.entry_id.in_(entries)))
    record(actor, "audit.values_erased", (subject_kind, subject_id, public_id))


def write_pending() -> None:
    """Write what was recorded in this transaction. The hook before COMMIT."""
    current = db.session()
    pending = current.info.pop(PENDING, None)
    if pending:
        current.flush()
        chain.append(current, [_settled(entry) for entry, _savepoint in pending])


def _entry(actor: Actor, action: str, subject: Any, org_id: int | None, changes: dict[str, Any]) -> dict[str, Any]:
    pairs = {name: value if isinstance(value, tuple) else (None, value) for name, value in changes.items()}
    values = {name: (_words(old), _words(new)) for name, (old, new) in pairs.items() if old != new}
    concerned = f"（涉及单位 {org_id}）" if org_id not in (None, actor.org_id) else ""
    return {
        "at": clock.now(),
        "actor_id": actor.user_id,
        "actor_words": f"{actor.name}（{actor.login}）"[:120],
        "org_words": (actor.org_name + concerned)[:120],
        "action": action,
        "subject": subject,
        "fields": sorted(values),
        "values": values,
    }


def _settled(entry: dict[str, Any]) -> dict[str, Any]:
    """Replace the subject by its kind and ids, which a new row has only now."""
    kind, number, public_id = _identity(entry["subject"])
    rest = {name: value for name, value in entry.items() if name != "subject"}
    return {**rest, "subject_kind": kind, "subject_id": number, "subject_public_id": public_id}


def _identity(subject: Any) -> Subject:
    if isinstance(subject, tuple):
        return subject  # type: ignore[return-value]
    state = inspect(subject)
    number = state.identity[0] if state.identity else getattr(subject, "id", None)
    return kind_of(type(subject)), number, getattr(subject, "public_id", None) or ""


def kind_of(model: type) -> str:
    """Return the kind of a model in words of the trail: LeadFile → lead_file."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", model.__name__).lower()


def _words(value: Any) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, datetime):
        return clock.local(value).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, (date, Decimal, int, float)):
        return str(value)
    if isinstance(value, (list, tuple, set, frozenset)):
        return "、".join(filter(None, (_words(one) for one in value)))
    return str(value)


def _savepoints(session: Session) -> list[SessionTransaction]:
    """Return the savepoints that are open, the innermost first."""
    found: list[SessionTransaction] = []
    transaction = session.get_nested_transaction()
    while transaction is not None:
        if transaction.nested:
            found.append(transaction)
        transaction = transaction.parent
    return found


def _forget_rolled_back(session: Session, previous: SessionTransaction) -> None:
    """What was recorded inside a savepoint falls with it."""
    if previous.nested and PENDING in session.info:
        session.info[PENDING] = [one for one in session.info[PENDING] if previous not in one[1]]


def listen() -> None:
    """Join the hooks once; the app may be created several times in one process."""
    if write_pending not in db.before_commit:
        db.before_commit.append(write_pending)
        event.listen(db.CrmSession, "after_soft_rollback", _forget_rolled_back)
