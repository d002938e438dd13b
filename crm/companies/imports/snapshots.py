"""The rows that hang on a company, as they were: taken before a change, put back at the undo, to the byte."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from sqlalchemy import ColumnElement, Date, Table, delete, insert, or_, select

from crm.companies import index
from crm.companies.decisions import company_side
from crm.companies.models import (
    Company,
    CompanyKey,
    CompanyName,
    CompanyNode,
    FactSource,
    NameDecision,
    PendingKey,
)
from crm.imports.kinds import Trace
from crm.kit import db
from crm.kit.db import Hundredths, UtcDateTime

ROWS = "*"  # in a trace: all rows of a table that belong to one company
# What moves with a name, a code or a seat.
IDENTITY_TABLES: tuple[type[db.Base], ...] = (CompanyName, CompanyKey, PendingKey)
HANGING: tuple[type[db.Base], ...] = (*IDENTITY_TABLES, CompanyNode)
_NOTED: tuple[type[db.Base], ...] = (*HANGING, NameDecision)
BY_TABLE = {one.__tablename__: one for one in _NOTED}
IDENTITY = frozenset({"name", "name_pinyin", "uscc", "reg_no", "country", "province", "city", "key_pending"})
_NOT_PUT_BACK = frozenset({"updated_at", "version"})

Rows = dict[str, list[dict[str, Any]]]


def take(company_ids: Sequence[int], tables: Sequence[type[db.Base]] = HANGING) -> dict[int, Rows]:
    """Return the rows of these tables by company and table, as JSON."""
    found: dict[int, Rows] = {one: {table.__tablename__: [] for table in tables} for one in company_ids}
    for model in tables:
        table = _table(model)
        query = select(table).where(_of(model, company_ids)).order_by(*table.primary_key.columns)
        for row in db.session.execute(query).mappings():
            told = {name: plain(value) for name, value in row.items()}
            for company in _companies_in(row):
                if company in found:
                    found[company][table.name].append(told)
    return found


def _of(model: type[db.Base], company_ids: Sequence[int]) -> ColumnElement[bool]:
    if model is NameDecision:
        sides = [company_side(one) for one in company_ids]
        return or_(NameDecision.left.in_(sides), NameDecision.right.in_(sides))
    return _table(model).c.company_id.in_(company_ids)


def _companies_in(row: Any) -> list[int]:
    if "company_id" in row:
        return [row["company_id"]]
    sides = (row["left"], row["right"])
    return [int(side.removeprefix("company:")) for side in sides if side.startswith("company:")]


def note(trace: Trace, company_id: int, before: Rows, after: Rows) -> None:
    """Note in the trace what is otherwise now."""
    for table, rows in after.items():
        if rows != before[table]:
            trace.change(table, company_id, ROWS, before[table], rows)


def stands(company: Company, table_name: str, new: list[dict[str, Any]]) -> bool:
    """Say whether the rows of a table still are as they were left."""
    return take([company.id], [BY_TABLE[table_name]])[company.id][table_name] == new


def put_back(company: Company, table_name: str, old: list[dict[str, Any]]) -> None:
    """Bring the rows of a table back to ``old``."""
    model = BY_TABLE[table_name]
    if model is CompanyName:
        _drop_grams(company.id)
    table = _table(model)
    db.session.flush()
    db.session.execute(delete(table).where(_of(model, [company.id])))
    if old:
        db.session.execute(insert(table), [_typed(table, row) for row in old])
    db.session.expire_all()
    if model is CompanyName:
        index.index_company(company)


def sources_of(company_id: int) -> dict[str, dict[str, Any]]:
    """Return the sources of a company's facts by field, as JSON."""
    rows = take([company_id], [FactSource])[company_id][FactSource.__tablename__]
    return {row["field"]: row for row in rows}


def put_sources_back(company_id: int, old: Mapping[str, dict[str, Any] | None]) -> None:
    """Bring the sources of some fields back; None: there was none."""
    if not old:
        return
    table = _table(FactSource)
    mine = (table.c.company_id == company_id, table.c.field.in_(list(old)))
    db.session.execute(delete(table).where(*mine))
    rows = [_typed(table, row) for row in old.values() if row is not None]
    if rows:
        db.session.execute(insert(table), rows)


def drop_names(company_id: int) -> None:
    """Delete the names of a company with their grams."""
    _drop_grams(company_id)
    db.session.execute(delete(CompanyName).where(CompanyName.company_id == company_id))


def fields_of(model: type[db.Base]) -> list[str]:
    """Return the columns of a row that a change is noted of."""
    return [column.name for column in _table(model).columns if column.name not in _NOT_PUT_BACK]


def plain(value: Any) -> Any:
    """Return a value as JSON: days and times in ISO form, amounts as text, words of an enum."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    return value


def typed(model: type[db.Base], field: str, value: Any) -> Any:
    """Return a JSON value as the column takes it."""
    return _of_column(_table(model).c[field], value)


def _table(model: type[db.Base]) -> Table:
    table = model.__table__
    assert isinstance(table, Table)
    return table


def _typed(table: Table, row: dict[str, Any]) -> dict[str, Any]:
    return {name: _of_column(table.c[name], value) for name, value in row.items()}


def _of_column(column: Any, value: Any) -> Any:
    if value is None:
        return None
    kind = getattr(column.type, "enum_class", None)
    if kind is not None:
        return kind(value)
    if isinstance(column.type, UtcDateTime):
        return datetime.fromisoformat(value)
    if isinstance(column.type, Date):
        return date.fromisoformat(value)
    return Decimal(value) if isinstance(column.type, Hundredths) else value


def _drop_grams(company_id: int) -> None:
    for row in db.session.scalars(select(CompanyName).where(CompanyName.company_id == company_id)):
        index.drop_grams(row)
