"""A picture of the whole base, for tests that compare before and after."""

from collections import Counter
from typing import Any

from sqlalchemy import select

import crm.models
from crm.kit import db

# What only grows, says when and by whom, or counts: not part of the state that an undo restores.
LOGS = frozenset(
    {
        *(
            "audit_entries",
            "audit_values",
            "audit_head",
            "claim_events",
            "case_steps",
            "notices",
            "merges",
            "merge_moves",
        ),
        *("matching_state", "jobs", "job_runs", "sign_ins"),
        *("scores", "node_scores"),  # counted anew after each change
    }
)
STAMPS = frozenset({"version", "updated_at"})


def picture() -> dict[str, Counter[str]]:
    """Every row of every table but the logs, without the columns that any writing moves on."""
    db.session.flush()
    db.session.expire_all()
    found = {}
    for name, table in crm.models.metadata.tables.items():
        if name in LOGS:
            continue
        columns = [column for column in table.columns if column.name not in STAMPS]
        rows = db.session.execute(select(*columns)).all()
        found[name] = Counter(str(tuple(row)) for row in rows)
    db.session.rollback()
    return found


def differences(before: dict[str, Counter[str]], after: dict[str, Counter[str]]) -> dict[str, Any]:
    """Rows that went or came, by table; empty when nothing differs."""
    found = {}
    for name in before:
        gone, come = before[name] - after[name], after[name] - before[name]
        if gone or come:
            found[name] = (sorted(gone), sorted(come))
    return found
