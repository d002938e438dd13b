"""The hash chain: how an entry becomes a hash, how entries are added at the end, how the whole is verified."""

import hashlib
import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from crm.audit.models import AuditEntry, AuditHead, AuditValue
from crm.kit import db

GENESIS = "0" * 64
HEAD = 1
# Beside the values of an entry lies a random text that goes into their hash: when the values are erased it goes with
# them, and nobody can find an erased telephone number by trying all numbers.
SALT = "#"
_HASHED = (
    "seq",
    "at",
    "actor_id",
    "actor_words",
    "org_words",
    "action",
    "subject_kind",
    "subject_id",
    "subject_public_id",
    "fields",
    "values_hash",
    "prev_hash",
)


def canonical(value: Any) -> bytes:
    """Return the one JSON text of a value: sorted keys, no spaces, UTF-8."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def hash_of(entry: Mapping[str, Any]) -> str:
    """Return the hash of an entry (all columns but ``id`` and ``hash``); ``prev_hash`` joins it to the one before."""
    at: datetime = entry["at"]
    content = {name: entry[name] for name in _HASHED} | {"at": at.astimezone(UTC).isoformat(timespec="microseconds")}
    return hashlib.sha256(canonical(content)).hexdigest()


def hash_of_values(values: Mapping[str, tuple[str | None, str | None]]) -> str:
    """Return the hash of old and new values by field, the salt among them."""
    return hashlib.sha256(canonical({name: list(pair) for name, pair in values.items()})).hexdigest()


def append(session: Session, entries: Sequence[dict[str, Any]]) -> None:
    """Write entries at the end of the chain. Locks the head: call as the last thing before COMMIT.

    Each entry has the columns up to ``fields``, and ``values``: {field: (old, new)} in words.
    """
    if not entries:
        return
    seq, previous = _locked_head(session)
    rows: list[dict[str, Any]] = []
    words: list[dict[str, tuple[str | None, str | None]]] = []
    for entry in entries:
        seq += 1
        told = entry.pop("values")
        if told:
            told = {**told, SALT: (None, secrets.token_hex(16))}
        row = {**entry, "seq": seq, "values_hash": hash_of_values(told) if told else "", "prev_hash": previous}
        previous = row["hash"] = hash_of(row)
        rows.append(row)
        words.append(told)
    ids = session.scalars(insert(AuditEntry).returning(AuditEntry.id, sort_by_parameter_order=True), rows).all()
    values = [
        {"entry_id": entry_id, "field": name, "old": old, "new": new}
        for entry_id, told in zip(ids, words, strict=True)
        for name, (old, new) in told.items()
    ]
    if values:
        session.execute(insert(AuditValue), values)
    session.execute(update(AuditHead).where(AuditHead.id == HEAD).values(seq=seq, hash=previous))


def _locked_head(session: Session) -> tuple[int, str]:
    query = select(AuditHead.seq, AuditHead.hash).where(AuditHead.id == HEAD).with_for_update()
    row = session.execute(query).one_or_none()
    if row is None:
        # The first act of all: whoever comes second waits here, then reads what the first one made.
        first = {"id": HEAD, "seq": 0, "hash": GENESIS}
        make = sqlite.insert(AuditHead) if db.is_sqlite() else postgresql.insert(AuditHead)
        session.execute(make.on_conflict_do_nothing(), first)
        row = session.execute(query).one()
    return row.seq, row.hash


@dataclass(frozen=True)
class Verdict:
    """What reading the whole chain found. ``broken_seq`` is the first entry that does not hold, or None."""

    entries: int
    head: str
    erased: int
    broken_seq: int | None = None
    why: str = ""

    @property
    def sound(self) -> bool:
        """Whether nothing is missing, edited or cut off."""
        return self.broken_seq is None


def verify() -> Verdict:
    """Read the chain from its beginning: every number, every hash, every value still there, and the end."""
    seq, previous, erased = 0, GENESIS, 0
    for entry, values in _with_values():
        if entry["seq"] != seq + 1:
            return Verdict(seq, previous, erased, seq + 1, "missing")
        if entry["prev_hash"] != previous or entry["hash"] != hash_of(entry):
            return Verdict(seq, previous, erased, seq + 1, "edited")
        if entry["values_hash"]:
            if not values:
                erased += 1
            elif SALT not in values or hash_of_values(values) != entry["values_hash"]:
                return Verdict(seq, previous, erased, seq + 1, "values")
        elif values:
            return Verdict(seq, previous, erased, seq + 1, "values")
        seq, previous = entry["seq"], entry["hash"]
    head = db.session.execute(select(AuditHead.seq, AuditHead.hash).where(AuditHead.id == HEAD)).one_or_none()
    if (head.seq, head.hash) != (seq, previous) if head else seq > 0:
        return Verdict(seq, previous, erased, seq + 1, "cut")
    return Verdict(seq, previous, erased)


def _with_values(chunk: int = 1000) -> Iterator[tuple[dict[str, Any], dict[str, tuple[str | None, str | None]]]]:
    """Give every entry with its values, by number, a thousand at a time."""
    last = -1
    table = AuditEntry.__table__
    while True:
        rows = list(
            db.session.execute(select(table).where(table.c.seq > last).order_by(table.c.seq).limit(chunk)).mappings()
        )
        if not rows:
            return
        told = db.session.execute(
            select(AuditValue.entry_id, AuditValue.field, AuditValue.old, AuditValue.new).where(
                AuditValue.entry_id.in_([row["id"] for row in rows])
            )
        )
        by_entry: dict[int, dict[str, tuple[str | None, str | None]]] = {}
        for value in told:
            by_entry.setdefault(value.entry_id, {})[value.field] = (value.old, value.new)
        for row in rows:
            yield dict(row), by_entry.get(row["id"], {})
        last = rows[-1]["seq"]
