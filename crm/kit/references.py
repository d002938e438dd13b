"""Which rows of other tables point at a row: asked before it is taken away, from the foreign keys themselves."""

from collections.abc import Collection
from functools import lru_cache
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, bindparam, exists, literal, or_, select

from crm.kit import db


def pointing_at(
    table: str, row_id: int, *, besides: frozenset[str] = frozenset(), org_id: int | None = None
) -> tuple[list[str], list[str]]:
    """Return the tables with a row whose foreign key leads to this row, in one statement: the unit's own, and the others'.

    A table without a unit counts as others'. Without ``org_id`` all count as own.
    """
    tables, query = _asked(table, besides, org_id is not None)
    if not tables:
        return [], []
    answers = db.session.execute(query, {"row": row_id, "org": org_id}).one()
    found = [told for told, there in zip(tables, answers, strict=True) if there]
    mine = dict.fromkeys(name for name, own in found if own)
    return list(mine), list(dict.fromkeys(name for name, own in found if not own))


def pointed_at(table: str, row_ids: Collection[int], *, besides: frozenset[str] = frozenset()) -> set[int]:
    """Return those of the rows to which a row of another table leads, in one statement."""
    rows = db.Base.metadata.tables[table]
    others = [one for one in db.Base.metadata.sorted_tables if one.name not in besides]
    points = [
        exists(select(literal(1)).where(column == rows.c.id).correlate(rows))
        for other in others
        for column in (other.alias("other") if other is rows else other).columns
        if any(key.column.table.name == table and key.column.name == "id" for key in column.foreign_keys)
    ]
    return set(db.session.scalars(select(rows.c.id).where(rows.c.id.in_(row_ids), or_(*points))))


@lru_cache(maxsize=32)
def _asked(table: str, besides: frozenset[str], of_a_unit: bool) -> tuple[list[tuple[str, bool]], Any]:
    """Return what is asked (table, own or others') and the statement, which is the same every time."""
    asked: list[tuple[str, bool, ColumnElement[bool]]] = []
    row: BindParameter[int] = bindparam("row")
    org: BindParameter[int] = bindparam("org")
    for other in db.Base.metadata.sorted_tables:
        for column in [] if other.name in besides else other.columns:
            if not any(key.column.table.name == table and key.column.name == "id" for key in column.foreign_keys):
                continue
            points = select(literal(1)).where(column == row)
            if not of_a_unit or "org_id" not in other.columns:
                asked.append((other.name, not of_a_unit, exists(points)))
                continue
            asked.append((other.name, True, exists(points.where(other.c.org_id == org))))
            asked.append((other.name, False, exists(points.where(other.c.org_id != org))))
    query: Any = select(*(one.label(f"p{n}") for n, (_name, _own, one) in enumerate(asked)))
    return [(name, own) for name, own, _one in asked], query
