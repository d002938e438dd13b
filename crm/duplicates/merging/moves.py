"""Writing rows so that the way back is known: every column that changes, every row that goes or comes."""

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement, RowMapping, Table, and_, delete, insert, select, update

from crm.duplicates.models import Merge, MergeMove
from crm.kit import db
from crm.kit.db import Base

DROPPED, ADDED = "-", "+"  # stand in the place of a column when the whole row goes or comes
_KEY_LENGTH = 80
# What tells a person which row it is; never a person's name, which must be erasable in one place (security.md I24).
_LABELS = {
    "company_names": "text",
    "company_keys": "key",
    "company_pending_keys": "key",
    "credentials": "kind",
    "company_sources": "source",
    "company_fact_sources": "field",
    "leads": "title",
    "claims": "number",
    "cases": "number",
    "interactions": "on",
    "companies": "name",
}


def table_of(name: str) -> Table:
    """Return a table by its name."""
    return Base.metadata.tables[name]


def rows_of(name: str, *conditions: ColumnElement[bool]) -> list[dict[str, Any]]:
    """Return whole rows, by primary key. What the session still holds back is written first."""
    table = table_of(name)
    db.session.flush()
    query = select(table).where(*conditions).order_by(*table.primary_key.columns)
    return [_plain(row) for row in db.session.execute(query).mappings()]


def _plain(row: RowMapping) -> dict[str, Any]:
    return {str(name): value for name, value in row.items()}


def row_where(table: Table, condition: ColumnElement[bool]) -> dict[str, Any] | None:
    """Return the one row that a clause finds, or None."""
    row = db.session.execute(select(table).where(condition)).mappings().one_or_none()
    return None if row is None else _plain(row)


def key_of(table: Table, row: Mapping[str, Any]) -> str:
    """Return the text that names a row: its primary key, or a hash of a long one."""
    text = "/".join(str(encode(row[column.name])) for column in table.primary_key.columns)
    return text if len(text) <= _KEY_LENGTH else sha256(text.encode()).hexdigest()


def is_row(table: Table, row: Mapping[str, Any]) -> ColumnElement[bool]:
    """Return the clause that finds a row by its primary key."""
    return and_(*(column == row[column.name] for column in table.primary_key.columns))


def label_of(name: str, row: Mapping[str, Any]) -> str:
    """Return the words by which a person knows a row."""
    column = _LABELS.get(name)
    return str(encode(row[column])) if column and row[column] is not None else ""


def encode(value: Any) -> Any:
    """Return a value as JSON keeps it."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def decode(column: sa.Column[Any], value: Any) -> Any:
    """Return what ``encode`` made of a column's value."""
    kind = column.type
    if value is None or isinstance(kind, sa.JSON):
        return value
    if isinstance(kind, db.UtcDateTime):
        return datetime.fromisoformat(value)
    if isinstance(kind, sa.Date):
        return date.fromisoformat(value)
    if isinstance(kind, db.Hundredths):
        return Decimal(value)
    if isinstance(kind, sa.Enum) and kind.enum_class is not None:
        return kind.enum_class(value)
    return value


def encoded(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a whole row as JSON keeps it."""
    return {str(name): encode(value) for name, value in row.items()}


def decoded(table: Table, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return what ``encoded`` made of a row."""
    return {name: decode(table.columns[name], value) for name, value in row.items()}


class Moves:
    """Writes rows for a merge and notes what they were."""

    def __init__(self, merge: Merge) -> None:
        """Note for this merge, which has its id already."""
        self.merge = merge
        self.counts: Counter[str] = Counter()
        self._noted: dict[tuple[str, str, str], MergeMove] = {}

    def change(self, name: str, row: Mapping[str, Any], values: Mapping[str, Any], act: str = "change") -> None:
        """Set columns of a row; those that stay as they are are not noted."""
        changed = {column: value for column, value in values.items() if row[column] != value}
        if not changed:
            return
        table = table_of(name)
        db.session.execute(update(table).where(is_row(table, row)).values(changed))
        for column, value in changed.items():
            self._note(name, row, column, act, encode(row[column]), encode(value))
        self.counts[name] += 1

    def drop(self, name: str, row: Mapping[str, Any]) -> None:
        """Delete a row and keep it whole."""
        table = table_of(name)
        db.session.execute(delete(table).where(is_row(table, row)))
        self._note(name, row, DROPPED, "drop", encoded(row), None)

    def add(self, name: str, values: Mapping[str, Any]) -> None:
        """Insert a row and note it whole."""
        table = table_of(name)
        row = db.session.execute(insert(table).values(**values).returning(*table.columns)).mappings().one()
        self._note(name, _plain(row), ADDED, "add", None, encoded(_plain(row)))

    def _note(self, name: str, row: Mapping[str, Any], column: str, act: str, old: Any, new: Any) -> None:
        key = key_of(table_of(name), row)
        known = self._noted.get((name, key, column))
        if known is not None:
            known.new = new
            return
        move = MergeMove(merge_id=self.merge.id, table=name, row_id=key, column=column, act=act, old=old, new=new)
        move.note = label_of(name, row)
        self._noted[(name, key, column)] = move
        db.session.add(move)
