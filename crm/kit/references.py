"""Which rows of other tables point at a row: asked before it is taken away, from the foreign keys themselves."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, exists, literal, select

from crm.kit import db


def pointing_at(
    table: str, row_id: int, *, besides: Collection[str] = (), org_id: int | None = None
) -> tuple[list[str], list[str]]:
    """Return the tables with a row whose foreign key leads to this row, in one statement: the unit's own, and the others'.

    A table without a unit counts as others'. Without ``org_id`` all count as own.
    """
    asked: list[tuple[str, bool, ColumnElement[bool]]] = []
    for other in db.Base.metadata.sorted_tables:
        for column in [] if other.name in besides else other.columns:
            if not any(key.column.table.name == table and key.column.name == "id" for key in column.foreign_keys):
                continue
            points = select(literal(1)).where(column == row_id)
            if org_id is None or "org_id" not in other.columns:
                asked.append((other.name, org_id is None, exists(points)))
                continue
            asked.append((other.name, True, exists(points.where(other.c.org_id == org_id))))
            asked.append((other.name, False, exists(points.where(other.c.org_id != org_id))))
    if not asked:
        return [], []
    answers = db.session.execute(select(*(one.label(f"p{n}") for n, (_name, _own, one) in enumerate(asked)))).one()
    found = [(name, own) for (name, own, _one), there in zip(asked, answers, strict=True) if there]
    mine = dict.fromkeys(name for name, own in found if own)
    return list(mine), list(dict.fromkeys(name for name, own in found if not own))
