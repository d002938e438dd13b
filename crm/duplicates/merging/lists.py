"""Target lists: the survivor takes the loser's place on a list; where both stand, the units that took the loser go along."""

from typing import Any

from flask_babel import gettext as _

from crm.duplicates.merging.choices import Plan
from crm.duplicates.merging.moves import Moves, rows_of, table_of

_ITEMS, _GIVEN = "target_items", "assignments"


def join(plan: Plan, moves: Moves) -> None:
    """Let the places of the loser name the survivor.

    Where the survivor stands on the same list already, the loser's place stays with the loser, so that an undo finds it;
    only who takes it moves over. Nothing is dropped.
    """
    items = table_of(_ITEMS)
    places = {row["list_id"]: row for row in rows_of(_ITEMS, items.c.company_id == plan.winner.id)}
    for row in rows_of(_ITEMS, items.c.company_id == plan.loser.id):
        place = places.get(row["list_id"])
        if place is None:
            moves.change(_ITEMS, row, {"company_id": plan.winner.id}, "move")
        elif row["removed_at"] is None:
            _join_places(moves, row, place)


def _join_places(moves: Moves, row: dict[str, Any], place: dict[str, Any]) -> None:
    note = {} if place["note"] or not row["note"] else {"note": row["note"]}
    moves.change(_ITEMS, place, {"removed_at": None, **note})
    given = table_of(_GIVEN)
    units = {
        one["org_id"]: one for one in rows_of(_GIVEN, given.c.item_id == place["id"], given.c.withdrawn_at.is_(None))
    }
    for one in rows_of(_GIVEN, given.c.item_id == row["id"], given.c.withdrawn_at.is_(None)):
        if one["org_id"] in units:
            continue
        # Two units on one target is the centre's word: here it lies in the merge.
        reason = one["reason"] or (_("两家企业合并，各有单位在跟") if units else "")
        moves.change(_GIVEN, one, {"item_id": place["id"], "reason": reason}, "move")
        units[one["org_id"]] = one
