"""Which rows of other tables point at a row: asked before it is taken away, from the foreign keys themselves."""

from collections.abc import Collection

from sqlalchemy import exists, literal, select

from crm.kit import db


def pointing_at(table: str, row_id: int, *, besides: Collection[str] = ()) -> list[str]:
    """Return the names of the tables with a row whose foreign key leads to this row, in one statement."""
    columns = [
        (other.name, column)
        for other in db.Base.metadata.sorted_tables
        if other.name not in besides
        for column in other.columns
        for key in column.foreign_keys
        if key.column.table.name == table and key.column.name == "id"
    ]
    if not columns:
        return []
    asked = [
        exists(select(literal(1)).where(column == row_id)).label(f"p{n}") for n, (_name, column) in enumerate(columns)
    ]
    answers = db.session.execute(select(*asked)).one()
    return list(dict.fromkeys(name for (name, _column), found in zip(columns, answers, strict=True) if found))
