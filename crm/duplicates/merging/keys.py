"""Keys go on blocking under the survivor; those that waited for the other of the two have found their holder."""

from typing import Any

from sqlalchemy import and_, or_

from crm.companies.models import KeyKind
from crm.duplicates.merging.choices import Plan
from crm.duplicates.merging.moves import Moves, rows_of, table_of

_KEYS, _WAITING = "company_keys", "company_pending_keys"


def join(plan: Plan, moves: Moves) -> dict[str, Any]:
    """Settle the keys that wait on either company, after the owned ones moved. Returns the survivor's columns that follow."""
    table = table_of(_WAITING)
    waiting = rows_of(_WAITING, table.c.company_id.in_([plan.winner.id, plan.loser.id]))
    owners = _owners(waiting)
    code = plan.taken().get("uscc", plan.winner.uscc)
    left: set[tuple[KeyKind, str]] = set()
    for row in sorted(waiting, key=lambda one: one["company_id"] != plan.winner.id):
        key = (row["kind"], row["key"])
        holders = owners.get(key, set())
        if holders and plan.winner.id not in holders:
            _go_on_waiting(plan, moves, row, known=key in left)
            left.add(key)
            continue
        moves.drop(_WAITING, row)
        if not holders:  # free by now
            moves.add(_KEYS, {"kind": key[0], "key": key[1], "homonym_no": 0, "company_id": plan.winner.id})
            owners[key] = {plan.winner.id}
        if key[0] is KeyKind.USCC and code is None:
            code = key[1]
    return {"uscc": code, "key_pending": bool(left)}


def _go_on_waiting(plan: Plan, moves: Moves, row: Any, *, known: bool) -> None:
    if row["company_id"] == plan.winner.id:
        return
    moves.drop(_WAITING, row)
    if not known:
        moves.add(_WAITING, {**row, "company_id": plan.winner.id})


def _owners(waiting: Any) -> dict[tuple[KeyKind, str], set[int]]:
    found: dict[tuple[KeyKind, str], set[int]] = {}
    if waiting:
        table = table_of(_KEYS)
        same = [and_(table.c.kind == row["kind"], table.c.key == row["key"]) for row in waiting]
        for row in rows_of(_KEYS, or_(*same)):
            found.setdefault((row["kind"], row["key"]), set()).add(row["company_id"])
    return found
