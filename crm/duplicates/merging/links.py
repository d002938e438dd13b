"""What hangs on the loser and follows a plain rule of the merge table: it moves, or is dropped where the survivor has the same."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Table, and_, or_

from crm.duplicates.merging.choices import Plan
from crm.duplicates.merging.moves import Moves, rows_of, table_of
from crm.duplicates.merging.table import HANGING, Line, Policy, lines

_FACTS = "company_fact_sources"


def join(plan: Plan, moves: Moves) -> None:
    """Carry out the lines of the merge table that move, and those that look for a twin."""
    for line in lines(Policy.MOVE):
        for row in rows_of(line.table, table_of(line.table).c[line.column] == plan.loser.id):
            moves.change(line.table, row, {line.column: plan.winner.id}, "move")
    for line in lines(Policy.TWIN):
        if not stays(plan, line):
            _move_or_drop(plan, moves, line)


def stays(plan: Plan, line: Line) -> bool:
    """Say whether rows that anybody who sees the survivor would see are left with the loser: only its unit saw them (S0)."""
    return line.open_to_all and plan.uncovers and not plan.choices.share


def _move_or_drop(plan: Plan, moves: Moves, line: Line) -> None:
    table = table_of(line.table)
    for row in rows_of(line.table, table.c[line.column] == plan.loser.id):
        itself = line.other and row[line.other] == plan.winner.id
        twin = None if itself else twin_of(plan.winner.id, line, table, row)
        if itself or twin is not None:
            _lead_on(moves, line.table, row, twin)
            moves.drop(line.table, row)
        elif table.columns[line.column].primary_key:
            moves.drop(line.table, row)
            moves.add(line.table, {**row, line.column: plan.winner.id})
        else:
            moves.change(line.table, row, {line.column: plan.winner.id}, "move")


def twin_of(winner_id: int, line: Line, table: Table, row: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the survivor's row that says the same, or None."""
    same = [table.c[name] == row[name] if row[name] is not None else table.c[name].is_(None) for name in line.same]
    found = rows_of(line.table, table.c[line.column] == winner_id, *same)
    return found[0] if found else None


def _lead_on(moves: Moves, name: str, row: Mapping[str, Any], twin: Mapping[str, Any] | None) -> None:
    """Lead what hangs on a row that goes to its twin, else let it go: noted, so that undoing brings both back."""
    for hanging in (one for one in HANGING if one.to == name):
        table = table_of(hanging.table)
        column = table.columns[hanging.column]
        for child in rows_of(hanging.table, column == row["id"]):
            same = [table.columns[one] == child[one] for one in hanging.same]
            if twin is not None and not rows_of(hanging.table, column == twin["id"], *same):
                moves.change(hanging.table, child, {hanging.column: twin["id"]}, "move")
            elif column.nullable:
                moves.change(hanging.table, child, {hanging.column: None}, "move")
            else:
                moves.drop(hanging.table, child)


def join_facts(plan: Plan, moves: Moves) -> None:
    """Let the source of a field that was taken follow it; the loser's own stay where they are."""
    taken = list(plan.taken())
    if not taken:
        return
    table = table_of(_FACTS)
    both = table.c.company_id.in_([plan.winner.id, plan.loser.id])
    rows = {(row["company_id"], row["field"]): row for row in rows_of(_FACTS, both, table.c.field.in_(taken))}
    for name in taken:
        ours, theirs = rows.get((plan.winner.id, name)), rows.get((plan.loser.id, name))
        if theirs is None:
            if ours is not None:
                moves.drop(_FACTS, ours)
            continue
        if ours is None:
            moves.add(_FACTS, {**theirs, "company_id": plan.winner.id})
        else:
            moves.change(_FACTS, ours, {column: theirs[column] for column in ("source", "at", "by_id")})


def join_texts(plan: Plan, moves: Moves) -> None:
    """Let texts that hold the loser's id lead to the survivor: decided pairs, and what was asked with 可报吗."""
    old, new = f"company:{plan.loser.id}", f"company:{plan.winner.id}"
    table = table_of("name_decisions")
    for row in rows_of("name_decisions", or_(table.c.left == old, table.c.right == old)):
        sides = [new if row[name] == old else row[name] for name in ("left", "right")]
        if all(side.startswith("company:") for side in sides):
            sides.sort(key=lambda side: int(side.removeprefix("company:")))
        whose = table.c.org_id == row["org_id"] if row["org_id"] is not None else table.c.org_id.is_(None)
        twin = and_(table.c.left == sides[0], table.c.right == sides[1], whose, table.c.id != row["id"])
        if sides[0] == sides[1] or rows_of("name_decisions", twin):
            moves.drop("name_decisions", row)
        else:
            moves.change("name_decisions", row, {"left": sides[0], "right": sides[1]}, "move")
    asked = table_of("look_ups")
    for row in rows_of("look_ups", asked.c.identity == f"row:{plan.loser.id}"):
        moves.change("look_ups", row, {"identity": f"row:{plan.winner.id}"}, "move")
